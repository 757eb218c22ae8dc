"""Containers, arguments and errors of the native core; that its ids are right is test_native_equals_reference.py's."""

import gc
import os
import subprocess
import sys
import threading
import tracemalloc

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import sentiment_fast as sf
from sentiment_fast import _core, reference
from sentiment_fast.text.encoding import thread_count

TEXTS = ["A good film.", "", "good GOOD acting", "élan vital: 映画", "no word of it 123"]
VOCABULARY = sf.Vocabulary(["good", "film", "acting", "élan", "映画"])
ROWS = [[1, 2], [], [1, 1, 3], [4, 5], []]

CONTAINERS = {
    "list": TEXTS,
    "tuple": tuple(TEXTS),
    "numpy object": np.array(TEXTS, dtype=object),
    "numpy str": np.array(TEXTS),
    "numpy StringDType": np.array(TEXTS, dtype=np.dtypes.StringDType()),
    "pandas str": pd.Series(TEXTS, dtype="str"),
    "pandas object": pd.Series(TEXTS, dtype=object),
    "pandas string": pd.Series(TEXTS, dtype="string"),
    "pandas category": pd.Series(TEXTS, dtype="category"),
    "pandas with an index": pd.Series(TEXTS, index=[4, 3, 2, 1, 0]),
    "polars": pl.Series(TEXTS),
    "polars category": pl.Series(TEXTS, dtype=pl.Categorical),
    "arrow string": pa.array(TEXTS, pa.string()),
    "arrow large_string": pa.array(TEXTS, pa.large_string()),
    "arrow string_view": pa.array(TEXTS, pa.string_view()),
    "arrow binary": pa.array([text.encode() for text in TEXTS], pa.binary()),
    "arrow large_binary": pa.array([text.encode() for text in TEXTS], pa.large_binary()),
    "arrow binary_view": pa.array([text.encode() for text in TEXTS], pa.binary_view()),
    "arrow dictionary": pa.array(TEXTS).dictionary_encode(),
    "arrow dictionary of int8": pa.array(TEXTS).dictionary_encode().cast(pa.dictionary(pa.int8(), pa.string())),
    "arrow chunks": pa.chunked_array([TEXTS[:2], [], TEXTS[2:]]),
    "arrow slice": pa.array(["x", "good", *TEXTS, "film"]).slice(2, 5),
    "arrow sliced dictionary": pa.array(["x", *TEXTS]).dictionary_encode().slice(1),
    "arrow sliced view": pa.array(["x" * 20, *TEXTS], pa.string_view()).slice(1),
}


@pytest.mark.parametrize("texts", CONTAINERS.values(), ids=CONTAINERS.keys())
def test_every_container_gives_the_same_ids(texts):
    ids = sf.encode(texts, VOCABULARY)
    assert [row.tolist() for row in ids] == ROWS


@pytest.mark.parametrize("texts", CONTAINERS.values(), ids=CONTAINERS.keys())
def test_every_container_gives_the_same_vocabulary(texts):
    assert sf.build_vocabulary(texts).words == sf.reference.build_vocabulary(TEXTS)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view(), pa.binary()])
def test_nulls_are_empty_texts_and_counted(kind):
    ids = sf.encode(pa.array(["good", None, "film", None], kind), VOCABULARY)
    assert ([row.tolist() for row in ids], ids.null_count) == ([[1], [], [2], []], 2)


def test_null_entries_of_a_dictionary_are_counted():
    dictionary = pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 1]), pa.array(["good", None]))
    ids = sf.encode(dictionary, VOCABULARY)
    assert ([row.tolist() for row in ids], ids.null_count) == ([[1], [], [], []], 3)


@pytest.mark.parametrize(
    "texts", [["good", None], pd.Series(["good", None]), pl.Series(["good", None]), pa.array(["good", None])]
)
def test_missing_texts_are_nulls_in_every_container(texts):
    assert sf.encode(texts, VOCABULARY).null_count == 1


