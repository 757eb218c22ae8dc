"""The fingerprint of a run: everything that the bytes of its output depend on.

In: inputs, a scorer and options. Out: a fingerprint, a value by name, for the journal, which compares it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

import sentiment_fast
from sentiment_fast.runs.regular_files import open_regular
from sentiment_fast.scoring.options import ScoreOptions
from sentiment_fast.scoring.scorer import Scorer

_HEAD_AND_TAIL = 1 << 16


def scorer_fingerprint(scorer: Scorer) -> dict[str, Any]:
    """Everything that a scorer's labels and scores depend on."""
    return {
        "model": scorer.digest(),
        "threshold": scorer.threshold,
        "cascade": scorer.cascade,
        "device": scorer.device.type,
        "precision": scorer.precision.name,
        **scorer.engine.fingerprint(),
        "version": sentiment_fast.__version__,
        "pyarrow": pa.__version__,
    }


def run_fingerprint(
    sources: Sequence[Path],
    scorer: dict[str, Any],
    options: ScoreOptions,
    decided: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Everything that the bytes of the output depend on. scorer: the fingerprint of the scorer or of all workers.
    decided: what was detected about the layout of each source.
    """
    inputs: dict[str, Any] = {}
    for number, (source, found) in enumerate(zip(sources, decided, strict=True), 1):
        name = "input" if len(sources) == 1 else f"input {number}"
        inputs |= _input_fingerprint(name, source) | {f"{name}'s {what}": value for what, value in found.items()}
    return {
        **inputs,
        "inputs": len(sources),
        **scorer,
        **options.fingerprint(),
    }


def _input_fingerprint(name: str, path: Path) -> dict[str, Any]:
    with open_regular(path) as file:
        about = os.fstat(file.fileno())
        digest = ends_digest(file.fileno(), about.st_size)
    return {
        name: str(path.resolve()),
        f"{name}'s size": about.st_size,
        f"{name}'s time of change": about.st_mtime_ns,
        f"{name}'s content": digest,
    }


def file_state(path: Path) -> tuple[int, str, int] | None:
    """The size of a file, the digest of its ends, and its time of change; None if it can't be read."""
    try:
        with open_regular(path) as file:
            about = os.fstat(file.fileno())
            return about.st_size, ends_digest(file.fileno(), about.st_size), about.st_mtime_ns
    except OSError:
        return None


def ends_digest(descriptor: int, size: int) -> str:
    """SHA-256 of the beginning and the end of the first `size` bytes of an open file, 64 KB each."""
    digest = hashlib.sha256(os.pread(descriptor, min(size, _HEAD_AND_TAIL), 0))
    digest.update(os.pread(descriptor, min(size, _HEAD_AND_TAIL), max(size - _HEAD_AND_TAIL, 0)))
    return digest.hexdigest()
