"""What a funding scenario may ask for: a YAML file with `about: funding`, checked before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from gymreg_core.funding.price_index import cost_shares
from gymreg_core.scenario_file import Names, ScenarioPart, Whole, checked, near, no_truth, read_scenario, shown
from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.sweden import swedish_municipalities

LISTS = ("regional", "national", "own")
_MOST_KRONOR = 10_000_000
# Every month has it.
_LAST_DAY = 28


def _all_in(known: Callable[[], Collection[str]]) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    """A check that each of some names is known."""

    def check(names: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [f"there is no {shown(name, known())}. {near(name, known())}" for name in names if name not in known()]
        if wrong:
            raise ValueError(" ".join(wrong))
        return names

    return check


def _cost_type(name: str) -> str:
    if name not in cost_shares():
        raise ValueError(f"there is no {shown(name, cost_shares())}. {near(name, cost_shares())}")
    return name


def _count_day(given: Any) -> Any:
    if given == "daily" or (type(given) is int and 1 <= given <= _LAST_DAY):
        return given
    raise ValueError(f"'daily' is wanted, or a day from 1 to {_LAST_DAY}")


Programmes = Annotated[Names, AfterValidator(_all_in(programmes))]
Municipalities = Annotated[Names, AfterValidator(_all_in(swedish_municipalities))]
CostType = Annotated[str, AfterValidator(_cost_type)]
Lists = Annotated[Names, AfterValidator(_all_in(lambda: LISTS))]
Percent = Annotated[float, BeforeValidator(no_truth), Field(ge=-100, le=1000)]
Kronor = Annotated[Whole, Field(ge=0, le=_MOST_KRONOR)]
Points = Annotated[float, BeforeValidator(no_truth), Field(ge=0, le=340)]
Level = Annotated[Whole, Field(ge=1, le=100)]


class PriceChange(ScenarioPart):
    """Prices for which everything that is given holds, in the price year of the scenario.

    lists : regional, which is the region's; national; own, those of single municipalities. A price of the region's that
    follows the national list changes with that one.
    programme : codes such as ES, with their orientations. code : one price as the list names it, such as ESMUS.
    Exactly one of percent (of the price) and amount (kronor per pupil and year, before compensation for tax).
    cost_type : the percentage is of that part of the price alone (rules/prices/cost_types.yml).
    """

    percent: Percent | None = None
    amount: Kronor | None = None
    cost_type: CostType | None = None
    lists: Lists = ("regional",)
    programme: Programmes | None = None
    code: Names | None = None

    @model_validator(mode="after")
    def _fits(self) -> PriceChange:
        if (self.percent is None) == (self.amount is None):
            raise ValueError("give either percent or amount")
        if self.amount is not None and self.programme is None and self.code is None:
            raise ValueError("an amount needs a programme or a code")
        if self.cost_type is not None and self.percent is None:
            raise ValueError("a cost_type goes with percent")
        return self


class SupplementChange(ScenarioPart):
    """Another structural supplement; what is not given stays. Applied in this order:

    limit, bands : points of merit, see `Supplement`. missing_level : of pupils without a merit value, 0 = none.
    amounts : kronor per pupil and year of each level, from 1 on; needed where there are other levels than today.
    percent : of the amounts, of all `levels` or of those that are named.
    total : kronor a year, before compensation for tax, with the pupils of the year; amounts keep their proportions.
    """

    limit: Points | None = None
    bands: Annotated[tuple[Points, ...], Field(min_length=1, max_length=100)] | None = None
    missing_level: Annotated[Whole, Field(ge=0, le=100)] | None = None
    amounts: Annotated[tuple[Kronor, ...], Field(min_length=1, max_length=100)] | None = None
    percent: Percent | None = None
    levels: Annotated[tuple[Level, ...], Field(min_length=1)] | None = None
    total: Annotated[Whole, Field(ge=0, le=10**10)] | None = None

    @model_validator(mode="after")
    def _fits(self) -> SupplementChange:
        if not self.model_fields_set:
            raise ValueError(f"name at least one of {', '.join(type(self).model_fields)}")
        if self.levels is not None and self.percent is None:
            raise ValueError("levels go with percent")
        return self


class PupilChange(ScenarioPart):
    """So many per cent more or fewer pupils for which everything that is given holds, otherwise as those there are.

    programme : codes. home_municipality : who pays for them.
    """

    percent: Percent
    programme: Programmes | None = None
    home_municipality: Municipalities | None = None


class Change(ScenarioPart):
    """One decision: exactly one of the fields beside `name`, which is what figures call it.

    prices, supplement, pupils : see each. count_days : a day of the month (but for the summer's months, which keep
    theirs), or daily, each day its share. vat : how six per cent are read, on_top of the amount or of_total.
    """

    name: str | None = Field(default=None, min_length=1, max_length=40)
    prices: PriceChange | None = None
    supplement: SupplementChange | None = None
    pupils: PupilChange | None = None
    count_days: Annotated[int | Literal["daily"], BeforeValidator(_count_day)] | None = None
    vat: Literal["on_top", "of_total"] | None = None

    @property
    def kind(self) -> str:
        """The field that is given."""
        return next(field for field in KINDS if getattr(self, field) is not None)

    @model_validator(mode="after")
    def _one(self) -> Change:
        if sum(getattr(self, field) is not None for field in KINDS) != 1:
            raise ValueError(f"give exactly one of {', '.join(KINDS)}")
        return self


KINDS = ("prices", "supplement", "pupils", "count_days", "vat")


class FundingScenario(ScenarioPart):
    """What should be otherwise than today: changes, each on top of those before it.

    expected_rise : per cent that costs are expected to rise until the decision holds; what is told in fixed prices is
    reckoned with it. None: as rules/what_if.yml.
    """

    about: Literal["funding"]
    name: str = Field(min_length=1, max_length=80)
    note: str = ""
    changes: Annotated[tuple[Change, ...], Field(max_length=12)] = ()
    expected_rise: Annotated[float, Field(gt=-50, le=100)] | None = None


def load_scenario(path: Path) -> FundingScenario:
    """Read and check a scenario file.

    Errors: BadParameters where it cannot be read or asks for something that is no scenario; every fault at once.
    """
    return make_scenario(read_scenario(path), where=path.name)


def make_scenario(raw: Any, *, where: str = "scenario") -> FundingScenario:
    """Check a scenario given as a mapping. Errors: BadParameters with every fault and the nearest right name."""
    return checked(FundingScenario, raw, where=where)
