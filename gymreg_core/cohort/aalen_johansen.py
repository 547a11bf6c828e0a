"""Where subjects are over time: state probabilities by Aalen and Johansen, with ties, late entry and returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from gymreg_core.cohort import aalen_johansen_kernel as kernel
from gymreg_core.cohort.aalen_johansen_kernel import Floats
from gymreg_core.cohort.aalen_johansen_rows import AtRisk, Observed, at_risk, observed, under_observation
from gymreg_core.errors import BadParameters
from gymreg_core.vocabulary.numbers import number, percent
from gymreg_core.vocabulary.phrases import listing
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import texts

CONFIDENCE = 0.95
EVENT_FREE = "event_free"
"""The state of `cumulative_incidence` before any exit."""
Variance = Literal["greenwood", "jackknife"]


@dataclass(frozen=True, eq=False, repr=False)
class AalenJohansen:
    """State probabilities over time. No result is of a single subject, and none is kept here.

    states : labels, in the order of the tables. begin : the earliest start. end : the time up to which they are known:
    the last stop, or for ever where nobody can move any more.
    table : time, state, probability, std_error, low, high: a row per state at each time asked for (`at`), or at
    `begin` and each time at which somebody moved. Intervals of 95 per cent are symmetric in log odds and so lie within
    0 and 1; with clusters of Student's t with one degree of freedom less than there are clusters.
    at_risk : time, state, subjects: how many are under observation just before each time, at `begin` just after it.
    subjects, clusters : how many. variance : greenwood | jackknife.
    """

    states: tuple[Any, ...]
    begin: float
    end: float
    table: pd.DataFrame
    at_risk: pd.DataFrame
    subjects: int
    clusters: int
    variance: Variance
    steps: tuple[Floats, ...] = field(repr=False)
    """times (T,), and five (T + 1, S): probability, area, variance, covariance with the area, variance of the area."""

    def at(self, times: ArrayLike) -> pd.DataFrame:
        """The columns of `table` at any times. Errors: BadParameters for times before `begin` or after `end`."""
        return _table(self.states, self._within(times), self.steps, self._spread)

    def expected_time(self, until: float) -> pd.DataFrame:
        """Time that a subject is in each state from `begin` to `until`: state, time, std_error, low, high.

        The area under the curve, in the unit of the times, with 95 per cent intervals cut at 0 and `until` - `begin`.
        Errors: BadParameters for a time before `begin` or after `end`.
        """
        within = self._within(until)
        row = _rows_at(within, self.steps[0])[0]
        _, p, area, of_p, of_both, of_area = self.steps
        span = within[0] - (self.steps[0][row - 1] if row else self.begin)
        time = area[row] + span * p[row]
        error = np.sqrt(np.maximum(of_area[row] + 2 * span * of_both[row] + span**2 * of_p[row], 0.0))
        reach = self._spread * error
        longest = within[0] - self.begin
        return pd.DataFrame(
            {
                "state": np.array(self.states, object),
                "time": time,
                "std_error": error,
                "low": np.clip(time - reach, 0.0, longest),
                "high": np.clip(time + reach, 0.0, longest),
            }
        )

    def summary(self) -> dict[str, Any]:
        """Subjects, clusters, variance, begin and the last time of the table; probability of each state then."""
        last = self.table["time"].iloc[-1]
        told = self.table[self.table["time"] == last]
        shares = dict(zip(self.states, told["probability"].tolist(), strict=True))
        counts = {"subjects": self.subjects, "clusters": self.clusters, "variance": self.variance}
        return {**counts, "begin": self.begin, "last": float(last), "probability": shares}

    def describe(self, language: Language = "sv") -> str:
        """Who was followed, the probabilities at the last time of the table, and what the errors rest on."""
        said = texts("gymreg_core.cohort", "aalen_johansen_texts.yml")
        told = self.table[self.table["time"] == self.table["time"].iloc[-1]]
        ends = [[number(100 * end, language, 1) for end in told[name]] for name in ("low", "high")]
        shares = [
            said("share", language, state=state, share=percent(p, language), low=low, high=high)
            for state, p, low, high in zip(told["state"], told["probability"], *ends, strict=True)
            if p > 0
        ]
        last, counts = float(told["time"].iloc[0]), {"clusters": number(self.clusters, language)}
        when = number(last, language, 0 if last.is_integer() else 2)
        return " ".join(
            (
                said("subjects", language, subjects=number(self.subjects, language)),
                said("at", language, time=when, shares=listing(shares, language)),
                said(self.variance, language, **(counts if self.variance == "jackknife" else {})),
            )
        )

    def __repr__(self) -> str:
        return f"AalenJohansen({len(self.states)} states, {self.subjects} subjects, {self.begin:g} to {self.end:g})"

    def _repr_html_(self) -> str:
        return f"<p>{self.describe()}</p>{self.table.to_html(index=False)}"

    @property
    def _spread(self) -> float:
        return _quantile(self.clusters if self.variance == "jackknife" else None)

    def _within(self, times: ArrayLike) -> Floats:
        return _asked(times, self.begin, self.end)


def aalen_johansen(  # noqa: PLR0913 rows have so many columns
    id: ArrayLike,  # noqa: A002 the word of the field
    start: ArrayLike,
    stop: ArrayLike,
    state_from: ArrayLike,
    state_to: ArrayLike,
    weights: ArrayLike | None = None,
    at: ArrayLike | None = None,
    *,
    clusters: ArrayLike | None = None,
    states: Any = None,
) -> AalenJohansen:
    """State probabilities of subjects that move between states, from rows in any order; exact where times are tied.

    A row says that subject `id` was under observation in `state_from` during (start, stop] and then was in `state_to`,
    or, where that is None, NaN, '' or -1, was no longer observed or went on in the next row. Rows of a subject follow
    one another without a gap. A first row that starts later than others' enters the risk set late (left truncation).
    Several exits that compete are states that nobody leaves; `cumulative_incidence` is that case.

    All who move at a time move together (no order is made up among them, nothing is jittered): p(t) = p(t-) H(t), with
    the shares of those at risk in each state (Aalen and Johansen 1978). Without censoring these are plain shares, with
    two states the Kaplan-Meier estimate. They are right without the Markov assumption as long as censoring and late
    entry do not depend on what came before (Datta and Satten 2001). The first distribution is that of all where all
    start together, else of those at risk at the first move.

    One minus a Kaplan-Meier estimate that censors the other exits is not offered: it tells of a world in which nobody
    can leave otherwise, and such "risks" of exits that compete add up to more than 1 (docs/methods-cohort.md).

    Parameters
    ----------
    id, start, stop, state_from, state_to : (r,). Times are numbers of one unit. States are labels, or places in
        `states` where both columns are integers and `states` are not.
    weights : (r,), of rows, 0 or more; errors are then of the jackknife.
    at : times of the table; None: the earliest start and each time at which somebody moved.
    clusters : (r,), subjects who may be alike, such as pupils of a school: errors by the infinitesimal jackknife over
        them. With `id` itself, errors that hold without the Markov assumption, in time that grows with subjects times
        event times (350,000 and 1,800: about a minute; the other errors take a second). None: Greenwood-type.
    states : all states in the order wanted; None: those that occur, sorted.

    Errors: BadInput with every finding of rows that cannot be; BadParameters for other shapes, or `at` out of range.
    """
    columns = {"id": id, "start": start, "stop": stop, "state_from": state_from, "state_to": state_to}
    rows = observed(columns, weights, clusters, states)
    return estimate(rows, at, "greenwood" if weights is None and clusters is None else "jackknife")


def cumulative_incidence(
    time: ArrayLike,
    cause: ArrayLike,
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    at: ArrayLike | None = None,
    *,
    clusters: ArrayLike | None = None,
    causes: Any = None,
) -> AalenJohansen:
    """The share that had left for each cause by each time, where causes compete; states EVENT_FREE and the causes.

    time, cause : (n,), when a subject left and for what, or was last seen (None, NaN, '' or -1). entry : (n,), when it
    came under observation, 0 where None. The others and errors: as `aalen_johansen`; a row is a subject.
    """
    end, why = np.asarray(time), np.asarray(cause)
    if why.dtype.kind in "iu" and causes is not None and not any(isinstance(one, int) for one in causes):
        why = np.where(why >= 0, why + 1, why)
        before: NDArray[Any] = np.zeros(len(end), np.int64)
    else:
        why, before = why.astype(object), np.full(len(end), EVENT_FREE, object)
    if causes is None:
        there = pd.unique(why[~(pd.isna(why) | (why == "") | (why == -1))])
        causes = sorted(there.tolist(), key=lambda one: (str(type(one)), one))
    start = np.zeros(len(end)) if entry is None else entry
    columns = {"start": start, "stop": end, "state_from": before, "state_to": why}
    rows = observed(columns, weights, clusters, (EVENT_FREE, *causes))
    return estimate(rows, at, "greenwood" if weights is None and clusters is None else "jackknife")


def estimate(rows: Observed, at: ArrayLike | None, variance: Variance) -> AalenJohansen:
    """`aalen_johansen` of rows that were looked at before. Errors: BadParameters for `at` out of range."""
    told = at_risk(rows, by_cluster=variance == "jackknife")
    steps = _steps(told, variance)
    leaves = np.bincount(rows.state, minlength=len(rows.states)) > 0
    end = told.end if (steps[1][-1][leaves] > 0).any() else np.inf
    times = _asked(np.append(told.begin, told.moves.times) if at is None else at, told.begin, end)
    seen = under_observation(rows, times)
    clusters = len(told.influence) if variance == "jackknife" else 0
    return AalenJohansen(
        states=rows.states,
        begin=told.begin,
        end=end,
        table=_table(rows.states, times, steps, _quantile(clusters or None)),
        at_risk=pd.DataFrame({**_long(rows.states, times), "subjects": seen.ravel()}),
        subjects=int(rows.subject.max()) + 1,
        clusters=clusters,
        variance=variance,
        steps=steps,
    )


def _steps(told: AtRisk, variance: Variance) -> tuple[Floats, ...]:
    p, area = kernel.probabilities(told.moves, told.initial, told.begin)
    if variance == "greenwood":
        spread = kernel.greenwood(told.moves, p, told.covariance, told.begin)
    else:
        spread = kernel.jackknife(told.moves, p, told.rows, told.influence, told.begin)
    return (told.moves.times, p, area, *spread)


def _asked(times: ArrayLike, begin: float, end: float) -> Floats:
    wanted = np.atleast_1d(np.asarray(times, np.float64))
    if wanted.ndim != 1 or not (np.isfinite(wanted) & (wanted >= begin) & (wanted <= end)).all():
        raise BadParameters(
            "a time is asked for that nobody was observed at",
            where="at",
            why=f"The first row starts at {begin:g} and the last one stops at {end:g}.",
            remedy="Ask for times between them.",
        )
    return wanted


def _rows_at(times: Floats, moved: Floats) -> NDArray[np.int64]:
    return np.searchsorted(moved, times, side="right").astype(np.int64)


def _quantile(clusters: int | None) -> float:
    from scipy.stats import norm, t

    upper = 1 - (1 - CONFIDENCE) / 2
    return float(norm.ppf(upper) if clusters is None else t.ppf(upper, max(clusters - 1, 1)))


def _long(states: tuple[Any, ...], times: Floats) -> dict[str, NDArray[Any]]:
    labels = np.empty(len(states), object)
    labels[:] = states
    return {"time": np.repeat(times, len(states)), "state": np.tile(labels, len(times))}


def _table(states: tuple[Any, ...], times: Floats, steps: tuple[Floats, ...], spread: float) -> pd.DataFrame:
    row = _rows_at(times, steps[0])
    p, error = np.clip(steps[1][row].ravel(), 0.0, 1.0), np.sqrt(steps[3][row].ravel())
    low, high = interval(p, error, spread)
    return pd.DataFrame({**_long(states, times), "probability": p, "std_error": error, "low": low, "high": high})


def interval(p: Floats, error: Floats, spread: float) -> tuple[Floats, Floats]:
    """Ends that are symmetric in log odds: p and its standard error (n,); p itself where it is 0, 1 or certain."""
    inside = (p > 0) & (p < 1) & (error > 0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        reach = np.exp(spread * error / (p * (1 - p)))
        low, high = (np.where(inside, p / (p + (1 - p) * factor), p) for factor in (reach, 1 / reach))
    return low, high
