"""Enrolments in a workspace: one set of tables, the newest extract being the current one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

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
from gymreg_core.sources.register.notes import Notes
from gymreg_core.sources.register.opening import extract_files
from gymreg_core.sources.register.tables import Progress
from gymreg_core.store.about import as_about, from_about, not_stored, with_key
from gymreg_core.store.fingerprint import fingerprint
from gymreg_core.store.intake import reading_code
from gymreg_core.store.shelf import FORMAT, Shelf, TableSet

_FOLDER = "enrolments"


@dataclass(frozen=True, eq=False, repr=False)
class StoredEnrolments:
    """Enrolments as they lie in a workspace.

    `key`: hash of the files, of the code that read them and of which key to the pseudonyms was used; what is computed
    from the enrolments is known by it.
    """

    key: str
    enrolments: Enrolments
    findings: Findings
    provenance: Provenance

    def __repr__(self) -> str:
        return f"StoredEnrolments({self.enrolments})"


@dataclass(frozen=True, eq=False)
class OfferedEnrolments:
    """Extracts that were looked into: what the workspace has already, readings with the code that read them, and what
    was found in these."""

    there: list[StoredEnrolments] = field(default_factory=list)
    new: list[tuple[EnrolmentReading, str]] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)


def ingest_enrolments(data: Path | str, workspace: Path, key: bytes | Path | None = None) -> StoredEnrolments:
    """The enrolments in a folder or database as stored in `workspace`, which they become the current ones of; a folder
    that is there unchanged is not read again.

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
        whose = with_key(code, key, made_up=span is None or span.made_up)
        if there := _there(data, workspace, whose):
            offered.there.append(there)
        else:
            reading = read_enrolments(data, key, strict=False, progress=progress)
            found += of_folder(reading.findings, data, several=several)
            offered.new.append((reading, whose))
    return OfferedEnrolments(offered.there, offered.new, found)


def keep_enrolments(workspace: Path, offered: OfferedEnrolments) -> list[StoredEnrolments]:
    """Store what was looked into, the last one as the current one, and return it. Errors: as `put_enrolments`."""
    for one in offered.there:
        _shelf(workspace).make_current(one.key)
    return offered.there + [put_enrolments(workspace, reading, whose) for reading, whose in offered.new]


def put_enrolments(workspace: Path, reading: EnrolmentReading, code: str) -> StoredEnrolments:
    """Store enrolments that were read by code with the fingerprint `code` and make them the current ones.

    Errors: BadInput where the findings hold an error; otherwise as `Shelf.put`.
    """
    enrolments = reading.enrolments
    if enrolments is None or reading.findings.has_errors:
        raise not_stored("an extract", str(workspace), reading.findings)
    key = _key(reading.provenance.inputs, code)
    about = {
        "since": enrolments.since,
        "as_of": enrolments.as_of,
        "made_up": enrolments.made_up,
        **as_about(reading.findings, reading.provenance),
    }
    _shelf(workspace).put(key, enrolments.tables(), about)
    return StoredEnrolments(key, enrolments, reading.findings, reading.provenance)


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
        raise BadInput(
            "the stored enrolments are of another version", where=str(workspace), remedy="Run gymreg ingest again."
        ) from None


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
    key = _key(map(InputFile.of, extract_files(Path(data), enrolment_kind())), code)
    return _restored(_shelf(workspace).get(key)) if _shelf(workspace).has(key) else None


def _restored(stored: TableSet) -> StoredEnrolments:
    about = stored.about
    tables = {name: enrolment_table(name, stored.tables[name]) for name in ENROLMENT_TABLES}
    if any(list(table.columns) != list(stored.tables[name].columns) for name, table in tables.items()):
        raise ValueError("columns")
    enrolments = Enrolments(
        since=str(about["since"]), as_of=str(about["as_of"]), made_up=bool(about["made_up"]), **tables
    )
    return StoredEnrolments(stored.key, enrolments, *from_about(about))
