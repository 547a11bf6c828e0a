"""How long reading a large extract of enrolments takes, and its highest memory; a section of tests/bench_cohort.py.

What is read stands here with no more imports than it needs, since those take memory too.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.contracts.enrolments import Enrolments

PUPILS, SPELLS = 350_000, 10_000_000


def _read(folder: Path) -> None:
    from gymreg_core.sources.enrolments.reading import read_enrolments

    read_enrolments(folder)


def _store(folder: Path) -> None:
    from gymreg_core.store.enrolments import ingest_enrolments

    ingest_enrolments(folder, folder.parent / "ws")


WORK: dict[str, Callable[[Path], None]] = {"read": _read, "store": _store}


def reading(folder: Path) -> dict[str, float]:
    """Reading, checking, pseudonyms and storing, from text files."""
    from gymreg_core.sources.enrolments.reading import read_enrolments
    from gymreg_core.synthetic.region import write_region

    made = write_region(folder / "region", enrolments=True, years=range(2021, 2026))[-1]
    read = read_enrolments(made).enrolments
    assert read is not None
    times = -(-PUPILS // len(read.persons))
    pupils = repeated(read, times, PUPILS)
    figures: dict[str, float] = {"rows of 350,000 pupils": sum(map(len, pupils.tables().values()))}
    large_extract(folder / "pupils", pupils)
    name = "350,000 pupils read and stored"
    figures[f"{name}, s"], figures[f"{name}, MB"] = alone(__file__, "store", folder / "pupils")
    wanted = SPELLS * len(read.persons) // (2 * len(read.spells))
    spells = repeated(read, -(-wanted // len(read.persons)), wanted)
    figures["spells"] = len(spells.spells)
    figures["rows with them"] = sum(map(len, spells.tables().values()))
    large_extract(folder / "spells", spells)
    name = "10 million spells read"
    figures[f"{name}, s"], figures[f"{name}, MB"] = alone(__file__, "read", folder / "spells")
    return figures


def alone(script: str, work: str, folder: Path) -> tuple[float, float]:
    """Seconds, and highest memory in MB, of one piece of a script's work in a process of its own."""
    told = subprocess.run(
        [sys.executable, script, "--work", work, str(folder)], check=True, capture_output=True, text=True
    )
    seconds, memory = json.loads(told.stdout)
    return float(seconds), float(memory)


def timed(work: Callable[[Path], Any], folder: Path) -> tuple[float, float]:
    """Seconds of a piece of work, and the highest memory of this process in MB."""
    begun = time.perf_counter()
    work(folder)
    seconds = time.perf_counter() - begun
    # Not getrusage: its highest is also that of the process which started this one.
    highest = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return seconds, int(highest[1]) / 1000 if highest else float("nan")


def repeated(enrolments: Enrolments, times: int, persons: int | None = None) -> Enrolments:
    """Enrolments whose persons stand there several times under new numbers, schools as they are; of the last the first
    few where `persons` are wanted in all. Every row that can be annulled was wrong at first: it stands twice."""
    n = len(enrolments.persons)
    tables: dict[str, Any] = {}
    for name, table in enrolments.tables().items():
        if name in ("schools", "predecessors"):
            continue
        both = pd.concat([table, _wrong_first(table)], ignore_index=True) if "annulled" in table else table
        parts = []
        for turn in range(times):
            moved = {c: both[c] + np.int32(turn * n) for c in ("pupil", "former") if c in both and len(both)}
            parts.append(both.assign(**moved))
        whole = pd.concat(parts, ignore_index=True)
        if persons is not None:
            ids = [whole[c] < persons for c in ("pupil", "former") if c in whole]
            whole = whole[np.logical_and.reduce(ids)] if ids else whole[:persons]
        tables[name] = whole.reset_index(drop=True)
    return replace(enrolments, **tables)


def _wrong_first(table: pd.DataFrame) -> pd.DataFrame:
    """The rows as they were known from the day before on, annulled when those that count were recorded."""
    day = pd.Timedelta(days=1)
    return table.assign(recorded=(table["recorded"] - day).astype("datetime64[s]"), annulled=table["recorded"])


def large_extract(folder: Path, enrolments: Enrolments) -> None:
    """Write enrolments as an extract under numbers that are nobody's."""
    from gymreg_core.synthetic.enrolment_extracts import write_enrolments
    from gymreg_core.synthetic.identities import numbers_of

    write_enrolments(enrolments, numbers_of(enrolments.persons, np.random.default_rng(1)), folder)


if __name__ == "__main__":
    print(json.dumps(timed(WORK[sys.argv[2]], Path(sys.argv[3]))))
