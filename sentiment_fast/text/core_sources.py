"""A folder -> its C++ files in a fixed order and their digest.

In: csrc/. Out: paths and a digest. setup.py loads this file by its path and compiles the digest into the core;
encoding.py compares it at import. So this file imports nothing from the package.
"""

from __future__ import annotations

import hashlib
from pathlib import Path


def core_sources(folder: Path) -> list[Path]:
    """All C++ files below the folder, headers included, in the same order on every system."""
    files = [*folder.rglob("*.cpp"), *folder.rglob("*.h")]
    return sorted(files, key=lambda file: file.relative_to(folder).as_posix())


def core_digest(folder: Path) -> str | None:
    """SHA-256 of the files' names and contents; None for a folder without any."""
    files = core_sources(folder)
    digest = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        digest.update(f"{file.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest() if files else None
