"""The files of a run: none is an input or someone else's, each has one run, and what has changed is noticed."""

from __future__ import annotations

import io
import os
import shutil
import threading
from dataclasses import asdict
from pathlib import Path

import pytest

from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.io.rejects import REJECTS_HEADER
from sentiment_fast.runs.journal import Journal, read_journal
from sentiment_fast.runs.stop import StopRequest
from sentiment_fast.scoring import journal as scoring_journal
from sentiment_fast.scoring import output as output_module
from sentiment_fast.scoring.jobs import score_jobs
from sentiment_fast.scoring.journal import Progress
from sentiment_fast.scoring.score_files import score_files

IN_USE = r"another run is writing|belongs to an unfinished run"
DATA = b"id,review\n" + b"".join(b"%d,%b\n" % (row, b"good " * (row % 9)) for row in range(200)) + b"ragged\n"


@pytest.fixture(autouse=True)
def _in_the_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(output_module, "SECONDS_BETWEEN_RECORDS", 0.0)
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_bytes(DATA)


def names() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


def contents() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path().iterdir() if path.is_file()}


def refused(source, output, scorer, says="", **options):
    """The message of a run that is refused and changes nothing."""
    before = contents()
    with pytest.raises(UsageError, match=says) as caught:
        score_files(source, output, scorer, **options)
    assert contents() == before
    return str(caught.value)


def stop_after(windows: int, output: object, scorer, **options) -> None:
    stop, done = StopRequest(), 0

    def on_window(consumed: int, rows: int) -> None:
        nonlocal done
        done += 1
        if done == windows:
            stop.request()

    with pytest.raises(KeyboardInterrupt):
        score_files("in.csv", output, scorer, on_window=on_window, stop=stop, window_bytes=700, **options)


# --- names


@pytest.mark.parametrize("name", ["out.csv", "out.csv.part", "out.csv.journal", "out.csv.rejects.csv"])
@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("link", [None, "symbolic", "hard"])
def test_an_input_is_never_one_of_the_files_that_are_written(scorer, name, force, link):
    source = "in.csv" if link else name
    shutil.move("in.csv", source) if source != "in.csv" else None
    if link == "symbolic":
        Path(name).symlink_to("in.csv")
    elif link == "hard":
        os.link("in.csv", name)
    refused(source, "out.csv", scorer, "expected a file of its own for", force=force)
    assert Path(source).read_bytes() == DATA


def test_an_input_is_known_by_another_name_of_its_folder(scorer):
    Path("folder").mkdir()
    Path("other").symlink_to("folder")
    shutil.move("in.csv", "folder/in.csv")
    refused("folder/in.csv", "other/in.csv", scorer, "got an input", force=True)
    refused("folder/in.csv", Path("folder", "..", "other", "in.csv"), scorer, "got an input", force=True)


def test_an_input_that_another_runs_unfinished_output_is_named_after_is_kept(scorer):
    shutil.move("in.csv", "reviews.csv.part")
    refused("reviews.csv.part", "reviews.csv", scorer, "reviews.csv.part: expected a file of its own")


@pytest.mark.parametrize("rejects", ["out.csv", "./out.csv", "out.csv.part", "out.csv.journal", "in.csv"])
@pytest.mark.parametrize("force", [False, True])
def test_rejects_have_a_file_of_their_own(scorer, rejects, force):
    refused("in.csv", "out.csv", scorer, "expected", rejects=rejects, force=force)


@pytest.mark.parametrize("output", ["out.csv", "-"])
@pytest.mark.parametrize("force", [False, True])
def test_rejects_never_replace_a_device_a_pipe_or_a_folder(scorer, output, force):
    Path("folder").mkdir()
    os.mkfifo("pipe")
    Path("null").symlink_to("/dev/null")
    for name in ("/dev/null", "null", "pipe", "folder"):
        refused("in.csv", output, scorer, "expected the name of a file", rejects=name, force=force)


def test_rejects_next_to_a_stream_are_not_replaced_unless_forced(scorer):
    Path("bad.csv").write_bytes(REJECTS_HEADER)
    refused("in.csv", io.BytesIO(), scorer, "bad.csv: already exists", rejects="bad.csv")
    score_files("in.csv", io.BytesIO(), scorer, rejects="bad.csv", force=True)
    assert Path("bad.csv").read_bytes().count(b"\n") == 2
    assert names() == ["bad.csv", "in.csv"]


