"""torch.compile for what surrounds the recurrent layers, with a count of what it really compiled.

A network that holds an nn.LSTM compiles to nothing: reading the LSTM ends the graph, and everything runs eagerly. So
functions without one are compiled each on its own: gathering a batch, the closed form of the last pads, and all from
the network's summary to loss and right answers; their backward passes too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch


class Compiler:
    """torch.compile for functions. graphs: how many it has compiled so far, none before a first call.

    say: told, once, where PyTorch cannot compile, for lack of a compiler for instance: functions then run as they are.
    """

    def __init__(self, say: Callable[[str], None] = lambda message: None) -> None:
        self.graphs = 0
        self._say = say
        self._failed = False

    def __call__(self, function: Any) -> Any:
        """The function, compiled when it is called, for sizes of any kind where PyTorch can."""
        return torch.compile(function, backend=self._compile_graph, dynamic=True)

    def _compile_graph(self, graph: torch.fx.GraphModule, inputs: list[Any]) -> Any:
        try:
            compiled = torch._dynamo.lookup_backend("inductor")(graph, inputs)
        except torch._dynamo.exc.ShortenTraceback as error:  # of Inductor's, Triton's; others steer the compilation
            if not self._failed:
                reason = str(error).strip().partition("\n")[0]
                self._say(f"not compiled, which is slower and changes no result: {reason}")
            self._failed = True
            return graph.forward
        self.graphs += 1
        return compiled
