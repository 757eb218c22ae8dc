"""torch.compile for the functions around the recurrent layers, with a count of what it actually compiled.

A network that contains an nn.LSTM compiles to nothing: reading the LSTM breaks the graph, and everything runs eagerly.
So the functions without one are compiled separately: gathering a batch, the closed form of the last pads, and
everything from the network's summary to the loss and the correct predictions; their backward passes too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch


class Compiler:
    """torch.compile for functions. graphs: how many it has compiled so far, none before a first call.

    say: called, once, if PyTorch cannot compile, for lack of a compiler for instance: functions then run uncompiled.
    """

    def __init__(self, say: Callable[[str], None] = lambda message: None) -> None:
        self.graphs = 0
        self._say = say
        self._failed = False

    def __call__(self, function: Any) -> Any:
        """The function, compiled when it is first called, for dynamic sizes if PyTorch can."""
        return torch.compile(function, backend=self._compile_graph, dynamic=True)

    def _compile_graph(self, graph: torch.fx.GraphModule, inputs: list[Any]) -> Any:
        try:
            compiled = torch._dynamo.lookup_backend("inductor")(graph, inputs)
        except (
            torch._dynamo.exc.ShortenTraceback
        ) as error:  # those of Inductor and Triton; others control the compilation
            if not self._failed:
                reason = str(error).strip().partition("\n")[0]
                self._say(f"not compiled, which is slower and changes no result: {reason}")
            self._failed = True
            return graph.forward
        self.graphs += 1
        return compiled
