"""The network: a batch of ids -> logits; and what logits mean: their loss and their probabilities.

In: ids (batch, time) and lengths (batch,). Out: logits, (batch,) for two classes, (batch, classes) for more.
Making batches is left to batch_source.py, choosing sizes to presets.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sentiment_fast.model.classifier import Classifier, ParameterGroup
from sentiment_fast.model.config import NetworkConfig
from sentiment_fast.model.dropout import dropped_recurrent_weights, word_scales
from sentiment_fast.model.model import Model
from sentiment_fast.model.pads import LastPads, LSTMState, SteppedPads, after_last_pads, no_tf32
from sentiment_fast.model.pooling import Attention, last_steps, max_mean
from sentiment_fast.model.presets import TrainingConfig
from sentiment_fast.model.threads import survive_forks
from sentiment_fast.text.vocabulary import Vocabulary

survive_forks()

_CELLS = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}


class SentimentLSTM(Classifier):
    """Embedding, recurrent layers, pooling, dropout, linear layer (the tutorial, section 5); logits, no sigmoid.

    words: the largest id; ids are 0 (padding) to `words`. classes: two give one logit, more give one each.
    pad_drift: () float32, the most that the last layer's outputs still moved when they were assumed to have converged;
    None if they never were. See `_run_pads_unchecked`. pads_at_once: how many pads training runs in its first call.
    Logits do not depend on what else is in the batch, nor on how far it is padded, beyond float rounding.
    """

    output: nn.Linear

    def __init__(self, config: NetworkConfig, words: int, classes: int) -> None:
        super().__init__()
        self.config = config
        vectors = torch.empty(words + 1, config.embedding_size)
        if not vectors.is_meta:  # for network_of, which needs only shapes, drawing would import a compiler, in 1.2 s
            vectors.normal_()  # as nn.Embedding does
        self.embedding = nn.Embedding.from_pretrained(vectors, freeze=False)  # type: ignore[no-untyped-call]
        self.recurrent: nn.Module
        if config.bidirectional:
            self.recurrent = BothDirections(config)
        else:
            cell = _CELLS[config.cell]
            self.recurrent = cell(config.embedding_size, config.hidden_size, config.layers, batch_first=True)
        self.attention = Attention(config.features) if config.pooling == "attention" else None
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(config.features, 1 if classes == 2 else classes)
        # Computed from the weights and cached until they change.
        self._pad_states: dict[int, LSTMState] = {}
        self._stepped_pads: SteppedPads | None = None  # apart from those above: they are rounded differently
        self.packed: dict[tuple[str, str], Any] = {}  # the recurrent layers, as the core takes them
        self._after_last_pads: Callable[..., LSTMState] = after_last_pads
        self.pad_drift = None
        self.pads_at_once = 64

    @property
    def device(self) -> torch.device:
        return self.output.weight.device

    @property
    def outputs(self) -> int:
        return len(self.output.weight)

    def parameter_groups(self, config: TrainingConfig) -> list[ParameterGroup]:
        embedding = self.embedding.weight
        others = [weight for weight in self.parameters() if weight is not embedding]
        return [
            ParameterGroup([embedding], config.embedding_rate, config.weight_decay),
            ParameterGroup(others, 1.0, config.weight_decay),
        ]

    def summarise(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """The pooled output of the recurrent layers for each row, (batch, features).

        ids: (batch, time), padded with 0 on the side that the config chooses. lengths: (batch,), 1 to time.
        """
        with self.dropped_weights():
            return self._summarise(ids, lengths)

    def _summarise(self, ids: Tensor, lengths: Tensor) -> Tensor:
        if self.config.pooling == "padded":
            return self._read_after_pads(ids)
        steps = self._steps(ids, lengths)  # (batch, time, features)
        if self.attention:
            return self.attention(steps, lengths)  # type: ignore[no-any-return]
        if self.config.pooling == "max_mean":
            return max_mean(steps, lengths)
        return last_steps(steps, lengths, self.config.bidirectional)

    @contextmanager
    def dropped_weights(self) -> Iterator[None]:
        """Within it, in training, one draw of `recurrent_dropout` is applied to the recurrent weights."""
        if not self.training or self.config.recurrent_dropout == 0:
            yield
            return
        try:
            with dropped_recurrent_weights(self.recurrent, self.config.recurrent_dropout):
                yield
        finally:
            self._forget_weights()

    def word_vectors(self, ids: Tensor) -> Tensor:
        """(...) -> (..., embedding); in training with one draw of `word_dropout`."""
        vectors: Tensor = self.embedding(ids)
        if self.training and self.config.word_dropout > 0:
            vectors = vectors * F.embedding(ids, word_scales(self.embedding.weight.detach(), self.config.word_dropout))
        return vectors

    def compile_parts(self, compiled: Callable[[Any], Any]) -> None:
        """compiled: a function -> the same function, compiled; for what is neither a layer nor the classifier."""
        self._after_last_pads = compiled(after_last_pads)

    def train(self, mode: bool = True) -> SentimentLSTM:
        self._forget_weights()  # which may change from now on
        return super().train(mode)

    def load_state_dict(self, *arguments: Any, **options: Any) -> Any:
        self._forget_weights()
        return super().load_state_dict(*arguments, **options)

    def _apply(self, *arguments: Any, **options: Any) -> SentimentLSTM:
        self._forget_weights()  # .to() and the like move the weights, not what was computed from them
        return super()._apply(*arguments, **options)  # type: ignore[no-any-return, no-untyped-call]

    def __getstate__(self) -> dict[str, Any]:
        return {  # a copy's weights change independently
            **self.__dict__,
            "_pad_states": {},
            "_stepped_pads": None,
            "packed": {},
        }

    def _forget_weights(self) -> None:
        self._pad_states.clear()
        self._stepped_pads = None
        self.packed.clear()

    def _steps(self, ids: Tensor, lengths: Tensor) -> Tensor:
        vectors = self.word_vectors(ids)
        if self.config.bidirectional:
            return self.recurrent(vectors, lengths)  # type: ignore[no-any-return]
        return self.recurrent(vectors)[0]  # type: ignore[no-any-return]

    def _read_after_pads(self, ids: Tensor) -> Tensor:
        """The last step of rows padded to max_length, of which `ids` holds only the last columns.

        The columns left out are pads in every row, and with a zero initial state the state after them is the same for
        every row: it is computed once, at batch 1, and each row starts from it. Exact, gradients included.
        """
        state = self._state_after_pads(self.config.max_length - ids.shape[1])
        if state is not None:
            state = _expand(state, len(ids))
        steps, _ = self.recurrent(self.word_vectors(ids), state)
        return steps[:, -1]  # type: ignore[no-any-return]

    def _state_after_pads(self, pads: int) -> LSTMState | None:
        if pads <= 0:
            return None
        if torch.is_grad_enabled():
            return self._run_pads_unchecked(pads) if self.embedding.weight.is_cuda else self._run_pads(pads)
        if pads not in self._pad_states:
            self._pad_states[pads] = self._run_pads(pads)
        return self._pad_states[pads]

    @torch.no_grad()
    def states_after_pads(self, pads: Sequence[int]) -> tuple[Tensor, Tensor]:
        """An LSTM's states after several numbers of pads, zero included: outputs and cells, (n, layers, hidden).

        Pads are run one at a time, in float32, until outputs have converged; see `SteppedPads`.
        """
        if self._stepped_pads is None:
            weights = cast(nn.LSTM, self.recurrent).all_weights
            self._stepped_pads = SteppedPads(weights, self.embedding.weight[:1], self.config.max_length)
        states = [self._stepped_pads.state_after(number) for number in pads]
        outputs, cells = (torch.cat(parts, dim=1).transpose(0, 1) for parts in zip(*states, strict=True))
        return outputs, cells

    def _run_pads(self, pads: int) -> LSTMState:
        """The state after this many pads, in float32 also under autocast.

        Pads are run until the outputs of every layer have converged, which takes 31 to 128 of them; see `LastPads`. A
        call of 64 takes a third of the time of four of 16, each of which packs the weights again; so training starts
        with the most that any step of the epoch needed.
        """
        training = torch.is_grad_enabled()
        first, further, most_at_once = self.pads_at_once if training else 64, 32, 128
        with torch.autocast(self.embedding.weight.device.type, enabled=False), no_tf32(self.embedding.weight.device):
            pad = self.embedding.weight[:1]  # (1, embedding)
            done = min(first, pads)
            _, state = self.recurrent(pad.expand(1, done, -1))
            while done < pads:
                rest = self._last_pads(pad, state)
                if rest.outputs_have_converged:
                    # All except the last in one go, and the last as a step: it shows whether the cells, each of which
                    # moves in one direction only, have moved far enough to change an output after all.
                    with torch.no_grad():
                        last = self._last_pads(pad, rest.state_after(pads - done - 1))
                    if last.outputs_have_converged:
                        if training:
                            self.pads_at_once = min(done, most_at_once)
                        return rest.state_after(pads - done)
                more = min(further, pads - done)
                _, state = self.recurrent(pad.expand(1, more, -1), state)
                done += more
        return state  # type: ignore[no-any-return]

    def _run_pads_unchecked(self, pads: int) -> LSTMState:
        """As `_run_pads`, without checking the outputs, for which the host would wait for the GPU at each step.

        After 128 pads they are assumed to have converged. `pad_drift` holds the most by which the last pad moved the
        last layer's outputs: both outputs come from one call, in which TF32 rounds them alike.
        """
        enough = 128
        with torch.autocast(self.embedding.weight.device.type, enabled=False):
            pad = self.embedding.weight[:1]  # (1, embedding)
            steps, state = self.recurrent(pad.expand(1, min(enough, pads), -1))
            if pads <= enough:
                return state  # type: ignore[no-any-return]
            weights = cast(nn.RNNBase, self.recurrent).all_weights
            after = self._after_last_pads(self.config.cell, weights, pad, state, pads - enough)
        with torch.no_grad():
            drift = (steps[0, -1] - steps[0, -2]).abs().max()
            if self.pad_drift is None:
                self.pad_drift = torch.zeros_like(drift)
            torch.maximum(self.pad_drift, drift, out=self.pad_drift)  # in place: a CUDA graph has its address
        return after

    def _last_pads(self, pad: Tensor, state: LSTMState) -> LastPads:
        return LastPads(self.config.cell, cast(nn.RNNBase, self.recurrent).all_weights, pad, state)


class BothDirections(nn.Module):
    """Recurrent layers in both directions, in which padding on the right affects no real step.

    A backward pass over a right-padded row would start in its padding. Here each layer is two forward passes, one of
    them over rows whose real steps are reversed in place. (batch, time, in) -> (batch, time, 2 hidden).
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        cell, hidden = _CELLS[config.cell], config.hidden_size
        sizes = [config.embedding_size] + [2 * hidden] * (config.layers - 1)
        self.ahead = nn.ModuleList(cell(size, hidden, batch_first=True) for size in sizes)
        self.back = nn.ModuleList(cell(size, hidden, batch_first=True) for size in sizes)

    def forward(self, vectors: Tensor, lengths: Tensor) -> Tensor:
        time = torch.arange(vectors.shape[1], device=vectors.device)
        mirrored = lengths[:, None] - 1 - time
        order = torch.where(mirrored >= 0, mirrored, time)[:, :, None]  # (batch, time, 1), its own inverse
        for ahead, back in zip(self.ahead, self.back, strict=True):
            reversed_steps, _ = back(vectors.gather(1, order.expand_as(vectors)))
            back_steps = reversed_steps.gather(1, order.expand_as(reversed_steps))
            vectors = torch.cat([ahead(vectors)[0], back_steps], dim=-1)
        return vectors


