"""The training loop: step by step beside the tutorial's, and what it leaves behind however it ends."""

import copy
import math
from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pyarrow as pa
import pytest
import torch

from benchmarks import tutorial_loop
from benchmarks.tutorial_loop import SentimentRNN
from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.errors import DataError
from sentiment_fast.model.devices import Precision, cpu_has_bf16
from sentiment_fast.model.network import SentimentLSTM, class_loss
from sentiment_fast.model.presets import Preset, TrainingConfig, preset
from sentiment_fast.training import loop, step
from sentiment_fast.training.encode import Encoded, encode_part, new_network, vocabulary_of
from sentiment_fast.training.loop import Epoch, measure, train

CPU, FLOAT32 = torch.device("cpu"), Precision("float32", "float32")
WORDS = [first + second for first in "bdfgklmnprst" for second in ("ala", "elo", "iru", "oma", "upi")]
SMALL = preset("tutorial").with_fields(
    {
        "stop_words": "none",
        "embedding_size": 16,
        "hidden_size": 24,
        "layers": 1,
        "dropout": 0.0,
        "max_length": 20,
        "batch_size": 16,
        "learning_rate": 0.01,
        "epochs": 3,
    }
)


def random_texts(rows: int, seed: int, classes: int = 2) -> LabelledTexts:
    """Random words under random labels: there is nothing to learn but the texts themselves."""
    generator = np.random.default_rng(seed)
    texts = [" ".join(generator.choice(WORDS, generator.integers(1, 15))) for _ in range(rows)]
    return LabelledTexts(pa.chunked_array([pa.array(texts)]), generator.integers(0, classes, rows), "random texts")


def telling_texts(rows: int, seed: int, classes: int = 2) -> LabelledTexts:
    """Random words, and somewhere among them the one that tells the class."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes, rows)
    texts = []
    for label in labels:
        words = generator.choice(WORDS[classes:], generator.integers(2, 15)).tolist()
        texts.append(" ".join([*words[:1], WORDS[label], *words[1:]]))
    return LabelledTexts(pa.chunked_array([pa.array(texts)]), labels, "telling texts")


class Run:
    """A network and its data, ready to be trained."""

    def __init__(self, settings: Preset, training: LabelledTexts, validation: LabelledTexts, device=CPU) -> None:
        self.settings = settings
        classes = np.unique(training.labels).tolist()
        vocabulary = vocabulary_of(training, settings.vocabulary)
        self.network = new_network(settings, vocabulary, classes).to(device)
        self.encoded: dict[str, Encoded] = {
            "training": encode_part(training, vocabulary, classes),
            "validation": encode_part(validation, vocabulary, classes),
        }
        self.training, self.validation = (part.examples(settings.network, device) for part in self.encoded.values())

    def train(self, precision: Precision = FLOAT32, **options) -> list[Epoch]:
        return train(self.network, self.training, self.validation, self.settings.training, precision, **options)


def small_run(**fields) -> Run:
    return Run(SMALL.with_fields(fields), telling_texts(96, seed=0), telling_texts(40, seed=1))


def weights_of(network: SentimentLSTM) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


def equal(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(one[name].equal(other[name]) for name in one)


# Beside the tutorial.


def recorded_steps(run: Run, monkeypatch: pytest.MonkeyPatch) -> tuple[list[np.ndarray], list[float]]:
    """Train; the batches' rows and their losses, step by step."""
    batches: list[np.ndarray] = []
    losses: list[float] = []

    def recorded_batches(epoch: list[np.ndarray]) -> list[np.ndarray]:
        batches.extend(epoch)
        return epoch

    def recorded_loss(logits: torch.Tensor, targets: torch.Tensor, *weights: torch.Tensor | None) -> torch.Tensor:
        loss = class_loss(logits, targets, *weights)
        if loss.requires_grad:  # a training step, not a measurement
            losses.append(loss.item())
        return loss

    with monkeypatch.context() as patch:
        patch.setattr(step, "class_loss", recorded_loss)
        run.train(progress=recorded_batches)
    return batches, losses


