"""One writer at a time, by a lock of the operating system that ends with the process that holds it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gymreg_core.errors import GymregError

_PAUSE = 0.05

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def exclusive(path: Path, wait: float | None = None) -> Iterator[None]:
    """Hold the lock file `path` while the block runs; a file that an ended process left behind holds nobody up.

    `wait` in seconds, None for as long as it takes.

    Errors: GymregError where another process holds it for longer than `wait` seconds.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        _acquire(descriptor, path, wait)
        yield
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, path: Path, wait: float | None) -> None:
    until = None if wait is None else time.monotonic() + wait
    while True:
        try:
            _try_lock(descriptor)
        except OSError:
            if until is not None and time.monotonic() >= until:
                raise GymregError(
                    "another run is writing here",
                    where=str(path.parent),
                    why=f"It has not finished within {wait:g} seconds.",
                    remedy="Wait until it has ended, or name another workspace.",
                ) from None
            time.sleep(_PAUSE)
        else:
            return
