"""Builds the native core, `sentiment_fast._core`, from csrc/; everything else is in pyproject.toml.

    python setup.py build_ext --inplace                          in the checkout, only what has changed
    SENTIMENT_FAST_DEBUG=1 python setup.py build_ext --inplace   the same with sanitizers and for a debugger, in a build
                                                                 folder of its own: switching back costs one link

Only files are compiled whose own text, included headers or command changed (csrc/incremental.py); --force compiles all.
CFLAGS and CXXFLAGS add flags. NPY_NUM_BUILD_JOBS says how many files are compiled at once, if not one a processor.

A core built with SENTIMENT_FAST_DEBUG stops at the first invalid access or undefined behaviour (-O1 -g, Address- and
UndefinedBehaviorSanitizer). The interpreter must load the sanitizers first; leaks are not looked for, because the
interpreter keeps memory until its end:

    library() { g++ -print-file-name="$1"; }
    LD_PRELOAD="$(library libasan.so) $(library libubsan.so) $(library libstdc++.so)" ASAN_OPTIONS=detect_leaks=0 \
        python -m pytest tests/text
"""

import importlib.util
import os
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pybind11
from pybind11.setup_helpers import Pybind11Extension, build_ext
from setuptools import setup

ROOT = Path(__file__).resolve().parent
DEBUG = os.environ.get("SENTIMENT_FAST_DEBUG", "0") not in ("", "0")


def load(path):
    """A module by its path: the package itself needs what is only about to be built."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


incremental = load(ROOT / "csrc" / "incremental.py")
core_sources = load(ROOT / "sentiment_fast" / "text" / "core_sources.py")

FILES = [path.relative_to(ROOT).as_posix() for path in core_sources.core_sources(ROOT / "csrc")]

# Only this file is given the digest of all sources, which is compared at import, so that a core older than its sources
# is reported: as a macro for all files, it would have all of them compiled again after every change.
DIGEST_FLAGS = {
    "csrc/bindings/sources.cpp": [f'-DSENTIMENT_FAST_SOURCES="{core_sources.core_digest(ROOT / "csrc")}"'],
}

# No -march: the one binary runs on every CPU of its architecture. Other people's headers are not warned about.
FLAGS = ["-Wall", "-Wextra", "-Wshadow"]
FLAGS += ["-isystem", pybind11.get_include(), "-isystem", sysconfig.get_paths()["include"]]
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"] if DEBUG else []
FLAGS += ["-O1", "-g", "-fno-omit-frame-pointer", *SANITIZERS] if DEBUG else ["-O3"]

core = Pybind11Extension(
    "sentiment_fast._core",
    [name for name in FILES if name.endswith(".cpp")],
    cxx_std=17,
    include_dirs=["csrc"],
    depends=[
        *(name for name in FILES if name.endswith(".h")),
        "csrc/incremental.py",
    ],  # for the source distribution too
    extra_compile_args=FLAGS,
    extra_link_args=SANITIZERS,
)


class IncrementalBuild(build_ext):
    """Compiles what is not up to date, several files at once, and links."""

    def finalize_options(self):
        super().finalize_options()
        if DEBUG:
            self.build_temp += "-debug"
        self.compile_all = self.force
        self.force = True  # setuptools compares times only, not commands: let it ask about every object

    def build_extensions(self):
        self.compiler.compile = self.compile
        super().build_extensions()

    def compile(
        self,
        sources,
        output_dir=None,
        macros=None,
        include_dirs=None,
        debug=0,
        extra_preargs=None,
        extra_postargs=None,
        depends=None,
    ):
        """As the compiler's own method of this name, which it replaces."""
        compiler = self.compiler
        macros, objects, extra, pp_opts, build = compiler._setup_compile(
            output_dir, macros, include_dirs, sources, depends, extra_postargs
        )
        cc_args = compiler._get_cc_args(pp_opts, debug, extra_preargs)
        programs = [*compiler.compiler_so, *getattr(compiler, "compiler_so_cxx", [])]

        def compile_one(name):
            source, extension = build[name]
            obj = Path(name)
            args = [*extra, *DIGEST_FLAGS.get(source, []), "-MMD", "-MF", str(incremental.depfile_of(obj))]
            command = [*programs, *cc_args, source, *args]
            if not self.compile_all and incremental.is_up_to_date(obj, command):
                return
            incremental.forget(obj)
            compiler._compile(name, source, extension, cc_args, args, pp_opts)
            incremental.record(obj, command)

        jobs = int(os.environ.get("NPY_NUM_BUILD_JOBS") or 0) or os.cpu_count() or 1
        with ThreadPoolExecutor(jobs) as pool:
            list(pool.map(compile_one, objects))
        return objects


setup(ext_modules=[core], cmdclass={"build_ext": IncrementalBuild})
