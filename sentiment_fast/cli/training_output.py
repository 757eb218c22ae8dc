"""What `train` and `finetune` print at the end, finished or interrupted.

In: the result, or the error of a stopped run. Out: lines. What to try next is left to each command.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, TypeVar

from sentiment_fast.cli.messages import command_line, is_quiet
from sentiment_fast.cli.streams import print_json
from sentiment_fast.errors import StoppedError

if TYPE_CHECKING:
    from sentiment_fast.training.result import FinetuningResult, TrainingResult

Result = TypeVar("Result", "TrainingResult", "FinetuningResult")


def print_result(result: Result, as_json: bool, what_next: Callable[[Result], str]) -> None:
    """The result as JSON, the folder alone with --quiet, else what to try next, unless the run was finished before."""
    if as_json:
        found = {"folder": str(result.folder), "was_finished": result.was_finished, "metrics": result.metrics}
        print_json({**found, "history": [asdict(epoch) for epoch in result.history]})
    elif is_quiet():
        print(result.folder)
    elif not result.was_finished:
        print(what_next(result))


def how_to_resume(command: str, stopped: StoppedError) -> str:
    """The command that resumes the run, or starts it over, on this machine."""
    out = shlex.quote(str(stopped.folder))
    how = "resume with" if stopped.has_checkpoint else "there is no checkpoint yet; start over with"
    several = f"torchrun --nproc-per-node={stopped.processes} -m sentiment_fast.{command}"
    return f"{how}\n  {several if stopped.processes > 1 else command_line(command)} --resume --out {out}"
