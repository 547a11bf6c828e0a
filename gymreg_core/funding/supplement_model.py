"""How the year-9 merit value tells who becomes eligible for higher education: the model behind the supplement."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.errors import BadInput
from gymreg_core.funding.discrimination import Measures, measure, wilson
from gymreg_core.funding.logit import Cells, Floats, Ints, count_cells, fit, knots_of, natural_spline
from gymreg_core.funding.outcomes import CohortOutcomes
from gymreg_core.funding.supplement import Supplement
from gymreg_core.funding.supplement_odds import BandOdds, Interval, Stability, band_odds, stability
from gymreg_core.funding.supplement_words import sentences
from gymreg_core.vocabulary.programmes import Language

_POINT = 100
_FOLDS, _TENTHS = 5, 10
_CURVE_STEP = 10
_CURVE_ENDS = (0.01, 0.99)
_FEWEST = 1e-12


@dataclass(frozen=True, eq=False)
class SupplementModel:
    """What the merit value says of eligibility, by level and as a curve. No result is of a single pupil.

    odds : the ratio of each level. stability : over cohorts, None with a single one.
    curve : merit (points), probability, low, high: the regression on a natural spline of the merit value.
    measures : a row per measure of `discrimination.Measures` and of agreement (intercept: log odds that are to be added
    to make the mean right; slope: 1 where the probabilities are as far apart as the outcomes). Columns measure,
    held_out, low, high, apparent; held_out is of probabilities told by a curve that has not seen the pupils.
    calibration : kind (level | tenth), group, pupils, predicted and observed share, low, high (Wilson), of those told.
    folds : what was held out each time, cohorts, or fifths of the schools where there is one cohort.
    """

    odds: BandOdds
    stability: Stability | None
    curve: pd.DataFrame
    measures: pd.DataFrame
    calibration: pd.DataFrame
    folds: str

    @property
    def table(self) -> pd.DataFrame:
        """The odds ratios, see `BandOdds`."""
        return self.odds.table

    def summary(self) -> dict[str, Any]:
        """Held-out measures by name, the test of stability, and what `BandOdds.summary` gives."""
        told = self.measures.set_index("measure")
        held_out = {str(name): value for name, value in told["held_out"].items()}
        ends = {f"{name}_{end}": told[end].to_dict()[name] for name in ("auc", "slope") for end in ("low", "high")}
        return {**self.odds.summary(), **held_out, **ends, "folds": self.folds}

    def describe(self, language: Language = "sv") -> str:
        """Ratios, how well they tell, agreement and stability, in sentences."""
        told = [*sentences("odds", self.odds.summary(), language), *sentences("model", self.summary(), language)]
        if self.stability is not None:
            told += sentences("stability", self.stability.summary(), language)
        return " ".join(told)

    def _repr_html_(self) -> str:
        return f"<p>{self.describe()}</p>{self.table.to_html(index=False)}{self.measures.to_html(index=False)}"


def estimate(outcomes: CohortOutcomes, supplement: Supplement, *, interval: Interval = "pupils") -> SupplementModel:
    """The model of eligibility on the merit value, everything that tells how far to trust it with it.

    The curve and its measures leave out pupils without a merit value. Errors: BadInput, as `band_odds`, `knots_of`.
    """
    odds = band_odds(outcomes, supplement, interval=interval)
    several = len(odds.cohorts) > 1
    known = outcomes.of(~np.isnan(outcomes.merit))
    fold, folds = _folds(known)
    cells = count_cells(known.eligible, np.rint(known.merit * _POINT), fold, known.school)
    merit = cells.keys[:, 0] / _POINT
    held_out = _held_out(cells, merit)
    whole = _curve(cells, merit)
    apparent = measure(_probability(whole, merit), cells.yes, cells.no, odds.confidence)
    unseen = measure(held_out, cells.yes, cells.no, odds.confidence)
    agreement = _agreement(cells, held_out, interval, odds.confidence)
    return SupplementModel(
        odds=odds,
        stability=stability(outcomes, supplement, interval=interval) if several else None,
        curve=_curve_table(cells, merit, interval, odds.confidence),
        measures=_measures(unseen, apparent, agreement),
        calibration=_calibration(cells, merit, held_out, supplement, odds.confidence),
        folds=folds,
    )


def _folds(known: CohortOutcomes) -> tuple[Ints, str]:
    """What is held out together: int64 (n,), and what it is called."""
    cohorts, fold = np.unique(known.cohort, return_inverse=True)
    if len(cohorts) > 1:
        return fold.astype(np.int64), "cohorts"
    schools, place = np.unique(known.school, return_inverse=True)
    if len(schools) < 2:  # noqa: PLR2004 one has to be held out from another
        raise BadInput("there is one cohort and one school only", where="outcomes", remedy="Give more of either.")
    return place.astype(np.int64) % _FOLDS, "schools"


@dataclass(frozen=True, eq=False)
class _Curve:
    knots: Floats
    result: Any


def _curve(cells: Cells, merit: Floats, cluster: Ints | None = None) -> _Curve:
    knots = knots_of(merit, cells.yes + cells.no)
    return _Curve(knots, fit(natural_spline(merit, knots), cells, cluster))


def _probability(curve: _Curve, merit: Floats) -> Floats:
    return np.asarray(curve.result.predict(natural_spline(merit, curve.knots)), np.float64)


def _held_out(cells: Cells, merit: Floats) -> Floats:
    """The probability of each cell (c,) by a curve that all other folds make."""
    told = np.empty(len(merit))
    for fold in np.unique(cells.keys[:, 1]):
        own = cells.keys[:, 1] == fold
        told[own] = _probability(_curve(cells.of(~own), merit[~own]), merit[own])
    return np.clip(told, _FEWEST, 1 - _FEWEST)


def _agreement(cells: Cells, told: Floats, interval: Interval, confidence: float) -> dict[str, tuple[float, ...]]:
    """Intercept and slope of what happened on the log odds that were told, with their intervals."""
    log_odds = np.log(told / (1 - told))
    schools = cells.keys[:, 2] if interval == "schools" else None
    shift = fit(np.ones((len(told), 1)), cells, schools, offset=log_odds)
    line = fit(np.column_stack([np.ones(len(told)), log_odds]), cells, schools)
    return {
        name: (float(result.params[at]), *map(float, result.conf_int(alpha=1 - confidence)[at]))
        for name, result, at in (("intercept", shift, 0), ("slope", line, 1))
    }


def _measures(unseen: Measures, apparent: Measures, agreement: dict[str, tuple[float, ...]]) -> pd.DataFrame:
    nothing = float("nan")
    seen = asdict(apparent)
    spans = {"auc": (unseen.auc_low, unseen.auc_high)}
    skipped = ("pupils", "auc_low", "auc_high")
    rows: list[tuple[Any, ...]] = [
        (name, value, *spans.get(name, (nothing, nothing)), seen[name])
        for name, value in asdict(unseen).items()
        if name not in skipped
    ]
    rows += [(name, *span, nothing) for name, span in agreement.items()]
    return pd.DataFrame(rows, columns=["measure", "held_out", "low", "high", "apparent"])


def _calibration(cells: Cells, merit: Floats, told: Floats, supplement: Supplement, confidence: float) -> pd.DataFrame:
    """Told and observed shares by level and by tenth of the pupils in the order of what was told."""
    everyone = cells.yes + cells.no
    values, place = np.unique(told, return_inverse=True)
    at = np.bincount(place, everyone, len(values))
    middle = (np.cumsum(at) - at / 2) / at.sum()
    tenth = (middle * _TENTHS).astype(np.int64)[place] + 1
    parts = []
    for kind, group in (("level", supplement.level(merit).astype(np.int64)), ("tenth", tenth)):
        groups, which = np.unique(group, return_inverse=True)
        yes, pupils = (np.bincount(which, counts, len(groups)).astype(np.int64) for counts in (cells.yes, everyone))
        low, high = wilson(yes, pupils, confidence)
        predicted = np.bincount(which, told * everyone, len(groups)) / pupils
        parts.append(
            pd.DataFrame(
                {
                    "kind": kind,
                    "group": groups,
                    "pupils": pupils,
                    "predicted": predicted,
                    "observed": yes / pupils,
                    "low": low,
                    "high": high,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _curve_table(cells: Cells, merit: Floats, interval: Interval, confidence: float) -> pd.DataFrame:
    """The curve at every tenth point between the outer hundredths of the pupils."""
    curve = _curve(cells, merit, cells.keys[:, 2] if interval == "schools" else None)
    order = np.argsort(merit, kind="stable")
    reached = np.cumsum((cells.yes + cells.no)[order])
    first, last = merit[order][np.searchsorted(reached, np.array(_CURVE_ENDS) * reached[-1])]
    steps = np.arange(np.ceil(first / _CURVE_STEP), np.floor(last / _CURVE_STEP) + 1) * _CURVE_STEP
    told = curve.result.get_prediction(natural_spline(steps, curve.knots)).summary_frame(alpha=1 - confidence)
    return pd.DataFrame(
        {
            "merit": steps,
            "probability": told["mean"].to_numpy(),
            "low": told["mean_ci_lower"].to_numpy(),
            "high": told["mean_ci_upper"].to_numpy(),
        }
    )
