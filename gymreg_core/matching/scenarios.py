"""What a scenario may ask for: a YAML file, checked before anything runs."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gymreg_core.errors import BadParameters
from gymreg_core.rules import entries

Names = Annotated[tuple[str, ...], Field(min_length=1)]
Percent = Annotated[float, Field(ge=-100, le=1000)]
Share = Annotated[float, Field(gt=0, le=100)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Selected(_Model):
    """Open study paths for which everything that is given holds; a name or a list of names each.

    school : name or school unit. municipality : the school's. programme : code, such as NA or IMV.
    """

    path_id: Names | None = None
    school: Names | None = None
    programme: Names | None = None
    municipality: Names | None = None
    provider_form: Names | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_name_is_a_list(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {k: (v,) if k in SELECTORS and isinstance(v, str) else v for k, v in given.items()}

    def given(self) -> dict[str, tuple[str, ...]]:
        """The conditions that were set, by name."""
        return {name: names for name in SELECTORS if (names := getattr(self, name)) is not None}


SELECTORS = ("path_id", "school", "programme", "municipality", "provider_form")


class _SomePaths(Selected):
    """A selection that names at least one condition: everything at once is more often a slip than a wish."""

    @model_validator(mode="after")
    def _something(self) -> _SomePaths:
        if not self.given():
            raise ValueError(f"name at least one of {', '.join(SELECTORS)}")
        return self


class SeatChange(_SomePaths):
    """Seats added (positive) or closed (negative) in all at the selected paths, in proportion to the seats they have.

    Exactly one of number (seats) and percent (of their seats).
    """

    number: int | None = None
    percent: Percent | None = None

    @model_validator(mode="after")
    def _one_size(self) -> SeatChange:
        if (self.number is None) == (self.percent is None):
            raise ValueError("give either number or percent")
        return self


class Move(_Model):
    """Seats of the most sought national programmes moved to the same programme in other municipalities.

    percent : of the programme's seats where they are taken from. most_sought : how many programmes, by first choices
    per seat in the round; or programmes : which. from_municipality : where seats are taken; the municipality where
    most put the programme first, where None. to : where they go, all others that have the programme where None.
    """

    percent: Share
    most_sought: int | None = Field(default=None, ge=1)
    programmes: Names | None = None
    from_municipality: str | None = None
    to: Names | None = None

    @model_validator(mode="after")
    def _which(self) -> Move:
        if (self.most_sought is None) == (self.programmes is None):
            raise ValueError("give either most_sought or programmes")
        return self


class NewPath(_Model):
    """A new study path at a school that there is.

    like : path_id of a path that it resembles: its rules are taken over, and of the applicants who have it on their
    list the percentage `interest`, drawn by lot, puts the new one directly `place` it. code and name : as `like` has
    them where None.
    """

    path_id: str = Field(min_length=1)
    school: str
    like: str
    seats: int = Field(ge=0)
    interest: Share = 100
    place: Literal["before", "after"] = "after"
    code: str | None = None
    name: str | None = None


class Quota(Selected):
    """A share of seats that is filled in an order of its own, at the selected paths or at all.

    kind : lottery (by lot among everyone eligible), neighbourhood (those who live in the school's municipality) or
    reserved (those who live in `members`). percent : of each path's seats, rounded down. before_open : filled before
    the open seats. soft : seats left over fall to the open order.
    """

    kind: Literal["lottery", "neighbourhood", "reserved"]
    percent: Share
    members: Names | None = None
    before_open: bool = True
    soft: bool = True

    @model_validator(mode="after")
    def _whose(self) -> Quota:
        if (self.kind == "reserved") != (self.members is not None):
            raise ValueError("members (home municipalities) belong to the kind reserved, and it needs them")
        return self


class Cohort(_Model):
    """Another cohort: as many times the pupils, and their merit moved, in home municipalities or everywhere.

    factor : pupils drawn by lot are left out (below 1) or come once more (above 1). merit_shift : points of merit added
    to each; it moves the order and the cut-offs, while eligibility stays what the grades say.
    """

    home_municipality: Names | None = None
    factor: float = Field(default=1, gt=0, le=10)
    merit_shift: float = Field(default=0, ge=-340, le=340)


class Scenario(_Model):
    """What should be otherwise than today. Applied in this order: close, seats, move, new_paths, cohort, rules."""

    name: str = Field(min_length=1, max_length=80)
    note: str = ""
    close: tuple[_SomePaths, ...] = ()
    seats: tuple[SeatChange, ...] = ()
    move: tuple[Move, ...] = ()
    new_paths: tuple[NewPath, ...] = ()
    cohort: tuple[Cohort, ...] = ()
    quotas: tuple[Quota, ...] = ()
    tie_break: str | None = None
    lottery: Literal["single", "per_path"] = "single"
    grade_scale: str | None = None

    @model_validator(mode="after")
    def _known_rules(self) -> Scenario:
        _known("tie_break", self.tie_break, [k for k in entries("tie_breaks") if k != "region_default"])
        _known("grade_scale", self.grade_scale, [k for k in entries("grades") if not k.startswith("scale")])
        return self


def _known(field: str, name: str | None, names: list[str]) -> None:
    if name is not None and name not in names:
        raise ValueError(f"{field}: there is no {name!r}; known are {', '.join(names)}")


def load_scenario(path: Path) -> Scenario:
    """Read and check a scenario file.

    Errors: BadParameters where it cannot be read or asks for something that is no scenario; every fault at once.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        mark = getattr(problem, "problem_mark", None)
        raise BadParameters(
            "this scenario file cannot be read",
            where=path.name,
            why=f"line {mark.line + 1}, column {mark.column + 1}" if mark else type(problem).__name__,
            remedy="It has to be a YAML file in UTF-8.",
        ) from None
    return make_scenario(raw, where=path.name)


def make_scenario(raw: Any, *, where: str = "scenario") -> Scenario:
    """Check a scenario given as a mapping. Errors: BadParameters with every fault and the nearest right name."""
    if not isinstance(raw, dict):
        raise BadParameters("a scenario holds `name: value` lines", where=where)
    try:
        return Scenario.model_validate(raw)
    except ValidationError as problem:
        faults = [_fault(e["loc"], e["type"], e["msg"]) for e in problem.errors()]
        raise BadParameters("\n  ".join(dict.fromkeys(faults)), where=where) from None


def _fault(loc: tuple[int | str, ...], kind: str, message: str) -> str:
    place = ".".join(str(part + 1) if isinstance(part, int) else part for part in loc)
    if kind == "extra_forbidden":
        known = _fields(loc[:-1])
        near = difflib.get_close_matches(str(loc[-1]), known, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"It may have: {', '.join(known)}."
        return f"{place!r} is not known. {hint}"
    said = message.removeprefix("Value error, ")
    return f"{place}: {said}" if place else said


def _fields(loc: tuple[int | str, ...]) -> list[str]:
    """The names that may stand at a place of the file."""
    parts: dict[str, type[BaseModel]] = {
        "close": _SomePaths,
        "seats": SeatChange,
        "move": Move,
        "new_paths": NewPath,
        "cohort": Cohort,
        "quotas": Quota,
    }
    return list((parts[str(loc[0])] if loc else Scenario).model_fields)
