"""The analysis plan: what is asked and how it is answered, fixed before any estimate is seen."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gymreg_core.contracts.effects import DESIGNS, OUTCOMES

Outcome = Literal["completion_3", "completion_4", "interruption", "switching", "points"]
Design = Literal["introduction", "dose", "dose_groups", "instrument", "offers", "cutoff"]
Group = Literal["merit_band", "programme_type"]
Year = Annotated[int, Field(ge=1990, le=2100)]


class AnalysisPlan(BaseModel):
    """The plan of a study, as it stands in a params file (`plan:`). What is not in it is marked as exploratory.

    outcome : the one that answers the question. also : further ones, told beside it; all others by default.
    first_cohort, last_cohort : autumns of the start, None is as far as the data go. programmes : which are in.
    main : the design that answers. designs : all that are told, in that order.
    groups : kinds of group whose estimates are asked for beforehand; those of others are exploratory.
    confidence : of intervals.
    smallest_of_interest : percentage points of the outcome at the mean dose, or by an offer; a smaller effect is no
        reason to decide anything.
    power : share of simulations in which an effect has to be told from none to count as detectable.
    simulations : of power. seed : of power, of the bootstrap and of doses dealt out anew.
    registered : where and when the plan was fixed, in words.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    outcome: Outcome = "completion_3"
    also: tuple[Outcome, ...] = ("completion_4", "interruption", "switching", "points")
    first_cohort: Year | None = None
    last_cohort: Year | None = None
    programmes: Literal["all", "preparatory", "vocational"] = "all"
    main: Design = "introduction"
    designs: tuple[Design, ...] = DESIGNS  # type: ignore[assignment]
    groups: tuple[Group, ...] = ()
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    smallest_of_interest: Annotated[float, Field(gt=0, le=100)] = 1.0
    power: Annotated[float, Field(gt=0.5, lt=1)] = 0.8
    simulations: Annotated[int, Field(ge=100, le=100_000)] = 500
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 2026
    registered: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _others(cls, given: Any) -> Any:
        if isinstance(given, dict) and "also" not in given and "outcome" in given:
            return {**given, "also": tuple(outcome for outcome in OUTCOMES if outcome != given["outcome"])}
        return given

    @model_validator(mode="after")
    def _agrees(self) -> AnalysisPlan:
        if self.main not in self.designs:
            raise ValueError(f"the main design {self.main!r} has to be one of designs")
        if len(set(self.designs)) != len(self.designs) or len({self.outcome, *self.also}) != 1 + len(self.also):
            raise ValueError("a design or an outcome stands there twice")
        if self.first_cohort and self.last_cohort and self.first_cohort > self.last_cohort:
            raise ValueError("first_cohort lies after last_cohort")
        return self

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The one that answers first, then the further ones."""
        return (self.outcome, *self.also)

    def as_json(self) -> dict[str, Any]:
        """JSON of every field, defaults too."""
        return self.model_dump(mode="json")

    @property
    def hash(self) -> str:
        """SHA-256 of the plan as canonical JSON."""
        text = json.dumps(self.as_json(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()
