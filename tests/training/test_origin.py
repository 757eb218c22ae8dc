"""What makes a run the same run."""

import torch

import sentiment_fast as sf
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.presets import preset
from sentiment_fast.model.ranks import Ranks
from sentiment_fast.training.origin import run_identity


def identity_of(settings):
    vocabulary = sf.build_vocabulary(["a good film"])
    return run_identity({}, vocabulary, settings, Precision(torch.float32, "float32"), Ranks())


def test_a_run_without_a_wide_part_is_one_from_before_there_were_any():
    assert set(identity_of(preset("tutorial"))["settings"]) == {"name", "vocabulary", "network", "training"}


def test_a_run_with_a_wide_part_is_another():
    settings = preset("tutorial").with_fields({"ngrams": "2"})
    assert identity_of(settings)["settings"]["wide"] == {"ngrams": 2, "ngram_bits": 21, "ngram_c": 30.0}
