"""A step compiled in parts, or captured as a CUDA graph, beside the same step as it is; and where it cannot be.

Without a GPU, capturing is played: a graph that is replayed calls nothing, and tells what it was given.
"""

import warnings
from contextlib import contextmanager

import numpy as np
import pytest
import torch

from sentiment_fast.model.batches import random_batches
from sentiment_fast.model.compiling import Compiler
from sentiment_fast.model.devices import Precision, deterministic_algorithms
from sentiment_fast.model.distributed import TrainingProcesses
from sentiment_fast.model.native.training import native_training
from sentiment_fast.model.network import SentimentLSTM
from sentiment_fast.training import step as step_module
from sentiment_fast.training.state import TrainingState
from sentiment_fast.training.step import CaptureError, StepGraphs, TrainingStep, graphs_are_worth_it

FLOAT32 = Precision("float32", "float32")
LONG = {"dropout": 0.0, "max_length": 300}  # most of a batch are pads that are computed in closed form on a GPU


def batches_of(run, epoch: int) -> list[np.ndarray]:
    source = run.training.source
    return random_batches(source.lengths, run.config.budget, np.random.default_rng(epoch), source.width_step)


def new_step(run, precision=FLOAT32, say=print, processes=None, **options) -> tuple[TrainingState, TrainingStep]:
    state = TrainingState.at_start(run.network.train(), run.config, precision.dtype, options.get("cuda_graphs", False))
    return state, TrainingStep(
        state, run.training, run.config, precision, processes or TrainingProcesses(), say, **options
    )


def sums_of(run, precision=FLOAT32, epochs: int = 3, **options) -> torch.Tensor:
    """(steps, 2): the summed loss and the right answers after each step."""
    state, step = new_step(run, precision, **options)
    sums = []
    with step.stream():
        for epoch in range(epochs):
            for rows in batches_of(run, epoch):
                step(rows, torch.from_numpy(rows).to(run.training.source.device), 0.01)
                sums.append(state.sums.clone())
        return torch.stack(sums).cpu()


# In the native core.


@pytest.mark.slow
@pytest.mark.parametrize(
    ("precision", "tolerance"),
    [(FLOAT32, 1e-4), (Precision("bfloat16", "bf16"), 2e-2)],
    ids=["float32", "bfloat16"],
)
def test_steps_in_the_native_core_have_the_losses_of_pytorchs(tiny_run, monkeypatch, precision, tolerance):
    fields = {**LONG, "hidden_size": 16}
    run = tiny_run(**fields)
    if native_training(run.network, precision) is None:
        pytest.skip("PyTorch is faster on this CPU")
    native = sums_of(run, precision)
    monkeypatch.setattr(step_module, "native_training", lambda network, precision: None)
    torch.testing.assert_close(
        native, sums_of(tiny_run(**fields), precision), rtol=0, atol=tolerance * len(run.training.targets)
    )


# Compiled.


class RecordedCompiler(Compiler):
    """gradients: by function, what computes the gradient of its last result that has one."""

    def __init__(self, say):
        super().__init__(say)
        self.gradients = {}

    def __call__(self, function):
        compiled = super().__call__(function)

        def recorded(*arguments):
            results = compiled(*arguments)
            learned = [one for one in results if one.grad_fn is not None]
            self.gradients[function.__name__] = type(learned[-1].grad_fn).__name__ if learned else None
            return results

        return recorded


@pytest.fixture
def unchecked_pads(monkeypatch):
    """Pads as a GPU runs them."""
    monkeypatch.setattr(SentimentLSTM, "_run_pads", SentimentLSTM._run_pads_unchecked)


@pytest.fixture
def nothing_compiled():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the compilers' own
        torch.compiler.reset()
        yield
    torch.compiler.reset()


