"""Labelled texts and the options `label_map` and `normalise_labels` -> the same texts, with their labels renamed.

In: the parts of a data set, or texts to evaluate a model on. Out: the same with new labels, and messages about labels
that are spelled almost alike. What a label's spelling is, and which are alike, is left to labels.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.data.labels import (
    Label,
    check_label_map,
    distinct_labels,
    keys_of,
    label_map_of,
    most_frequent,
    near_equal,
    normalised,
    renamed,
    spelling,
)
from sentiment_fast.data.texts import say_nothing
from sentiment_fast.errors import UsageError, listed


@dataclass(frozen=True)
class LabelRules:
    """How labels are renamed once they are read, before anything is checked.

    label_map: new labels by old ones, both as they are spelled; all renamings happen at once. normalise: merge labels
    that differ only in case, in surrounding white space or in composed characters.
    """

    label_map: Mapping[str, str] | None = None
    normalise: bool = False

    @classmethod
    def of(cls, label_map: Any, normalise: bool) -> LabelRules:
        """The rules that options give; label_map: see `labels.label_map_of`, whose errors it raises."""
        return cls(label_map_of(label_map), normalise)

    def of_training(
        self, parts: Mapping[str, LabelledTexts], training: str, say: Callable[[str], None] = say_nothing
    ) -> dict[str, LabelledTexts]:
        """The parts, by name, with their labels renamed; what is merged, or could be, is reported.

        training: the name of the part whose most frequent spelling each merged label gets. Raises UsageError for a
        label in the map that no part has.
        """
        parts = self._mapped(parts)
        groups = near_equal(spelling(label) for label in distinct_labels(parts[training].labels)[0])
        if self.normalise:
            chosen = most_frequent(parts[training].labels)
            parts = {name: replace(part, labels=normalised(part.labels, chosen)) for name, part in parts.items()}
        for group in groups:
            what = "are merged" if self.normalise else "stay different classes: `normalise_labels=True` merges them"
            say(f"{parts[training].name}: the labels {listed(group)} differ only in case or white space; they {what}")
        return parts

    def of_model(self, data: LabelledTexts, classes: Sequence[Label]) -> LabelledTexts:
        """Texts to evaluate a model of these classes on, with their labels renamed.

        Raises UsageError for a label in the map that the data lack, or a new one that is not one of the classes.
        """
        (data,) = self._mapped({"data": data}).values()
        known = {spelling(label) for label in classes}
        for old, new in (self.label_map or {}).items():
            if new not in known:
                raise UsageError(
                    f"`label_map`: expected new labels among the model's, {listed(classes)}, got {old!r}={new!r}"
                )
        return replace(data, labels=normalised(data.labels, keys_of(classes))) if self.normalise else data

    def _mapped(self, parts: Mapping[str, LabelledTexts]) -> dict[str, LabelledTexts]:
        names = self.label_map
        if not names:
            return dict(parts)
        check_label_map(names, [part.labels for part in parts.values()])
        return {
            name: replace(part, labels=renamed(part.labels, lambda text: names.get(text, text)))
            for name, part in parts.items()
        }


AS_SPELLED = LabelRules()
