"""The network against plain PyTorch: padded runs, nn.LSTM in both directions, textbook losses."""

import copy
import itertools
import math

import numpy as np
import pytest
import torch
from torch import nn

from benchmarks.tutorial_loop import SentimentRNN
from sentiment_fast.errors import UsageError
from sentiment_fast.model.batch_source import BatchSource
from sentiment_fast.model.config import NetworkConfig
from sentiment_fast.model.devices import Precision, cpu_has_bf16
from sentiment_fast.model.inference import all_logits
from sentiment_fast.model.network import SentimentLSTM, class_loss, class_probabilities
from sentiment_fast.model.pads import no_tf32
from sentiment_fast.model.pooling import max_mean
from sentiment_fast.text.encoding import TokenIds

CPU = torch.device("cpu")
FLOAT32 = Precision("float32", "float32")
WORDS = 30
KINDS = [
    pytest.param({"cell": cell, "pooling": pooling, "bidirectional": both}, id=f"{cell}-{pooling}{'-both' * both}")
    for cell, pooling, both in itertools.product(
        ("lstm", "gru", "rnn"), ("padded", "last", "attention", "max_mean"), (False, True)
    )
    if not (both and pooling == "padded")
]
CELLS = ["lstm", "gru", "rnn"]


def small(**fields) -> NetworkConfig:
    sizes = {"embedding_size": 6, "hidden_size": 10, "layers": 2, "dropout": 0.0, "max_length": 60}
    return NetworkConfig(**sizes | fields)


def network_of(config: NetworkConfig, words: int = WORDS, classes: int = 2, seed: int = 0) -> SentimentLSTM:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return SentimentLSTM(config, words, classes).eval()


def rows_of(lengths: list[int], words: int = WORDS, seed: int = 0) -> list[list[int]]:
    generator = np.random.default_rng(seed)
    return [generator.integers(1, words + 1, length).tolist() for length in lengths]


