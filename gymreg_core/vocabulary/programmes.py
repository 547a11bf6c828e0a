"""Programmes and municipalities by code; the tables themselves are YAML beside this file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from gymreg_core.vocabulary.packaged import packaged_yaml

ProgrammeType = Literal["preparatory", "vocational", "introductory", "other"]
Language = Literal["sv", "en"]
PROGRAMME_TYPES: tuple[ProgrammeType, ...] = ("preparatory", "vocational", "introductory", "other")
LANGUAGES: tuple[Language, ...] = ("sv", "en")


@dataclass(frozen=True)
class Programme:
    """A programme; `since` and `until` are intake years (inclusive), None = open."""

    code: str
    type: ProgrammeType
    national: bool
    sv: str
    en: str
    since: int | None = None
    until: int | None = None
    followed_by: str | None = None

    def name(self, language: Language) -> str:
        return self.sv if language == "sv" else self.en


@dataclass(frozen=True)
class Municipality:
    """A municipality of the co-operation area; `x`, `y` place its tile in the map of supply.

    `party` is true for those that have signed the agreement.
    """

    code: str
    name: str
    x: int
    y: int
    party: bool = True


def _load(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = packaged_yaml("gymreg_core.vocabulary", name)
    return rows


@cache
def programmes() -> dict[str, Programme]:
    """Every known programme by code, in the order of the file."""
    return {row["code"]: Programme(**row) for row in _load("programmes.yml")}


@cache
def municipalities() -> dict[str, Municipality]:
    """The co-operation area's municipalities by name, in code order."""
    return {row["name"]: Municipality(**row) for row in _load("municipalities.yml")}
