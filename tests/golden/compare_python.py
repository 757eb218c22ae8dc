"""Calls of the public Python interface, whose results are written into the folder that they are called in.

In: `inputs` and `models` there. Out: arrays as .npy, words and labels as text. Nothing is judged here.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

import sentiment_fast as sf

_OPTIONS = {
    "tutorial": {"stop_words": "english"},
    "few": {"max_words": 50, "min_count": 3},
    "whole": {"max_words": 30_000, "strip_html": True, "keep_digits": True, "split_at_marks": True, "unknown": "id"},
    "german": {"max_words": 500, "stop_words": ["der", "die", "the"], "unknown": "drop"},
}
_ODD = [
    "",
    "\x00",
    "a\x00b good",
    "ΣΊΣΥΦΟΣ ΟΔΟΣ. Σ",
    "İI ıi K kelvin ﬁne",
    "no\u00a0break\u2003space\u200b!",
    "٣ ３ ² ½ 8/10...good",
    "'tis o'clock don't_do",
    "<br/>bad<b>film</b>&amp;&#39;",
    "lone \ud800 surrogate",
    "e\u0301 é 👍🏽",
    "good " * 700,
]


def _texts() -> list[str]:
    with Path("inputs/plain.csv").open(newline="", encoding="utf-8") as file:
        return [row["review"] for row in csv.DictReader(file)] + _ODD


def encode() -> None:
    texts = _texts()
    sound = [text.encode("utf-8", "replace").decode() for text in texts]
    damaged = [text.encode("utf-8", "surrogatepass") + b"\xff\xf0\x9f good" for text in texts]
    for name, options in _OPTIONS.items():
        vocabulary = sf.build_vocabulary(texts, **options)
        Path(f"words_{name}.txt").write_text("\n".join(vocabulary.words), "utf-8", "surrogatepass")
        kinds = {
            "list": texts,
            "object": np.array(texts, dtype=object),
            "arrow": pa.array(sound, pa.large_string()),
            "chunks": pa.chunked_array([sound[:100], sound[100:]]),
            "bytes": pa.array(damaged, pa.binary()),
        }
        for kind, some in kinds.items():
            ids = sf.encode(some, vocabulary, threads=2)
            np.save(f"ids_{name}_{kind}.npy", ids.values)
            np.save(f"offsets_{name}_{kind}.npy", ids.offsets)
        ids = sf.encode(texts, vocabulary)
        np.save(f"padded_{name}.npy", ids.pad(500))
        np.save(f"short_{name}.npy", ids.pad(7))
        np.save(f"taken_{name}.npy", ids.take(np.arange(len(texts))[::-3]).values)


def reference() -> None:
    texts = _texts()[::4]
    words = sf.reference.build_vocabulary(texts, max_words=300)
    Path("words.txt").write_text(repr(words), "utf-8", "surrogatepass")
    rows = sf.reference.encode(texts, words)
    Path("ids.json").write_text(json.dumps([list(map(int, row)) for row in rows]))
    np.save("padded.npy", np.asarray(sf.reference.pad(rows, 40)))


def probabilities() -> None:
    texts = _texts()
    for name in (None, "fast", "tutorial", "accurate", "stars"):
        scorer = sf.load(None if name is None else f"models/{name}")
        np.save(f"probabilities_{name}.npy", scorer.predict_proba(texts))
        np.save(f"alone_{name}.npy", np.concatenate([scorer.predict_proba([text]) for text in texts[-30:]]))
        labels = {"classes": scorer.classes, "labels": scorer.predict(texts).tolist(), "threshold": None}
        if len(scorer.classes) == 2:
            scorer.threshold = 0.7
            labels |= {"threshold": scorer.threshold, "above": scorer.predict(texts).tolist()}
        Path(f"labels_{name}.json").write_text(json.dumps(labels))
    np.save("no_cascade.npy", sf.load(cascade=False).predict_proba(texts))


def score_file_objects() -> None:
    scorer = sf.load("models/fast")
    data = Path("inputs/plain.csv").read_bytes()
    for number, options in enumerate(({}, {"columns": ["review", 1], "status": True}, {"text_column": 2})):
        output = io.BytesIO()
        summary = sf.score_csv(io.BytesIO(data), output, scorer, **options)
        Path(f"scored_{number}.csv").write_bytes(output.getvalue())
        counts = {name: getattr(summary, name) for name in ("rows", "rejects", "empty", "truncated", "text_column")}
        Path(f"summary_{number}.json").write_text(json.dumps(counts))
    # Small windows, a bad record with nowhere to go, and a model's folder.
    output = io.BytesIO()
    sf.score_csv(io.BytesIO(data), output, "models/stars", window_bytes=10_000)
    Path("small_windows.csv").write_bytes(output.getvalue())
    for name in ("malformed.csv", "empty.csv", "numbers.csv"):
        output = io.BytesIO()
        try:
            sf.score_csv(io.BytesIO(Path(f"inputs/{name}").read_bytes()), output, scorer)
        except sf.SentimentFastError as error:
            Path(f"{name}.error.txt").write_text(type(error).__name__)
        Path(f"written_{name}").write_bytes(output.getvalue())


def batches() -> None:
    scorer = sf.load("models/tutorial")
    table = pacsv.read_csv("inputs/plain.csv", parse_options=pacsv.ParseOptions(newlines_in_values=True))
    for name, options in (("plain", {}), ("more", {"status": True, "tokens": True})):
        scored = pa.Table.from_batches(scorer.score_batches(table.to_batches(64), "review", **options))
        pq.write_table(scored, f"{name}.parquet")