def test_a_column_of_nulls_is_as_many_empty_texts():
    ids = sf.encode(pa.nulls(3), VOCABULARY)
    assert (len(ids), ids.null_count) == (3, 3)


@pytest.mark.parametrize(
    "texts", [[], (), np.array([], dtype=object), pa.array([], pa.string()), pl.Series([], dtype=pl.String)]
)
def test_no_texts_give_no_rows(texts):
    ids = sf.encode(texts, VOCABULARY)
    assert (len(ids), ids.offsets.tolist(), ids.pad(4).shape) == (0, [0], (0, 4))


def test_ids_are_narrow_where_the_vocabulary_allows():
    assert sf.encode(TEXTS, VOCABULARY).values.dtype == np.int16
    assert sf.encode(TEXTS, VOCABULARY).offsets.dtype == np.int64


@pytest.mark.parametrize(("words", "dtype"), [(32767, np.int16), (32768, np.int32)])
def test_a_large_vocabulary_gets_wide_ids(words, dtype):
    vocabulary = sf.Vocabulary([f"w{chr(0x4E00 + i % 1000)}{chr(0x4E00 + i // 1000)}" for i in range(words)])
    ids = sf.encode([vocabulary.words[-1]], vocabulary)
    assert (ids.values.dtype, ids.values.tolist()) == (dtype, [words])


def test_the_core_refuses_a_word_that_stands_twice():
    with pytest.raises(ValueError, match="Expected distinct words"):
        _core.Lexicon(["film", "movie", "film"])


def test_a_word_with_a_nul_in_the_vocabulary_shadows_no_other():
    assert sf.encode(["ab"], sf.Vocabulary(["ab\0", "ab"])).values.tolist() == [2]


def test_words_are_counted_in_and_out_of_the_vocabulary():
    assert sf.encode(TEXTS, VOCABULARY).word_count == sum(len(sf.reference.clean_words(text)) for text in TEXTS)


TABLES = {
    "pandas": pd.DataFrame({"review": TEXTS}),
    "polars": pl.DataFrame({"review": TEXTS}),
    "arrow table": pa.table({"review": TEXTS}),
    "arrow batch": pa.record_batch({"review": TEXTS}),
    "arrow slice": pa.record_batch({"review": ["x", "good", *TEXTS, "film"]}).slice(2, 5),
    "arrow slice of a slice": pa.record_batch([pa.array(["x", *TEXTS, "x"]).slice(1)], ["review"]).slice(0, 5),
    "arrow struct": pa.StructArray.from_arrays([pa.array(["x", *TEXTS]).slice(1)], ["review"]),
    "arrow dictionary": pa.record_batch({"review": pa.array(["x", *TEXTS]).dictionary_encode()}).slice(1),
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())
def test_a_table_of_one_column_is_that_column(table):
    assert [row.tolist() for row in sf.encode(table, VOCABULARY)] == ROWS


@pytest.mark.slow
def test_the_result_of_a_query_is_read_in_place():
    with duckdb.connect() as connection:
        result = connection.sql("select unnest(['A good film.', NULL, 'good ' || 'GOOD acting']) as review")
        ids = sf.encode(result, VOCABULARY)
    assert ([row.tolist() for row in ids], ids.null_count) == ([[1, 2], [], [1, 1, 3]], 1)


def test_a_table_of_several_columns_is_refused_with_advice():
    with pytest.raises(TypeError, match="got a table of several columns or a nested one: pass one column"):
        sf.encode(pa.table({"review": TEXTS, "stars": TEXTS}), VOCABULARY)


@pytest.mark.parametrize(
    "nested", [pa.array([["a"]]), pa.table({"review": pa.array([["a"]])}), pa.array([{"a": {"b": "c"}}])]
)
def test_a_nested_column_is_refused_with_advice(nested):
    with pytest.raises(TypeError, match="got a table of several columns or a nested one: pass one column"):
        sf.encode(nested, VOCABULARY)