@pytest.mark.slow
@pytest.mark.usefixtures("unchecked_pads", "nothing_compiled")
def test_compiled_steps_have_the_losses_of_others_and_compiled_gradients(tiny_run):
    from torch._inductor.cpp_builder import get_cpp_compiler  # here and below, as it takes seconds to load
    from torch._inductor.exc import InvalidCxxCompiler

    try:
        get_cpp_compiler()
    except InvalidCxxCompiler:
        pytest.skip("no C++ compiler for torch.compile")
    said = []
    compiler = RecordedCompiler(said.append)
    expected = sums_of(tiny_run(**LONG))
    found = sums_of(tiny_run(**LONG), compiler=compiler)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)
    assert said == []
    assert compiler.graphs >= 3
    compiled = "CompiledFunctionBackward"
    assert compiler.gradients == {"_gathered": None, "after_last_pads": compiled, "batch_loss": compiled}


@pytest.mark.slow
def test_a_compiler_has_compiled_nothing_before_a_first_call():
    compiler = Compiler()
    compiler(torch.sin)
    assert compiler.graphs == 0


@pytest.mark.slow
@pytest.mark.usefixtures("nothing_compiled")
def test_where_nothing_can_be_compiled_it_is_said_once_and_functions_run_as_they_are(tiny_run, monkeypatch):
    from torch._inductor.exc import InvalidCxxCompiler

    def no_compiler(graph, inputs):
        raise torch._inductor.exc.InductorError(InvalidCxxCompiler(), None)

    monkeypatch.setattr(torch._dynamo, "lookup_backend", lambda name: no_compiler)
    said = []
    compiler = Compiler(said.append)
    found = sums_of(tiny_run(**LONG), epochs=1, compiler=compiler)
    assert found.equal(sums_of(tiny_run(**LONG), epochs=1))
    assert compiler.graphs == 0
    assert len(said) == 1
    assert said[0].startswith("not compiled, which is slower and changes no result: InvalidCxxCompiler")


# Captured.


class PlayedCapture:
    """What stands in for torch.cuda: replays are kept in `replays`, by the rows that they were given."""

    def __init__(self, monkeypatch):
        self.replays, self.fails_with, played = [], None, self

        class Graph:
            rows = None

            def replay(self):
                played.replays.append(self.rows.tolist())

        @contextmanager
        def capturing(graph, pool, stream):
            self.current = graph
            yield

        monkeypatch.setattr(torch.cuda, "graph_pool_handle", lambda: (0, 1))
        monkeypatch.setattr(torch.cuda, "current_stream", lambda: None)
        monkeypatch.setattr(torch.cuda, "CUDAGraph", Graph)
        monkeypatch.setattr(torch.cuda, "graph", capturing)

    def step(self, rows):
        if self.fails_with is not None:
            raise self.fails_with
        self.current.rows = rows


@pytest.fixture
def played(monkeypatch):
    return PlayedCapture(monkeypatch)


def test_a_shape_runs_eagerly_first_is_then_captured_and_from_there_on_replayed_with_its_own_rows(played):
    graphs = StepGraphs(print)
    done = [graphs.replayed(torch.tensor(rows), 16, played.step) for rows in ([1, 2], [3, 4], [5, 6], [7])]
    assert done == [False, True, True, False]
    assert played.replays == [[3, 4], [5, 6]]
    assert len(graphs) == 1
    assert graphs.seconds > 0


def test_another_width_is_another_shape(played):
    graphs, rows = StepGraphs(print), torch.tensor([1])
    assert [graphs.replayed(rows, width, played.step) for width in (16, 32, 16, 32)] == [False, False, True, True]
    assert len(graphs) == 2


def test_where_a_graph_does_not_fit_into_memory_it_is_said_once_and_those_there_are_go_on(played):
    said = []
    graphs = StepGraphs(said.append)
    for _ in range(2):
        graphs.replayed(torch.tensor([1]), 16, played.step)
    played.fails_with = torch.OutOfMemoryError("out of memory")
    done = [graphs.replayed(torch.tensor([rows]), width, played.step) for rows, width in ((2, 32), (3, 32), (4, 48))]
    assert done == [False] * 3
    assert said == ["out of memory: 1 CUDA graphs; further shapes of batches run without"]
    assert graphs.replayed(torch.tensor([5]), 16, played.step)
    assert played.replays == [[1], [5]]


