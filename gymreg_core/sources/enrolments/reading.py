"""From the files of an enrolment extract to enrolments: every finding at once, and tables where none is an error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.contracts.register import NUMBER_KINDS
from gymreg_core.findings import Findings
from gymreg_core.provenance import Provenance
from gymreg_core.sources.enrolments.checks import (
    Checked,
    check_certificates,
    check_decisions,
    check_homes,
    check_homes_reach,
    check_spells,
    check_year9,
    known_long_before,
)
from gymreg_core.sources.enrolments.description import Span, described
from gymreg_core.sources.enrolments.layout import enrolment_kind
from gymreg_core.sources.enrolments.placeholders import check_placeholders, told_apart
from gymreg_core.sources.enrolments.successions import check_new_numbers, check_new_units
from gymreg_core.sources.formats.opening import source_of
from gymreg_core.sources.formats.source import Source
from gymreg_core.sources.refusal import refuse_all
from gymreg_core.sources.register.checks import Flags, Table, check_identities, check_schools
from gymreg_core.sources.register.identities import PLACEHOLDER, Identities, classified
from gymreg_core.sources.register.keys import key_for, pseudonyms
from gymreg_core.sources.register.notes import Notes
from gymreg_core.sources.register.tables import Progress, as_contract, read_tables
from gymreg_core.vocabulary.finding_texts import finding

_CHECKS: dict[str, Callable[[Checked], None]] = {
    "year9": check_year9,
    "homes": check_homes,
    "spells": check_spells,
    "decisions": check_decisions,
    "certificates": check_certificates,
    "predecessors": check_new_units,
}


@dataclass(frozen=True, eq=False, repr=False)
class EnrolmentReading:
    """What an extract holds. `enrolments` is None where the findings hold an error."""

    enrolments: Enrolments | None
    findings: Findings
    provenance: Provenance

    def __repr__(self) -> str:
        return f"EnrolmentReading({self.enrolments}, {len(self.findings)} findings)"


def read_enrolments(
    data: Path | str, key: bytes | Path | None = None, *, strict: bool = True, progress: Progress | None = None
) -> EnrolmentReading:
    """The enrolments in a folder or, by its address, a database (docs/enrolment-extract.md tells the formats), persons
    under pseudonyms by `key` (sources/register/keys.py).

    With the same key a person has the same pseudonym as in the registers of the admission. `progress`: told after each
    piece what is being read, and how many pieces that has.
    Errors: BadInput with every finding where one is an error; with `strict=False` they are only given back.
    """
    notes = Notes()
    with source_of(data) as source:
        span = described(source, notes)
        secret = key_for(span.made_up, key, notes) if span else b""
        enrolments = _read(source, span, secret, notes, progress) if span else None
        inputs = tuple(source.inputs(enrolment_kind()))
    findings = notes.findings
    if strict and findings.has_errors:
        raise refuse_all(findings)
    provenance = Provenance(inputs, already_public=False, made_up=span.made_up if span else False)
    return EnrolmentReading(None if findings.has_errors else enrolments, findings, provenance)


def check_enrolments(data: Path | str, *, progress: Progress | None = None) -> Findings:
    """Everything that is found in an extract, errors first; no key is needed."""
    notes = Notes()
    with source_of(data) as source:
        if span := described(source, notes):
            _read(source, span, b"", notes, progress)
    return notes.findings


def _read(source: Source, span: Span, key: bytes, notes: Notes, progress: Progress | None) -> Enrolments | None:
    """The enrolments, persons named by pseudonyms; what is wrong is in `notes`."""
    kind, year = enrolment_kind(), span.as_of.year
    tables = read_tables(source, kind, year, notes, progress)
    persons = tables.get("persons")
    identities = classified(pa.array(persons["applicant"]), year) if persons is not None else None
    _check(tables, identities, span, notes)
    if "spells" in tables and known_long_before(tables["spells"], span.as_of):
        notes.add(finding("day-far-after-rows", file=source.described_in))
    if notes.has_errors or persons is None or identities is None:
        return None
    numbers = persons["applicant"]
    own: dict[str, Any] = {
        "applicant": pseudonyms(numbers, key) if key else [""] * len(numbers),
        "number_kind": np.array(NUMBER_KINDS, dtype=object)[identities.kind],
        "birth_year": identities.birth_year,
    }
    whole = Enrolments(
        since=span.since.isoformat(),
        as_of=span.as_of.isoformat(),
        made_up=span.made_up,
        **{
            name: as_contract(file, tables.pop(name, None), own if name == "persons" else {})
            for name, file in kind.files.items()
        },
    )
    enrolments, unlinked = told_apart(whole, numbers, key)
    if unlinked:
        notes.add(finding("placeholder-not-linked", file=kind.files["identities"].name, count=unlinked))
    return enrolments


def _check(tables: dict[str, Table], identities: Identities | None, span: Span, notes: Notes) -> None:
    persons = tables.get("persons")
    twice: Flags = np.zeros(0, np.bool_)
    shared = twice
    if persons is not None and identities is not None:
        twice = check_identities(persons, identities, made_up=span.made_up, notes=notes)
        shared = identities.kind == PLACEHOLDER
        check_placeholders(persons, identities.kind, tables, notes)
    if "schools" in tables:
        check_schools(tables["schools"], notes)
    as_of = np.datetime64(span.as_of, "s")
    checked = {n: Checked(tables[n], twice, shared, as_of, notes) for n in _CHECKS if n in tables}
    for name, one in checked.items():
        _CHECKS[name](one)
    if persons is not None and "identities" in tables:
        check_new_numbers(Checked(tables["identities"], twice, shared, as_of, notes), persons)
    if persons is not None and "homes" in checked:
        check_homes_reach(checked["homes"], persons, checked.get("spells"), np.datetime64(span.since, "s"))
