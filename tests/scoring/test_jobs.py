"""Several inputs and outputs from Python, and the options of scoring as one dataclass."""

import pickle

import pytest

import sentiment_fast as sf
from sentiment_fast.errors import UsageError
from sentiment_fast.runs.stop import StopRequest
from sentiment_fast.scoring.jobs import score_jobs
from sentiment_fast.scoring.options import ScoreOptions


@pytest.fixture
def two(tmp_path):
    for name, text in (("a", "good"), ("b", "bad")):
        (tmp_path / f"{name}.csv").write_text(f"id,text\n1,{text}\n")
    return tmp_path


def test_each_input_has_an_output_and_a_summary(two, model_folder):
    said = []
    scored = score_jobs([str(two / "*.csv")], str(two / "out"), model_folder, say=said.append, device="cpu")
    assert [(job.inputs, summary.rows) for job, summary in scored] == [
        ([str(two / "a.csv")], 1),
        ([str(two / "b.csv")], 1),
    ]
    assert sorted(path.name for path in (two / "out").iterdir()) == ["a.csv", "b.csv"]
    assert len([line for line in said if "1 rows in, 1 rows out" in line]) == 2


def test_stop_that_was_requested_before_scores_nothing(two, model_folder):
    stop = StopRequest()
    stop.request()
    with pytest.raises(KeyboardInterrupt):
        score_jobs([str(two / "a.csv")], str(two / "out.csv"), model_folder, stop=stop, device="cpu")
    assert sorted(path.name for path in two.iterdir()) == ["a.csv", "b.csv"]


def test_what_is_wrong_is_found_before_the_model_is_loaded(two):
    with pytest.raises(UsageError, match="Expected no `workers` without `engine=ray`"):
        score_jobs([str(two / "a.csv")], None, two / "no model", workers=2)
    with pytest.raises(UsageError, match="Expected no `rejects` with several outputs"):
        score_jobs([str(two / "a.csv"), str(two / "b.csv")], None, two / "no model", rejects="r.csv")
    with pytest.raises(TypeError, match="colour"):
        score_jobs([str(two / "a.csv")], None, two / "no model", colour="red")


def test_score_csv_is_score_files(two, scorer):
    sf.score_files(two / "a.csv", two / "one.csv", scorer, status=True)
    sf.score_csv(input=two / "a.csv", output=two / "other.csv", model=scorer, status=True)
    assert (two / "one.csv").read_bytes() == (two / "other.csv").read_bytes()


def test_options_that_leave_the_output_as_it_is_are_not_in_the_fingerprint():
    options = {"force": True, "restart": True, "workers": 3, "device": "cpu", "keep_journal": True}
    assert ScoreOptions.from_keywords(options).fingerprint() == ScoreOptions().fingerprint()
    for option in ({"status": True}, {"tokens": True}, {"excel_safe": True}, {"strict": True}, {"max_record": 9}):
        assert ScoreOptions.from_keywords(option).fingerprint() != ScoreOptions().fingerprint()


def test_options_reach_workers_whole():
    options = ScoreOptions.from_keywords({"columns": ["b", 1, "b"], "status": True})
    assert pickle.loads(pickle.dumps(options)) == options
    assert options.columns == ("b", 1)
