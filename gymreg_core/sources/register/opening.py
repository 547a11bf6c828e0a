"""What an extract of the register says of itself, and which files it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gymreg_core.sources.formats.folder import Folder
from gymreg_core.sources.formats.opening import source_of
from gymreg_core.sources.formats.source import Source, Unreadable
from gymreg_core.sources.intake import is_intake_year
from gymreg_core.sources.register.layout import FORMAT, VERSION, ExtractKind, register_kind
from gymreg_core.sources.register.notes import Notes
from gymreg_core.vocabulary.finding_texts import finding


@dataclass(frozen=True)
class Description:
    """What utdrag.json says of an extract."""

    intake_year: int
    made_up: bool


def extract_files(folder: Path, kind: ExtractKind | None = None) -> list[Path]:
    """The files of an extract that are there, in the order of the layout; others in the folder are not among them.

    `kind`: by default that of a register.
    """
    return Folder(folder).files(kind or register_kind())


def described(source: Source, notes: Notes) -> Description | None:
    """What an extract says of itself; None, with a finding, where it does not say enough."""
    try:
        content: Any = source.description(notes)
        if content["format"] != FORMAT or content["version"] != VERSION:
            notes.add(finding("extract-version-unknown", file=source.described_in, limit=VERSION))
            return None
        year, made_up = content["intake_year"], content["made_up"]
    except Unreadable:
        return None
    except (KeyError, TypeError):
        year, made_up = None, None
    if type(year) is not int or not is_intake_year(year) or type(made_up) is not bool:
        notes.add(finding("extract-not-described", file=source.described_in))
        return None
    return Description(year, made_up)


def read_description(data: Path | str, notes: Notes) -> Description | None:
    """As `described`, of the extract at a path or address."""
    with source_of(data) as source:
        return described(source, notes)
