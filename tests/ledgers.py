"""Small ledgers for tests, and what ends a run at any of its calls to the disk.

As a program, `python -m tests.ledgers WORKSPACE AT half|not`, it closes two months and is killed at the AT-th call.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.store import ledger as store
from gymreg_core.store.ledger import Ledger

MONTHS = (202311, 202312, 202401, 202402)
STEPS = 8
"""Calls that touch the disk while a month of two tables is closed: the folder is made, four files are written, it is
brought to the disk, renamed, and the ledger's folder is brought to the disk. A test holds the number."""


def tables(month: int) -> dict[str, pd.DataFrame]:
    numbers = np.arange(50, dtype=np.int64) * month
    return {"postings": pd.DataFrame({"amount": numbers}), "unpaid": pd.DataFrame({"reason": ["a", "b"] * 5})}


def close(workspace: Path, months: tuple[int, ...]) -> Ledger:
    with Ledger(workspace).writing() as writer:
        for month in months:
            writer.close(month, tables(month), {"month": month})
    return Ledger(workspace)


def hooks(at: int, half: bool, end: Callable[[], None]) -> tuple[list[tuple[Any, str, Callable[..., Any]]], list[str]]:
    """Calls to put in the place of those that touch the disk, and the names of those made so far.

    The `at`-th of them (1 = the first) ends with `end`, half done or not begun.
    """
    made: list[str] = []

    def hooked(owner: Any, name: str, begin: Callable[..., Any]) -> tuple[Any, str, Callable[..., Any]]:
        call = getattr(owner, name)

        def ending(*arguments: Any, **named: Any) -> Any:
            made.append(name)
            if len(made) == at:
                if half:
                    begin(*arguments, **named)
                end()
            return call(*arguments, **named)

        return owner, name, ending

    return [
        hooked(store, "write", lambda path, content: path.write_bytes(content[: len(content) // 2])),
        hooked(store, "sync_folder", lambda folder: None),
        hooked(Path, "mkdir", Path.mkdir),
        hooked(Path, "rename", lambda path, target: None),
    ], made


if __name__ == "__main__":
    for owner, name, call in hooks(
        int(sys.argv[2]), sys.argv[3] == "half", lambda: os.kill(os.getpid(), signal.SIGKILL)
    )[0]:
        setattr(owner, name, call)
    close(Path(sys.argv[1]), MONTHS[2:])
