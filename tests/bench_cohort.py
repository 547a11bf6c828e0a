"""How long the tracking of cohorts takes and how much memory it needs. Run by `make bench`.

Each piece of work is done by a process of its own, whose highest memory counts. Sections: reading; histories, from a
workspace of 350,000 pupils and 5 million rows to starters and all completion cards; aalen-johansen.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
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
from gymreg_core.sources.enrolments.reading import EnrolmentReading
from gymreg_core.store.enrolments import put_enrolments, stored_enrolments
from gymreg_core.synthetic.histories import make_enrolments
from tests import bench_aalen_johansen as aalen_johansen
from tests.bench_reading import PUPILS, alone, reading, repeated, timed

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


def _stored(workspace: Path) -> Enrolments:
    return stored_enrolments(workspace).enrolments


def _starters(workspace: Path) -> tuple[Histories, pd.DataFrame]:
    h = histories(_stored(workspace))
    return h, starts(h)


WORK: dict[str, Callable[[Path], Any]] = {
    "load": _stored,
    "histories": _starters,
    "cards": lambda workspace: all_measures(*_starters(workspace)),
}


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
        seconds, memory = alone(__file__, work, folder / "histories")
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
        print(json.dumps(timed(WORK[given.work[0]], Path(given.work[1]))))
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