def padded(rows: list[list[int]], width: int, on_left: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """The batch (batch, width) and its lengths (batch,), by the obvious way; an empty row is one pad."""
    matrix = torch.zeros(len(rows), width, dtype=torch.int32)
    for row, ids in enumerate(rows):
        if ids:
            place = slice(width - len(ids), width) if on_left else slice(0, len(ids))
            matrix[row, place] = torch.tensor(ids, dtype=torch.int32)
    return matrix, torch.tensor([max(1, len(ids)) for ids in rows])


def plain_logits(network: SentimentLSTM, rows: list[list[int]]) -> torch.Tensor:
    """The tutorial's way: all rows padded on the left to max_length, all steps run, the last one classified."""
    matrix, _ = padded(rows, network.config.max_length, on_left=True)
    steps, _ = network.recurrent(network.embedding(matrix))
    return network.output(steps[:, -1]).squeeze(-1)


def gradients(network: SentimentLSTM, logits: torch.Tensor) -> dict[str, torch.Tensor]:
    network.zero_grad()
    class_loss(logits, torch.arange(len(logits)) % 2).backward()
    return {name: parameter.grad.clone() for name, parameter in network.named_parameters()}


def token_ids(rows: list[list[int]]) -> TokenIds:
    values = np.array(list(itertools.chain.from_iterable(rows)), dtype=np.int16)
    return TokenIds(values, np.cumsum([0, *map(len, rows)], dtype=np.int64))


def with_slow_cells(network: SentimentLSTM, forget: float) -> SentimentLSTM:
    """An LSTM whose cells add nearly 1 at every step and forget the share 1 - sigmoid(forget)."""
    with torch.no_grad():
        for name, parameter in network.recurrent.named_parameters():
            parameter.mul_(0.05)
            if name.startswith("bias_ih"):
                in_gate, forget_gate, cell_input, _ = parameter.chunk(4)
                in_gate.fill_(4.0), forget_gate.fill_(forget), cell_input.fill_(2.0)
    return network


# Padded pooling: what is left out of a batch changes nothing.


@pytest.mark.slow
@pytest.mark.parametrize("width", [24, 32, 59, 60])
@pytest.mark.parametrize("cell", CELLS)
def test_padded_logits_equal_a_plain_run_over_the_padded_matrix_at_any_width(cell, width):
    network, rows = network_of(small(cell=cell)), rows_of([24, 1, 7, 0, 23, 12])
    with torch.no_grad():
        logits = network(*padded(rows, width, on_left=True))
        torch.testing.assert_close(logits, plain_logits(network, rows), rtol=0, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(("width", "max_length"), [(24, 60), (60, 60), (24, 500)])
@pytest.mark.parametrize("cell", CELLS)
def test_padded_gradients_equal_those_of_a_plain_run(cell, width, max_length):
    network = network_of(small(cell=cell, max_length=max_length)).train()
    rows = rows_of([24, 1, 7, 0, 23, 12])
    ours = gradients(network, network(*padded(rows, width, on_left=True)))
    plain = gradients(network, plain_logits(network, rows))
    assert float(plain["embedding.weight"][0].abs().max()) > 1e-4  # the pad's own row learns too
    for name, gradient in plain.items():
        torch.testing.assert_close(ours[name], gradient, rtol=0, atol=1e-5, msg=lambda text, name=name: name + text)


@pytest.mark.slow
def test_padded_run_of_the_tutorials_size_equals_the_tutorials_model():
    config = NetworkConfig(dropout=0.0)
    network, tutorial = network_of(config, words=1000), SentimentRNN(1000).eval()
    tutorial.load_state_dict(
        {
            name.replace("recurrent", "lstm").replace("output", "fc"): tensor
            for name, tensor in network.state_dict().items()
        }
    )
    rows = rows_of([70, 3, 31, 0], words=1000)
    with torch.no_grad():
        ours = network(*padded(rows, 72, on_left=True)).sigmoid()
        theirs = tutorial(padded(rows, 500, on_left=True)[0])
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("forget", [8.0, 20.0], ids=["slowly forgetting", "counting"])
def test_padded_logits_equal_a_plain_run_where_cells_move_long_after_their_output_stands_still(forget):
    network = with_slow_cells(network_of(small(max_length=500)), forget)
    rows = rows_of([24, 5])
    with torch.no_grad():
        logits = network(*padded(rows, 24, on_left=True))
        torch.testing.assert_close(logits, plain_logits(network, rows), rtol=0, atol=1e-5)
        exact = copy.deepcopy(network).double()  # step by step in float32, rounding adds up to 1e-5
        _, state = exact.recurrent(exact.embedding(torch.zeros(1, 476, dtype=torch.int32)))
        for found, expected in zip(network._state_after_pads(476), state, strict=True):
            torch.testing.assert_close(found.double(), expected, rtol=1e-6, atol=1e-5)


def test_pads_are_run_until_they_change_nothing_more():
    network = network_of(NetworkConfig(dropout=0.0), words=5)
    run = []
    network.recurrent.register_forward_hook(lambda _, arguments, __: run.append(arguments[0].shape[1]))
    network._state_after_pads(430)
    assert sum(run) <= 2 * 65


@pytest.mark.slow
@pytest.mark.parametrize("pads", [0, 1, 90, 128, 129, 130, 476])
@pytest.mark.parametrize("cell", CELLS)
def test_pads_run_unchecked_end_where_checked_ones_do(cell, pads):
    network = network_of(small(cell=cell, max_length=500))
    if pads == 0:
        assert network._state_after_pads(pads) is None
        return
    found, expected = network._run_pads_unchecked(pads), network._run_pads(pads)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)
    assert network.pad_drift is None or network.pad_drift < 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS)
def test_pads_run_unchecked_have_the_gradients_of_a_plain_run(cell, monkeypatch):
    monkeypatch.setattr(SentimentLSTM, "_run_pads", SentimentLSTM._run_pads_unchecked)
    network, rows = network_of(small(cell=cell, max_length=500)).train(), rows_of([24, 1, 7])
    ours = gradients(network, network(*padded(rows, 24, on_left=True)))
    plain = gradients(network, plain_logits(network, rows))
    for name, gradient in plain.items():
        torch.testing.assert_close(ours[name], gradient, rtol=0, atol=1e-5, msg=lambda text, name=name: name + text)


