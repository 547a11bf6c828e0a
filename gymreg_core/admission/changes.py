"""How cut-offs moved: the same study paths in two admissions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.admission.competition import QUANTILES
from gymreg_core.admission.measures import is_national
from gymreg_core.admission.result import Result, phrase, plain
from gymreg_core.contracts.rounds import Round
from gymreg_core.rules import rule
from gymreg_core.vocabulary.numbers import percent
from gymreg_core.vocabulary.phrases import capital, compared_points, counted, how_many, listing, merit
from gymreg_core.vocabulary.programmes import Language

_KEPT = ["study_path_id", "municipality", "school", "study_path_name", "programme", "programme_type"]


@dataclass(frozen=True, eq=False)
class Moves(Result):
    """One row per study path of a national programme that had a cut-off on the ordinary scale in both admissions.

    table : study_path_id, municipality, school, study_path_name, programme, programme_type,
    cutoff, cutoff_previous, cutoff_change (points).
    opened, closed : study paths that went from a cut-off to everyone eligible admitted, and the other way.
    """

    opened: int
    closed: int

    @property
    def is_distribution(self) -> bool:
        """Whether there are enough moves for a median or a drawing to say more than the moves themselves."""
        return len(self.table) >= int(rule("report", "distribution_from"))

    def histogram(self) -> pd.DataFrame:
        """Moves in bins centred on zero: bin (the middle, points), count.

        A move halfway between two bins counts in the one further from zero. All bins between the outermost are there.
        """
        width = rule("report", "move_bin")
        move = self.table["cutoff_change"].astype("float64")
        middle = (np.sign(move) * np.floor(move.abs() / width + 0.5)).astype("int64") * width
        counts = middle.value_counts()
        span = range(int(middle.min()), int(middle.max()) + width, width) if len(middle) else range(0)
        return pd.DataFrame({"bin": list(span), "count": [int(counts.get(m, 0)) for m in span]})

    def summary(self) -> dict[str, Any]:
        move = self.table["cutoff_change"]
        n = len(move)
        large = int((move.abs() > rule("report", "large_move")).sum())
        return {
            "study_paths": n,
            "median": plain(move.median()) if n else None,
            "up": int((move > 0).sum()),
            "down": int((move < 0).sum()),
            "unchanged": int((move == 0).sum()),
            "large": large,
            "large_share": large / n if n else None,
            "opened": self.opened,
            "closed": self.closed,
        }

    def sentences(self, language: Language) -> tuple[str, ...]:
        s, then = self.summary(), self.compare_to
        if then is None:
            return (phrase()("news.no_comparison", language),)
        if not s["study_paths"]:
            return (phrase()("moves.none", language, year=then, now=self.intake_year),)
        names = {"n": capital(counted(s["study_paths"], "study_path", language)), "year": then, "now": self.intake_year}
        if s["study_paths"] == 1:
            row = self.table.iloc[0]
            move = compared_points(float(row["cutoff"]), float(row["cutoff_previous"]), then, language)
            return (phrase()("moves.single", language, move=move, now=self.intake_year, year=then),)
        out = [phrase()("moves.compared", language, **names), self.directions(language)]
        if not self.is_distribution:
            return tuple(out)
        out.append(self.middle(language))
        if s["large"]:
            limit = merit(float(rule("report", "large_move")), language)
            share = percent(s["large_share"], language, 0)
            out.append(
                phrase()(
                    "moves.large", language, limit=limit, share=share, n=counted(s["large"], "study_path", language)
                )
            )
        return tuple(out)

    def directions(self, language: Language) -> str:
        """On how many study paths the cut-off rose, fell and stood still."""
        s = self.summary()
        ways = [way for way in ("up", "down", "unchanged") if s[way]]
        counts = [how_many(s[way], language) for way in ways]
        if len(ways) == 1:
            counts = [phrase()("moves.all_of_them", language)]
        elif ways:
            counts[0] = counted(s[ways[0]], "study_path", language)
        parts = [phrase()(f"moves.part.{way}", language, n=n) for way, n in zip(ways, counts, strict=True)]
        return phrase()("moves.directions", language, parts=listing(parts, language)) if parts else ""

    def middle(self, language: Language) -> str:
        """The middle move in words."""
        median = self.summary()["median"]
        if median is None:
            return ""
        if median == 0:
            return phrase()("moves.median_zero", language)
        return phrase()(
            "moves.median_up" if median > 0 else "moves.median_down", language, size=merit(abs(median), language)
        )


def cutoff_moves(now: pd.DataFrame, before: pd.DataFrame | None, *, intake_year: int, compare_to: int | None) -> Moves:
    """Pair the study paths of two admissions by `study_path_id`.

    Parameters
    ----------
    now, before : results tables of one year and round each, with a column study_path_id. An id that
        stands on several rows of one admission is no pair, since nobody can say which row it means.
    """
    earlier = now.head(0) if before is None else before
    left, right = (_one_each(rows[is_national(rows)]) for rows in (now, earlier))
    pairs = left.merge(
        right[["study_path_id", "cutoff", "cutoff_kind", "scale"]], on="study_path_id", suffixes=("", "_previous")
    )
    kinds = pairs["cutoff_kind"], pairs["cutoff_kind_previous"]
    ordinary = (pairs["scale"] == "grades") & (pairs["scale_previous"] == "grades")
    both = pairs[ordinary & (kinds[0] == "competitive") & (kinds[1] == "competitive")]
    table = both[[*_KEPT, "cutoff", "cutoff_previous"]].reset_index(drop=True)
    table["cutoff_change"] = table["cutoff"] - table["cutoff_previous"]
    opened = ((kinds[0] == "all_eligible_admitted") & (kinds[1] == "competitive")).sum()
    closed = ((kinds[0] == "competitive") & (kinds[1] == "all_eligible_admitted")).sum()
    return Moves(table, intake_year, compare_to, int(opened), int(closed))


def cutoff_series(table: pd.DataFrame, round: Round, until: int) -> pd.DataFrame:  # noqa: A002 the contract's word
    """Quantiles of the ordinary cut-offs of each year: intake_year, programme_type, count, cutoff_p10 … cutoff_p90.

    Parameters
    ----------
    table : results of several years; national programmes with a cut-off on the ordinary scale are used.
    """
    chosen = (
        (table["round"] == round)
        & (table["intake_year"] <= until)
        & (table["cutoff_kind"] == "competitive")
        & (table["scale"] == "grades")
    )
    groups = table[chosen & is_national(table)].groupby(["intake_year", "programme_type"])["cutoff"]
    out = pd.DataFrame({f"cutoff_{name}": groups.quantile(q) for name, q in QUANTILES.items()})
    out.insert(0, "count", groups.size().astype("int64"))
    return out.reset_index()


def _one_each(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[~rows["study_path_id"].duplicated(keep=False)]
