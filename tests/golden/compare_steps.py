"""What a case of the comparison is made of: commands, calls of the Python interface, and what must come out equal.

In: nothing. Out: plain values that compare_cases.py lists and compare_sides.py runs.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kill:
    """When a command is ended: by this signal, once the file `begun` holds something. pause: seconds for which it is
    stopped then, for what it does from time to time; lines: what the file `watch` must have after that.
    """

    signal: str
    begun: str
    pause: float = 0.0
    watch: str | None = None
    lines: int = 0


@dataclass(frozen=True)
class Command:
    """A command line without its `sentiment-fast`, as one would type it.

    prints: what stdout holds: "csv", "jsonl", "json" and "txt" are data and compared, "messages" are not.
    stdin: a file to read it from. alone: in a process of its own, as users run it, not next to others in one.
    """

    line: str
    prints: str = "txt"
    stdin: str | None = None
    alone: bool = False
    kill: Kill | None = None

    @property
    def own_process(self) -> bool:
        return self.alone or self.stdin is not None or self.kill is not None


@dataclass(frozen=True)
class Call:
    """A function of compare_python.py, which writes what it gets into the folder that it is called in."""

    function: str


@dataclass(frozen=True)
class Case:
    """Steps in a scratch folder, in which `inputs` and `models` are folders that both trees read.

    copies: files of `inputs` that are copied into the scratch folder first. equal: pairs of files or folders that must
    be equal in each tree, such as the results of a whole run and of one that was killed and resumed.
    needs: models that the steps use but don't name.
    """

    name: str
    steps: tuple[Command | Call, ...]
    copies: tuple[str, ...] = ()
    equal: tuple[tuple[str, str], ...] = ()
    needs: tuple[str, ...] = ()

    def models(self, names: list[str]) -> list[str]:
        lines = " ".join(step.line for step in self.steps if isinstance(step, Command))
        return [name for name in names if name in self.needs or f"models/{name}" in lines.split()]
