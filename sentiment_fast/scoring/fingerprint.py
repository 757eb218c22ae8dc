"""What a run is: everything that the bytes of its output depend on, by name, for its journal."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa

import sentiment_fast
from sentiment_fast.io.options import ScoringOptions
from sentiment_fast.scoring.scorer import Scorer

_HEAD_AND_TAIL = 1 << 16


def scorer_identity(scorer: Scorer) -> dict[str, Any]:
    """All that its scores, and what is written with them, depend on."""
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


def run_identity(
    sources: Sequence[Path],
    scorer: dict[str, Any],
    options: ScoringOptions,
    window_bytes: int,
    rejects: str | Path | None,
) -> dict[str, Any]:
    """All that the bytes of the output depend on. scorer: the identity of the one that scores, or of all that do."""
    inputs: dict[str, Any] = {}
    for number, source in enumerate(sources, 1):
        inputs |= _input_identity("input" if len(sources) == 1 else f"input {number}", source)
    return {
        **inputs,
        "inputs": len(sources),
        **scorer,
        "rejects": None if rejects is None else str(rejects),
        "window_bytes": window_bytes,
        **asdict(options),
    }


def _input_identity(name: str, path: Path) -> dict[str, Any]:
    about = path.stat()
    with path.open("rb") as file:
        digest = hashlib.sha256(file.read(_HEAD_AND_TAIL))
        file.seek(max(about.st_size - _HEAD_AND_TAIL, 0))
        digest.update(file.read())
    return {
        name: str(path.resolve()),
        f"{name}'s size": about.st_size,
        f"{name}'s time of change": about.st_mtime_ns,
        f"{name}'s content": digest.hexdigest(),
    }
