"""Dropout of what a network has learned: whole words and recurrent weights, drawn once for a batch.

In: the weights, the share to drop. Out: weights of which that share is 0 and the others are larger, with gradients.
Dropout of what a network computes is PyTorch's own; all draw from the device's one generator.
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
    """What a batch multiplies words' vectors by, (words, 1): 0 with probability `share`, else 1 / (1 - share).

    A word is dropped wherever it stands in the batch (Gal & Ghahramani 2016). The pad, id 0, is no word: always 1.
    vectors: (words, embedding).
    """
    scales = torch.empty_like(vectors[:, :1]).bernoulli_(1 - share).div_(1 - share)
    scales[0] = 1
    return scales


@contextmanager
def dropped_recurrent_weights(layers: nn.Module, share: float) -> Iterator[None]:
    """Within it, that share of the hidden-to-hidden weights of all recurrent layers in `layers` is 0: DropConnect, the
    same at each step (Merity et al. 2018, "Regularizing and Optimizing LSTM Language Models").

    Results that were computed within it may go back after it.
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
            # These weights are new in every batch, so that cuDNN copies all of them into one piece.
            warnings.filterwarnings("ignore", "RNN module weights are not part of single contiguous chunk")
            yield
    finally:
        for module, name, weight in kept:
            _put(module, name, weight)


def _put(module: Any, name: str, weight: Tensor) -> None:
    """Into a parameter's place, which is what optimisers and checkpoints count by; and to where nn.LSTM reads it.

    torch.func.functional_call leaves the second to nn.LSTM, which then, on a GPU, moves all weights to new memory at
    each call: under a CUDA graph, away from where it finds them.
    """
    module._parameters[name] = weight
    at = module._flat_weights_names.index(name)
    module._flat_weights[at] = weight
    module._flat_weight_refs[at] = weakref.ref(weight)
