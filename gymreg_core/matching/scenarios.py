"""What a scenario may ask for: a YAML file, checked before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from gymreg_core.scenario_file import Names, ScenarioPart, Whole, checked, known_rule, read_scenario


def _policy(value: Any) -> bool:
    return isinstance(value, list)


def _from_letters(value: Any) -> bool:
    return isinstance(value, dict) and "from_letters" in value


Percent = Annotated[float, Field(ge=-100, le=1000)]
Share = Annotated[float, Field(gt=0, le=100)]


class Selected(ScenarioPart):
    """Open study paths for which everything that is given holds.

    school : name or school unit. municipality : the school's. programme : code, such as NA or IMV.
    """

    path_id: Names | None = None
    school: Names | None = None
    programme: Names | None = None
    municipality: Names | None = None
    provider_form: Names | None = None

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

    number: Annotated[Whole, Field(ge=-100_000, le=100_000)] | None = None
    percent: Percent | None = None

    @model_validator(mode="after")
    def _one_size(self) -> SeatChange:
        if (self.number is None) == (self.percent is None):
            raise ValueError("give either number or percent")
        return self


class Move(ScenarioPart):
    """Seats of the most sought national programmes moved to the same programme in other municipalities.

    percent : of the programme's seats where they are taken from. most_sought : how many programmes, by first choices
    per seat in the round; or programmes : which. from_municipality : where seats are taken; the municipality where
    most put the programme first, where None. to : where they go, all others that have the programme where None.
    """

    percent: Share
    most_sought: Annotated[Whole, Field(ge=1, le=20)] | None = None
    programmes: Names | None = None
    from_municipality: str | None = None
    to: Names | None = None

    @model_validator(mode="after")
    def _which(self) -> Move:
        if (self.most_sought is None) == (self.programmes is None):
            raise ValueError("give either most_sought or programmes")
        return self


class NewPath(ScenarioPart):
    """A new study path at a school that there is.

    like : path_id of a path that it resembles: its rules are taken over, and of the applicants who have it on their
    list the percentage `interest`, drawn by lot, puts the new one directly `place` it. code and name : as `like` has
    them where None.
    """

    path_id: str = Field(min_length=1)
    school: str
    like: str
    seats: Annotated[Whole, Field(ge=0, le=5000)]
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


class Cohort(ScenarioPart):
    """Another cohort: as many times the pupils, and their merit moved, in home municipalities or everywhere.

    factor : pupils drawn by lot are left out (below 1) or come once more (above 1). merit_shift : points of merit added
    to each; it moves the order and the cut-offs, while eligibility stays what the grades say.
    """

    home_municipality: Names | None = None
    factor: float = Field(default=1, gt=0, le=10)
    merit_shift: float = Field(default=0, ge=-340, le=340)


class Scenario(ScenarioPart):
    """What should be otherwise than today; applied in the order of the fields.

    close : study paths that are offered no longer. seats, move, new_paths, cohort, quotas : see each.
    tie_break : policy of rules/tie_breaks.yml for all paths. lottery : one draw for all paths, or one for each.
    grade_scale : of rules/grades.yml, one that says what today's letters would be.
    """

    about: Literal["admission"] = "admission"
    name: str = Field(min_length=1, max_length=80)
    note: str = ""
    close: tuple[_SomePaths, ...] = ()
    seats: tuple[SeatChange, ...] = ()
    move: tuple[Move, ...] = ()
    new_paths: tuple[NewPath, ...] = ()
    cohort: tuple[Cohort, ...] = ()
    quotas: tuple[Quota, ...] = ()
    tie_break: Annotated[str, AfterValidator(known_rule("tie_breaks", _policy))] | None = None
    lottery: Literal["single", "per_path"] = "single"
    grade_scale: Annotated[str, AfterValidator(known_rule("grades", _from_letters))] | None = None


def load_scenario(path: Path) -> Scenario:
    """Read and check a scenario file.

    Errors: BadParameters where it cannot be read or asks for something that is no scenario; every fault at once.
    """
    return make_scenario(read_scenario(path), where=path.name)


def make_scenario(raw: Any, *, where: str = "scenario") -> Scenario:
    """Check a scenario given as a mapping. Errors: BadParameters with every fault and the nearest right name."""
    return checked(Scenario, raw, where=where)