def network_of(model: Model) -> SentimentLSTM:
    """A model's network for PyTorch, on the CPU and in evaluation mode, with weights of its own."""
    with torch.device("meta"):  # shapes without memory
        network = SentimentLSTM(model.config, len(model.weights["embedding.weight"]) - 1, len(model.classes))
    network.load_state_dict({name: torch.tensor(array) for name, array in model.weights.items()}, assign=True)
    return network.eval()


def weights_of(network: SentimentLSTM) -> dict[str, npt.NDArray[np.float32]]:
    """A network's weights as they are now, for a `Model`: copies, which further training does not change."""
    return {name: tensor.detach().cpu().numpy().copy() for name, tensor in network.state_dict().items()}


def model_of(network: SentimentLSTM, vocabulary: Vocabulary, classes: list[Any], **fields: Any) -> Model:
    """A model with the network's weights as they are now. fields: further fields of `Model`."""
    return Model(network.config, weights_of(network), vocabulary, classes=classes, **fields)


def class_loss(
    logits: Tensor, targets: Tensor, weights: Tensor | None = None, row_weights: Tensor | None = None
) -> Tensor:
    """Mean cross-entropy over the rows. logits: as the network gives them.

    targets: (batch,) int64 class indices, or (batch, classes) float32, each class's probability. weights: (classes,)
    float32, by which the classes' terms are multiplied; None for 1. row_weights: (batch,) float32, by which the rows'
    losses are multiplied before the mean; None for 1.
    """
    if row_weights is not None:
        return (_row_losses(logits, targets, weights) * row_weights).mean()
    if logits.ndim == 1 and targets.ndim == 2:
        targets = targets[:, 1]
    if logits.ndim == 1:
        if weights is None:
            return F.binary_cross_entropy_with_logits(logits.float(), targets.float())
        of_second = weights[1] / weights[0]
        return weights[0] * F.binary_cross_entropy_with_logits(logits.float(), targets.float(), pos_weight=of_second)
    if weights is None:
        return F.cross_entropy(logits.float(), targets)
    return F.cross_entropy(logits.float(), targets, weight=weights, reduction="none").mean()


