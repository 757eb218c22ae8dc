"""What the arguments `data`, `validation`, `test` and `unlabelled` mean.

In: their values, paths or one of the words imdb and demo, a share, or nothing. Out: LabelledTexts, or Texts.
Reading, downloading and making up are left to files.py, imdb.py and demo.py.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sentiment_fast.data.datasets.demo import demo_corpus
from sentiment_fast.data.datasets.imdb import load_imdb, load_unlabelled_imdb, say_on_stderr
from sentiment_fast.data.files import read_labelled
from sentiment_fast.data.labelled_texts import LabelledTexts, classes_of, stratified_split
from sentiment_fast.data.texts import Texts, read_texts
from sentiment_fast.errors import DataError, DownloadError, UsageError

WELL_KNOWN_CSV = "IMDB Dataset.csv"
WORDS = ("imdb", "demo")


def open_data(
    data: str | None,
    text_column: str | None = None,
    label_column: str | None = None,
    seed: int = 0,
    say: Callable[[str], None] = say_on_stderr,
) -> LabelledTexts:
    """The labelled texts that `data` asks for.

    data: a path (see read_labelled, which alone heeds the columns); "imdb"; "demo", or "demo:N" for N made-up reviews
    from `seed`; None for "IMDB Dataset.csv" in the working folder, else the IMDb reviews, else, where those cannot be
    downloaded, the demo corpus, which `say` is told about. `say` gets each message as one line.

    Raises DataError for a missing path and for unusable files, DownloadError where "imdb" was asked for by name and
    cannot be had, UsageError for a malformed request.
    """
    if data is None:
        return _open_default(text_column, label_column, seed, say)
    if data in WORDS or data.startswith("demo:"):
        if Path(data).exists():
            say(f"`data={data}` means the data set of that name; for the file in this folder give `data=./{data}`")
        return load_imdb(say=say) if data == "imdb" else _make_up(data, seed)
    if not Path(data).exists():
        raise DataError(f"{data}: expected a file or a folder, or one of the words imdb and demo. {_suggest(data)}")
    return read_labelled(data, text_column, label_column)


def open_texts(
    data: str,
    text_column: str | None = None,
    seed: int = 0,
    say: Callable[[str], None] = say_on_stderr,
) -> Texts:
    """Texts without labels: a path (see read_texts), "imdb" for its unlabelled reviews, "demo" or "demo:N".

    Made-up ones are drawn from `seed`. Raises what open_data does.
    """
    if data == "imdb":
        return load_unlabelled_imdb(say=say)
    if data == "demo" or data.startswith("demo:"):
        made_up = _make_up(data, seed)
        return Texts(made_up.texts, made_up.name, made_up=True)
    if not Path(data).exists():
        raise DataError(f"{data}: expected a file or a folder, or one of the words imdb and demo. {_suggest(data)}")
    return read_texts(data, text_column)


def _open_default(
    text_column: str | None, label_column: str | None, seed: int, say: Callable[[str], None]
) -> LabelledTexts:
    if Path(WELL_KNOWN_CSV).exists():
        return read_labelled(WELL_KNOWN_CSV, text_column, label_column)
    try:
        return load_imdb(say=say)
    except DownloadError as error:
        say(
            f"*** MADE-UP DATA *** {str(error).splitlines()[0]}. What follows uses reviews that this program made up: "
            f"its figures say nothing about real ones. For real data pass `data=PATH` (a CSV file such as "
            f'"{WELL_KNOWN_CSV}", a Parquet file, or the unpacked aclImdb folder).'
        )
        return demo_corpus(seed=seed)


def _make_up(data: str, seed: int) -> LabelledTexts:
    if data == "demo":
        return demo_corpus(seed=seed)
    reviews = data.removeprefix("demo:")
    if not re.fullmatch(r"[0-9]{1,9}", reviews) or int(reviews) == 0:
        raise UsageError(f"`data={data}`: expected a number of reviews above 0 after demo:, got {reviews!r}")
    return demo_corpus(int(reviews), seed)


def _suggest(data: str) -> str:
    """What there is instead of a path that leads nowhere."""
    parent = Path(data).parent
    if not parent.is_dir():
        return f"There is no folder {parent} either."
    present = {path.name.lower(): str(path) for path in sorted(parent.iterdir()) if not path.name.startswith(".")}
    choices = {word: word for word in WORDS} | present
    close = difflib.get_close_matches(Path(data).name.lower(), choices, n=3)
    if close:
        return f"Is it {' or '.join(repr(choices[name]) for name in close)} that you mean?"
    return f"In {parent.resolve()} there are: {', '.join(map(repr, list(present.values())[:10])) or 'no files'}."


def open_parts(
    data: str | LabelledTexts | None,
    validation: str,
    test: str | None,
    text_column: str | None,
    label_column: str | None,
    seed: int,
    say: Callable[[str], None],
) -> tuple[dict[str, LabelledTexts], list[Any]]:
    """The labelled texts by part ("training", "validation", and "test" if asked for), and the classes.

    data, seed, say: as for `open_data`, or texts that are in memory. validation: a file, or the share of the data to
    hold out. test: a file.
    Raises what open_data and read_labelled do, and UsageError for a share that is none.
    """
    if isinstance(data, LabelledTexts):
        labelled = data
    else:
        labelled = open_data(data, text_column, label_column, seed=seed, say=say)
    classes = classes_of(labelled)
    share = share_of(validation)
    if share is None:
        parts = {"training": labelled, "validation": read_labelled(validation, text_column, label_column)}
    else:
        training, held_back = stratified_split(labelled, share, seed)
        parts = {"training": training, "validation": held_back}
    if test is not None:
        parts["test"] = read_labelled(test, text_column, label_column)
    return parts, classes


def share_of(validation: str) -> float | None:
    """The share that `validation` asks for; None where it is a path. Raises UsageError for a share that is none."""
    try:
        share = float(validation)
    except ValueError:
        return None
    if not 0 < share < 1:
        raise UsageError(f"`validation={validation}`: expected a share above 0 and below 1, or a file")
    return share
