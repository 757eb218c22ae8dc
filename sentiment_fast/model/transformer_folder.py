"""The folder of a fine-tuned transformer: Hugging Face's, with what it has no place for under a key of its config.json.

In and out: a `TransformerModel` and its network <-> a folder that transformers reads too. Classifiers that others made
are read as well. Checking what is in a folder is left to hugging_face.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from sentiment_fast.errors import ModelFolderError, UsageError, listed, quoted
from sentiment_fast.model.calibration import Calibration
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.hugging_face import (
    MOST_TOKENS,
    explained,
    load_folder_of,
    longest_of,
    network_of,
    quiet_transformers,
)
from sentiment_fast.model.serialization import CONFIG
from sentiment_fast.model.transformer import Transformer, encode_tokens, transformer_logits
from sentiment_fast.model.transformer_model import OURS, TransformerModel

_FLOAT32 = Precision("float32", "float32")


@dataclass(frozen=True)
class HuggingFaceClassifier:
    """A sequence classifier that is ready to classify. names: its classes, as text, in the order of its outputs.

    model: what `finetune` recorded about it; None for a model that others made.
    """

    folder: Path
    network: Transformer
    tokenizer: Any
    names: list[str]
    max_tokens: int
    model: TransformerModel | None = None

    def probabilities(self, texts: Sequence[str], precision: Precision = _FLOAT32) -> npt.NDArray[np.float32]:
        """(n, classes) float32, rows sum to 1; calibrated, if it was fine-tuned here."""
        ids, _ = encode_tokens(self.tokenizer, texts, self.max_tokens)
        logits = transformer_logits(self.network, ids, self.max_tokens, precision)
        calibration = Calibration() if self.model is None else self.model.calibration
        return calibration.probabilities(logits, None)


def read_classifier(folder: Path, device: torch.device) -> HuggingFaceClassifier:
    """Read a whole classifier. Raises ModelFolderError, UsageError without transformers."""

    def read() -> HuggingFaceClassifier:
        model, tokenizer, loading = load_folder_of(folder)
        if missing := loading["missing_keys"]:
            raise ModelFolderError(
                f"{folder}: lacks the weights {listed(sorted(missing))}: it is not a whole classifier"
            )
        labels = dict(model.config.id2label)
        outputs = model.config.num_labels
        if outputs < 2:
            raise ModelFolderError(f"{folder}: expected a classifier of two classes or more, got {outputs} output")
        if set(labels) != set(range(outputs)):
            raise ModelFolderError(
                f"{folder}: expected a name for each of {outputs} outputs in id2label, got {quoted(labels)}"
            )
        network = network_of(folder, model, tokenizer).to(device).eval()
        names = [str(labels[index]) for index in range(outputs)]
        stored = getattr(model.config, OURS, None)
        most = longest_of(model, tokenizer) if stored is None else longest_of(model, tokenizer, MOST_TOKENS)
        about = None if stored is None else _model_of(folder, model, stored, most)
        found = HuggingFaceClassifier(folder, network, tokenizer, names, most, about)
        if not np.isfinite(found.probabilities(["a", ""])).all():
            raise ValueError("it gives numbers that are not finite")
        return found

    return explained(folder, "a sequence classifier with safetensors weights", read)


def save_classifier(folder: Path, network: Transformer, tokenizer: Any, model: TransformerModel) -> None:
    """Write the folder of a fine-tuned model, which Hugging Face's library reads too. Raises OSError."""
    config, names = network.model.config, [str(label) for label in model.classes]
    config.id2label, config.label2id = dict(enumerate(names)), {name: index for index, name in enumerate(names)}
    setattr(config, OURS, model.as_dict())
    tokenizer.model_max_length = model.max_tokens
    with quiet_transformers():
        network.model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)


def _model_of(folder: Path, model: Any, stored: Any, max_tokens: int) -> TransformerModel:
    """What `finetune` recorded. Raises ModelFolderError for anything else in its place."""
    about = {"architecture": type(model).__name__, "parameters": model.num_parameters(), "max_tokens": max_tokens}
    try:
        return TransformerModel.from_dict(stored, model.config.num_labels, **about)
    except (KeyError, TypeError, ValueError, AttributeError, UsageError) as error:
        raise ModelFolderError(f"{folder / CONFIG}: {OURS}: is not what was saved ({error}): altered") from error
