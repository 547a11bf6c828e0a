"""A measure of completion as a card: whom it counts, from when to when, and what counts as completed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from gymreg_core.rules import entries, rule
from gymreg_core.scenario_file import ScenarioPart, Whole, checked
from gymreg_core.vocabulary.programmes import Language

_FILE = "measures"

Year = Annotated[str, Field(pattern="^(19|20)[0-9]{2}$")]
Percent = Annotated[float, Field(ge=0, le=100)]


def _in_words(given: Any) -> Any:
    """Years as text: a fault in a list is told by its number, which a year as a number would be taken for."""
    return {str(year): value for year, value in given.items()} if isinstance(given, dict) else given


class Words(ScenarioPart):
    """What readers see: a name, and one sentence that says what is measured."""

    name: str = Field(min_length=1)
    definition: str = Field(min_length=1)


class Series(ScenarioPart):
    """Figures that others publish of the whole country, to stand beside ours.

    values : per cent by the calendar year in which the horizon ends. by, group : as in contracts/tracked.py, or
    programme_type (preparatory | vocational).
    """

    by: Literal["region", "provider_form", "sex", "entry", "programme_type"]
    group: str = ""
    values: Annotated[dict[Year, Percent], BeforeValidator(_in_words), Field(min_length=1)]
    source: str = Field(min_length=1)


class Card(ScenarioPart):
    """A measure of completion.

    population : all starters, or those of national programmes; with `national` no pupil of an introductory programme
        counts before a national one was begun, and then in the autumn of that.
    starts : the first one of a pupil, or every autumn in the first year of study.
    started : enrolled on 15 October of the autumn, or ever in its school year (1 July to 30 June). A first start after
        15 October belongs to no cohort that is counted on that day.
    age_limit : oldest age reached in the calendar year of the start. None: no limit.
    residence : registered in the area on the first day (at_start), on 15 October of the autumn (at_horizon_start), on
        31 December before the horizon's last day (year_end), or no matter (none).
    horizon : in school years. last_day : which day of the year in which they have passed, rules/completion.yml.
    attribution : pupils belong to their first school and programme, or to the last ones by the horizon's last day.
    completed : with a diploma, or with a study certificate (of the points of rules/cohort.yml) as well.
    told : the share that completed, or its complement.
    temporary : pupils with a placeholder number are excluded, or count as not completed.
    moved : whoever left the region or died without having completed is kept, or left out.
    main : computed by school, sex, merit band and entry as well.
    published_by : whose measure it is; None where it is ours, to see what a choice does to the number.
    status, source : of the card, as in every file of rules.
    """

    key: str
    status: str
    source: str
    sv: Words
    en: Words
    published_by: str | None = None
    population: Literal["all", "national"]
    starts: Literal["first", "every"]
    started: Literal["october", "school_year"]
    age_limit: Annotated[Whole, Field(ge=15, le=99)] | None = None
    residence: Literal["none", "at_start", "at_horizon_start", "year_end"] = "none"
    horizon: Annotated[Whole, Field(ge=1, le=10)]
    last_day: Literal["summer", "october"]
    attribution: Literal["first", "last"]
    completed: Literal["diploma", "diploma_or_certificate"]
    told: Literal["completed", "not_completed"] = "completed"
    temporary: Literal["excluded", "not_completed"]
    moved: Literal["kept", "left_out"]
    main: bool = False
    published: tuple[Series, ...] = ()

    def words(self, language: Language) -> Words:
        """Name and definition in a language."""
        return self.sv if language == "sv" else self.en

    def reference(self, by: str = "region", group: str = "") -> dict[int, float]:
        """The share that others publish, by cohort (the autumn of the start); empty where there is none."""
        found = [one for one in self.published if (one.by, one.group) == (by, group)]
        return {int(year) - self.horizon: round(value / 100, 5) for one in found for year, value in one.values.items()}


def card(key: str) -> Card:
    """A card of rules/measures.yml. Errors: RuleMissing where there is none; as `make_card`."""
    return make_card(key, rule(_FILE, key), **{name: entries(_FILE)[key][name] for name in ("status", "source")})


def cards() -> tuple[Card, ...]:
    """Every card of rules/measures.yml, in the order of the file. Errors: as `make_card`."""
    return tuple(card(key) for key in entries(_FILE))


def make_card(key: str, value: Any, *, status: str = "assumption", source: str = "made by hand") -> Card:
    """A card of these lines. Errors: BadParameters that names every wrong line and what it may hold."""
    lines = {"key": key, "status": status, "source": source, **value} if isinstance(value, dict) else value
    return checked(Card, lines, where=f"rules/{_FILE}.yml, {key}")
