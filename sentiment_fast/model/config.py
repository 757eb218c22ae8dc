"""The network's sizes and choices, and what follows from them without building it: its weights' names and shapes.

In: single settings, checked. Out: a `NetworkConfig`. The network itself is left to network.py; no PyTorch here.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sentiment_fast.errors import UsageError, quoted

CELLS = ("lstm", "gru", "rnn")
_POOLINGS = ("padded", "last", "attention", "max_mean")
_LONGEST = 1 << 16
MOST_WEIGHTS = 1 << 30  # of one network, 4 GB in float32; training takes four times as much
_MOST = {"embedding_size": 1 << 13, "hidden_size": 1 << 13, "layers": 64, "max_length": _LONGEST}
_GATES = {"lstm": 4, "gru": 3, "rnn": 1}


@dataclass(frozen=True)
class NetworkConfig:
    """The network's sizes and choices.

    pooling, which part of the recurrent layers' output is classified:
      "padded"    the last step of the row padded on the left to `max_length` (the tutorial), one direction only;
      "last"      the last real step of each direction;
      "attention" a learned weighted mean of all real steps (additive attention, Bahdanau et al. 2015);
      "max_mean"  the maximum and the mean of all real steps, side by side (Howard & Ruder 2018).
    max_length: how many ids of a row are read; the rest is cut off. tail_length: how many of these are the last ones of
    a longer row, up to half of them, so that its middle is cut off instead of its end (Sun et al. 2019, "How to
    Fine-Tune BERT for Text Classification?", 5.3.1).
    dropout: the share of classified features that is dropped; word_dropout: of whole words, recurrent_dropout: of the
    hidden-to-hidden weights, both drawn once per batch; see dropout.py.
    """

    embedding_size: int = 64
    hidden_size: int = 256
    layers: int = 2
    dropout: float = 0.3
    cell: Literal["lstm", "gru", "rnn"] = "lstm"
    bidirectional: bool = False
    pooling: Literal["padded", "last", "attention", "max_mean"] = "padded"
    max_length: int = 500
    tail_length: int = 0
    word_dropout: float = 0.0
    recurrent_dropout: float = 0.0

    def __post_init__(self) -> None:
        for name, most in _MOST.items():
            value = getattr(self, name)
            if type(value) is not int or value < 1:
                raise UsageError(f"Expected {name} to be a whole number of 1 or more, got {quoted(value)}")
            if value > most:  # nothing else in a model folder would reveal an absurd max_length
                raise UsageError(f"Expected {name} of up to {most:,}, got {quoted(value)}")
        if type(self.tail_length) is not int or not 0 <= self.tail_length <= _LONGEST:
            raise UsageError(
                f"Expected tail_length to be a whole number of 0 to {_LONGEST:,}, got {quoted(self.tail_length)}"
            )
        for name in ("dropout", "word_dropout", "recurrent_dropout"):
            share = getattr(self, name)
            if type(share) not in (int, float) or not 0 <= share < 1:
                raise UsageError(f"Expected a {name} of 0 up to (not including) 1, got {quoted(share)}")
        if self.cell not in CELLS:
            raise UsageError(f"Expected a cell of {', '.join(CELLS)}, got {quoted(self.cell)}")
        if type(self.bidirectional) is not bool:
            raise UsageError(f"Expected bidirectional to be true or false, got {quoted(self.bidirectional)}")
        if self.pooling not in _POOLINGS:
            raise UsageError(
                f"Expected pooling {', '.join(_POOLINGS[:-1])} or {_POOLINGS[-1]}, got {quoted(self.pooling)}"
            )
        if self.bidirectional and self.pooling == "padded":
            raise UsageError(
                "Expected pooling last, attention or max_mean with bidirectional: padded is for one direction"
            )

    def as_dict(self) -> dict[str, Any]:
        """All settings for files: without tail_length if it is 0, so that earlier versions read them."""
        return {name: value for name, value in asdict(self).items() if name != "tail_length" or value}

    @property
    def pads_on_left(self) -> bool:
        """Whether batches of this network are padded on the left: the only place that decides it."""
        return self.pooling == "padded"

    @property
    def features(self) -> int:
        """How many features a row's summary has, which is what is classified."""
        of_a_step = self.hidden_size * (2 if self.bidirectional else 1)
        return of_a_step * (2 if self.pooling == "max_mean" else 1)


def check_size(config: NetworkConfig, words: int, classes: int) -> None:
    """Raises UsageError for a network of more weights than MOST_WEIGHTS. words: the largest id."""
    weights = sum(math.prod(shape) for shape in weight_shapes(config, words, classes).values())
    if weights > MOST_WEIGHTS:
        raise UsageError(
            f"Expected a network of up to {MOST_WEIGHTS:,} weights, got {weights:,} with {words:,} words and "
            f"{classes:,} classes: choose a smaller embedding_size, hidden_size, layers or max_words"
        )


def weight_shapes(config: NetworkConfig, words: int, classes: int) -> dict[str, tuple[int, ...]]:
    """The names and shapes of a network's weights, in the order of its `state_dict`. words: the largest id."""
    outputs = 1 if classes == 2 else classes
    shapes: dict[str, tuple[int, ...]] = {"embedding.weight": (words + 1, config.embedding_size)}
    if config.bidirectional:
        for direction in ("ahead", "back"):
            for layer in range(config.layers):
                inputs = config.embedding_size if layer == 0 else 2 * config.hidden_size
                shapes |= _layer_shapes(config, f"recurrent.{direction}.{layer}.", 0, inputs)
    else:
        for layer in range(config.layers):
            inputs = config.embedding_size if layer == 0 else config.hidden_size
            shapes |= _layer_shapes(config, "recurrent.", layer, inputs)
    if config.pooling == "attention":
        shapes["attention.projection.weight"] = (config.features, config.features)
        shapes["attention.projection.bias"] = (config.features,)
        shapes["attention.score.weight"] = (1, config.features)
    return shapes | {"output.weight": (outputs, config.features), "output.bias": (outputs,)}


def _layer_shapes(config: NetworkConfig, before: str, layer: int, inputs: int) -> dict[str, tuple[int, ...]]:
    gates = _GATES[config.cell] * config.hidden_size
    return {
        f"{before}weight_ih_l{layer}": (gates, inputs),
        f"{before}weight_hh_l{layer}": (gates, config.hidden_size),
        f"{before}bias_ih_l{layer}": (gates,),
        f"{before}bias_hh_l{layer}": (gates,),
    }
