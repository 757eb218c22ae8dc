"""Fingerprints: equal ones pass, others are refused with what differs and what to do."""

from pathlib import Path

import pytest

from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.runs.fingerprint import Wording, check_fingerprint

WORDING = Wording(
    noun="search",
    start_over="start over in another folder",
    differs="give it what it began with",
    changed_data="they were changed since",
    digests=("input", "model"),
)
RECORDED = {"format": 1, "data": "digest", "model": "digest", "input 2": "b.csv", "threads": 2, "sizes": [1, 2]}


def check(**changes):
    check_fingerprint(Path("it"), RECORDED, RECORDED | changes, WORDING)


def test_equal_fingerprints_pass():
    check()


def test_a_tuple_equals_the_list_that_was_recorded():
    check(sizes=(1, 2))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"threads": 1}, "it: the search began with threads 2, and should now continue with 1: give it what it began"),
        ({"sizes": "few"}, r"began with sizes \[1, 2\], and should now continue with 'few'"),
        ({"format": 2}, "began with format 1, and should now continue with 2"),
        ({"more": 0}, "began with more None, and should now continue with 0"),
        ({"model": "other"}, "it: the model is not what the search began with: give it what it began with$"),
        ({"input 2": "c.csv"}, "it: the input 2 is not what the search began with: "),
        (
            {"threads": 1, "sizes": [], "model": ""},
            r"the model is .* \(threads, sizes differ too\): give",
        ),
    ],
)
def test_another_value_is_bad_usage(changes, message):
    with pytest.raises(UsageError, match=message):
        check(**changes)


def test_a_name_that_is_no_longer_there_differs():
    with pytest.raises(UsageError, match="began with threads 2, and should now continue with None"):
        check_fingerprint(Path("it"), {"threads": 2}, {}, WORDING)


def test_other_data_are_a_data_error():
    with pytest.raises(DataError) as raised:
        check(data="other", threads=1)
    assert str(raised.value) == (
        "it: the data are not those that the search began with: they were changed since. "
        "Restore them, or start over in another folder"
    )