def test_rows_of_a_table_that_are_null_are_refused():
    table = pa.StructArray.from_arrays([pa.array(["a", "b"])], ["review"], mask=pa.array([False, True]))
    with pytest.raises(ValueError, match="a table with null rows"):
        sf.encode(table, VOCABULARY)


@pytest.mark.slow
@given(st.lists(st.one_of(st.none(), st.text(max_size=20)), max_size=20), st.integers(0, 5), st.integers(0, 20))
def test_slices_of_every_arrow_type(texts, start, length):
    expected = [
        [] if text is None else reference.encode([text], VOCABULARY.words)[0] for text in texts[start:][:length]
    ]
    for kind in (pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())):
        ids = sf.encode(pa.array(texts, kind).slice(start, length), VOCABULARY)
        assert [row.tolist() for row in ids] == expected
        assert ids.null_count == texts[start:][:length].count(None)


def test_an_array_of_two_dimensions_is_refused():
    with pytest.raises(TypeError, match=r"got shape \(1, 2\)"):
        sf.encode(np.array([["a", "b"]]), VOCABULARY)


@pytest.mark.parametrize("threads", [0, -1, 5000])
def test_an_impossible_number_of_threads_is_refused(threads):
    with pytest.raises(ValueError, match="Expected 1 to 4096 threads"):
        sf.encode(TEXTS, VOCABULARY, threads=threads)


@pytest.mark.slow
def test_a_level_can_be_forced():
    code = "from sentiment_fast.text import encoding; print(encoding.SIMD_LEVEL)"
    variables = os.environ | {"SENTIMENT_FAST_SIMD": "scalar"}
    forced = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True, check=True)
    assert forced.stdout == "scalar\n"


@pytest.mark.slow
def test_a_level_that_does_not_exist_is_an_error():
    variables = os.environ | {"SENTIMENT_FAST_SIMD": "sse9"}
    code = "import sentiment_fast as sf; sf.encode"
    failed = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True)
    assert "SENTIMENT_FAST_SIMD=sse9: expected a level that this machine can run: scalar" in failed.stderr


