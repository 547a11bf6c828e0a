"""From enrolments to settled months that reports rest on; the made-up region is made, taken in and settled for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from gymreg_core.store.fingerprint import code_fingerprint, fingerprint
from gymreg_core.store.ledger import Ledger

Note = Callable[[str], None]
_MADE_UP = "made-up-settled"
_MONTHS = 12
_DECIDES = ("synthetic", "matching", "funding", "contracts", "sources", "store", "vocabulary", "rules")


def _quiet(_: str) -> None:
    """Takes a note and tells nobody."""


def made_up_settled(workspace: Path, note: Note = _quiet, *, scale: float = 1.0, years: int = 2) -> Path:
    """A workspace of its own below `workspace` with the enrolments of the made-up region and its last whole calendar
    years settled; what lies there from the same code is not made again.

    scale : size of the region, 1.0 as large as the real one. Errors: as `ingest_enrolments` and `settle_months`.
    """
    from gymreg_core.funding.settle_months import settle_months
    from gymreg_core.store.enrolments import ingest_enrolments
    from gymreg_core.synthetic.region import ENROLMENT_YEARS

    last = max(ENROLMENT_YEARS)
    key = fingerprint(code_fingerprint([f"gymreg_core.{room}" for room in _DECIDES]), scale, years)
    home = workspace / _MADE_UP
    place = home / key[:20]
    if len(Ledger(place).closings) == years * _MONTHS:
        return place
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    unfinished = home / f"{place.name}.part"
    with TemporaryDirectory(dir=home, prefix="extract-") as folder:
        note("making the enrolments of the made-up region")
        extract = _write(Path(folder), scale)
        note("taking in the enrolments")
        ingest_enrolments(extract, unfinished)
    note(f"settling {years * _MONTHS} months")
    settle_months(unfinished, 100 * (last - years + 1) + 1, 100 * last + _MONTHS)
    return unfinished.replace(place)


def _write(folder: Path, scale: float) -> Path:
    """The extract of the made-up region's enrolments alone, without the registers that they follow from."""
    from gymreg_core.synthetic.enrolment_extracts import write_enrolments
    from gymreg_core.synthetic.histories import enrolments_of
    from gymreg_core.synthetic.histories_start import starters_of
    from gymreg_core.synthetic.region import DEFAULT_SEED, ENROLMENT_YEARS
    from gymreg_core.synthetic.registers import make_register

    starters = [
        starters_of(make_register(year, seed=DEFAULT_SEED, scale=scale), DEFAULT_SEED) for year in ENROLMENT_YEARS
    ]
    made = enrolments_of(starters, date(max(ENROLMENT_YEARS) + 1, 1, 31), DEFAULT_SEED)
    write_enrolments(made.enrolments, made.numbers, folder)
    return folder