@pytest.mark.parametrize("rejects", [None, "bad.csv"])
def test_a_file_that_holds_no_rejects_is_not_replaced_by_them_even_if_forced(scorer, rejects):
    Path(rejects or "out.csv.rejects.csv").write_bytes(b"someone else's\n")
    refused("in.csv", "out.csv", scorer, "expected no file, or one of rejected records", rejects=rejects, force=True)


def test_rejects_of_an_earlier_run_go_if_there_are_none_any_more(scorer):
    score_files("in.csv", "out.csv", scorer)
    Path("in.csv").write_bytes(DATA.removesuffix(b"ragged\n"))
    score_files("in.csv", "out.csv", scorer, force=True)
    assert names() == ["in.csv", "out.csv"]


@pytest.mark.parametrize("name", ["out.csv.part", "out.csv.journal", "out.csv.rejects.csv.part"])
@pytest.mark.parametrize("content", [b"someone else's\n", b"two\nlines\n", b'{"json": 1}\n'])
@pytest.mark.parametrize("options", [{}, {"force": True}, {"restart": True}], ids=str)
def test_a_file_of_someone_else_under_the_name_of_a_side_file_is_left_alone(scorer, name, content, options):
    Path(name).write_bytes(content)
    refused("in.csv", "out.csv", scorer, f"{name}: ", **options)
    refused(io.BytesIO(DATA), "out.csv", scorer, f"{name}: ", **options)


def test_a_link_under_the_name_of_a_side_file_leads_nowhere(scorer):
    Path("precious").write_bytes(b"precious")
    for name in ("out.csv.part", "out.csv.journal", "out.csv.rejects.csv.part"):
        Path(name).symlink_to("precious")
        refused("in.csv", "out.csv", scorer, f"{name}: ", force=True, restart=True)
        Path(name).unlink()


def test_a_journal_that_is_a_pipe_is_bad_usage_and_nobody_waits_for_it(scorer):
    os.mkfifo("out.csv.journal")
    refused("in.csv", "out.csv", scorer, "expected the journal of a")
    refused(io.BytesIO(DATA), "out.csv", scorer, "expected the journal of a")


def test_outputs_of_several_files_are_not_each_others_rejects(model_folder):
    Path("in").mkdir()
    for name in ("a.csv", "a.csv.rejects.csv"):
        Path("in", name).write_bytes(DATA)
    with pytest.raises(UsageError, match="expected a file of its own for"):
        score_jobs(["in/*.csv"], "out", model_folder, force=True)
    assert list(Path("out").iterdir()) == []


def test_an_output_is_not_a_later_input(model_folder):
    Path("out").mkdir()
    Path("out/b.csv").write_bytes(DATA)
    with pytest.raises(UsageError, match="got an input"):
        score_jobs(["in.csv", "out/b.csv"], "out", model_folder, force=True)


# --- runs at the same time


@pytest.fixture
def during_a_run(scorer):
    """Runs something while another run, which began with these arguments, waits for its input."""

    def run_meanwhile(output, meanwhile, source="in.csv", **options) -> None:
        began, failed = threading.Event(), []

        def run() -> None:
            try:
                score_files(source, output, scorer, on_window=wait, **options)
            except BaseException as error:
                failed.append(error)
                began.set()

        go_on = threading.Event()

        def wait(consumed: int, rows: int) -> None:
            began.set()
            go_on.wait(60)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            assert began.wait(60)
            assert failed == []
            meanwhile()
        finally:
            go_on.set()
            thread.join()
        assert failed == []

    return run_meanwhile


@pytest.mark.slow
@pytest.mark.parametrize(
    "rejects", [("bad.csv", "bad.csv"), (None, "first.csv.rejects.csv"), ("second.csv.rejects.csv", None)]
)
def test_two_runs_do_not_write_the_same_rejects(scorer, during_a_run, rejects):
    def second() -> None:
        with pytest.raises((DataError, UsageError), match=IN_USE):
            score_files("in.csv", "second.csv", scorer, rejects=rejects[1])

    during_a_run("first.csv", second, rejects=rejects[0])
    score_files("in.csv", "third.csv", scorer)
    assert Path("first.csv").read_bytes() == Path("third.csv").read_bytes()
    bad = Path(rejects[0] or "first.csv.rejects.csv").read_bytes()
    assert bad == Path("third.csv.rejects.csv").read_bytes()
    assert [name for name in names() if name.endswith((".journal", ".part"))] == []


