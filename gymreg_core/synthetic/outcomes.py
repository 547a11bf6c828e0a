"""What becomes of made-up pupils on national programmes within three years: planted odds, to be found again."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from gymreg_core.rules import rule
from gymreg_core.synthetic.shape import stream, value
from gymreg_core.vocabulary.programmes import programmes

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
REFERENCE = 0
"""Level of pupils at the limit or above (rules/supplement.yml)."""
_HUNDREDTHS = 100


def levels(merit: ArrayLike) -> NDArray[np.int8]:
    """Level of the structural supplement (n,) of merit values in points (n,), NaN = none; REFERENCE = not covered."""
    points = np.asarray(merit, np.float64)
    edges = np.array([*rule("supplement", "bands")[::-1], rule("supplement", "limit")]) * _HUNDREDTHS
    hundredths = np.rint(np.nan_to_num(points) * _HUNDREDTHS)
    below = len(edges) - np.searchsorted(edges, hundredths, side="right")
    return np.where(np.isnan(points), rule("supplement", "missing_level"), below).astype(np.int8)


def eligible_chance(merit: ArrayLike, *, nation: bool = False) -> Floats:
    """Chance (n,) of eligibility for higher education within three years, of starters of a national programme.

    merit : points of year 9 (n,), NaN = none. nation : as in the whole country, not in the region.
    Its log-odds rise with merit without a jump anywhere: they pass through those of each band at its middle, and
    through `base` at `middle` above the limit (shape.yml, outcome). Nothing else moves it, so that odds estimated with
    merit alone or with programmes beside are those of `planted_odds`.
    """
    points = np.asarray(merit, np.float64)
    about = value("outcome")
    ratios: Mapping[int, float] = rule("supplement", "odds_ratios")
    edges = [*rule("supplement", "bands")[::-1], rule("supplement", "limit")]
    middles = [edges[1] - about["lowest_below"], *((low + high) / 2 for low, high in pairwise(edges[1:]))]
    logs = [np.log(ratios[level]) for level in range(len(middles), 0, -1)]
    beyond = about["middle"] + 1 / about["slope"]
    log_odds = np.interp(points, [*middles, about["middle"], beyond], [*logs, 0.0, 1.0])
    log_odds = np.where(points > beyond, 1.0 + (points - beyond) * about["slope"], log_odds)
    log_odds = np.where(np.isnan(points), np.log(ratios[rule("supplement", "missing_level")]), log_odds)
    return np.asarray(1 / (1 + np.exp(-(log_odds + about["base"] + (about["nation"] if nation else 0.0)))))


def planted_odds(merit: ArrayLike, *, nation: bool = False) -> dict[int, float]:
    """The true odds ratio of eligibility for higher education by level, against pupils at the limit or above.

    merit : points of the very pupils (n,), NaN = none; levels that nobody has are absent. A band's odds are those of
    its pupils' mean chance, what a regression on levels estimates; they lie near rules/supplement.yml (odds_ratios).
    """
    level, chance = levels(merit), eligible_chance(merit, nation=nation)
    mean = pd.Series(chance).groupby(level).mean()
    odds = mean / (1 - mean)
    return {int(one): float(odds[one] / odds[REFERENCE]) for one in odds.index if one != REFERENCE}


def vocational(programme: ArrayLike) -> Flags:
    """Which of programme codes (n,) are vocational, bool (n,)."""
    codes, names = pd.factorize(np.asarray(programme, dtype=object))
    return np.array([programmes()[name].type == "vocational" for name in names], np.bool_)[codes]


def simulate_outcomes(
    merit: ArrayLike, programme: ArrayLike, seed: int, *, nation: bool = False
) -> tuple[Flags, Flags]:
    """Draw (completed, higher_eligible), bool (n,) each: a diploma within three years, and one that gives eligibility.

    merit : points of year 9 (n,), NaN = none. programme : codes (n,) as in vocabulary/programmes.yml.
    Nobody moves, dies or stays away here; `make_enrolments` draws the same outcomes and lets some leave the region
    first. On preparatory programmes every diploma gives the eligibility. Same arguments, same draws.
    """
    return draw_outcomes(merit, vocational(programme), stream(seed, "outcomes"), nation=nation)


def draw_outcomes(
    merit: ArrayLike,
    is_vocational: Flags,
    rng: np.random.Generator,
    *,
    diploma: ArrayLike | None = None,
    nation: bool = False,
) -> tuple[Flags, Flags]:
    """`simulate_outcomes` with flags (n,) for programmes and a generator. diploma : chance (n,) of a vocational diploma
    without eligibility (shape.yml, outcome)."""
    chance = eligible_chance(merit, nation=nation)
    eligible = rng.random(len(chance)) < chance
    other = value("outcome", "diploma", "direct") if diploma is None else np.asarray(diploma)
    diploma_only = (rng.random(len(chance)) < other) & is_vocational
    return eligible | diploma_only, eligible
