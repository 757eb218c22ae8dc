"""Runs that are killed, told to stop, or run out of room: the same command goes on, to the same bytes."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import signal
import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.scoring.compression import COMPRESS
from tests.scoring.forked import Worker, size_of

pytestmark = pytest.mark.slow


def reviews(count: int) -> bytes:
    choose = random.Random(7)
    words = ["good", "bad", "film", "awful", "wonderful", '""unknown""', "plot,", "\n"]
    lines = [b"id,review"]
    for number in range(count):
        lines.append(f'{number},"{" ".join(choose.choices(words, k=choose.randrange(30)))}"'.encode())
        if number % 97 == 0:
            lines.append(b"a row,with,too many fields")
    return b"\n".join(lines) + b"\n"


@pytest.fixture(scope="module")
def data() -> bytes:
    return reviews(3000)


@pytest.fixture(scope="module")
def uninterrupted(data, model_folder, tmp_path_factory):
    """The output and the rejects of a run that nobody disturbed, by the output's compression."""
    found: dict[str, tuple[bytes, bytes]] = {}

    def get(compression: str) -> tuple[bytes, bytes]:
        if compression not in found:
            folder = tmp_path_factory.mktemp("uninterrupted")
            (folder / "in.csv").write_bytes(data)
            output = folder / f"out.csv{compression}"
            run = Worker([folder / "in.csv", "-o", output, "--model", model_folder], folder / "messages")
            assert run.wait() == 1, run.messages  # some rows are rejected
            found[compression] = output.read_bytes(), Path(f"{output}.rejects.csv").read_bytes()
        return found[compression]

    return get


class Command:
    """A command with an output, run again and again."""

    def __init__(self, folder: Path, data: bytes, model_folder: Path, compression: str = "") -> None:
        self.input, self.output = folder / f"in.csv{compression}", folder / f"out.csv{compression}"
        self.input.write_bytes(COMPRESS[compression](data))
        self._model_folder, self._messages = model_folder, folder / "messages"
        self.write_to(folder)

    def write_to(self, folder: Path) -> None:
        self.output = folder / self.output.name
        self.part, self.rejects = Path(f"{self.output}.part"), Path(f"{self.output}.rejects.csv")
        self._arguments = [self.input, "-o", self.output, "--model", self._model_folder]

    def start(self, *arguments: str, **settings) -> Worker:
        return Worker([*self._arguments, *arguments], self._messages, **settings)

    def start_into_pipe(self, pipe: Path, rejects: Path) -> Worker:
        os.mkfifo(pipe)
        arguments = [self.input, "-o", "-", "--model", self._model_folder, "--rejects", rejects]
        return Worker(arguments, self._messages, stdout=pipe)

    def assert_whole(self, expected: tuple[bytes, bytes]) -> None:
        assert (self.output.read_bytes(), self.rejects.read_bytes()) == expected
        left = {path.name for path in self.output.parent.iterdir()}
        assert left - {self.input.name, "messages"} == {self.output.name, self.rejects.name}

    def remove_output(self) -> None:
        self.output.unlink()
        self.rejects.unlink()


@pytest.fixture
def command(tmp_path, data, model_folder):
    return Command(tmp_path, data, model_folder)


def kill_again_and_again(command: Command, expected: tuple[bytes, bytes], kills: int, seed: int) -> None:
    choose = random.Random(seed)
    done = resumed = 0
    while done < kills:
        size = max(size_of(command.part), 0)
        run = command.start()
        # Up to one byte more than there will be: then the run comes to its end, also where all was written before.
        run.wait_for_size(command.part, choose.randint(size, len(expected[0]) + 1))
        run.process.kill()
        killed = run.wait() == -signal.SIGKILL
        done += killed
        resumed += "resuming after row" in run.messages
        if not killed:  # it was done before
            command.assert_whole(expected)
            command.remove_output()
    if not command.output.exists():
        assert command.start().wait() == 1
    command.assert_whole(expected)
    assert resumed > 0


@pytest.mark.parametrize("compression", COMPRESS)
def test_run_that_is_killed_goes_on_to_the_same_bytes(tmp_path, data, model_folder, uninterrupted, compression):
    command = Command(tmp_path, data, model_folder, compression)
    kill_again_and_again(command, uninterrupted(compression), kills=4, seed=len(compression))


@pytest.mark.long
@pytest.mark.parametrize("compression", COMPRESS)
def test_run_that_is_killed_a_hundred_times_goes_on_to_the_same_bytes(
    tmp_path, data, model_folder, uninterrupted, compression
):
    command = Command(tmp_path, data, model_folder, compression)
    kill_again_and_again(command, uninterrupted(compression), kills=100, seed=100)


# --- the same in other formats