def with_outputs_that_never_settle(network: SentimentLSTM) -> SentimentLSTM:
    """A tanh network whose outputs change their sign at every pad."""
    with torch.no_grad():
        for name, parameter in network.recurrent.named_parameters():
            parameter.copy_(-2 * torch.eye(10) if name.startswith("weight_hh") else torch.full_like(parameter, 0.01))
    return network


def test_how_far_outputs_moved_that_were_taken_to_stand_still_is_kept():
    network = with_outputs_that_never_settle(network_of(small(cell="rnn", max_length=500)))
    network._run_pads_unchecked(128)
    assert network.pad_drift is None  # all of them were run
    network._run_pads_unchecked(476)
    assert network.pad_drift > 1
    assert not any("drift" in name for name in network.state_dict())


def test_pads_are_run_once_per_width_when_nothing_is_learned():
    network = network_of(small())
    batch, run = padded(rows_of([24]), 24, on_left=True), []
    network.recurrent.register_forward_hook(lambda *_: run.append(1))
    with torch.no_grad():
        network(*batch)
        first = len(run)
        network(*batch)
    assert len(run) == first + 1


@pytest.mark.parametrize("how", ["load_state_dict", "train", "eval", "to"])
def test_pads_are_run_anew_after_the_weights_may_have_changed(how):
    network, other = network_of(small()), network_of(small(), seed=1)
    batch = padded(rows_of([24, 3]), 24, on_left=True)
    with torch.no_grad():
        network(*batch)
        if how == "load_state_dict":
            network.load_state_dict(other.state_dict())
        else:
            for ours, theirs in zip(network.parameters(), other.parameters(), strict=True):
                ours.copy_(theirs)
            network.train().eval() if how == "train" else network.to(CPU) if how == "to" else network.eval()
        assert torch.equal(network(*batch), other(*batch))


def test_pad_states_are_no_part_of_the_weights():
    network = network_of(small())
    names = set(network.state_dict())
    with torch.no_grad():
        network(*padded(rows_of([8]), 8, on_left=True))
    assert set(network.state_dict()) == names


# All kinds of network: a row's logit is its own.