@pytest.mark.slow
@pytest.mark.parametrize("epochs", [2, pytest.param(34, marks=pytest.mark.long)], ids=["six steps", "a hundred steps"])
def test_steps_at_the_tutorials_sizes_have_the_losses_of_the_tutorials_loop(monkeypatch, epochs):
    settings = preset("tutorial").with_fields({"dropout": 0, "batch_size": 6, "epochs": epochs, "stop_words": "none"})
    run = Run(settings, telling_texts(18, seed=0), telling_texts(4, seed=1))
    tutorial = SentimentRNN(run.network.embedding.num_embeddings - 1, dropout=0.0)
    start = run.network.state_dict().items()
    tutorial.load_state_dict({name.replace("recurrent", "lstm").replace("output", "fc"): w for name, w in start})
    batches, ours = recorded_steps(run, monkeypatch)

    optimizer = torch.optim.Adam(tutorial.parameters(), lr=1e-3)
    encoded = run.encoded["training"]
    matrix, targets = torch.from_numpy(encoded.ids.pad(500)), torch.from_numpy(encoded.targets)
    theirs = [
        tutorial_loop.training_step(tutorial, optimizer, matrix[rows], targets[rows])[0].item() for rows in batches
    ]
    assert len(theirs) == 3 * epochs
    assert min(theirs) < theirs[0] - (0.05 if epochs == 34 else 0)  # something was learned
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4)


@pytest.mark.slow
def test_gradients_are_clipped_to_the_largest_norm(monkeypatch):
    norms = []
    clip = torch.nn.utils.clip_grad_norm_

    def recorded_clip(parameters, largest):
        parameters = list(parameters)
        clip(parameters, largest)
        norms.append((largest, math.sqrt(sum(float((one.grad**2).sum()) for one in parameters))))

    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", recorded_clip)
    small_run(clip_norm=0.01).train()
    assert {largest for largest, _ in norms} == {0.01}
    assert max(norm for _, norm in norms) == pytest.approx(0.01, rel=1e-3)


@pytest.mark.slow
def test_the_tutorials_loop_returns_the_weights_of_the_lowest_validation_loss():
    torch.manual_seed(0)
    generator = np.random.default_rng(0)
    matrix, targets = generator.integers(0, 20, (12, 30)), generator.integers(0, 2, 12)
    training = tutorial_loop.loader(matrix, targets, shuffle=True)
    validation = tutorial_loop.loader(matrix, 1 - targets, shuffle=False)  # the better trained, the worse judged
    model, figures = SentimentRNN(20, dropout=0.0), []
    best = tutorial_loop.train(model, training, validation, epochs=3, learning_rate=0.01, on_epoch=figures.append)
    model.load_state_dict(best)
    chances = tutorial_loop.predict(model, validation)
    loss = torch.nn.functional.binary_cross_entropy(chances, torch.from_numpy(1.0 - targets).float()).item()
    losses = [epoch.validation_loss for epoch in figures]
    assert losses[-1] > min(losses)
    assert loss == pytest.approx(min(losses), abs=1e-6)


# Learning.


@pytest.mark.slow
@pytest.mark.parametrize("fields", [{}, {"pooling": "last", "bidirectional": True}, {"pooling": "attention"}], ids=str)
def test_sixty_four_texts_of_random_labels_are_learned_by_heart(fields):
    texts = random_texts(64, seed=0)
    run = Run(SMALL.with_fields({"epochs": 40, "learning_rate": 0.02, **fields}), texts, texts)
    run.train()
    assert measure(run.network, run.training, FLOAT32)[1] == 1.0


@pytest.mark.slow
@pytest.mark.parametrize("classes", [2, 3, 5])
def test_any_number_of_classes_is_learned(classes):
    settings = SMALL.with_fields({"epochs": 8})
    run = Run(settings, telling_texts(400, seed=0, classes=classes), telling_texts(100, seed=1, classes=classes))
    assert max(epoch.validation_accuracy for epoch in run.train()) >= 0.95


