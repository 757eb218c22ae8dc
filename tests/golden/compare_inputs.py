"""The files that the comparison's commands read, made of the demo corpus of the tree that is imported.

In: a folder. Out: labelled texts, the same table in every format, and files that are odd in one way each.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from sentiment_fast.data.demo import demo_corpus

LARGE = 9000  # rows, about 12 MB: several windows, so that a run can be killed between two
_ODD_TEXTS = [
    "",
    "   ",
    'A quote "inside", a comma, and\na second line.',
    "¡Größe & café! ΣΊΣΥΦΟΣ İstanbul 漢字 👍🏽 n°5",
    "<br /><br />Not bad &amp; not <b>good</b>: 8/10... really?",
    "xyzzy qwertz",
    "don't " * 900,
    "=1+1",
    "zero\u200bwidth no\u00a0break",
]


def write_files(folder: str) -> None:
    corpus = demo_corpus(LARGE)
    texts, labels = corpus.texts.to_pylist(), corpus.labels.tolist()
    _write_labelled(Path(folder), texts, labels)
    _write_formats(Path(folder), texts)
    _write_odd(Path(folder), texts)
    _write_large(Path(folder), texts)


def csv_bytes(rows: list[list[object]], delimiter: str = ",") -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return file.getvalue().encode()


def _write_labelled(folder: Path, texts: list[str], labels: list[str]) -> None:
    rows: list[list[object]] = [[text, label] for text, label in zip(texts, labels, strict=True)]
    header: list[object] = ["review", "sentiment"]
    for name, begin, end in (("labelled", 0, 300), ("validation", 300, 380), ("test", 380, 460)):
        (folder / f"{name}.csv").write_bytes(csv_bytes([header, *rows[begin:end]]))
    (folder / "unlabelled.csv").write_bytes(csv_bytes([["text"], *[row[:1] for row in rows[460:600]]]))
    lines = [json.dumps({"n": n, "review": text}) for n, text in enumerate(texts[600:700])]
    (folder / "unlabelled.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    stars: list[list[object]] = [
        [number, 1 + (number % 2) + 2 * (label == "positive"), text]
        for number, (text, label) in enumerate(zip(texts[:300], labels, strict=False))
    ]
    (folder / "stars.csv").write_bytes(csv_bytes([["number", "stars", "body"], *stars]))
    # Other columns first, so that they are found by name.
    few = [[number, *row] for number, row in enumerate(rows[:160])]
    table = pa.table(dict(zip(("id", "review", "sentiment"), map(list, zip(*few, strict=True)), strict=True)))
    pq.write_table(table, folder / "labelled_few.parquet")
    (folder / "labelled_few.tsv").write_bytes(csv_bytes([["id", *header], *few], "\t"))
    (folder / "labelled_few.csv.gz").write_bytes(gzip.compress(csv_bytes([["id", *header], *few]), mtime=0))


def _write_formats(folder: Path, texts: list[str]) -> None:
    """plain.*: the same 300 rows in every format and compression; part-*: their columns in several files."""
    mixed = texts[:280] + _ODD_TEXTS
    mixed += mixed[5 : 300 - len(mixed) + 5]  # some twice
    header: list[object] = ["id", "review", "stars", "when"]
    rows: list[list[object]] = [
        [number, text, number % 5 + 0.5, f"2024-01-{number % 28 + 1:02}"] for number, text in enumerate(mixed)
    ]
    plain = csv_bytes([header, *rows])
    lines = "".join(
        json.dumps(dict(zip(map(str, header), row, strict=True)), ensure_ascii=n % 2 == 0) + "\n"
        for n, row in enumerate(rows)
    ).encode()
    contents = {
        "plain.csv": plain,
        "plain.tsv": csv_bytes([header, *rows], "\t"),
        "plain.csv.gz": gzip.compress(plain, mtime=0),
        "plain.csv.bz2": bz2.compress(plain),
        "plain.csv.xz": lzma.compress(plain),
        "plain.csv.zst": pa.compress(plain, codec="zstd", asbytes=True),
        "plain.jsonl": lines,
        "plain.jsonl.gz": gzip.compress(lines, mtime=0),
        "semicolon.csv": csv_bytes([header, *rows[:60]], ";"),
        "bar.txt": csv_bytes([header, *rows[:60]], "|"),
        "part-1.csv": csv_bytes([header, *rows[:100]]),
        "part-2.csv": csv_bytes([header, *rows[100:110]]),
        "part-3.csv.gz": gzip.compress(csv_bytes([header, *rows[110:]]), mtime=0),
        "part-4.jsonl": b"".join(lines.splitlines(keepends=True)[:50]),
        "part-5.jsonl": b"".join(lines.splitlines(keepends=True)[50:120]),
    }
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    table = pa.table(dict(zip(map(str, header), map(list, zip(*rows, strict=True)), strict=True)))
    pq.write_table(table, folder / "plain.parquet", row_group_size=90)
    with_nulls = pa.table({"n": [1, None, 3], "text": pa.array(["a fine film", None, "a dull film"])})
    pq.write_table(with_nulls, folder / "nulls.parquet")


def _write_odd(folder: Path, texts: list[str]) -> None:
    some = csv_bytes([["id", "review"], *[[n, text] for n, text in enumerate(texts[:20])]])
    malformed = b'id,review\n1,fine film\n2\n3,dull,film,four\n4,"good ""film"" it is"\n5,"bad" film\n6,good film\n'
    objects = [b'{"id": 1, "review": "a fine film"}', b'{"id": 2, "review": "a dull', b"[3]", b'{"id": 4}']
    objects += [b'{"id": 5, "review": 5}', b"", b'{"id": 6, "review": null}', b'{"review": "good", "id": 7}']
    contents = {
        "quoted_crlf.csv": b'id,review\r\n1,"a fine\r\nfilm"\r\n2,dull\r\n3,"a\rb\nc"\r\n\r\n4,"so ""good"""\r\n',
        "bom.csv": b"\xef\xbb\xbf" + some,
        "utf16.csv": some.decode().encode("utf-16"),
        "no_final_newline.csv": some.removesuffix(b"\n"),
        "invalid_utf8.csv": b"id,review\n1,caf\xe9 is \xff good\n2,\xf0\x9f\x91 bad film\n3,fine \xed\xa0\x80 film\n",
        "empty.csv": b"",
        "header_only.csv": b"id,review\n",
        "two_columns.csv": b"first,second\na good film,a bad film\na dull film,what a wonderful film\n",
        "numbers.csv": b"a,b\n1,2\n3,4\n",
        "one_column.csv": b"anything\na good film\n\nbad\n",
        "taken.csv": b"review,sentiment_label\ngood,x\n",
        "formulas.csv": b'id,review,note\n1,=1+1 good,+cmd\n2,-bad film,@x\n3,fine,"=a,""b"""\n4,dull,\'=q\n',
        "malformed.csv": malformed,
        "open_quote.csv": b'id,review\n1,fine film\n2,"never closed\n3,dull film\n4,good film\n',
        "malformed.jsonl": b"\n".join(objects) + b"\n",
        "long_record.csv": b"id,review\n1,good film\n2," + b"very " * 2000 + b"bad\n3,dull film\n",
        "long_record.jsonl": b'{"review": "good"}\n{"review": "' + b"very " * 2000 + b'bad"}\n{"review": "dull"}\n',
        "not_parquet.parquet": b"PAR1 and nothing else",
        "not_gzip.csv.gz": b"id,review\n1,good\n",
    }
    for name, data in contents.items():
        (folder / name).write_bytes(data)


def _write_large(folder: Path, texts: list[str]) -> None:
    """Rows enough to be killed in the middle of; one in the first half and one in the second can't be read."""
    rows = csv_bytes([[n, text] for n, text in enumerate(texts)]).splitlines(keepends=True)
    rows[100] += b"too,many,fields\n"
    rows[-100] += b"too few\n"
    (folder / "large.csv").write_bytes(b"id,review\n" + b"".join(rows))
    table = pa.table({"id": list(range(len(texts))), "review": texts})
    pq.write_table(table, folder / "large.parquet", row_group_size=500)
