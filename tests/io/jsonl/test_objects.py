"""The members of an object are those that the standard library reads."""

from __future__ import annotations

import json
import random

from sentiment_fast.io.jsonl.objects import read_members


def test_members_are_those_that_json_reads():
    choose = random.Random(3)
    for _ in range(300):
        value = {
            choose.choice('ab"\\é{'): choose.choice([1, -2.5, True, None, "t\u2028\n", [1, [2]], {"a": {}}, 10**30])
            for _ in range(choose.randrange(5))
        }
        line = json.dumps(value, indent=choose.choice([None, 1]), ensure_ascii=choose.random() < 0.5)
        members = read_members(line)
        assert {name: json.loads(raw) for name, raw, _ in members} == value
        assert all(text == json.loads(raw) for _, raw, text in members if text is not None)
        assert [text is not None for *_, text in members] == [isinstance(one, str) for one in value.values()]
