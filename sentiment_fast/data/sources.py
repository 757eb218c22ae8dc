"""What the arguments `data`, `validation`, `test` and `unlabelled` mean.

In: their values: paths, the name of a data set (imdb or demo), a share, or None. Out: LabelledTexts, or Texts. Reading
files is left to labelled_texts.py and texts.py, downloading and generating reviews to datasets/.
"""

from __future__ import annotations

import difflib
import glob
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sentiment_fast.data.data_files import DataFile, data_files_of, expanded
from sentiment_fast.data.datasets.demo import demo_corpus
from sentiment_fast.data.datasets.imdb import load_imdb, load_unlabelled_imdb, say_on_stderr
from sentiment_fast.data.label_rules import AS_SPELLED, LabelRules
from sentiment_fast.data.labelled_texts import LabelledTexts, classes_of, read_labelled, stratified_split
from sentiment_fast.data.mixture import mixed
from sentiment_fast.data.texts import Paths, Texts, joined, read_texts, report_missing
from sentiment_fast.errors import DataError, DownloadError, UsageError, listed
from sentiment_fast.io.inputs import exists
from sentiment_fast.io.options import DEFAULT_LAYOUT, LayoutOptions

Data = str | Path | DataFile | Sequence[str | Path | DataFile]

WELL_KNOWN_CSV = "IMDB Dataset.csv"
DATA_SETS = ("imdb", "demo")


def open_data(
    data: Data | None,
    text_column: str | int | None = None,
    label_column: str | int | None = None,
    seed: int = 0,
    say: Callable[[str], None] = say_on_stderr,
    layout: LayoutOptions = DEFAULT_LAYOUT,
) -> LabelledTexts:
    """The labelled texts that `data` names.

    data: paths or patterns, one or several (see read_labelled; only for these are the columns and the layout used);
    "imdb"; "demo", or "demo:N" for N made-up reviews from `seed`; each of these may have a weight and a number of rows,
    as a `DataFile` or as text (see data_files.py), and texts of several files are each kept once (see mixture.py). None
    for "IMDB Dataset.csv" in the working folder, else the IMDb reviews, else, if those cannot be downloaded, the demo
    corpus, which is reported. say: gets each message as one line.

    Raises DataError for a missing path and for unusable files, DownloadError if "imdb" was named and cannot
    be downloaded, UsageError for a malformed request.
    """
    if data is None:
        return _open_default(text_column, label_column, seed, say, layout)
    files = data_files_of(data)
    names = [str(file.path) for file in files]
    if len(names) == 1 and _is_data_set(names[0]):
        name = names[0]
        if exists(name):
            say(f"`data={name}` means the data set of that name; for the file in this folder give `data=./{name}`")
        return mixed(load_imdb(say=say) if name == "imdb" else _demo(name, seed), files, seed, say)
    for name in names:
        if _is_data_set(name):
            raise UsageError(f"`data={name}`: expected files or folders if there are several, got a data set's name")
        check_source(name)
    files = expanded(files)
    found = read_labelled([str(file.path) for file in files], text_column, label_column, layout, say)
    return mixed(found, files, seed, say)


def open_texts(
    data: Paths,
    text_column: str | int | None = None,
    seed: int = 0,
    say: Callable[[str], None] = say_on_stderr,
    layout: LayoutOptions = DEFAULT_LAYOUT,
) -> Texts:
    """Texts without labels.

    data: one or several of: a path or pattern (see read_texts), "imdb" for its unlabelled reviews, "demo", or "demo:N"
    for N made-up reviews from `seed`. Raises the same errors as open_data.
    """
    names = _names(data)
    if len(names) > 1:
        return joined([open_texts(name, text_column, seed, say, layout) for name in names])
    (name,) = names
    if name == "imdb":
        return load_unlabelled_imdb(say=say)
    if _is_data_set(name):
        made_up = _demo(name, seed)
        return Texts(made_up.texts, made_up.name, made_up=True)
    check_source(name)
    return read_texts(name, text_column, layout, say)


def check_source(name: str) -> None:
    """Raises DataError for a path that does not exist; patterns and "-" for stdin are checked when they are read."""
    if not (_is_data_set(name) or name == "-" or glob.has_magic(name) or exists(name)):
        raise DataError(
            f"{name}: expected a file or a folder, or the name of a data set, imdb or demo. {_suggest(name)}"
        )


