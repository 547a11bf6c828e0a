"""Every study path of every school: this year's outcome beside that of the year compared with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gymreg_core.admission.result import Result, phrase, plain
from gymreg_core.vocabulary.phrases import capital, counted
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.slugs import swedish_order

_COLUMNS = [
    "municipality",
    "school",
    "provider_form",
    "study_path_name",
    "programme",
    "programme_type",
    "scale",
    "seats",
    "admitted",
    "free_seats",
    "reserves",
    "first_choice_eligible",
    "cutoff",
    "cutoff_kind",
    "cutoff_previous",
    "cutoff_kind_previous",
    "cutoff_change",
    "median",
]
_TYPE_ORDER = {"preparatory": 0, "vocational": 1, "other": 2, "introductory": 3}


@dataclass(frozen=True, eq=False)
class StudyPaths(Result):
    """One row per study path, schools in alphabetical order, national programmes before introductory ones.

    table : municipality, school, provider_form, study_path_name, programme, programme_type, scale, seats, admitted,
    free_seats, reserves, first_choice_eligible, cutoff, cutoff_kind, median;
    cutoff_previous, cutoff_kind_previous : of the same study path in the year compared with;
    cutoff_change (points; NA where either is no cut-off or the scale changed).
    """

    def schools(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """(school, its rows) in the order of the table."""
        for school, rows in self.table.groupby("school", sort=False):
            yield str(school), rows.reset_index(drop=True)

    def summary(self) -> dict[str, Any]:
        return {
            "schools": self.table["school"].nunique(),
            "study_paths": len(self.table),
            "seats": plain(self.table["seats"].sum()),
        }

    def sentences(self, language: Language) -> tuple[str, ...]:
        s = self.summary()
        if not s["study_paths"]:
            return (phrase()("study_paths.nothing", language),)
        parts = {
            "schools": counted(s["schools"], "school", language),
            "paths": counted(s["study_paths"], "study_path", language),
            "seats": counted(s["seats"], "seat", language),
        }
        return (
            capital(phrase()("study_paths.single" if s["schools"] == 1 else "study_paths.some", language, **parts)),
        )


def study_paths(
    now: pd.DataFrame, before: pd.DataFrame | None, *, intake_year: int, compare_to: int | None
) -> StudyPaths:
    """List the study paths of `now` with the cut-off of the same study path in `before`.

    Parameters
    ----------
    now, before : results tables of one year and round each, with a column study_path_id;
        None = nothing to compare with.
    """
    earlier = now.head(0) if before is None else before
    once = earlier[~earlier["study_path_id"].duplicated(keep=False)][
        ["study_path_id", "cutoff", "cutoff_kind", "scale"]
    ]
    alone = now["study_path_id"].where(~now["study_path_id"].duplicated(keep=False))
    table = now.assign(study_path_id=alone).merge(once, on="study_path_id", how="left", suffixes=("", "_previous"))
    table["cutoff_change"] = (table["cutoff"] - table["cutoff_previous"]).where(
        table["scale"] == table["scale_previous"]
    )
    order = table.assign(
        _school=table["school"].map(swedish_order),
        _type=table["programme_type"].map(_TYPE_ORDER).fillna(len(_TYPE_ORDER)),
    )
    order = order.sort_values(["_school", "_type", "study_path_name", "study_path_code"], ignore_index=True)
    return StudyPaths(order[_COLUMNS], intake_year, compare_to)