def test_the_core_refuses_a_level_that_does_not_exist():
    with pytest.raises(ValueError, match=r"this machine can run \(scalar.*got 'sse9'"):
        _core.Lexicon(["a"]).encode(["a"], _core.CleaningOptions(), 1, "sse9")


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("max_words", 0, r"Expected max_words of 1 to 2\*\*24 \(16,777,216\), got 0"),
        ("max_words", (1 << 24) + 1, r"Expected max_words of 1 to 2\*\*24 \(16,777,216\), got 16777217"),
        ("min_count", 0, "Expected min_count of 1 to"),
        ("unknown", "keep", "Expected unknown of 'drop' or 'id', got 'keep'"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(option, value, message):
    with pytest.raises(ValueError, match=message):
        sf.build_vocabulary(TEXTS, **{option: value})


def test_rare_words_can_be_left_out():
    texts = ["film good film bad", "good Film"]
    assert sf.build_vocabulary(texts, min_count=2).words == ["film", "good"]


def test_tags_can_be_stripped():
    texts = ["good<br />film", "a <i>good</i> film &amp; I <3 it"]
    assert sf.build_vocabulary(texts, strip_html=True, stop_words=None).words == ["good", "film", "a", "amp", "i", "it"]
    assert sf.build_vocabulary(texts, stop_words=None).words == ["film", "goodbr", "a", "igoodi", "amp", "i", "it"]


def test_digits_can_be_kept():
    assert sf.build_vocabulary(["10/10, 2nd time"], keep_digits=True).words == ["1010", "2nd", "time"]


def test_words_can_be_split_at_marks_but_not_at_apostrophes():
    texts = ["film...and it's well-made \u2014 8/10\u2026so don\u2019t go"]
    words = sf.build_vocabulary(texts, stop_words=None, keep_digits=True, split_at_marks=True).words
    assert words == ["film", "and", "its", "well", "made", "8", "10", "so", "dont", "go"]


def test_marks_that_belong_to_a_letter_do_not_split_words():
    texts = ["cafe\u0301 \u0939\u093f\u0928\u094d\u0926\u0940"]  # an accent of its own; vowel signs
    assert len(sf.build_vocabulary(texts, stop_words=None, split_at_marks=True)) == 2


def test_texts_are_cleaned_as_the_vocabulary_was():
    vocabulary = sf.build_vocabulary(["10<br>film-buff"], strip_html=True, keep_digits=True, split_at_marks=True)
    assert sf.encode(["film<br>10", "buff/film 1"], vocabulary).values.tolist() == [2, 1, 3, 2]


def test_unknown_words_can_get_an_id_and_stop_words_none():
    vocabulary = sf.build_vocabulary(["good film, good"], unknown="id")
    ids = sf.encode(["the good unheardof film and anunheardofwordofmanyletters"], vocabulary)
    assert ids.values.tolist() == [1, 3, 2, 3]
    assert (vocabulary.unknown_id, vocabulary.largest_id, ids.unknown_id, ids.unknown_count) == (3, 3, 3, 2)


@pytest.mark.parametrize("unknown", ["drop", "id"])
def test_known_lengths_count_words_of_the_vocabulary(unknown):
    vocabulary = sf.build_vocabulary(["good film, good"], unknown=unknown)
    texts = ["unheardof good", "", "unheardof", None, "good the film unheardof", "the", "unheardof unheardof"]
    ids = sf.encode(texts, vocabulary)
    assert ids.known_lengths.tolist() == [1, 0, 0, 0, 2, 0, 0]
    assert ids.known_lengths.sum() == len(ids.values) - ids.unknown_count
    assert sf.encode([], vocabulary).known_lengths.tolist() == []


def test_without_that_option_there_is_no_unknown_word():
    ids = sf.encode(TEXTS, VOCABULARY)
    assert (VOCABULARY.unknown_id, VOCABULARY.largest_id, ids.unknown_count) == (None, 5, 0)


def test_a_word_of_the_vocabulary_has_its_id_even_if_it_is_a_stop_word():
    vocabulary = sf.Vocabulary(["the"], stop_words="english", unknown="id")
    assert sf.encode(["the film and"], vocabulary).values.tolist() == [1, 2]


def test_the_unknown_id_counts_for_the_width_of_ids():
    words = [f"w{chr(0x4E00 + i % 1000)}{chr(0x4E00 + i // 1000)}" for i in range(32767)]
    assert sf.encode(["film"], sf.Vocabulary(words, unknown="id")).values.dtype == np.int32
    assert sf.encode(["film"], sf.Vocabulary(words[1:], unknown="id")).values.dtype == np.int16


def test_a_vocabulary_keeps_the_stop_words_themselves_where_they_are_not_the_bundled_ones():
    vocabulary = sf.build_vocabulary(["film the a"], stop_words=("the", "a"))
    assert (vocabulary.words, vocabulary.stop_words) == (["film"], ["a", "the"])


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.int64])
def test_padding_comes_in_the_dtype_asked_for(dtype):
    matrix = sf.encode(TEXTS, VOCABULARY).pad(3, dtype=dtype)
    assert matrix.dtype == dtype
    assert matrix.tolist() == sf.reference.pad(ROWS, 3).tolist()


def test_padding_keeps_the_first_ids_of_a_long_row():
    assert sf.encode(["good film acting"], VOCABULARY).pad(2).tolist() == [[1, 2]]


def test_padding_fills_an_array_that_is_given():
    out = np.full((5, 4), -1, np.int64)
    assert sf.encode(TEXTS, VOCABULARY).pad(4, out=out) is out
    assert out.tolist() == sf.reference.pad(ROWS, 4).tolist()


