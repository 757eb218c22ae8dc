"""The behavioural suite: its cases, what passes, and the bundled model's share of each group."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest

from benchmarks.studies import behaviour
from benchmarks.studies.behaviour import ALL, Case
from sentiment_fast.errors import DataError
from sentiment_fast.model import folder
from sentiment_fast.model.decision import Decision
from sentiment_fast.scoring.scorer import load

LEAST_CASES, LEAST_OF_A_GROUP = 400, 20
GROUPS = sorted(path.stem for path in behaviour.CASES.glob("*.txt"))


@pytest.fixture(scope="module")
def cases():
    return behaviour.read_cases()


@pytest.fixture(scope="module")
def outcomes(cases):
    """Of the bundled model; a source tree may be without it."""
    if not (folder.BUNDLED / folder.CONFIG).is_file():
        pytest.skip(f"{folder.BUNDLED}: no bundled model there; `python -m benchmarks.release.bundled_model` makes it")
    return behaviour.evaluate(load("bundled", "cpu", "float32"), cases)


@pytest.mark.slow
@pytest.mark.parametrize("group", [*GROUPS, ALL])
def test_the_bundled_model_passes_what_it_passed(outcomes, group):
    failing = [outcome.as_text() for outcome in outcomes if not outcome.passed and outcome.case.group == group]
    assert behaviour.rates(outcomes)[group] >= behaviour.read_floors()[group], "\n".join(failing)


def test_each_group_has_a_floor():
    assert list(behaviour.read_floors()) == [*GROUPS, ALL]


def test_the_suite_is_large_in_each_group(cases):
    counts = Counter(case.group for case in cases)
    assert len(cases) >= LEAST_CASES
    assert min(counts.values()) >= LEAST_OF_A_GROUP


def test_no_case_stands_twice(cases):
    counts = Counter(case.texts for case in cases)
    assert [texts for texts, count in counts.items() if count > 1] == []


def test_minimal_pairs_are_pairs_of_different_texts(cases):
    for case in cases:
        assert len(set(case.texts)) == len(case.texts), case


@pytest.mark.parametrize(
    ("expected", "passing", "failing"),
    [
        ("positive", (0.6, 0.9), (0.6, 0.4)),
        ("negative", (0.1,), (0.6,)),
        ("neutral", (0.25, 0.75), (0.5, 0.76)),
        ("positive/negative", (0.6, 0.4), (0.4, 0.6)),
        ("negative/positive", (0.4, 0.6), (0.6, 0.6)),
        ("rises", (0.6, 0.7), (0.7, 0.7)),
        ("falls", (0.7, 0.6), (0.6, 0.7)),
        ("same", (0.2, 0.24), (0.2, 0.26)),
    ],
)
def test_what_is_expected_holds_or_does_not(expected, passing, failing):
    assert Case("group", expected, ("a", "b")).holds(passing)
    assert not Case("group", expected, ("a", "b")).holds(failing)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("good | a text", "expected one of positive, negative, neutral, rises, falls, same"),
        ("rises | one text", "expected 2 texts after 'rises'"),
        ("positive/negative | one text", "expected 2 texts after 'positive/negative'"),
        ("positive/negative | a | b | c", "got 3"),
        ("positive", "expected 1 texts after 'positive'"),
    ],
)
def test_a_line_that_is_not_a_case_is_told_of(tmp_path, line, message):
    (tmp_path / "group.txt").write_text(f"# a comment\n\n{line}\n", "utf-8")
    with pytest.raises(DataError, match=message) as raised:
        behaviour.read_cases(tmp_path)
    assert "group.txt, line 3" in str(raised.value)


@dataclass
class _Lengths:
    """A scorer to which a text is as positive as it is long, up to 10 letters."""

    classes = ("negative", "positive")

    @property
    def decision(self):
        return Decision(self.classes)

    def predict_proba(self, texts):
        positive = np.array([len(text) / 10 for text in texts])
        return np.stack([1 - positive, positive], axis=1)


def test_each_group_gets_its_share_of_passed_cases():
    cases = [
        Case("a", "positive", ("12345678",)),
        Case("a", "positive/negative", ("12345678", "1")),
        Case("a", "rises", ("12", "1")),
        Case("b", "same", ("12", "ab")),
    ]
    outcomes = behaviour.evaluate(_Lengths(), cases)
    assert [outcome.passed for outcome in outcomes] == [True, True, False, True]
    assert behaviour.rates(outcomes) == {"a": pytest.approx(200 / 3), "b": 100.0, ALL: 75.0}
    assert outcomes[2].as_text() == "a: expected rises, got 0.20 12 | 0.10 1"
    assert behaviour.table(outcomes)[-2:] == ["| b | 1 | 100.0% |", "| all | 4 | 75.0% |"]


def test_floors_are_two_points_below_and_read_as_written(tmp_path):
    behaviour.write_floors({"negation": 66.6666, "emojis": 1.0, ALL: 100.0}, tmp_path / "floors.txt")
    assert behaviour.read_floors(tmp_path / "floors.txt") == {"negation": 64.6, "emojis": 0.0, ALL: 98.0}


def test_a_group_that_does_not_exist_is_told_of(capsys):
    assert behaviour.main(["--failing", "negations"]) == 2
    assert "got negations" in capsys.readouterr().err


@pytest.mark.slow
def test_a_missing_model_is_told_of(tmp_path, capsys):
    assert behaviour.main(["--model", str(tmp_path / "none")]) == 4
    assert "no such model folder" in capsys.readouterr().err
