"""Parquet files that other readers trip over: values beyond Python's range, encryption, checksums, small bombs."""

from __future__ import annotations

import base64
import csv
import io
import itertools
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe
import pytest

from sentiment_fast.errors import DataError
from sentiment_fast.io.columns import text_column
from sentiment_fast.io.options import Reading, ReadOptions
from sentiment_fast.io.parquet.pandas_metadata import true_metadata
from sentiment_fast.io.parquet.reader import ParquetReader
from sentiment_fast.io.source import Source
from sentiment_fast.io.window import Position
from sentiment_fast.scoring.score_files import score_csv, score_files

TEXTS = ["good film", "bad"]
FAR = 2**53
START = Position()
INVALID = pa.array([b"\xff\xfe", b"ok"], pa.binary()).view(pa.string())


def of_lists(values: pa.Array) -> pa.Array:
    return pa.ListArray.from_arrays([0, 1, 2], values)


def numbers(kind: pa.DataType) -> pa.Array:
    far = 2**31 - 1 if kind.bit_width == 32 else FAR
    return pa.array([far, -far], pa.int32() if kind.bit_width == 32 else pa.int64()).view(kind)


TIMES = [
    *(pa.timestamp(unit) for unit in ("ms", "us", "ns")),
    *(pa.duration(unit) for unit in ("s", "ms", "us", "ns")),
    *(pa.timestamp("us", zone) for zone in ("Mars/Olympus", "+25:99", "America/New_York")),
    pa.time64("us"),
    pa.time32("ms"),
    pa.date32(),
    pa.date64(),
]
COLUMNS = {
    **{f"{kind}": numbers(kind) for kind in TIMES},
    **{f"list of {kind}": of_lists(numbers(kind)) for kind in TIMES},
    "list of invalid UTF-8": of_lists(INVALID),
    "struct of invalid UTF-8": pa.StructArray.from_arrays([INVALID], names=["x"]),
    "map of invalid UTF-8": pa.MapArray.from_arrays([0, 1, 2], INVALID, pa.array([1, 2])),
    "list of categories": of_lists(INVALID.dictionary_encode()),
    "struct of equal names": pa.StructArray.from_arrays([pa.array([1, 2]), pa.array([3, 4])], names=["a", "a"]),
    "bytes of fixed size": pa.array([b"\xff", b"\0"], pa.binary(1)),
}


@pytest.mark.slow
@pytest.mark.parametrize("written", ["csv", "jsonl"])
@pytest.mark.parametrize("name", COLUMNS)
def test_values_that_python_lacks_are_written_as_text(exact_scorer, tmp_path, name, written):
    pq.write_table(pa.table({"text": TEXTS, "x": COLUMNS[name]}), tmp_path / "in.parquet")
    score_csv(tmp_path / "in.parquet", tmp_path / f"out.{written}", exact_scorer)
    data = (tmp_path / f"out.{written}").read_bytes().decode("utf-8", "replace")
    if written == "csv":
        rows = list(csv.DictReader(io.StringIO(data, newline="")))
    else:
        rows = [json.loads(line) for line in data.splitlines()]
    assert [row["text"] for row in rows] == TEXTS
    assert all(row["x"] not in ("", None) for row in rows)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a\nb", "a\rb", "a.b", 'a"b', "a,b", "", " "])
def test_any_name_of_a_column_is_written_to_csv(exact_scorer, tmp_path, name):
    table = pa.table({name: TEXTS, "a": [{"b": 1}, {"b": 2}]})
    pq.write_table(table, tmp_path / "in.parquet")
    score_csv(tmp_path / "in.parquet", tmp_path / "out.csv", exact_scorer, text_column=1)
    header, *rows = csv.reader(io.StringIO((tmp_path / "out.csv").read_bytes().decode(), newline=""))
    assert header == [name, "a", "sentiment_label", "sentiment_score"]
    assert [row[:2] for row in rows] == [[TEXTS[0], '{"b": 1}'], [TEXTS[1], '{"b": 2}']]


def test_file_without_columns_is_one_line(exact_scorer, tmp_path):
    pq.write_table(pa.table({"text": TEXTS}).select([]), tmp_path / "in.parquet")
    with pytest.raises(DataError, match="got no columns"):
        score_csv(tmp_path / "in.parquet", tmp_path / "out.csv", exact_scorer)


@pytest.mark.slow
@pytest.mark.parametrize("metadata", [{b"\xff": b"\xfe"}, *({b"pandas": one} for one in (b"\xfe{", b"[]", b"{}"))])
def test_metadata_that_is_not_text_does_no_harm(exact_scorer, tmp_path, metadata):
    pq.write_table(pa.table({"text": TEXTS}).replace_schema_metadata(metadata), tmp_path / "in.parquet")
    score_csv(tmp_path / "in.parquet", tmp_path / "out.parquet", exact_scorer)
    assert len(pd.read_parquet(tmp_path / "out.parquet")) == 2


