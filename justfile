# Tasks for people who work on sentiment_fast (https://just.systems; `pip install rust-just`). `just` lists them.

export OMP_WAIT_POLICY := env_var_or_default("OMP_WAIT_POLICY", "passive")

# The list of tasks.
default:
    @just --list

# Everything for development, in the active environment.
setup:
    pip install -c constraints.txt -e ".[dev]"
    pip install pre-commit clang-format
    pre-commit install

# The native core: compiles only what changed.
build:
    python setup.py --quiet build_ext --inplace

# The native core under AddressSanitizer and UBSan; `just build` goes back to the fast one.
build-debug:
    SENTIMENT_FAST_DEBUG=1 python setup.py --quiet build_ext --inplace

# Run Python with a core built by `just build-debug`: just debug -m pytest tests/text
debug *ARGS: build-debug
    LD_PRELOAD="$(g++ -print-file-name=libasan.so) $(g++ -print-file-name=libubsan.so) $(g++ -print-file-name=libstdc++.so)" ASAN_OPTIONS=detect_leaks=0 python {{ARGS}}

# The fast tests.
quick *ARGS: build
    pytest -m "not slow" {{ARGS}}

# The tests that must pass.
test *ARGS: build
    pytest {{ARGS}}

# The tests that take long; run them before a release.
long *ARGS: build
    pytest -m long {{ARGS}}

# Rules and format of the Python code.
lint:
    ruff check .
    ruff format --check .

# Format Python and C++.
format:
    ruff check --fix .
    ruff format .
    git ls-files 'csrc/*.cpp' 'csrc/*.h' 'tests/fuzz/*.cpp' 'tests/fuzz/*.h' | xargs clang-format -i

types:
    mypy

# The core's fuzz targets under sanitizers, SECONDS each.
fuzz SECONDS="20":
    #!/usr/bin/env bash
    set -euo pipefail
    tests/fuzz/build driver build/fuzz
    for target in encode count arrow csv; do
        build/fuzz/fuzz_$target --seconds {{SECONDS}} tests/fuzz/corpus/$target
    done

# Every benchmark: results are compared, then timed.
bench *ARGS: build
    pytest benchmarks/ --benchmark-only {{ARGS}}

# docs/architecture.md from the modules' docstrings, the tests of the documentation, and its site in site/.
docs:
    python docs/make_architecture.py
    pytest tests/docs
    mkdocs build --strict

# Output of every command, byte for byte, against another checkout: just compare ../sentiment_fast-main
compare OLD:
    python tests/golden/compare.py {{OLD}}

# All that must pass before a change lands, in a copy of the tree with an environment of its own.
ci *STEPS:
    bash .ci/run {{STEPS}}
