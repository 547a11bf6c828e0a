"""Seats that nobody took, and study paths that nobody was admitted to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from gymreg_core.admission.measures import is_national, measure, ratio, with_change
from gymreg_core.admission.result import Result, by_count, phrase, plain
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.phrases import capital, compared, counted, per_cent, programme_inside
from gymreg_core.vocabulary.programmes import Language

_SHOWN = ["municipality", "school", "study_path_name", "programme", "programme_type", "seats", "free_seats", "admitted"]


@dataclass(frozen=True, eq=False)
class EmptySeats(Result):
    """One row per national programme with seats: programme_type, programme, seats, free_seats, free_seats_previous,
    free_seats_change, share (free of offered, NA without seats); most free seats first.

    paths : the study paths with free seats: municipality, school, study_path_name, programme, programme_type, seats,
    free_seats, admitted; most free seats first.
    nobody : the study paths without anyone admitted, most seats first.
    nobody_previous : their number in the year compared with.
    """

    paths: pd.DataFrame
    nobody: pd.DataFrame
    nobody_previous: int | None

    def summary(self) -> dict[str, Any]:
        return {
            "free_seats": plain(self.table["free_seats"].sum()) or 0,
            "paths_with_free_seats": len(self.paths),
            "paths_without_admitted": len(self.nobody),
            "seats_without_admitted": plain(self.nobody["seats"].sum()) or 0,
        }

    def sentences(self, language: Language) -> tuple[str, ...]:
        s = self.summary()
        if not s["free_seats"]:
            return (phrase()("empty.full", language), *self.without_admitted(language))
        seats, paths = (
            counted(s["free_seats"], "free_seat", language),
            counted(s["paths_with_free_seats"], "study_path", language),
        )
        out = [capital(phrase()("empty.seats", language, seats=seats, paths=paths))]
        top = self.table.iloc[0]
        if len(self.table) > 1 and plain(top["free_seats"]):
            out.append(
                phrase()(
                    "empty.most",
                    language,
                    name=programme_inside(top["programme"], language),
                    seats=number(int(top["free_seats"]), language),
                    share=per_cent(float(top["share"]), language),
                )
            )
        return (*out, *self.without_admitted(language))

    def without_admitted(self, language: Language) -> tuple[str, ...]:
        """How many study paths nobody was admitted to."""
        n = len(self.nobody)
        text = by_count("empty.nobody", n, language)
        if self.compare_to is None or self.nobody_previous is None:
            return (f"{text}.",)
        return (f"{text}, {compared(n, self.nobody_previous, self.compare_to, language)}.",)


def empty_seats(
    now: pd.DataFrame, before: pd.DataFrame | None, *, intake_year: int, compare_to: int | None
) -> EmptySeats:
    """Free seats by programme and the study paths that nobody was admitted to, national programmes.

    Parameters
    ----------
    now, before : results tables of one year and round each; None = nothing to compare with.
    """
    keys = ["programme_type", "programme"]
    rows = now[is_national(now)]
    earlier_rows = None if before is None else before[is_national(before)]
    earlier = None if earlier_rows is None else measure(earlier_rows, keys)
    table = with_change(measure(rows, keys), earlier, keys)
    table = table[table["seats"] > 0].assign(share=lambda t: ratio(t["free_seats"], t["seats"]))
    kept = [*keys, "seats", "free_seats", "free_seats_previous", "free_seats_change", "share"]
    order = ["free_seats", "municipality", "school", "study_path_name"]
    paths = rows.loc[rows["free_seats"] > 0, _SHOWN].sort_values(
        order, ascending=[False, True, True, True], ignore_index=True
    )
    nobody = rows.loc[rows["admitted"] == 0, _SHOWN]
    nobody = nobody.sort_values(["seats", *order[1:]], ascending=[False, True, True, True], ignore_index=True)
    return EmptySeats(
        table.sort_values(["free_seats", "programme"], ascending=[False, True], ignore_index=True)[kept],
        intake_year,
        compare_to,
        paths,
        nobody,
        None if earlier_rows is None else int((earlier_rows["admitted"] == 0).sum()),
    )