@pytest.mark.skipif(not cpu_has_bf16(), reason="this CPU has no native bfloat16")
@pytest.mark.parametrize("pooling", ["padded", "last", "attention"])
def test_bf16_on_the_cpu_learns_too(pooling):
    run = small_run(pooling=pooling, epochs=12)
    history = run.train(Precision("bfloat16", "bfloat16"))
    assert max(epoch.validation_accuracy for epoch in history) >= 0.95


@pytest.mark.skipif(not cpu_has_bf16(), reason="this CPU has no native bfloat16")
def test_weights_stay_float32_under_bf16():
    run = small_run(epochs=1)
    run.train(Precision("bfloat16", "bfloat16"))
    assert {tensor.dtype for tensor in run.network.state_dict().values()} == {torch.float32}


# What is left behind.


def overfitting_run(epochs: int = 8, keep: str = "best") -> Run:
    """One whose validation loss rises again before the end."""
    settings = SMALL.with_fields({"epochs": epochs, "learning_rate": 0.02, "keep": keep})
    return Run(settings, random_texts(64, seed=0), random_texts(64, seed=1))


@pytest.mark.slow
def test_the_network_ends_with_the_weights_of_the_lowest_validation_loss():
    run, weights = overfitting_run(), []
    history = run.train(on_epoch=lambda _: weights.append(weights_of(run.network)))
    losses = [epoch.validation_loss for epoch in history]
    best = losses.index(min(losses))
    assert best < len(losses) - 1
    assert equal(weights_of(run.network), weights[best])
    assert measure(run.network, run.validation, FLOAT32)[0] == pytest.approx(min(losses), abs=1e-6)


@pytest.mark.slow
def test_the_network_ends_with_the_last_weights_where_they_are_to_be_kept():
    run, weights = overfitting_run(keep="last"), []
    history = run.train(on_epoch=lambda _: weights.append(weights_of(run.network)))
    losses = [epoch.validation_loss for epoch in history]
    assert min(losses) < losses[-1]
    assert equal(weights_of(run.network), weights[-1])
    assert all(epoch.best for epoch in history)


@pytest.mark.slow
def test_the_network_ends_in_evaluation_mode():
    run = small_run()
    run.train()
    assert not run.network.training


@pytest.mark.slow
def test_each_epoch_that_lowers_the_validation_loss_is_marked_as_best():
    history = overfitting_run().train()
    losses = [epoch.validation_loss for epoch in history]
    assert [epoch.best for epoch in history] == [loss < min([math.inf, *losses[:n]]) for n, loss in enumerate(losses)]


@pytest.mark.slow
def test_the_history_counts_epochs_from_one():
    assert [epoch.epoch for epoch in small_run().train()] == [1, 2, 3]


@pytest.mark.slow
def test_on_epoch_is_told_of_each_epoch_once():
    told: list[Epoch] = []
    history = small_run().train(on_epoch=told.append)
    assert told == history


@pytest.mark.slow
def test_validation_figures_are_those_of_the_network_at_the_epochs_end():
    run, measured = small_run(), []
    history = run.train(on_epoch=lambda _: measured.append(measure(run.network, run.validation, FLOAT32)))
    assert [(epoch.validation_loss, epoch.validation_accuracy) for epoch in history] == measured


def test_training_figures_are_means_over_the_texts_not_the_batches(monkeypatch):
    run = small_run(epochs=1, batch_size=40)  # 96 texts: the last batch has 16
    batches, losses = recorded_steps(run, monkeypatch)
    again = small_run(epochs=1, batch_size=40)
    (epoch,) = again.train()
    assert {len(rows) for rows in batches} == {40, 16}
    assert epoch.train_loss == pytest.approx(np.average(losses, weights=[len(rows) for rows in batches]), abs=1e-6)


def test_training_accuracy_is_the_share_of_right_answers_before_each_step():
    run = small_run(epochs=1, batch_size=96, learning_rate=1e-9)  # one step that changes next to nothing
    accuracy = measure(run.network, run.training, FLOAT32)[1]
    (epoch,) = run.train()
    assert epoch.train_accuracy == pytest.approx(accuracy, abs=1e-6)


def test_speed_is_texts_by_seconds():
    (epoch,) = small_run(epochs=1).train()
    assert epoch.seconds > 0
    assert epoch.reviews_per_second == pytest.approx(96 / epoch.seconds)


