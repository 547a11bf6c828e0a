"""Registers in a workspace: one set of tables per intake year, found again by what it was read from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from gymreg_core.contracts.register import REGISTER_TABLES, Register, as_table
from gymreg_core.errors import BadInput
from gymreg_core.findings import Findings
from gymreg_core.provenance import InputFile, Provenance
from gymreg_core.sources.formats.database import is_url
from gymreg_core.sources.refusal import refuse_all
from gymreg_core.sources.register.folders import across, of_folder
from gymreg_core.sources.register.keys import mark_of
from gymreg_core.sources.register.layout import DESCRIPTION
from gymreg_core.sources.register.notes import Notes
from gymreg_core.sources.register.opening import extract_files, read_description
from gymreg_core.sources.register.reading import RegisterReading, read_register
from gymreg_core.sources.register.tables import Progress
from gymreg_core.store.about import as_about, from_about, not_stored, with_key
from gymreg_core.store.erased import left_out
from gymreg_core.store.fingerprint import fingerprint
from gymreg_core.store.intake import reading_code
from gymreg_core.store.persons import without_pupils
from gymreg_core.store.record import known_as
from gymreg_core.store.shelf import FORMAT, Shelf, TableSet
from gymreg_core.vocabulary.finding_texts import finding

_FOLDER = "registers"


@dataclass(frozen=True, eq=False, repr=False)
class StoredRegister:
    """A register as it lies in a workspace.

    `key`: hash of the files, of the code that read them and of which key to the pseudonyms was used; what is computed
    from the register is known by it.
    """

    key: str
    register: Register
    findings: Findings
    provenance: Provenance

    def __repr__(self) -> str:
        return f"StoredRegister({self.register})"


@dataclass(frozen=True, eq=False)
class OfferedRegisters:
    """Extracts that were looked into: registers that the workspace has already, readings with the code that read them
    and what tells the key to the pseudonyms apart, and what was found in these."""

    there: list[StoredRegister] = field(default_factory=list)
    new: list[tuple[RegisterReading, str, str]] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)


def ingest_register(folder: Path, workspace: Path, key: bytes | Path | None = None) -> StoredRegister:
    """As `ingest_registers`, of one folder."""
    return ingest_registers([folder], workspace, key)[0]


def ingest_registers(folders: Sequence[Path], workspace: Path, key: bytes | Path | None = None) -> list[StoredRegister]:
    """The registers in `folders` as stored in `workspace`, each current for its intake year; what is there unchanged is
    not read again.

    `key`: to the pseudonyms, sources/register/keys.py. Errors: BadInput with all findings of all extracts where one
    cannot be used (nothing is stored then); otherwise as `put_registers`.
    """
    offered = offered_registers(folders, workspace, key, several=len(folders) > 1)
    found = Findings(tuple(across(list(folders)))) + offered.findings
    if found.has_errors:
        raise refuse_all(found)
    return put_registers(workspace, offered)


def offered_registers(
    extracts: Sequence[Path | str],
    workspace: Path,
    key: bytes | Path | None = None,
    *,
    several: bool,
    progress: Progress | None = None,
) -> OfferedRegisters:
    """What the extracts in these folders or databases hold; nothing is written. `several`: findings name the folder
    too. `progress`: as `read_register`."""
    code, offered, found = reading_code(), OfferedRegisters(), Findings()
    for data in extracts:
        description = read_description(data, Notes())
        whose = with_key(code, key, workspace, made_up=description is None or description.made_up)
        if there := _there(data, workspace, whose):
            offered.there.append(there)
        else:
            reading = read_register(data, key, strict=False, progress=progress)
            key_id = "" if reading.provenance.made_up else mark_of(key)
            reading = _without_erased(reading, workspace, key)
            found += of_folder(reading.findings, data, several=several)
            offered.new.append((reading, whose, key_id))
    return OfferedRegisters(offered.there, offered.new, found)


def put_registers(workspace: Path, offered: OfferedRegisters) -> list[StoredRegister]:
    """Store the registers, each as the current one of its intake year, and return them by year.

    Errors: BadParameters and GymregError where the workspace cannot be written.
    """
    for one in offered.there:
        _shelf(workspace, one.register.intake_year).make_current(one.key)
    stored = offered.there + [put_register(workspace, *one) for one in offered.new]
    return sorted(stored, key=lambda one: one.register.intake_year)


def put_register(workspace: Path, reading: RegisterReading, code: str, key_id: str = "") -> StoredRegister:
    """Store a register that was read by code with the fingerprint `code`, as the current one of its intake year.
    `key_id`: tells keys to the pseudonyms apart.

    Errors: BadInput where the findings hold an error; otherwise as `Shelf.put`.
    """
    register = reading.register
    if register is None or reading.findings.has_errors:
        raise not_stored("a register", str(workspace), reading.findings)
    key = known_as(workspace, f"{_FOLDER}/{register.intake_year}", register_key(reading.provenance.inputs, code))
    about = {
        "intake_year": register.intake_year,
        "made_up": register.made_up,
        "key_id": key_id,
        **as_about(reading.findings, reading.provenance),
    }
    _shelf(workspace, register.intake_year).put(key, register.tables(), about)
    return StoredRegister(key, register, reading.findings, reading.provenance)


def register_key(inputs: Iterable[InputFile], code: str) -> str:
    """SHA-256 of the files' names and hashes and of the code that reads them: the key before any change of the whole
    workspace (store/record.py)."""
    return fingerprint("register", FORMAT, sorted((file.name, file.sha256) for file in inputs), code)


def register(workspace: Path, year: int) -> Register:
    """The current register of an intake year. Errors: BadInput where there is none, or it is damaged."""
    return stored_register(workspace, year).register


def stored_register(workspace: Path, year: int) -> StoredRegister:
    """The current register of an intake year with its key, findings and provenance.

    Errors: BadInput where there is none, or it is damaged.
    """
    if year not in register_years(workspace):
        years = ", ".join(map(str, register_years(workspace))) or "none"
        raise BadInput(
            f"no register of the intake {year} is stored here",
            where=str(workspace),
            why=f"Intake years with a register: {years}.",
            remedy="Run gymreg ingest with the folder of that year's extract first.",
        )
    stored = _shelf(workspace, year).get()
    try:
        return _restored(stored)
    except (KeyError, TypeError, ValueError):
        raise BadInput(
            "the stored register is of another version", where=str(workspace), remedy="Run gymreg ingest again."
        ) from None


def register_years(workspace: Path) -> list[int]:
    """The intake years that a register is stored of, ascending."""
    folder = workspace / _FOLDER
    there = [path for path in folder.iterdir() if path.name.isdigit()] if folder.is_dir() else []
    return sorted(int(path.name) for path in there if Shelf(path).current is not None)


def register_keys(workspace: Path) -> dict[int, str]:
    """The key of the current register of each intake year; no row is read."""
    keys = {year: _shelf(workspace, year).current for year in register_years(workspace)}
    return {year: key for year, key in keys.items() if key is not None}


def _shelf(workspace: Path, year: int) -> Shelf:
    return Shelf(workspace / _FOLDER / str(year))


def _there(data: Path | str, workspace: Path, code: str) -> StoredRegister | None:
    """What is stored of an extract already, from the same bytes by the same code; a database tells by being read."""
    description = None if is_url(data) else read_description(data, Notes())
    if description is None:
        return None
    shelf = _shelf(workspace, description.intake_year)
    key = known_as(
        workspace,
        f"{_FOLDER}/{description.intake_year}",
        register_key(map(InputFile.of, extract_files(Path(data))), code),
    )
    return _restored(shelf.get(key)) if shelf.has(key) else None


def _without_erased(reading: RegisterReading, workspace: Path, key: bytes | Path | None) -> RegisterReading:
    if reading.register is None:
        return reading
    left = left_out(workspace, reading.register.pupils["applicant"], key, made_up=reading.provenance.made_up)
    if not left:
        return reading
    tables, _ = without_pupils(reading.register.tables(), left)
    note = finding("erased-left-out", file=DESCRIPTION, count=len(left))
    return replace(
        reading,
        register=replace(reading.register, **tables),
        findings=(reading.findings + Findings((note,))).sorted(),
    )


def _restored(stored: TableSet) -> StoredRegister:
    about = stored.about
    tables = {name: as_table(name, stored.tables[name]) for name in REGISTER_TABLES}
    if any(list(table.columns) != list(stored.tables[name].columns) for name, table in tables.items()):
        raise ValueError("columns")
    return StoredRegister(
        stored.key,
        Register(intake_year=int(about["intake_year"]), made_up=bool(about["made_up"]), **tables),
        *from_about(about),
    )