@pytest.mark.slow
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_logits_do_not_depend_on_how_far_the_batch_is_padded(kind, classes):
    network, rows = network_of(small(**kind), classes=classes), rows_of([17, 1, 9, 0])
    with torch.no_grad():
        narrow, wide = (network(*padded(rows, width, network.config.pads_on_left)) for width in (17, 40))
    torch.testing.assert_close(narrow, wide, rtol=0, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_logits_do_not_depend_on_the_other_rows_of_the_batch(kind):
    network, rows = network_of(small(**kind)), rows_of([17, 1, 9, 0])
    on_left = network.config.pads_on_left
    with torch.no_grad():
        together = network(*padded(rows, 24, on_left))
        alone = torch.cat([network(*padded([row], max(1, len(row)), on_left)) for row in rows])
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_gradients_do_not_depend_on_how_far_the_batch_is_padded(kind):
    network, rows = network_of(small(**kind)).train(), rows_of([17, 1, 9, 0])
    narrow, wide = (
        gradients(network, network(*padded(rows, width, network.config.pads_on_left))) for width in (17, 40)
    )
    for name, gradient in narrow.items():
        torch.testing.assert_close(wide[name], gradient, rtol=0, atol=1e-6, msg=lambda text, name=name: name + text)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_two_classes_give_one_logit_a_row_and_more_give_one_each(kind):
    batch = padded(rows_of([5, 2, 3, 4]), 8, on_left=kind["pooling"] == "padded")
    shapes = [tuple(network_of(small(**kind), classes=classes)(*batch).shape) for classes in (2, 3, 7)]
    assert shapes == [(4,), (4, 3), (4, 7)]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_of_one_row_keeps_its_dimension(kind):
    assert network_of(small(**kind))(*padded([[3]], 1, on_left=False)).shape == (1,)


@pytest.mark.skipif(not cpu_has_bf16(), reason="this CPU has no native bfloat16")
@pytest.mark.parametrize("kind", KINDS)
def test_bf16_logits_are_near_those_of_float32(kind):
    network, rows = network_of(small(**kind)), rows_of([17, 1, 9, 0])
    batch = padded(rows, 24, network.config.pads_on_left)
    with torch.no_grad():
        exact = network(*batch)
        with Precision("bfloat16", "").autocast(CPU):
            reduced = network(*batch)
    torch.testing.assert_close(reduced.float(), exact, rtol=0, atol=0.03)


# Pooling.


@pytest.mark.parametrize("cell", CELLS)
def test_last_in_one_direction_is_the_last_step_of_the_row_alone(cell):
    network, rows = network_of(small(cell=cell, pooling="last")), rows_of([17, 1, 9])
    with torch.no_grad():
        expected = [network.output(network.recurrent(network.embedding(torch.tensor([row])))[0][0, -1]) for row in rows]
        torch.testing.assert_close(network(*padded(rows, 24, on_left=False)), torch.cat(expected), rtol=0, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", CELLS)
def test_last_in_both_directions_equals_pytorchs_bidirectional_layers_on_a_row_alone(cell, layers):
    network = network_of(small(cell=cell, pooling="last", bidirectional=True, layers=layers))
    kind = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[cell]
    theirs = kind(6, 10, layers, batch_first=True, bidirectional=True)
    with torch.no_grad():
        for layer in range(layers):
            for direction, suffix in ((network.recurrent.ahead, ""), (network.recurrent.back, "_reverse")):
                for name, parameter in direction[layer].named_parameters():
                    getattr(theirs, name.replace("l0", f"l{layer}{suffix}")).copy_(parameter)
        rows = rows_of([17, 1, 9])
        expected = []
        for row in rows:
            steps = theirs(network.embedding(torch.tensor([row])))[0][0]  # (time, 2 hidden)
            expected.append(network.output(torch.cat([steps[-1, :10], steps[0, 10:]])))
        torch.testing.assert_close(network(*padded(rows, 24, on_left=False)), torch.cat(expected), rtol=0, atol=1e-6)


def test_attention_is_the_softmax_weighted_mean_of_the_real_steps():
    network, rows = network_of(small(pooling="attention")), rows_of([17, 1, 9])
    expected = []
    with torch.no_grad():
        for row in rows:
            steps = network.recurrent(network.embedding(torch.tensor([row])))[0][0]  # (time, features)
            scores = [float(network.attention.score(torch.tanh(network.attention.projection(step)))) for step in steps]
            shares = [math.exp(score) / sum(map(math.exp, scores)) for score in scores]
            expected.append(network.output(sum(share * step for share, step in zip(shares, steps, strict=True))))
        torch.testing.assert_close(network(*padded(rows, 24, on_left=False)), torch.cat(expected), rtol=0, atol=1e-6)


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_max_mean_is_the_maximum_and_the_mean_of_a_rows_steps_side_by_side(cell, both):
    network, rows = network_of(small(cell=cell, pooling="max_mean", bidirectional=both)), rows_of([17, 1, 9])
    ids, lengths = padded(rows, 24, on_left=False)
    with torch.no_grad():
        found = network.summarise(ids, lengths)
        for row, summary in zip(rows, found, strict=True):
            vectors = network.embedding(torch.tensor([row]))
            arguments = (vectors, torch.tensor([len(row)])) if both else (vectors,)
            steps = network.recurrent(*arguments)
            steps = (steps if both else steps[0])[0]  # (time, features)
            columns = list(zip(*steps.tolist(), strict=True))
            expected = [max(column) for column in columns] + [math.fsum(column) / len(column) for column in columns]
            torch.testing.assert_close(summary, torch.tensor(expected), rtol=0, atol=1e-6)


def test_max_mean_adds_up_steps_of_bf16_in_float32():
    steps = torch.full((1, 600, 2), 0.75, dtype=torch.bfloat16)
    steps[:, 500:] = torch.nan  # the padding
    assert torch.equal(max_mean(steps, torch.tensor([500])), torch.full((1, 4), 0.75))


@pytest.mark.parametrize("both", [False, True])
def test_max_mean_gives_no_gradient_to_the_pad(both):
    network = network_of(small(pooling="max_mean", bidirectional=both)).train()
    found = gradients(network, network(*padded(rows_of([17, 1, 9]), 24, on_left=False)))
    assert not found["embedding.weight"][0].any()


@pytest.mark.parametrize("both", [False, True])
def test_attention_gives_no_gradient_to_the_pad(both):
    network = network_of(small(pooling="attention", bidirectional=both)).train()
    found = gradients(network, network(*padded(rows_of([17, 1, 9]), 24, on_left=False)))
    assert not found["embedding.weight"][0].any()


def test_dropout_is_drawn_in_training_alone():
    network = network_of(small(dropout=0.5))
    batch = padded(rows_of([9, 8]), 16, on_left=True)
    with torch.no_grad():
        assert torch.equal(network(*batch), network(*batch))
        network.train()
        assert not torch.equal(network(*batch), network(*batch))


# What logits mean.


def test_loss_of_two_classes_is_the_mean_of_minus_log_of_the_true_ones_probability():
    logits, targets = torch.tensor([0.5, -2.0, 3.0]), torch.tensor([1, 0, 0])
    share = [1 / (1 + math.exp(-logit)) for logit in logits.tolist()]
    expected = -(math.log(share[0]) + math.log(1 - share[1]) + math.log(1 - share[2])) / 3
    assert float(class_loss(logits, targets)) == pytest.approx(expected, abs=1e-6)


def test_loss_of_three_classes_is_the_mean_of_minus_log_of_the_true_ones_probability():
    logits, targets = [[0.5, -2.0, 3.0], [1.0, 1.0, 1.0]], [1, 2]
    shares = [[math.exp(logit) / sum(map(math.exp, row)) for logit in row] for row in logits]
    expected = -(math.log(shares[0][1]) + math.log(shares[1][2])) / 2
    assert float(class_loss(torch.tensor(logits), torch.tensor(targets))) == pytest.approx(expected, abs=1e-6)


def test_probabilities_of_two_classes_are_the_sigmoid_and_the_rest():
    logits = torch.tensor([0.5, -2.0, 3.0])
    second = 1 / (1 + torch.exp(-logits))
    torch.testing.assert_close(class_probabilities(logits), torch.stack([1 - second, second], dim=1))


def test_probabilities_of_three_classes_are_the_softmax():
    logits = torch.tensor([[0.5, -2.0, 3.0], [1.0, 1.0, 1.0]])
    expected = logits.exp() / logits.exp().sum(dim=1, keepdim=True)
    torch.testing.assert_close(class_probabilities(logits), expected)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("shape", [(50,), (50, 3)])
def test_rows_of_probabilities_are_float32_and_sum_to_one(shape, dtype):
    logits = (30 * torch.randn(shape, generator=torch.Generator().manual_seed(0))).to(dtype)
    probabilities = class_probabilities(logits)
    assert probabilities.dtype == torch.float32
    torch.testing.assert_close(probabilities.sum(dim=1), torch.ones(50), rtol=0, atol=1e-6)


def test_probabilities_of_no_row_have_a_column_per_class():
    assert class_probabilities(torch.empty(0)).shape == (0, 2)


# All logits of a data set (inference.py).


@pytest.mark.slow
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_all_logits_stand_in_the_order_of_the_texts(kind, classes):
    network = network_of(small(**kind), classes=classes)
    rows = rows_of([*range(70), 65, 3, 0, 12])  # several batches, rows beyond max_length among them
    source = BatchSource(token_ids(rows), 60, network.config.pads_on_left, CPU)
    with torch.no_grad():
        alone = [network(*padded([row[:60]], 60, network.config.pads_on_left)) for row in rows]
    torch.testing.assert_close(all_logits(network, source, FLOAT32), torch.cat(alone), rtol=0, atol=1e-5)


@pytest.mark.parametrize(("classes", "shape"), [(2, (0,)), (3, (0, 3))])
def test_no_texts_have_no_logits(classes, shape):
    network = network_of(small(), classes=classes)
    assert all_logits(network, BatchSource(token_ids([]), 60, True, CPU), FLOAT32).shape == shape


# The config.


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *((field, 0) for field in ("embedding_size", "hidden_size", "layers", "max_length")),
        *((field, -3) for field in ("embedding_size", "hidden_size", "layers", "max_length")),
        *((field, 2.5) for field in ("embedding_size", "hidden_size", "layers", "max_length")),
        ("hidden_size", "64"),
        ("layers", True),
        ("layers", None),
        ("dropout", -0.1),
        ("dropout", 1.0),
        ("dropout", math.nan),
        ("dropout", "0.3"),
        ("word_dropout", 1),
        ("word_dropout", None),
        ("recurrent_dropout", -0.5),
        ("recurrent_dropout", math.inf),
        ("cell", "LSTM"),
        ("cell", ["lstm"]),
        ("pooling", "mean"),
        ("pooling", None),
        ("bidirectional", "no"),
        ("bidirectional", 1),
    ],
)
def test_a_bad_value_is_refused_by_the_name_of_its_field(field, value):
    with pytest.raises(UsageError, match=rf"\b{field}\b"):
        NetworkConfig(**{"pooling": "last", field: value})


