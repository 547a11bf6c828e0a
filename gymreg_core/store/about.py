"""What is stored beside tables that were read from files: the findings, and where the tables come from."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from gymreg_core.errors import BadInput
from gymreg_core.findings import Finding, Findings
from gymreg_core.provenance import InputFile, Provenance
from gymreg_core.sources.register.keys import mark_of
from gymreg_core.store.fingerprint import fingerprint
from gymreg_core.store.record import first_mark


def as_about(findings: Findings, provenance: Provenance) -> dict[str, Any]:
    """Both as JSON; `from_about` is the way back."""
    return {"findings": [found.to_dict() for found in findings], "provenance": asdict(provenance)}


def from_about(about: dict[str, Any]) -> tuple[Findings, Provenance]:
    """Findings and provenance. Errors: KeyError or TypeError where they are of another version."""
    provenance = dict(about["provenance"])
    inputs = tuple(InputFile(**file) for file in provenance.pop("inputs"))
    return Findings(tuple(map(Finding.from_dict, about["findings"]))), Provenance(inputs, **provenance)


def with_key(code: str, key: bytes | Path | None, workspace: Path, *, made_up: bool) -> str:
    """The fingerprint of the code, and of the key to the pseudonyms where the persons are real: of the first one, where
    `key` came of it by gymreg store rekey."""
    return code if made_up else fingerprint(code, first_mark(workspace, mark_of(key)))


def not_stored(what: str, where: str, findings: Findings) -> BadInput:
    """The error that something with errors is turned down with."""
    return BadInput(
        f"{what} with errors is not stored",
        where=where,
        why=f"{len(findings.errors)} findings are errors.",
        remedy="Correct the extract (gymreg check lists every finding) and read it again.",
        findings=findings,
    )
