"""A model and where it is to run -> a scorer in this process, or the workers of a Ray cluster.

In: a model folder, a `Scorer` or an open `Cluster`, and the options of scoring. Out: the scorer, and the cluster if it
is one that scores. What is scored is left to others.
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
    """engine, model: as for `score_files`. Raises UsageError for those that do not fit each other."""
    if model is None and not isinstance(engine, str):
        model = engine.scorer
    adjusted = _adjusted(model, options, say)
    if not isinstance(engine, str):
        if adjusted is not engine.scorer or options.workers is not None:
            raise UsageError("Expected the scorer of the open cluster as the model, and no number of workers")
        if engine.scorer.threshold != engine.fingerprint["threshold"]:  # which workers use
            raise UsageError(
                f"Expected the threshold that the cluster was opened with, {engine.fingerprint['threshold']}, got "
                f"{engine.scorer.threshold}: open one with a scorer that has it"
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
    """Raises UsageError for an engine that does not exist, and for workers of one that has none."""
    if engine == "local" and options.workers is not None:
        raise UsageError(
            "Expected no number of workers without the engine ray (--workers, --engine): in one process, threads do "
            "the work"
        )
    if engine != "local" and options.threads is not None:
        raise UsageError(
            "Expected no number of threads with the engine ray (--threads, --engine): a worker uses the CPUs that Ray "
            "gives it"
        )
    if isinstance(engine, str) and engine not in ("local", "ray"):
        raise UsageError(f"Expected an engine of local or ray, got {engine!r}")


def _adjusted(model: str | Path | Scorer | None, options: ScoreOptions, say: Callable[[str], None]) -> Scorer | Model:
    if not isinstance(model, Scorer):
        return load_model(named_or_bundled(model, say)).adjusted(options.threshold, options.cascade)
    if options.threshold is not None or options.cascade is not None:
        raise UsageError("Expected a threshold or a cascade only with a model folder: a scorer has its own")
    return model
