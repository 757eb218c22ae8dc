"""Downloading and keeping the IMDb reviews, against a real server on this machine that behaves and misbehaves."""

from __future__ import annotations

import hashlib
import io
import os
import socket
import tarfile
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sentiment_fast.data.datasets import download, imdb
from sentiment_fast.data.datasets.imdb import cached_imdb, load_imdb, load_unlabelled_imdb
from sentiment_fast.data.labelled_texts import LabelledTexts, read_labelled
from sentiment_fast.errors import DownloadError

REVIEWS = {
    "aclImdb/test/neg/0_2.txt": b"f",
    "aclImdb/test/pos/10_10.txt": b"e",
    "aclImdb/test/pos/9_7.txt": b"d\r\n",
    "aclImdb/train/neg/1_1.txt": b"c",
    "aclImdb/train/pos/2_8.txt": "é".encode(),
    "aclImdb/train/pos/0_9.txt": b"a",
}
OTHERS = {"aclImdb/README": b"read me", "aclImdb/train/unsup/0_0.txt": b"unlabelled", "aclImdb/imdb.vocab": b"the\n"}
TEXTS = ["a", "é", "c", "d\r\n", "e", "f"]
LABELS = ["positive", "positive", "negative", "positive", "positive", "negative"]


def archive(contents: dict[str, bytes], *extra: tarfile.TarInfo) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        folder = tarfile.TarInfo("aclImdb/train")
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        for member in extra:
            tar.addfile(member)
    return buffer.getvalue()


def link(name: str, kind: bytes) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, "/etc/passwd"
    return member


def md5(content: bytes) -> str:
    return f"md5:{hashlib.md5(content).hexdigest()}"


GOOD = archive(REVIEWS | OTHERS)


class Server(ThreadingHTTPServer):
    """Answers each request with the next of `answers`, the last one over and over: (status, body, announced length)."""

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[tuple[int, bytes, int]] = []
        self.requests = 0
        self.may_answer, self.may_end = threading.Event(), threading.Event()
        self.may_answer.set()
        self.may_end.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/aclImdb_v1.tar.gz"

    def serve(self, body: bytes, status: int = 200, announced: int | None = None) -> None:
        self.answers.append((status, body, len(body) if announced is None else announced))


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.requests += 1
        self.server.may_answer.wait()
        status, body, announced = self.server.answers[min(self.server.requests, len(self.server.answers)) - 1]
        self.send_response(status)
        self.send_header("Content-Length", str(announced))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
        self.server.may_end.wait()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.may_answer.set()
        running.may_end.set()
        running.shutdown()
        thread.join()


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "sentiment_fast"


@pytest.fixture
def load(server: Server, cache: Path) -> Callable[..., LabelledTexts]:
    def load_from_server(checksum: str = md5(GOOD), retries: int = 0, **options) -> LabelledTexts:
        return load_imdb(cache, server.url, checksum, timeout=5, retries=retries, **options)

    return load_from_server


@pytest.fixture
def refuse(load, cache) -> Callable[..., str]:
    """The complaint of a download that fails, which leaves nothing in the cache."""

    def load_and_fail(**options) -> str:
        with pytest.raises(DownloadError) as caught:
            load(**options)
        assert list(cache.iterdir()) == []
        return str(caught.value)

    return load_and_fail


# --- what arrives


@pytest.mark.slow
def test_reviews_come_as_read_labelled_reads_the_unpacked_folder(server, load, tmp_path):
    server.serve(GOOD)
    for name, content in REVIEWS.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    unpacked = read_labelled(tmp_path / "aclImdb")
    data = load()
    assert data.texts.to_pylist() == unpacked.texts.to_pylist() == TEXTS
    assert data.labels.tolist() == unpacked.labels.tolist() == LABELS


def test_download_is_not_made_up_data(server, load):
    server.serve(GOOD)
    assert not load().made_up


def test_download_is_announced(server, load, cache):
    server.serve(GOOD)
    said: list[str] = []
    load(say=said.append)
    assert len(said) == 1
    assert server.url in said[0]
    assert str(cache) in said[0]


def test_no_progress_bar_without_a_terminal(server, load, capfd):
    server.serve(GOOD)
    load(say=lambda line: None)
    assert capfd.readouterr() == ("", "")


def test_progress_bar_on_a_terminal(server, load, capsys, monkeypatch):
    server.serve(GOOD)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    load(say=lambda line: None)
    assert "100%" in capsys.readouterr().err


def test_no_progress_bar_where_none_is_wanted(server, load, capsys, monkeypatch):
    server.serve(GOOD)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    load(say=lambda line: None, progress=False)
    assert capsys.readouterr().err == ""


# --- the cache


def test_second_load_reads_the_cache_only(server, load):
    server.serve(GOOD)
    load()
    assert load().texts.to_pylist() == TEXTS
    assert server.requests == 1


