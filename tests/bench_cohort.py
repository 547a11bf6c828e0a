"""How long the tracking of cohorts takes and how much memory it needs. Run by `make bench`.

Each piece of work is done by a process of its own, whose highest memory counts. Sections: reading; histories, from a
workspace of 350,000 pupils and 5 million rows to starters and all completion cards; aalen-johansen.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.cohort.build import histories
from gymreg_core.cohort.histories import Histories
from gymreg_core.cohort.measures import all_measures
from gymreg_core.cohort.starts import starts
from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.findings import Findings
from gymreg_core.provenance import InputFile, Provenance
from gymreg_core.sources.enrolments.reading import EnrolmentReading, read_enrolments
from gymreg_core.store.enrolments import ingest_enrolments, put_enrolments, stored_enrolments
from gymreg_core.synthetic.enrolment_extracts import write_enrolments
from gymreg_core.synthetic.histories import make_enrolments
from gymreg_core.synthetic.identities import numbers_of
from gymreg_core.synthetic.region import write_region
from tests import bench_aalen_johansen as aalen_johansen

PUPILS, SPELLS = 350_000, 10_000_000
BOUNDS = {
    "350,000 pupils read and stored, s": 60.0,
    "350,000 pupils read and stored, MB": 3000.0,
    "10 million spells read, MB": 2000.0,
    "histories and cards of 350,000 pupils, s": 20.0,
    "histories and cards of 350,000 pupils, MB": 4000.0,
    "Aalen-Johansen, 350,000 subjects, 9 states, s": 3.0,
    "Aalen-Johansen, 350,000 subjects, 9 states, 250 schools, s": 3.0,
}
"""What the figures may be at most."""
FLOORS = {"two exits, times as fast as lifelines": 20.0}
"""What they may be at least."""


def repeated(enrolments: Enrolments, times: int, persons: int | None = None) -> Enrolments:
    """Enrolments whose persons stand there several times under new numbers, schools as they are; of the last the first
    few where `persons` are wanted in all. Every row that can be annulled was wrong at first: it stands twice."""
    n = len(enrolments.persons)
    tables: dict[str, Any] = {}
    for name, table in enrolments.tables().items():
        if name in ("schools", "predecessors"):
            continue
        table = pd.concat([table, _wrong_first(table)], ignore_index=True) if "annulled" in table else table
        parts = []
        for turn in range(times):
            moved = {c: table[c] + np.int32(turn * n) for c in ("pupil", "former") if c in table and len(table)}
            parts.append(table.assign(**moved))
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
    write_enrolments(enrolments, numbers_of(enrolments.persons, np.random.default_rng(1)), folder)


def _stored(workspace: Path) -> Enrolments:
    return stored_enrolments(workspace).enrolments


def _starters(workspace: Path) -> tuple[Histories, pd.DataFrame]:
    h = histories(_stored(workspace))
    return h, starts(h)


WORK: dict[str, Callable[[Path], Any]] = {
    "read": read_enrolments,
    "store": lambda folder: ingest_enrolments(folder, folder.parent / "ws"),
    "load": _stored,
    "histories": _starters,
    "cards": lambda workspace: all_measures(*_starters(workspace)),
}


def alone(work: str, folder: Path) -> tuple[float, float]:
    """Seconds, and highest memory in MB, of one piece of work in a process of its own."""
    told = subprocess.run(
        [sys.executable, __file__, "--work", work, str(folder)], check=True, capture_output=True, text=True
    )
    seconds, memory = json.loads(told.stdout)
    return float(seconds), float(memory)


def reading(folder: Path) -> dict[str, float]:
    """Reading, checking, pseudonyms and storing, from text files."""
    made = write_region(folder / "region", enrolments=True, years=range(2021, 2026))[-1]
    read = read_enrolments(made).enrolments
    assert read is not None
    times = -(-PUPILS // len(read.persons))
    pupils = repeated(read, times, PUPILS)
    figures: dict[str, float] = {"rows of 350,000 pupils": sum(map(len, pupils.tables().values()))}
    large_extract(folder / "pupils", pupils)
    name = "350,000 pupils read and stored"
    figures[f"{name}, s"], figures[f"{name}, MB"] = alone("store", folder / "pupils")
    spells = repeated(read, -(-SPELLS // (2 * len(read.spells))))
    figures["spells"] = len(spells.spells)
    figures["rows with them"] = sum(map(len, spells.tables().values()))
    large_extract(folder / "spells", spells)
    name = "10 million spells read"
    figures[f"{name}, s"], figures[f"{name}, MB"] = alone("read", folder / "spells")
    return figures


def from_histories(folder: Path) -> dict[str, float]:
    """Histories, and completion by every card, of what lies in a workspace; reading it from there is a part."""
    drawn = make_enrolments(range(2021, 2026), date(2026, 1, 31), scale=0.25)
    many = repeated(drawn, -(-PUPILS // len(drawn.persons)), PUPILS)
    numbers = np.random.default_rng(1).permutation(PUPILS).tolist()
    many = replace(many, persons=many.persons.assign(applicant=[f"{number:032x}" for number in numbers]))
    about = Provenance((InputFile("made up", "0" * 64, 0),), already_public=False, made_up=True)
    put_enrolments(folder / "histories", EnrolmentReading(many, Findings(), about), "bench")
    figures: dict[str, float] = {"rows of these pupils": sum(map(len, many.tables().values()))}
    del many, drawn
    for work, name in (("load", "the tables"), ("histories", "histories"), ("cards", "histories and cards")):
        seconds, memory = alone(work, folder / "histories")
        figures |= {f"{name} of 350,000 pupils, s": seconds, f"{name} of 350,000 pupils, MB": memory}
    return figures


SECTIONS: dict[str, Callable[[Path], dict[str, float]]] = {
    "reading": reading,
    "histories": from_histories,
    "aalen-johansen": aalen_johansen.figures,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--work", nargs=2, metavar=("WHAT", "FOLDER"), help="one piece of work, alone")
    parser.add_argument("--section", choices=[*SECTIONS], action="append", help="default: all")
    given = parser.parse_args()
    if given.work:
        begun = time.perf_counter()
        WORK[given.work[0]](Path(given.work[1]))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        print(json.dumps([time.perf_counter() - begun, memory]))
        return
    folder = Path(tempfile.mkdtemp(prefix="gymreg-bench-"))
    figures: dict[str, float] = {}
    try:
        for section in given.section or SECTIONS:
            figures |= SECTIONS[section](folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    bounds = {name: f"   at most {bound:g}" for name, bound in BOUNDS.items()}
    bounds |= {name: f"   at least {bound:g}" for name, bound in FLOORS.items()}
    lines = "\n".join(f"{name:<60}{value:12.2f}{bounds.get(name, '')}" for name, value in figures.items())
    print(json.dumps(figures, indent=1) if given.json else lines)


if __name__ == "__main__":
    main()
