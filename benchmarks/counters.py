"""A function -> what a call costs besides time: the size of its output, peak memory, CPU cycles.

In: a function without arguments, called once for each figure. Out: bytes and cycles, None if this system can't measure
them. Timing is left to pytest-benchmark, ratios to conftest.py.
"""

from __future__ import annotations

import ctypes
import gc
import os
import platform
import re
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sentiment_fast.text.encoding import TokenIds

_PROCESS = Path("/proc/self")
_RESET_PEAK = "5"  # written to clear_refs: the peak (VmHWM) falls to what is resident now; man 5 proc


@dataclass(frozen=True)
class Costs:
    """output, peak: bytes. cycles: user-mode CPU cycles over all threads. None: not known on this system."""

    output: int | None
    peak: int | None
    cycles: int | None


def costs(function: Callable[[], Any]) -> Costs:
    """All three, of two calls: counting the cycles of one is not disturbed by measuring the memory of the other."""
    output, peak = extra_memory(function)
    size = output_bytes(output)
    del output
    return Costs(size, peak, user_cycles(function))


def output_bytes(output: Any) -> int | None:
    """The bytes of the arrays in a result; None for a type whose memory Python cannot see.

    A list of lists counts only its pointers: the integers belong to the vocabulary.
    """
    if isinstance(output, np.ndarray):
        return output.nbytes
    if isinstance(output, TokenIds):
        return output.values.nbytes + output.offsets.nbytes
    if hasattr(output, "indptr"):  # a sparse matrix of SciPy's
        return int(output.data.nbytes + output.indices.nbytes + output.indptr.nbytes)
    if isinstance(output, list) and all(isinstance(row, list) for row in output):
        return sys.getsizeof(output) + sum(map(sys.getsizeof, output))
    return None


def extra_memory(function: Callable[[], Any]) -> tuple[Any, int | None]:
    """(what the function returns, bytes that were resident at the call's peak and not before; its result included).

    Free memory that the C library kept is given to the system first, so that arrays count in full; small objects may
    take what the interpreter itself kept, and then do not show. None without Linux's /proc.
    """
    gc.collect()
    _return_free_memory()
    before = _resident("VmRSS")
    try:
        (_PROCESS / "clear_refs").write_text(_RESET_PEAK)
    except OSError:
        return function(), None
    output = function()
    peak = _resident("VmHWM")
    return output, None if before is None or peak is None else max(peak - before, 0)


def user_cycles(function: Callable[[], Any]) -> int | None:
    """User-mode CPU cycles of one call, over all threads; None if there is no readable counter.

    Then the function is not called. Many virtual machines have no such counter.
    """
    counters = _open_counters()
    if not counters:
        return None
    try:
        before = _total(counters)
        function()
        return _total(counters) - before
    finally:
        for counter in counters:
            os.close(counter)


def _resident(field: str) -> int | None:
    try:
        found = re.search(rf"^{field}:\s*(\d+) kB", (_PROCESS / "status").read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) * 1024 if found else None


def peak_resident() -> int | None:
    """Bytes that were resident at this process's peak, since it began: getrusage's figure may be of what started it."""
    return _resident("VmHWM")


def cpu_seconds() -> float:
    """Of all threads of this process, and of its children that have ended; user and system."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _return_free_memory() -> None:
    """What the C library keeps for later would hide the memory of a call that takes it from there."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc only
    if trim is not None:
        trim(0)


class _Event(ctypes.Structure):
    """struct perf_event_attr in its first version, which every kernel takes; man 2 perf_event_open."""

    _fields_ = (
        ("type", ctypes.c_uint32),
        ("size", ctypes.c_uint32),
        ("config", ctypes.c_uint64),
        ("sample_period", ctypes.c_uint64),
        ("sample_type", ctypes.c_uint64),
        ("read_format", ctypes.c_uint64),
        ("flags", ctypes.c_uint64),
        ("wakeup_events", ctypes.c_uint32),
        ("breakpoint_type", ctypes.c_uint32),
        ("config1", ctypes.c_uint64),
    )


_SYSTEM_CALLS = {"x86_64": 298, "aarch64": 241}  # perf_event_open
_CPU_CYCLES = (0, 0)  # type PERF_TYPE_HARDWARE, config PERF_COUNT_HW_CPU_CYCLES
_INHERIT, _EXCLUDE_KERNEL, _EXCLUDE_HYPERVISOR = 1 << 1, 1 << 5, 1 << 6
_ANY_CPU, _NO_GROUP, _NO_FLAGS = -1, -1, 0


def _open_counters(event: tuple[int, int] = _CPU_CYCLES) -> list[int]:
    """A running counter for each thread there is, inherited by the threads it starts; empty if none is available."""
    number = _SYSTEM_CALLS.get(platform.machine())
    if sys.platform != "linux" or number is None:
        return []
    system_call = ctypes.CDLL(None, use_errno=True).syscall
    flags = _INHERIT | _EXCLUDE_KERNEL | _EXCLUDE_HYPERVISOR
    asked = _Event(type=event[0], config=event[1], size=ctypes.sizeof(_Event), flags=flags)
    counters: list[int] = []
    for thread in (_PROCESS / "task").iterdir():
        counter = system_call(number, ctypes.byref(asked), int(thread.name), _ANY_CPU, _NO_GROUP, _NO_FLAGS)
        if counter < 0:
            for opened in counters:
                os.close(opened)
            return []
        counters.append(counter)
    return counters


def _total(counters: list[int]) -> int:
    return sum(int.from_bytes(os.read(counter, 8), sys.byteorder) for counter in counters)