class _Keys(pe.KmsClient):
    def __init__(self, _):
        super().__init__()

    def wrap_key(self, key, _):
        return base64.b64encode(key)

    def unwrap_key(self, wrapped, _):
        return base64.b64decode(wrapped)


@pytest.mark.parametrize("plaintext_footer", [False, True])
@pytest.mark.parametrize("encrypted", [["text"], ["id"], ["text", "id"]])
def test_encrypted_file_is_one_line(exact_scorer, tmp_path, plaintext_footer, encrypted):
    config = pe.EncryptionConfiguration(footer_key="a", column_keys={"b": encrypted}, plaintext_footer=plaintext_footer)
    properties = pe.CryptoFactory(_Keys).file_encryption_properties(pe.KmsConnectionConfig(), config)
    table = pa.table({"text": TEXTS, "id": [1, 2]})
    with pq.ParquetWriter(tmp_path / "in.parquet", table.schema, encryption_properties=properties) as file:
        file.write_table(table)
    with pytest.raises(DataError, match="is encrypted"):
        score_csv(tmp_path / "in.parquet", tmp_path / "out.parquet", exact_scorer)


def test_flipped_byte_in_a_page_with_a_checksum_is_an_error(exact_scorer, tmp_path):
    path = tmp_path / "in.parquet"
    pq.write_table(pa.table({"text": ["good film" * 50] * 3}), path, write_page_checksum=True, compression="none")
    data = bytearray(path.read_bytes())
    data[data.index(b"good film") + 5] ^= 1
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"cannot be read .*checksum"):
        score_csv(path, tmp_path / "out.csv", exact_scorer)


# --- windows


def windows_of(path, window_bytes, begin=START):
    with Source(path) as source:
        reader = ParquetReader(source, Reading(ReadOptions(), wanted=(text_column(),)))
        return [
            (len(window.texts), window.table.nbytes, window.end) for window in reader.windows(begin, 1, window_bytes)
        ]


def long_texts(kind: str) -> tuple[pa.Array, dict]:
    text = "a " * 50_000
    match kind:
        case "dictionary":
            return pa.array([text] * 1024), {}
        case "categories":
            return pa.array([text] * 1024).dictionary_encode(), {}
        case "delta":
            return pa.array([text] * 1024), {"use_dictionary": False, "column_encoding": "DELTA_BYTE_ARRAY"}
    return of_lists_of_one(pa.array([text] * 1024)), {}


def of_lists_of_one(values: pa.Array) -> pa.Array:
    return pa.ListArray.from_arrays(pa.array(np.arange(len(values) + 1), pa.int32()), values)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["dictionary", "categories", "delta", "lists"])
def test_rows_that_share_a_long_text_are_cut_by_their_decoded_size(tmp_path, kind):
    values, options = long_texts(kind)
    table = pa.table({"text": values} if kind != "lists" else {"x": values, "text": ["good"] * 1024})
    pq.write_table(table, tmp_path / "in.parquet", compression="zstd", **options)
    assert (tmp_path / "in.parquet").stat().st_size < 30_000
    with Source(tmp_path / "in.parquet") as source:
        reader = ParquetReader(source, Reading(ReadOptions()))
        found = list(reader.windows(Position(), 1, 300_000))
    assert sum(len(window.texts) for window in found) == 1024
    assert max(len(window.texts) for window in found) <= 4


@pytest.mark.slow
def test_windows_are_the_same_wherever_a_run_begins(tmp_path):
    texts = ["long " * (20_000 if row % 50 == 7 else row % 9) for row in range(600)]
    pq.write_table(pa.table({"text": texts}), tmp_path / "in.parquet", row_group_size=200)
    found = windows_of(tmp_path / "in.parquet", 30_000)
    assert len(found) > 10
    for place, (_, _, end) in itertools.islice(enumerate(found, 1), 0, None, 3):
        assert windows_of(tmp_path / "in.parquet", 30_000, end) == found[place:]


def many_categories(kind: pa.DataType) -> pa.Array:
    """4,000 texts as categories: some null, most of the others different."""
    texts = [None if row % 9 == 0 else f"film {row * 7919 % 3001} is good" for row in range(4000)]
    encoded = pa.array(texts).dictionary_encode()
    return pa.DictionaryArray.from_arrays(encoded.indices.cast(kind.index_type), encoded.dictionary)


