"""Which programmes the region needs seats of most: an open table of criteria, and what the weights decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.errors import BadParameters
from gymreg_core.planning.strategic_words import strategic_sentences
from gymreg_core.rules import rule
from gymreg_core.scenario_file import near
from gymreg_core.vocabulary.programmes import Language

Floats = NDArray[np.float64]
_ROUNDING = 1e-9
"""What sums of shares may be off by in the computer."""


@dataclass(frozen=True, eq=False)
class Strategic:
    """Programmes by criteria, first the one that they speak for most.

    table : a row per programme: programme; by criterion of rules/strategic.yml its value, <criterion>_score (0 = least,
        1 = most worth among the programmes, linear between) and <criterion>_part (of the total; all parts add up to
        it); total, rank; total_low, total_high (where what is missing would be worth nothing, or all); missing (how
        many criteria are, of those in use); rank_best, rank_worst (over the rows of `sensitivity`); top_share (of drawn
        sets of weights, those with which it is among the first `top`).
        A programme without a value of a criterion is judged by the others, whose weights then count for more; one that
        lacks too much of the weight (rules/strategic.yml, least_known) has no rank. A criterion that no programme has a
        value of is not in use.
    weights : criterion, weight (shares of 1; 0 where not in use), direction (high | low: what is worth more), least and
        most (the values that are worth 0 and 1).
    sensitivity : criterion, factor (of its weight), programme, rank.
    sources : programme, need, source, year: where the need of the labour market comes from.
    """

    table: pd.DataFrame
    weights: pd.DataFrame
    sensitivity: pd.DataFrame
    sources: pd.DataFrame

    def summary(self) -> dict[str, Any]:
        """The first programmes, those among them that hardly depend on the weights, and what is missing."""
        first = self.table[self.table["rank"].le(rule("strategic", "top")).fillna(value=False)]
        steady = first["top_share"] >= rule("strategic", "steady")
        return {
            "first": first["programme"].tolist(),
            "steady": first.loc[steady, "programme"].tolist(),
            "unsteady": first.loc[~steady, "programme"].tolist(),
            "incomplete": self.table.loc[
                self.table["missing"].gt(0) & self.table["rank"].notna(), "programme"
            ].tolist(),
            "unranked": self.table.loc[self.table["rank"].isna(), "programme"].tolist(),
            "not_in_use": self.weights.loc[self.weights["least"].isna(), "criterion"].tolist(),
        }

    def sentences(self, language: Language = "sv") -> tuple[str, ...]:
        """The first programmes, how far the weights decide, and what is missing."""
        return strategic_sentences(self.summary(), self.weights, language)

    def describe(self, language: Language = "sv") -> str:
        """The sentences as one paragraph."""
        return " ".join(self.sentences(language))

    def _repr_html_(self) -> str:
        return str(self.table.to_html(index=False, max_rows=20))


def strategic(values: pd.DataFrame, sources: pd.DataFrame, *, weights: Mapping[str, float] | None = None) -> Strategic:
    """Rank programmes by the criteria and weights of rules/strategic.yml, or by `weights` in place of those there.

    values : as `criteria.criteria_of`. sources : as `read_need`. weights : by criterion, 0 or more, in any sum.
    Errors: BadParameters for a criterion that there is not, a weight below 0, or weights that are all 0.
    """
    criteria: dict[str, dict[str, Any]] = rule("strategic", "criteria")
    raw = values[list(criteria)].to_numpy(np.float64, na_value=np.nan)
    in_use = ~np.isnan(raw).all(axis=0)
    weight = _weights(criteria, weights or {}, in_use)
    down = np.array([of["better"] == "low" for of in criteria.values()])
    score, least, most = _scores(raw, down)
    ranked = np.where(np.isnan(score), 0.0, weight).sum(axis=1) >= rule("strategic", "least_known") - _ROUNDING
    total, part = _totals(score, weight)
    rank = _ranks(total, ranked)
    tried = _tried(score, weight, ranked, list(criteria))
    ranks = np.array([rank, *(found for _, _, found in tried)])
    table = pd.DataFrame({"programme": values["programme"]})
    for number, name in enumerate(criteria):
        table[name] = values[name].astype("Float64")
        table[f"{name}_score"] = pd.array(np.round(score[:, number], 4), dtype="Float64")
        table[f"{name}_part"] = pd.array(part[:, number], dtype="Float64")
    low, high = (_totals(np.nan_to_num(score, nan=end), weight)[0] for end in (0.0, 1.0))
    no_rank = ~ranked
    table = table.assign(
        total=total,
        rank=pd.Series(rank).astype("Int64").mask(no_rank),
        total_low=low,
        total_high=high,
        missing=np.isnan(score[:, in_use]).sum(axis=1),
        rank_best=pd.Series(ranks.min(axis=0)).astype("Int64").mask(no_rank),
        rank_worst=pd.Series(ranks.max(axis=0)).astype("Int64").mask(no_rank),
        top_share=pd.Series(_top_shares(score[:, in_use], ranked)).astype("Float64").mask(no_rank),
    )
    told = pd.DataFrame(
        {
            "criterion": list(criteria),
            "weight": weight,
            "direction": [of["better"] for of in criteria.values()],
            "least": least,
            "most": most,
        }
    )
    parts = [
        pd.DataFrame({"criterion": name, "factor": factor, "programme": values["programme"], "rank": found})[ranked]
        for name, factor, found in tried
    ]
    sensitivity = pd.concat(parts, ignore_index=True)
    return Strategic(table.sort_values(["rank", "programme"], ignore_index=True), told, sensitivity, sources)


def _weights(
    criteria: Mapping[str, Mapping[str, Any]], given: Mapping[str, float], in_use: NDArray[np.bool_]
) -> Floats:
    """Weights (k,) of the criteria in use as shares of 1, 0 of the others."""
    faults = [f"there is no criterion {name!r}. {near(name, list(criteria))}" for name in given if name not in criteria]
    faults += [
        f"the weight of {name!r} is no number from 0 upwards"
        for name, weight in given.items()
        if not 0 <= weight < np.inf
    ]
    found = np.array([given.get(name, of["weight"]) for name, of in criteria.items()], np.float64) * in_use
    if not faults and not found.sum() > 0:
        faults = ["no criterion that there are figures of has any weight"]
    if faults:
        raise BadParameters("\n  ".join(faults), where="weights")
    return np.asarray(found / found.sum(), np.float64)


def _scores(raw: Floats, down: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """Scores (p, k) from 0 to 1, NaN where a value is missing, and the values worth 0 and 1; ½ where all are equal."""
    known = ~np.isnan(raw)
    low = np.where(known, raw, np.inf).min(axis=0, initial=np.inf)
    high = np.where(known, raw, -np.inf).max(axis=0, initial=-np.inf)
    span = np.where(high > low, high - low, np.nan)
    with np.errstate(invalid="ignore"):
        score = np.where(known, np.where(np.isnan(span), 0.5, (raw - low) / span), np.nan)
    score = np.asarray(np.where(down, 1 - score, score), np.float64)
    low, high = (np.where(np.isfinite(end), end, np.nan) for end in (low, high))
    return score, np.where(down, high, low), np.where(down, low, high)


def _totals(score: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Totals (p,) and the parts (p, k) that add up to them, by the criteria that each has; NaN parts where missing."""
    counted = np.where(np.isnan(score), 0.0, weight)
    whole = counted.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(whole > 0, score * counted / whole, np.where(np.isnan(score), np.nan, 0.0))
    return np.nansum(part, axis=1), part


