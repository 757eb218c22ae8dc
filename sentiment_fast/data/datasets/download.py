"""A URL and a checksum -> the archive of the IMDb reviews, fetched within limits of bytes and time.

In: both, and a folder to work in. Out: the archive, compared with its checksum, or a DownloadError with the reason and
what to do. Reading the archive is left to imdb.py.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from sentiment_fast.errors import DownloadError, quoted

LARGEST_DOWNLOAD_BYTES = 1 << 29  # the real one has 84 MB


class _Bounded:
    """A file that takes no more bytes than the archive can have, and none once the download has been given up."""

    def __init__(self, file: BinaryIO, url: str, ended: threading.Event) -> None:
        self._file, self._url, self._ended, self._left = file, url, ended, LARGEST_DOWNLOAD_BYTES

    def write(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left < 0 or self._ended.is_set():
            raise no_archive(self._url, f"expected up to {LARGEST_DOWNLOAD_BYTES:,} bytes, got more")
        self._file.write(data)

    def flush(self) -> None:
        self._file.flush()


def _within(seconds: float, work: Callable[[], str], url: str, ended: threading.Event) -> str:
    """The result of work, or its error; a DownloadError if it takes longer: a server may send a byte now and then."""
    done: list[str | BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:  # raised again below, in the thread that waits
            done.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        thread.join(seconds)
    finally:
        ended.set()
    if not done:
        raise no_archive(url, f"it had not ended after {seconds:,.0f} seconds")
    if isinstance(done[0], BaseException):
        raise done[0]
    return done[0]


def download_archive(
    url: str, checksum: str, workspace: Path, progress: bool, timeout: float, retries: int, limit: float
) -> Path:
    """Fetch url into workspace and compare it with checksum; DownloadError if that fails or takes more than `limit`."""
    import pooch
    import requests
    import urllib3

    host = urlsplit(url).hostname or url
    bar = progress and sys.stderr.isatty()
    ended = threading.Event()
    responses: list[requests.Response] = []  # pooch leaves them open after an error
    hooks = {"response": lambda response, **options: responses.append(response)}
    over_http = pooch.HTTPDownloader(progressbar=bar, timeout=timeout, chunk_size=1 << 16, hooks=hooks)

    def fetch(url: str, output_file: str, store: object) -> None:
        try:
            with Path(output_file).open("wb") as file:
                over_http(url, _Bounded(file, url, ended), store)
        except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError) as error:
            if responses and responses[-1].ok:
                raise
            # After any error pooch pauses and retries; that helps only if a transfer had begun.
            raise no_archive(url, _why_none_began(error, host, timeout)) from error
        finally:
            for response in responses:
                response.close()
            responses.clear()

    pooch.get_logger().setLevel("WARNING")  # its messages name the temporary folder, which is useless to users
    name = "archive.tar.gz"
    store = pooch.create(
        path=workspace, base_url="", registry={name: checksum}, urls={name: url}, retry_if_failed=retries
    )
    try:
        return Path(_within(limit, lambda: store.fetch(name, downloader=fetch), url, ended))
    except requests.RequestException as error:
        raise no_archive(url, f"the transfer from {host} broke off") from error
    except ValueError as error:
        found = re.search(r"but got (\w+)", str(error))
        if not found:
            raise no_archive(url, f"{host} answered something else ({quoted(str(error), 200)})") from error
        algorithm = checksum.partition(":")[0]
        reason = f"expected a file with the checksum {checksum}, got one with {algorithm}:{found.group(1)} from {host}"
        raise no_archive(url, reason) from error


def _why_none_began(error: Exception, host: str, timeout: float) -> str:
    import requests

    if isinstance(error, requests.HTTPError):
        return f"{host} answered {str(error).partition(' for url')[0]}"
    if isinstance(error, requests.Timeout):
        return f"{host} did not answer within {timeout:g} seconds"
    return f"no connection to {host} ({type(error).__name__})"


def no_archive(url: str, reason: str) -> DownloadError:
    return DownloadError(
        f"The IMDb reviews could not be downloaded: {reason}\n"
        f"Try again later; or download {url} by hand, unpack it and pass the folder (`data=aclImdb`); "
        'or pass a CSV file of the same reviews (`data="IMDB Dataset.csv"`).'
    )
