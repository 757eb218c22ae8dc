"""An object file and its command -> whether it must be compiled again.

setup.py loads this file by its path. An object is up to date if it was compiled by the same command and is newer than
every file in its depfile (which `-MMD -MF` writes). Compiling is left to setup.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path


def depfile_of(obj: Path) -> Path:
    """The file in which the compiler lists an object's sources."""
    return obj.with_name(obj.name + ".d")


def read_depfile(text: str) -> list[str]:
    """The prerequisites of a make rule `object: file file \\`, with the blanks in their names."""
    _, _, files = text.replace("\\\n", " ").partition(": ")
    names: list[str] = re.findall(r"(?:\\.|[^\s\\])+", files)
    return [re.sub(r"\\(.)", r"\1", name).replace("$$", "$") for name in names]


def is_up_to_date(obj: Path, command: Sequence[str]) -> bool:
    """Whether compiling would produce the same object again."""
    try:
        if _command_file(obj).read_text("utf-8") != _recorded(command):
            return False
        made = obj.stat().st_mtime_ns
        files = read_depfile(depfile_of(obj).read_text("utf-8"))
        return bool(files) and all(Path(file).stat().st_mtime_ns < made for file in files)
    except OSError:  # the object or one of the files does not exist
        return False


def forget(obj: Path) -> None:
    """Call before compiling, so that an interrupted compilation leaves no object that looks up to date."""
    _command_file(obj).unlink(missing_ok=True)


def record(obj: Path, command: Sequence[str]) -> None:
    """Call after compiling: stores the command."""
    _command_file(obj).write_text(_recorded(command), "utf-8")


def _command_file(obj: Path) -> Path:
    return obj.with_name(obj.name + ".command")


def _recorded(command: Sequence[str]) -> str:
    return "\n".join(command)
