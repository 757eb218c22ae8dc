"""Film reviews and texts of other domains -> the data that the bundled model learns from, and is chosen by.

    python -m benchmarks.release.bundled_data --data FOLDER --out FOLDER [--tiers A]

In: a folder with imdb_train.csv.xz, imdb_test.csv.xz, imdb_unsup.csv.xz and other_domains/, as the table below names
them, own_sentences.csv, and made_sentences.py. Out: films.csv, others.csv, own.csv, made.csv and neutral.csv to learn
from, asked.csv (sentences turned into questions, labelled neutral), held_back.csv, unlabelled.csv, a file of each
source in development/, and sources.json with licences and numbers of rows. A text is on one side only, whatever its
spaces, marks and capitals. Single sentences of film and product reviews, and sentences with small changes
(changed_sentences.py), are among the unlabelled texts: a teacher labels them, so that the model that learns from it has
seen short texts of these kinds.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.release import changed_sentences, made_sentences
from benchmarks.release.changed_sentences import changed_by
from benchmarks.release.own_sentences import FILE as OWN_FILE
from sentiment_fast.cli.messages import say
from sentiment_fast.errors import DataError, SentimentFastError, UsageError

_TAGS = re.compile(r"<[^<>]{1,20}>")
_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'(])")
LABELS, NEUTRAL_LABEL = ("negative", "positive"), "neutral"
MOST_ROWS = 20_000  # of a source other than IMDb: no kind of text is to outweigh the others
MOST_NEUTRAL_ROWS = 5_000
MOST_REQUESTS = 4_000  # unlabelled texts of a source in which few express an opinion
DEVELOPMENT_ROWS = 500  # of a source, and at most a tenth of it
DEVELOPMENT_ROWS_OF_IMDB = 2_000
HELD_BACK_SHARE = 0.05  # of what is left: to calibrate by
HELD_BACK_SHARE_OF_MADE = 0.01
FILMS, OTHERS, OWN, NEUTRAL, MADE = "films.csv", "others.csv", "own.csv", "neutral.csv", "made.csv"
HELD_BACK, UNLABELLED, ASKED = "held_back.csv", "unlabelled.csv", "asked.csv"
# The loss of each text is multiplied by the weight of its file.
WEIGHTS = {FILMS: 3, OTHERS: 1, OWN: 3, NEUTRAL: 0.3, MADE: 3, ASKED: 1}
DEVELOPMENT, SOURCES_FILE = "development", "sources.json"


@dataclass(frozen=True)
class Source:
    """A file of other_domains/. licence: as stated, "(repository)" by whoever redistributes the texts.

    tier: "A" where the authors or the publisher state the licence, "B" where only a repository does. develop: whether
    some of its rows are for development. unlabelled: the most rows without a label to take. spare: how many more
    labelled rows to take, without their labels.
    """

    name: str
    what: str
    licence: str
    tier: str = "A"
    develop: bool = True
    unlabelled: int = MOST_ROWS
    spare: int = 0


SOURCES = (
    Source("goemotions_reddit", "forum comments, labelled by people", "Apache-2.0", spare=8_000),
    Source("topical_chat", "lines of conversations, with the speaker's mood", "CDLA-Sharing-1.0", unlabelled=8_000),
    Source("tweeteval_other_tweets", "tweets: emotion, irony, stance", "released without restrictions"),
    Source("tweeteval_emoji_tweets", "tweets, unlabelled", "released without restrictions", unlabelled=40_000),
    Source("film_sentences", "sentences of film critics", "CC BY 4.0"),
    Source("pros_cons", "lists of pros and cons", "CC BY 4.0"),
    Source("product_sentences", "sentences of product reviews", "CC BY 4.0"),
    Source("rated_tweets", "tweets, rated by people", "MIT"),
    Source("opinion_lexicon", "single words", "CC BY 4.0", develop=False),
    Source("opinosis_sentences", "sentences of reviews, unlabelled", "Apache-2.0"),
    Source("banking77_queries", "questions to a bank, unlabelled", "CC BY 4.0", unlabelled=MOST_REQUESTS),
    Source("clinc150_queries", "requests to an assistant, unlabelled", "CC BY 3.0", unlabelled=MOST_REQUESTS),
    Source(
        "multidogo_customer_turns", "customers' messages, unlabelled", "CDLA-Permissive-1.0", unlabelled=MOST_REQUESTS
    ),
    Source(
        "restaurants8k_dstc8_requests", "requests to restaurants, unlabelled", "CC BY 4.0", unlabelled=MOST_REQUESTS
    ),
    Source("absa_sentences", "sentences of reviews, labelled by people", "MIT (repository)", "B"),
    Source("agnews_10k", "news, unlabelled", "MIT (repository)", "B", unlabelled=MOST_REQUESTS),
    Source("amazon_polarity_10k", "product reviews", "MIT (repository)", "B"),
    Source("finance_headlines", "headlines about companies, labelled by people", "MIT (repository)", "B"),
    Source("semeval_tweets_2013_2016", "tweets, labelled by people", "MIT (repository)", "B", spare=6_000),
    Source(
        "yelp_short_sentences",
        "sentences of reviews of shops and restaurants",
        "Apache-2.0 (repository)",
        "B",
        spare=40_000,
    ),
)
OWN_SENTENCES = Source("own_sentences", "sentences of the project's own, made by templates", "MIT", develop=False)
MADE_SENTENCES = Source("made_sentences", "sentences made of frames and words", "MIT", develop=False)
# Sentences of the reviews of these sources: the most of each review, the most in all.
SENTENCES = {"imdb": (3, 120_000), "amazon_polarity_10k": (4, 30_000)}
WORDS_OF_SENTENCES = (5, 40)
WORDS_OF_CHANGED = (4, 25)
MOST_CHANGED = 30_000  # of each kind of change
MOST_ASKED = 40_000
MOST_ABOUT_OTHERS = 30_000  # of the made sentences with a label, and half as many neutral ones
DESCRIPTIONS = {
    "changed_sentences": ("changed sentences of the sources above, unlabelled", "as their sources"),
    "questions": ("questions made of sentences of the sources above", "as their sources"),
}
IMDB = Source(
    "imdb",
    "film reviews (Maas et al. 2011)",
    "none stated; used for weights only, with the citation",
    unlabelled=50_000,
)


def key(text: str) -> str:
    """What texts that are the same have in common: letters and digits, lower-cased."""
    return "".join(filter(str.isalnum, text.lower())) or text


def order(texts: pd.Series) -> pd.Series:
    """(n,) uint64: a random number for each text, the same wherever it stands."""
    digests = (hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest() for text in texts)
    return pd.Series([int.from_bytes(digest, "big") for digest in digests], texts.index, "uint64")


def read(path: Path, key: Callable[[str], str] = key) -> pd.DataFrame:
    """review, sentiment ("" if there is none), and `order` of each different text, by its key. Raises DataError."""
    try:
        rows = pd.read_csv(path, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read ({error}): expected one of the files of --data") from error
    rows = pd.DataFrame({"review": rows["review"].astype(str), "sentiment": rows.get("sentiment", "")})
    rows["order"] = order(rows["review"].map(key))
    return rows.drop_duplicates("order").sort_values("order", ignore_index=True)


@dataclass
class Parts:
    """The rows of one source: for development, to calibrate by, to learn from (also neutral ones), without a label."""

    source: Source
    development: pd.DataFrame
    held_back: pd.DataFrame
    training: pd.DataFrame
    neutral: pd.DataFrame
    unlabelled: pd.DataFrame


def split(source: Source, rows: pd.DataFrame, most: int, development: int) -> Parts:
    """Cut a source's rows by their order, so that the same text is in the same part of every source."""
    labelled = rows[rows["sentiment"].isin(LABELS)]
    for_development = labelled[:development] if source.develop else labelled[:0]
    rest = labelled[len(for_development) :][:most]
    held_back = rest["order"] % 1000 < HELD_BACK_SHARE * 1000
    neutral = rows[rows["sentiment"] == NEUTRAL_LABEL][:MOST_NEUTRAL_ROWS]
    others = rows[~rows["sentiment"].isin((*LABELS, NEUTRAL_LABEL))]
    spare = labelled[len(for_development) + most :][: source.spare]
    unlabelled = pd.concat([others[: source.unlabelled], spare])
    return Parts(source, for_development, rest[held_back], rest[~held_back], neutral, unlabelled)