def write_reviews(path: Path, data: bytes) -> None:
    """The rows of a CSV file that have two fields, as the extension says, and for JSON Lines some that are none."""
    rows = [row for row in csv.reader(io.StringIO(data.decode(), newline="")) if len(row) == 2]
    if path.suffix == ".jsonl":
        lines = [json.dumps(dict(zip(rows[0], row, strict=True))) for row in rows[1:]]
        path.write_text("".join(f"{line}\n" + "{broken\n" * (number % 97 == 0) for number, line in enumerate(lines)))
    else:
        columns = [list(values) for values in zip(*rows[1:], strict=True)]
        pq.write_table(pa.table(columns, rows[0]), path, row_group_size=1100)


FORMATS = [("csv", "parquet"), ("jsonl", "jsonl"), ("jsonl", "csv"), ("parquet", "parquet"), ("parquet", "jsonl.gz")]


class FormatCommand:
    """A command from one format to another, run again and again; and what an undisturbed one wrote."""

    def __init__(self, folder: Path, data: bytes, model_folder: Path, read: str, written: str) -> None:
        self.folder = folder
        self.input, self.output = folder / f"in.{read}", folder / f"out.{written}"
        self.part, self._messages = Path(f"{self.output}.part"), folder / "messages"
        if read == "csv":
            self.input.write_bytes(data)
        else:
            write_reviews(self.input, data)
        self._model_folder = model_folder
        whole = folder / f"whole.{written}"
        run = self._worker(whole)
        self.exit_code = run.wait()
        assert self.exit_code == (0 if read == "parquet" else 1), run.messages  # some rows are rejected
        self.expected = self._results(whole)

    def start(self, **settings) -> Worker:
        return self._worker(self.output, **settings)

    def _worker(self, output: Path, **settings) -> Worker:
        return Worker([self.input, "-o", output, "--model", self._model_folder], self._messages, **settings)

    def _results(self, output: Path) -> tuple[bytes, bytes]:
        rejects = Path(f"{output}.rejects.csv")
        return output.read_bytes(), rejects.read_bytes() if rejects.exists() else b""

    def assert_whole(self) -> None:
        assert self._results(self.output) == self.expected
        assert not self.part.exists()
        assert not Path(f"{self.output}.journal").exists()

    def kill(self, kills: int, seed: int) -> None:
        choose = random.Random(seed)
        done = resumed = 0
        while done < kills:
            size = max(size_of(self.part), 0)
            run = self.start()
            # One more than there will be: the run may then finish.
            run.wait_for_size(self.part, choose.randint(size, len(self.expected[0]) + 1))
            run.process.kill()
            killed = run.wait() == -signal.SIGKILL
            done += killed
            resumed += "resuming after row" in run.messages
            if not killed:  # it was done before
                self.assert_whole()
                self.output.unlink()
                Path(f"{self.output}.rejects.csv").unlink(missing_ok=True)
        if not self.output.exists():
            assert self.start().wait() == self.exit_code
        self.assert_whole()
        assert resumed > 0


@pytest.fixture(params=FORMATS, ids=lambda names: "-to-".join(names))
def format_command(request, tmp_path, data, model_folder):
    return FormatCommand(tmp_path, data, model_folder, *request.param)


def test_run_of_another_format_that_is_killed_goes_on_to_the_same_bytes(format_command):
    format_command.kill(kills=4, seed=1)


@pytest.mark.long
def test_run_of_another_format_that_is_killed_fifty_times_goes_on_to_the_same_bytes(format_command):
    format_command.kill(kills=50, seed=50)


@pytest.mark.parametrize("file_bytes", [3_000, 50_000])
def test_run_of_another_format_that_finds_no_room_says_so_and_goes_on_once_there_is(format_command, file_bytes):
    if len(format_command.expected[0]) < file_bytes:
        pytest.skip("its output is smaller than that")
    run = format_command.start(file_bytes=file_bytes)
    assert run.wait() == 1
    assert "cannot be written (File too large)" in run.messages
    assert "Traceback" not in run.messages
    assert not format_command.output.exists()
    assert format_command.start().wait() == format_command.exit_code
    format_command.assert_whole()


@pytest.mark.parametrize("file_bytes", [700, 3_000, 50_000, 200_000])
def test_run_that_finds_no_room_says_so_and_goes_on_once_there_is(command, uninterrupted, file_bytes):
    run = command.start(file_bytes=file_bytes)
    assert run.wait() == 1
    assert "cannot be written (File too large)" in run.messages
    assert "Traceback" not in run.messages
    assert not command.output.exists()
    assert command.start().wait() == 1
    command.assert_whole(uninterrupted(""))


