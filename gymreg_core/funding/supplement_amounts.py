"""Amounts per level from odds: how a sum is shared between levels after how much worse their odds are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.funding.money import Ore, part, split
from gymreg_core.funding.supplement import Supplement
from gymreg_core.funding.supplement_odds import BandOdds
from gymreg_core.funding.supplement_words import sentences
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import Language

WEIGHTS = ("log_odds", "odds")
_FINE = 1_000_000
_HUNDREDTHS_OF_PER_CENT = 10_000


@dataclass(frozen=True, eq=False)
class LevelAmounts:
    """What each level is given.

    table : level, pupils, odds_ratio, weight (millionths), pot (öre a year of the level, which add up to `total`) and
    amount (öre per pupil and year, the pot's even part rounded down).
    total : öre a year.
    """

    table: pd.DataFrame
    total: int

    def shares(self, level: ArrayLike) -> Ore:
        """What pupils of levels (n,) bring, int64 (n,): they add up to `total` to the öre, and within a level the first
        ones get what the even part leaves. Errors: BadInput where the levels are not those of the table."""
        given = np.asarray(level, np.int64)
        counts = np.bincount(given, minlength=len(self.table) + 1)
        if len(counts) != len(self.table) + 1 or (counts[1:] != self.table["pupils"].to_numpy()).any():
            raise BadInput("the pupils are not those that the amounts were made for", where="level")
        amounts = np.zeros(len(given), np.int64)
        for level_, pot in zip(self.table["level"].tolist(), self.table["pot"].tolist(), strict=True):
            if counts[level_]:
                amounts[given == level_] = split(pot, np.ones(counts[level_], np.int64))
        return amounts

    def supplement(self, supplement: Supplement) -> Supplement:
        """The supplement with these amounts from its year on."""
        return supplement.with_changes(amounts=self.table["amount"].tolist())

    def summary(self) -> dict[str, Any]:
        """Total, covered pupils, lowest and highest amount of levels with pupils."""
        amounts = self.table.loc[self.table["pupils"] > 0, "amount"]
        covered = int(self.table["pupils"].sum())
        return {"total": self.total, "covered": covered, "lowest": int(amounts.min()), "highest": int(amounts.max())}

    def describe(self, language: Language = "sv") -> str:
        """The amounts in a sentence."""
        return " ".join(sentences("amounts", self.summary(), language))

    def _repr_html_(self) -> str:
        return f"<p>{self.describe()}</p>{self.table.to_html(index=False)}"


def amounts_from_odds(
    odds: BandOdds | Mapping[int, float],
    pupils: ArrayLike,
    *,
    total: int | None = None,
    level_amount: tuple[int, int] | None = None,
    weights: str | None = None,
) -> LevelAmounts:
    """Amounts in proportion to weights that odds ratios give the levels.

    odds : the ratio of each level, estimated or by level.
    pupils : how many are in levels 1, 2, … (levels,), of the year that is paid.
    total : öre a year that are shared; or level_amount : (level, öre per pupil and year) that is given, from which the
    others follow.
    weights : log_odds, minus the logarithm of the ratio; or odds, 1 divided by it, minus
    1; left out, that of rules/supplement.yml. A level with odds of 1 or more is given nothing.
    Errors: BadInput for a level with pupils and without a ratio, or weights that are all 0; BadParameters else.
    """
    counts = np.asarray(pupils, np.int64)
    kind = str(rule("supplement", "weights_from_odds")) if weights is None else weights
    if kind not in WEIGHTS or (total is None) == (level_amount is None) or (counts < 0).any():
        raise BadParameters(
            "amounts need a total or a level's amount, and a way from odds to weights",
            where="amounts from odds",
            remedy=f"Give one of total and level_amount, pupils of 0 or more, and weights of {' or '.join(WEIGHTS)}.",
        )
    ratio = _ratios(odds, counts)
    weight = np.array([_weight(value, kind) for value in ratio.tolist()], np.int64)
    if not (weight * counts).any():
        raise BadInput("no level has worse odds and pupils", where="odds", why="There is nobody to share between.")
    if level_amount is not None:
        amounts = _from_level(weight, *level_amount)
        pots = amounts * counts
        total = int(pots.sum())
    else:
        total = int(total or 0)
        pots = split(total, [int(w) * int(n) for w, n in zip(weight, counts, strict=True)])
        amounts = np.where(counts > 0, pots // np.maximum(counts, 1), 0)
    levels = np.arange(1, len(counts) + 1)
    table = pd.DataFrame(
        {"level": levels, "pupils": counts, "odds_ratio": ratio, "weight": weight, "pot": pots, "amount": amounts}
    )
    return LevelAmounts(table, total)


def start_total(programme_money: int) -> int:
    """The sum that the supplement began with: its share of programme money in öre (rules/supplement.yml)."""
    return int(part(programme_money, int(rule("supplement", "start_share")), _HUNDREDTHS_OF_PER_CENT))


def _ratios(odds: BandOdds | Mapping[int, float], counts: NDArray[np.int64]) -> NDArray[np.float64]:
    by_level = (
        odds if isinstance(odds, Mapping) else dict(zip(odds.table["level"], odds.table["odds_ratio"], strict=True))
    )
    ratio = np.array([by_level.get(level, float("nan")) for level in range(1, len(counts) + 1)], np.float64)
    without = [str(at + 1) for at in np.flatnonzero((counts > 0) & ~((ratio > 0) & np.isfinite(ratio)))]
    if without:
        raise BadInput(
            f"levels {', '.join(without)} have pupils and no odds ratio",
            where="odds",
            why="An amount follows from the odds.",
            remedy="Put the level together with the one beside it (bands), or give amounts (with_changes).",
        )
    return ratio


def _weight(ratio: float, kind: str) -> int:
    """A weight in millionths."""
    if not 0 < ratio < 1:
        return 0
    return round((-log(ratio) if kind == "log_odds" else 1 / ratio - 1) * _FINE)


def _from_level(weight: NDArray[np.int64], level: int, ore: int) -> Ore:
    if not 1 <= level <= len(weight) or weight[level - 1] == 0 or ore < 0:
        raise BadParameters(
            f"level {level} cannot set the amounts",
            where="level_amount",
            why="Others follow from it in proportion to their weights, so that it needs one.",
        )
    return part(weight, int(ore), int(weight[level - 1]))