def made_parts() -> Parts:
    """The sentences of made_sentences.py. Nearly all are to learn from: to calibrate by, real ones count more."""
    rows = pd.DataFrame(made_sentences.rows(), columns=["review", "sentiment"])
    rows = rows.assign(order=order(rows["review"])).sort_values("order", ignore_index=True)
    neutral = rows["sentiment"] == NEUTRAL_LABEL
    held_back = ~neutral & (rows["order"] % 1000 < HELD_BACK_SHARE_OF_MADE * 1000)
    parts = (rows[held_back], rows[~neutral & ~held_back], rows[neutral], rows[:0])
    return Parts(MADE_SENTENCES, rows[:0], *parts)


def sentences_of(reviews: pd.Series, each: int, most: int) -> pd.DataFrame:
    """Rows as `read` returns them: sentences of WORDS_OF_SENTENCES words, at most `each` of a review, by `order`."""
    whole = reviews.str.replace(_TAGS, " ", regex=True)
    found = whole.str.split(_BETWEEN_SENTENCES, regex=True).explode().str.strip()
    found = found[found.str.count(r"\S+").between(*WORDS_OF_SENTENCES)]
    rows = pd.DataFrame({"review": found, "sentiment": "", "order": order(found.map(key)), "of": found.index})
    rows = rows.sort_values("order").drop_duplicates("order").groupby("of").head(each)
    return rows.drop(columns="of")[:most].reset_index(drop=True)