@pytest.fixture
def small_disk(tmp_path):
    """A folder in a file system of its own, with room for 120 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=120k", "tmpfs", folder], capture_output=True, text=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"mounting needs root: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_run_that_fills_the_disk_says_so_and_goes_on_once_there_is_room(command, small_disk, uninterrupted):
    command.write_to(small_disk)
    run = command.start()
    assert run.wait() == 1
    assert "cannot be written (No space left on device)" in run.messages
    assert "What was scored so far is kept" in run.messages
    assert "Traceback" not in run.messages
    assert not command.output.exists()
    subprocess.run(["mount", "-o", "remount,size=4m", small_disk], check=True)
    run = command.start()
    assert run.wait() == 1  # some rows are rejected
    assert "resuming after row" in run.messages
    command.assert_whole(uninterrupted(""))


def test_run_that_is_told_to_stop_finishes_its_window_and_goes_on_later(command, uninterrupted):
    run = command.start()
    run.wait_for_size(command.part, 50_000)
    run.process.terminate()
    assert run.wait() == 130
    assert "stopping after this window" in run.messages
    assert "the same command resumes from there" in run.messages
    assert not command.output.exists()
    run = command.start()
    assert run.wait() == 1
    assert "resuming after row" in run.messages
    assert "of them in an earlier run" in run.messages
    command.assert_whole(uninterrupted(""))


def test_second_interrupt_ends_at_once_and_can_be_gone_on_from(command, uninterrupted):
    run = command.start()
    run.wait_for_size(command.part, 50_000)
    for _ in range(3):
        os.kill(run.process.pid, signal.SIGINT)
    assert run.wait() == 130
    assert command.start().wait() == 1
    command.assert_whole(uninterrupted(""))


def test_run_that_waits_for_a_pipe_can_be_told_to_stop(tmp_path, model_folder):
    os.mkfifo(tmp_path / "pipe")
    run = Worker(
        ["-", "-o", tmp_path / "out.csv", "--model", model_folder], tmp_path / "messages", stdin=tmp_path / "pipe"
    )
    with (tmp_path / "pipe").open("wb") as pipe:
        pipe.write(b"id,review\n" + b"1,good\n" * 200_000)
        pipe.flush()
        run.wait_for_size(tmp_path / "out.csv.part", 10_000)
        run.process.terminate()
        assert run.wait() == 130
    assert {path.name for path in tmp_path.iterdir()} == {"pipe", "messages"}


def test_reader_of_stdout_that_leaves_ends_the_run_without_a_word(command, tmp_path, model_folder):
    run = command.start_into_pipe(tmp_path / "pipe", tmp_path / "rejects.csv")
    with (tmp_path / "pipe").open("rb") as pipe:
        assert pipe.read(10) == b"id,review,"
    assert run.wait() == 1
    assert "error" not in run.messages
    assert "Traceback" not in run.messages


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_run_whose_output_nobody_reads_can_be_told_to_stop(command, tmp_path, number):
    run = command.start_into_pipe(tmp_path / "pipe", tmp_path / "rejects.csv")
    with (tmp_path / "pipe").open("rb") as pipe:
        assert pipe.read(10) == b"id,review,"  # and no more, of what a pipe does not hold
        os.kill(run.process.pid, number)
        assert run.wait() == 130
    assert "interrupted" in run.messages
    assert "Traceback" not in run.messages
    assert not (tmp_path / "rejects.csv").exists()


def test_run_that_is_told_to_stop_ends_its_output_behind_a_window(command, tmp_path, uninterrupted):
    run = command.start_into_pipe(tmp_path / "pipe", tmp_path / "rejects.csv")
    with (tmp_path / "pipe").open("rb") as pipe:
        written = pipe.read(10)
        run.process.terminate()
        written += pipe.read()
    assert run.wait() == 130
    assert uninterrupted("")[0].startswith(written)
    assert written.endswith(b"\n")


def test_two_runs_do_not_write_one_output(command, uninterrupted):
    first = command.start()
    first.wait_for_size(command.part, 10_000)
    os.kill(first.process.pid, signal.SIGSTOP)
    second = command.start()
    assert second.wait() == 1
    assert "another run is writing this output" in second.messages
    os.kill(first.process.pid, signal.SIGCONT)
    assert first.wait() == 1
    command.assert_whole(uninterrupted(""))


def test_compressed_output_is_read_by_the_usual_tools(data, uninterrupted):
    plain = uninterrupted("")[0]
    for compression, tool in ((".gz", "gzip"), (".bz2", "bzip2"), (".xz", "xz")):
        run = subprocess.run([tool, "-dc"], input=uninterrupted(compression)[0], capture_output=True, check=True)
        assert run.stdout == plain
    frames = pa.CompressedInputStream(pa.BufferReader(uninterrupted(".zst")[0]), "zstd")
    assert frames.read() == plain


def test_a_killed_run_resumes_with_another_number_of_threads(tmp_path, data, make_model):
    model = make_model(["negative", "positive"], hidden_size=16)  # which the core runs
    command = Command(tmp_path, data, model)
    assert command.start("--threads", "1").wait() == 1
    expected = command.output.read_bytes(), command.rejects.read_bytes()
    command.remove_output()
    for threads in ("1", "3", "2"):
        run = command.start("--threads", threads)
        run.wait_for_size(command.part, (int(threads) % 3 + 1) * len(expected[0]) // 4)
        run.process.kill()
        assert run.wait() == -signal.SIGKILL
    last = command.start("--threads", "4")
    assert last.wait() == 1, last.messages
    assert "resuming after row" in last.messages
    command.assert_whole(expected)