def test_an_epochs_figures_are_plain_numbers():
    (epoch,) = small_run(epochs=1).train()
    assert {type(value) for value in asdict(epoch).values()} == {int, float, bool}


def test_progress_wraps_each_epochs_batches():
    sizes = []
    small_run(batch_size=40).train(progress=lambda batches: sizes.append(sorted(map(len, batches))) or batches)
    assert sizes == [[16, 40, 40]] * 3


# Chance.


@pytest.mark.slow
def test_the_same_seed_gives_the_same_weights_to_the_last_bit():
    one, other = small_run(dropout=0.5), small_run(dropout=0.5)
    one.train()
    torch.rand(7)  # what else is drawn in between makes no difference
    other.train()
    assert equal(weights_of(one.network), weights_of(other.network))


@pytest.mark.slow
def test_another_seed_gives_other_weights():
    one, other = small_run(seed=0), small_run(seed=1)
    one.train(), other.train()
    assert not equal(weights_of(one.network), weights_of(other.network))


@pytest.mark.slow
@pytest.mark.parametrize("fails", [False, True])
def test_training_leaves_the_callers_random_state_alone(fails):
    run, state = small_run(dropout=0.5), torch.get_rng_state()
    if fails:
        with pytest.raises(KeyboardInterrupt):
            run.train(on_epoch=raising(KeyboardInterrupt))
    else:
        run.train()
    assert torch.get_rng_state().equal(state)


# Ends before the end.


def raising(error: type[BaseException], at: int = 1) -> Callable[[Epoch], None]:
    def on_epoch(epoch: Epoch) -> None:
        if epoch.epoch == at:
            raise error

    return on_epoch


@pytest.mark.slow
@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_an_error_from_on_epoch_leaves_the_best_weights_in_the_network(error):
    run, weights, losses = overfitting_run(), [], []

    def on_epoch(epoch: Epoch) -> None:
        weights.append(weights_of(run.network))
        losses.append(epoch.validation_loss)
        if epoch.epoch == 7:
            raise error

    with pytest.raises(error):
        run.train(on_epoch=on_epoch)
    best = losses.index(min(losses))
    assert best < 6
    assert equal(weights_of(run.network), weights[best])
    assert not run.network.training


def test_an_interruption_within_the_first_epoch_leaves_the_weights_it_began_with():
    run = small_run()
    start = weights_of(run.network)

    def interrupted(batches):
        yield from batches[:3]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run.train(progress=interrupted)
    assert equal(weights_of(run.network), start)


def test_an_interruption_within_a_later_epoch_leaves_the_best_weights_so_far():
    run, weights, epochs = small_run(), [], []

    def interrupted(batches):
        epochs.append(len(epochs) + 1)
        yield from batches[:3]
        if epochs[-1] == 2:
            raise KeyboardInterrupt
        yield from batches[3:]

    with pytest.raises(KeyboardInterrupt):
        run.train(on_epoch=lambda _: weights.append(weights_of(run.network)), progress=interrupted)
    assert len(weights) == 1
    assert equal(weights_of(run.network), weights[0])


def test_a_training_loss_that_is_no_number_raises_with_advice():
    run = small_run()
    with torch.no_grad():
        run.network.output.weight.fill_(math.inf)
    with pytest.raises(
        DataError, match=r"The training loss became (nan|inf) in epoch 1: lower the learning rate \(now 0.01"
    ):
        run.train()


def test_a_learning_rate_far_too_high_raises_with_advice():
    run = small_run(learning_rate=1e6, weight_decay=1e6)  # each step multiplies weights by -1e12
    with pytest.raises(DataError, match=r"loss became (nan|inf) in epoch \d+: lower the learning rate \(now 1000000"):
        run.train()


def test_a_validation_loss_that_is_not_a_number_raises_even_in_the_last_epoch(monkeypatch):
    run = small_run(epochs=1)
    monkeypatch.setattr(loop, "measure", lambda *_: (math.nan, 0.5))
    with pytest.raises(DataError, match=r"The validation loss became (nan|inf) in epoch 1"):
        run.train()


