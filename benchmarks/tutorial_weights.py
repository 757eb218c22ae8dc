"""A network of ours -> the tutorial's model with the same weights, to compare results number by number."""

from __future__ import annotations

from benchmarks.tutorial_loop import SentimentRNN
from sentiment_fast.model.network import SentimentLSTM

_NAMES = {"embedding.": "embedding.", "recurrent.": "lstm.", "output.": "fc."}


def as_tutorial_model(network: SentimentLSTM) -> SentimentRNN:
    """A tutorial model with the weights of a network of the tutorial preset."""
    weights = {}
    for name, tensor in network.state_dict().items():
        prefix = next(prefix for prefix in _NAMES if name.startswith(prefix))
        weights[_NAMES[prefix] + name.removeprefix(prefix)] = tensor.clone()
    model = SentimentRNN(network.embedding.num_embeddings - 1, network.config.dropout)
    model.load_state_dict(weights)
    return model
