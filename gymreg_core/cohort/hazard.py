"""Hazard of interruption on national programmes: what the yearly probability goes with, as a discrete-time model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.cohort.histories import Histories
from gymreg_core.cohort.logit import Effects, Fit, NoFit, Term, average_effects, count_cells, fit, probability
from gymreg_core.cohort.model_words import sentences
from gymreg_core.cohort.person_periods import PersonPeriods, person_periods, term
from gymreg_core.cohort.tenths import tenths
from gymreg_core.contracts.tracked import empty_tracked, tracked_table
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import Language

Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, repr=False)
class Interruption:
    """What leaving within a school year goes with. No cause is claimed, and nothing is told of a single pupil.

    table, fit : contracts.tracked hazard and hazard_fit; no rows where there is no model. The model is a logistic
    regression of person-periods (cohort/person_periods.py); effects are average marginal ones, and intervals let the
    pupils of a school be alike. fit is of the years that the model was made from.
    pupils, years, events, schools : how many it rests on. left_out : years of pupils on levels where nobody or
    everybody was interrupted, for which no odds exist. reason : why there is no model; '' where there is one.
    """

    table: pd.DataFrame
    fit: pd.DataFrame
    pupils: int
    years: int
    events: int
    schools: int
    left_out: int
    reason: str

    def __repr__(self) -> str:
        return f"Interruption({self.years} years of {self.pupils} pupils, {self.events} interruptions)"

    def summary(self) -> dict[str, Any]:
        """Counts, the yearly risk, the reason, and the row of `table` with the largest effect either way."""
        largest = None if self.table.empty else self.table.iloc[int(self.table["effect"].abs().argmax())].to_dict()
        counts = {name: getattr(self, name) for name in ("pupils", "years", "events", "schools", "left_out", "reason")}
        return {**counts, "risk": self.events / self.years if self.years else None, "largest": largest}

    def describe(self, language: Language = "sv") -> str:
        """How many left in a year, what it goes with most, or why there is no model, in sentences."""
        return " ".join(sentences("hazard", self.summary(), language))

    def _repr_html_(self) -> str:
        return f"<p>{self.describe()}</p>{self.table.to_html(index=False)}"


def interruption(h: Histories, s: pd.DataFrame) -> Interruption:
    """The model of interruption for the pupils of histories, with their starts `s`.

    Too few schools, no interruption, or characteristics that cannot be told apart leave the tables empty and the reason
    in the result; nothing is raised.
    """
    return interruption_of(person_periods(h, s))


def interruption_of(periods: PersonPeriods) -> Interruption:
    """The model of interruption for person-periods; as `interruption`."""
    kept = estimable(periods)
    terms = tuple(_of(one, kept) for one in periods.terms)
    terms = tuple(one for one in terms if len(one.levels) > 1)
    school, event, pupil = periods.school[kept], periods.event[kept], periods.pupil[kept]
    told = Interruption(
        table=empty_tracked("hazard"),
        fit=empty_tracked("hazard_fit"),
        pupils=len(np.unique(pupil)),
        years=len(pupil),
        events=int(event.sum()),
        schools=len(np.unique(school)),
        left_out=int((~kept).sum()),
        reason="",
    )
    cells = count_cells(terms, school, event)
    if told.events in (0, told.years):
        return replace(told, reason="no_event")
    if told.schools < rule("cohort_models", "fewest_schools"):
        return replace(told, reason="few_schools")
    try:
        fitted = fit(cells.design(), cells.rows, cells.events, cells.cluster)
    except NoFit as none:
        return replace(told, reason=none.reason)
    predicted = probability(cells.design(), fitted.coefficients)
    return replace(
        told,
        table=_table(terms, pupil, event, average_effects(cells, fitted), fitted),
        fit=tracked_table("hazard_fit", tenths(predicted, cells.rows, cells.events)),
    )


def estimable(periods: PersonPeriods) -> Bools:
    """Rows (m,) on none of the levels where nobody or everybody was interrupted.

    Those have no finite odds; without them others may come to have none, until none is left.
    """
    kept = np.ones(len(periods), np.bool_)
    while True:
        before = kept
        for one in periods.terms:
            rows = np.bincount(one.codes[kept], minlength=len(one.levels))
            events = np.bincount(one.codes[kept & periods.event], minlength=len(one.levels))
            kept = kept & ((events > 0) & (events < rows))[one.codes]
        if (kept == before).all():
            return kept


def _of(one: Term, rows: Bools) -> Term:
    """A characteristic of some of its rows; the reference stays where rows of it are left."""
    return term(one.name, one.codes[rows], one.levels, one.levels[one.reference] if one.levels else None)


def _table(
    terms: Sequence[Term], pupil: NDArray[np.int32], event: Bools, effects: Effects, fitted: Fit
) -> pd.DataFrame:
    """Contracts.tracked hazard: a row per level but the references."""
    reach, odds_reach = fitted.reach * effects.std_error, fitted.reach * effects.log_odds_error
    of = [(terms[place], level) for place, level in zip(effects.term.tolist(), effects.level.tolist(), strict=True)]
    on = [one.codes == level for one, level in of]
    columns = {
        "term": [one.name for one, _ in of],
        "level": [one.levels[level] for one, level in of],
        "reference": [one.levels[one.reference] for one, _ in of],
        "effect": effects.effect,
        "low": effects.effect - reach,
        "high": effects.effect + reach,
        "odds_ratio": np.exp(effects.log_odds),
        "odds_low": np.exp(effects.log_odds - odds_reach),
        "odds_high": np.exp(effects.log_odds + odds_reach),
        "pupils": [len(np.unique(pupil[rows])) for rows in on],
        "events": [int(event[rows].sum()) for rows in on],
    }
    return tracked_table("hazard", columns)
