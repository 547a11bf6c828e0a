"""From the files of an extract to a register: every finding at once, and a register where none is an error."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray

from gymreg_core.contracts.register import APPLICATION_ROUNDS, NUMBER_KINDS, Register
from gymreg_core.findings import Findings
from gymreg_core.provenance import Provenance
from gymreg_core.sources.formats.opening import source_of
from gymreg_core.sources.formats.source import Source
from gymreg_core.sources.refusal import refuse_all
from gymreg_core.sources.register.checks import (
    SEATS_OF,
    Table,
    check_entries,
    check_grades,
    check_points,
    check_pupils,
    check_schools,
    check_study_paths,
)
from gymreg_core.sources.register.choices import check_choices, late_choices
from gymreg_core.sources.register.identities import classified
from gymreg_core.sources.register.keys import key_for, pseudonyms
from gymreg_core.sources.register.layout import layout, register_kind
from gymreg_core.sources.register.notes import Notes
from gymreg_core.sources.register.opening import Description, described
from gymreg_core.sources.register.tables import Progress, as_contract, read_tables


@dataclass(frozen=True, eq=False, repr=False)
class RegisterReading:
    """What an extract holds. `register` is None where the findings hold an error."""

    register: Register | None
    findings: Findings
    provenance: Provenance

    def __repr__(self) -> str:
        return f"RegisterReading({self.register}, {len(self.findings)} findings)"


def read_register(
    data: Path | str, key: bytes | Path | None = None, *, strict: bool = True, progress: Progress | None = None
) -> RegisterReading:
    """The register in a folder or database (layout.yml), its pupils under pseudonyms by `key` (register/keys.py).

    Errors: BadInput with every finding where one is an error; with `strict=False` they are only given back.
    """
    notes = Notes()
    with source_of(data) as source:
        description = described(source, notes)
        secret = key_for(description.made_up, key, notes) if description else b""
        register = _read(source, description, secret, notes, progress) if description else None
        inputs = tuple(source.inputs(register_kind()))
    findings = notes.findings
    if strict and findings.has_errors:
        raise refuse_all(findings)
    made_up = description.made_up if description else False
    provenance = Provenance(inputs, already_public=False, made_up=made_up)
    return RegisterReading(None if findings.has_errors else register, findings, provenance)


def check_register(data: Path | str, *, progress: Progress | None = None) -> Findings:
    """Everything that is found in an extract, errors first; no key is needed."""
    notes = Notes()
    with source_of(data) as source:
        if description := described(source, notes):
            _read(source, description, b"", notes, progress)
    return notes.findings


def _read(
    source: Source, description: Description, key: bytes, notes: Notes, progress: Progress | None
) -> Register | None:
    """The register, its pupils named by pseudonyms; what is wrong is in `notes`."""
    year = description.intake_year
    tables = read_tables(source, register_kind(), year, notes, progress)
    twice = np.zeros(0, np.bool_)
    pupils, study_paths = tables.get("pupils"), tables.get("study_paths")
    if pupils is not None:
        numbers = pa.array(pupils["applicant"])
        identities = classified(numbers, year)
        twice = check_pupils(pupils, identities, made_up=description.made_up, notes=notes)
    if "schools" in tables:
        check_schools(tables["schools"], notes)
    if study_paths is not None:
        check_study_paths(study_paths, _rounds(tables.get("applications")), year, notes)
    lapsed = _check_referring(tables, twice, year, notes)
    if notes.has_errors or pupils is None:
        return None
    names = pseudonyms(numbers.to_pylist(), key) if key else [""] * len(pupils)
    kinds = np.array(NUMBER_KINDS, dtype=object)[identities.kind]
    own: dict[str, dict[str, Any]] = {
        "pupils": {"applicant": names, "number_kind": kinds, "birth_year": identities.birth_year},
        "study_paths": {name: np.maximum(study_paths[name], 0) for name in SEATS_OF.values()} if study_paths else {},
        **lapsed,
    }
    return Register(
        intake_year=year,
        made_up=description.made_up,
        **{name: as_contract(file, tables.get(name), own.get(name, {})) for name, file in layout().items()},
    )


def _rounds(applications: Table | None) -> tuple[str, ...]:
    """The rounds that somebody has chosen in; all where that is not known."""
    if applications is None or not len(applications) or not applications.readable("round").all():
        return APPLICATION_ROUNDS
    return tuple(name for name in APPLICATION_ROUNDS if (applications["round"] == name).any())


def _check_referring(
    tables: dict[str, Table], twice: NDArray[np.bool_], year: int, notes: Notes
) -> dict[str, dict[str, Any]]:
    """The rules of the tables that refer to pupils and study paths; returns what the applications have besides."""
    pupils, study_paths, found = tables.get("pupils"), tables.get("study_paths"), {}
    if pupils is not None and "grades" in tables and len(pupils):
        check_grades(tables["grades"], pupils, twice, year, notes)
    if pupils is not None and "applications" in tables and len(tables["applications"]):
        applications = tables["applications"]
        closed = study_paths["state"] == "closed" if study_paths is not None else np.zeros(0, np.bool_)
        kept = check_choices(applications, pupils, np.asarray(closed, np.bool_), twice, notes)
        found["applications"] = {"late": late_choices(applications, year, notes), "_kept": kept}
    if "tests" in tables:
        check_entries(tables["tests"], (("pupil", "path"),), twice, notes)
        if study_paths is not None and len(study_paths):
            check_points(tables["tests"], study_paths, year, notes)
    if "free_quota" in tables:
        check_entries(tables["free_quota"], (("pupil", "path"), ("path", "place")), twice, notes)
    if "replies" in tables:
        check_entries(tables["replies"], (("pupil",),), twice, notes)
    return found
