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
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from sentiment_fast import __version__
from sentiment_fast.cli.messages import (
    COMMANDS,
    INSTALLED,
    MODULE,
    PACKAGE,
    configure_messages,
    in_form,
    say,
    say_error,
    say_more,
)
from sentiment_fast.cli.streams import decode_arguments, prepare_standard_streams
from sentiment_fast.errors import SentimentFastError, StoppedError, UsageError, did_you_mean, quoted, shortened
from sentiment_fast.extras import explained
from sentiment_fast.runs.config_file import is_config_file

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """`sentiment-fast COMMAND ...`: returns the exit code."""
    typed = sys.argv[1:] if arguments is None else list(arguments)
    form = PACKAGE if arguments is None and Path(sys.argv[0]).name == "__main__.py" else INSTALLED
    if arguments is None:
        prepare_standard_streams()
    if not typed or typed[0].startswith("-"):
        parser = _overview(form)
        parser.parse_args(typed)
        parser.print_help()
        return 0
    name, *rest = typed
    if name not in COMMANDS:
        configure_messages(form, {})
        meant = did_you_mean(name, COMMANDS) or f": {form.format('--help')} describes them"
        say_error(f"expected a command, {', '.join(COMMANDS)}, got {quoted(name)}{meant}")
        return UsageError.exit_code
    return _run(import_module(f"sentiment_fast.{name}"), form, rest, in_own_process=arguments is None)


def run_command(module: ModuleType, arguments: Sequence[str] | None = None) -> int:
    """`python -m sentiment_fast.NAME ...`: returns the exit code."""
    if arguments is None:
        prepare_standard_streams()
    typed = sys.argv[1:] if arguments is None else list(arguments)
    return _run(module, MODULE, typed, in_own_process=arguments is None)


_UNKNOWN = "unrecognized arguments: "  # how argparse begins a message


class _Parser(argparse.ArgumentParser):
    """A parser that accepts no abbreviations, which a new option could make ambiguous, and suggests what was meant."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        meant = self._meant(message.removeprefix(_UNKNOWN)) if message.startswith(_UNKNOWN) else ""
        super().error(shortened(message) + meant)  # the message may quote an argument of any length

    def _meant(self, unknown: str) -> str:
        typed = (word.partition("=")[0] for word in unknown.split() if word.startswith("--"))
        return next(filter(None, (did_you_mean(word, self._option_string_actions) for word in typed)), "")


def _overview(form: str) -> argparse.ArgumentParser:
    """The parser of `sentiment-fast` without a command, whose help lists the commands."""
    modules = {name: import_module(f"sentiment_fast.{name}") for name in COMMANDS}
    commands = "".join(f"\n  {name:<9} {_summary(module)}" for name, module in modules.items())
    parser = _Parser(
        prog=form.format("").rstrip(),
        usage="%(prog)s COMMAND [OPTION ...]",
        description="Train LSTM sentiment classifiers, and score files of reviews with them.",
        epilog=f"commands:{commands}\n\n{form.format('COMMAND --help')} describes a command.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"sentiment_fast {__version__}")
    return parser


def _parser(module: ModuleType, form: str) -> argparse.ArgumentParser:
    """The parser of a command; its help has the summary and the examples of the module's docstring."""
    lines = _docstring(module).splitlines()
    examples = [line for line in lines if line.startswith(("sentiment-fast ", "torchrun "))]
    examples = [re.sub(r"^sentiment-fast (\w+)", lambda found: form.format(found[1]), line) for line in examples]
    parser = _Parser(
        prog=form.format(_name(module)),
        description=in_form(_summary(module), form),
        epilog="examples:" + "".join(f"\n  {line}" for line in examples),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.add_arguments(parser)
    positional = [action for action in parser._actions if not action.option_strings]
    parser.usage = "%(prog)s [OPTION ...]" + "".join(f" {action.metavar} ..." for action in positional)
    for action in parser._actions:
        action.help = in_form(action.help or "", form)
    return parser


def _name(module: ModuleType) -> str:
    return (module.__spec__.name if module.__spec__ else module.__name__).removeprefix("sentiment_fast.")


def _options_of(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> dict[str, str]:
    """How messages name the arguments: as options, or by their names in the file that --config takes them from."""
    actions = (action for action in parser._actions if action.option_strings)
    options = {action.dest: next(one for one in action.option_strings if one.startswith("--")) for action in actions}
    given, config = vars(arguments), vars(arguments).get("config")
    if config is None or not is_config_file(config):
        return options
    from sentiment_fast.runs.config_file import read_config

    try:
        in_file = read_config(Path(config))
    except UsageError:  # which the command reports
        in_file = {}
    shown = quoted(config)[1:-1]  # escaped, without the quotes
    return options | {name: f"{name} in {shown}" for name in in_file if name not in given}


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
    """The module's own, even if the attribute is that of a library function (sentiment_fast/train.py)."""
    return vars(module).get("__doc__") or ""


def _run(module: ModuleType, form: str, typed: Sequence[str], in_own_process: bool) -> int:
    parser = _parser(module, form)
    arguments = parser.parse_args(typed)
    decode_arguments(parser, arguments)
    quiet, verbose = (vars(arguments).pop(name, False) for name in ("quiet", "verbose"))
    configure_messages(form, _options_of(parser, arguments), quiet, verbose)
    if in_own_process:
        _keep_pandas_out(module)
    # Read by PyTorch at its first allocation: a training step allocates and frees some 60 MB, and with small pages an
    # eighth of its time is spent on page faults.
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    # Read by OpenMP when PyTorch is imported: idle threads sleep. Spinning ones make PyTorch 10 to 20 times slower as
    # soon as another process is busy on the same CPUs.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    say_more(f"sentiment_fast {__version__}, Python {sys.version.split()[0]}: {parser.prog} {shlex.join(typed)}")
    started = time.perf_counter()
    code = _exit_code(module, arguments)
    say_more(f"exit code {code} after {time.perf_counter() - started:.1f} s")
    return code


def _exit_code(module: ModuleType, arguments: argparse.Namespace) -> int:
    """Run a command, and print why it failed, if it did. Returns its exit code."""
    config = vars(arguments).get("config")
    try:
        module.run(arguments)
        sys.stdout.flush()
    except SentimentFastError as error:
        say_error(f"{error}{_options_from(config, error)}")
        return error.exit_code
    except ImportError as error:
        missing = explained(error)
        if missing is None:
            raise
        say_error(str(missing))
        return missing.exit_code
    except StoppedError:  # the command has said how to resume
        return INTERRUPTED
    except KeyboardInterrupt:
        say("interrupted")
        return INTERRUPTED
    except OSError as error:
        if not isinstance(error, BrokenPipeError):  # needs no message: the reader of stdout has gone
            say_error(f"{'stdout is closed' if error.errno == errno.EBADF else error}")
        _discard_what_stdout_cannot_write()
        return 1
    return 0


def _options_from(config: str | None, error: SentimentFastError) -> str:
    """A hint that the wrong option may be in the file of --config, for messages that do not name the file."""
    if config is None or not is_config_file(config) or not isinstance(error, UsageError) or config in str(error):
        return ""
    return f" (options also come from {quoted(config)[1:-1]})"


def _discard_what_stdout_cannot_write() -> None:
    """Otherwise Python would try again and print an error while it shuts down."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
