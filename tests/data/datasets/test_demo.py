"""The demo corpus: equal everywhere, like real reviews in its statistics, and neither too easy nor too hard."""

from __future__ import annotations

import hashlib
from collections import Counter

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from sentiment_fast.data.datasets.demo import WORDS, demo_corpus
from sentiment_fast.data.labelled_texts import LabelledTexts

SLOW_FIXTURES = {"accuracy_of_words"}


@pytest.fixture(scope="module")
def corpus() -> LabelledTexts:
    return demo_corpus(4_000)


@pytest.fixture(scope="module")
def texts(corpus: LabelledTexts) -> list[str]:
    return corpus.texts.to_pylist()


def held_back_accuracy(vectorizer: TfidfVectorizer, texts: list[str], labels: np.ndarray) -> float:
    """Of logistic regression trained on the first three quarters."""
    cut = len(texts) * 3 // 4
    model = LogisticRegression(max_iter=1_000).fit(vectorizer.fit_transform(texts[:cut]), labels[:cut])
    return float(model.score(vectorizer.transform(texts[cut:]), labels[cut:]))


@pytest.fixture(scope="module")
def accuracy_of_words(texts: list[str], corpus: LabelledTexts) -> float:
    return held_back_accuracy(TfidfVectorizer(), texts, corpus.labels)


@pytest.mark.slow
def test_the_bytes_of_a_small_corpus_stay_what_they_are() -> None:
    corpus = demo_corpus(100, seed=0)
    content = "\0".join([*corpus.texts.to_pylist(), *corpus.labels.tolist()])
    digest = hashlib.sha256(content.encode()).hexdigest()
    assert digest == "e7a12b548c9e9841349adb68c15e4418d48f4ed96042647a0d5159eebb047601"


@pytest.mark.slow
def test_another_seed_gives_other_reviews() -> None:
    assert not set(demo_corpus(100, seed=0).texts.to_pylist()) & set(demo_corpus(100, seed=1).texts.to_pylist())


@pytest.mark.slow
def test_a_smaller_corpus_is_the_start_of_a_larger_one() -> None:
    larger, smaller = demo_corpus(2_500, seed=3), demo_corpus(1_234, seed=3)
    assert larger.texts.slice(0, 1_234).equals(smaller.texts)
    np.testing.assert_array_equal(larger.labels[:1_234], smaller.labels)


@pytest.mark.slow
@pytest.mark.parametrize("reviews", [0, 1, 999, 1_000, 1_001])
def test_it_has_the_size_asked_for(reviews: int) -> None:
    corpus = demo_corpus(reviews)
    assert len(corpus.texts) == len(corpus.labels) == reviews


def test_a_negative_size_is_refused() -> None:
    with pytest.raises(ValueError, match="Expected 0 or more reviews, got -1"):
        demo_corpus(-1)


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="non-negative"):
        demo_corpus(10, seed=-1)


def test_it_says_that_it_is_made_up() -> None:
    corpus = demo_corpus(10)
    assert corpus.made_up
    assert corpus.name == "demo corpus (10 made-up reviews)"


def test_its_column_is_called_review() -> None:
    assert demo_corpus(10).text_column == "review"


def test_labels_are_short_strings_even_without_reviews() -> None:
    assert demo_corpus(0).labels.dtype == demo_corpus(10).labels.dtype == np.dtype("<U8")


@pytest.mark.slow
def test_the_two_labels_are_equally_frequent(corpus: LabelledTexts) -> None:
    labels, counts = np.unique(corpus.labels, return_counts=True)
    assert labels.tolist() == ["negative", "positive"]
    assert counts.tolist() == [2_000, 2_000]


@pytest.mark.slow
def test_no_review_comes_twice(texts: list[str]) -> None:
    assert len(set(texts)) == len(texts)


@pytest.mark.slow
def test_every_review_is_spelt_out(texts: list[str]) -> None:
    assert not [text for text in texts if not text or set(text) & set("{}^$|")]


def test_sentences_start_with_a_capital_a_digit_or_a_quotation_mark(texts: list[str]) -> None:
    starts = {text[0] for text in texts}
    assert all(start.isupper() or start.isdigit() or start in '“"«《『' for start in starts)


def test_some_reviews_hold_html_breaks(texts: list[str]) -> None:
    assert 0.3 < np.mean(["<br /><br />" in text for text in texts]) < 0.9


@pytest.mark.parametrize("sample", ["é", "ñ", "—", "“", "…", "вода", "計", "didn't", "10/10", '"'])
def test_it_holds_what_cleaning_must_cope_with(sample: str, texts: list[str]) -> None:
    assert any(sample in text for text in texts)


@pytest.mark.slow
def test_lengths_are_those_of_real_reviews(texts: list[str]) -> None:
    # IMDb's training reviews: quartiles 127, 174, 284 words, mean 234, the longest 2,470.
    words = np.array([len(text.split()) for text in texts])
    assert np.abs(np.percentile(words, [25, 50, 75]) - [115, 178, 284]).max() < 15
    assert 210 < words.mean() < 245
    assert 1_200 < words.max() < 2_600


@pytest.mark.slow
def test_a_few_words_are_frequent_and_most_are_rare(texts: list[str]) -> None:
    counts = np.array([count for _, count in Counter(" ".join(texts).lower().split()).most_common()])
    assert 0.3 < counts[:30].sum() / counts.sum() < 0.5
    assert np.mean(counts < 5) > 0.6


@pytest.mark.slow
def test_words_of_opinion_are_among_the_thousand_most_frequent(texts: list[str]) -> None:
    frequent = CountVectorizer(stop_words="english", max_features=1_000).fit(texts).vocabulary_
    opinions = {word for name in WORDS if name.endswith(("+", "-")) for word in WORDS[name].split()}
    assert opinions <= frequent.keys()


def test_single_words_tell_most_labels_but_not_all(accuracy_of_words: float) -> None:
    assert 0.85 < accuracy_of_words < 0.92


def test_word_order_tells_more_than_single_words(
    accuracy_of_words: float, texts: list[str], corpus: LabelledTexts
) -> None:
    pairs = TfidfVectorizer(ngram_range=(1, 2), min_df=3)
    assert held_back_accuracy(pairs, texts, corpus.labels) > accuracy_of_words + 0.01
