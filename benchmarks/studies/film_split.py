"""Reviews -> a training part and a held-out part about different films, as far as names can tell.

    python -m benchmarks.studies.film_split reviews.csv --out FOLDER    # -> FOLDER/training.csv, FOLDER/held_back.csv

A random held-out part is about the same films as the rest, which flatters a model that memorizes names. Here, reviews
are clustered by their rare names, and whole clusters are held out: tf-idf of words that are capitalised within
sentences, occur in a few reviews and are seldom lower-case; their largest singular vectors; k-means.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.cluster import MiniBatchKMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

TRAINING, HELD_BACK = "training.csv", "held_back.csv"
_NAME = re.compile(r'(?<![.!?>"] )(?<!^)\b[A-Z][a-z]{2,}\b')
_SMALL = re.compile(r"\b[a-z]{3,}\b")
_MOST_SMALL = 0.3  # reviews with the lower-case form / reviews with the capitalised one, at most
_REVIEWS = 2, 60  # in which a name occurs, at least and at most
_NUMBERS, _CLUSTERS = 200, 600  # for 25,000 reviews
_LARGEST_CLUSTER = 200  # larger ones are of reviews without any name


def clusters_of(
    reviews: Sequence[str], clusters: int = _CLUSTERS, numbers: int = _NUMBERS
) -> np.ndarray[Any, np.dtype[np.int32]]:
    """(n,): the cluster of each review; deterministic."""
    texts = [review.replace("<br />", " ") for review in reviews]
    capital, small = (Counter(word for text in texts for word in set(form.findall(text))) for form in (_NAME, _SMALL))
    least, most = _REVIEWS
    names = sorted(
        name for name, count in capital.items() if least <= count <= most and small[name.lower()] < _MOST_SMALL * count
    )
    weights = TfidfVectorizer(
        vocabulary=names, tokenizer=lambda text: set(_NAME.findall(text)), token_pattern=None, lowercase=False
    ).fit_transform(texts)
    vectors = TruncatedSVD(numbers, n_iter=2, random_state=0).fit_transform(weights)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    found = MiniBatchKMeans(clusters, random_state=0, batch_size=4096, n_init=1, max_iter=30).fit_predict(vectors)
    of_reviews: np.ndarray[Any, np.dtype[np.int32]] = found.astype(np.int32)
    return of_reviews


def held_back(clusters: np.ndarray[Any, Any], share: float) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """(n,): whole clusters, drawn at random until they are the share of all reviews."""
    sizes = np.bincount(clusters)
    chosen: list[int] = []
    for cluster in np.random.default_rng(0).permutation(len(sizes)).tolist():
        if sizes[chosen].sum() >= share * len(clusters):
            break
        if sizes[cluster] <= _LARGEST_CLUSTER:
            chosen.append(cluster)
    return np.isin(clusters, chosen)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.studies.film_split", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV file with a column review")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--share", type=float, default=0.2, metavar="X", help="share to hold out (default: 0.2)")
    parsed = parser.parse_args(arguments)
    table = pd.read_csv(parsed.file, keep_default_na=False)
    held = held_back(clusters_of(table["review"].tolist()), parsed.share)
    parsed.out.mkdir(parents=True, exist_ok=True)
    for name, rows in ((TRAINING, ~held), (HELD_BACK, held)):
        table[rows].to_csv(parsed.out / name, index=False)
        print(f"{parsed.out / name}: {int(rows.sum()):,} reviews")


if __name__ == "__main__":
    main()
