"""A Ray cluster -> workers that hold the model, and calls to them, whose results come in order (extra: ray).

In: a model, and a lazy sequence of calls. Out: their results. This uses Ray's actors, not Ray Data, which reads blocks
on any machine, may never replace an actor that died (ray-project/ray #62746), and reports progress only at the end.
Here the process that writes and keeps the journal places each call: few are in flight at once, a call whose worker is
lost is repeated elsewhere, and each result is returned once.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from sentiment_fast.errors import ClusterError, SentimentFastError, UsageError
from sentiment_fast.extras import needs
from sentiment_fast.model.folder import load_model
from sentiment_fast.model.model import Model
from sentiment_fast.scoring.cluster.worker import Worker
from sentiment_fast.scoring.scorer import Scorer

_THREADS = 1  # and CPUs per worker: windows are processed in parallel instead
_PER_WORKER = 2  # calls: one runs while the next one waits
_RETRIES = 3  # of a call, and of starting a worker
_SLOW_START = 30.0  # seconds, enough to start a worker even from a slow disk
_PATIENCE = 0.5  # seconds between checks for whether a wait was cancelled


class Cluster:
    """Workers that hold one model, for any number of runs, also in several threads.

    model, device, precision: as for `sf.score_files`, or a loaded model; "auto" uses GPUs if the cluster has any.
    workers: None for one per GPU or CPU of the cluster. The cluster is the one that Ray is already connected to, else
    the one at RAY_ADDRESS, else one that is started on this machine and ended by `close`. scorer: the model in this
    process, for encoding texts and naming labels. fingerprint: everything that the workers' scores depend on.
    in_flight: the maximum number of calls whose results have not been returned.
    Raises UsageError if Ray is not installed or cannot be reached, ClusterError if Ray or all workers fail to start.
    """

    def __init__(
        self,
        model: str | Path | Scorer | Model,
        device: str = "auto",
        precision: str = "auto",
        workers: int | None = None,
        say: Callable[[str], None] = lambda message: None,
    ) -> None:
        if workers is not None and workers < 1:
            raise UsageError(f"Expected `workers` of 1 or more, got {workers}")
        self._ray = _ray()
        if isinstance(model, Scorer):
            device, precision = model.device.type, model.precision.name
        saved = _saved(model)
        self.scorer = Scorer(saved, "cpu", "float32")
        self.fingerprint: dict[str, Any] = {}
        self._say = say
        self._lock = threading.Lock()
        self._unplaced: deque[_Call] = deque()
        self._running: dict[Any, _Call] = {}
        self._actors: list[_Actor] = []
        self._failed_starts = 0
        self._failure: SentimentFastError | None = None
        self._ours = not self._ray.is_initialized()
        if self._ours:
            _connect(self._ray)
        try:
            resources = self._ray.cluster_resources()
            gpus, cpus = int(resources.get("GPU", 0)), int(resources.get("CPU", 0))
            if device == "cuda" and gpus == 0:
                raise UsageError("Expected a Ray cluster with GPUs, found none: choose `device=cpu` or `device=auto`")
            on_gpu = device == "cuda" or (device == "auto" and gpus > 0)
            room = max(gpus if on_gpu else cpus // _THREADS, 1)
            self.workers = workers or room
            if self.workers > room:
                say(f"The Ray cluster has room for {room} of {self.workers} workers: the others wait")
            self.in_flight = (_PER_WORKER + 1) * self.workers
            self._permits = threading.Semaphore(self.in_flight)
            self._class = self._ray.remote(num_cpus=_THREADS, num_gpus=int(on_gpu))(_Answering)
            self._arguments = (self._ray.put(saved), "cuda" if on_gpu else "cpu", precision, _THREADS)
            for _ in range(self.workers):
                self._start()
            began: float | None = time.monotonic()
            while not self.fingerprint:
                self._collect()
                if began is not None and time.monotonic() - began > _SLOW_START:
                    say("no worker has started yet: does the cluster have a free CPU (and GPU, for workers on GPUs)?")
                    began = None
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the workers, and the cluster if it was started here."""
        with self._lock:
            for actor in self._actors:
                self._ray.kill(actor.handle)
            self._actors.clear()
        if self._ours:
            self._ray.shutdown()

    def map(
        self, method: str, calls: Iterable[tuple[Any, ...]], cancelled: threading.Event | None = None
    ) -> Iterator[Any]:
        """The results of a `Worker`'s method for each of the arguments, in their order.

        calls: iterated over in this thread, only while fewer than `in_flight` calls of all maps are in flight.
        cancelled: ends the map, and a wait in it. Raises what the method raised, if it is one of this package's errors.
        After any other error the call is retried; if that does not help, ClusterError is raised.
        """
        cancelled = cancelled or threading.Event()
        waiting: deque[_Call] = deque()
        try:
            for arguments in calls:
                while not self._permits.acquire(timeout=0 if waiting else _PATIENCE):
                    if waiting and self._wait(waiting[0], cancelled):
                        yield self._handed_on(waiting)
                    if cancelled.is_set():
                        return
                waiting.append(_Call(method, arguments))
                with self._lock:
                    self._unplaced.append(waiting[-1])
                    self._place()
                while waiting and waiting[0].done:
                    yield self._handed_on(waiting)
            while waiting:
                if not self._wait(waiting[0], cancelled):
                    return
                yield self._handed_on(waiting)
        finally:
            with self._lock:
                self._unplaced = deque(call for call in self._unplaced if call not in waiting)
            for _ in waiting:
                self._permits.release()

    def _handed_on(self, waiting: deque[_Call]) -> Any:
        call = waiting.popleft()
        self._permits.release()
        if isinstance(call.result, SentimentFastError):
            raise call.result
        return call.result

    def _wait(self, call: _Call, cancelled: threading.Event) -> bool:
        """Whether the call is done: False if the wait was cancelled."""
        while not call.done and not cancelled.is_set():
            self._collect()
        return call.done

    def _collect(self) -> None:
        """Wait, for a limited time, until a call is done or a worker has started; then record all of these."""
        with self._lock:
            if self._failure is not None:
                raise self._failure
            refs = [*self._running, *(actor.started for actor in self._actors if not actor.ready)]
        done, _ = self._ray.wait(refs, num_returns=1, timeout=_PATIENCE)
        if done:
            done, _ = self._ray.wait(refs, num_returns=len(refs), timeout=0)
        with self._lock:
            for ref in done:
                if ref in self._running:
                    self._take_result(ref)
                else:
                    self._take_start(ref)
            self._place()

    def _start(self) -> None:
        handle = self._class.remote(*self._arguments)
        self._actors.append(_Actor(handle, handle.fingerprint.remote()))

    def _place(self) -> None:
        """Assign waiting calls to the least busy workers."""
        while self._unplaced:
            call = self._unplaced[0]
            free = [actor for actor in self._actors if actor.ready and actor.calls < _PER_WORKER]
            others = [actor for actor in free if actor is not call.actor]  # on which it has not just failed
            if not free or (not others and sum(actor.ready for actor in self._actors) > 1):
                return
            actor = min(others or free, key=lambda one: one.calls)
            self._unplaced.popleft()
            call.actor = actor
            actor.calls += 1
            self._running[actor.handle.answer.remote(call.method, call.arguments)] = call

    def _take_result(self, ref: Any) -> None:
        call = self._running.pop(ref)
        assert call.actor is not None
        call.actor.calls -= 1
        try:
            call.result, call.done = self._ray.get(ref), True
            return
        except self._ray.exceptions.RayTaskError as error:  # raised by the method
            reason = f"{type(error.cause).__name__}: {error.cause}"
        except self._ray.exceptions.RayError as error:  # in the worker, its machine or the network
            reason = _first_line(error)
            self._replace(call.actor, reason)
        call.failures += 1
        if call.failures > _RETRIES:
            call.done = True
            call.result = ClusterError(
                f"A window could not be scored in {call.failures} attempts on different workers. The last: {reason}"
            )
        else:
            self._unplaced.appendleft(call)

    def _take_start(self, ref: Any) -> None:
        actor = next((one for one in self._actors if one.started == ref), None)
        if actor is None:  # another thread has recorded it
            return
        try:
            fingerprint = self._ray.get(ref)
        except self._ray.exceptions.RayError as error:
            cause = getattr(error, "cause", None)
            reason = str(cause) if isinstance(cause, SentimentFastError) else _last_line(error)
            self._failed_starts += 1
            if not self.fingerprint or self._failed_starts > _RETRIES:
                self._failure = ClusterError(
                    f"A worker could not be started: {reason}. Is sentiment_fast installed on every machine of the "
                    "cluster, in the same version?"
                )
            else:
                self._replace(actor, reason)
            return
        actor.ready, self._failed_starts = True, 0
        self.fingerprint = self.fingerprint or fingerprint
        for name, found in fingerprint.items():
            if found != self.fingerprint[name]:
                first = self.fingerprint[name]
                self._failure = UsageError(
                    f"Expected workers that score identically, got {name} {first} on one and {found} on another"
                    ": use the same kind of machine and the same versions, or choose `device` and `precision`"
                )

    def _replace(self, lost: _Actor, reason: str) -> None:
        """Replace a lost worker, unless that was done already."""
        if lost in self._actors:
            self._say(f"a worker was lost ({reason}) and is being replaced")
            self._actors.remove(lost)
            self._ray.kill(lost.handle)
            self._start()


