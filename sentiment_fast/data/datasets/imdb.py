"""The Large Movie Review Dataset (Maas et al., "Learning Word Vectors for Sentiment Analysis", ACL 2011).

In: a cache folder; the first time, a download. Out: its 50,000 labelled reviews, or its 50,000 unlabelled ones.
A copy that was downloaded by hand is left to folders.py, what to do without a network to sources.py.
"""

from __future__ import annotations

import re
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sentiment_fast.data.datasets.download import download_archive, no_archive
from sentiment_fast.data.folders import CLASSES, review_order
from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.data.texts import Texts
from sentiment_fast.errors import DownloadError, listed
from sentiment_fast.runs.atomic import publish
from sentiment_fast.runs.cache_folder import CACHE_VARIABLE, cache_folder
from sentiment_fast.runs.regular_files import open_regular

IMDB_URL = "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz"
IMDB_CHECKSUM = "md5:7c2ac02c03563afcf9b574c7e56c153a"
IMDB_NAME = "IMDb reviews (Large Movie Review Dataset)"

CACHE_FILE, UNLABELLED_CACHE_FILE = "imdb.parquet", "imdb_unlabelled.parquet"
FORMAT_KEY = b"sentiment_fast.imdb_format"
FORMAT_VERSION = b"1"

REVIEW_NAME = re.compile(r"aclImdb/(train|test)/(pos|neg|unsup)/([0-9]+_[0-9]+\.txt)")
LARGEST_REVIEW_BYTES = 1 << 20  # the largest real one has 14 KB
LARGEST_ARCHIVE_BYTES = 2 << 30  # unpacked; the real one has 0.5 GB


def say_on_stderr(line: str) -> None:
    """Print a message."""
    print(line, file=sys.stderr)


def load_imdb(
    cache: Path | None = None,
    url: str = IMDB_URL,
    checksum: str = IMDB_CHECKSUM,
    progress: bool = True,
    timeout: float = 30.0,
    retries: int = 3,
    limit: float = 3600.0,
    say: Callable[[str], None] = say_on_stderr,
) -> LabelledTexts:
    """The 50,000 labelled reviews, training and test half together: from the cache, else downloaded to it.

    cache: a folder; None means $SENTIMENT_FAST_CACHE, else the user's cache folder. checksum: "md5:..." or another of
    hashlib's. progress: show a bar if stderr is a terminal. timeout: seconds to wait for the server. retries: how
    often an interrupted or damaged transfer is repeated, after 1, 2, ... seconds. limit: seconds that all of it may
    take.

    Texts (n,) large_string; labels (n,) "positive" or "negative"; the order is that of read_labelled for the unpacked
    folder. Raises DownloadError, its first line the reason and its second what to do, if the archive could not be
    downloaded or is not the expected one; nothing of it is kept then.
    """
    folder = cache_folder() if cache is None else Path(cache)
    cached = cached_imdb(folder, say)
    if cached is not None:
        return cached
    return _labelled(_fetch(folder, url, checksum, progress, timeout, retries, limit, say)[0])


def load_unlabelled_imdb(
    cache: Path | None = None,
    url: str = IMDB_URL,
    checksum: str = IMDB_CHECKSUM,
    progress: bool = True,
    timeout: float = 30.0,
    retries: int = 3,
    limit: float = 3600.0,
    say: Callable[[str], None] = say_on_stderr,
) -> Texts:
    """The 50,000 reviews without labels, by number; otherwise as for `load_imdb`. A download caches both kinds."""
    folder = cache_folder() if cache is None else Path(cache)
    table = _cached(folder / UNLABELLED_CACHE_FILE, ["review"], say)
    if table is None:
        table = _fetch(folder, url, checksum, progress, timeout, retries, limit, say)[1]
    return Texts(table["review"], f"{IMDB_NAME}, unlabelled")


def cached_imdb(cache: Path | None = None, say: Callable[[str], None] = say_on_stderr) -> LabelledTexts | None:
    """The reviews that an earlier load_imdb cached; None if there are none, or (which is reported) unusable ones."""
    folder = cache_folder() if cache is None else Path(cache)
    table = _cached(folder / CACHE_FILE, ["review", "sentiment"], say)
    return None if table is None else _labelled(table)


def _cached(path: Path, columns: list[str], say: Callable[[str], None]) -> pa.Table | None:
    if not path.exists():
        return None
    try:
        with (
            open_regular(path, LARGEST_ARCHIVE_BYTES) as cached,
            pq.ParquetFile(cached, page_checksum_verification=True) as file,
        ):
            version = (file.schema_arrow.metadata or {}).get(FORMAT_KEY, b"none")
            if version == FORMAT_VERSION:
                _check_columns(file.schema_arrow, columns)
                table = file.read(columns=columns)
                _check_values(table)
                return table
        fault = f"expected format version {FORMAT_VERSION.decode()}, got {version.decode(errors='replace')}"
    except (OSError, pa.ArrowException, ValueError) as error:
        fault = f"the file is damaged: {str(error).partition(chr(10))[0][:200]}"
    say(f"{path}: these cached reviews cannot be used ({fault}). A new download replaces them.")
    return None


