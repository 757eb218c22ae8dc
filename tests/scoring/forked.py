"""Scoring in processes of its own that can be killed: forked from a server that has imported PyTorch already."""

from __future__ import annotations

import functools
import multiprocessing
import os
import resource
import sys
from pathlib import Path
from typing import Any

SERVER = multiprocessing.get_context("forkserver")
# pandas, because pyarrow imports it when it is installed: half a second of each process.
SERVER.set_forkserver_preload(["sentiment_fast.scoring.jobs", "pandas"])


class Worker:
    """A process that runs `sentiment-fast score ARGUMENTS` in small windows, and journals each of them.

    stdin, stdout: named pipes to take for these. file_bytes: of the largest file it may write.
    """

    def __init__(self, arguments: list[Any], messages: Path, **settings: Any) -> None:
        self._messages = messages
        self.process = SERVER.Process(target=_score, args=([*map(str, arguments)], messages), kwargs=settings)
        self.process.start()

    @property
    def messages(self) -> str:
        """What it wrote to stderr."""
        return self._messages.read_text()

    def wait(self) -> int:
        """The exit code."""
        self.process.join(120)
        assert self.process.exitcode is not None
        return self.process.exitcode

    def wait_for_size(self, path: Path, size: int) -> None:
        """Until a file has grown to a size, or the process has ended."""
        while self.process.is_alive() and size_of(path) < size:
            self.process.join(0.0005)


def size_of(path: Path) -> int:
    """-1 for a file that is not there, or no longer."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return -1


def _score(
    arguments: list[str],
    messages: Path,
    window_bytes: int = 8192,
    stdin: Path | None = None,
    stdout: Path | None = None,
    file_bytes: int | None = None,
) -> None:
    import torch

    from sentiment_fast.cli.main import main
    from sentiment_fast.scoring import jobs, output

    torch.set_num_threads(1)
    os.dup2(os.open(messages, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115
    if stdin is not None:
        os.dup2(os.open(stdin, os.O_RDONLY), 0)
        sys.stdin = open(0, closefd=False)  # noqa: SIM115
    if stdout is not None:
        os.dup2(os.open(stdout, os.O_WRONLY), 1)
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    if file_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    output.SECONDS_BETWEEN_RECORDS = 0.0
    jobs.score_files = functools.partial(jobs.score_files, window_bytes=window_bytes)
    sys.exit(main(["score", "--device", "cpu", "--precision", "float32", *arguments]))