class _Answering(Worker):
    def answer(self, method: str, arguments: tuple[Any, ...]) -> Any:
        """The method's result or its error. If raised, Ray would log errors of results that nobody retrieves."""
        try:
            return getattr(self, method)(*arguments)
        except SentimentFastError as error:
            return error


class _Actor:
    """started: a reference to its future fingerprint. calls: the number of its unfinished calls."""

    def __init__(self, handle: Any, started: Any) -> None:
        self.handle, self.started = handle, started
        self.ready = False
        self.calls = 0


class _Call:
    """actor: the last one that it was assigned to. failures: the number of failed attempts."""

    def __init__(self, method: str, arguments: tuple[Any, ...]) -> None:
        self.method, self.arguments = method, arguments
        self.actor: _Actor | None = None
        self.failures = 0
        self.done = False
        self.result: Any = None


def _saved(model: str | Path | Scorer | Model) -> Model:
    if isinstance(model, Scorer):
        return model.model()
    return model if isinstance(model, Model) else load_model(model)


def _ray() -> Any:
    if "RAY_ADDRESS" not in os.environ:  # otherwise whoever started that cluster has decided this
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    with needs("ray", "`engine=ray`"):
        import ray
    return ray


def _connect(ray: Any) -> None:
    address = os.environ.get("RAY_ADDRESS")
    # Output of workers must not get between the rows on stdout.
    quiet = {"log_to_driver": False, "logging_level": "warning"}
    try:
        if address:
            ray.init(address, **quiet)
        else:
            ray.init("local", include_dashboard=False, **quiet)
    except Exception as error:  # Ray raises no subclass if its processes do not start in time
        if address is None:
            raise ClusterError(f"Ray could not be started on this machine: {_first_line(error)}") from error
        raise UsageError(
            f"RAY_ADDRESS={address}: expected a Ray cluster there, got {_first_line(error)}: start one with "
            "`ray start`, or unset RAY_ADDRESS to start one on this machine"
        ) from error


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__


def _last_line(error: BaseException) -> str:
    return str(error).strip().rpartition("\n")[2].strip() or type(error).__name__