def test_padding_fills_the_memory_of_a_tensor():
    out = torch.full((5, 4), -1, dtype=torch.int64)
    sf.encode(TEXTS, VOCABULARY).pad(4, out=out.numpy())
    assert out.tolist() == reference.pad(ROWS, 4).tolist()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_padding_fills_page_locked_memory():
    out = torch.full((5, 4), -1, dtype=torch.int32, pin_memory=True)
    sf.encode(TEXTS, VOCABULARY).pad(4, out=out.numpy())
    assert out.cuda().tolist() == reference.pad(ROWS, 4).tolist()


def test_padding_refuses_an_array_of_another_shape():
    with pytest.raises(ValueError, match=r"Expected `out` of shape \(5, 4\), got \(5, 3\)"):
        sf.encode(TEXTS, VOCABULARY).pad(4, out=np.zeros((5, 3), np.int32))


@pytest.mark.parametrize("out", [np.zeros((4, 5), np.int32).T, np.zeros((5, 4), np.float32)])
def test_padding_refuses_an_array_it_cannot_fill(out):
    with pytest.raises((ValueError, TypeError), match=r"Expected a .*matrix"):
        sf.encode(TEXTS, VOCABULARY).pad(4, out=out)


def test_padding_refuses_a_read_only_array():
    out = np.zeros((5, 4), np.int32)
    out.flags.writeable = False
    with pytest.raises(ValueError, match="writable"):
        sf.encode(TEXTS, VOCABULARY).pad(4, out=out)


def test_padding_refuses_offsets_that_leave_the_values():
    with pytest.raises(ValueError, match="offsets that never decrease and stay within the values"):
        sf.TokenIds(np.zeros(2, np.int16), np.array([0, 3])).pad(4)


@pytest.mark.parametrize("length", [0, -1])
def test_padding_to_nothing_is_refused(length):
    with pytest.raises(ValueError, match="Expected a length of 1 or more"):
        sf.encode(TEXTS, VOCABULARY).pad(length)


def test_rows_can_be_taken_from_both_ends():
    ids = sf.encode(TEXTS, VOCABULARY)
    assert (ids[2].tolist(), ids[-3].tolist()) == ([1, 1, 3], [1, 1, 3])


@pytest.mark.parametrize("row", [5, -6])
def test_a_row_that_is_not_there_is_an_index_error(row):
    with pytest.raises(IndexError, match="Expected a row of 0 to 4"):
        sf.encode(TEXTS, VOCABULARY)[row]


@pytest.mark.slow
def test_texts_are_read_where_they_lie():
    # 64 MB of text: a copy of it, in Python's memory at least, would show.
    texts = pa.array(["good film " * 1000] * 6400)
    strings = ["good film " * 1000 + str(i) for i in range(6400)]
    tracemalloc.start()
    try:
        sf.encode(texts, sf.Vocabulary(["acting"]))
        sf.encode(strings, sf.Vocabulary(["acting"]))
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_a_list_may_change_while_it_is_read():
    texts = [f"good film {i}" for i in range(50_000)]
    done = threading.Event()

    def shrink():
        while not done.is_set() and texts:
            texts.pop()

    thread = threading.Thread(target=shrink)
    thread.start()
    try:
        ids = sf.encode(texts, VOCABULARY)
    finally:
        done.set()
        thread.join()
    assert all(row.tolist() == [1, 2] for row in ids)


def rows_of(ids):
    return [ids[row].tolist() for row in range(len(ids))]


def test_taken_texts_keep_their_ids():
    ids = sf.encode(TEXTS, VOCABULARY)
    taken = ids.take(np.array([3, 0, 2, 3, -1, -2]))
    assert rows_of(taken) == [ROWS[row] for row in (3, 0, 2, 3, 4, 3)]
    assert (taken.values.dtype, taken.offsets.dtype) == (ids.values.dtype, np.int64)
    assert (taken.null_count, taken.word_count) == (0, 0)
    assert len(ids.take(np.array([], np.int64))) == 0


