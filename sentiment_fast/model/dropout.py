"""Dropout of a network's weights: whole words and recurrent weights, drawn once per batch.

In: the weights, the share to drop. Out: weights of which that share is 0 and the others are scaled up, with gradients.
Dropout of activations is PyTorch's own; all draw from the device's default generator.
"""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def word_scales(vectors: Tensor, share: float) -> Tensor:
    """The factors of words' vectors in a batch, (words, 1): 0 with probability `share`, else 1 / (1 - share).

    A word is dropped everywhere in the batch (Gal & Ghahramani 2016). The pad, id 0, is not a word: always 1.
    vectors: (words, embedding).
    """
    scales = torch.empty_like(vectors[:, :1]).bernoulli_(1 - share).div_(1 - share)
    scales[0] = 1
    return scales


@contextmanager
def dropped_recurrent_weights(layers: nn.Module, share: float) -> Iterator[None]:
    """Within it, that share of the hidden-to-hidden weights of all recurrent layers in `layers` is 0: DropConnect, the
    same at each step (Merity et al. 2018, "Regularizing and Optimizing LSTM Language Models").

    The backward pass of what was computed within it may run after it.
    """
    kept = [
        (module, name, weight)
        for module in layers.modules()
        if isinstance(module, nn.RNNBase)
        for name, weight in module.named_parameters()
        if name.startswith("weight_hh")
    ]
    try:
        for module, name, weight in kept:
            _put(module, name, F.dropout(weight, share))
        with warnings.catch_warnings():
            # These weights are new in every batch, so cuDNN copies all of them into one chunk.
            warnings.filterwarnings("ignore", "RNN module weights are not part of single contiguous chunk")
            yield
    finally:
        for module, name, weight in kept:
            _put(module, name, weight)


def _put(module: Any, name: str, weight: Tensor) -> None:
    """Put a weight in a parameter's place, by which optimisers and checkpoints find it, and where nn.LSTM reads it.

    torch.func.functional_call leaves the latter to nn.LSTM, which then, on a GPU, moves all weights to new memory at
    each call: a CUDA graph would read the old memory.
    """
    module._parameters[name] = weight
    at = module._flat_weights_names.index(name)
    module._flat_weights[at] = weight
    module._flat_weight_refs[at] = weakref.ref(weight)
