"""`predict`: texts from the command line and from stdin, line by line."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest

from sentiment_fast.cli.main import main


class Pieces(io.RawIOBase):
    """A raw stream that gives its pieces one by one, as a pipe does, and notes what had been printed by then.

    printed: what was printed before each read, on stdout. said: all on stderr.
    """

    def __init__(self, pieces, capsys):
        self._pieces, self._capsys, self.printed, self.said = list(pieces), capsys, [], ""

    def readable(self):
        return True

    def readinto(self, buffer):
        captured = self._capsys.readouterr()
        self.printed.append(captured.out)
        self.said += captured.err
        piece = self._pieces.pop(0) if self._pieces else b""
        buffer[: len(piece)] = piece
        return len(piece)


@pytest.fixture
def stdin(monkeypatch, capsys):
    """Makes stdin a stream of pieces: stdin(b"...", b"...", terminal=False)."""

    def replaced(*pieces: bytes, terminal: bool = False) -> Pieces:
        raw = Pieces(pieces, capsys)
        stream = io.TextIOWrapper(io.BufferedReader(raw))
        monkeypatch.setattr(stream, "isatty", lambda: terminal, raising=False)
        monkeypatch.setattr(sys, "stdin", stream)
        return raw

    return replaced


@pytest.fixture
def predict(model_folder, capsys):
    """Runs the command; returns its lines on stdout, and what it wrote to stderr."""

    def run(*arguments: str, code: int = 0) -> tuple[list[str], str]:
        computed = ["--device", "cpu", "--precision", "float32"]  # the same whatever else is in a batch
        assert main(["predict", "--model", str(model_folder), *computed, *arguments]) == code
        captured = capsys.readouterr()
        return captured.out.splitlines(), captured.err

    return run


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [(), ("-",)])
@pytest.mark.parametrize(
    "data",
    [
        b"a good film\nbad\n\ncaf\xc3\xa9",
        b"a good film\r\nbad\r\n\r\ncaf\xc3\xa9\r\n",
        b"a good film\nbad\n\ncaf\xc3\xa9\n",
    ],
)
def test_lines_of_stdin_are_texts(stdin, predict, arguments, data):
    expected, _ = predict("a good film", "bad", "", "café")
    raw = stdin(data)
    rest, _ = predict(*arguments)
    assert "".join(raw.printed).splitlines() + rest == expected


def test_lines_may_be_cut_anywhere_and_are_answered_as_they_come(stdin, predict):
    expected, _ = predict("good film", "café bad", "good")
    raw = stdin(b"good fi", b"lm\ncaf\xc3", b"\xa9 b", b"ad\ngo", b"od")
    last, _ = predict("-")
    assert [printed.splitlines() for printed in raw.printed] == [[], [], expected[:1], [], expected[1:2], []]
    assert last == expected[2:]


def test_no_lines_give_no_answers(stdin, predict):
    stdin()
    assert predict("-")[0] == []


def test_a_long_line_is_one_text(stdin, predict):
    expected, _ = predict("good " * 50_000)
    stdin(*[b"good " * 1000] * 50)
    assert predict("-")[0] == expected


def test_a_line_of_invalid_utf8_is_read_with_replacement(stdin, predict):
    expected, _ = predict("good \ufffd film")
    raw = stdin(b"good \xff film\n")
    predict()
    assert "".join(raw.printed).splitlines() == expected


def test_another_encoding_is_refused(stdin, predict):
    stdin("good film\n".encode("utf-16-le"))
    assert "stdin: expected lines in UTF-8, got NUL bytes" in predict("-", code=1)[1]


@pytest.mark.parametrize("arguments", [(), ("-",)])
def test_on_a_terminal_it_says_what_it_waits_for(stdin, predict, arguments):
    raw = stdin(b"good\n", terminal=True)
    predict(*arguments)
    assert raw.said == "reading texts from the terminal, one per line; Ctrl-D ends\n"


def test_stdin_and_texts_do_not_go_together(stdin, predict):
    stdin(b"good\n")
    assert 'Expected either texts or "-" for stdin, got both' in predict("good", "-", code=2)[1]


def test_a_closed_stdin_is_a_usage_error(monkeypatch, predict):
    monkeypatch.setattr(sys, "stdin", None)
    assert "stdin is closed" in predict("-", code=2)[1]


@pytest.mark.parametrize(
    ("option", "blank", "said"),
    [([], False, "labelled nevertheless"), (["--unknown", "blank"], True, "left blank")],
)
def test_texts_without_known_words_are_counted_and_may_be_blank(predict, option, blank, said):
    lines, messages = predict("good", "\U0001f60d", "Das Essen war kalt", "", *option)
    assert [line == "\t" for line in lines] == [False, blank, blank, blank]
    assert f"3 of 4 texts without a word that the model knows: {said}\n" in messages


def test_known_texts_are_not_reported(predict):
    assert "without a word" not in predict("good", "bad film")[1]


@pytest.mark.slow
def test_a_slow_writer_gets_each_answer_before_it_writes_the_next_line(model_folder):
    command = [sys.executable, "-m", "sentiment_fast.predict", "--model", str(model_folder), "--device", "cpu", "-"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        for _ in range(2):
            process.stdin.write(b"good film\n")
            process.stdin.flush()
            assert process.stdout.readline().partition(b"\t")[2]
        process.stdin.close()
        assert process.stdout.read() == b""
    assert process.returncode == 0
