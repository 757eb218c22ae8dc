"""What a run is: everything that the bytes of its output depend on, by name, for its journal."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

import sentiment_fast
from sentiment_fast.scoring.options import ScoringOptions
from sentiment_fast.scoring.scorer import Scorer
from sentiment_fast.scoring.sources import Source

_HEAD_AND_TAIL = 1 << 16


def scorer_identity(scorer: Scorer) -> dict[str, Any]:
    """All that its scores depend on, to the last bit."""
    return {
        "model": scorer.digest(),
        "device": scorer.device.type,
        "precision": scorer.precision.name,
        "threads": torch.get_num_threads(),
        "version": sentiment_fast.__version__,
        "PyTorch": torch.__version__,
    }


def run_identity(
    source: Source, scorer: dict[str, Any], options: ScoringOptions, window_bytes: int, rejects: str | Path | None
) -> dict[str, Any]:
    """All that the bytes of the output depend on. scorer: the identity of the one that scores, or of all that do."""
    assert source.path is not None
    about = source.path.stat()
    with source.path.open("rb") as file:
        digest = hashlib.sha256(file.read(_HEAD_AND_TAIL))
        file.seek(max(about.st_size - _HEAD_AND_TAIL, 0))
        digest.update(file.read())
    return {
        "input": str(source.path.resolve()),
        "input's size": about.st_size,
        "input's time of change": about.st_mtime_ns,
        "input's content": digest.hexdigest(),
        **scorer,
        "rejects": None if rejects is None else str(rejects),
        "window_bytes": window_bytes,
        **asdict(options),
    }
