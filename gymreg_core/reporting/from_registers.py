"""From registers to the results that a report rests on: taken in, matched, published the way the office does."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from gymreg_core.contracts.register import Register
from gymreg_core.contracts.rounds import ROUNDS
from gymreg_core.errors import DisclosureRefused
from gymreg_core.findings import Findings
from gymreg_core.matching.match_round import match_round, matching_code
from gymreg_core.provenance import sha256_of
from gymreg_core.sources.register.notes import Notes
from gymreg_core.sources.register.opening import read_description
from gymreg_core.store.fingerprint import code_fingerprint, fingerprint
from gymreg_core.store.matches import published_as
from gymreg_core.store.private import make_private
from gymreg_core.store.registers import ingest_registers

Note = Callable[[str], None]
_MADE_UP, _CHOICES = "made-up", "choices-of-reports"
_CHOSEN = (2019, 2020, 2021, 2022, 2023, 2024, 2025)
"""Made-up intakes that a forecast looks back on."""
_BEFORE_AND_NOW = 2


def _quiet(_: str) -> None:
    """Takes a note and tells nobody."""


def results_of_registers(folders: Sequence[Path], workspace: Path, out: Path, note: Note = _quiet) -> list[Path]:
    """The result files of every year and round that made-up register extracts have applications of, written to `out`.

    The registers and their matches lie in `workspace` afterwards, with the certificates.
    Errors: DisclosureRefused for a register of real persons, whose results the office decides about; NotCertified; as
    `ingest_registers` and `match_round`.
    """
    _refuse_real(folders)
    note(f"taking in {len(folders)} registers")
    written = []
    for stored in ingest_registers(folders, workspace):
        year, given = stored.register.intake_year, set(stored.register.applications["round"])
        for round_ in ROUNDS:
            if round_ in given:
                note(f"matching the {round_} round of {year}")
                file = match_round(workspace, year, round_, publish=True).require_passed().result_file
                written += [file.write(out)] if file else []
    return written


def made_up_results(workspace: Path, note: Note = _quiet, *, scale: float = 1.0) -> list[Path]:
    """The result files of the made-up region; what lies in `workspace` from the same code is not made again.

    scale : size of the region, 1.0 as large as the real one. Errors: as `results_of_registers`.
    """
    from gymreg_core.synthetic.region import write_region

    key = fingerprint(code_fingerprint(["gymreg_core.synthetic"]), matching_code(), scale)
    home = workspace / _MADE_UP
    place = home / key[:20]
    there = sorted(place.glob("*.xlsx"))
    if there and len(published_as(workspace, map(sha256_of, there))) == len(there):
        return there
    shutil.rmtree(home, ignore_errors=True)
    make_private(home)
    with TemporaryDirectory(dir=home, prefix="register-") as folder:
        note("making the made-up region")
        extracts = write_region(Path(folder), scale=scale)
        unfinished = home / f"{place.name}.part"
        results_of_registers(extracts, workspace, unfinished, note)
    return sorted(unfinished.replace(place).glob("*.xlsx"))


def made_up_choices(workspace: Path, note: Note = _quiet, *, scale: float = 1.0) -> Path:
    """A workspace of its own below `workspace` with what pupils of the made-up region chose in the years that a
    forecast looks back on, counted, and the registers of the last two; what lies there from the same code is not made
    again.

    scale : size of the region, 1.0 as large as the real one.
    """
    from gymreg_core.planning.demand_inputs import inputs_of_registers
    from gymreg_core.provenance import Provenance
    from gymreg_core.sources.register.reading import RegisterReading
    from gymreg_core.store.demand import demand_key, put_demand
    from gymreg_core.store.registers import put_register
    from gymreg_core.synthetic.registers import make_register

    code = code_fingerprint(["gymreg_core.synthetic", "gymreg_core.planning", "gymreg_core.contracts"])
    key = fingerprint("choices", code, scale)
    place = workspace / _CHOICES
    if place.is_dir() and demand_key(place) == key:
        return place
    make_private(place)
    note("making what pupils of the made-up region chose")
    made_up = Provenance((), already_public=False, made_up=True)

    def registers() -> Iterator[tuple[Register, Provenance]]:
        for year in _CHOSEN:
            register = make_register(year, scale=scale)
            if year in _CHOSEN[-_BEFORE_AND_NOW:]:
                put_register(place, RegisterReading(register, Findings(), made_up), key)
            yield register, made_up

    put_demand(place, inputs_of_registers(registers()).as_tables(), key)
    return place


def _refuse_real(folders: Sequence[Path]) -> None:
    """A result file is the office's decision to publish; a build does not decide it by the way."""
    for folder in folders:
        description = read_description(folder, Notes())
        if description is not None and not description.made_up:
            raise DisclosureRefused(
                "this is a register of real persons, and no report is made of it without a decision to publish",
                where=folder.name,
                why="The result file of a match is that decision: it is made on purpose, one year and round at a time.",
                remedy=(
                    "Run gymreg ingest --data with this folder, then gymreg match --out RESULTS for each year and "
                    "round to publish, then gymreg build --data RESULTS, all with the same --workspace."
                ),
            )
