"""Builds the native core, `sentiment_fast._core`, from csrc/; everything else is in pyproject.toml."""

import hashlib
import sysconfig
from pathlib import Path

import pybind11
from pybind11.setup_helpers import ParallelCompile, Pybind11Extension, build_ext
from setuptools import setup

ROOT = Path(__file__).parent
SOURCES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "csrc").glob("*.cpp"))
HEADERS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "csrc").glob("*.h"))

# Compiled into the extension and compared at import, so that a build older than its sources says so
# (sentiment_fast/text/encoding.py computes the same digest).
digest = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in sorted(SOURCES + HEADERS))).hexdigest()

# No -march: the one binary runs on every CPU of its architecture. Other people's headers are not warned about.
flags = ["-O3", "-Wall", "-Wextra", "-Wshadow"]
flags += ["-isystem", pybind11.get_include(), "-isystem", sysconfig.get_paths()["include"]]

core = Pybind11Extension(
    "sentiment_fast._core",
    SOURCES,
    cxx_std=17,
    depends=HEADERS,
    define_macros=[("SENTIMENT_FAST_SOURCES", f'"{digest}"')],
    extra_compile_args=flags,
)

ParallelCompile("NPY_NUM_BUILD_JOBS").install()
setup(ext_modules=[core], cmdclass={"build_ext": build_ext})
