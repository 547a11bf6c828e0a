"""Units that come under treatment at different times: effects by group and period, and what they add up to.

Callaway and Sant'Anna (2021), Journal of Econometrics 225. Treated units are only ever compared with ones that are not
treated yet, so that effects may differ between groups and grow over time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from gymreg_core.effects.two_periods import two_periods
from gymreg_core.errors import BadInput
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import texts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Controls = Literal["never", "not_yet"]
Estimator = Literal["doubly_robust", "regression"]
Kind = Literal["simple", "group", "dynamic", "calendar"]
KINDS: tuple[Kind, ...] = ("simple", "group", "dynamic", "calendar")
NEVER = 0
"""The first period of units that are never treated."""


@dataclass(frozen=True, eq=False, repr=False)
class Staggered:
    """Effects by group (the period in which its units come under treatment) and period; no row of a single unit.

    table : a row per group and period but each group's base: group, period, effect, std_error, low, high, units,
    refusal. Before treatment, a change from the period before, which should be nothing.
    units, clusters : how many. confidence : of intervals (normal; Student's t with clusters given).
    """

    table: pd.DataFrame
    units: int
    clusters: int
    confidence: float
    _influence: Floats
    _chance: Floats
    _is: Floats
    _cluster: Ints | None

    def __repr__(self) -> str:
        return f"Staggered({self.units} units, {len(self.table)} groups and periods)"

    def total(self, kind: Kind = "simple") -> pd.DataFrame:
        """Effects after treatment in one number, and by `kind` (section 3 of the paper).

        simple : all groups and periods, each group by its size. group : by group, the mean of its periods. dynamic : by
        periods since treatment, negative ones before. calendar : by period.
        Returns a row per kind's value, then one for all with `value` missing: value, effect, std_error, low, high,
        refusal. What a refused group and period would be part of is refused.
        """
        group, period = self._keys()
        after = period >= group
        if kind == "simple":
            return self._table([(np.nan, *self._pooled(after))])
        if kind == "group":
            parts = [(g, *self._pooled(after & (group == g))) for g in np.unique(group)]
            size = self._chance[[int(np.argmax(group == g)) for g in np.unique(group)]]
            member = self._is[:, [int(np.argmax(group == g)) for g in np.unique(group)]]
            overall = _weighted([(e, i) for _, e, i in parts], size, member)
        elif kind == "dynamic":
            parts = [(e, *self._pooled(period - group == e)) for e in np.unique(period - group)]
            overall = _mean([(effect, i) for e, effect, i in parts if e >= 0])
        else:
            parts = [(t, *self._pooled(after & (period == t))) for t in np.unique(period[after])]
            overall = _mean([(effect, i) for _, effect, i in parts])
        return self._table([*parts, (np.nan, *overall)])

    def pre_test(self) -> tuple[float, int, float]:
        """Wald test that nothing happened before treatment: statistic, degrees of freedom, p-value; NaN without any."""
        group, period = self._keys()
        before = (period < group) & self.table["refusal"].eq("").to_numpy()
        effect = self.table["effect"].to_numpy()[before]
        if not before.any():
            return np.nan, 0, np.nan
        covariance = _covariance(self._influence[:, before], self._cluster)
        if np.linalg.matrix_rank(covariance) < len(effect):
            return np.nan, len(effect), np.nan
        statistic = float(effect @ np.linalg.solve(covariance, effect))
        return statistic, len(effect), float(stats.chi2.sf(statistic, len(effect)))

    def summary(self) -> dict[str, Any]:
        """Units, groups, the effect over all groups with its interval, and the test of what was before."""
        row = self.total("group").iloc[-1]
        statistic, _, p_value = self.pre_test()
        return {
            "units": self.units,
            "groups": int(self.table["group"].nunique()),
            **{name: row[name] for name in ("effect", "std_error", "low", "high", "refusal")},
            "confidence": self.confidence,
            "pre_test": statistic,
            "pre_test_p": p_value,
        }

    def describe(self, language: Language = "sv") -> str:
        """The effect and what was seen before treatment, in sentences."""
        p, s = texts("gymreg_core.effects", "staggered_texts.yml"), self.summary()
        told = [p("of", language, units=number(s["units"], language), groups=number(s["groups"], language))]
        if s["refusal"]:
            return " ".join([*told, p("refused", language)])
        shown = {name: number(s[name], language, 2) for name in ("effect", "low", "high")}
        told.append(p("effect", language, sure=number(s["confidence"] * 100, language), **shown))
        known = not np.isnan(s["pre_test_p"])
        told.append(p("before", language, p=number(s["pre_test_p"], language, 2)) if known else p("unseen", language))
        return " ".join(told)

    def _repr_html_(self) -> str:
        return f"<p>{self.describe()}</p>{self.table.to_html(index=False)}"

    def _keys(self) -> tuple[Ints, Ints]:
        return self.table["group"].to_numpy(np.int64), self.table["period"].to_numpy(np.int64)

    def _pooled(self, kept: NDArray[np.bool_]) -> tuple[float, Floats]:
        """The mean of groups and periods, each by the size of its group."""
        effect = self.table["effect"].to_numpy()[kept]
        parts = list(zip(effect, self._influence[:, kept].T, strict=True))
        return _weighted(parts, self._chance[kept], self._is[:, kept])

    def _table(self, parts: list[tuple[float, float, Floats]]) -> pd.DataFrame:
        table = pd.DataFrame(
            {
                "value": [value for value, _, _ in parts],
                "effect": [effect for _, effect, _ in parts],
                "std_error": [_error(influence, self._cluster) for *_, influence in parts],
            }
        )
        return _with_interval(table, self.confidence, self._cluster).assign(
            refusal=np.where(table["effect"].isna(), self.table["refusal"].max(), "")
        )


def staggered(  # noqa: PLR0913 every one is a choice of the analyst
    outcome: Floats,
    first: Ints,
    periods: Ints,
    *,
    covariates: Floats | None = None,
    controls: Controls = "never",
    estimator: Estimator = "doubly_robust",
    weights: Floats | None = None,
    cluster: Ints | None = None,
    confidence: float = 0.95,
) -> Staggered:
    """Effects on n units over T periods; every unit is seen in every period, and stays treated once it is.

    outcome : (n, T). first : (n,), the period in which a unit comes under treatment, 0 never. Units that are treated in
    the first period say nothing and are left out. periods : (T,), rising. covariates : (n, k), settled before.
    controls : never treated (by the last period), or not_yet, which adds those treated later than the period in
    question; without any never treated, the periods from when the last group is are left out.
    estimator : see two_periods. weights : (n,), of units. cluster : (n,), units of which depend on one another.
    Standard errors by influence functions, the sizes of groups being estimated too; with clusters, times
    sqrt(clusters / (clusters - 1)).
    Errors: BadInput where the arrays do not fit, something is missing, or nobody is left to compare with.
    """
    kept = np.asarray((first == NEVER) | (first > periods[0]))
    _check(outcome, first, periods, kept, controls)
    y, first = outcome[kept], first[kept]
    if controls == "not_yet" and ((first != NEVER) & (first <= periods[-1])).all():
        # From when the last group is treated there is nobody to compare with; until then it is what others are held to.
        periods = periods[periods < first.max()]
    n = len(y)
    w = np.ones(n) if weights is None else weights[kept] / weights[kept].mean()
    x = np.ones((n, 1)) if covariates is None else np.column_stack([np.ones(n), covariates[kept]])
    group_of = np.where(np.isin(first, periods), first, NEVER)
    rows: list[dict[str, Any]] = []
    influence = []
    for group in np.unique(group_of[group_of != NEVER]):
        start = int(np.searchsorted(periods, group))
        for at in range(1, len(periods)):
            base = at - 1 if at < start else start - 1
            never = group_of == NEVER
            others = never | ((group_of > periods[at]) & (group_of != group)) if controls == "not_yet" else never
            there = (group_of == group) | others
            change = y[there, at] - y[there, base]
            part = two_periods(
                change, group_of[there] == group, x[there], w[there], doubly_robust=estimator == "doubly_robust"
            )
            whole = np.zeros(n)
            # The weights of a part have mean 1 in the part, and in the whole they have it in the whole.
            whole[there] = part.influence * n / there.sum()
            influence.append(whole)
            told = {"effect": part.effect, "units": int((group_of == group).sum()), "refusal": part.refusal}
            rows.append({"group": int(group), "period": int(periods[at]), **told})
    table = pd.DataFrame(rows)
    matrix = np.column_stack(influence)
    member = (group_of[:, None] == table["group"].to_numpy()) * w[:, None]
    chance = member.mean(axis=0)
    clusters = None if cluster is None else np.unique(cluster[kept], return_inverse=True)[1].astype(np.int64)
    table.insert(3, "std_error", [_error(column, clusters) for column in matrix.T])
    table = _with_interval(table, confidence, clusters)
    order = ["group", "period", "effect", "std_error", "low", "high", "units", "refusal"]
    many = n if clusters is None else int(clusters.max()) + 1
    # Without w in it, a unit's part of the size of its group would not average to nothing.
    centred = member - chance * w[:, None]
    return Staggered(table[order], n, many, confidence, matrix, chance, centred, clusters)


def _check(outcome: Floats, first: Ints, periods: Ints, kept: NDArray[np.bool_], controls: Controls) -> None:
    faults: Mapping[str, bool] = {
        "outcome, first and periods do not fit each other": outcome.shape != (len(first), len(periods)),
        "periods do not rise": bool((np.diff(periods) <= 0).any()),
        "an outcome is missing": not np.isfinite(outcome).all(),
    }
    for fault, there in faults.items():
        if there:
            raise BadInput(fault, where="staggered", remedy="Give every unit's outcome in every period, in order.")
    treated = np.isin(first[kept], periods)
    alone = treated.all() if controls == "never" else len(np.unique(first[kept])) < 2  # noqa: PLR2004
    if not treated.any() or alone:
        raise BadInput(
            "nobody comes under treatment" if not treated.any() else "there is nobody to compare with",
            where="staggered, first",
            remedy="Give units of both kinds; controls='not_yet' needs two groups that differ in time.",
        )


def _weighted(parts: list[tuple[float, Floats]], size: Floats, member: Floats) -> tuple[float, Floats]:
    """Mean of effects by the sizes of their groups (m,), which are estimated too: member (n, m) is what each unit adds
    to them."""
    effect = np.array([one for one, _ in parts])
    share = size / size.sum()
    told = float(share @ effect)
    influence = np.column_stack([one for _, one in parts]) @ share
    return told, influence + member @ (effect - told) / size.sum()


def _mean(parts: list[tuple[float, Floats]]) -> tuple[float, Floats]:
    return float(np.mean([one for one, _ in parts])), np.mean([one for _, one in parts], axis=0)


def _covariance(influence: Floats, cluster: Ints | None) -> Floats:
    """Of effects whose influence functions are the columns (n, m): (m, m)."""
    n = len(influence)
    if cluster is None:
        own: Floats = influence.T @ influence / n**2
        return own
    many = int(cluster.max()) + 1
    sums = np.zeros((many, influence.shape[1]))
    np.add.at(sums, cluster, influence)
    between: Floats = sums.T @ sums / n**2 * many / (many - 1)
    return between


def _error(influence: Floats, cluster: Ints | None) -> float:
    return float(np.sqrt(_covariance(influence[:, None], cluster)[0, 0]))


def _with_interval(table: pd.DataFrame, confidence: float, cluster: Ints | None) -> pd.DataFrame:
    tail = (1 + confidence) / 2
    reach = stats.norm.ppf(tail) if cluster is None else stats.t.ppf(tail, cluster.max())
    return table.assign(
        low=table["effect"] - reach * table["std_error"], high=table["effect"] + reach * table["std_error"]
    )
