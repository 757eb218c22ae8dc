"""The journal: what a run is taken up by, and what it refuses to be taken up by."""

from __future__ import annotations

import io
import json
import os

import pytest

import sentiment_fast as sf
from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.io.csv.layout import CsvLayout
from sentiment_fast.model.folder import load_model
from sentiment_fast.runs.stop import StopRequest
from sentiment_fast.scoring import output as output_module
from sentiment_fast.scoring.score_files import score_csv

DATA = b"id,review\r\n" + b"".join(
    b'%d,"%b"\r\n' % (row, b"good " * (row % 9) + b"bad\n" * (row % 7)) + b"ragged\r\n" * (row % 41 == 0)
    for row in range(300)
)
WINDOW = 700


@pytest.fixture(autouse=True)
def _journal_each_window(monkeypatch):
    monkeypatch.setattr(output_module, "SECONDS_BETWEEN_RECORDS", 0.0)


class Folder:
    def __init__(self, path, scorer):
        self.path, self.scorer = path, scorer
        self.input, self.output = path / "in.csv", path / "out.csv"
        self.journal, self.part = path / "out.csv.journal", path / "out.csv.part"
        self.rejects = path / "out.csv.rejects.csv"
        self.input.write_bytes(DATA)
        self.said: list[str] = []

    def score(self, stop_after: int | None = None, **options):
        stop, windows = StopRequest(), 0

        def on_window(consumed, rows):
            nonlocal windows
            windows += 1
            if windows == stop_after:
                stop.request()

        settings = {"window_bytes": WINDOW, "say": self.said.append, "on_window": on_window, "stop": stop}
        return score_csv(self.input, self.output, self.scorer, **(settings | options))

    def stop_after(self, windows: int, **options) -> None:
        with pytest.raises(KeyboardInterrupt):
            self.score(windows, **options)

    def results(self):
        return self.output.read_bytes(), self.rejects.read_bytes()

    def names(self):
        return sorted(path.name for path in self.path.iterdir())


@pytest.fixture
def folder(tmp_path, scorer):
    return Folder(tmp_path, scorer)


@pytest.fixture(scope="module")
def expected(tmp_path_factory, scorer):
    whole = Folder(tmp_path_factory.mktemp("whole"), scorer)
    whole.score()
    return whole.results()


@pytest.mark.slow
@pytest.mark.parametrize("windows", [1, 2, 3, 7, 15])
def test_stopped_run_goes_on_to_the_same_bytes(folder, expected, windows):
    folder.stop_after(windows)
    assert folder.names() == ["in.csv", "out.csv.journal", "out.csv.part", "out.csv.rejects.csv.part"]
    summary = folder.score()
    assert folder.results() == expected
    assert folder.names() == ["in.csv", "out.csv", "out.csv.rejects.csv"]
    assert summary.earlier_rows > 0
    assert (summary.rows, summary.rejects) == (300, 8)
    assert folder.said == [f"{folder.output}: resuming after row {summary.earlier_rows:,}, where an earlier run ended"]


@pytest.mark.slow
def test_run_may_be_stopped_after_every_window(folder, expected):
    for _ in range(1000):
        try:
            folder.score(stop_after=1)
            break
        except KeyboardInterrupt:
            pass
    assert folder.results() == expected


@pytest.mark.slow
@pytest.mark.parametrize("excess", [b"x", b"good,1\n" * 1000])
def test_what_was_written_and_not_journalled_is_written_again(folder, expected, excess):
    folder.stop_after(3)
    for path in (folder.part, folder.path / "out.csv.rejects.csv.part"):
        path.write_bytes(path.read_bytes() + excess)
    folder.score()
    assert folder.results() == expected


@pytest.mark.slow
@pytest.mark.parametrize("cut", [1, 10, 150])
def test_last_line_of_the_journal_may_be_cut_short(folder, expected, cut):
    folder.stop_after(3)
    folder.journal.write_bytes(folder.journal.read_bytes()[:-cut])
    folder.score()
    assert folder.results() == expected


@pytest.mark.slow
def test_journal_cut_within_its_first_line_is_begun_anew(folder, expected):
    folder.stop_after(3)
    folder.journal.write_bytes(folder.journal.read_bytes()[:100])
    folder.score()
    assert folder.results() == expected


def test_damaged_journal_is_refused(folder):
    folder.stop_after(3)
    folder.journal.write_bytes(folder.journal.read_bytes().replace(b'"windows": 1', b'"windows": 9', 1))
    with pytest.raises(DataError, match=r"line \d is damaged: start over with `restart=True`"):
        folder.score()


def test_output_that_is_shorter_than_journalled_is_refused(folder):
    folder.stop_after(3)
    folder.part.write_bytes(folder.part.read_bytes()[:-1])
    with pytest.raises(DataError, match=r"out\.csv\.part: expected .* bytes, got .*: start over with `restart=True`"):
        folder.score()


