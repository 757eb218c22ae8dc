"""The network's bounds: what no machine can hold is refused before anything is allocated."""

import pytest

from sentiment_fast.errors import UsageError
from sentiment_fast.model.config import MOST_WEIGHTS, NetworkConfig, check_size


def test_a_network_of_more_weights_than_the_bound_is_refused_with_both():
    with pytest.raises(UsageError, match=rf"up to {MOST_WEIGHTS:,} weights, got .* 16,777,216 words.*max_words"):
        check_size(NetworkConfig(embedding_size=64), 1 << 24, 2)


def test_a_network_within_the_bound_is_not():
    check_size(NetworkConfig(embedding_size=512, hidden_size=1024, layers=4), 1_000_000, 2)


@pytest.mark.parametrize("tail", [-1, 10**6, 2.0, True, None])
def test_a_tail_is_a_whole_number(tail):
    with pytest.raises(UsageError, match="Expected tail_length to be a whole number of 0 to 65,536, got"):
        NetworkConfig(max_length=9, tail_length=tail)


def test_a_network_without_a_tail_is_stored_as_earlier_versions_read_it():
    assert "tail_length" not in NetworkConfig().as_dict()
    for config in (NetworkConfig(), NetworkConfig(tail_length=100)):
        assert NetworkConfig(**config.as_dict()) == config