def parts_of(data: Path, tiers: Sequence[str]) -> list[Parts]:
    """All sources' parts, without texts that another part has in development. data: the folder."""
    found = []
    films = [read(data / f"imdb_{name}.csv.xz") for name in ("test", "train", "unsup")]
    judged = films[0][:DEVELOPMENT_ROWS_OF_IMDB]
    reviews = pd.concat([films[0][DEVELOPMENT_ROWS_OF_IMDB:], *films[1:]])
    of_imdb = split(IMDB, reviews.drop_duplicates("order"), len(reviews), 0)
    found.append(replace(of_imdb, development=judged))
    found.append(made_parts())
    # Of our own sentences, some differ in an emoji only.
    found.append(split(OWN_SENTENCES, read(OWN_FILE, str), MOST_ROWS, 0))
    for source in SOURCES:
        if source.tier in tiers:
            rows = read(data / "other_domains" / f"{source.name}.csv.xz")
            found.append(split(source, rows, MOST_ROWS, min(DEVELOPMENT_ROWS, len(rows) // 10)))
    for name, (each, most) in SENTENCES.items():
        for parts in [parts for parts in found if parts.source.name == name]:
            reviews = parts.unlabelled if len(parts.unlabelled) else parts.training
            of = parts.source
            source = Source(f"{name}_sentences", f"sentences of these: {of.what}, unlabelled", of.licence, of.tier)
            rows = sentences_of(reviews["review"], each, most)
            none = rows[:0]
            found.append(Parts(source, none, none, none, none, rows))
    for name in ("dev_book_reviews", "dev_tweets"):
        rows = read(data / "other_domains" / f"{name}.csv.xz")
        rows = rows[rows["sentiment"].isin(LABELS)]
        source = Source(name, "for development", "none stated", "-")
        found.append(Parts(source, rows, *[rows[:0]] * 4))
    _keep_apart(found)
    sentences = _sentences(found)
    found.append(_without_labels("changed_sentences", changed_sentences.changed(sentences, MOST_CHANGED), found))
    questions = changed_by(changed_sentences.asked, sentences, MOST_ASKED, random.Random(0))
    asked = _without_labels("questions", questions, found)
    found.append(replace(asked, neutral=asked.unlabelled.assign(sentiment=NEUTRAL_LABEL), unlabelled=asked.neutral))
    _add_nouns(found, sentences)
    _keep_apart(found)
    return found


def _sentences(found: Sequence[Parts]) -> list[str]:
    """Texts of WORDS_OF_CHANGED words that people wrote: none that is for development, held out or neutral."""
    made = (MADE_SENTENCES, OWN_SENTENCES)
    tables = [rows for parts in found if parts.source not in made for rows in (parts.training, parts.unlabelled)]
    texts = pd.concat(tables)["review"]
    sentences: list[str] = texts[texts.str.count(r"\S+").between(*WORDS_OF_CHANGED)].drop_duplicates().tolist()
    return sentences


def _without_labels(name: str, texts: Sequence[str], of: Sequence[Parts]) -> Parts:
    """A source of these texts, which were made of the texts of others."""
    rows = pd.DataFrame({"review": texts, "sentiment": ""})
    rows = rows.assign(order=order(rows["review"].map(key))).drop_duplicates("order")
    tier = max(parts.source.tier for parts in of if parts.source.tier in "AB")
    none = rows[:0]
    return Parts(Source(name, *DESCRIPTIONS[name], tier), none, none, none, none, rows)


def _add_nouns(found: Sequence[Parts], sentences: Sequence[str]) -> None:
    """Add made sentences about other things, which real sentences name, to those that are learned."""
    made = next(parts for parts in found if parts.source == MADE_SENTENCES)
    real = [rows for parts in found if parts is not made for rows in (parts.training, parts.held_back)]
    opinions = {text.lower() for rows in real for text in rows["review"] if text.isalpha()}  # labelled single words
    known, draw = set(made_sentences.NOUNS), random.Random(0)
    nouns = [noun for noun in changed_sentences.nouns_of(sentences) if noun not in opinions]
    if not nouns:
        return
    for name, most in (("training", MOST_ABOUT_OTHERS), ("neutral", MOST_ABOUT_OTHERS // 2)):
        rows = getattr(made, name)
        texts = [changed_sentences.about_others(text, known, nouns, draw) for text in rows["review"][:most]]
        more = pd.DataFrame({"review": texts, "sentiment": rows["sentiment"][:most].tolist()})
        more = more.assign(order=order(more["review"])).drop_duplicates("order")
        setattr(made, name, pd.concat([rows, more[~more["order"].isin(rows["order"])]]))


def _keep_apart(found: Sequence[Parts]) -> None:
    """Leave out of each part the texts that a part before it has: what is for development has them first."""
    seen = np.zeros(0, np.uint64)
    for name in ("development", "held_back", "training", "neutral", "unlabelled"):
        for parts in reversed(found):
            rows = getattr(parts, name)
            rows = rows[~rows["order"].isin(seen)]
            setattr(parts, name, rows)
            seen = np.union1d(seen, rows["order"])


def write(found: Sequence[Parts], out: Path) -> None:
    """The files. Raises UsageError for a folder that exists."""
    if out.exists():
        raise UsageError(f"{out}: exists: name another folder with --out")
    (out / DEVELOPMENT).mkdir(parents=True)
    apart = {parts.source.name: parts for parts in found}
    names = (IMDB.name, OWN_SENTENCES.name, MADE_SENTENCES.name, "questions")
    films, own, made, questions = (apart.pop(name) for name in names)
    of_parts = {
        FILMS: [films.training],
        OWN: [own.training, own.neutral],
        MADE: [made.training, made.neutral],
        ASKED: [questions.neutral],
        OTHERS: [parts.training for parts in apart.values()],
        NEUTRAL: [films.neutral, *(parts.neutral for parts in apart.values())],
        HELD_BACK: [parts.held_back for parts in found],
    }
    columns = ["review", "sentiment"]
    for name, rows in of_parts.items():
        pd.concat(rows)[columns].to_csv(out / name, index=False)
    pd.concat([parts.unlabelled for parts in found])[columns[:1]].to_csv(out / UNLABELLED, index=False)
    for parts in found:
        if len(parts.development):
            parts.development[columns].to_csv(out / DEVELOPMENT / f"{parts.source.name}.csv", index=False)
    sources = [
        {
            "name": parts.source.name,
            "what": parts.source.what,
            "licence": parts.source.licence,
            "tier": parts.source.tier,
            "training": len(parts.training),
            "neutral": len(parts.neutral),
            "held_back": len(parts.held_back),
            "unlabelled": len(parts.unlabelled),
            "development": len(parts.development),
        }
        for parts in found
    ]
    (out / SOURCES_FILE).write_text(json.dumps(sources, indent=2) + "\n", "utf-8")
    print(pd.DataFrame(sources).drop(columns=["what", "licence"]).to_string(index=False))


def read_sources(folder: Path) -> list[dict[str, Any]]:
    """What `write` wrote about the sources. Raises DataError."""
    try:
        found = json.loads((folder / SOURCES_FILE).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(
            f"{folder / SOURCES_FILE}: cannot be read ({error}): make the folder by bundled_data"
        ) from error
    return list(found)


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    summary = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.release.bundled_data", description=summary)
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--tiers", default="AB", choices=["A", "AB"], help="which licences to take (default: AB)")
    parsed = parser.parse_args(arguments)
    try:
        write(parts_of(parsed.data, parsed.tiers), parsed.out)
    except SentimentFastError as error:
        say(f"error: {error}")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
