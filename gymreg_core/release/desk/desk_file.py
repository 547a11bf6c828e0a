"""The desk's own file, `desk.yml`: who may do what, where the public folder stands, and who publishes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gymreg_core.errors import BadParameters
from gymreg_core.provenance import sha256_of
from gymreg_core.release.desk.people import Actor, People
from gymreg_core.scenario_file import place_of

DESK_FILE = "desk.yml"
_WRITABLE_BY_ALL = 0o002


class Person(BaseModel):
    """An account and its roles; both the number and the name have to be those of the account."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    uid: int
    roles: tuple[Literal["request", "review", "approve", "publish"], ...] = Field(min_length=1)


class DeskFile(BaseModel):
    """The content of `desk.yml`. public : the folder for readers, relative to the desk or absolute. address : where it
    stands on the web, without which pages cite themselves by their place in the folder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    people: tuple[Person, ...] = Field(min_length=1)
    public: Path
    publisher: str = Field(min_length=1)
    address: str = Field(default="", pattern=r"^(https?://[^\s<>\"]+[^\s<>\"/])?$")

    @property
    def roles(self) -> People:
        return People({Actor(person.uid, person.name): frozenset(person.roles) for person in self.people})


def read_desk_file(folder: Path) -> tuple[DeskFile, str]:
    """The desk file of a desk and the SHA-256 of its bytes.

    Errors: BadParameters where it is missing, is none, names an account twice, or may be written by everybody.
    """
    path = folder / DESK_FILE
    try:
        text = path.read_text(encoding="utf-8")
        writable = path.stat().st_mode & _WRITABLE_BY_ALL
    except (OSError, UnicodeDecodeError):
        raise BadParameters(
            "there is no release desk here",
            where=str(path),
            remedy="Make one with gymreg release open, or name its folder with --desk.",
        ) from None
    if writable:
        raise _wrong(path, "everybody may write this file", "chmod o-w it, and look whether its people are right.")
    try:
        held = DeskFile.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        raise _wrong(path, f"this is not YAML{f', line {mark.line + 1}' if mark else ''}", "Correct it.") from None
    except ValidationError as fault:
        told = [f"{place_of(one['loc']) or 'the file'}: {one['msg']}" for one in fault.errors()]
        raise _wrong(path, "; ".join(told), "Correct it; docs/release-desk.md shows one.") from None
    except (ValueError, RecursionError):
        raise _wrong(path, "this is not YAML", "Correct it.") from None
    for what in ("uid", "name"):
        twice = [key for key, n in Counter(getattr(person, what) for person in held.people).items() if n > 1]
        if twice:
            raise _wrong(path, f"one {what} stands here twice: {twice[0]}", "Give every person one entry.")
    return held, sha256_of(path)


def _wrong(path: Path, what: str, remedy: str) -> BadParameters:
    return BadParameters(what, where=str(path), remedy=remedy)