def _ranks(total: Floats, ranked: NDArray[np.bool_]) -> NDArray[np.int64]:
    """1 = highest among those ranked; equal totals, but for rounding, share the better place."""
    above = np.round(total, 9)[None, :] > np.round(total, 9)[:, None]
    return np.asarray(1 + (above & ranked).sum(axis=1), np.int64)


def _tried(
    score: Floats, weight: Floats, ranked: NDArray[np.bool_], names: list[str]
) -> list[tuple[str, float, NDArray[np.int64]]]:
    """Ranks with the weight of one criterion in use after another changed; not where no weight would be left."""
    found = []
    for number in np.flatnonzero(weight):
        for factor in rule("strategic", "factors"):
            other = weight.copy()
            other[number] *= factor
            if other.sum() > 0:
                found.append((names[number], float(factor), _ranks(_totals(score, other)[0], ranked)))
    return found


def _top_shares(score: Floats, ranked: NDArray[np.bool_]) -> Floats:
    """Shares (p,) of sets of weights, drawn evenly, with which a programme is among the first of those ranked."""
    rng = np.random.default_rng(rule("strategic", "seed"))
    drawn = rng.dirichlet(np.ones(score.shape[1]), int(rule("strategic", "draws")))
    whole = drawn @ (~np.isnan(score)).T
    totals = np.divide(drawn @ np.nan_to_num(score).T, whole, out=np.zeros_like(whole), where=whole > 0)
    totals = np.where(ranked, totals, -1.0)
    place = np.argsort(np.argsort(-totals, axis=1, kind="stable"), axis=1, kind="stable")
    return np.asarray((place < rule("strategic", "top")).mean(axis=0), np.float64)
