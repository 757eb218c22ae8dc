"""A model and where to run it -> a scorer in this process, or the workers of a Ray cluster.

In: a model folder, a `Scorer` or an open `Cluster`, and the options of scoring. Out: the scorer, and the cluster if one
is used. What is scored is left to others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sentiment_fast.errors import UsageError
from sentiment_fast.model.folder import load_model, named_or_bundled
from sentiment_fast.model.model import Model
from sentiment_fast.scoring.options import ScoreOptions
from sentiment_fast.scoring.scorer import Scorer

if TYPE_CHECKING:
    from sentiment_fast.scoring.cluster.ray_cluster import Cluster


@contextmanager
def open_engine(
    engine: str | Cluster, model: str | Path | Scorer | None, options: ScoreOptions, say: Callable[[str], None]
) -> Iterator[tuple[Scorer, Cluster | None]]:
    """engine, model: as for `score_files`. Raises UsageError if they do not go together."""
    if model is None and not isinstance(engine, str):
        model = engine.scorer
    adjusted = _adjusted(model, options, say)
    if not isinstance(engine, str):
        if adjusted is not engine.scorer or options.workers is not None:
            raise UsageError("Expected the open cluster's scorer as the model, and no `workers`")
        for name in ("threshold", "neutral"):
            found, of_workers = getattr(engine.scorer, name), engine.fingerprint[name]
            if found != of_workers:
                raise UsageError(
                    f"Expected the {name} that the cluster was opened with, {of_workers}, got {found}: open a cluster "
                    f"with a scorer that has this {name}"
                )
        yield engine.scorer, engine
    elif engine == "ray":
        check_engine(engine, options)
        from sentiment_fast.scoring.cluster.ray_cluster import Cluster

        with Cluster(adjusted, options.device, options.precision, options.workers, say) as cluster:
            yield cluster.scorer, cluster
    else:
        check_engine(engine, options)
        if not isinstance(adjusted, Scorer):
            adjusted = Scorer(adjusted, options.device, options.precision, options.threads)
        yield adjusted, None


def check_engine(engine: str | Cluster, options: ScoreOptions) -> None:
    """Raises UsageError for an unknown engine, and for options that the engine does not have."""
    if engine == "local" and options.workers is not None:
        raise UsageError(
            "Expected no `workers` without `engine=ray`: a single process scores with threads, see `threads`"
        )
    if engine != "local" and options.threads is not None:
        raise UsageError("Expected no `threads` with `engine=ray`: each worker uses the CPUs that Ray assigns to it")
    if isinstance(engine, str) and engine not in ("local", "ray"):
        raise UsageError(f"Expected `engine` to be local or ray, got {engine!r}")


def _adjusted(model: str | Path | Scorer | None, options: ScoreOptions, say: Callable[[str], None]) -> Scorer | Model:
    if not isinstance(model, Scorer):
        return load_model(named_or_bundled(model, say)).adjusted(options.threshold, options.cascade, options.neutral)
    if any(one is not None for one in (options.threshold, options.cascade, options.neutral)):
        raise UsageError("Expected `threshold`, `neutral` and `cascade` only with a model folder: a scorer has its own")
    return model
