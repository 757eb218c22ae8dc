"""Lines of JSON that are broken, or look it: what becomes of each is written down here by hand.

The model is left out: every text gets the same score, and a row's new members are shortened to `#`, those of a row
without a text to `~`.
"""

from __future__ import annotations

import json
import random

import pyarrow.parquet as pq
import pytest

from sentiment_fast.errors import DataError
from sentiment_fast.io.jsonl.objects import MOST_LEVELS
from sentiment_fast.scoring.score_files import score_csv
from tests.scoring.test_malformed import records_of

SCORED = b'"sentiment_label": "positive", "sentiment_score": 0.750000'
EMPTY = b'"sentiment_label": null, "sentiment_score": null'
GOOD, GOOD_OUT = b'{"text": "a"}\n', b'{"text": "a", #}\n'


# A line, without the good one before it; what is written for it, None where it is rejected; and why it is.
CASES = {
    # --- lines
    "an empty line": (b"\n", b"\n", None),
    "a blank line": (b" \t \n", b" \t \n", None),
    "no final line end": (b'{"text": "b"}', b'{"text": "b", #}', None),
    "CRLF": (b'{"text": "b"}\r\n', b'{"text": "b", #}\r\n', None),
    "space around the object": (b'  {"text": "b"} \t\n', b'  {"text": "b", #} \t\n', None),
    "space inside the object": (b'{ "text" : "b" }\n', b'{ "text" : "b" , #}\n', None),
    "no-break space": ("\u00a0\n".encode(), None, "expected an object, got something that is not JSON"),
    "a byte-order mark": (b'\xef\xbb\xbf{"text": "b"}\n', None, "expected an object"),
    "longer than the longest": (b'{"text": "' + b"b" * 2000 + b'"}\n', None, "longer than 1000 bytes"),
    # --- what is no object
    "an empty object": (b"{}\n", b"{~}\n", None),
    "an empty object with space": (b"{ }\n", b"{ ~}\n", None),
    "an array": (b'["b"]\n', None, "expected an object, got an array"),
    "a text": (b'"b"\n', None, "expected an object, got a string"),
    "a number": (b"1\n", None, "expected an object, got a number"),
    "null": (b"null\n", None, "expected an object, got null"),
    "plain text": (b"good film\n", None, "expected an object, got something that is not JSON"),
    "two objects": (b'{"text": "b"} {"text": "c"}\n', None, "not valid JSON: text after the object at character 15"),
    "a comma after the object": (b'{"text": "b"},\n', None, "not valid JSON: text after the object at character 14"),
    # --- broken objects
    "cut short in a text": (b'{"text": "b\n', None, "not valid JSON"),
    "cut short after a value": (b'{"text": "b"\n', None, "not valid JSON: no comma or closing brace at character 13"),
    "cut short after a colon": (b'{"text":\n', None, "not valid JSON: no value at character 9"),
    "an opening brace": (b"{\n", None, "not valid JSON: no name in quotes at character 2"),
    "a comma at the end": (b'{"text": "b",}\n', None, "not valid JSON: no name in quotes at character 14"),
    "a name without quotes": (b'{text: "b"}\n', None, "not valid JSON: no name in quotes at character 2"),
    "single quotes": (b"{'text': 'b'}\n", None, "not valid JSON: no name in quotes"),
    "no colon": (b'{"text" "b"}\n', None, "not valid JSON: no colon at character 9"),
    "a number as a name": (b'{1: "b"}\n', None, "not valid JSON: no name in quotes"),
    "an escape that is none": (b'{"text": "\\x41"}\n', None, "not valid JSON"),
    "a raw tab in a text": (b'{"text": "a\tb"}\n', None, "not valid JSON"),
    "a NUL byte": (b'{"text": "a\0b"}\n', None, "not valid JSON"),
    "bad UTF-8": (b'{"text": "caf\xe9"}\n', None, "not valid UTF-8 at byte 14 of the line"),
    "bad UTF-8 in another member": (b'{"id": "\xff", "text": "b"}\n', None, "not valid UTF-8 at byte 9"),
    "a comment": (b'{"text": "b"} // c\n', None, "not valid JSON: text after the object"),
    # --- texts
    "no text": (b'{"id": 1}\n', b'{"id": 1, ~}\n', None),
    "a text that is null": (b'{"text": null}\n', b'{"text": null, ~}\n', None),
    "an empty text": (b'{"text": ""}\n', b'{"text": "", ~}\n', None),
    "a blank text": (b'{"text": " \\u00a0\\n"}\n', b'{"text": " \\u00a0\\n", ~}\n', None),
    "the text NA": (b'{"text": "NA"}\n', b'{"text": "NA", #}\n', None),
    "a text that is a number": (b'{"text": 5}\n', None, "expected a string or null in 'text', got a number"),
    "a text that is true": (b'{"text": true}\n', None, "expected a string or null in 'text', got a boolean"),
    "a text that is not a number": (b'{"text": NaN}\n', None, "expected a string or null in 'text', got a number"),
    "a text that is an array": (b'{"text": ["b"]}\n', None, "expected a string or null in 'text', got an array"),
    "a text that is an object": (b'{"text": {"a": "b"}}\n', None, "expected a string or null in 'text', got an object"),
    "escapes": (b'{"text": "\\u0062 \\"\\\\ \\/"}\n', b'{"text": "\\u0062 \\"\\\\ \\/", #}\n', None),
    "half of a surrogate pair": (b'{"text": "b \\ud800"}\n', b'{"text": "b \\ud800", #}\n', None),
    "braces and brackets in a text": (b'{"text": "}]{["}\n', b'{"text": "}]{[", #}\n', None),
    # --- members
    "a name in escapes": (b'{"te\\u0078t": 5}\n', None, "expected a string or null in 'text', got a number"),
    "two texts, of which the last is read": (b'{"text": "b", "text": ""}\n', b'{"text": "b", "text": "", ~}\n', None),
    "a member of two values": (b'{"id": 1, "id": 2, "text": "b"}\n', b'{"id": 1, "id": 2, "text": "b", #}\n', None),
    "an empty name": (b'{"": 1, "text": "b"}\n', b'{"": 1, "text": "b", #}\n', None),
    "a number of many digits": (
        b'{"text": "b", "n": ' + b"9" * 800 + b"}\n",
        b'{"text": "b", "n": ' + b"9" * 800 + b", #}\n",
        None,
    ),
    "numbers as they stand": (
        b'{"n": [1.50, 1E400, -0, NaN, -Infinity], "text": "b"}\n',
        b'{"n": [1.50, 1E400, -0, NaN, -Infinity], "text": "b", #}\n',
        None,
    ),
    "a number with a leading zero": (b'{"n": 01, "text": "b"}\n', None, "not valid JSON: no comma or closing brace"),
    "nested values": (b'{"text": "b", "l": [{"a": []}]}\n', b'{"text": "b", "l": [{"a": []}], #}\n', None),
}  # fmt: skip