def test_journal_is_lines_of_json_with_checksums(folder):
    folder.stop_after(2)
    lines = [json.loads(line) for line in folder.journal.read_text().splitlines()]
    assert all(set(line) == {"checksum", "entry"} for line in lines)
    assert lines[0]["entry"]["input"] == str(folder.input)
    assert [line["entry"]["windows"] for line in lines[1:]] == list(range(1, len(lines)))


# --- another run


def change_content(folder):
    about = folder.input.stat()
    folder.input.write_bytes(DATA.replace(b"good", b"evil", 1))
    os.utime(folder.input, ns=(about.st_atime_ns, about.st_mtime_ns))


def change_size(folder):
    folder.input.write_bytes(DATA + b"1,good\n")


def change_time(folder):
    os.utime(folder.input, ns=(1, 1))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "what"),
    [(change_content, "input's content"), (change_size, "input's size"), (change_time, "input's time of change")],
)
def test_changed_input_is_refused_until_restarted(folder, change, what):
    folder.stop_after(3)
    change(folder)
    with pytest.raises(UsageError, match=rf"the {what} is not what the unfinished run began with.*`restart=True`"):
        folder.score()
    assert folder.score(restart=True).earlier_rows == 0


def test_another_input_is_refused(folder):
    folder.stop_after(3)
    folder.input = folder.input.rename(folder.path / "other.csv")
    with pytest.raises(UsageError, match="the input is not what the unfinished run began with"):
        folder.score()


def test_another_model_is_refused(folder, make_model):
    folder.stop_after(3)
    folder.scorer = sf.Scorer(load_model(make_model(["negative", "positive"], hidden_size=9)), "cpu", "float32")
    with pytest.raises(UsageError, match=r"the model is not what the unfinished run began with.*`restart=True`"):
        folder.score()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("status", True),
        ("tokens", True),
        ("unknown", "blank"),
        ("na_values", ["bad"]),
        ("strict", True),
        ("excel_safe", True),
        ("columns", ["id"]),
        ("text_column", "id"),
        ("delimiter", ","),
        ("comment", "#"),
        ("header", True),
        ("max_record", 1000),
        ("window_bytes", 800),
    ],
)
def test_another_option_is_refused(folder, option, value):
    folder.stop_after(3)
    with pytest.raises(UsageError, match=rf"the unfinished run began with {option} .*, and should now continue with"):
        folder.score(**{option: value})


def test_layout_that_is_detected_differently_is_refused(folder, monkeypatch):
    folder.stop_after(3)
    monkeypatch.setattr(CsvLayout, "decided", lambda layout: {"delimiter": ";"})
    with pytest.raises(UsageError, match="input's delimiter"):
        folder.score()


@pytest.mark.slow
@pytest.mark.parametrize("windows", [1, 2, 5])
def test_run_with_lines_that_are_no_records_resumes_to_the_same_bytes(folder, windows):
    lines = DATA.splitlines(keepends=True)[1:]
    commented = [line for number, line in enumerate(lines) for line in (line, *[b"# so, far\n"] * (number % 40 == 39))]
    folder.input.write_bytes(b"".join([b"Report\n", b"# by hand\n", *commented]))
    options = {"header": False, "skip_lines": 1, "comment": "#", "text_column": 2}
    folder.score(**options)
    expected = folder.results()
    assert expected[0].startswith(b"Report\n# by hand\n0,")
    folder.output.unlink()
    folder.rejects.unlink()
    folder.stop_after(windows, **options)
    folder.score(**options)
    assert folder.results() == expected


def test_input_that_cannot_be_read_again_does_not_replace_an_unfinished_run(folder, scorer):
    folder.stop_after(3)
    with pytest.raises(UsageError, match="belongs to an unfinished run on another input"):
        score_csv(io.BytesIO(DATA), folder.output, scorer)
    score_csv(io.BytesIO(DATA), folder.output, scorer, restart=True)
    assert folder.names() == ["in.csv", "out.csv", "out.csv.rejects.csv"]


# --- the end


@pytest.mark.slow
def test_finished_output_is_not_replaced_unless_forced(folder, expected):
    folder.score()
    with pytest.raises(UsageError, match="already exists"):
        folder.score()
    folder.score(force=True)
    assert folder.results() == expected


@pytest.mark.slow
def test_kept_journal_of_a_finished_run_makes_the_same_call_do_nothing(folder, expected):
    folder.score(keep_journal=True)
    before = folder.output.stat().st_mtime_ns
    summary = folder.score()
    assert (summary.rows, summary.rejects, summary.earlier_rows) == (300, 8, 308)
    assert folder.output.stat().st_mtime_ns == before
    assert folder.names() == ["in.csv", "out.csv", "out.csv.rejects.csv"]


@pytest.mark.slow
@pytest.mark.parametrize("renamed", [[], ["rejects"], ["rejects", "output"]])
def test_run_killed_while_it_names_its_files_is_finished(folder, expected, renamed):
    folder.score(keep_journal=True)
    for name, path in (("rejects", folder.rejects), ("output", folder.output)):
        if name not in renamed:
            path.rename(f"{path}.part")
    folder.score()
    assert folder.results() == expected
    assert folder.names() == ["in.csv", "out.csv", "out.csv.rejects.csv"]