@pytest.mark.parametrize(
    "kind", [pa.dictionary(pa.int32(), pa.string()), pa.dictionary(pa.int16(), pa.string())], ids=str
)
def test_row_groups_have_only_the_entries_of_a_large_dictionary_that_occur_in_them(tmp_path, model_folder, kind):
    table = pa.table({"id": np.arange(4000), "text": many_categories(kind)})
    pq.write_table(table, tmp_path / "in.parquet")
    options = {"window_bytes": 1000, "device": "cpu", "precision": "float32"}
    score_csv(tmp_path / "in.parquet", tmp_path / "out.parquet", model_folder, **options)
    written = pq.ParquetFile(tmp_path / "out.parquet")
    assert written.num_row_groups > 3
    found = written.read()
    assert found.schema.field("text").type == kind
    assert found["text"].to_pylist() == table["text"].to_pylist()
    assert found["id"].to_pylist() == table["id"].to_pylist()
    groups = [written.read_row_group(group) for group in range(written.num_row_groups)]
    entries = [len(group["text"].chunk(0).dictionary) for group in groups]
    assert sum(entries) <= len(table)


@pytest.mark.parametrize("index_type", [pa.int8(), pa.uint8()], ids=str)
def test_files_whose_dictionaries_have_together_too_many_entries_for_their_indices_are_written_to_one(
    tmp_path, model_folder, index_type
):
    tables = []
    for name in ("a", "b"):
        shops = [f"{name}{row % 100}" for row in range(300)]
        encoded = pa.array(shops).dictionary_encode()
        shop = pa.DictionaryArray.from_arrays(encoded.indices.cast(index_type), encoded.dictionary)
        tables.append(
            pa.table({"text": ["good film"] * 300, "shop": pa.chunked_array([shop, shop.slice(0, 50)]).slice(0, 300)})
        )
        pq.write_table(tables[-1], tmp_path / f"{name}.parquet", row_group_size=150)
    inputs = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    score_files(inputs, tmp_path / "out.parquet", model_folder, device="cpu")
    found = pq.read_table(tmp_path / "out.parquet")
    assert found.schema.field("shop").type == tables[0].schema.field("shop").type
    assert found["shop"].to_pylist() == [value for table in tables for value in table["shop"].to_pylist()]


def test_small_and_ordered_dictionaries_keep_entries_without_a_row(tmp_path, model_folder):
    values = pa.DictionaryArray.from_arrays(pa.array([0, 2, 0, 2]), pa.array(["good", "bad", "film"]))
    ordered = pa.DictionaryArray.from_arrays(
        pa.array([5, 2, None, 2]), pa.array([f"film {one}" for one in range(9)]), ordered=True
    )
    pq.write_table(pa.table({"text": values, "ordered": ordered}), tmp_path / "in.parquet")
    score_csv(tmp_path / "in.parquet", tmp_path / "out.parquet", model_folder, device="cpu")
    found = pq.read_table(tmp_path / "out.parquet")
    assert found["text"].chunk(0).dictionary.to_pylist() == ["good", "bad", "film"]
    assert found["ordered"].chunk(0).dictionary.to_pylist() == ordered.dictionary.to_pylist()
    assert found["ordered"].to_pylist() == ordered.to_pylist()


# --- pandas


FRAMES = {
    "names that are numbers": pd.DataFrame({0: TEXTS, 1: [1, 2]}),
    "names of two levels": pd.DataFrame({("a", "b"): TEXTS, ("a", "c"): [1, 2]}),
    "an index": pd.DataFrame({"text": TEXTS, "x": [1, 2]}, index=pd.Index([7, 3], name="key")),
    "an index without a name": pd.DataFrame({"text": TEXTS}, index=[7, 3]),
    "a range": pd.DataFrame({"text": TEXTS}, index=pd.RangeIndex(5, 7)),
    "dates": pd.DataFrame({"text": TEXTS}, index=pd.date_range("2024-01-31", periods=2, tz="UTC")),
    "plain": pd.DataFrame({"text": TEXTS, "c": pd.Categorical(["u", "v"])}),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FRAMES)
def test_scored_file_opens_in_pandas_with_its_index(exact_scorer, tmp_path, name):
    frame = FRAMES[name]
    frame.to_parquet(tmp_path / "in.parquet")
    score_csv(tmp_path / "in.parquet", tmp_path / "out.parquet", exact_scorer, text_column=1)
    found = pd.read_parquet(tmp_path / "out.parquet")
    assert found.iloc[:, 0].tolist() == TEXTS
    assert found.index.tolist() == frame.index.tolist()
    assert found.columns.tolist()[-2:] == ["sentiment_label", "sentiment_score"]


def test_index_that_is_not_written_is_left_out(exact_scorer, tmp_path):
    FRAMES["an index"].to_parquet(tmp_path / "in.parquet")
    score_csv(tmp_path / "in.parquet", tmp_path / "out.parquet", exact_scorer, columns=["text"])
    assert pd.read_parquet(tmp_path / "out.parquet").columns.tolist() == ["text", "sentiment_label", "sentiment_score"]


def test_metadata_that_is_true_is_kept_byte_for_byte():
    schema = pa.Schema.from_pandas(FRAMES["an index"])
    assert true_metadata(schema).metadata == schema.metadata
