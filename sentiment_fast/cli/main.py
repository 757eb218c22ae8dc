"""The command line `sentiment-fast`, and what its commands share: how errors become messages and exit codes.

Each command is a module with `add_arguments(parser)` and `run(arguments)`, and runs alone too
(`python -m sentiment_fast.train`). Data goes to stdout, messages and progress to stderr.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType

from sentiment_fast import __version__
from sentiment_fast.errors import SentimentFastError

COMMANDS = ("train", "pretrain", "tune", "score", "predict", "evaluate", "info")
INTERRUPTED = 130
PRECISIONS = ("auto", "float32", "bfloat16", "float16")  # model.devices has them too; not imported for --help


def main(arguments: Sequence[str] | None = None) -> int:
    """`sentiment-fast COMMAND ...`: returns the exit code."""
    parser = argparse.ArgumentParser(prog="sentiment-fast", description="Train and use LSTM sentiment classifiers.")
    parser.add_argument("--version", action="version", version=f"sentiment_fast {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for name in COMMANDS:
        module = import_module(f"sentiment_fast.{name}")
        described = subparsers.add_parser(name, help=_summary(module), description=_summary(module))
        module.add_arguments(described)
        described.set_defaults(module=module)
    parsed = parser.parse_args(arguments)
    if arguments is None:
        _keep_pandas_out(parsed.module)
    return _run(parsed.module, parsed)


def run_command(module: ModuleType, arguments: Sequence[str] | None = None) -> int:
    """One command's own `python -m sentiment_fast.NAME ...`: returns the exit code."""
    name = (module.__spec__.name if module.__spec__ else module.__name__).removeprefix("sentiment_fast.")
    parser = argparse.ArgumentParser(prog=f"python -m sentiment_fast.{name}", description=_summary(module))
    module.add_arguments(parser)
    parsed = parser.parse_args(arguments)
    if arguments is None:
        _keep_pandas_out(module)
    return _run(module, parsed)


def add_model_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", metavar="FOLDER", help="a folder that train made (default: the bundled model, of IMDb reviews)"
    )


def add_device_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")


def add_device_arguments(parser: argparse.ArgumentParser) -> None:
    add_device_argument(parser)
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        default="auto",
        help="of the network's matrix products (default: auto, the fastest that the hardware has)",
    )


def add_threads_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--threads",
        metavar="N",
        type=_threads,
        help="use N threads on a CPU (default: all that this process may use, or OMP_NUM_THREADS if that is less)",
    )


def _threads(text: str) -> int:
    try:
        threads = int(text)
    except ValueError:
        threads = 0
    if threads < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of 1 or more, got {text!r}")
    return threads


def add_threshold_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--threshold",
        metavar="P",
        type=float,
        help="of two classes, the probability above which the second is said (default: the model's, as a rule 0.5)",
    )


def add_cascade_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--cascade",
        metavar="P|off",
        type=_cascade,
        help="ask the network only about texts of which the model's wide part is less than so sure, 0.5 to 1 (default: "
        "the model's, where training found that it costs no accuracy: 0.95)",
    )


def _cascade(text: str) -> float | bool:
    try:
        return False if text == "off" else float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected a confidence of 0.5 to 1, or off, got {text!r}") from error


@contextmanager
def stop_signals(stop: Callable[[], None], again_ends: bool = True) -> Iterator[None]:
    """Within it, the first Ctrl-C or SIGTERM calls `stop`, and a Ctrl-C after that raises KeyboardInterrupt.

    again_ends: False where one Ctrl-C comes twice. Does nothing outside the main thread, where no signal can be caught.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    stopping = False

    def on_signal(number: int, frame: object) -> None:
        nonlocal stopping
        if stopping and again_ends and number == signal.SIGINT:
            raise KeyboardInterrupt
        if not stopping:
            stopping = True
            stop()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def say(message: str) -> None:
    """Print a message where messages go."""
    print(message, file=sys.stderr, flush=True)


def _keep_pandas_out(module: ModuleType) -> None:
    """In the process of a command that scores, PyArrow takes pandas to be missing.

    It would import it, in half a second, when it is first given a list or a number, to see whether that is a Series.
    These commands have none. Anyone else's process is left alone: their PyArrow may need pandas later.
    """
    if not getattr(module, "SCORES_FILES", False) or "pandas" in sys.modules:
        return
    import pyarrow

    sys.meta_path.insert(0, _NoPandas)
    try:
        pyarrow.array([])
    finally:
        sys.meta_path.remove(_NoPandas)


class _NoPandas:
    """What finds modules, to Python's import system: it ends the search for pandas."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("pandas is kept out of PyArrow", name=name)


def _summary(module: ModuleType) -> str:
    return (module.__doc__ or "").partition("\n")[0]


def _run(module: ModuleType, arguments: argparse.Namespace) -> int:
    # Read by PyTorch at its first allocation: a training step takes and returns some 60 MB, and with small pages an
    # eighth of its time goes into the kernel's page faults.
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    # Read by OpenMP when PyTorch is imported: its idle threads sleep. Those that spin slow PyTorch down by a factor of
    # 10 to 20 as soon as another process is busy on the same CPUs.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        module.run(arguments)
        sys.stdout.flush()
    except SentimentFastError as error:
        say(f"error: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        say("interrupted")
        return INTERRUPTED
    except OSError as error:
        if not isinstance(error, BrokenPipeError):  # of which nobody needs to be told: whoever read stdout has left
            say(f"error: {error}")
        _discard_what_stdout_cannot_write()
        return 1
    return 0


def _discard_what_stdout_cannot_write() -> None:
    """Python would try once more, and complain, while it shuts down."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
