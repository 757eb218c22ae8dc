"""The command line `sentiment-fast`: runs commands, and turns errors into messages and exit codes.

In: a command line. Out: an exit code; data on stdout, messages and progress on stderr. Each command is a module with
`add_arguments(parser)` and `run(arguments)`; `python -m sentiment_fast.train` runs a single one.
"""

from __future__ import annotations

import argparse
import errno
import os
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from importlib import import_module
from types import ModuleType
from typing import Any, NoReturn

from sentiment_fast import __version__
from sentiment_fast.cli.streams import decode_arguments, prepare_standard_streams
from sentiment_fast.errors import SentimentFastError, StoppedError, UsageError, shortened
from sentiment_fast.runs.stop import StopRequest, stop_signals

COMMANDS = ("train", "pretrain", "tune", "score", "predict", "evaluate", "info")
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """`sentiment-fast COMMAND ...`: returns the exit code."""
    parser = _Parser(prog="sentiment-fast", description="Train and use LSTM sentiment classifiers.")
    parser.add_argument("--version", action="version", version=f"sentiment_fast {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for name in COMMANDS:
        module = import_module(f"sentiment_fast.{name}")
        subparser = subparsers.add_parser(name, help=_summary(module), **_described(module))
        module.add_arguments(subparser)
        subparser.set_defaults(module=module, parser=subparser)
    if arguments is None:
        prepare_standard_streams()
    parsed = parser.parse_args(arguments)
    if arguments is None:
        _keep_pandas_out(parsed.module)
    module, parser = vars(parsed).pop("module"), vars(parsed).pop("parser")
    return _run(module, parser, parsed)


def run_command(module: ModuleType, arguments: Sequence[str] | None = None) -> int:
    """`python -m sentiment_fast.NAME ...`: returns the exit code."""
    name = (module.__spec__.name if module.__spec__ else module.__name__).removeprefix("sentiment_fast.")
    parser = _Parser(prog=f"python -m sentiment_fast.{name}", **_described(module))
    module.add_arguments(parser)
    if arguments is None:
        prepare_standard_streams()
    parsed = parser.parse_args(arguments)
    if arguments is None:
        _keep_pandas_out(module)
    return _run(module, parser, parsed)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        super().error(shortened(message))  # which may quote an argument of any length


class SignalledStop(StopRequest):
    """A request to stop, made by the first Ctrl-C or SIGTERM; a second Ctrl-C ends the process at once."""

    def heeded(self) -> AbstractContextManager[None]:
        # With several processes, each gets one Ctrl-C twice: from the terminal and from torchrun.
        return stop_signals(self._request_and_say, again_ends=os.environ.get("WORLD_SIZE", "1") == "1")

    def _request_and_say(self) -> None:
        self.request()
        if os.environ.get("RANK", "0") == "0":
            say("stopping after this step")


def say(message: str) -> None:
    """Print a message to stderr, with options in place of the library's arguments."""
    print(as_options(shortened(message), _options), file=sys.stderr, flush=True)


# Messages of the library name arguments, in backquotes: `validation`, `validation=0.3`. Those of a command name its
# options instead. Only this module translates them.

_options: dict[str, str] = {}  # an argument's name -> its option, of the command that runs


def as_options(message: str, options: Mapping[str, str]) -> str:
    """`text_column` -> --text-column, `device=cpu` -> --device cpu, `resume=True` -> --resume, `amp=False` -> --no-amp.

    options: by the argument's name. Anything else in backquotes is left unchanged.
    """

    def option(found: re.Match[str]) -> str:
        name, value = found["name"], found["value"]
        if name not in options:
            return found[0]
        if value in (None, "True"):
            return options[name]
        return (
            f"--no-{options[name].removeprefix('--')}" if value == "False" else f"{options[name]} {shlex.quote(value)}"
        )

    return re.sub("`(?P<name>[a-z_]+)(?:=(?P<value>[^`]*))?`", option, message)


def _options_of(parser: argparse.ArgumentParser) -> dict[str, str]:
    actions = (action for action in parser._actions if action.option_strings)
    return {action.dest: next(one for one in action.option_strings if one.startswith("--")) for action in actions}


def _keep_pandas_out(module: ModuleType) -> None:
    """Make PyArrow believe, in the process of a command that scores, that pandas is not installed.

    Otherwise PyArrow imports it, which takes half a second, to check whether the first list or number that it gets is a
    Series. These commands have none. Other programs are not affected: their PyArrow may need pandas later.
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
    """A finder of modules for Python's import system that ends the search for pandas."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("pandas is kept out of PyArrow", name=name)


def _summary(module: ModuleType) -> str:
    return _docstring(module).partition("\n")[0]


def _docstring(module: ModuleType) -> str:
    """The module's own, also where the attribute is that of a library function (sentiment_fast/train.py)."""
    return vars(module).get("__doc__") or ""


def _described(module: ModuleType) -> dict[str, Any]:
    """What --help says before and after the options: the summary and the examples of the module's docstring."""
    lines = _docstring(module).splitlines()
    examples = "".join(f"\n  {line}" for line in lines if line.startswith(("python -m ", "torchrun ")))
    return {
        "description": _summary(module),
        "epilog": f"examples:{examples}" if examples else None,
        "formatter_class": argparse.RawDescriptionHelpFormatter,
    }


def _run(module: ModuleType, parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> int:
    _options.clear()
    _options.update(_options_of(parser))
    decode_arguments(parser, arguments)
    # Read by PyTorch at its first allocation: a training step allocates and frees some 60 MB, and with small pages an
    # eighth of its time is spent on page faults.
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    # Read by OpenMP when PyTorch is imported: idle threads sleep. Spinning ones make PyTorch 10 to 20 times slower as
    # soon as another process is busy on the same CPUs.
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
    except StoppedError:  # the command has said how to resume
        return INTERRUPTED
    except KeyboardInterrupt:
        say("interrupted")
        return INTERRUPTED
    except OSError as error:
        if not isinstance(error, BrokenPipeError):  # needs no message: the reader of stdout has gone
            say(f"error: {'stdout is closed' if error.errno == errno.EBADF else error}")
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
    """Otherwise Python would try again and print an error while it shuts down."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
