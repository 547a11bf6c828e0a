"""The study paths of one admission beside what is known of them: April of the year, and the years before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gymreg_core.admission.measures import is_national
from gymreg_core.admission.scope import available
from gymreg_core.rules import rule

FACTS = ("cutoff", "median", "seats", "admitted", "reserves", "cutoff_kind", "scale")
KEYS = ("municipality", "school", "provider_form", "study_path_code", "study_path_name", "programme", "programme_type")
SITUATIONS = ("april_cutoff", "april_open", "last_cutoff", "last_open")
"""What a study path's cut-off is read from: one in April, an April without one, one last year, a last year without."""


@dataclass(frozen=True)
class Known:
    """Which files of the years around an intake are there: what a forecast for it may use.

    april : whether there is a preliminary admission of the year. finals, aprils : years back with a final and a
    preliminary admission, the nearest first.
    """

    april: bool
    finals: tuple[int, ...]
    aprils: tuple[int, ...]


def usable(table: pd.DataFrame) -> pd.DataFrame:
    """The rows that are forecast and learned from: study paths of national programmes that had seats, each once.

    `table` : results (contracts/results.py) with `study_path_id`. An id on several rows of one intake is left out,
    since nobody can say which row it means.
    """
    rows = table[is_national(table)]
    again = rows["joint_intake_id"].notna() & rows.duplicated(["intake_year", "round", "joint_intake_id"])
    offered = (rows["seats"].fillna(0) > 0) | (rows["admitted"].fillna(0) > 0)
    rows = rows[~again & offered]
    rows = rows[~rows.duplicated(["intake_year", "round", "study_path_id"], keep=False)]
    numbers = ["cutoff", "median", "seats", "admitted", "reserves"]
    return rows.assign(**{name: rows[name].astype("float64") for name in numbers})


def known_of(rows: pd.DataFrame, year: int) -> Known:
    """What is there for a forecast of `year`, made when its preliminary admission is."""
    there = set(available(rows))
    back = tuple(int(n) for n in rule("cutoff_forecast", "years_back"))
    return Known(
        (year, "preliminary") in there,
        tuple(n for n in back if (year - n, "final") in there),
        tuple(n for n in back if (year - n, "preliminary") in there),
    )


def paths_of(rows: pd.DataFrame, year: int, known: Known) -> pd.DataFrame:
    """One row per study path that a forecast for `year` can name, by `study_path_id`, from the files in `known` alone.

    rows : as `usable` gives. Columns: KEYS; `april_`, and for each year back n `final{n}_` and `april{n}_`, before
    FACTS (points, seats, persons, entries); `last_`, the nearest final that is there; `situation`; `declined`, why no
    cut-off is forecast: '' or other_scale. Without an April it is the study paths of the nearest final.
    """
    april = _intake(rows, year, "preliminary", known.april)
    finals = {n: _intake(rows, year - n, "final", n in known.finals) for n in rule("cutoff_forecast", "years_back")}
    base = april if known.april else next((finals[n] for n in known.finals), april)
    out = base[list(KEYS)].copy()
    out["year"] = year
    _put(out, "april_", april)
    for n, final in finals.items():
        _put(out, f"final{n}_", final)
        _put(out, f"april{n}_", _intake(rows, year - n, "preliminary", n in known.aprils))
    nearest, *further = finals
    for fact in FACTS:
        out[f"last_{fact}"] = out[f"final{nearest}_{fact}"]
        for n in further:
            was_there = out[f"final{nearest}_cutoff_kind"].notna()
            out[f"last_{fact}"] = out[f"last_{fact}"].where(was_there, out[f"final{n}_{fact}"])
    out["declined"] = _on_grades(out).map({False: "other_scale", True: ""})
    cutoff = out["april_cutoff" if known.april else "last_cutoff"].notna()
    names = SITUATIONS[:2] if known.april else SITUATIONS[2:]
    out["situation"] = cutoff.map({True: names[0], False: names[1]})
    return out


def outcomes_of(rows: pd.DataFrame, year: int, paths: pd.DataFrame) -> pd.DataFrame:
    """How the final admission of `year` ended for the rows of `paths`: cutoff, cutoff_kind, scale; NA where gone."""
    final: pd.DataFrame = _intake(rows, year, "final", True)[["cutoff", "cutoff_kind", "scale"]]
    return final.reindex(paths.index)


def learnable(rows: pd.DataFrame, year: int, known: Known) -> tuple[int, ...]:
    """The years before `year` that ended and had what `known` has: what a forecast can be learned from.

    A year whose own history is missing is one too where it had an April: its study paths are as new ones.
    """
    there = set(available(rows))
    ended = sorted(y for y, round_ in there if round_ == "final" and y < year)
    if known.april:
        return tuple(y for y in ended if (y, "preliminary") in there)
    return tuple(y for y in ended if known.finals and (y - known.finals[0], "final") in there)


def _on_grades(paths: pd.DataFrame) -> pd.Series:
    """Whether points are those of grades: by April's cut-off, the last final, April, or the school's own programme.

    A round in which nobody was admitted has no points and says nothing; where that holds for both, it is what most of
    the school's other study paths of the programme have.
    """
    grades = pd.Series(np.nan, index=paths.index)
    for prefix in ("april_", "last_"):
        scale = paths[prefix + "scale"]
        told = paths[[prefix + "cutoff", prefix + "median"]].notna().any(axis=1)
        of_round = (scale == "grades").astype("float64").where(told | (scale.notna() & (scale != "grades")))
        if prefix == "april_":
            april, grades = of_round, of_round.where(paths["april_cutoff_kind"] == "competitive")
        else:
            grades = grades.fillna(of_round).fillna(april)
    others = grades.groupby([paths[name] for name in ("municipality", "school", "programme")]).transform("mean")
    on_grades: pd.Series = grades.fillna(others).fillna(1.0) >= 1 / 2
    return on_grades


def _intake(rows: pd.DataFrame, year: int, round_: str, wanted: bool) -> pd.DataFrame:
    chosen = (rows["intake_year"] == year) & (rows["round"] == round_) if wanted else rows["seats"].lt(0)
    return rows[chosen].set_index("study_path_id")


def _put(out: pd.DataFrame, prefix: str, intake: pd.DataFrame) -> None:
    """Put FACTS into `out`; points on another scale than that of grades are no cut-off to go by."""
    facts = intake[list(FACTS)].reindex(out.index)
    ordinary = facts["scale"] == "grades"
    for name in ("cutoff", "median"):
        facts[name] = facts[name].where(ordinary)
    for name in FACTS:
        out[prefix + name] = facts[name]
