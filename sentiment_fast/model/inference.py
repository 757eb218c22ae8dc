"""A network and ids -> logits for every text, in the texts' order, without learning."""

from __future__ import annotations

import torch
from torch import Tensor

from sentiment_fast.model.batches import BatchSource, batches_by_length
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.network import SentimentLSTM
from sentiment_fast.model.ranks import Ranks

# The fastest of 32 to 256 on a CPU; longer batches gain nothing there and take more memory.
SCORING_BATCH = 64


def all_logits(network: SentimentLSTM, source: BatchSource, precision: Precision, ranks: Ranks | None = None) -> Tensor:
    """(n,) logits for two classes, (n, classes) for more; float32, on the network's device. network: in eval mode.

    ranks: the processes that share the work, each of which gets all logits.
    """
    ranks = ranks or Ranks()
    weight = network.output.weight
    shape = (len(source),) if weight.shape[0] == 1 else (len(source), weight.shape[0])
    logits = torch.zeros(shape, dtype=torch.float32, device=weight.device)
    with torch.inference_mode():
        for rows in batches_by_length(source.lengths, SCORING_BATCH)[ranks.rank :: ranks.size]:
            ids, lengths = source.batch(rows)  # (batch, time), (batch,)
            with precision.autocast(weight.device):
                batch_logits = network(ids, lengths)
            logits[torch.from_numpy(rows).to(weight.device)] = batch_logits.float()
    return ranks.add_up(logits)
