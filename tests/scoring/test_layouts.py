"""Files in any layout: their table with two more columns comes out, or a refusal; never anything else."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.scoring.score_files import score_files
from tests.io.csv.generated import ENCODINGS, Drawn, draw, read_back
from tests.scoring.compression import COMPRESS

ADDED = ["sentiment_label", "sentiment_score"]


def scored(data: bytes, scorer, **options) -> bytes:
    sink = io.BytesIO()
    score_files(io.BytesIO(data), sink, scorer, **options)
    return sink.getvalue()


def expected(drawn: Drawn) -> list[list[str]]:
    rows = [[*row, *(["positive", "0.750000"] if row[drawn.text].strip() else ["", ""])] for row in drawn.rows]
    return rows if drawn.columns is None else [[*drawn.columns, *ADDED], *rows]


def refusal_of(call: Callable[[], object]) -> str | None:
    try:
        call()
    except DataError as error:
        return str(error)
    return None


def check(seeds: range, scorer, folder: Path) -> None:
    """A table is read exactly, or refused; it is read if its layout is certain, or given."""
    refused = 0
    for seed in seeds:
        choose = random.Random(seed)
        (encoding,) = choose.choices(ENCODINGS, [8, 2, 1, 1, 1, 2])
        drawn = draw(choose, encoding)
        given = choose.random() < 0.5
        options = drawn.needs | (drawn.decides if given else {}) | {"text_column": drawn.text + 1}
        options |= {"window_bytes": choose.choice([100, 1 << 20])}
        (ending,), output = choose.choices(list(COMPRESS), [9, 3, 1, 1, 2]), io.BytesIO()
        source = folder / f"in.csv{ending}" if ending else io.BytesIO(drawn.data)
        if ending:
            source.write_bytes(COMPRESS[ending](drawn.data))
        message = refusal_of(lambda: score_files(source, output, scorer, **options))  # noqa: B023
        if message is not None:
            assert not given, (seed, drawn.data, message)
            assert not drawn.certain, (seed, drawn.data, message)
            assert "`" in message, seed  # the option that decides
            refused += 1
            continue
        data = output.getvalue()
        assert data[: drawn.preamble] == drawn.copied[: drawn.preamble], seed
        table = read_back(data[drawn.preamble :], drawn.delimiter, drawn.written)
        assert table == expected(drawn), (seed, drawn.data)
    assert refused < len(seeds) / 2


@pytest.mark.slow
def test_table_in_any_layout_is_scored_exactly_or_refused(certain, tmp_path):
    check(range(500), certain, tmp_path)


@pytest.mark.long
@pytest.mark.no_cover  # for time
@pytest.mark.parametrize("first", range(500, 100_500, 10_000))  # so that all CPUs take part
def test_hundred_thousand_tables_in_any_layout_are_scored_exactly_or_refused(certain, tmp_path, first):
    check(range(first, first + 10_000), certain, tmp_path)


# --- what is copied


def test_line_that_names_the_delimiter_is_copied(certain):
    assert scored(b"sep=;\nid;review\n1;Good film\n", certain) == (
        b"sep=;\nid;review;sentiment_label;sentiment_score\n1;Good film;positive;0.750000\n"
    )


def test_skipped_lines_are_copied(certain):
    assert scored(b"\xef\xbb\xbfReport\r\n\r\nid;review\r\n1;Good film\r\n", certain, skip_lines=1) == (
        b"\xef\xbb\xbfReport\r\n\r\nid;review;sentiment_label;sentiment_score\r\n1;Good film;positive;0.750000\r\n"
    )


@pytest.mark.slow
@pytest.mark.parametrize("window_bytes", [1, 16, 1 << 20])
@pytest.mark.parametrize("columns", [None, ["review", "id"]])
def test_comments_are_copied_and_are_neither_rows_nor_rejects(certain, tmp_path, window_bytes, columns):
    data = b'# by hand\nid,review\n# a,"b\n1,Good\n#\n# c,d,e,f\n2,Bad\n3\n# end'
    (tmp_path / "in.csv").write_bytes(data)
    options = {} if columns is None else {"columns": columns}
    summary = score_files(
        tmp_path / "in.csv", tmp_path / "out.csv", certain, comment="#", window_bytes=window_bytes, **options
    )
    assert (summary.rows, summary.rejects) == (2, 1)
    added = b",positive,0.750000\n"
    expected = b'# by hand\nid,review,sentiment_label,sentiment_score\n# a,"b\n1,Good%b#\n# c,d,e,f\n2,Bad%b# end'
    if columns is not None:
        expected = (
            expected.replace(b"id,review", b"review,id").replace(b"1,Good", b"Good,1").replace(b"2,Bad", b"Bad,2")
        )
    assert (tmp_path / "out.csv").read_bytes() == expected % (added, added)
    assert (tmp_path / "out.csv.rejects.csv").read_bytes().endswith(b',"3"\n')


def test_comment_whose_quote_closes_on_a_later_line_is_rejected(certain, tmp_path):
    (tmp_path / "in.csv").write_bytes(b'id,review\n# a,"b\n1,"\n2,Bad\n3,Good\n')
    summary = score_files(tmp_path / "in.csv", tmp_path / "out.csv", certain, comment="#")
    assert (summary.rows, summary.rejects) == (2, 1)
    assert b"starts as a comment does" in (tmp_path / "out.csv.rejects.csv").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("window_bytes", [1, 1 << 20])
def test_all_rows_of_a_file_without_a_header_are_scored_and_none_is_written(certain, window_bytes):
    data = b'\n"0","1","good film"\n"4","2","bad film"\n'
    assert scored(data, certain, header=False, window_bytes=window_bytes) == (
        b'\n"0","1","good film",positive,0.750000\n"4","2","bad film",positive,0.750000\n'
    )
    assert scored(b"good\n\nbad\n", certain, header=False, window_bytes=window_bytes) == (
        b"good,positive,0.750000\n,,\nbad,positive,0.750000\n"
    )


def test_other_formats_get_numbered_columns_from_a_file_without_a_header(certain, tmp_path):
    (tmp_path / "in.csv").write_bytes(b"# x\n1,good film\n2,bad film\n")
    score_files(tmp_path / "in.csv", tmp_path / "out.jsonl", certain, header=False, comment="#", columns=["2"])
    assert (tmp_path / "out.jsonl").read_bytes().splitlines()[0] == (
        b'{"column_2": "good film", "sentiment_label": "positive", "sentiment_score": 0.750000}'
    )


@pytest.mark.parametrize("option", [{"header": False}, {"skip_lines": 1}, {"comment": "#"}, {"sheet": "1"}])
def test_options_of_other_formats_are_usage_errors_that_name_them_as_given(certain, tmp_path, option):
    (tmp_path / "in.jsonl").write_bytes(b'{"text": "good"}\n')
    named = "header=False" if "header" in option else next(iter(option))
    with pytest.raises(UsageError, match=f"Expected no `{named}` when reading JSON Lines"):
        score_files(tmp_path / "in.jsonl", tmp_path / "out.jsonl", certain, **option)


# --- several inputs


def test_several_inputs_are_written_to_one_output_with_one_header_and_preamble(certain, tmp_path):
    (tmp_path / "a.csv").write_bytes(b"# a\nid,review\n1,good\n")
    (tmp_path / "b.csv").write_bytes(b"\xef\xbb\xbf# b\n# c\nid,review\n2,bad")
    sources = [tmp_path / "a.csv", tmp_path / "b.csv"]
    score_files(sources, tmp_path / "out.csv", certain, comment="#")
    assert (tmp_path / "out.csv").read_bytes() == (
        b"# a\nid,review,sentiment_label,sentiment_score\n1,good,positive,0.750000\n2,bad,positive,0.750000"
    )


def test_several_inputs_without_headers_are_joined(certain, tmp_path):
    (tmp_path / "a.csv").write_bytes(b"1,good")
    (tmp_path / "b.csv").write_bytes(b"\xef\xbb\xbf2,bad\n")
    score_files([tmp_path / "a.csv", tmp_path / "b.csv"], tmp_path / "out.csv", certain, header=False)
    assert (tmp_path / "out.csv").read_bytes() == b"1,good,positive,0.750000\n2,bad,positive,0.750000\n"


def test_inputs_that_are_read_differently_are_refused(certain, tmp_path):
    (tmp_path / "a.csv").write_bytes(b"id,review\n1,good\n")
    (tmp_path / "b.csv").write_bytes(b"id;review\n1;good\n")
    with pytest.raises(DataError, match="expected the delimiter ',', got ';'"):
        score_files([tmp_path / "a.csv", tmp_path / "b.csv"], tmp_path / "out.csv", certain)
    (tmp_path / "b.csv").write_bytes(b"1,good\n2,bad\n")
    with pytest.raises(DataError, match="looks like data"):
        score_files([tmp_path / "a.csv", tmp_path / "b.csv"], tmp_path / "out.csv", certain)
    assert not (tmp_path / "out.csv").exists()
