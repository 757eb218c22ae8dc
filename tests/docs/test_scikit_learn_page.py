"""The table of docs/scikit-learn.md names every parameter, and its default. Its examples: test_blocks.py."""

import re
from inspect import signature
from pathlib import Path

import sentiment_fast as sf

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "scikit-learn.md").read_text("utf-8")


def test_every_parameter_is_in_the_table_with_its_default():
    rows = re.findall(r"^\| (`.*?) \| (.*?) \|", PAGE, re.M)
    listed = {}
    for names, defaults in rows:
        values = defaults.split(", ")
        for place, name in enumerate(re.findall(r"`(\w+)`", names)):
            listed[name] = (values[place] if len(values) > 1 else values[0]).strip("`")
    parameters = signature(sf.SentimentClassifier.__init__).parameters
    expected = {
        name: f'"{one.default}"' if isinstance(one.default, str) else str(one.default)
        for name, one in parameters.items()
        if name != "self"
    }
    assert listed == expected
