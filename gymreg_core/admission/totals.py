"""The admission as a whole, and its kinds of programmes side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from gymreg_core.admission.measures import is_introductory, is_national, measure, with_change
from gymreg_core.admission.result import Result, by_count, phrase, plain
from gymreg_core.admission.scope import of_round, years_of
from gymreg_core.contracts.rounds import Round
from gymreg_core.vocabulary.phrases import compared_number, compared_share, per_cent
from gymreg_core.vocabulary.programmes import Language

GROUPS = ("national", "preparatory", "vocational", "other", "introductory", "all")


@dataclass(frozen=True, eq=False)
class Totals(Result):
    """One row per group of programmes, in the order of GROUPS.

    table : group, every measure of `measures.MEASURES` with ``_previous`` and ``_change``, and
    admitted_share, admitted_share_previous : share of those admitted to national programmes.
    The groups overlap: 'national' is 'preparatory' and 'vocational' together, 'other' is what is neither national nor
    introductory, 'all' is everything.
    """

    def value(self, group: str, column: str) -> Any:
        """One number of a group's row, None where it is unknown."""
        return plain(self.table.loc[self.table["group"] == group, column].iloc[0])

    def summary(self) -> dict[str, Any]:
        names = (
            "study_paths",
            "schools",
            "seats",
            "admitted",
            "free_seats",
            "reserves",
            "fill_rate",
            "competitive_share",
        )
        return {name: self.value("national", name) for name in names}

    def sentences(self, language: Language) -> tuple[str, ...]:
        if not self.value("national", "study_paths"):
            return (phrase()("totals.nothing", language, year=self.intake_year),)
        return tuple(
            s for s in (self.admitted(language), self.seats(language), self.free(language), self.types(language)) if s
        )

    def admitted(self, language: Language) -> str:
        """How many were admitted to national programmes."""
        return self._count("admitted", language)

    def seats(self, language: Language) -> str:
        """How many seats there were."""
        return self._count("seats", language)

    def free(self, language: Language) -> str:
        """How many seats are free and how full the programmes are."""
        now = self._count("free_seats", language)
        rate, before = self.value("national", "fill_rate"), self.value("national", "fill_rate_previous")
        if rate is None:
            return now
        full = phrase()("totals.fill_rate", language, rate=per_cent(rate, language))
        if self.compare_to is None or before is None:
            return f"{now} {full}."
        return f"{now} {full}, {compared_share(rate, before, self.compare_to, language)}."

    def types(self, language: Language) -> str:
        """How those admitted divide between vocational and preparatory programmes."""
        vocational, preparatory = self.value("vocational", "study_paths"), self.value("preparatory", "study_paths")
        if not vocational or not preparatory:
            return phrase()("totals.only_preparatory" if preparatory else "totals.only_vocational", language)
        share, before = self.value("vocational", "admitted_share"), self.value("vocational", "admitted_share_previous")
        if share is None:
            return ""
        words = per_cent(share, language)
        if self.compare_to is None or before is None:
            return phrase()("totals.types", language, share=words) + "."
        return phrase()(
            "totals.types_compared",
            language,
            share=words,
            compared=compared_share(share, before, self.compare_to, language),
        )

    def _count(self, column: str, language: Language) -> str:
        now, before = self.value("national", column), self.value("national", f"{column}_previous")
        text = by_count(f"totals.{column}", now, language)
        if self.compare_to is None or before is None:
            return f"{text}."
        return f"{text}, {compared_number(now, before, self.compare_to, language)}."


def totals(now: pd.DataFrame, before: pd.DataFrame | None, *, intake_year: int, compare_to: int | None) -> Totals:
    """The measures of each group of programmes.

    Parameters
    ----------
    now, before : results tables of one year and round each; None = nothing to compare with.
    """
    table = with_change(_groups(now), None if before is None else _groups(before), ["group"])
    table["group"] = pd.Categorical(table["group"], GROUPS, ordered=True)
    table = table.sort_values("group", ignore_index=True)
    table["group"] = table["group"].astype("str")
    for ending in ("", "_previous"):
        national = table.loc[table["group"] == "national", f"admitted{ending}"].iloc[0]
        known = not pd.isna(national) and national > 0
        table[f"admitted_share{ending}"] = (table[f"admitted{ending}"].astype("Float64") / national) if known else pd.NA
        table[f"admitted_share{ending}"] = table[f"admitted_share{ending}"].astype("Float64")
    return Totals(table, intake_year, compare_to)


def type_series(table: pd.DataFrame, round: Round, until: int) -> pd.DataFrame:  # noqa: A002 the contract's word
    """Seats, admitted and fill rate of each programme type in each year: intake_year, programme_type and the measures.

    Parameters
    ----------
    table : results of several years; national programmes of `round` up to and including the year `until` are used.
    """
    parts = [
        measure(of_round(table, year, round).loc[is_national], ["programme_type"]).assign(intake_year=year)
        for year in years_of(table, round, until)
    ]
    out = pd.concat(parts, ignore_index=True)
    return out[["intake_year", *(c for c in out.columns if c != "intake_year")]]


def _groups(rows: pd.DataFrame) -> pd.DataFrame:
    national, introductory = is_national(rows), is_introductory(rows)
    masks = {
        "national": national,
        "preparatory": national & (rows["programme_type"] == "preparatory"),
        "vocational": national & (rows["programme_type"] == "vocational"),
        "other": ~national & ~introductory,
        "introductory": introductory,
        "all": pd.Series(True, index=rows.index),
    }
    parts = [rows[mask].assign(group=group) for group, mask in masks.items()]
    measured = measure(pd.concat(parts), ["group"])
    absent = [group for group in GROUPS if group not in set(measured["group"])]
    empty = pd.DataFrame({"group": absent}).reindex(columns=measured.columns)
    counts = [
        c for c in measured.columns if c not in ("group", "fill_rate", "competitive_share", "first_choice_eligible")
    ]
    empty[counts] = 0
    return pd.concat([measured, empty.astype(measured.dtypes.to_dict())], ignore_index=True)
