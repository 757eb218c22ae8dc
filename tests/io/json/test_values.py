"""The values of JSON are found wherever their bytes are split, and a broken one does not take others with it."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from sentiment_fast import _core

KINDS = {1: "object", 2: "other", 3: "open array", -1: "broken", -2: "long", -3: "rest"}


def found(data: bytes, **options) -> list[tuple[str, bytes, int]]:
    """Kind, content and line of each value."""
    finder = _core.ValueFinder(**options)
    values = finder.find(data, True)
    assert finder.offset == len(data)
    assert values.ends.tolist() == values.content_ends.tolist()
    places = zip(
        values.fields.tolist(), values.begins.tolist(), values.ends.tolist(), values.lines.tolist(), strict=True
    )
    return [(KINDS[kind], data[begin:end], line) for kind, begin, end, line in places if kind]


def some_value(choose: random.Random, depth: int = 0):
    kinds = [
        lambda: choose.choice(["", 'a "b" \\', "]}{[", "\n\t", "\u2028"]),
        lambda: choose.choice([1, -2.5, True, None]),
    ]
    if depth < 3:
        kinds.append(lambda: [some_value(choose, depth + 1) for _ in range(choose.randrange(3))])
        kinds.append(lambda: {str(one): some_value(choose, depth + 1) for one in range(choose.randrange(3))})
    return choose.choice(kinds)()


def some_file(choose: random.Random) -> tuple[bytes, list]:
    """A file of JSON, and its values."""
    values, parts = [], [choose.choice(["", "\ufeff"])]
    for _ in range(choose.randrange(1, 3)):
        row = [{"a": some_value(choose)} for _ in range(choose.randrange(4))]
        values += row
        indent = choose.choice([None, 0, 2])
        if choose.random() < 0.5:
            parts.append(json.dumps(row, indent=indent))
        else:
            parts += [json.dumps(one, indent=indent) + choose.choice(["", " ", "\n"]) for one in row]
        parts.append(choose.choice(["\n", "\r\n", " \t\n\n"]))
    return "".join(parts).encode(), values


@pytest.mark.parametrize("seed", range(50))
def test_values_are_those_that_were_written(seed):
    data, values = some_file(random.Random(seed))
    assert [json.loads(content) for kind, content, _ in found(data)] == values
    assert {kind for kind, *_ in found(data)} <= {"object"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(50))
def test_split_anywhere_and_damaged_the_values_are_the_same(seed):
    choose = random.Random(seed)
    data = bytearray(some_file(choose)[0])
    for _ in range(choose.randrange(3)):
        data[choose.randrange(len(data))] = choose.choice(b'{}[]",:\\\n a')
    data, options = bytes(data), {"max_record": choose.choice([5, 30, 1000])}
    whole = found(data, **options)
    finder, rest, pieces, position = _core.ValueFinder(**options), b"", [], 0
    while True:
        size = choose.randrange(1, 20)
        rest += data[position : position + size]
        position += size
        last = position > len(data)
        values = finder.find(rest, last)
        for kind, begin, end, line in zip(values.fields, values.begins, values.ends, values.lines, strict=True):
            if kind:
                pieces.append((KINDS[int(kind)], rest[begin:end], int(line)))
        if len(values):
            rest = rest[values.ends[-1] :]
        if last:
            break
        if not finder.within_line and choose.random() < 0.5:  # as a resumed run does
            finder = _core.ValueFinder(**options, offset=finder.offset, row=finder.row, line=finder.line)
    assert pieces == whole


BROKEN = {
    "a string that does not close": (b'[\n{"t":"a"},\n{"t":"b},\n{"t":"c"}\n]', [b'{"t":"b},']),
    "an object that does not close": (b'[\n{"t":"a"},\n{"t":"b",\n{"t":"c"}\n]', [b'{"t":"b",']),
    "brackets that do not match": (b'[\n{"t":"a"},\n{"t":["b"},\n{"t":"c"}\n]', [b'{"t":["b"},']),
    "several lines": (
        b'[\n  {\n    "t": "a"\n  },\n  {\n    "t": "b\n    "x": [\n      {\n      }\n    ]\n  },\n  '
        b'{\n    "t": "c"\n  }\n]',
        [b'{\n    "t": "b\n    "x": [\n      {\n      }\n    ]\n  },'],
    ),
    "the last": (b'[\n{"t":"a"},\n{"t":"c"},\n{"t":"b\n]', [b'{"t":"b']),
    "leading commas": (b'[{"t":"a"}\n,{"t":"b}\n,{"t":"c"}\n]', [b'{"t":"b}']),
    "no commas": (b'{"t":"a"}\n{"t":"b\n{"t":"c"}\n', [b'{"t":"b']),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_value_is_rejected_and_those_around_it_are_found(name):
    data, broken = BROKEN[name]
    values = found(data)
    assert [content for kind, content, _ in values if kind == "broken"] == broken
    assert [json.loads(content) for kind, content, _ in values if kind == "object"] == [{"t": "a"}, {"t": "c"}]


def test_what_is_no_object_is_found_value_by_value():
    data = b'[1, "a,b\\"]", null, [{"t": 1}], x, {"t": "a"}] true'
    assert [content for kind, content, _ in found(data) if kind == "other"] == [
        b"1", b'"a,b\\"]"', b"null", b'[{"t": 1}]', b"x", b"true",
    ]  # fmt: skip


def test_array_that_does_not_end_is_reported():
    assert [kind for kind, *_ in found(b'[{"t":"a"},\n')] == ["object", "open array"]
    assert [kind for kind, *_ in found(b'[{"t":"a"},\n{"t":')] == ["object", "broken", "open array"]


def test_long_value_comes_in_pieces_and_the_next_one_is_found():
    data = b'[{"t":"' + b"x" * 20 + b'"},{"t":""}]'
    values = found(data, max_record=10)
    assert [kind for kind, *_ in values] == ["long", "rest", "rest", "object"]
    assert b"".join(content for kind, content, _ in values[:3]) == data[1:29]


@pytest.mark.parametrize("size", [10, 11])
def test_value_of_as_many_bytes_as_allowed_is_whole(size):
    data = b'{"t":"' + b"x" * (size - 8) + b'"}'
    assert [kind for kind, *_ in found(data, max_record=10)] == (["object"] if size == 10 else ["long", "rest"])


def test_depth_of_brackets_outside_strings_is_counted_up_to_a_limit():
    assert _core.deepest_level(b'{"a": "[[[[", "b": [[1], {"c\\"[": 2}]}', 10) == 3
    assert _core.deepest_level(b"[" * 100, 10) == 11
    assert _core.deepest_level(b'"\\' * 100, 10) == 0


def test_arrays_are_those_of_numpy():
    values = _core.ValueFinder().find(b"[{}]", True)
    assert values.fields.dtype == np.int32
    assert values.begins.dtype == values.ends.dtype == np.int64