def test_cache_holds_one_file_with_the_half_of_each_review_and_one_of_those_without_labels(server, load, cache):
    server.serve(GOOD)
    load()
    assert sorted(path.name for path in cache.iterdir()) == ["imdb.parquet", "imdb_unlabelled.parquet"]
    assert pq.read_table(cache / "imdb.parquet")["half"].to_pylist() == ["train"] * 3 + ["test"] * 3


def test_reviews_without_labels_come_from_the_same_download(server, load, cache):
    server.serve(GOOD)
    load()
    unlabelled = load_unlabelled_imdb(cache, server.url, md5(GOOD))
    assert unlabelled.texts.to_pylist() == ["unlabelled"]
    assert server.requests == 1


def test_reviews_without_labels_are_downloaded_where_no_cache_has_them(server, load, cache):
    server.serve(GOOD)
    load()
    (cache / "imdb_unlabelled.parquet").unlink()
    assert len(load_unlabelled_imdb(cache, server.url, md5(GOOD))) == 1
    assert server.requests == 2


def test_cached_reviews_are_none_before_the_download(cache):
    assert cached_imdb(cache) is None


def test_cached_reviews_are_those_of_the_download(server, load, cache):
    server.serve(GOOD)
    load()
    data = cached_imdb(cache)
    assert data is not None
    assert (data.texts.to_pylist(), data.labels.tolist()) == (TEXTS, LABELS)


@pytest.mark.slow
@pytest.mark.parametrize(
    "damage", [lambda kept: b"", lambda kept: kept[:-9], lambda kept: kept[:60] + b"?" + kept[61:]]
)
def test_damaged_cache_is_said_and_downloaded_again(server, load, cache, damage):
    server.serve(GOOD)
    load()
    path = cache / "imdb.parquet"
    path.write_bytes(damage(path.read_bytes()))
    said: list[str] = []
    assert load(say=said.append).texts.to_pylist() == TEXTS
    assert "cannot be used (the file is damaged: " in said[0]
    assert "\n" not in said[0]
    assert load().texts.to_pylist() == TEXTS
    assert server.requests == 2


def test_cache_of_another_format_is_said_and_downloaded_again(server, load, cache, monkeypatch):
    server.serve(GOOD)
    monkeypatch.setattr(imdb, "FORMAT_VERSION", b"0")
    load()
    monkeypatch.undo()
    said: list[str] = []
    load(say=said.append)
    assert "expected format version 1, got 0" in said[0]
    assert server.requests == 2


def test_cache_that_cannot_be_written_says_how_to_choose_another(server, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DownloadError, match="SENTIMENT_FAST_CACHE"):
        load_imdb(tmp_path / "file", server.url, md5(GOOD))


# --- downloads that fail


def test_every_failure_says_what_to_do_by_hand(server, refuse):
    server.serve(b"", status=404)
    message = refuse()
    assert server.url in message
    assert "`data=aclImdb`" in message
    assert '`data="IMDB Dataset.csv"`' in message


@pytest.mark.parametrize(("status", "name"), [(404, "Not Found"), (500, "Internal Server Error")])
def test_error_of_the_server_is_reported_and_not_tried_again(server, refuse, status, name):
    server.serve(b"sorry", status=status)
    reason = refuse(retries=3).splitlines()[0]
    assert f"127.0.0.1 answered {status}" in reason
    assert name in reason
    assert server.requests == 1