def test_two_streams_do_not_write_the_same_rejects(scorer, during_a_run):
    def second() -> None:
        with pytest.raises(DataError, match="another run is writing"):
            score_files("in.csv", io.BytesIO(), scorer, rejects="bad.csv")

    during_a_run(io.BytesIO(), second, rejects="bad.csv")
    assert names() == ["bad.csv", "in.csv"]


def test_an_output_is_not_the_rejects_of_another_run(scorer, during_a_run):
    def second() -> None:
        with pytest.raises((DataError, UsageError), match=IN_USE):
            score_files("in.csv", "first.csv.rejects.csv", scorer)

    during_a_run("first.csv", second)


@pytest.mark.parametrize("first", [lambda: "in.csv", lambda: io.BytesIO(DATA)], ids=["file", "stream"])
def test_two_runs_do_not_share_an_output_even_if_their_inputs_cannot_be_read_again(scorer, during_a_run, first):
    def second() -> None:
        with pytest.raises((DataError, UsageError), match=IN_USE):
            score_files(io.BytesIO(DATA), "out.csv", scorer)

    during_a_run("out.csv", second, source=first())
    assert names() == ["in.csv", "out.csv", "out.csv.rejects.csv"]


def test_what_a_killed_run_on_a_pipe_left_is_replaced(scorer):
    score_files("in.csv", "whole.csv", scorer)
    with Journal(Path("out.csv.journal"), {"format": 3, "resumable": False}, scoring_journal._WORDING):
        Path("out.csv.part").write_bytes(b"half")
    score_files(io.BytesIO(DATA), "out.csv", scorer)
    assert Path("out.csv").read_bytes() == Path("whole.csv").read_bytes()
    assert "out.csv.journal" not in names()


def test_a_file_that_appears_under_the_outputs_name_is_kept(scorer):
    def appear(consumed: int, rows: int) -> None:
        Path("out.csv").write_bytes(b"precious")

    with pytest.raises(DataError, match=r"out\.csv: a file of this name has appeared during the run"):
        score_files("in.csv", "out.csv", scorer, on_window=appear)
    assert Path("out.csv").read_bytes() == b"precious"


def test_rejects_with_a_name_of_their_own_are_resumed(scorer):
    score_files("in.csv", "whole.csv", scorer, rejects="all.csv")
    stop_after(4, "out.csv", scorer, rejects="bad.csv")
    assert names() == ["all.csv", "bad.csv.journal", "in.csv", "out.csv.journal", "out.csv.part", "whole.csv"]
    refused("in.csv", "other.csv", scorer, "bad.csv.journal: belongs to an unfinished run", rejects="bad.csv")
    score_files("in.csv", "out.csv", scorer, rejects="bad.csv", window_bytes=700)
    assert Path("out.csv").read_bytes() == Path("whole.csv").read_bytes()
    assert names() == ["all.csv", "bad.csv", "in.csv", "out.csv", "whole.csv"]


# --- what was written is what is there


@pytest.mark.slow
@pytest.mark.parametrize("place", [0, 100, -1])
def test_an_unfinished_output_that_was_edited_is_not_resumed(scorer, place):
    stop_after(4, "out.csv", scorer)
    content = bytearray(Path("out.csv.part").read_bytes())
    content[place] ^= 1
    Path("out.csv.part").write_bytes(content)
    with pytest.raises(DataError, match=r"out\.csv\.part: is not what the unfinished run wrote: start over with"):
        score_files("in.csv", "out.csv", scorer, window_bytes=700)
    assert score_files("in.csv", "out.csv", scorer, window_bytes=700, restart=True).rows == 200


