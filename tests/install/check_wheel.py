"""Installs a wheel into a new environment without a compiler and without any extra, and scores a file there.

    python tests/install/check_wheel.py WHEEL FOLDER

Out: the folder with the environment, its size, and an error if the wheel lacks a file or needs anything else.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMPILERS = ("cc", "c++", "gcc", "g++", "clang", "clang++")
REVIEWS = "id,review\n1,A wonderful film\n2,Boring and awful\n"
IN_PYTHON = """
import importlib.util, sys, time
began = time.perf_counter()
import sentiment_fast as sf
took = time.perf_counter() - began
from sentiment_fast.extras import EXTRAS
found = [module for modules in EXTRAS.values() for module in modules if importlib.util.find_spec(module)]
assert not found, f"expected no module of an extra, found {found}"
assert sys.prefix in sf.__file__, sf.__file__
assert sf.load().predict(["A wonderful film", "Boring and awful"]).tolist() == ["positive", "negative"]
print(f"import sentiment_fast: {took * 1000:.0f} ms")
"""


def main(wheel: Path, folder: Path) -> None:
    check_content(wheel)
    venv.create(folder / "python", with_pip=True)
    programs = folder / "python" / "bin"
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "CC", "CXX")}
    environment["PATH"] = str(programs)
    found = [name for name in COMPILERS if shutil.which(name, path=environment["PATH"])]
    assert not found, f"expected no compiler on the PATH, found {found}"
    print(f"PATH={environment['PATH']}: none of {', '.join(COMPILERS)}")

    def run(*command: str | Path, fails_with: int = 0) -> str:
        ended = subprocess.run(
            [programs / command[0], *command[1:]], env=environment, cwd=folder, capture_output=True, text=True
        )
        output = ended.stdout + ended.stderr
        assert ended.returncode == fails_with, f"{command}: exit code {ended.returncode}\n{output}"
        return output

    constraints = ROOT / "constraints.txt"
    run("python", "-m", "pip", "install", "--quiet", "--only-binary", ":all:", "-c", constraints, wheel.resolve())
    (folder / "in.csv").write_text(REVIEWS)
    run("sentiment-fast", "score", "in.csv", "-o", "out.csv")
    labels = [line.split(",")[2] for line in (folder / "out.csv").read_text().splitlines()]
    assert labels == ["sentiment_label", "positive", "negative"], labels
    assert run("sentiment-fast", "predict", "a wonderful film").startswith("positive\t")
    print(run("python", "-c", IN_PYTHON), end="")
    refused = run("sentiment-fast", "train", "--data", "in.csv", fails_with=2)
    assert 'pip install "sentiment-fast[train]"' in refused, refused
    print(refused, end="")
    run("python", "-m", "pip", "uninstall", "--quiet", "--yes", "setuptools", "pip")  # which scoring does not need
    packages = next((folder / "python" / "lib").glob("python*")) / "site-packages"
    print(subprocess.run(["du", "-sm", packages], check=True, capture_output=True, text=True).stdout.split()[0], "MB")


def check_content(wheel: Path) -> None:
    """The package, its data and its stub, and nothing else."""
    with zipfile.ZipFile(wheel) as file:
        names = {name for name in file.namelist() if not name.endswith("/")}
    tree = ROOT / "sentiment_fast"
    kinds = ("*.py", "*.pyi", "py.typed", "bundled/*", "text/*.tsv")
    wanted = {path.relative_to(ROOT).as_posix() for kind in kinds for path in tree.rglob(kind) if path.is_file()}
    held = {name for name in names if name.startswith("sentiment_fast/")}
    others = {name for name in names - held if ".dist-info/" not in name}
    cores = {name for name in held if name.startswith("sentiment_fast/_core.") and name.endswith(".so")}
    assert len(cores) == 1, f"expected one core, got {cores}"
    assert held - cores == wanted, f"missing {wanted - held}, not wanted {held - cores - wanted}"
    assert not others, f"expected nothing outside of the package, got {others}"


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