def test_filtered_texts_are_those_whose_place_is_true():
    ids = sf.encode(TEXTS, VOCABULARY)
    assert rows_of(ids.filter(ids.lengths >= 2)) == [[1, 2], [1, 1, 3], [4, 5]]
    assert len(ids.filter(np.zeros(len(ids), bool))) == 0
    with pytest.raises(ValueError, match=r"mask of shape \(5,\), got \(4,\)"):
        ids.filter(np.ones(4, bool))


def test_joined_texts_are_those_of_one_then_of_the_other():
    first, second = sf.encode(TEXTS, VOCABULARY), sf.encode(["film", None, "good"], VOCABULARY)
    both = first.join(second)
    assert rows_of(both) == [*ROWS, [2], [], [1]]
    assert both.offsets.dtype == np.int64
    assert (both.null_count, both.word_count) == (1, first.word_count + second.word_count)
    assert rows_of(first.join(first.take(np.array([], np.int64)))) == ROWS


def test_taken_filtered_and_joined_texts_keep_the_unknown_words_id():
    unknown = sf.build_vocabulary(TEXTS, 3, None, unknown="id")
    ids = sf.encode(TEXTS, unknown)
    others = ids.take(np.array([0])), ids.filter(ids.lengths > 0), ids.join(ids)
    assert {one.unknown_id for one in others} == {unknown.unknown_id}
    with pytest.raises(ValueError, match=f"unknown_id {unknown.unknown_id}, got None"):
        ids.join(sf.encode(TEXTS, VOCABULARY))


@pytest.mark.slow
def test_arrow_memory_is_given_back():
    gc.collect()  # what other tests left
    before = pa.total_allocated_bytes()
    for _ in range(3):
        sf.encode(pa.chunked_array([["good film " * 100] * 1000] * 3), VOCABULARY)
        sf.encode(pa.array(["good film " * 100] * 1000), VOCABULARY)
    gc.collect()
    assert pa.total_allocated_bytes() == before


def test_a_stream_that_breaks_off_is_an_error():
    def batches():
        yield pa.record_batch({"review": ["good"]})
        raise OSError("the disk is gone")

    schema = pa.schema({"review": pa.string()})
    reader = pa.RecordBatchReader.from_batches(schema, batches())
    with pytest.raises((TypeError, ValueError), match=r"table or nested|the disk is gone"):
        sf.encode(reader, VOCABULARY)


@pytest.mark.slow
def test_encoding_works_in_a_forked_child():
    code = """
import os
import sentiment_fast as sf
vocabulary = sf.Vocabulary(["good", "film"])
texts = ["good film"] * 100_000
assert len(sf.encode(texts, vocabulary, threads=4)) == 100_000
child = os.fork()
if child == 0:
    os._exit(0 if len(sf.encode(texts, vocabulary, threads=4)) == 100_000 else 1)
assert os.waitpid(child, 0)[1] == 0
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


# Threads.


@pytest.mark.parametrize(
    ("asked", "expected"),
    [(None, 4), ("", 4), ("2", 2), ("4", 4), ("9", 4), (" 3 ", 3), ("2,1", 2), ("0", 4), ("-1", 4), ("all", 4)],
)
def test_threads_are_the_cpus_or_those_that_openmp_may_use_if_less(monkeypatch, asked, expected):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1, 2, 5}, raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if asked is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", asked)
    assert thread_count() == expected
    assert thread_count(7) == 7


def test_shortened_texts_keep_what_is_short_enough_and_their_counts():
    ids = sf.encode(["a b c d e", None, "a b", ""], sf.Vocabulary(list("abcde")))
    found = ids.shortened(3, 1)
    assert [found[row].tolist() for row in range(4)] == [[1, 2, 5], [], [1, 2], []]
    assert (found.null_count, found.word_count) == (1, 7)
    assert ids.shortened(5, 2) is ids


@pytest.mark.parametrize("tail", [-1, 4])
def test_a_tail_that_does_not_fit_is_refused(tail):
    ids = sf.encode(["a"], sf.Vocabulary(["a"]))
    with pytest.raises(ValueError, match=f"Expected a tail of 0 to 3 ids, got {tail}"):
        ids.shortened(3, tail)