def test_a_failed_training_leaves_the_best_weights_so_far():
    run, weights = small_run(), []

    def on_epoch(epoch: Epoch) -> None:
        weights.append(weights_of(run.network))
        with torch.no_grad():
            run.network.output.weight.fill_(math.nan)

    with pytest.raises(DataError, match="in epoch 2"):
        run.train(on_epoch=on_epoch)
    assert equal(weights_of(run.network), weights[0])


# The optimiser.


def adam_beside(run: Run, batches: list[np.ndarray], **options) -> dict[str, torch.Tensor]:
    """The weights that plain Adam comes to from the run's own, on the given batches."""
    network, config = copy.deepcopy(run.network).train(), run.settings.training
    optimizer = torch.optim.Adam(network.parameters(), lr=config.learning_rate, **options)
    for rows in batches:
        optimizer.zero_grad()
        logits = network(*run.training.source.batch(rows))
        class_loss(logits, run.training.targets[torch.from_numpy(rows)]).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), config.clip_norm)
        optimizer.step()
    return weights_of(network)


def trained_beside_adam(**options) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """The weights of 18 steps of ours without weight decay, and of as many of plain Adam's."""
    run, batches, ended = small_run(), [], []
    start = copy.deepcopy(run)
    run.train(
        progress=lambda epoch: batches.extend(epoch) or epoch, on_epoch=lambda _: ended.append(weights_of(run.network))
    )
    assert len(batches) == 18
    return ended[-1], adam_beside(start, batches, **options)


@pytest.mark.slow
def test_without_weight_decay_the_weights_are_adams_to_the_last_bit():
    ours, adams = trained_beside_adam(fused=True)
    assert equal(ours, adams)


@pytest.mark.slow
def test_without_weight_decay_the_weights_are_those_of_adam_as_it_comes():
    ours, adams = trained_beside_adam()
    for name, weights in ours.items():
        torch.testing.assert_close(weights, adams[name], rtol=0, atol=1e-4)


def test_weight_decay_is_decoupled_from_the_gradient():
    ended = {}
    for decay in (0.0, 0.5):
        run = small_run(epochs=1, batch_size=96, weight_decay=decay)  # a single step
        start = weights_of(run.network)
        run.train(on_epoch=lambda _, run=run, decay=decay: ended.update({decay: weights_of(run.network)}))
    for name, weights in start.items():
        torch.testing.assert_close(ended[0.5][name], ended[0.0][name] - 0.01 * 0.5 * weights, rtol=0, atol=1e-6)


# Stopping early.


@pytest.mark.slow
@pytest.mark.parametrize("patience", [1, 2, 3])
def test_training_stops_after_so_many_epochs_without_gain(patience):
    run = overfitting_run(epochs=20)
    run.settings = run.settings.with_fields({"patience": patience})
    history = run.train()
    best = max(epoch.epoch for epoch in history if epoch.best)
    assert len(history) == best + patience < 20


def test_patience_goes_by_the_loss_also_where_the_last_epoch_is_kept():
    run = overfitting_run(epochs=20, keep="last")
    run.settings = run.settings.with_fields({"patience": 2})
    losses = [epoch.validation_loss for epoch in run.train()]
    assert len(losses) == losses.index(min(losses)) + 1 + 2 < 20


def test_an_epoch_is_called_the_best_where_the_best_is_kept():
    epoch = Epoch(1, 0.5, 0.5, 0.5, 0.5, 1.0, 1.0, best=True)
    said = [epoch.as_text(TrainingConfig(keep=keep)) for keep in ("best", "last")]
    assert ["the best so far" in one for one in said] == [True, False]


