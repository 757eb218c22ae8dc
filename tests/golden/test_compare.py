"""The comparison notices a difference: a byte, a name, an exit code, a label; and allows what it is told to allow."""

import gzip
import json
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from compare_cases import CASES, MODELS
from compare_results import Allowed, first_difference

EXACT, NEAR, NO_TOKENS = Allowed(), Allowed(score_tolerance=1e-6), Allowed(tokens=True)
SCORED = b"review,sentiment_label,sentiment_score\nso 8/10,positive,0.9123456\nbad,negative,0.1\n"
COUNTED = b'review,sentiment_label,sentiment_score,sentiment_tokens\n"a\n12",positive,0.9,3\nbad,negative,0.1,1\n'


@pytest.fixture
def difference(tmp_path):
    """The first difference between two folders, each with one file."""

    def compare(name, data, other, allowed=EXACT, other_name=None):
        for folder, file, content in (("old", name, data), ("new", other_name or name, other)):
            shutil.rmtree(tmp_path / folder, ignore_errors=True)
            path = tmp_path / folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return first_difference(tmp_path / "old", tmp_path / "new", allowed)

    return compare


@pytest.mark.parametrize("allowed", [EXACT, NEAR, NO_TOKENS])
def test_equal_folders_are_the_same(difference, allowed):
    assert difference("model/out.csv", SCORED, SCORED, allowed) is None


@pytest.mark.parametrize("allowed", [EXACT, NEAR, NO_TOKENS])
@pytest.mark.parametrize("name", ["out.csv", "stdout-1.csv", "stdout-1.txt", "vocabulary.txt", "model.safetensors"])
def test_a_changed_byte_is_noticed(difference, name, allowed):
    found = difference(name, SCORED, SCORED.replace(b"bad", b"mad"), allowed)
    assert found.startswith(f"{name}:")
    assert "byte 66 (line 3)" in found


def test_a_longer_file_is_noticed(difference):
    assert "byte 70" in difference("out.csv", SCORED, SCORED[:70])


def test_a_changed_exit_code_is_noticed(difference):
    assert "exit-1.txt" in difference("exit-1.txt", b"0\n", b"1\n", NEAR)


def test_a_file_of_another_name_is_noticed(difference):
    assert difference("out.csv", b"", b"", other_name="out.scored.csv") == "out.csv: only in the old tree's folder"


@pytest.mark.parametrize("name", ["README.md", "plot.png", "out.csv.journal", "messages-1.txt"])
def test_of_files_for_people_only_the_name_counts(difference, name):
    assert difference(name, b"a", b"b") is None


def test_a_score_within_the_tolerance_is_allowed_only_if_asked_for(difference):
    near = SCORED.replace(b"0.9123456", b"0.912346")
    assert difference("out.csv", SCORED, near, NEAR) is None
    assert difference("out.csv", b"a,0.123456\n", b"a,0.123457\n", NEAR) is None
    assert difference("out.csv", b"a,0.123456\n", b"a,0.123458\n", NEAR) is not None
    assert "0.9123456" in difference("out.csv", SCORED, near)
    assert difference("out.csv", SCORED, SCORED.replace(b"0.9123456", b"0.91235"), NEAR) is not None


@pytest.mark.parametrize("allowed", [NEAR, NO_TOKENS])
def test_a_label_within_the_tolerance_is_noticed(difference, allowed):
    scored = SCORED.replace(b"0.9123456", b"0.5000001")
    flipped = scored.replace(b"positive,0.5000001", b"negative,0.4999999")
    assert difference("out.csv", scored, flipped, allowed) is not None
    assert (
        difference("out.csv.gz", gzip.compress(scored, mtime=0), gzip.compress(flipped, mtime=0), allowed) is not None
    )


def test_weights_and_settings_have_no_tolerance(difference):
    assert difference("model/config.json", b'{"bias": 0.1}', b'{"bias": 0.10000001}', NEAR) is not None


def test_other_compressed_bytes_are_noticed(difference):
    found = difference("out.csv.gz", gzip.compress(SCORED, 9, mtime=0), gzip.compress(SCORED, 0, mtime=0))
    assert found == "out.csv.gz: other compressed bytes, the same data in them"


def test_counts_of_tokens_are_left_out_only_if_asked_for(difference):
    other = COUNTED.replace(b"0.9,3", b"0.9,2")
    assert difference("out.csv", COUNTED, other, NO_TOKENS) is None
    assert difference("out.csv", COUNTED, other, NEAR) is not None
    assert difference("out.csv", COUNTED, COUNTED.replace(b"0.9,3", b"0.8,3"), NO_TOKENS) is not None
    line = b'{"n": 1, "sentiment_score": 0.5, "sentiment_tokens": %d}\n'
    assert difference("out.jsonl", line % 3, line % 4, NO_TOKENS) is None
    assert difference("out.jsonl", line % 3, line % 4, NEAR) is not None


def test_tables_are_compared_by_row_and_column(difference):
    def table(score, label="positive", tokens=3):
        file = pa.BufferOutputStream()
        columns = {"sentiment_label": [label], "sentiment_score": pa.array([score], pa.float32())}
        pq.write_table(pa.table({**columns, "sentiment_tokens": [tokens]}), file)
        return file.getvalue().to_pybytes()

    assert difference("out.parquet", table(0.5), table(0.5000002), NEAR) is None
    assert "column sentiment_score" in difference("out.parquet", table(0.5), table(0.5000002))
    assert "column sentiment_label" in difference("out.parquet", table(0.5), table(0.5, "negative"), NEAR)
    assert difference("out.parquet", table(0.5), table(0.5, tokens=4), NO_TOKENS) is None
    assert "column sentiment_tokens" in difference("out.parquet", table(0.5), table(0.5, tokens=4), NEAR)


def test_of_rejected_records_only_the_reason_may_differ(difference):
    rejects = b'line,byte_offset,reason,record\n3,12,expected 2 fields,"a, b"\n'
    assert difference("out.csv.rejects.csv", rejects, rejects.replace(b"expected", b"wanted")) is None
    assert "row 2" in difference("out.csv.rejects.csv", rejects, rejects.replace(b"12", b"13"))


def test_of_figures_only_times_may_differ(difference):
    def figures(seconds, accuracy):
        return json.dumps({"training_seconds": seconds, "test": [{"accuracy": accuracy}]}).encode()

    assert difference("model/metrics.json", figures(1.25, 0.5), figures(20.5, 0.5)) is None
    assert "$.test[0].accuracy" in difference("model/metrics.json", figures(1.25, 0.5), figures(1.25, 0.75))


def test_arrays_keep_their_labels_within_the_tolerance(tmp_path):
    def difference(array, other, allowed=NEAR):
        for folder, one in (("old", array), ("new", other)):
            (tmp_path / folder).mkdir(exist_ok=True)
            np.save(tmp_path / folder / "probabilities.npy", one)
        return first_difference(tmp_path / "old", tmp_path / "new", allowed)

    array = np.array([[0.5000002, 0.4999998]])
    moved = array + np.array([[-1e-8, 1e-8]])
    assert difference(array, moved) is None
    assert "(0, 0)" in difference(array, moved, EXACT)
    assert difference(array, array[:, ::-1]) is not None
    assert difference(array, array.astype(np.float32)) is not None


def test_cases_have_names_of_their_own_and_models_that_exist():
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names) > 120
    assert {name for case in CASES for name in case.needs} <= MODELS.keys()
