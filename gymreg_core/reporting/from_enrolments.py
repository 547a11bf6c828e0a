"""From enrolments to what reports rest on, settled months, tracked cohorts and intakes to study; the made-up region is
made and taken in for it, once for all kinds of report that need the same years of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from gymreg_core.contracts.register import Register
from gymreg_core.errors import BadInput, DisclosureRefused
from gymreg_core.provenance import sha256_of
from gymreg_core.store.fingerprint import code_fingerprint, fingerprint
from gymreg_core.store.ledger import Ledger
from gymreg_core.store.private import make_private

Note = Callable[[str], None]
_ENROLMENTS, _INTAKES = "enrolments-of-reports", "intakes-of-reports"
_OFFERS = (2019, 2020, 2021, 2022)
"""Made-up intakes whose register is matched for a study: those whose three years have passed, as many as are quick."""
_YEARS, _MONTHS, _CENTURY = 2, 12, 100
_FULL_AFTER = 3
"""School years after the first day of an extract until every year of study is in it."""
_DECIDES = ("synthetic", "matching", "funding", "contracts", "sources", "store", "vocabulary", "rules")


def _quiet(_: str) -> None:
    """Takes a note and tells nobody."""


def made_up_settled(workspace: Path, note: Note = _quiet, *, scale: float = 1.0) -> Path:
    """A workspace of its own below `workspace` with the enrolments of the made-up region, and its last two whole
    calendar years settled; what lies there from the same code is not made again.

    scale : size of the region, 1.0 as large as the real one. Errors: as `ingest_enrolments` and `settle_months`.
    """
    return _settled(_made_up(workspace, note, scale), note)


def made_up_tracked(workspace: Path, note: Note = _quiet, *, scale: float = 1.0) -> Path:
    """The same workspace with the cohorts of the made-up region tracked. Errors: as
    `ingest_enrolments` and `track_workspace`."""
    return tracked_in(_made_up(workspace, note, scale), note)


def made_up_studied(workspace: Path, note: Note = _quiet, *, scale: float = 1.0) -> Path:
    """A workspace of its own below `workspace` with the enrolments of the made-up region since the years before the
    supplement, and the registers of some intakes of it, matched. What lies there from the same code is not made again.

    scale : as `made_up_settled`. Errors: as `ingest_enrolments`, `ingest_registers` and `match_round`.
    """

    def take(folder: Path, place: Path) -> None:
        from gymreg_core.matching.match_round import match_round
        from gymreg_core.store.registers import ingest_registers
        from gymreg_core.synthetic.region import EFFECT_YEARS

        note("making the intakes of the made-up region that a study looks at")
        registers = [folder / str(year) for year in _OFFERS]
        _enrolled(made_up_extract(folder / "enrolments", scale, EFFECT_YEARS, partial(_offers, folder)), place, note)
        note(f"taking in and matching {len(registers)} registers")
        for stored in ingest_registers(registers, place):
            match_round(place, stored.register.intake_year, "final")

    return _kept(workspace / _INTAKES, f"made-up {scale}", take)


def _offers(folder: Path, register: Register) -> None:
    """Write the register of one of the intakes _OFFERS as an extract into `folder`."""
    from gymreg_core.synthetic.extracts import write_register
    from gymreg_core.synthetic.identities import identity_numbers
    from gymreg_core.synthetic.region import DEFAULT_SEED

    if register.intake_year in _OFFERS:
        write_register(register, identity_numbers(register, DEFAULT_SEED), folder / str(register.intake_year))


def extract_enrolments(folder: Path, workspace: Path, note: Note = _quiet) -> Path:
    """As `made_up_settled`, of an extract of made-up enrolments, with nothing made of it yet.

    Errors: DisclosureRefused for enrolments of real persons, which are taken in on purpose.
    """
    return _extract(folder, workspace, note, "gymreg study")


def extract_settled(folder: Path, workspace: Path, note: Note = _quiet) -> Path:
    """As `made_up_settled`, of an extract of made-up enrolments.

    Errors: DisclosureRefused for enrolments of real persons, whose months are settled on purpose.
    """
    return _settled(_extract(folder, workspace, note, "gymreg settle"), note)


def extract_tracked(folder: Path, workspace: Path, note: Note = _quiet) -> Path:
    """As `made_up_tracked`, of an extract of made-up enrolments.

    Errors: DisclosureRefused for enrolments of real persons, which are taken in on purpose.
    """
    return tracked_in(_extract(folder, workspace, note, "gymreg track"), note)


def tracked_in(place: Path, note: Note = _quiet) -> Path:
    """`place`, a workspace with enrolments, with their cohorts tracked. Errors: as `track_workspace`."""
    from gymreg_core.cohort.track import track_workspace

    note("following the cohorts")
    track_workspace(place)
    return place


def _made_up(workspace: Path, note: Note, scale: float) -> Path:
    def extract(folder: Path) -> Path:
        note("making the enrolments of the made-up region")
        return made_up_extract(folder, scale)

    return _taken_in(workspace, f"made-up {scale}", extract, note)


def _extract(folder: Path, workspace: Path, note: Note, command: str) -> Path:
    from gymreg_core.sources.enrolments.description import read_span
    from gymreg_core.sources.enrolments.layout import enrolment_kind
    from gymreg_core.sources.register.notes import Notes
    from gymreg_core.sources.register.opening import extract_files

    span = read_span(folder, Notes())
    if span is not None and not span.made_up:
        raise DisclosureRefused(
            "these are enrolments of real persons, and a build does not take them in by the way",
            where=folder.name,
            why="What is made of real pupils is decided on purpose, and once.",
            remedy=f"Run gymreg ingest --data with this folder and {command}, then build with the same --workspace.",
        )
    files = sorted((path.name, sha256_of(path)) for path in extract_files(folder, enrolment_kind()))
    return _taken_in(workspace, fingerprint(files), lambda _: folder, note)


def _taken_in(workspace: Path, what: str, extract: Callable[[Path], Path], note: Note) -> Path:
    """A workspace below `workspace` with the enrolments of an extract; all kinds of report share it."""
    return _kept(workspace / _ENROLMENTS, what, lambda folder, place: _enrolled(extract(folder), place, note))


def _enrolled(source: Path, place: Path, note: Note) -> None:
    from gymreg_core.store.enrolments import ingest_enrolments

    note("taking in the enrolments")
    ingest_enrolments(source, place)


def _kept(home: Path, what: str, take: Callable[[Path, Path], None]) -> Path:
    """The workspace below `home` that `take` filled by the code that is here; another one there is cleared away.

    take : take(folder, place) fills the workspace `place`; `folder` is for extracts and is gone afterwards.
    """
    place = home / fingerprint(code_fingerprint([f"gymreg_core.{room}" for room in _DECIDES]), what)[:20]
    if place.is_dir():
        return place
    shutil.rmtree(home, ignore_errors=True)
    make_private(home)
    unfinished = home / f"{place.name}.part"
    with TemporaryDirectory(dir=home, prefix="extract-") as folder:
        take(Path(folder), unfinished)
    return unfinished.replace(place)


def _settled(place: Path, note: Note) -> Path:
    from gymreg_core.funding.settle_months import settle_months
    from gymreg_core.store.enrolments import stored_enrolments

    enrolments = stored_enrolments(place).enrolments
    first, last = _whole_years(enrolments.since, enrolments.as_of)
    ends = _CENTURY * first + 1, _CENTURY * last + _MONTHS
    if ends[1] not in {one.month for one in Ledger(place).closings}:
        note(f"settling {first} to {last}")
        settle_months(place, *ends)
    return place


def _whole_years(since: str, as_of: str) -> tuple[int, int]:
    """First and last of the newest calendar years that an extract tells of whole, two where there are so many.

    Errors: BadInput where there is none.
    """
    last = int(as_of[:4]) - 1
    begun = int(since[:4]) + (since[5:] > "07-01") + _FULL_AFTER
    if last < begun:
        raise BadInput(
            "no calendar year can be settled of these enrolments",
            where=f"{since} to {as_of}",
            why="All years of study are in it only three school years after its first day.",
            remedy="Give an extract that begins earlier or ends later.",
        )
    return max(begun, last - _YEARS + 1), last


def made_up_extract(
    folder: Path,
    scale: float,
    years: Sequence[int] | None = None,
    told: Callable[[Register], None] | None = None,
) -> Path:
    """Write the extract of the made-up region's enrolments into `folder`, without the registers that they follow from.

    scale : size of the region, 1.0 as large as the real one. years : intakes, by default those of reports.
    told : see `starters_of_years`. Errors: as `write_region`.
    """
    from gymreg_core.synthetic.enrolment_extracts import write_enrolments
    from gymreg_core.synthetic.histories import enrolments_of
    from gymreg_core.synthetic.histories_start import starters_of_years
    from gymreg_core.synthetic.region import DEFAULT_SEED, ENROLMENT_YEARS

    of = years or ENROLMENT_YEARS
    starters = starters_of_years(of, DEFAULT_SEED, scale, told)
    made = enrolments_of(starters, date(max(of) + 1, 1, 31), DEFAULT_SEED)
    write_enrolments(made.enrolments, made.numbers, folder)
    return folder
