"""Programme by programme: seats, admitted, free seats and what changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from gymreg_core.admission.measures import absent, is_introductory, measure, with_change
from gymreg_core.admission.result import Result, phrase, plain
from gymreg_core.rules import rule
from gymreg_core.vocabulary.phrases import capital, compared, counted, listing, per_cent, programme_inside
from gymreg_core.vocabulary.programmes import Language, programmes

_TYPE_ORDER = {"preparatory": 0, "vocational": 1, "other": 2, "introductory": 3}


@dataclass(frozen=True, eq=False)
class Programmes(Result):
    """One row per programme of either year; preparatory first, then vocational, then others, largest first.

    table : programme (code), programme_type, every measure with ``_previous`` and ``_change``, admitted_share
    (of all rows).
    A programme without study paths in a year counts zero there.
    """

    def national(self) -> pd.DataFrame:
        """The rows of national programmes that have a study path this year."""
        national = [code for code, programme in programmes().items() if programme.national]
        return self.table[self.table["programme"].isin(national) & (self.table["study_paths"] > 0)]

    def in_both(self) -> pd.DataFrame:
        """The rows of programmes with a study path in both years."""
        return self.table[(self.table["study_paths"] > 0) & (self.table["study_paths_previous"] > 0).fillna(False)]

    def summary(self) -> dict[str, Any]:
        rows = self.national()
        top = rows[rows["admitted"] == rows["admitted"].max()]["programme"].tolist() if len(rows) else []
        return {
            "programmes": len(rows),
            "largest": top,
            "admitted": plain(rows["admitted"].max()) if len(rows) else None,
        }

    def sentences(self, language: Language) -> tuple[str, ...]:
        rows = self.national()
        if rows.empty:
            return (phrase()("programmes.none", language),)
        if not rows["admitted"].max():
            return (phrase()("programmes.nobody", language),)
        return tuple(s for s in (self.largest(language), self.fullest(language), self.emptiest(language)) if s)

    def largest(self, language: Language) -> str:
        """Which programme admitted most, and how that stands to the year compared with."""
        rows = self.national()
        top = rows[rows["admitted"] == rows["admitted"].max()]
        names = listing([programme_inside(code, language) for code in top["programme"]], language)
        admitted = counted(int(top["admitted"].iloc[0]), "admitted", language)
        if len(rows) == 1:
            text = phrase()("programmes.only", language, name=names, admitted=admitted)
        elif len(top) > 1:
            return f"{capital(phrase()('programmes.shared', language, names=names, admitted=admitted))}."
        else:
            text = phrase()("programmes.largest", language, name=names, admitted=admitted)
        before = plain(top["admitted_previous"].iloc[0])
        if self.compare_to is None or before is None or not plain(top["study_paths_previous"].iloc[0]):
            return f"{capital(text)}."
        return f"{capital(text)}, {compared(int(top['admitted'].iloc[0]), before, self.compare_to, language)}."

    def fullest(self, language: Language) -> str:
        """The programmes of some size that filled (nearly) all their seats."""
        rows = self._sized()
        best = rows[rows["fill_rate"] == rows["fill_rate"].max()]
        if len(rows) <= 1 or len(best) > rule("report", "news_items"):
            return ""
        return self._extreme("programmes.fullest", best, language)

    def emptiest(self, language: Language) -> str:
        """The programme of some size with the lowest fill rate."""
        rows = self._sized()
        least = rows[rows["fill_rate"] == rows["fill_rate"].min()]
        if len(least) == len(rows) or len(least) > rule("report", "news_items"):
            return ""
        return self._extreme("programmes.emptiest", least, language)

    def _sized(self) -> pd.DataFrame:
        rows, least = self.national(), int(rule("report", "news_least_admitted"))
        return rows[(rows["seats"] >= least) & rows["fill_rate"].notna()]

    def _extreme(self, key: str, rows: pd.DataFrame, language: Language) -> str:
        names = listing([programme_inside(code, language) for code in rows["programme"]], language)
        return phrase()(key, language, names=names, rate=per_cent(float(rows["fill_rate"].iloc[0]), language))


def by_programme(
    now: pd.DataFrame, before: pd.DataFrame | None, *, intake_year: int, compare_to: int | None
) -> Programmes:
    """The measures of every programme but the introductory ones.

    Parameters
    ----------
    now, before : results tables of one year and round each; None = nothing to compare with.
    """
    keys = ["programme_type", "programme"]
    earlier = None if before is None else measure(before[~is_introductory(before)], keys)
    table = sort_programmes(with_change(measure(now[~is_introductory(now)], keys), earlier, keys))
    whole = table["admitted"].sum()
    table["admitted_share"] = table["admitted"].astype("Float64") / whole if whole else absent(len(table), "Float64")
    return Programmes(table, intake_year, compare_to)


def sort_programmes(table: pd.DataFrame) -> pd.DataFrame:
    """Preparatory before vocational before others; within each, most admitted first, then by code."""
    order = table.assign(_type=table["programme_type"].map(_TYPE_ORDER), _size=-table["admitted"])
    return order.sort_values(["_type", "_size", "programme"], ignore_index=True).drop(columns=["_type", "_size"])
