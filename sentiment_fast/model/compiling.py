"""torch.compile for what surrounds the recurrent layers, with a count of what it really compiled.

A network that holds an nn.LSTM compiles to nothing: reading the LSTM ends the graph, and everything runs eagerly. So
functions without one are compiled each on its own: gathering a batch, the closed form of the last pads, and all from
the network's summary to loss and right answers; their backward passes too.
"""

from __future__ import annotations

from typing import Any

import torch


class Compiler:
    """torch.compile for functions. graphs: how many it has compiled so far, none before a first call."""

    def __init__(self) -> None:
        self.graphs = 0

    def __call__(self, function: Any) -> Any:
        """The function, compiled when it is called, for sizes of any kind where PyTorch can."""
        return torch.compile(function, backend=self._compile_graph, dynamic=True)

    def _compile_graph(self, graph: torch.fx.GraphModule, inputs: list[Any]) -> Any:
        compiled = torch._dynamo.lookup_backend("inductor")(graph, inputs)
        self.graphs += 1
        return compiled