def test_a_step_that_cannot_be_captured_is_an_error_that_says_what_to_do(played):
    graphs = StepGraphs(print)
    played.fails_with = RuntimeError("operation not permitted\nwhen stream is capturing")
    graphs.replayed(torch.tensor([1]), 16, played.step)
    with pytest.raises(CaptureError, match=r"\(operation not permitted\): take `cuda_graphs=False`"):
        graphs.replayed(torch.tensor([1]), 16, played.step)


def test_where_memory_is_short_graphs_are_given_up_before_batches_are_cut(played, tiny_run):
    run, said = tiny_run(), []
    run.fit_into_memory_only(4)
    state, step = new_step(run, say=said.append)
    step.graphs = StepGraphs(said.append)
    rows = np.arange(8)
    step(rows, torch.from_numpy(rows), 0.01)
    assert step.graphs is None
    assert state.pieces == 2
    assert [line.partition(":")[2][:30] for line in said] == [
        " training continues without CU",
        " batches are now computed in 2",
    ]


@pytest.mark.parametrize("why", ["float16", "several processes", "do not fit"])
def test_graphs_that_cannot_be_had_are_said_not_to_be(played, tiny_run, why):
    run, said = tiny_run(), []
    state = TrainingState.at_start(run.network, run.config, torch.float32)
    state.pieces = 2 if why == "do not fit" else 1
    precision = Precision("float16", "") if why == "float16" else FLOAT32
    processes = TrainingProcesses(size=2 if why == "several processes" else 1)
    step = TrainingStep(state, run.training, run.config, precision, processes, said.append, cuda_graphs=True)
    assert step.graphs is None
    assert len(said) == 1
    assert said[0].startswith("no CUDA graphs: ")
    assert why in said[0]


@pytest.mark.parametrize(
    ("device", "dtype", "processes", "worth_it"),
    [
        ("cuda", "float32", 1, True),
        ("cuda", "bfloat16", 1, True),
        ("cuda", "float16", 1, False),
        ("cuda", "float32", 2, False),
        ("cpu", "float32", 1, False),
    ],
)
def test_graphs_are_the_default_where_they_can_be_had(device, dtype, processes, worth_it):
    processes = TrainingProcesses(size=processes, device=torch.device(device))
    assert graphs_are_worth_it(Precision(dtype, ""), processes) == worth_it
    with deterministic_algorithms():
        assert not graphs_are_worth_it(Precision(dtype, ""), processes)


def test_a_capturable_optimiser_takes_the_steps_of_another(tiny_run):
    ends = []
    for capturable in (False, True):
        run = tiny_run(dropout=0.0, embedding_rate=0.1)
        state = TrainingState.at_start(run.network.train(), run.config, torch.float32, capturable)
        step = TrainingStep(state, run.training, run.config, FLOAT32, TrainingProcesses(), print)
        for number, rows in enumerate(batches_of(run, 0)):
            step(rows, torch.from_numpy(rows), 0.01 / (number + 1))
        ends.append(run.weights)
    for name, weights in ends[0].items():
        torch.testing.assert_close(ends[1][name], weights, rtol=0, atol=1e-6)


# On a GPU.

CUDA = torch.device("cuda")
BFLOAT16 = Precision("bfloat16", "bfloat16")


def on_gpu(test):
    return pytest.mark.gpu(pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")(test))


@on_gpu
@pytest.mark.parametrize("precision", [FLOAT32, BFLOAT16], ids=lambda precision: precision.name)
def test_captured_steps_on_cuda_have_the_losses_of_others(tiny_run, precision):
    expected = sums_of(tiny_run(CUDA, **LONG), precision, epochs=6)
    found = sums_of(tiny_run(CUDA, **LONG), precision, epochs=6, cuda_graphs=True)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-4 if precision is FLOAT32 else 1e-2)