def test_padded_pooling_in_both_directions_is_refused():
    with pytest.raises(UsageError, match="pooling last, attention or max_mean with bidirectional"):
        NetworkConfig(bidirectional=True, pooling="padded")


@pytest.mark.parametrize(
    ("pooling", "on_left"), [("padded", True), ("last", False), ("attention", False), ("max_mean", False)]
)
def test_only_padded_pooling_reads_pads_on_the_left(pooling, on_left):
    assert NetworkConfig(pooling=pooling).pads_on_left is on_left


# On a GPU.


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("kind", KINDS)
def test_cuda_logits_equal_those_of_the_cpu(kind):
    network, rows = network_of(small(**kind)), rows_of([17, 1, 9, 0])
    ids, lengths = padded(rows, 24, network.config.pads_on_left)
    with torch.no_grad(), no_tf32(torch.device("cuda")):
        expected = network(ids, lengths)
        found = network.to("cuda")(ids.cuda(), lengths.cuda()).cpu()
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-4)


def test_a_length_beyond_reason_is_refused():
    with pytest.raises(UsageError, match="Expected max_length of up to 65,536, got 1000000"):
        NetworkConfig(max_length=1_000_000)


def test_padded_logits_equal_a_plain_run_where_cells_turn_an_output_long_after_it_stood_still():
    # Layer 1 saturates slowly; till then it drives layer 2's cell far down, from where it drifts back by 0.02 a pad.
    network = network_of(NetworkConfig(embedding_size=1, hidden_size=1, layers=2, dropout=0.0))
    gates = {"bias_ih_l0": [20, 20, 0.1, 20], "bias_ih_l1": [20, 20, -3, 20], "weight_ih_l1": [0, 0, 3.02, 0]}
    with torch.no_grad():
        for name, parameter in network.recurrent.named_parameters():
            parameter.copy_(torch.tensor(gates.get(name, [0, 0, 0, 0])).float().reshape(parameter.shape))
        exact = copy.deepcopy(network).double()
        outputs, _ = exact.recurrent(exact.embedding(torch.zeros(1, 492, dtype=torch.int32)))
        assert outputs[0, -1, 0] - outputs[0, 64, 0] > 1e-3
        found = network._state_after_pads(492)[0][-1, 0, 0]
    torch.testing.assert_close(found.double(), outputs[0, -1, 0], rtol=0, atol=1e-4)