def run(data: bytes, scorer, folder, name="out.jsonl", **options):
    (folder / "in.jsonl").write_bytes(data)
    summary = score_csv(folder / "in.jsonl", folder / name, scorer, max_record=1000, force=True, **options)
    rejects = folder / f"{name}.rejects.csv"
    return (folder / name), records_of(rejects.read_bytes()) if rejects.exists() else [], summary


@pytest.mark.slow
@pytest.mark.parametrize("window_bytes", [1, 1 << 20])
@pytest.mark.parametrize("name", CASES)
def test_malformed_line_comes_to_what_is_written_down(certain, tmp_path, name, window_bytes):
    line, expected, reason = CASES[name]
    output, rejected, summary = run(GOOD + line, certain, tmp_path, window_bytes=window_bytes)
    wanted = GOOD_OUT + (expected or b"")
    assert output.read_bytes() == wanted.replace(b"#", SCORED).replace(b"~", EMPTY)
    if expected is None:
        [(at_line, offset, why, record)] = rejected
        assert (at_line, offset, record) == (2, len(GOOD), line.rstrip(b"\r\n"))
        assert why.startswith(reason)
    else:
        assert rejected == []
    assert summary.rejects == len(rejected)


def test_corpus_is_large():
    assert len(CASES) >= 50


def test_byte_order_mark_at_the_start_is_kept(certain, tmp_path):
    output, rejected, _ = run(b"\xef\xbb\xbf" + GOOD, certain, tmp_path)
    assert output.read_bytes() == b"\xef\xbb\xbf" + GOOD_OUT.replace(b"#", SCORED)
    assert rejected == []


@pytest.mark.parametrize("opening", ['[', '{"a":'])  # fmt: skip
def test_deep_nesting_is_rejected_and_no_deeper_than_it_must_be(certain, tmp_path, opening):
    def line(levels: int) -> bytes:
        closing = {"[": "]", "{": "}"}[opening[0]]
        return ('{"text": "b", "x": ' + opening * levels + "1" + closing * levels + "}\n").encode()

    data = GOOD + line(MOST_LEVELS - 1) + line(MOST_LEVELS) + line(100_000)
    (tmp_path / "in.jsonl").write_bytes(data)
    summary = score_csv(tmp_path / "in.jsonl", tmp_path / "out.jsonl", certain)
    assert (summary.rows, summary.rejects) == (2, 2)
    found = records_of_any_size((tmp_path / "out.jsonl.rejects.csv").read_bytes())
    assert found == [3, 4]


def records_of_any_size(rejects: bytes) -> list[int]:
    lines = rejects.splitlines()[1:]
    assert all(b",nested more than 500 levels deep," in line for line in lines)
    return [int(line.partition(b",")[0]) for line in lines]