@on_gpu
def test_all_shapes_of_batches_are_captured_the_partial_last_one_too(tiny_run):
    run = tiny_run(CUDA, **LONG)
    _, step = new_step(run, cuda_graphs=True)
    shapes = set()
    with step.stream():
        for rows in batches_of(run, 0) * 2:
            shapes.add((len(rows), run.training.source.width(rows)))
            step(rows, torch.from_numpy(rows).to(CUDA), 0.01)
    assert {5, 8} == {rows for rows, _ in shapes}
    assert len(step.graphs) == len(shapes)


@on_gpu
@pytest.mark.usefixtures("nothing_compiled")
@pytest.mark.parametrize("cuda_graphs", [False, True])
def test_compiled_steps_on_cuda_have_the_losses_of_others(tiny_run, cuda_graphs):
    compiler = Compiler()
    expected = sums_of(tiny_run(CUDA, **LONG))
    found = sums_of(tiny_run(CUDA, **LONG), compiler=compiler, cuda_graphs=cuda_graphs)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-4)
    assert compiler.graphs >= 3


@on_gpu
def test_steps_on_cuda_go_on_without_graphs_where_those_do_not_fit_into_memory(tiny_run):
    run, said = tiny_run(CUDA, **LONG), []

    def refuse(dropout, inputs):
        if torch.cuda.is_current_stream_capturing():
            raise torch.OutOfMemoryError("out of memory")

    run.network.dropout.register_forward_pre_hook(refuse)
    found = sums_of(run, cuda_graphs=True, say=said.append)
    torch.testing.assert_close(found, sums_of(tiny_run(CUDA, **LONG)), rtol=0, atol=1e-4)
    assert said == ["out of memory: 0 CUDA graphs; further shapes of batches run without"]


@on_gpu
@pytest.mark.parametrize("step", [1, 7])
def test_a_training_with_graphs_may_be_interrupted(tiny_run, tmp_path, step):
    whole = tiny_run(CUDA, epochs=4)
    whole.train(cuda_graphs=True)
    tiny_run(CUDA, epochs=4).train_until(step, tmp_path, cuda_graphs=True)
    resumed = tiny_run(CUDA, epochs=4)
    resumed.train(checkpoints=resumed.checkpoints(tmp_path), cuda_graphs=True)
    for name, weights in whole.weights.items():
        torch.testing.assert_close(resumed.weights[name], weights, rtol=0, atol=1e-4)


@on_gpu
def test_deterministic_trainings_on_cuda_are_the_same_to_the_last_bit(tiny_run):
    ends = []
    with deterministic_algorithms():
        for _ in range(2):
            run = tiny_run(CUDA, pooling="attention", epochs=3)
            run.train()
            ends.append(run.weights)
    assert all(ends[1][name].equal(weights) for name, weights in ends[0].items())


@on_gpu
@pytest.mark.filterwarnings("ignore:Synchronization debug mode is a prototype")
@pytest.mark.parametrize("cuda_graphs", [False, True])
@pytest.mark.parametrize("precision", [FLOAT32, BFLOAT16], ids=lambda precision: precision.name)
def test_the_host_waits_for_the_gpu_nowhere_in_a_step(tiny_run, precision, cuda_graphs):
    run = tiny_run(CUDA, **LONG)
    _, step = new_step(run, precision, cuda_graphs=cuda_graphs)
    batches = [(rows, torch.from_numpy(rows).to(CUDA)) for rows in batches_of(run, 0)]
    with step.stream():
        for rows, device_rows in batches * 2:  # eagerly, then captured
            step(rows, device_rows, 0.01)
        before = torch.cuda.get_sync_debug_mode()
        torch.cuda.set_sync_debug_mode("error")
        try:
            for rows, device_rows in batches:
                step(rows, device_rows, 0.01)
        finally:
            torch.cuda.set_sync_debug_mode(before)