def test_an_early_stop_keeps_the_best_weights():
    run, weights = overfitting_run(epochs=20), []
    run.settings = run.settings.with_fields({"patience": 2})
    history = run.train(on_epoch=lambda _: weights.append(weights_of(run.network)))
    best = max(epoch.epoch for epoch in history if epoch.best)
    assert equal(weights_of(run.network), weights[best - 1])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("patience", "losses", "epochs"),
    [(1, [0.5, 0.4, 0.6, 0.3], 3), (2, [0.5, 0.6, 0.4, 0.7], 4), (2, [0.5, 0.6, 0.7, 0.4], 3), (1, [0.5, 0.5], 2)],
)
def test_a_gain_starts_the_count_of_epochs_anew(monkeypatch, patience, losses, epochs):
    given = iter(losses)
    monkeypatch.setattr(loop, "measure", lambda *_: (next(given), 0.5))  # training would not give these
    assert len(small_run(epochs=len(losses), patience=patience).train()) == epochs


@pytest.mark.slow
def test_without_patience_training_never_stops_early():
    assert len(overfitting_run(epochs=12).train()) == 12


# Batches.


@pytest.mark.slow
def test_each_epoch_begins_with_the_batch_of_the_longest_row():
    run, firsts = small_run(), []
    run.train(progress=lambda batches: firsts.append(batches[0]) or batches)
    lengths = run.training.source.lengths
    assert [lengths[rows].max() for rows in firsts] == [lengths.max()] * 3


@pytest.mark.slow
def test_each_epoch_takes_every_row_once():
    run, epochs = small_run(batch_size=19), []
    run.train(progress=lambda batches: epochs.append(np.concatenate(batches)) or batches)
    assert [sorted(rows.tolist()) for rows in epochs] == [list(range(96))] * 3


@pytest.mark.slow
def test_a_number_of_batch_ids_makes_batches_of_long_texts_smaller():
    run, batches = small_run(batch_size=40, batch_ids=256), []
    run.train(progress=lambda epoch: batches.extend(epoch) or epoch)
    lengths = run.training.source.lengths
    assert max(len(rows) * lengths[rows].max() for rows in batches) <= 256
    assert len({len(rows) for rows in batches}) > 1


def test_outputs_that_do_not_stand_still_are_told_of_once_an_epoch():
    run, said = small_run(epochs=2), []
    run.network.pad_drift = torch.tensor(0.002)
    run.train(say=said.append)
    assert len(said) == 1
    assert "still moved by up to 0.002 a step" in said[0]
    assert run.network.pad_drift == 0  # from there on, anew


def test_a_batch_scale_makes_batches_so_many_times_as_large():
    sizes = []
    small_run(batch_size=10, batch_scale=4).train(progress=lambda batches: sizes.extend(map(len, batches)) or batches)
    assert sorted(set(sizes)) == [16, 40]


# Where memory is short.


