"""Prints requirements: the lowest versions that pyproject.toml states for the base install and the extra `train`.

    python tests/install/lowest_versions.py > versions.txt

The others that tests need have the versions of constraints.txt; so has PyTorch, whose old builds are large and slow to
install. Their own requirements are left to pip.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KNOWN = ("torch",)  # in the version of constraints.txt
OLD_TOO = ("pyparsing<3.3",)  # the lowest Matplotlib uses names that later versions warn of


def lowest(requirements: list[str]) -> dict[str, str]:
    """Names and the versions after ">="."""
    found = (re.fullmatch(r"([\w-]+)>=([\w.]+)", one) for one in requirements)
    return {one[1]: one[2] for one in found if one and one[1] not in KNOWN}


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    pinned = lowest([*project["dependencies"], *extras["train"]])
    for name, version in pinned.items():
        print(f"{name}=={version}")
    known = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text("utf-8").split("\n") if "==" in line)
    others = [re.match(r"[\w-]+", one)[0] for one in [*extras["test"], *extras["excel"], *KNOWN]]  # type: ignore[index]
    for name in others:
        if name in known:
            print(f"{name}=={known[name]}")
    print("\n".join(OLD_TOO))


if __name__ == "__main__":
    main()
