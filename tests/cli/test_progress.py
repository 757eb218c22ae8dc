"""Progress on a terminal: from the first second, above it the messages; and nothing of it anywhere else."""

import contextlib
import io
import os
import pty
import re
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from sentiment_fast.cli.progress import Waiting, progress_bar, scoring_bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def terminal():
    """In place of stderr, a terminal."""
    return contextlib.redirect_stderr(Terminal())


def say(message):
    print(message, file=sys.stderr)


@pytest.mark.slow
def test_a_line_is_there_at_once_and_its_time_passes():
    with terminal() as shown:
        with Waiting("reading", say):
            assert "reading (00:00)" in shown.getvalue()
            size = len(shown.getvalue())
            until = time.monotonic() + 20
            while len(shown.getvalue()) == size and time.monotonic() < until:
                time.sleep(0.01)
            assert shown.getvalue().count("reading (00:00)") >= 2
        assert shown.getvalue().endswith("\r")  # and it is gone


def test_messages_are_printed_above_the_line():
    with terminal() as shown:
        with Waiting("reading", say) as line:
            line.say("a message")
        assert re.search(r"reading .*\r +\ra message\n\r?reading ", shown.getvalue())


def test_a_bar_of_texts_takes_the_place_of_the_line():
    with terminal() as shown:
        with Waiting("preparing", say) as line:
            assert list(line.progress_bar(["ab", "c"])) == ["ab", "c"]
            line.say("a message")
        text = shown.getvalue()
        assert "0/3" in text
        assert "preparing" not in text[text.index("0/3") :]
        assert text.endswith("a message\n")


def test_a_bar_is_there_before_the_first_batch():
    with terminal() as shown:
        batches = progress_bar(["ab", "c"])
        next(batches)
        assert "0/3" in shown.getvalue()


def test_a_bar_of_files_is_there_before_the_first_window(tmp_path):
    with terminal() as shown:
        (tmp_path / "in.csv").write_text("review\n")
        with scoring_bar([str(tmp_path / "in.csv")]):
            assert "0.00/7.00" in shown.getvalue()


def test_a_bar_of_stdin_is_there_too():
    with terminal() as shown, scoring_bar(["-"]) as on_window:
        assert "0.00B" in shown.getvalue()
        on_window(1000, 10)


def test_without_a_terminal_there_are_only_messages():
    with contextlib.redirect_stderr(io.StringIO()) as shown:
        with Waiting("reading", say) as line:
            line.say("a message")
            assert list(line.progress_bar(["ab"])) == ["ab"]
        assert shown.getvalue() == "a message\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [["score", "in.csv", "-o", "out.csv"], ["evaluate", "in.csv"], ["train", "--data", "in.csv"]]
)
def test_commands_show_a_bar_on_a_real_terminal(tmp_path, command):
    rows = "".join(f"a good film {row},positive\na bad one {row},negative\n" for row in range(200))
    (tmp_path / "in.csv").write_text(f"review,sentiment\n{rows}")
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 100))  # without a size, there is no room for a bar
    more = ["--out", "m", "--set", "hidden_size=4", "--epochs", "1"] if command[0] == "train" else []
    with subprocess.Popen(
        [sys.executable, "-m", "sentiment_fast." + command[0], *command[1:], *more],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
    ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                found = os.read(ours, 4096)
            except OSError:  # how Linux reports that the other end was closed
                break
            if not found:
                break
            shown += found
    os.close(ours)
    assert process.returncode == 0, shown
    assert {"score": b"0.00/", "evaluate": b"reading (00:00)", "train": b"preparing (00:00)"}[command[0]] in shown
