"""Scores in processes made in each way that Python has, of a scorer that was used before; run by test_processes.py.

In: a way, a model folder ("bundled" too), a folder for files. Out: "same" if the process gave the parent's answers.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

import sentiment_fast as sf

WAY, MODEL, FOLDER = sys.argv[1], sys.argv[2], Path(sys.argv[3])
# Many texts of many words, so that each kind of thread pool has something to share out.
TEXTS = [f"a good film {'and a bad one ' * (row % 40)} great fine poor" for row in range(200)]
SCORER = sf.load(MODEL, "cpu")


def answers(number: int = 0) -> list[Any]:
    """Everything that a process may ask for: scores of this scorer and of a new one, of files, and ids."""
    scored = ""
    for name in ("in.csv", "in.parquet"):  # which PyArrow reads, with threads of its own
        output = FOLDER / f"scored-{number}-{os.getpid()}-{threading.get_ident()}.csv"
        sf.score_files(FOLDER / name, output, sf.load(MODEL, "cpu"))
        scored += output.read_text("utf-8")
        output.unlink()
    return [
        SCORER.predict_proba(TEXTS).tolist(),
        sf.load(MODEL, "cpu").predict_proba(TEXTS[:3]).tolist(),
        [row.rpartition(",")[0] for row in scored.splitlines()],  # the last digits are rounded
        SCORER.encode(TEXTS).values.tolist(),
    ]


def of_fork() -> list[Any]:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        with os.fdopen(writer, "w") as pipe:
            json.dump(answers(), pipe)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        found = pipe.read()
    assert os.waitpid(child, 0)[1] == 0
    return [json.loads(found)]


def of_pool(method: str) -> Callable[[], list[Any]]:
    def run() -> list[Any]:
        with multiprocessing.get_context(method).Pool(2) as pool:
            return pool.map(answers, range(3))

    return run


def keep(scorer: sf.Scorer) -> None:
    global SCORER
    SCORER = scorer


def of_sent_scorer() -> list[Any]:
    """Spawned processes that are given the scorer."""
    with multiprocessing.get_context("spawn").Pool(2, keep, (SCORER,)) as pool:
        return pool.map(answers, range(3))


def of_executor() -> list[Any]:
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        return list(pool.map(answers, range(3)))


def of_threads() -> list[Any]:
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(answers())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def of_asyncio() -> list[Any]:
    async def ask() -> list[Any]:
        loop = asyncio.get_running_loop()
        with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
            in_processes = [loop.run_in_executor(pool, answers, number) for number in range(2)]
            in_threads = [asyncio.to_thread(answers, number) for number in range(2)]
            return await asyncio.gather(*in_threads, *in_processes)

    return asyncio.run(ask())


def of_fork_while_threads_score() -> list[Any]:
    """Forks while other threads are in the core."""
    ended = threading.Event()

    def score() -> None:
        while not ended.is_set():
            SCORER.predict_proba(TEXTS)

    threads = [threading.Thread(target=score) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        return [found for _ in range(5) for found in of_fork()]
    finally:
        ended.set()
        for thread in threads:
            thread.join()


WAYS: dict[str, Callable[[], list[Any]]] = {
    "os.fork": of_fork,
    "fork": of_pool("fork"),
    "forkserver": of_pool("forkserver"),
    "spawn": of_pool("spawn"),
    "spawn with the scorer": of_sent_scorer,
    "executor": of_executor,
    "threads": of_threads,
    "asyncio": of_asyncio,
    "fork while threads score": of_fork_while_threads_score,
}


def same(found: list[Any], expected: list[Any]) -> bool:
    numbers = all(np.allclose(one, other, atol=1e-5) for one, other in zip(found[:2], expected[:2], strict=True))
    return numbers and found[2:] == expected[2:]


if __name__ == "__main__":
    signal.alarm(120)  # a hang ends, with its children's pipes
    expected = answers()
    found = WAYS[WAY]()
    print("same" if found and all(same(one, expected) for one in found) else f"different: {found} {expected}")