def test_transfer_that_broke_off_is_reported(server, refuse):
    server.serve(GOOD[: len(GOOD) // 2], announced=len(GOOD))
    assert "the transfer from 127.0.0.1 broke off" in refuse().splitlines()[0]


def test_transfer_that_broke_off_is_tried_again(server, load, monkeypatch):
    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)
    server.serve(GOOD[: len(GOOD) // 2], announced=len(GOOD))
    server.serve(GOOD)
    assert load(retries=1).texts.to_pylist() == TEXTS
    assert server.requests == 2


def test_wrong_file_is_reported_with_both_checksums(server, refuse):
    server.serve(b"<html>Please log in to this network</html>")
    reason = refuse().splitlines()[0]
    assert f"expected a file with the checksum {md5(GOOD)}" in reason
    assert f"got one with {md5(b'<html>Please log in to this network</html>')}" in reason


@pytest.mark.slow
def test_transfer_that_stops_midway_is_reported(server, cache):
    server.serve(GOOD[: len(GOOD) // 2], announced=len(GOOD))
    server.may_end.clear()
    with pytest.raises(DownloadError, match=r"the transfer from 127\.0\.0\.1 broke off"):
        load_imdb(cache, server.url, md5(GOOD), timeout=0.2, retries=0)


def test_silent_server_is_reported_and_not_asked_again(server, cache):
    server.serve(GOOD)
    server.may_answer.clear()
    with pytest.raises(DownloadError, match=r"127\.0\.0\.1 did not answer within 0\.05 seconds"):
        load_imdb(cache, server.url, md5(GOOD), timeout=0.05)
    assert server.requests == 1


def test_no_server_is_reported(cache, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
    with pytest.raises(DownloadError, match=r"no connection to 127\.0\.0\.1"):
        load_imdb(cache, f"http://127.0.0.1:{port}/x.tar.gz", md5(GOOD), timeout=1, retries=0)


# --- archives that are not what they should be, though the checksum fits


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (archive(REVIEWS | {"aclImdb/../../evil.txt": b"x"}), "got 'aclImdb/../../evil.txt'"),
        (archive(REVIEWS | {"../evil.txt": b"x"}), "got '../evil.txt'"),
        (archive(REVIEWS | {"/evil.txt": b"x"}), "got '/evil.txt'"),
        (
            archive(REVIEWS, link("aclImdb/train/pos/3_9.txt", tarfile.SYMTYPE)),
            "link or device: 'aclImdb/train/pos/3_9",
        ),
        (
            archive(REVIEWS, link("aclImdb/train/pos/3_9.txt", tarfile.LNKTYPE)),
            "link or device: 'aclImdb/train/pos/3_9",
        ),
        (archive(REVIEWS, link("aclImdb/null", tarfile.CHRTYPE)), "link or device: 'aclImdb/null'"),
        (archive({"aclImdb/train/pos/0_9.txt": bytes(2 << 20)}), "got 2,097,152 in 'aclImdb/train/pos/0_9.txt'"),
        (archive({"aclImdb/train/pos/0_9.txt": b"caf\xe9"}), "expected a tar.gz archive of texts in UTF-8"),
        (archive(OTHERS), "got an archive without any"),
        (GOOD[: len(GOOD) // 2], "expected a tar.gz archive"),
        (b"no archive at all", "expected a tar.gz archive"),
    ],
)
def test_archive_is_refused(server, refuse, tmp_path, content, complaint):
    server.serve(content)
    before = sorted(tmp_path.parent.iterdir())
    assert complaint in refuse(checksum=md5(content))
    assert sorted(tmp_path.parent.iterdir()) == before


def test_archive_that_unpacks_to_too_much_is_refused(server, refuse, monkeypatch):
    monkeypatch.setattr(imdb, "LARGEST_ARCHIVE_BYTES", 1000)
    content = archive({"aclImdb/train/big.feat": bytes(1001)} | REVIEWS)
    server.serve(content)
    assert "expected up to 1,000 bytes unpacked, got 1,001 with 'aclImdb/train/big.feat'" in refuse(
        checksum=md5(content)
    )


# --- caches that are something else, and servers that never end


def written(path, **columns):
    table = pa.table(columns.pop("table", columns))
    pq.write_table(table.replace_schema_metadata({imdb.FORMAT_KEY: imdb.FORMAT_VERSION}), path)


TWICE = pa.table([["a"], ["b"], ["positive"]], names=["review", "review", "sentiment"])
CACHES = {
    "no columns": lambda path: written(path, other=["a"]),
    "integers": lambda path: written(path, review=[1], sentiment=[1]),
    "one column twice": lambda path: written(path, table=TWICE),
    "nulls": lambda path: written(path, review=["a", None], sentiment=["positive", "negative"]),
    "other labels": lambda path: written(path, review=["a"], sentiment=["good"]),
    "pipe": os.mkfifo,
    "folder": os.mkdir,
    "device": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CACHES)
def test_a_cache_of_something_else_is_said_and_downloaded_again(server, load, cache, name):
    server.serve(GOOD)
    cache.mkdir(parents=True)
    CACHES[name](cache / "imdb.parquet")
    said: list[str] = []
    if name == "folder":  # which a file can't replace
        with pytest.raises(DownloadError, match="could not be kept"):
            load(say=said.append)
    else:
        assert load(say=said.append).texts.to_pylist() == TEXTS
    assert "cannot be used (the file is damaged: " in said[0]
    assert len(said[0]) < 400


@pytest.mark.parametrize("host", ["a..b", "x" * 300, "[::1", "ex ample", "\u00e9" * 80])
def test_a_proxy_with_an_impossible_name_is_reported(cache, monkeypatch, host):
    monkeypatch.setenv("HTTP_PROXY", f"http://{host}:1/")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(DownloadError, match="The IMDb reviews could not be downloaded"):
        load_imdb(cache, "http://reviews.invalid/x.tar.gz", md5(GOOD), timeout=1, retries=0)


@pytest.mark.slow
def test_a_download_that_never_ends_is_given_up(server, cache):
    server.serve(GOOD[: len(GOOD) // 2], announced=len(GOOD))
    server.may_end.clear()
    with pytest.raises(DownloadError, match="it had not ended after 0 seconds"):
        load_imdb(cache, server.url, md5(GOOD), timeout=60, retries=0, limit=0.3)
    assert list(cache.iterdir()) == []


def test_a_download_of_too_many_bytes_is_given_up(server, refuse, monkeypatch):
    monkeypatch.setattr(download, "LARGEST_DOWNLOAD_BYTES", 100)
    server.serve(GOOD)
    assert "expected up to 100 bytes, got more" in refuse().splitlines()[0]
