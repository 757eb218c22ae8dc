"""What commands print on stderr: which messages, and in the terms of the command line that was typed.

In: messages of the library. Out: the same with --options in place of arguments, and commands as they were started, such
as `sentiment-fast train`. Which exit code an error has is left to main.py.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
import traceback
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from sentiment_fast.errors import shortened
from sentiment_fast.runs.stop import StopRequest, stop_signals

COMMANDS = ("train", "pretrain", "finetune", "tune", "score", "predict", "evaluate", "info")
INSTALLED, PACKAGE, MODULE = "sentiment-fast {}", "python -m sentiment_fast {}", "python -m sentiment_fast.{}"


@dataclass
class _Shown:
    """How messages are printed. form: how the command was started, with {} for its name. options: by argument."""

    form: str = INSTALLED
    options: Mapping[str, str] = field(default_factory=dict)
    quiet: bool = False
    verbose: bool = False


_shown = _Shown()


def configure_messages(form: str, options: Mapping[str, str], quiet: bool = False, verbose: bool = False) -> None:
    """Set how messages are shown from now on. form: INSTALLED or the like. options: as for `as_options`."""
    _shown.form, _shown.options, _shown.quiet, _shown.verbose = form, dict(options), quiet, verbose


def is_quiet() -> bool:
    return _shown.quiet


def command_line(name: str) -> str:
    """A command in the form in which the user typed the one that runs: "sentiment-fast train"."""
    return _shown.form.format(name)


def say(message: str) -> None:
    """Print a message to stderr, unless --quiet was given."""
    if not _shown.quiet:
        _print(message)


def say_more(message: str) -> None:
    """Print a message to stderr that only --verbose asks for."""
    if _shown.verbose:
        _print(message)


def say_always(message: str) -> None:
    """Print a message to stderr that --quiet does not suppress."""
    _print(message)


def say_error(message: str) -> None:
    """Print to stderr why a command fails; with --verbose, after the traceback of the current exception."""
    if _shown.verbose and sys.exc_info()[0] is not None:
        traceback.print_exc()
    _print(f"error: {message}")


def _print(message: str) -> None:
    text = in_form(as_options(shortened(message), _shown.options), _shown.form)
    print(text, file=sys.stderr, flush=True)


class SignalledStop(StopRequest):
    """A request to stop, made by the first Ctrl-C or SIGTERM; a second Ctrl-C ends the process at once."""

    def heeded(self) -> AbstractContextManager[None]:
        # With several processes, each gets one Ctrl-C twice: from the terminal and from torchrun.
        return stop_signals(self._request_and_say, again_ends=os.environ.get("WORLD_SIZE", "1") == "1")

    def _request_and_say(self) -> None:
        self.request()
        if os.environ.get("RANK", "0") == "0":
            say("stopping after this step")


# Messages of the library name arguments and commands, in backquotes: `validation`, `validation=0.3`, `train`. Those of
# a command name its options, and commands as the user types them. Only this module translates them.


def as_options(message: str, options: Mapping[str, str]) -> str:
    """`text_column` -> --text-column, `device=cpu` -> --device cpu, `resume=True` -> --resume, `amp=False` -> --no-amp.

    options: by the argument's name; one that came from a file is not spelled as an option: "amp in run.toml". Anything
    else in backquotes is left unchanged.
    """

    def option(found: re.Match[str]) -> str:
        name, value = found["name"], found["value"]
        if name not in options:
            return found[0]
        if not options[name].startswith("--"):
            return options[name] if value is None else f"{name}={value}{options[name].removeprefix(name)}"
        if value in (None, "True"):
            return options[name]
        return (
            f"--no-{options[name].removeprefix('--')}" if value == "False" else f"{options[name]} {shlex.quote(value)}"
        )

    return re.sub("`(?P<name>[a-z_]+)(?:=(?P<value>[^`]*))?`", option, message)


def in_form(text: str, form: str) -> str:
    """`train` -> `sentiment-fast train`, `score --threshold P` -> `python -m sentiment_fast.score --threshold P`."""
    names = "|".join(COMMANDS)
    return re.sub(
        rf"`(?P<name>{names})(?P<rest>\s[^`]*)?`",
        lambda found: f"`{form.format(found['name'])}{found['rest'] or ''}`",
        text,
    )
