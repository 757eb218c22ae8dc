"""How many threads a CPU's work runs on: those of a training, and PyTorch's, which is limited to one after a fork.

In: a number of threads. Out: PyTorch, BLAS and the core limited to it while a `with` block lasts. What a number of
threads does to the rounding of sums is left to the fingerprints of runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sentiment_fast.text.encoding import default_threads

_is_forked = False  # whether this process is the fork of one in which PyTorch may have started threads
_is_watched = False


def survive_forks() -> None:
    """In children forked from here on, PyTorch uses one thread; called where PyTorch is imported.

    A child inherits the list of OpenMP's waiting threads, but not the threads: the first sum that PyTorch shares out to
    them would wait for ever. The core keeps no threads between its calls, and needs nothing of the kind.
    """
    global _is_watched
    if not _is_watched:
        _is_watched = True
        os.register_at_fork(after_in_child=_use_one_thread)


def _use_one_thread() -> None:
    import torch

    global _is_forked
    _is_forked = True
    torch.set_num_threads(1)


@contextmanager
def pytorch_threads(threads: int | None) -> Iterator[None]:
    """Within it, PyTorch uses this many threads on a CPU, in a forked process one; None for as many as before."""
    import torch

    before, wanted = torch.get_num_threads(), 1 if _is_forked else threads
    if wanted in (None, before):
        yield
        return
    torch.set_num_threads(wanted)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def training_threads(threads: int | None) -> Iterator[None]:
    """Within it, PyTorch, BLAS and the core use this many threads on a CPU; None for as many as PyTorch would."""
    import scipy.linalg  # noqa: F401  its BLAS, which is not NumPy's, can be limited only once it is loaded
    import torch
    from threadpoolctl import threadpool_limits

    with pytorch_threads(threads):
        number = torch.get_num_threads()
        with default_threads(number), threadpool_limits(number, "blas"):
            yield