def change_progress(**changes) -> None:
    """Append an entry with a right checksum to the journal."""
    path = Path("out.csv.journal")
    fingerprint, *entries = read_journal(path)
    with Journal(path, fingerprint, scoring_journal._WORDING) as journal:
        journal.append(entries[-1] | changes)


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        *({"rows": "7"}, {"rows": None}, {"rows": 10**30}, {"output_bytes": -1}, {"output_digest": 3}),
        *({"output_bytes": 0}, {"output_bytes": 60}, {"output_bytes": 10**12}, {"rejects_bytes": 10**12}),
        *({"position": 3}, {"position": asdict(Progress().position) | {"offset": 10**9}}),
        {"position": asdict(Progress().position) | {"source": 5}},
        {"complete": True, "output_bytes": 20},
    ],
    ids=str,
)
def test_progress_that_does_not_fit_the_files_is_a_data_error(scorer, changes):
    stop_after(4, "out.csv", scorer)
    change_progress(**changes)
    with pytest.raises(DataError, match=r"`restart=True`"):
        score_files("in.csv", "out.csv", scorer, window_bytes=700)
    assert "out.csv" not in names()


@pytest.mark.slow
@pytest.mark.parametrize("value", [[], {}, None, "x" * 100_000, 10**300])
def test_a_fingerprint_of_other_types_is_bad_usage_in_a_short_message(scorer, value):
    stop_after(4, "out.csv", scorer)
    fingerprint, *entries = read_journal(Path("out.csv.journal"))
    Path("out.csv.journal").unlink()
    with Journal(Path("out.csv.journal"), fingerprint | {"columns": value or [1]}, scoring_journal._WORDING) as journal:
        for entry in entries:
            journal.append(entry)
    with pytest.raises(UsageError, match="the unfinished run began with columns") as caught:
        score_files("in.csv", "out.csv", scorer, window_bytes=700)
    assert len(str(caught.value)) < 600


@pytest.fixture
def batch(model_folder):
    """A batch of two files, the first of which is done. Returns a function that gives the same command again."""
    Path("in").mkdir()
    Path("in/a.csv").write_bytes(DATA)
    Path("in/b.csv").write_bytes(b"id,other\n1,2\n")

    def score(**options):
        return score_jobs(["in/a.csv", "in/b.csv"], "out", model_folder, **options)

    with pytest.raises(DataError):
        score()
    Path("in/b.csv").write_bytes(DATA)
    return score


@pytest.mark.slow
@pytest.mark.parametrize(
    "edit", [lambda old: old + b"1,good\n", lambda old: old.replace(b"good", b"evil", 1), lambda old: b""]
)
def test_a_finished_output_that_was_edited_before_the_batch_is_resumed_is_noticed(batch, edit):
    path = Path("out/a.csv")
    whole, about = path.read_bytes(), path.stat()
    path.write_bytes(edit(whole))
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    with pytest.raises(DataError, match=r"out/a\.csv: was finished by an earlier run, and has been changed"):
        batch()
    batch(force=True)
    assert path.read_bytes() == whole
    assert sorted(path.name for path in Path("out").iterdir() if path.suffix == ".journal") == []


def test_rejects_that_were_removed_before_the_batch_is_resumed_are_noticed(batch):
    Path("out/a.csv.rejects.csv").unlink()
    with pytest.raises(
        DataError, match=r"rejects\.csv: was finished by an earlier run, and has been changed or removed"
    ):
        batch()


@pytest.mark.slow
def test_a_finished_batch_is_replaced_if_forced(batch, monkeypatch):
    from sentiment_fast.scoring import jobs

    with monkeypatch.context() as patch:  # a kill between the last output and the end of the batch
        patch.setattr(jobs, "_remove_journals", lambda _: None)
        batch()
    for name in ("a", "b"):
        assert Path(f"out/{name}.csv.journal").exists()
    before = {name: Path(f"out/{name}.csv").stat().st_mtime_ns for name in ("a", "b")}
    assert [summary.earlier_rows for _, summary in batch()] == [201, 201]
    assert {name: Path(f"out/{name}.csv").stat().st_mtime_ns for name in ("a", "b")} == before
    assert [summary.earlier_rows for _, summary in batch(force=True)] == [0, 0]
    assert {name: Path(f"out/{name}.csv").stat().st_mtime_ns for name in ("a", "b")} != before
