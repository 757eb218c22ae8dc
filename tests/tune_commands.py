"""Searches as a user runs them: the command, and what its trials were."""

from pathlib import Path
from typing import Any

from sentiment_fast import cli
from sentiment_fast.runs.journal import read_journal


def tune(*options: object) -> int:
    return cli.main(["tune", *map(str, options)])


def trials_of(folder: Path) -> list[tuple[Any, ...]]:
    """The trials of a search, without the time that each took."""
    lines = read_journal(folder / "trials.jsonl")[1:]
    return [
        (line["number"], line["settings"], line["status"], [epoch["validation_loss"] for epoch in line["epochs"]])
        for line in lines
    ]
