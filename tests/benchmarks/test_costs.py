"""What the benchmarks measure besides time: output, memory, cycles; and that the peers follow the same rules."""

import numpy as np
import pytest

import sentiment_fast as sf
from benchmarks import conftest, counters, peers
from benchmarks.studies import scaling
from sentiment_fast import reference

TEXTS = [
    "A good film, a GOOD one!",
    "",
    "snake_case 2nd Élan vital: 映画 e\u0301 \u00bd \u00b2",
    "\u0130stanbul\u00a0x 10/10",
]
VOCABULARY = sf.build_vocabulary(TEXTS, stop_words=None)


def test_the_size_of_arrays_is_their_bytes():
    ids = sf.encode(TEXTS, VOCABULARY)
    assert counters.output_bytes(np.zeros(3, np.int32)) == 12
    assert counters.output_bytes(ids) == ids.values.nbytes + ids.offsets.nbytes
    assert counters.output_bytes(object()) is None


@pytest.mark.slow
def test_memory_that_a_call_needs_shows_even_if_it_was_given_back():
    def allocate_and_forget():
        np.ones(50_000_000 // 8)
        return "done"

    result, peak = counters.extra_memory(allocate_and_forget)
    assert result == "done"
    if peak is None:
        pytest.skip("this system does not tell the peak memory of a process")
    assert 49_000_000 < peak < 60_000_000


def test_cycles_are_counted_where_there_is_a_counter():
    def work():
        return sum(range(100_000))

    cycles = counters.user_cycles(work)
    assert cycles is None or cycles > 100_000


def test_the_tokenizer_follows_the_rules():
    pytest.importorskip("tokenizers")
    encodings = peers.hugging_face_tokenizer(VOCABULARY.words).encode_batch_fast(TEXTS, add_special_tokens=False)
    assert peers.known_ids(encodings) == reference.encode(TEXTS, VOCABULARY.words)


@pytest.mark.parametrize("make", [peers.count_vectorizer, peers.tuned_count_vectorizer])
def test_the_vectorizers_follow_the_rules(make):
    counts = make(VOCABULARY.words).transform(TEXTS).toarray()
    rows = reference.encode(TEXTS, VOCABULARY.words)
    assert counts.tolist() == [[row.count(id_) for id_ in range(1, len(VOCABULARY) + 1)] for row in rows]
    assert peers.word_counts(sf.encode(TEXTS, VOCABULARY), len(VOCABULARY)).tolist() == counts.tolist()


@pytest.mark.slow
def test_the_scaling_table_has_a_line_for_each_number_of_reviews_and_threads(monkeypatch, capsys):
    monkeypatch.delenv("SENTIMENT_FAST_TEST_DATA", raising=False)
    monkeypatch.setattr(scaling, "SECONDS", 0.0)
    monkeypatch.setattr(scaling, "SCORED_REVIEWS", 20)
    monkeypatch.setattr(conftest, "REVIEWS", 30)
    assert scaling.main(["--reviews", "10", "20", "--threads", "1", "2"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    assert [line.split(" | ")[0:3:2] for line in lines[1:5]] == [
        ["| 10", "1"],
        ["| 10", "2"],
        ["| 20", "1"],
        ["| 20", "2"],
    ]
    assert [line.split(" | ")[0] for line in lines[5:]] == ["| threads", "| 1", "| 2"]
