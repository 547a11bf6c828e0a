"""What happened between the preliminary admission in April and the final one in July."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from gymreg_core.admission.changes import Moves, cutoff_moves
from gymreg_core.admission.measures import is_national, measure, ratio
from gymreg_core.admission.programmes import sort_programmes
from gymreg_core.admission.result import Result, by_count, phrase
from gymreg_core.rules import rule
from gymreg_core.vocabulary.numbers import number, percent
from gymreg_core.vocabulary.phrases import how_many
from gymreg_core.vocabulary.programmes import Language


@dataclass(frozen=True, eq=False)
class Rounds(Result):
    """One row per national programme: programme_type, programme, admitted_preliminary, admitted_final,
    fill_rate_preliminary, fill_rate_final, cutoff_preliminary, cutoff_final (median of ordinary cut-offs, points).

    moves : cut-offs of the same study paths, `cutoff_previous` being the preliminary one.
    """

    moves: Moves

    def summary(self) -> dict[str, Any]:
        first, last = (int(self.table[f"admitted_{r}"].sum()) for r in ("preliminary", "final"))
        return {
            "admitted_preliminary": first,
            "admitted_final": last,
            **{f"moves_{k}": v for k, v in self.moves.summary().items()},
        }

    def sentences(self, language: Language) -> tuple[str, ...]:
        s = self.summary()
        first, last = s["admitted_preliminary"], s["admitted_final"]
        out = [self._admitted(first, last, language)]
        if self.moves.is_distribution:
            out.append(by_count("rounds.compared", s["moves_study_paths"], language))
            out += [self.moves.directions(language), self.moves.middle(language)]
        return tuple(out)

    def _admitted(self, first: int, last: int, language: Language) -> str:
        names = {"year": self.intake_year, "first": number(first, language), "last": number(last, language)}
        if first == last:
            return phrase()("rounds.same" if last else "rounds.nobody", language, **names)
        if not first:
            return phrase()("rounds.from_none", language, **names)
        key, size = "rounds.more" if last > first else "rounds.fewer", abs(last - first)
        few = first < int(rule("report", "percent_from"))
        share = how_many(size, language) if few else percent(size / first, language)
        return phrase()(key, language, **names, share=share)


def preliminary_against_final(preliminary: pd.DataFrame, final: pd.DataFrame, *, intake_year: int) -> Rounds:
    """Compare the two rounds of one year.

    Parameters
    ----------
    preliminary, final : results tables of the same intake year, with a column study_path_id.
    """
    keys = ["programme_type", "programme"]
    parts = []
    for name, rows in (("preliminary", preliminary), ("final", final)):
        national = rows[is_national(rows)]
        table = measure(national, keys).set_index(keys)[["seats", "admitted"]]
        table["cutoff"] = national[national["scale"] == "grades"].groupby(keys)["cutoff"].median()
        parts.append(table.add_suffix(f"_{name}"))
    joined = parts[0].join(parts[1], how="outer").reset_index()
    counts = [f"{c}_{r}" for c in ("seats", "admitted") for r in ("preliminary", "final")]
    joined[counts] = joined[counts].fillna(0)
    for r in ("preliminary", "final"):
        joined[f"fill_rate_{r}"] = ratio(joined[f"admitted_{r}"], joined[f"seats_{r}"])
    order = sort_programmes(joined.rename(columns={"admitted_final": "admitted"})).rename(
        columns={"admitted": "admitted_final"}
    )
    moves = cutoff_moves(final, preliminary, intake_year=intake_year, compare_to=intake_year)
    return Rounds(order.drop(columns=["seats_preliminary", "seats_final"]), intake_year, None, moves)