def fit_into_memory_only(run: Run, rows: int) -> list[int]:
    """From now on, training batches of more rows are out of memory; the sizes of those that are computed."""
    sizes: list[int] = []

    def refuse(dropout: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        if dropout.training:
            if len(inputs[0]) > rows:
                raise torch.OutOfMemoryError("out of memory")
            sizes.append(len(inputs[0]))

    run.network.dropout.register_forward_pre_hook(refuse)
    return sizes


def same_but_for_rounding(one: list[Epoch], other: list[Epoch]) -> None:
    for epoch, expected in zip(one, other, strict=True):
        assert epoch.train_loss == pytest.approx(expected.train_loss, abs=1e-4)
        assert epoch.validation_loss == pytest.approx(expected.validation_loss, abs=1e-4)
        assert epoch.train_accuracy == pytest.approx(expected.train_accuracy, abs=0.011)  # a text of 96


@pytest.mark.slow
@pytest.mark.parametrize("rows", [1, 2, 5, 8, 15])
def test_a_batch_that_does_not_fit_into_memory_is_computed_in_pieces_with_the_same_result(rows):
    short, plenty = small_run(), small_run()
    sizes = fit_into_memory_only(short, rows)
    same_but_for_rounding(short.train(), plenty.train())
    assert max(sizes) <= rows
    for name, weights in weights_of(plenty.network).items():
        torch.testing.assert_close(weights_of(short.network)[name], weights, rtol=0, atol=1e-3)


@pytest.mark.slow
def test_pieces_of_batches_that_are_not_alike_make_the_same_epoch():
    short, plenty = small_run(batch_size=19), small_run(batch_size=19)  # 96 texts: the last batch has one
    fit_into_memory_only(short, 5)
    same_but_for_rounding(short.train(), plenty.train())


@pytest.mark.slow
def test_each_halving_of_a_batch_is_said_once():
    run, said = small_run(), []
    fit_into_memory_only(run, 5)
    run.train(say=said.append)
    assert said == [
        f"out of memory: batches are now computed in {pieces} pieces each, which changes no result" for pieces in (2, 4)
    ]


@pytest.mark.slow
def test_pieces_computed_before_memory_ran_out_are_not_counted_twice():
    short, plenty, calls = small_run(), small_run(), []

    def refuse(dropout: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        if dropout.training:
            calls.append(len(inputs[0]))
            if len(calls) in (1, 3):  # the whole batch, and the second of its halves
                raise torch.OutOfMemoryError("out of memory")

    short.network.dropout.register_forward_pre_hook(refuse)
    same_but_for_rounding(short.train(), plenty.train())
    assert calls[:7] == [16, 8, 8, 4, 4, 4, 4]


@pytest.mark.slow
def test_memory_may_run_out_on_the_way_back_too():
    short, plenty, failures = small_run(), small_run(), iter([True])

    def refuse(gradient: torch.Tensor) -> None:
        if next(failures, False):
            raise torch.OutOfMemoryError("out of memory")

    short.network.embedding.weight.register_hook(refuse)
    same_but_for_rounding(short.train(), plenty.train())


def test_memory_for_not_even_one_text_is_an_error_with_advice():
    run = small_run()
    fit_into_memory_only(run, 0)
    with pytest.raises(DataError, match=r"Not even one review at a time fits.*smaller max_length.*`device=cpu`"):
        run.train()


def test_memory_for_not_even_one_text_leaves_the_weights_it_began_with():
    run = small_run()
    start = weights_of(run.network)
    fit_into_memory_only(run, 0)
    with pytest.raises(DataError):
        run.train()
    assert equal(weights_of(run.network), start)


# Measuring.


@pytest.mark.slow
@pytest.mark.parametrize("classes", [2, 3])
def test_measuring_gives_mean_loss_and_accuracy(classes):
    texts = telling_texts(70, seed=0, classes=classes)
    run = Run(SMALL, texts, texts)
    source, targets = run.training.source, run.training.targets
    with torch.no_grad():
        logits = torch.cat([run.network(*source.batch(np.array([row]))) for row in range(70)])
    scores = torch.stack([torch.zeros(70), logits], dim=1) if classes == 2 else logits
    chances = scores.softmax(dim=1)[torch.arange(70), targets]
    loss, accuracy = measure(run.network, run.training, FLOAT32)
    assert loss == pytest.approx(-chances.log().mean().item(), abs=1e-5)
    assert accuracy == pytest.approx((scores.argmax(dim=1) == targets).double().mean().item())


def test_measuring_changes_no_weight():
    run = small_run(dropout=0.5)
    start = weights_of(run.network)
    measure(run.network.train(), run.training, FLOAT32)
    assert equal(weights_of(run.network), start)


def test_measuring_is_without_dropout():
    run = small_run(dropout=0.5)
    assert measure(run.network.train(), run.training, FLOAT32) == measure(run.network.train(), run.training, FLOAT32)


# On a GPU.


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize("pooling", ["padded", "last", "attention"])
def test_an_epoch_on_cuda_lowers_the_loss(pooling, dtype):
    settings = SMALL.with_fields({"pooling": pooling, "epochs": 4, "dropout": 0.1})
    run = Run(settings, telling_texts(400, seed=0), telling_texts(100, seed=1), torch.device("cuda"))
    before, _ = measure(run.network, run.validation, FLOAT32)
    history = run.train(Precision(dtype, dtype))
    assert history[-1].validation_loss < before


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_training_on_cuda_leaves_the_callers_random_states_alone():
    run = Run(SMALL, telling_texts(96, seed=0), telling_texts(40, seed=1), torch.device("cuda"))
    states = torch.get_rng_state(), torch.cuda.get_rng_state()
    run.train()
    assert torch.get_rng_state().equal(states[0])
    assert torch.cuda.get_rng_state().equal(states[1])