def _row_losses(logits: Tensor, targets: Tensor, weights: Tensor | None) -> Tensor:
    """(batch,): the terms of `class_loss`'s mean. Apart from it, because a mean of its own rounds differently."""
    if logits.ndim == 2:
        return F.cross_entropy(logits.float(), targets, weight=weights, reduction="none")
    wanted = targets[:, 1] if targets.ndim == 2 else targets
    if weights is None:
        return F.binary_cross_entropy_with_logits(logits.float(), wanted.float(), reduction="none")
    return weights[0] * F.binary_cross_entropy_with_logits(
        logits.float(), wanted.float(), pos_weight=weights[1] / weights[0], reduction="none"
    )


def class_probabilities(logits: Tensor) -> Tensor:
    """(batch, classes) float32, rows sum to 1."""
    if logits.ndim == 1:
        logits = torch.stack([torch.zeros_like(logits), logits], dim=1)  # whose softmax is the sigmoid
    return logits.float().softmax(dim=1)


def _expand(state: LSTMState, batch: int) -> LSTMState:
    if isinstance(state, tuple):
        return (_expand_one(state[0], batch), _expand_one(state[1], batch))
    return _expand_one(state, batch)


def _expand_one(state: Tensor, batch: int) -> Tensor:
    return state.expand(-1, batch, -1).contiguous()  # (layers, batch, hidden)
