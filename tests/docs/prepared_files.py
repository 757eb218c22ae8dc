"""The files that the pages' examples read, and the names that they share.

In: a folder. Out: files in it that fit the examples of every page, those of one page that need others, and the names
that blocks of Python may use. All are made up, and small: nothing here is about how good a model is.
"""

from __future__ import annotations

import gzip
import json
import random
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

import sentiment_fast as sf
from sentiment_fast.data.datasets.demo import demo_corpus
from sentiment_fast.model.presets import PRESETS, Preset
from tests.io.workbooks import xlsx_bytes

ROWS = 80


def small_presets() -> dict[str, Preset]:
    """The presets, with networks that train within a second."""
    return {
        name: replace(
            preset.with_fields({"embedding_size": 16, "hidden_size": 16, "max_words": 300, "epochs": 1}),
            wide=replace(preset.wide, ngram_bits=min(preset.wide.ngram_bits, 10)),
        ).with_fields({"validation_share": 0.25})
        for name, preset in PRESETS.items()
    }


def texts_and_labels(rows: int = ROWS) -> tuple[list[str], list[str]]:
    corpus = demo_corpus(rows)
    return corpus.texts.to_pylist(), corpus.labels.tolist()


def names_for() -> dict[str, Any]:
    """What blocks of Python may use without saying where it is from."""
    texts, labels = texts_and_labels()
    return {"__name__": "page", "texts": texts, "labels": labels}


def prepare(folder: Path) -> None:
    """Fill a folder with what the pages read. runs/mine is a model that was trained on my.csv."""
    texts, labels = texts_and_labels()
    draw = random.Random(0)
    stars = [draw.choice([4, 5] if label == "positive" else [1, 2]) for label in labels]
    table = pd.DataFrame({"review": texts, "sentiment": labels})

    (folder / "reviews.csv").write_text(
        'id,review,stars\n17,"Two hours of my life, ""gone"".",1\n18,A wonderful film!,5\n', "utf-8"
    )
    for name in ("my.csv", "labelled.csv", "shops.csv.xz", "IMDB Dataset.csv"):
        table.to_csv(folder / name, index=False)
    table[["review"]].to_csv(folder / "unlabelled.csv", index=False)
    table.assign(stars=stars).to_csv(folder / "stars.csv", index=False)
    table.rename(columns={"review": "body", "sentiment": "verdict"}).to_csv(folder / "other_names.csv", index=False)
    spam = ["spam" if at % 10 == 0 else "ham" for at in range(ROWS)]
    pd.DataFrame({"text": texts, "label": spam}).to_csv(folder / "spam.csv", index=False)
    table.assign(sentiment=["neutral" if at % 8 == 0 else one for at, one in enumerate(labels)]).to_csv(
        folder / "three_labels.csv", index=False
    )
    table.to_csv(folder / "tweets.csv", index=False)
    table.to_parquet(folder / "reviews.parquet", index=False)
    for name in ("big.csv", "january.csv", "february.csv"):
        table[["review"]].assign(id=range(ROWS)).to_csv(folder / name, index=False)
    with gzip.open(folder / "big.csv.gz", "wt") as file:
        file.write((folder / "big.csv").read_text("utf-8"))
    shutil.copy(folder / "big.csv.gz", folder / "reviews.csv.gz")
    (folder / "in").mkdir()
    for name in ("a", "b"):
        with gzip.open(folder / "in" / f"{name}.jsonl.gz", "wt") as file:
            file.writelines(json.dumps({"review": text}) + "\n" for text in texts[:5])
        shutil.copy(folder / "big.csv", folder / "in" / f"{name}.csv")
    _odd_files(folder, texts)


def _odd_files(folder: Path, texts: list[str]) -> None:
    """Files as people have them."""
    text = "Très bon film, à revoir"
    (folder / "export.csv").write_bytes(f"id;review\n1;{text}\n2;Mauvais\n".encode("cp1252"))
    (folder / "tweets.tsv").write_text("1\tann\twhat a film\n2\tbob\tso boring\n", "utf-8")
    (folder / "report.csv").write_text("Reviews of May\n\nid,review\n# checked\n1,a good film\n2,boring\n", "utf-8")
    (folder / "windows.txt").write_bytes(f'id,review\n1,"{text}"\n2,boring\n'.encode("utf-16-le"))
    (folder / "mysql.csv").write_text('id,review\n1,"She said \\"no\\""\n2,"boring"\n', "utf-8")
    rows = [{"id": at, "review": one} for at, one in enumerate(texts[:3])]
    (folder / "api.json").write_text(json.dumps(rows), "utf-8")
    (folder / "nested.json").write_text(json.dumps({"data": {"reviews": rows}}), "utf-8")
    cells = [["id", "review"], [1, "a good film"], [2, "boring"]]
    (folder / "workbook.xlsx").write_bytes(xlsx_bytes({"Notes": [["nothing"]], "Reviews": cells}))
    (folder / "reviews.xlsx").write_bytes(xlsx_bytes({"Reviews": cells}))


def train_mine(folder: Path) -> None:
    """runs/mine: a model of two classes."""
    sf.train(str(folder / "my.csv"), preset="fast", out=str(folder / "runs" / "mine"))


# What a page has under a name that other pages use for something else.
OTHERS = {
    "docs/training.md": {"reviews.csv": "stars.csv"},
    "docs/how-to/stars.md": {"reviews.csv": "stars.csv"},
}
