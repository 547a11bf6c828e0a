"""The way from introductory to national programmes: who had begun one, and who had finished, after so many years."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gymreg_core.cohort.card_starts import first_rows
from gymreg_core.cohort.completed import certificate_day, diploma_day
from gymreg_core.cohort.days import day_in
from gymreg_core.cohort.histories import FAR, Histories
from gymreg_core.cohort.starts import grouped
from gymreg_core.contracts.tracked import GROUPINGS, empty_tracked, tracked_table
from gymreg_core.rules import rule


def introductory(h: Histories, s: pd.DataFrame) -> pd.DataFrame:
    """The table `introductory` (contracts/tracked.py): of those who started upper-secondary school on an introductory
    programme, by 15 October so many years after the autumn of the start. Only days that have passed by `h.as_of`.

    s : `starts(h)`. Counted are followed first-time starters; a national programme counts from its first day on, in
    whatever year of study. Rows are in the order of cohort, `by`, group, programme and years. Errors: RuleMissing.
    """
    of = np.flatnonzero(s["first_time"] & s["followed"] & (s["entry"] == "introductory"))
    about = s.iloc[of].reset_index(drop=True)
    cohort = about["cohort"].to_numpy(np.int64)
    begun = first_rows(h, "national")[of]
    starts = h.spells["start"].to_numpy(np.int64)
    national = np.where(begun >= 0, starts[begun] if len(starts) else FAR, FAR)
    diploma, certificate = diploma_day(h)[of], certificate_day(h)[of]
    kinds, kind = np.unique(about["programme"].to_numpy(object).astype(str), return_inverse=True)
    programme, programmes = np.append(np.zeros_like(kind), kind + 1), ["", *kinds]
    frames = []
    for within in rule("completion", "introductory_years"):
        day = day_in(cohort + within, rule("cohort", "status_day"))
        counts = {
            "starters": np.ones(len(of), np.bool_),
            "to_national": national <= day,
            "diploma": diploma <= day,
            "study_certificate": (certificate <= day) & (diploma > day),
        }
        passed = np.flatnonzero(day <= h.as_of)
        twice = np.append(passed, len(of) + passed)  # every one of them once among all programmes, once on its own
        for by in GROUPINGS:
            codes, names = grouped(about, by)
            cells = pd.DataFrame(
                {
                    "cohort": np.tile(cohort[passed], 2),
                    "by": by,
                    "code": np.tile(codes[passed], 2),
                    "place": programme[twice],
                    **{name: np.tile(flags[passed], 2) for name, flags in counts.items()},
                }
            )
            sums = cells.groupby(["cohort", "by", "code", "place"], as_index=False).sum()
            frames.append(
                sums.assign(
                    group=np.asarray(names, dtype=object)[sums["code"].to_numpy(int)],
                    programme=np.asarray(programmes, dtype=object)[sums["place"].to_numpy(int)],
                    within=within,
                    order=GROUPINGS.index(by),
                )
            )
    if not frames:
        return empty_tracked("introductory")
    whole = pd.concat(frames, ignore_index=True)
    order = ["cohort", "order", "code", "place", "within"]
    return tracked_table("introductory", whole.sort_values(order, ignore_index=True))
