"""Labelled texts and the options `label_map`, `normalise_labels`, `neutral_label` -> the same, with new labels.

In: the parts of a data set, or texts to evaluate a model on. Out: the same with labels renamed, and those marked that
are not classes; messages about labels that are spelled almost alike. Spellings are left to labels.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

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
    positions,
    renamed,
    spelling,
)
from sentiment_fast.data.texts import say_nothing
from sentiment_fast.errors import UsageError, listed


@dataclass(frozen=True)
class LabelRules:
    """How labels are renamed once they are read, before anything is checked.

    label_map: new labels by old ones, both as they are spelled; all renamings happen at once. normalise: merge labels
    that differ only in case, in surrounding white space or in composed characters. neutral_label: the new label of
    texts between the classes, which is not a class itself; None for none.
    """

    label_map: Mapping[str, str] | None = None
    normalise: bool = False
    neutral_label: str | None = None

    @classmethod
    def of(cls, label_map: Any, normalise: bool, neutral_label: str | None = None) -> LabelRules:
        """The rules that options give; label_map: see `labels.label_map_of`, whose errors it raises."""
        return cls(label_map_of(label_map), normalise, neutral_label)

    def of_training(
        self, parts: Mapping[str, LabelledTexts], training: str, say: Callable[[str], None] = say_nothing
    ) -> dict[str, LabelledTexts]:
        """The parts, by name, with their labels renamed; what is merged, or could be, is reported.

        training: the name of the part whose most frequent spelling each merged label gets. Raises UsageError for a
        label in the map that no part has, and for a neutral label that the training part lacks.
        """
        parts = self._mapped(parts)
        groups = near_equal(spelling(label) for label in distinct_labels(parts[training].labels)[0])
        if self.normalise:
            chosen = most_frequent(parts[training].labels)
            parts = {name: replace(part, labels=normalised(part.labels, chosen)) for name, part in parts.items()}
        for group in groups:
            what = "are merged" if self.normalise else "stay different classes: `normalise_labels=True` merges them"
            say(f"{parts[training].name}: the labels {listed(group)} differ only in case or white space; they {what}")
        parts = {name: self._marked(part) for name, part in parts.items()}
        if self.neutral_label is not None and parts[training].without_class is None:
            found = listed(sorted(map(spelling, distinct_labels(parts[training].labels)[0])))
            raise UsageError(f"`neutral_label={self.neutral_label}`: expected one of the labels {found}")
        return parts

    def of_model(self, data: LabelledTexts, classes: Sequence[Label]) -> LabelledTexts:
        """Texts to evaluate a model of these classes on, with their labels renamed.

        Raises UsageError for a label in the map that the data lack, a new one that is not one of the classes, and a
        neutral label if there are not two classes, or if it is one of them.
        """
        (data,) = self._mapped({"data": data}).values()
        known = {spelling(label) for label in classes}
        for old, new in (self.label_map or {}).items():
            if new not in known:
                raise UsageError(
                    f"`label_map`: expected new labels among the model's, {listed(classes)}, got {old!r}={new!r}"
                )
        if self.neutral_label is not None and (len(classes) != 2 or self.neutral_label in known):
            raise UsageError(
                f"`neutral_label={self.neutral_label}`: expected a model of two other classes, got one of "
                f"{listed(classes)}"
            )
        data = replace(data, labels=normalised(data.labels, keys_of(classes))) if self.normalise else data
        return self._marked(data)

    def _marked(self, data: LabelledTexts) -> LabelledTexts:
        """The same, with `without_class` if it has texts of the neutral label."""
        if self.neutral_label is None:
            return data
        labels, places = distinct_labels(data.labels)
        is_neutral = np.array([place is not None for place in positions(labels, [self.neutral_label])], bool)
        return replace(data, without_class=is_neutral[places]) if is_neutral.any() else data

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
