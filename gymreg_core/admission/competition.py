"""How hard it was to get in: cut-offs, reserves per seat, and where everyone eligible got in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from gymreg_core.admission.measures import is_national, ratio
from gymreg_core.admission.result import Result, phrase, plain
from gymreg_core.rules import rule
from gymreg_core.vocabulary.numbers import number, percent, points
from gymreg_core.vocabulary.path_names import path_name
from gymreg_core.vocabulary.phrases import counted
from gymreg_core.vocabulary.programmes import Language

QUANTILES = {"p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9}
_SHOWN = [
    "municipality",
    "school",
    "study_path_name",
    "programme",
    "programme_type",
    "scale",
    "cutoff_kind",
    "cutoff",
    "median",
    "seats",
    "admitted",
    "reserves",
    "reserves_per_seat",
]


@dataclass(frozen=True, eq=False)
class Competition(Result):
    """One row per study path of a national programme.

    table : municipality, school, study_path_name, programme, programme_type, scale, cutoff_kind, cutoff (points),
    median (points), seats, admitted, reserves, reserves_per_seat (NA without seats).
    Distributions hold study paths on the ordinary grade scale alone.
    """

    def ordinary(self) -> pd.DataFrame:
        """The study paths with a cut-off on the ordinary grade scale."""
        return self.table[(self.table["cutoff_kind"] == "competitive") & (self.table["scale"] == "grades")]

    def quantiles(self) -> pd.DataFrame:
        """Quantiles of the ordinary cut-offs per programme type: programme_type, count, cutoff_p10 … cutoff_p90."""
        groups = self.ordinary().groupby("programme_type")["cutoff"]
        table = pd.DataFrame({f"cutoff_{name}": groups.quantile(q) for name, q in QUANTILES.items()})
        table.insert(0, "count", groups.size().astype("int64"))
        return table.reset_index()

    def histogram(self) -> pd.DataFrame:
        """Ordinary cut-offs in bins: programme_type, bin_from, bin_to (points, upper end outside), count, share."""
        width = rule("report", "cutoff_bin")
        rows = self.ordinary()
        start = (rows["cutoff"] // width * width).astype("int64")
        table = rows.assign(bin_from=start).groupby(["programme_type", "bin_from"]).size().rename("count").reset_index()
        table["bin_to"] = table["bin_from"] + width
        table["share"] = table["count"] / table.groupby("programme_type")["count"].transform("sum")
        return table

    def most_sought(self, n: int | None = None) -> pd.DataFrame:
        """The study paths of some size with most reserves per seat, most first; `n` of them or all with a reserve."""
        least = int(rule("report", "sought_least_seats"))
        large = self.table[(self.table["seats"] >= least) & (self.table["reserves"] > 0)]
        order = ["reserves_per_seat", "reserves", "school", "study_path_name"]
        ordered = large.sort_values(order, ascending=[False, False, True, True], ignore_index=True)
        return ordered.head(len(ordered) if n is None else n)

    def open_paths(self) -> pd.DataFrame:
        """The study paths where everyone eligible was admitted, by municipality and school."""
        rows = self.table[self.table["cutoff_kind"] == "all_eligible_admitted"]
        return rows.sort_values(["municipality", "school", "study_path_name"], ignore_index=True)

    def open_by_programme(self) -> pd.DataFrame:
        """Where everyone eligible was admitted: programme_type, programme, study_paths, count (of them), share."""
        groups = self.table[self.table["cutoff_kind"] != "none_admitted"].groupby(["programme_type", "programme"])[
            "cutoff_kind"
        ]
        table = pd.DataFrame(
            {"study_paths": groups.size(), "count": groups.apply(lambda s: (s == "all_eligible_admitted").sum())}
        )
        table = table.reset_index().astype({"study_paths": "Int64", "count": "Int64"})
        table["share"] = ratio(table["count"], table["study_paths"])
        return table.sort_values(
            ["share", "study_paths", "programme"], ascending=[False, False, True], ignore_index=True
        )

    def summary(self) -> dict[str, Any]:
        kinds = self.table["cutoff_kind"].value_counts()
        counts = {kind: int(kinds.get(kind, 0)) for kind in ("competitive", "all_eligible_admitted", "none_admitted")}
        cutoffs = self.ordinary()["cutoff"]
        return {
            "study_paths": len(self.table),
            **counts,
            "median_cutoff": plain(cutoffs.median()) if len(cutoffs) else None,
        }

    def sentences(self, language: Language) -> tuple[str, ...]:
        if self.table.empty:
            return ()
        return tuple(s for s in (self.competitive(language), *self.typical(language), self.top(language)) if s)

    def competitive(self, language: Language) -> str:
        """How many study paths had a cut-off and on how many everyone eligible got in."""
        s = self.summary()
        if s["competitive"] == 0:
            return phrase()("competition.none", language)
        share = percent(s["competitive"] / s["study_paths"], language, 0)
        n, total = number(s["competitive"], language), counted(s["study_paths"], "study_path", language)
        if s["competitive"] == s["study_paths"]:
            return phrase()("competition.all", language)
        text = phrase()("competition.some", language, n=n, total=total, share=share)
        if not s["all_eligible_admitted"]:
            return text
        opened = counted(s["all_eligible_admitted"], "study_path", language)
        return f"{text} {phrase()('competition.open', language, open=opened)}"

    def typical(self, language: Language) -> tuple[str, ...]:
        """The median cut-off of each programme type that has enough of them."""
        table = self.quantiles()
        table = table[table["count"] >= int(rule("report", "distribution_from"))]
        q = table.set_index("programme_type")["cutoff_p50"]
        if {"preparatory", "vocational"} <= set(q.index):
            both = {kind: points(float(q[kind]), language) for kind in ("preparatory", "vocational")}
            return (phrase()("competition.typical", language, **both),)
        return tuple(
            phrase()(f"competition.typical_{kind}", language, value=points(float(v), language)) for kind, v in q.items()
        )

    def top(self, language: Language) -> str:
        """The study path with most reserves per seat."""
        rows = self.most_sought(1)
        if rows.empty:
            return ""
        row = rows.iloc[0]
        return phrase()(
            "competition.top",
            language,
            path=path_name(row["study_path_name"]),
            school=row["school"],
            reserves=counted(int(row["reserves"]), "reserve", language),
            seats=counted(int(row["seats"]), "seat", language),
        )


def competition(now: pd.DataFrame, *, intake_year: int) -> Competition:
    """Cut-offs and reserves of every study path of a national programme.

    Parameters
    ----------
    now : results table of one year and round.
    """
    rows = now[is_national(now)].reset_index(drop=True)
    return Competition(rows.assign(reserves_per_seat=ratio(rows["reserves"], rows["seats"]))[_SHOWN], intake_year, None)
