"""stdout, written so that a run which is asked to stop does not wait for a reader who has stopped reading.

In: bytes. Out: the same, into a pipe or a terminal. A stdout that is a file never waits, and is taken as it is.
"""

from __future__ import annotations

import io
import os
import select
import stat
import sys
from typing import Any

_PATIENCE = 1.0  # seconds in which a reader has to take something, once the run was asked to stop


def standard_output() -> Any:
    """Something with `write` and `flush`: a StandardOutput where stdout may keep its writer waiting."""
    try:
        descriptor = sys.stdout.buffer.fileno()
    except (io.UnsupportedOperation, AttributeError):  # tests put others in its place
        return sys.stdout.buffer
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return sys.stdout.buffer
    sys.stdout.flush()
    return StandardOutput(descriptor)


class StandardOutput:
    """A pipe or terminal with a reader at its other end."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._hurried = self._closed = False
        self._woken, self._wake = os.pipe()

    def write(self, data: Any) -> None:
        """Raises KeyboardInterrupt where the run was asked to stop and the reader takes nothing."""
        rest = memoryview(data)
        while len(rest):
            self._wait_for_room()
            # So many bytes can be written where any can, without waiting; for others, the kernel would wait.
            rest = rest[os.write(self._descriptor, rest[: select.PIPE_BUF]) :]

    def hurry(self) -> None:
        """Ends another thread's wait, if the reader takes nothing for a second; may be called in a signal handler."""
        if not self._closed:
            os.write(self._wake, b"x")

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """stdout itself stays open."""
        self._closed = True
        os.close(self._woken)
        os.close(self._wake)

    def _wait_for_room(self) -> None:
        while True:
            waited_for = [] if self._hurried else [self._woken]
            woken, room, _ = select.select(waited_for, [self._descriptor], [], _PATIENCE if self._hurried else None)
            if room:
                return
            if not woken:
                raise KeyboardInterrupt
            self._hurried = True
