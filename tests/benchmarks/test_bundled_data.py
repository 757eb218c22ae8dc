"""The data of the bundled model: each text on one side, rows for development, licences told."""

import json
from itertools import cycle

import pandas as pd
import pytest

from benchmarks.release import bundled_data
from benchmarks.release.bundled_data import LABELS, NEUTRAL_LABEL, Source, key

pytestmark = pytest.mark.slow

TEXTS = [f"{adjective} {thing} {number}" for number in range(40) for adjective in ("good", "bad") for thing in "ab"]


def rows(texts, labels=("positive", "negative", "neutral", "")):
    return pd.DataFrame({"review": texts, "sentiment": [labels[i % len(labels)] for i in range(len(texts))]})


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two sources, which share texts with IMDb and each other, except for marks and capitals."""
    (tmp_path / "other_domains").mkdir()
    of_two = ("positive", "negative")
    files = {
        "imdb_test": rows([f"test {text}" for text in TEXTS], of_two),
        "imdb_train": rows([f"train {text}" for text in TEXTS] + [f"TEST, {text}!" for text in TEXTS[:50]], of_two),
        "imdb_unsup": rows([f"unsup {text}" for text in TEXTS], ("",)),
        "other_domains/tweets": rows([f"tweet {text}" for text in TEXTS * 2]),
        "other_domains/shops": rows([f"shop {text}" for text in TEXTS] + [f"Tweet: {text}" for text in TEXTS]),
        "other_domains/dev_tweets": rows([f"Tweet {text}?" for text in TEXTS[:20]]),
        "other_domains/dev_book_reviews": rows([f"book {text}" for text in TEXTS[:20]]),
    }
    for name, table in files.items():
        table.to_csv(tmp_path / f"{name}.csv.xz", index=False)
    rows([f"own {text}" for text in TEXTS[:40]]).to_csv(tmp_path / "own.csv", index=False)
    monkeypatch.setattr(bundled_data, "OWN_FILE", tmp_path / "own.csv")
    monkeypatch.setattr(bundled_data, "SOURCES", (Source("tweets", "tweets", "MIT"), Source("shops", "", "MIT", "B")))
    of_three = cycle((*LABELS, NEUTRAL_LABEL))
    made_rows = [(f"made {text}", label) for text, label in zip(TEXTS[:40], of_three, strict=False)]
    monkeypatch.setattr(bundled_data.made_sentences, "rows", lambda: [*made_rows, (f"own {TEXTS[0]}", "positive")])
    monkeypatch.setattr(bundled_data, "HELD_BACK_SHARE_OF_MADE", 0.3)
    monkeypatch.setattr(bundled_data, "DEVELOPMENT_ROWS_OF_IMDB", 30)
    monkeypatch.setattr(bundled_data, "HELD_BACK_SHARE", 0.3)
    return tmp_path


def sources_of(folder):
    return {one["name"]: one for one in json.loads((folder / "out" / "sources.json").read_text())}


def made(folder, *more):
    assert bundled_data.main(["--data", str(folder), "--out", str(folder / "out"), *more]) == 0
    out = folder / "out"
    return {str(path.relative_to(out)): pd.read_csv(path) for path in sorted(out.rglob("*.csv"))}


def test_a_text_is_in_one_file_only_whatever_its_marks_and_capitals(folder):
    files = made(folder)
    keys = [key(text) for table in files.values() for text in table["review"]]
    assert len(keys) == len(set(keys))
    of_books = 10  # those whose label is one of two
    sources = sources_of(folder)
    of_people = len(keys) - sources["changed_sentences"]["unlabelled"] - sources["questions"]["neutral"]
    assert of_people == 3 * len(TEXTS) + 2 * len(TEXTS) + of_books + 2 * len(TEXTS[:40])


def test_each_part_holds_labels_of_two_or_none(folder):
    files = made(folder)
    for name, table in files.items():
        assert list(table.columns) == ["review"] if name == "unlabelled.csv" else ["review", "sentiment"]
        three = {"positive", "negative", "neutral"}
        of_all = {
            "own.csv": three,
            "made.csv": three,
            "neutral.csv": {"neutral"},
            "unlabelled.csv": None,
            "asked.csv": {"neutral"},
        }
        labels = set(table["sentiment"]) if "sentiment" in table else None
        assert labels == of_all.get(name, {"positive", "negative"})
        assert len(table) > 0


def test_rows_for_development_are_a_tenth_at_most(folder):
    files = made(folder)
    assert len(files["development/imdb.csv"]) == 30
    assert 0 < len(files["development/tweets.csv"]) <= len(TEXTS) // 10


def test_the_same_data_gives_the_same_files(folder):
    first = made(folder)
    (folder / "out").rename(folder / "before")
    assert all(table.equals(first[name]) for name, table in made(folder).items())


def test_sources_without_the_authors_licence_can_be_left_out(folder):
    made(folder, "--tiers", "A")
    names = [one["name"] for one in json.loads((folder / "out" / "sources.json").read_text())]
    assert names == [
        "imdb",
        "made_sentences",
        "own_sentences",
        "tweets",
        "imdb_sentences",
        "dev_book_reviews",
        "dev_tweets",
        "changed_sentences",
        "questions",
    ]


def test_sentences_of_reviews_are_single_ones_of_some_words_and_without_tags():
    reviews = pd.Series(
        [
            "Nobody expected much of it.<br /><br />The last half hour is splendid! Mr. B. plays well. Fine.",
            'She asked: "Why would anyone watch this twice?" I have no answer to that.',
            "Nobody expected much of it.",
        ]
    )
    found = bundled_data.sentences_of(reviews, each=3, most=10)["review"]
    assert sorted(found) == [
        "Nobody expected much of it.",
        'She asked: "Why would anyone watch this twice?" I have no answer to that.',
        "The last half hour is splendid!",
    ]
    assert len(bundled_data.sentences_of(reviews[:1], each=1, most=10)) == 1
    assert len(bundled_data.sentences_of(reviews, each=3, most=1)) == 1


def test_sentences_that_are_changed_are_neither_for_development_nor_held_back(folder, monkeypatch):
    asked = []
    change = bundled_data.changed_sentences.changed
    monkeypatch.setattr(
        bundled_data.changed_sentences, "changed", lambda *given: asked.extend(given[0]) or change(*given)
    )
    files = made(folder)
    assert set(asked) > set(files["others.csv"]["review"])
    apart = [table["review"] for name, table in files.items() if name.startswith(("development", "held_back"))]
    assert not set(asked) & set(pd.concat(apart))


def test_made_sentences_are_about_other_things_too(folder, monkeypatch):
    monkeypatch.setattr(bundled_data.made_sentences, "NOUNS", ["a"])
    monkeypatch.setattr(bundled_data.changed_sentences, "nouns_of", lambda sentences: ["harbour"])
    table = made(folder)["made.csv"]
    about_others = table[table["review"].str.contains("harbour")]
    assert {"positive", "negative", "neutral"} == set(about_others["sentiment"])
    before = dict(zip(table["review"], table["sentiment"], strict=True))
    for text, label in zip(about_others["review"], about_others["sentiment"], strict=True):
        assert before[text.replace("harbour", "a")] == label


def test_spare_labelled_rows_are_learned_without_their_label(folder, monkeypatch):
    few = (Source("tweets", "tweets", "MIT", unlabelled=5, spare=7),)
    monkeypatch.setattr(bundled_data, "SOURCES", few)
    monkeypatch.setattr(bundled_data, "MOST_ROWS", 10)
    made(folder)
    sources = sources_of(folder)
    assert sources["tweets"]["training"] + sources["tweets"]["held_back"] <= 10
    assert 5 < sources["tweets"]["unlabelled"] <= 5 + 7


def test_a_folder_that_exists_is_not_written_to(folder, capsys):
    made(folder)
    assert bundled_data.main(["--data", str(folder), "--out", str(folder / "out")]) == 2
    assert "name another folder" in capsys.readouterr().err


def test_a_missing_file_is_told(folder, capsys):
    (folder / "imdb_unsup.csv.xz").unlink()
    assert bundled_data.main(["--data", str(folder), "--out", str(folder / "out")]) == 1
    assert "imdb_unsup.csv.xz: cannot be read" in capsys.readouterr().err
