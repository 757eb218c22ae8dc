"""sentiment_fast: train LSTM sentiment classifiers and score files of reviews, as fast as the hardware allows.

The public names; each is imported when first used, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sentiment_fast.data.data_files import DataFile
    from sentiment_fast.errors import (
        DataError,
        DownloadError,
        ModelFolderError,
        SentimentFastError,
        StoppedError,
        UsageError,
    )
    from sentiment_fast.estimators import ReviewEncoder, SentimentClassifier
    from sentiment_fast.runs.stop import StopRequest
    from sentiment_fast.scoring.score_files import score_csv, score_files
    from sentiment_fast.scoring.scorer import Scorer, load
    from sentiment_fast.text import reference
    from sentiment_fast.text.encoding import TokenIds, build_vocabulary, encode
    from sentiment_fast.text.vocabulary import Vocabulary

__version__ = "0.2.0"

_HOME = {
    "build_vocabulary": "sentiment_fast.text.encoding",
    "encode": "sentiment_fast.text.encoding",
    "TokenIds": "sentiment_fast.text.encoding",
    "Vocabulary": "sentiment_fast.text.vocabulary",
    "DataFile": "sentiment_fast.data.data_files",
    "load": "sentiment_fast.scoring.scorer",
    "ReviewEncoder": "sentiment_fast.estimators",
    "SentimentClassifier": "sentiment_fast.estimators",
    "StopRequest": "sentiment_fast.runs.stop",
    "Scorer": "sentiment_fast.scoring.scorer",
    "score_csv": "sentiment_fast.scoring.score_files",
    "score_files": "sentiment_fast.scoring.score_files",
    "SentimentFastError": "sentiment_fast.errors",
    "DataError": "sentiment_fast.errors",
    "DownloadError": "sentiment_fast.errors",
    "ModelFolderError": "sentiment_fast.errors",
    "StoppedError": "sentiment_fast.errors",
    "UsageError": "sentiment_fast.errors",
}

__all__ = [
    "DataError",
    "DataFile",
    "DownloadError",
    "ModelFolderError",
    "ReviewEncoder",
    "Scorer",
    "SentimentClassifier",
    "SentimentFastError",
    "StopRequest",
    "StoppedError",
    "TokenIds",
    "UsageError",
    "Vocabulary",
    "build_vocabulary",
    "encode",
    "finetune",
    "load",
    "reference",
    "score_csv",
    "score_files",
    "train",
]


_MODULES = {
    "reference": "sentiment_fast.text.reference",
    "train": "sentiment_fast.train",  # the command's module, which is callable: see there
    "finetune": "sentiment_fast.finetune",  # likewise
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(_MODULES[name])
    if name not in _HOME:
        raise AttributeError(f"module 'sentiment_fast' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
