"""The standard streams and the arguments of a process, whatever surroundings it was started in.

In: the streams and the command line that Python made of them. Out: streams that take any message, and arguments that
are the texts which the user typed. Data files, which are bytes, are left alone.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any

# Words in the names under which --help lists arguments that are files: these keep the bytes that the system knows.
_FILES = ("PATH", "FILE", "FOLDER", "INPUT", "OUTPUT")


def prepare_standard_streams() -> None:
    """Make the standard streams usable: closed ones are opened, and messages never fail for a character.

    What is written to a stdout that was closed fails, as on a full disk; what is written to such a stderr is dropped,
    and such a stdin is empty. Left closed, the next file that is opened would take the stream's place.
    """
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        try:
            os.fstat(number)
        except OSError:
            # Reserved for reading only, so that a write to stdout fails.
            opened = os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            setattr(sys, name, open(number, mode, closefd=False))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        escape_what_cannot_be_encoded(stream)


def escape_what_cannot_be_encoded(stream: Any) -> None:
    r"""Let a text stream write characters that its encoding lacks as \xe9 and the like, instead of failing."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")


def print_json(found: Any) -> None:
    """Print a value as JSON on one line. Characters that stdout's encoding lacks are escaped as JSON does it."""
    unicode = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("_", "-").startswith("utf")
    print(json.dumps(found, ensure_ascii=not unicode))


def decode_arguments(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    """Decode arguments that are not names of files as UTF-8, if Python could not decode them.

    In the locale "C", Python keeps each non-ASCII byte of an argument as a surrogate: then no column has that name.
    """
    of_files = {action.dest for action in parser._actions if _is_file(action)}
    for name, value in vars(arguments).items():
        if name not in of_files:
            setattr(arguments, name, _decoded(value))


def _is_file(action: argparse.Action) -> bool:
    return isinstance(action.metavar, str) and any(word in action.metavar for word in _FILES)


def _decoded(value: Any) -> Any:
    if isinstance(value, list):
        return [_decoded(one) for one in value]
    if not isinstance(value, str) or not any("\udc80" <= character <= "\udcff" for character in value):
        return value
    try:
        return os.fsencode(value).decode("utf-8")
    except UnicodeError:  # the bytes are not UTF-8 either
        return value
