"""The layout of an enrolment extract, as reader and writer share it: layout.yml beside this file."""

from __future__ import annotations

from functools import cache

from gymreg_core.contracts.enrolments import ENROLMENT_TABLES
from gymreg_core.sources.register.layout import ExtractKind, File, files_of
from gymreg_core.sources.register.layout import layout as register_layout

FORMAT, VERSION = "gymreg-enrolments", 1


@cache
def layout() -> dict[str, File]:
    """Every file of an extract by the table of the contract; the schools are written as in a register."""
    return files_of("gymreg_core.sources.enrolments", ENROLMENT_TABLES) | {"schools": register_layout()["schools"]}


@cache
def enrolment_kind() -> ExtractKind:
    """An extract of who went where; a row that stands twice makes a pupil count twice, so it is refused."""
    references = {
        "person": ("persons", "applicant", "pupil-not-known"),
        "school": ("schools", "school_id", "school-not-known"),
    }
    return ExtractKind(
        FORMAT, VERSION, layout(), references, ("persons", "homes", "spells", "schools"), "row-twice", True
    )