def test_brackets_in_texts_are_no_levels(certain, tmp_path):
    line = b'{"text": "' + b"[" * 600 + b'"}\n'
    output, rejected, _ = run(line, certain, tmp_path)
    assert rejected == []
    assert output.read_bytes().startswith(line[:-2])


def test_file_of_lines_that_are_no_objects_is_a_data_error(certain, tmp_path):
    with pytest.raises(DataError, match=r"expected a JSON object on each line, got none: line 1: expected an object"):
        run(b"[1]\n2\n", certain, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


@pytest.mark.parametrize("start", ["{}\n".encode("utf-16-le"), b"\x1f\x8b\x08", b"PAR1"])
def test_file_of_another_kind_is_a_data_error(certain, tmp_path, start):
    with pytest.raises(DataError, match=r"has the content of|expected UTF-8"):
        run(start, certain, tmp_path)


def test_lone_carriage_return_ends_a_line_and_becomes_a_line_feed(certain, tmp_path):
    output, rejected, _ = run(b'{"text": "a"}\r{"text":\r"b"}\n', certain, tmp_path)
    assert output.read_bytes() == b'{"text": "a", #}\n'.replace(b"#", SCORED)
    assert [record for *_, record in rejected] == [b'{"text":', b'"b"}']


@pytest.mark.slow
def test_member_that_would_be_overwritten_is_refused_and_rejected_further_down(certain, tmp_path):
    taken = b'{"text": "b", "sentiment_score": 1}\n'
    with pytest.raises(DataError, match="already has a member 'sentiment_score', which would be added"):
        run(GOOD + taken, certain, tmp_path)
    _, rejected, _ = run(GOOD * 100_000 + taken, certain, tmp_path)
    assert rejected == [
        (100_001, 100_000 * len(GOOD), "already has a member 'sentiment_score', which would be added", taken[:-1])
    ]


def test_strict_stops_at_the_first_line_that_cannot_be_read(certain, tmp_path):
    with pytest.raises(DataError, match=r"in\.jsonl: line 2: expected an object, got an array"):
        run(GOOD + b"[]\n" + GOOD, certain, tmp_path, strict=True)


@pytest.mark.slow
def test_member_of_later_lines_is_rejected_where_columns_are_fixed(certain, tmp_path):
    data = GOOD * 100_000 + b'{"text": "b", "new": 1}\n' + b'{"text": "b", "text": "c"}\n'
    output, rejected, summary = run(data, certain, tmp_path, "out.csv")
    assert [(line, why) for line, _, why, _ in rejected] == [
        (100_001, "has a member 'new' that the first lines lack: choose which members to write"),
        (100_002, "has several members 'text'"),
    ]
    assert (summary.rows, summary.rejects) == (100_000, 2)
    output, rejected, _ = run(data, certain, tmp_path, "chosen.parquet", columns=["text", "new"])
    assert pq.read_table(output).slice(100_000).to_pylist()[0]["new"] == "1"
    assert len(rejected) == 1


def damaged(choose: random.Random) -> bytes:
    lines = []
    for number in range(choose.randrange(1, 8)):
        text = choose.choice(["good", "", 'a "b" c', "caf\u00e9", "}{", None])
        line = json.dumps({"id": number, "text": text, "n": [1.5, {"x": None}]}, ensure_ascii=choose.random() < 0.5)
        lines.append(line.encode())
    data = bytearray(b"\n".join(lines) + choose.choice([b"", b"\n"]))
    for _ in range(choose.randrange(1, 4)):
        data[choose.randrange(len(data))] = choose.choice(b'{}[]",:\n\r\0\xff\\ 0tn')
    return bytes(data)


@pytest.mark.slow
@pytest.mark.no_cover  # for time
@pytest.mark.parametrize(
    "seeds", [range(200), pytest.param(range(200, 10_000), marks=pytest.mark.long)], ids=["200", "10 thousand"]
)
def test_files_with_flipped_bytes_give_a_result_or_an_error(certain, tmp_path, seeds):
    results = 0
    for seed in seeds:
        choose = random.Random(seed)
        data = damaged(choose)
        try:
            options = {"text_column": "text", "input_format": "jsonl", "window_bytes": choose.choice([1, 64, 1 << 16])}
            output, rejected, summary = run(data, certain, tmp_path, f"{seed}.jsonl", **options)
        except DataError:  # any other error fails the test
            continue
        results += 1
        written = output.read_bytes()
        shortened = written.replace(b", " + SCORED, b"").replace(b", " + EMPTY, b"").replace(EMPTY, b"")
        lost = b"".join(record for *_, record in rejected)
        assert summary.rows == written.count(SCORED) + written.count(EMPTY), seed
        assert 0 <= len(data) - len(shortened) - len(lost) <= 2 * summary.rejects, seed  # their line ends
    assert results > len(seeds) // 2