def _check_columns(schema: pa.Schema, columns: list[str]) -> None:
    """Raises ValueError unless each of the columns exists once and holds texts."""
    for name in columns:
        kinds = [field.type for field in schema if field.name == name]
        if len(kinds) != 1 or not (pa.types.is_string(kinds[0]) or pa.types.is_large_string(kinds[0])):
            found = listed(map(str, kinds)) or "none"
            raise ValueError(f"expected one column {name!r} of texts, got {found}")


def _check_values(table: pa.Table) -> None:
    """Raises ValueError for nulls, texts that are not UTF-8, labels that are not those of the data, and no rows."""
    table.validate(full=True)
    if any(column.null_count for column in table.columns):
        raise ValueError("expected reviews, got nulls among them")
    if "sentiment" in table.column_names:
        labels = set(table["sentiment"].unique().to_pylist())
        if not labels <= set(CLASSES.values()):
            raise ValueError(f"expected the labels {listed(CLASSES.values())}, got {listed(labels)}")


def _fetch(
    folder: Path,
    url: str,
    checksum: str,
    progress: bool,
    timeout: float,
    retries: int,
    limit: float,
    say: Callable[[str], None],
) -> tuple[pa.Table, pa.Table]:
    """Download the archive, and cache its labelled and its unlabelled reviews."""
    say(f"Downloading the Large Movie Review Dataset (84 MB) from {url} to {folder}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="download-", dir=folder) as workspace:
            archive = download_archive(url, checksum, Path(workspace), progress, timeout, retries, limit)
            tables = _read_archive(archive, url)
            for table, name in zip(tables, (CACHE_FILE, UNLABELLED_CACHE_FILE), strict=True):
                _write_cache(table, Path(workspace) / name, folder / name)
    except OSError as error:
        raise DownloadError(
            f"The IMDb reviews could not be kept in {folder}: {error}\n"
            f"Make room there, or set the environment variable {CACHE_VARIABLE} to a folder that can be written to."
        ) from error
    return tables


def _labelled(table: pa.Table) -> LabelledTexts:
    labels = np.array(table["sentiment"].to_pylist(), dtype=str)
    return LabelledTexts(table["review"], labels, name=IMDB_NAME, text_column="review")


def _write_cache(table: pa.Table, temporary: Path, final: Path) -> None:
    """Write the file whole or not at all: a run that is killed leaves none that a later one would read."""
    pq.write_table(
        table.replace_schema_metadata({FORMAT_KEY: FORMAT_VERSION}),
        temporary,
        compression="zstd",
        write_page_checksum=True,
    )
    publish(temporary, final)


def _read_archive(archive: Path, url: str) -> tuple[pa.Table, pa.Table]:
    """Read the reviews straight from the archive, never unpacking it.

    The labelled ones, columns review, sentiment, half; and the unlabelled ones, column review.
    """
    found: list[tuple[str, str, str, bytes]] = []
    try:
        with tarfile.open(archive, "r|gz") as tar:
            unpacked_bytes = 0
            for member in tar:
                unpacked_bytes += member.size
                _check_member(member, unpacked_bytes, url)
                name = REVIEW_NAME.fullmatch(member.name)
                content = tar.extractfile(member) if name else None
                if name and content:
                    found.append((name[1], name[2], name[3], content.read()))
        texts = pa.array((review for *_, review in found), pa.large_binary()).cast(pa.large_string())
    except (tarfile.TarError, EOFError, zlib.error, pa.ArrowInvalid) as error:
        raise no_archive(url, f"expected a tar.gz archive of texts in UTF-8, got something else ({error})") from error
    order = sorted(range(len(found)), key=lambda row: _place(*found[row][:3]))
    labelled = [row for row in order if found[row][1] in CLASSES]
    unlabelled = [row for row in order if found[row][1] not in CLASSES]
    if not labelled:
        raise no_archive(url, "expected reviews in aclImdb/{train,test}/{pos,neg}, got an archive without any")
    columns = {
        "review": texts.take(pa.array(labelled)),
        "sentiment": pa.array([CLASSES[found[row][1]] for row in labelled]),
        "half": pa.array([found[row][0] for row in labelled]),
    }
    return pa.table(columns), pa.table({"review": texts.take(pa.array(unlabelled, pa.int64()))})


def _place(half: str, class_folder: str, file_name: str) -> tuple[bool, bool, tuple[int, str]]:
    """Sort key: train before test, pos before neg, by number, as read_labelled orders the unpacked folder."""
    return half == "test", class_folder == "neg", review_order(file_name)


def _check_member(member: tarfile.TarInfo, unpacked_bytes: int, url: str) -> None:
    """Raises DownloadError for what the real archive does not contain; nothing is ever unpacked to the disk."""
    if member.name.startswith("/") or ".." in member.name.split("/"):
        raise no_archive(url, f"expected names inside the archive's own folder, got {member.name!r}")
    if not (member.isreg() or member.isdir()):
        raise no_archive(url, f"expected files and folders in the archive, got a link or device: {member.name!r}")
    if REVIEW_NAME.fullmatch(member.name) and member.size > LARGEST_REVIEW_BYTES:
        raise no_archive(
            url, f"expected reviews of up to {LARGEST_REVIEW_BYTES:,} bytes, got {member.size:,} in {member.name!r}"
        )
    if unpacked_bytes > LARGEST_ARCHIVE_BYTES:
        raise no_archive(
            url, f"expected up to {LARGEST_ARCHIVE_BYTES:,} bytes unpacked, got {unpacked_bytes:,} with {member.name!r}"
        )
