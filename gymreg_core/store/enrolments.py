"""Enrolments in a workspace: one set of tables, to which every extract adds what it tells (docs/decisions/0014)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gymreg_core.contracts.enrolments import ENROLMENT_TABLES, Enrolments, enrolment_table
from gymreg_core.errors import BadInput
from gymreg_core.findings import Findings
from gymreg_core.provenance import InputFile, Provenance
from gymreg_core.sources.enrolments.description import read_span
from gymreg_core.sources.enrolments.layout import enrolment_kind
from gymreg_core.sources.enrolments.reading import EnrolmentReading, read_enrolments
from gymreg_core.sources.formats.database import is_url
from gymreg_core.sources.refusal import refuse_all
from gymreg_core.sources.register.folders import of_folder
from gymreg_core.sources.register.keys import mark_of
from gymreg_core.sources.register.layout import DESCRIPTION
from gymreg_core.sources.register.notes import Notes
from gymreg_core.sources.register.opening import extract_files
from gymreg_core.sources.register.tables import Progress
from gymreg_core.store.about import as_about, from_about, not_stored, with_key
from gymreg_core.store.deliveries import Delivery, Known, notes_of
from gymreg_core.store.erased import left_out
from gymreg_core.store.fingerprint import fingerprint
from gymreg_core.store.intake import reading_code
from gymreg_core.store.merging import merged
from gymreg_core.store.persons import one_person, without_persons
from gymreg_core.store.record import known_as
from gymreg_core.store.shelf import FORMAT, Shelf, TableSet
from gymreg_core.vocabulary.finding_texts import finding

_FOLDER = "enrolments"


@dataclass(frozen=True, eq=False, repr=False)
class StoredEnrolments:
    """Enrolments as they lie in a workspace.

    `key`: hash of the files, of the code that read them and of which key to the pseudonyms was used, of every extract;
    what is computed from the enrolments is known by it. `findings`: about the last extract. `deliveries`: the extracts
    in the order in which they came. `key_id`: tells keys to the pseudonyms apart, '' where persons are invented.
    """

    key: str
    enrolments: Enrolments
    findings: Findings
    provenance: Provenance
    deliveries: tuple[Delivery, ...] = ()
    key_id: str = ""

    def __repr__(self) -> str:
        return f"StoredEnrolments({self.enrolments})"


@dataclass(frozen=True, eq=False)
class OfferedEnrolments:
    """Extracts that were looked into: what the workspace has already, readings with the code that read them and what
    tells the key to the pseudonyms, and what was found in these."""

    there: list[StoredEnrolments] = field(default_factory=list)
    new: list[tuple[EnrolmentReading, str, str]] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)


def ingest_enrolments(data: Path | str, workspace: Path, key: bytes | Path | None = None) -> StoredEnrolments:
    """What `workspace` knows once the enrolments in a folder or database have come to it; a folder that is there
    unchanged is not read again.

    `key`: to the pseudonyms, sources/register/keys.py. Errors: BadInput with all findings where the extract cannot be
    used (nothing is stored then); otherwise as `Shelf.put`.
    """
    offered = offered_enrolments([data], workspace, key)
    if offered.findings.has_errors:
        raise refuse_all(offered.findings)
    return keep_enrolments(workspace, offered)[0]


def offered_enrolments(
    extracts: Sequence[Path | str],
    workspace: Path,
    key: bytes | Path | None = None,
    *,
    several: bool = False,
    progress: Progress | None = None,
) -> OfferedEnrolments:
    """What the extracts in these folders or databases hold; nothing is written. `several`: findings name the folder
    too. `progress`: as `read_enrolments`."""
    code, offered, found = reading_code(), OfferedEnrolments(), Findings()
    for data in extracts:
        span = read_span(data, Notes())
        whose = with_key(code, key, workspace, made_up=span is None or span.made_up)
        if there := _there(data, workspace, whose):
            offered.there.append(there)
        else:
            reading = read_enrolments(data, key, strict=False, progress=progress)
            key_id = "" if reading.provenance.made_up else mark_of(key)
            reading = _without_erased(reading, workspace, key)
            findings = reading.findings + _unfit(workspace, reading.enrolments, key_id)
            found += of_folder(findings, data, several=several)
            offered.new.append((reading, whose, key_id))
    return OfferedEnrolments(offered.there, offered.new, found)


def keep_enrolments(workspace: Path, offered: OfferedEnrolments) -> list[StoredEnrolments]:
    """Store what was looked into and return it. Errors: as `put_enrolments`."""
    return offered.there + [put_enrolments(workspace, *one) for one in offered.new]


def put_enrolments(workspace: Path, reading: EnrolmentReading, code: str, key_id: str = "") -> StoredEnrolments:
    """Store enrolments that were read by code with the fingerprint `code`, upon what is there, and make the whole the
    current ones; an extract that is there already changes nothing. `key_id`: tells keys to the pseudonyms apart.

    Errors: BadInput where the findings hold an error, or the extract does not fit what is there
    (store/deliveries.py); otherwise as `Shelf.put`.
    """
    enrolments = reading.enrolments
    if enrolments is None or reading.findings.has_errors:
        raise not_stored("an extract", str(workspace), reading.findings)
    shelf, delivered = _shelf(workspace), _key(reading.provenance.inputs, code)
    own, key = Delivery(delivered, enrolments.since, enrolments.as_of), known_as(workspace, _FOLDER, delivered)
    one = StoredEnrolments(key, enrolments, reading.findings, reading.provenance, (own,), key_id)
    with shelf.one_at_a_time():
        if shelf.current not in (None, key):
            before = stored_enrolments(workspace)
            if any(delivery.key == delivered for delivery in before.deliveries):
                return before
            if unfit := _unfit(workspace, enrolments, key_id):
                raise refuse_all(unfit)
            whole = _upon(before, one)
        else:
            whole = one
        about = {
            "since": whole.enrolments.since,
            "as_of": whole.enrolments.as_of,
            "made_up": whole.enrolments.made_up,
            "key_id": whole.key_id,
            "deliveries": [one.to_dict() for one in whole.deliveries],
            **as_about(whole.findings, whole.provenance),
        }
        shelf.put(whole.key, whole.enrolments.tables(), about)
    return whole


def _upon(before: StoredEnrolments, one: StoredEnrolments) -> StoredEnrolments:
    """What is stored once another extract came upon `before`."""
    enrolments, rows = merged(before.enrolments, one.enrolments)
    return StoredEnrolments(
        key=fingerprint(before.key, one.key),
        enrolments=enrolments,
        findings=(one.findings + notes_of(rows)).sorted(),
        provenance=Provenance.joined([before.provenance, one.provenance]),
        deliveries=(*before.deliveries, replace(one.deliveries[0], rows=tuple(rows))),
        key_id=before.key_id,
    )


def _unfit(workspace: Path, enrolments: Enrolments | None, key_id: str) -> Findings:
    """Why an extract cannot come upon what is stored; nothing where nothing is, or the extract has no tables."""
    about = _shelf(workspace).about()
    if about is None or enrolments is None:
        return Findings()
    return Findings(tuple(_known(about, workspace).unfit(enrolments, key_id)))


def stored_enrolments(workspace: Path, key: str | None = None) -> StoredEnrolments:
    """The enrolments stored under `key`, or the current ones.

    Errors: BadInput where there are none, or they are damaged.
    """
    shelf = _shelf(workspace)
    if key is None and shelf.current is None:
        raise BadInput(
            "no enrolments are stored here",
            where=str(workspace),
            remedy="Run gymreg ingest with the folder of an enrolment extract first.",
        )
    stored = shelf.get(key)
    try:
        return _restored(stored)
    except (KeyError, TypeError, ValueError):
        raise _of_another_version(workspace) from None


def _known(about: dict[str, Any], workspace: Path) -> Known:
    try:
        return Known.of(about)
    except (KeyError, TypeError):
        raise _of_another_version(workspace) from None


def _of_another_version(workspace: Path) -> BadInput:
    return BadInput(
        "the stored enrolments are of another version",
        where=str(workspace),
        remedy=f"Delete the folder '{_FOLDER}' of the workspace and run gymreg ingest with every extract again.",
    )


def has_enrolments(workspace: Path) -> bool:
    """Whether enrolments are stored. Errors: BadInput where what says so is damaged."""
    return current_key(workspace) is not None


def current_key(workspace: Path) -> str | None:
    """The key of the current enrolments, None where none are stored. Errors: BadInput where what says so is damaged."""
    return _shelf(workspace).current


def _shelf(workspace: Path) -> Shelf:
    return Shelf(Path(workspace) / _FOLDER)


def _key(inputs: Iterable[InputFile], code: str) -> str:
    return fingerprint("enrolments", FORMAT, sorted((file.name, file.sha256) for file in inputs), code)


def _there(data: Path | str, workspace: Path, code: str) -> StoredEnrolments | None:
    """What is stored of an extract already, from the same bytes by the same code; a database tells by being read."""
    if is_url(data):
        return None
    shelf, about = _shelf(workspace), _shelf(workspace).about()
    if about is None or not shelf.has(str(shelf.current)):
        return None
    key = _key(map(InputFile.of, extract_files(Path(data), enrolment_kind())), code)
    return stored_enrolments(workspace) if _known(about, workspace).has(key) else None


def _without_erased(reading: EnrolmentReading, workspace: Path, key: bytes | Path | None) -> EnrolmentReading:
    if reading.enrolments is None:
        return reading
    left = left_out(workspace, reading.enrolments.persons["applicant"], key, made_up=reading.provenance.made_up)
    if not left:
        return reading
    whole = reading.enrolments.tables()
    tables, _ = without_persons(whole, one_person(whole, left))
    note = finding("erased-left-out", file=DESCRIPTION, count=len(left))
    return replace(
        reading,
        enrolments=replace(reading.enrolments, **tables),
        findings=(reading.findings + Findings((note,))).sorted(),
    )


def _restored(stored: TableSet) -> StoredEnrolments:
    about = stored.about
    tables = {name: enrolment_table(name, stored.tables[name]) for name in ENROLMENT_TABLES}
    if any(list(table.columns) != list(stored.tables[name].columns) for name, table in tables.items()):
        raise ValueError("columns")
    enrolments = Enrolments(
        since=str(about["since"]), as_of=str(about["as_of"]), made_up=bool(about["made_up"]), **tables
    )
    known = Known.of(about)
    return StoredEnrolments(stored.key, enrolments, *from_about(about), known.deliveries, known.key_id)
