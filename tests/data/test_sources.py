"""What `--data` means, and what is said where it could mean something else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from sentiment_fast.data import sources
from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.data.sources import open_data, open_parts
from sentiment_fast.errors import DataError, DownloadError, UsageError
from sentiment_fast.io.options import LayoutOptions
from sentiment_fast.runs.cache_folder import CACHE_VARIABLE

CSV = "review,sentiment\nfine,positive\n"


@pytest.fixture
def said(tmp_path, monkeypatch) -> list[str]:
    """What is said while the working folder is an empty one, and so is the cache."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return []


@pytest.fixture
def offline(monkeypatch) -> None:
    def fail(say) -> LabelledTexts:
        raise DownloadError("The IMDb reviews could not be downloaded: no connection to host\nDo it by hand.")

    monkeypatch.setattr(sources, "load_imdb", fail)


@pytest.fixture
def downloaded(monkeypatch) -> LabelledTexts:
    data = LabelledTexts(pa.chunked_array([["a"]]), sources.demo_corpus(1).labels, name="downloaded")
    monkeypatch.setattr(sources, "load_imdb", lambda say: data)
    return data


def test_path_is_read(said):
    Path("mine.csv").write_text(CSV)
    assert open_data("mine.csv", say=said.append).texts.to_pylist() == ["fine"]


def test_columns_are_passed_on(said):
    Path("mine.csv").write_text("body,stars\nfine,5\n")
    assert open_data("mine.csv", "body", "stars", say=said.append).labels.tolist() == [5]


def test_several_files_patterns_and_a_delimiter_are_passed_on(said):
    Path("a.csv").write_text("review!sentiment\nfine!positive\n")
    Path("b.jsonl").write_text('{"text": "dull", "label": "negative"}\n')
    data = open_data(["a.csv", Path("b.jsonl")], say=said.append, layout=LayoutOptions(delimiter="!"))
    assert (data.texts.to_pylist(), data.labels.tolist()) == (["fine", "dull"], ["positive", "negative"])
    assert open_data("?.csv", say=said.append, layout=LayoutOptions(delimiter="!")).name == "a.csv"
    assert said == []


def test_missing_path_among_several_is_reported(said):
    Path("mine.csv").write_text(CSV)
    with pytest.raises(DataError, match=r"Did you mean 'mine\.csv'"):
        open_data(["mine.csv", "min.csv"], say=said.append)


def test_words_among_several_are_a_usage_error(said):
    Path("mine.csv").write_text(CSV)
    with pytest.raises(UsageError, match="`data=imdb`: expected files or folders"):
        open_data(["mine.csv", "imdb"], say=said.append)


def test_one_word_in_a_list_is_that_data_set(said, downloaded):
    assert open_data(["imdb"], say=said.append) is downloaded


@pytest.mark.parametrize("validation", ["v.jsonl", ["v.jsonl"], "v*"])
def test_parts_may_be_of_different_formats(said, validation):
    Path("mine.csv").write_text("x;sentiment;review\n1;positive;fine\n2;negative;dull\n")
    Path("v.jsonl").write_text('{"review": "so", "sentiment": "negative", "x": 1}\n')
    Path("t.tsv").write_text("review\tsentiment\nlate\tpositive\n")
    parts, classes = open_parts("mine.csv", validation, "t.tsv", None, None, 0, said.append)
    assert classes == ["negative", "positive"]
    assert {name: part.texts.to_pylist() for name, part in parts.items()} == {
        "training": ["fine", "dull"],
        "validation": ["so"],
        "test": ["late"],
    }


def test_imdb_is_the_download(said, downloaded):
    assert open_data("imdb", say=said.append) is downloaded


def test_imdb_asked_for_by_name_is_not_replaced_when_offline(said, offline):
    with pytest.raises(DownloadError):
        open_data("imdb", say=said.append)


@pytest.mark.slow
def test_demo_with_a_number_is_that_many_made_up_reviews(said):
    data = open_data("demo:30", seed=3, say=said.append)
    assert (len(data), data.made_up) == (30, True)
    assert data.texts.equals(sources.demo_corpus(30, seed=3).texts)


def test_demo_alone_is_the_whole_demo_corpus(said, monkeypatch):
    asked, made_up = [], sources.demo_corpus(10)
    monkeypatch.setattr(sources, "demo_corpus", lambda *given, **named: asked.append((given, named)) or made_up)
    assert open_data("demo", seed=7, say=said.append) is made_up
    assert asked == [((), {"seed": 7})]  # as many as it has by default