def _open_default(
    text_column: str | int | None,
    label_column: str | int | None,
    seed: int,
    say: Callable[[str], None],
    layout: LayoutOptions,
) -> LabelledTexts:
    if Path(WELL_KNOWN_CSV).exists():
        return read_labelled(WELL_KNOWN_CSV, text_column, label_column, layout, say)
    try:
        return load_imdb(say=say)
    except DownloadError as error:
        say(
            f"*** MADE-UP DATA *** {str(error).splitlines()[0]}. What follows uses reviews that this program made up: "
            f"its figures say nothing about real ones. For real data pass `data=PATH` (a CSV file such as "
            f'"{WELL_KNOWN_CSV}", a Parquet file, or the unpacked aclImdb folder).'
        )
        return demo_corpus(seed=seed)


def _demo(data: str, seed: int) -> LabelledTexts:
    if data == "demo":
        return demo_corpus(seed=seed)
    reviews = data.removeprefix("demo:")
    if not re.fullmatch(r"[0-9]{1,9}", reviews) or int(reviews) == 0:
        raise UsageError(f"`data={data}`: expected a number of reviews above 0 after demo:, got {reviews!r}")
    return demo_corpus(int(reviews), seed)


def _names(data: Paths) -> list[str]:
    names = [str(data)] if isinstance(data, str | Path) else [str(one) for one in data]
    if not names:
        raise UsageError("Expected data, got an empty list")
    return names


def _is_data_set(name: str) -> bool:
    return name in DATA_SETS or name.startswith("demo:")


def _suggest(data: str) -> str:
    """What exists instead of a path that does not."""
    parent = Path(data).parent
    if not parent.is_dir():
        return f"The folder {parent} does not exist either."
    present = {path.name.lower(): str(path) for path in sorted(parent.iterdir()) if not path.name.startswith(".")}
    choices = {name: name for name in DATA_SETS} | present
    stems: dict[str, list[str]] = {}  # names of different files are alike in their extension
    for name, choice in choices.items():
        stems.setdefault(name.partition(".")[0], []).append(choice)
    close = difflib.get_close_matches(Path(data).name.lower().partition(".")[0], stems, n=3)
    if close:
        return f"Did you mean {' or '.join(repr(choice) for stem in close for choice in stems[stem][:3])}?"
    return f"In {parent.resolve()} there are: {', '.join(map(repr, list(present.values())[:10])) or 'no files'}."


def open_parts(
    data: Data | LabelledTexts | None,
    validation: Paths,
    test: Paths | None,
    text_column: str | int | None,
    label_column: str | int | None,
    seed: int,
    say: Callable[[str], None],
    layout: LayoutOptions = DEFAULT_LAYOUT,
    rules: LabelRules = AS_SPELLED,
) -> tuple[dict[str, LabelledTexts], list[Any]]:
    """The labelled texts by part ("training", "validation", and "test" if given), and the classes.

    data, seed, say: as for `open_data`, or texts that are in memory. validation: files, or the share of the data to
    hold out. test: files. layout: how all files are to be read. rules: how their labels are renamed.
    Raises the errors of open_data and read_labelled, UsageError for a share that is not above 0 and below 1, and for a
    neutral label next to others than two classes, and DataError for a part whose weights are all 0.
    """

    def read(paths: Paths) -> LabelledTexts:
        found = read_labelled(paths, text_column, label_column, layout, say)
        report_missing(found.texts, found.name, say)
        return found

    if isinstance(data, LabelledTexts):
        labelled = data
    else:
        labelled = open_data(data, text_column, label_column, seed, say, layout)
    report_missing(labelled.texts, labelled.name, say)
    share = share_of(validation)
    parts = {"training": labelled}
    if share is None:
        parts["validation"] = read(validation)
    if test is not None:
        parts["test"] = read(test)
    parts = rules.of_training(parts, "training", say)
    classes = classes_of(parts["training"])
    if rules.neutral_label is not None and len(classes) != 2:
        raise UsageError(
            f"`neutral_label={rules.neutral_label}`: expected two other labels, which it is between, got "
            f"{listed(classes)}"
        )
    if share is not None:
        training, held_out = stratified_split(parts["training"], share, seed)
        parts = {
            "training": training,
            "validation": held_out,
            **{name: parts[name] for name in parts if name == "test"},
        }
    for part in parts.values():
        if part.weights is not None and not part.weights.any():
            raise DataError(f"{part.name}: expected a text with a weight above 0, got {len(part):,} texts of weight 0")
    return parts, classes


def share_of(validation: Paths) -> float | None:
    """The share that `validation` is; None for paths. Raises UsageError for one that is not above 0 and below 1."""
    if not isinstance(validation, str):
        return None
    try:
        share = float(validation)
    except ValueError:
        return None
    if not 0 < share < 1:
        raise UsageError(f"`validation={validation}`: expected a share above 0 and below 1, or a file")
    return share
