"""Builds the native core, `sentiment_fast._core`, from csrc/; everything else is in pyproject.toml.

    python setup.py build_ext --inplace                          build in the checkout, only what changed
    SENTIMENT_FAST_DEBUG=1 python setup.py build_ext --inplace   with sanitizers and debug symbols, in a separate build
                                                                 folder: switching back costs one link

Compiles only files whose source, included headers or command changed (csrc/incremental.py); --force compiles all.
CFLAGS and CXXFLAGS add flags. NPY_NUM_BUILD_JOBS: how many files to compile at once (default: one per processor).

A core built with SENTIMENT_FAST_DEBUG stops at the first invalid access or undefined behaviour (-O1 -g, Address- and
UndefinedBehaviorSanitizer). The interpreter must load the sanitizers first. Leak detection is off, because the
interpreter does not free all memory at exit:

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
    """Loads a module by its path: the package can't be imported before the core is built."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


incremental = load(ROOT / "csrc" / "incremental.py")
core_sources = load(ROOT / "sentiment_fast" / "text" / "core_sources.py")

FILES = [path.relative_to(ROOT).as_posix() for path in core_sources.core_sources(ROOT / "csrc")]

# Flags of single files. The digest of all sources is compared at import to report a core that is older than its
# sources; only sources.cpp gets it, so that a change does not recompile every file. document_vectors.cpp must not fuse
# products and sums.
FILE_FLAGS = {
    "csrc/bindings/sources.cpp": [f'-DSENTIMENT_FAST_SOURCES="{core_sources.core_digest(ROOT / "csrc")}"'],
    "csrc/document_vectors.cpp": ["-ffp-contract=off"],
}

# No -march: one binary runs on every CPU of its architecture. -isystem: no warnings about third-party headers.
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
    """Compiles the files that are not up to date, in parallel, and links."""

    def finalize_options(self):
        super().finalize_options()
        if DEBUG:
            self.build_temp += "-debug"
        self.compile_all = self.force
        self.force = True  # setuptools compares only times, not commands: make it call compile() for every object

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
        """Replaces the compiler's method of this name, with the same arguments."""
        compiler = self.compiler
        macros, objects, extra, pp_opts, build = compiler._setup_compile(
            output_dir, macros, include_dirs, sources, depends, extra_postargs
        )
        cc_args = compiler._get_cc_args(pp_opts, debug, extra_preargs)
        programs = [*compiler.compiler_so, *getattr(compiler, "compiler_so_cxx", [])]

        def compile_one(name):
            source, extension = build[name]
            obj = Path(name)
            args = [*extra, *FILE_FLAGS.get(source, []), "-MMD", "-MF", str(incremental.depfile_of(obj))]
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
