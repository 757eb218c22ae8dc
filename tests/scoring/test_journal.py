"""The journal of a scoring run: progress comes back, and entries that are not progress are refused."""

from dataclasses import asdict

import pytest

from sentiment_fast.errors import DataError
from sentiment_fast.io.window import Position
from sentiment_fast.runs.journal import Journal
from sentiment_fast.scoring import journal as scoring_journal
from sentiment_fast.scoring.journal import Progress, ScoringJournal, read_progress

PROGRESS = Progress(windows=2, position=Position(offset=90, rows=7, within_line=True), output_bytes=120, rows=7)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "out.csv.journal"


def write(path, *entries):
    with Journal(path, {"format": scoring_journal.FORMAT}, scoring_journal._WORDING) as lines:
        for entry in entries:
            lines.append(entry)


def test_the_last_progress_comes_back(path):
    journal = ScoringJournal(path, {})
    journal.record(Progress(windows=1))
    journal.record(PROGRESS)
    journal.close()
    assert read_progress(path) == PROGRESS
    again = ScoringJournal(path, {})
    assert again.progress == PROGRESS
    again.close()


def test_without_a_journal_there_is_no_progress(path):
    assert read_progress(path) is None


def test_a_run_that_has_just_begun_has_done_nothing(path):
    write(path)
    assert read_progress(path) == Progress()


WHOLE = asdict(PROGRESS)


@pytest.mark.slow
@pytest.mark.parametrize(
    "entry",
    [
        {},
        {name: value for name, value in WHOLE.items() if name != "rows"},
        WHOLE | {"rows": "7"},
        WHOLE | {"rows": 7.0},
        WHOLE | {"rows": True},
        WHOLE | {"rows": -1},
        WHOLE | {"complete": 1},
        WHOLE | {"position": None},
        WHOLE | {"position": {"offset": 90, "more": 1}},
        WHOLE | {"position": WHOLE["position"] | {"offset": None}},
        WHOLE | {"position": WHOLE["position"] | {"offset": -1}},
    ],
)
def test_an_entry_that_is_not_progress_is_refused(path, entry):
    write(path, entry)
    for read in (read_progress, lambda path: ScoringJournal(path, {})):
        with pytest.raises(
            DataError, match=r"out\.csv\.journal: records no progress of a run .*start over with `restart=True`"
        ):
            read(path)
