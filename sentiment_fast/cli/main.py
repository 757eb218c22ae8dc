"""The command line `sentiment-fast`: how commands are run, and how errors become messages and exit codes.

In: a command line. Out: an exit code; data on stdout, messages and progress on stderr. Each command is a module with
`add_arguments(parser)` and `run(arguments)`, which `python -m sentiment_fast.train` runs by itself.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from importlib import import_module
from types import ModuleType
from typing import Any

from sentiment_fast import __version__
from sentiment_fast.errors import SentimentFastError, UsageError
from sentiment_fast.runs.stop import StopRequest, stop_signals

COMMANDS = ("train", "pretrain", "tune", "score", "predict", "evaluate", "info")
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """`sentiment-fast COMMAND ...`: returns the exit code."""
    parser = argparse.ArgumentParser(prog="sentiment-fast", description="Train and use LSTM sentiment classifiers.")
    parser.add_argument("--version", action="version", version=f"sentiment_fast {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for name in COMMANDS:
        module = import_module(f"sentiment_fast.{name}")
        described = subparsers.add_parser(name, help=_summary(module), description=_summary(module))
        module.add_arguments(described)
        described.set_defaults(module=module, parser=described)
    parsed = parser.parse_args(arguments)
    if arguments is None:
        _keep_pandas_out(parsed.module)
    module, parser = vars(parsed).pop("module"), vars(parsed).pop("parser")
    return _run(module, parser, parsed)


def run_command(module: ModuleType, arguments: Sequence[str] | None = None) -> int:
    """One command's own `python -m sentiment_fast.NAME ...`: returns the exit code."""
    name = (module.__spec__.name if module.__spec__ else module.__name__).removeprefix("sentiment_fast.")
    parser = argparse.ArgumentParser(prog=f"python -m sentiment_fast.{name}", description=_summary(module))
    module.add_arguments(parser)
    parsed = parser.parse_args(arguments)
    if arguments is None:
        _keep_pandas_out(module)
    return _run(module, parser, parsed)


class SignalledStop(StopRequest):
    """A request to stop that the first Ctrl-C or SIGTERM makes; a second Ctrl-C ends the process at once."""

    def heeded(self) -> AbstractContextManager[None]:
        # Of several processes, each gets a single Ctrl-C twice: from the terminal and from torchrun.
        return stop_signals(self._request_and_say, again_ends=os.environ.get("WORLD_SIZE", "1") == "1")

    def _request_and_say(self) -> None:
        self.request()
        if os.environ.get("RANK", "0") == "0":
            say("stopping after this step")


def say(message: str) -> None:
    """Print a message where messages go."""
    print(as_options(message, _options), file=sys.stderr, flush=True)


def progress_bar(batches: Sequence[Any]) -> Iterator[Any]:
    """The batches, and on a terminal how many of their texts are done."""
    from tqdm import tqdm

    texts = sum(map(len, batches))
    bar = tqdm(total=texts, unit=" texts", leave=False, dynamic_ncols=True, disable=not sys.stderr.isatty())
    with bar:
        for batch in batches:
            yield batch
            bar.update(len(batch))


# The library's messages name arguments, in backquotes: `validation`, `validation=0.3`. Those of a command name its
# options instead, which is done here alone.

_options: dict[str, str] = {}  # of the command that runs: the name of an argument -> its option


def as_options(message: str, options: Mapping[str, str]) -> str:
    """`text_column` -> --text-column, `device=cpu` -> --device cpu, `resume=True` -> --resume, `amp=False` -> --no-amp.

    options: by the argument's name. Anything else in backquotes stays as it is.
    """

    def option(found: re.Match[str]) -> str:
        name, value = found["name"], found["value"]
        if name not in options:
            return found[0]
        if value in (None, "True"):
            return options[name]
        return f"--no-{options[name].removeprefix('--')}" if value == "False" else f"{options[name]} {value}"

    return re.sub("`(?P<name>[a-z_]+)(?:=(?P<value>[^`]*))?`", option, message)


def _options_of(parser: argparse.ArgumentParser) -> dict[str, str]:
    actions = (action for action in parser._actions if action.option_strings)
    return {action.dest: next(one for one in action.option_strings if one.startswith("--")) for action in actions}


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


def _run(module: ModuleType, parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> int:
    _options.clear()
    _options.update(_options_of(parser))
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
    except ImportError as error:
        if not _is_of_pytorch(error):
            raise
        say(f"error: Expected PyTorch, found none that can be imported ({error}): pip install torch")
        return UsageError.exit_code
    except KeyboardInterrupt:
        say("interrupted")
        return INTERRUPTED
    except OSError as error:
        if not isinstance(error, BrokenPipeError):  # of which nobody needs to be told: whoever read stdout has left
            say(f"error: {error}")
        _discard_what_stdout_cannot_write()
        return 1
    return 0


def _is_of_pytorch(error: ImportError) -> bool:
    """Whether PyTorch is missing, or ended its own import."""
    frame, files = error.__traceback__, []
    while frame is not None:
        files.append(frame.tb_frame.f_code.co_filename.replace(os.sep, "/"))
        frame = frame.tb_next
    return error.name == "torch" or any(file.endswith("/torch/__init__.py") for file in files)


def _discard_what_stdout_cannot_write() -> None:
    """Python would try once more, and complain, while it shuts down."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
