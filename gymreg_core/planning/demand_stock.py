"""Pupils in all years of study: who started, stayed, left, came back or changed programme, by followed cohorts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.tracked import Tracked
from gymreg_core.rules import rule

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_CHANGED = ("programme", "programme_and_school")


@dataclass(frozen=True, eq=False)
class Stays:
    """What becomes of the starters of P programmes, by the autumns one, two, ... years later.

    staying : float (P, K), share still in the programme; changed : float (P, K), share in another one.
    followed : whether cohorts told it; else it rests on published shares (rules/demand.yml, stay).
    """

    staying: Floats
    changed: Floats
    followed: bool


def stays_of(tracked: Tracked | None, programmes: tuple[str, ...]) -> Stays:
    """Who of the starters of each programme is still there, from the cohorts that were followed.

    Left for good are those who left in a school year and were not back by the last day known: who returned counts as
    there. A programme's own shares are drawn towards everyone's by `home_weight` starters.
    """
    years = int(rule("demand", "years_of_study")) - 1
    assumed = [float(share) for _, share in sorted(rule("demand", "stay").items())][:years]
    if tracked is None or tracked.leavers.empty or tracked.switches.empty:
        staying = np.tile(np.cumprod(assumed), (len(programmes), 1))
        return Stays(staying, np.zeros_like(staying), followed=False)
    leaving = np.column_stack([_left(tracked.leavers, year, programmes) for year in range(1, years + 1)])
    changed = np.column_stack([_changed(tracked.switches, within, programmes) for within in range(1, years + 1)])
    there = np.cumprod(1 - leaving, axis=1)
    changed = np.minimum(np.maximum.accumulate(changed, axis=1), 1.0) * there
    return Stays(there - changed, changed, followed=True)


def pupils_in_all_years(starters: Floats, stays: Stays) -> Floats:
    """(..., P): pupils of a year in all years of study, from starters (..., K + 1, P) of that year and the ones before
    it, the newest first. Who changed programme goes to the others by the starters of that year: where to is not told by
    the tables of followed cohorts."""
    total = starters[..., 0, :].astype(np.float64)
    for at in range(stays.staying.shape[1]):
        earlier = starters[..., at + 1, :].astype(np.float64)
        moving = (earlier * stays.changed[:, at]).sum(axis=-1, keepdims=True)
        sizes = earlier.sum(axis=-1, keepdims=True)
        to = earlier / np.where(sizes > 0, sizes, 1.0)
        total = total + earlier * stays.staying[:, at] + moving * to
    return np.asarray(total, np.float64)


def _left(leavers: pd.DataFrame, year: int, programmes: tuple[str, ...]) -> Floats:
    rows = leavers[leavers["year"].eq(year) & leavers["by"].eq("programme")]
    states = rows.groupby(["group", "cohort", "entry"]).agg(
        present=("present", "max"), pupils=("pupils", "sum"), returned=("returned", "sum")
    )
    sums = states.groupby("group").sum()
    return _drawn_together(sums["pupils"] - sums["returned"], sums["present"], programmes)


def _changed(switches: pd.DataFrame, within: int, programmes: tuple[str, ...]) -> Floats:
    rows = switches[switches["within"].eq(within) & switches["by"].eq("programme")]
    some = rows[rows["kind"].isin(_CHANGED)].groupby("group")["pupils"].sum()
    everyone = rows.groupby("group")["pupils"].sum()
    return _drawn_together(some.reindex(everyone.index, fill_value=0), everyone, programmes)


def _drawn_together(part: pd.Series, whole: pd.Series, programmes: tuple[str, ...]) -> Floats:
    """(P,): part / whole of each programme, drawn towards all together; 0 where nobody was followed."""
    common = part.sum() / whole.sum() if whole.sum() else 0.0
    weight = float(rule("demand", "home_weight"))
    own = pd.DataFrame({"part": part, "whole": whole}).reindex(list(programmes), fill_value=0)
    return np.asarray((own["part"] + weight * common) / (own["whole"] + weight), np.float64)