@pytest.mark.parametrize("data", ["demo:", "demo:0", "demo:-5", "demo:many", "demo:1e3", "demo:٣"])
def test_demo_with_something_else_than_a_number_is_a_usage_error(said, data):
    with pytest.raises(UsageError, match="expected a number of reviews above 0 after demo:"):
        open_data(data, say=said.append)


def test_nothing_is_the_well_known_csv_where_it_lies_here(said, downloaded):
    Path("IMDB Dataset.csv").write_text(CSV)
    assert open_data(None, say=said.append).name == "IMDB Dataset.csv"


def test_nothing_is_the_download_where_no_csv_lies_here(said, downloaded):
    assert open_data(None, say=said.append) is downloaded


def test_nothing_is_the_demo_corpus_when_offline_and_says_so_in_one_line(said, offline, monkeypatch):
    monkeypatch.setattr(sources, "demo_corpus", lambda seed: f"demo corpus {seed}")
    assert open_data(None, seed=5, say=said.append) == "demo corpus 5"
    assert len(said) == 1
    assert "\n" not in said[0]


def test_the_line_about_made_up_data_gives_the_reason_and_the_way_out(said, offline, monkeypatch):
    monkeypatch.setattr(sources, "demo_corpus", lambda seed: None)
    open_data(None, say=said.append)
    assert said[0].startswith("*** MADE-UP DATA ***")
    assert "no connection to host" in said[0]
    assert "`data=PATH`" in said[0]


def test_broken_csv_here_is_an_error_and_not_replaced(said, downloaded):
    Path("IMDB Dataset.csv").write_text("")
    with pytest.raises(DataError, match="empty file"):
        open_data(None, say=said.append)


@pytest.mark.slow
@pytest.mark.parametrize("word", ["imdb", "demo"])
def test_word_wins_over_a_file_of_that_name_and_says_how_to_mean_the_file(said, downloaded, monkeypatch, word):
    monkeypatch.setattr(sources, "demo_corpus", lambda seed: downloaded)
    Path(word).mkdir()
    assert open_data(word, say=said.append) is downloaded
    assert f"./{word}" in said[0]


def test_dot_and_slash_mean_the_file(said, downloaded):
    Path("imdb").mkdir()
    with pytest.raises(DataError, match="expected a folder with pos/"):
        open_data("./imdb", say=said.append)


def test_missing_path_suggests_a_name_like_it(said):
    Path("reviews_2024.csv").write_text(CSV)
    with pytest.raises(DataError, match=r"Did you mean 'reviews_2024\.csv'"):
        open_data("review_2024.csv", say=said.append)


def test_missing_path_is_not_like_a_name_that_shares_its_extension(said):
    Path("scored.csv").write_text(CSV)
    with pytest.raises(DataError, match=r"there are: 'scored\.csv'"):
        open_data("nofile.csv", say=said.append)


def test_missing_path_suggests_a_name_with_another_extension(said):
    Path("reviews.csv").write_text(CSV)
    with pytest.raises(DataError, match=r"Did you mean 'reviews\.csv'"):
        open_data("reviews.cvs", say=said.append)


def test_missing_path_suggests_the_word_in_its_own_spelling(said):
    with pytest.raises(DataError, match="Did you mean 'imdb'"):
        open_data("IMDB", say=said.append)


def test_missing_path_lists_what_there_is(said):
    Path("a.csv").write_text(CSV)
    Path(".hidden").write_text("")
    with pytest.raises(DataError, match=r"there are: 'a\.csv'\."):
        open_data("something else entirely.parquet", say=said.append)


def test_missing_folder_of_a_path_is_named(said):
    with pytest.raises(DataError, match="The folder nowhere does not exist either"):
        open_data("nowhere/mine.csv", say=said.append)


@pytest.mark.slow
def test_reading_a_file_imports_nothing_that_downloads(said):
    Path("mine.csv").write_text(CSV)
    program = (
        "import sys; from sentiment_fast.data.sources import open_data; "
        f"open_data({str(Path('mine.csv').resolve())!r}); "
        "print({'pooch', 'requests', 'tqdm'} & set(sys.modules))"
    )
    package = Path(sources.__file__).parents[2]
    ran = subprocess.run([sys.executable, "-c", program], cwd=package, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
