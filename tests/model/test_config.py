"""The network's bounds: what no machine can hold is refused before anything is allocated."""

import pytest

from sentiment_fast.errors import UsageError
from sentiment_fast.model.config import MOST_WEIGHTS, NetworkConfig, check_size


def test_a_network_of_more_weights_than_the_bound_is_refused_with_both():
    with pytest.raises(UsageError, match=rf"up to {MOST_WEIGHTS:,} weights, got .* 16,777,216 words.*max_words"):
        check_size(NetworkConfig(embedding_size=64), 1 << 24, 2)


def test_a_network_within_the_bound_is_not():
    check_size(NetworkConfig(embedding_size=512, hidden_size=1024, layers=4), 1_000_000, 2)
