"""A fine-tuned transformer without its network: how its logits become labels, and what describes it.

In and out: a `TransformerModel` <-> plain values, which its folder's config.json has. This file needs no PyTorch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sentiment_fast.errors import UsageError, quoted
from sentiment_fast.model.calibration import Calibration
from sentiment_fast.model.labelling import Labelling

FORMAT = 1
OURS = "sentiment_fast"  # the key in Hugging Face's config.json
_AS_THEY_ARE = ("text_column", "label_column", "threshold", "positive", "neutral", "ordinal")


@dataclass(eq=False, kw_only=True)
class TransformerModel(Labelling):
    """A fine-tuned model, without its network. architecture: such as BertForSequenceClassification. parameters: how
    many it has. max_tokens: of a text that are read, special ones included.
    """

    architecture: str
    parameters: int
    max_tokens: int

    def as_dict(self) -> dict[str, Any]:
        """What Hugging Face's config has no place for, ready for JSON."""
        return {
            "format": FORMAT,
            "classes": list(self.classes),
            "calibration": self.calibration.as_dict(),
            "settings": self.settings,
            **{name: getattr(self, name) for name in _AS_THEY_ARE},
        }

    @classmethod
    def from_dict(cls, stored: Any, outputs: int, **about: Any) -> TransformerModel:
        """The inverse of `as_dict`. outputs: the network's classes. about: the other fields.

        Raises UsageError, KeyError, TypeError, ValueError or AttributeError for anything else.
        """
        if stored["format"] != FORMAT:
            raise UsageError(f"has format {quoted(stored['format'])}, this version reads format {FORMAT}")
        classes = stored["classes"]
        if len(classes) != outputs or len(set(classes)) != outputs:
            raise UsageError(f"expected {outputs} different classes, got {quoted(classes)}")
        if not all(type(label) in (str, int, float) for label in classes):
            raise UsageError(f"expected classes that are texts or numbers, got {quoted(classes)}")
        for name in ("text_column", "label_column"):
            if not isinstance(stored[name], str | None):
                raise UsageError(f"expected {name} to be a name or null, got {quoted(stored[name])}")
        calibration = Calibration.from_dict(stored["calibration"], outputs)
        if calibration.lengths:
            raise UsageError(f"expected a calibration without lengths, got {quoted(calibration.lengths)}")
        return cls(
            classes=list(classes),
            calibration=calibration,
            settings=dict(stored["settings"]),
            **{name: stored[name] for name in _AS_THEY_ARE},
            **about,
        )
