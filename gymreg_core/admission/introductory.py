"""Introductory programmes, as far as they are part of the joint admission."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from gymreg_core.admission.measures import is_introductory, measure, with_change
from gymreg_core.admission.result import Result, by_count, phrase, plain
from gymreg_core.vocabulary.phrases import compared, counted, per_cent
from gymreg_core.vocabulary.programmes import Language


@dataclass(frozen=True, eq=False)
class Introductory(Result):
    """One row per introductory programme: programme, every measure with ``_previous`` and ``_change``."""

    def summary(self) -> dict[str, Any]:
        return {name: plain(self.table[name].sum()) for name in ("study_paths", "seats", "admitted", "free_seats")}

    def sentences(self, language: Language) -> tuple[str, ...]:
        s = self.summary()
        if not s["study_paths"]:
            return (phrase()("introductory.no_paths", language),)
        text = by_count("introductory.admitted", s["admitted"], language)
        before = self.table["admitted_previous"].sum()
        if self.compare_to is not None and self.table["study_paths_previous"].sum():
            text = f"{text}, {compared(s['admitted'], int(before), self.compare_to, language)}"
        if not s["seats"]:
            return (f"{text}.",)
        seats, rate = counted(s["seats"], "seat", language), per_cent(s["admitted"] / s["seats"], language)
        return (f"{text}.", phrase()("introductory.fill", language, seats=seats, rate=rate))


def introductory(
    now: pd.DataFrame, before: pd.DataFrame | None, *, intake_year: int, compare_to: int | None
) -> Introductory:
    """The measures of each introductory programme in the joint admission.

    Parameters
    ----------
    now, before : results tables of one year and round each; None = nothing to compare with.
    """
    earlier = None if before is None else measure(before[is_introductory(before)], ["programme"])
    table = with_change(measure(now[is_introductory(now)], ["programme"]), earlier, ["programme"])
    return Introductory(table.sort_values("programme", ignore_index=True), intake_year, compare_to)
