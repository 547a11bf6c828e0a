"""What will the cut-offs be in July? A forecast per study path, from published results alone."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pandas as pd

from gymreg_core.admission.scope import available
from gymreg_core.errors import BadInput
from gymreg_core.planning.cutoff_forecast import COLUMNS, CutoffForecast
from gymreg_core.planning.cutoff_model import QUANTILES, chances, earlier_years, levels
from gymreg_core.planning.path_history import Known, known_of, learnable, paths_of, usable
from gymreg_core.rules import rule
from gymreg_core.sources.linking import link_study_paths

_DECIMALS = 1


class Published(Protocol):
    """Results of admission as they are read or stored: `table` by contracts/results.py."""

    @property
    def table(self) -> pd.DataFrame: ...


def forecast_cutoffs(results: Published, year: int) -> CutoffForecast:
    """The final cut-offs of `year` as they can be told when its preliminary admission is published.

    results : read or stored results of any years; nothing of the final admission of `year` or later is used. What is
    fitted is fitted here, on earlier years that ended. Every study path of the preliminary admission has a row, and
    every one of the last final admission that is offered no more. Where files are missing the forecast is made from
    what is left, with earlier years treated as if they lacked the same, so that intervals are as wide as that makes
    them; `notices` of the result says what was missing.

    Errors: BadInput where nothing earlier ended that a forecast could be learned from.
    """
    return forecast_rows(usable(identified(results)), year)


def forecast_years(results: Published) -> tuple[int, ...]:
    """The years with a preliminary admission whose cut-offs can be forecast from `results`, oldest first."""
    rows = usable(identified(results))
    aprils = sorted(rows.loc[rows["round"] == "preliminary", "intake_year"].unique().tolist())
    return tuple(int(year) for year in aprils if _can_be(rows, int(year)))


def _can_be(rows: pd.DataFrame, year: int) -> bool:
    try:
        _what_there_is(_seen(rows, year), year)
    except BadInput:
        return False
    return True


def _seen(rows: pd.DataFrame, year: int) -> pd.DataFrame:
    """What is published when the preliminary admission of `year` is."""
    return rows[(rows["intake_year"] < year) | ((rows["intake_year"] == year) & (rows["round"] == "preliminary"))]


def identified(results: Published) -> pd.DataFrame:
    """The results table with `study_path_id` and `evidence`, from stored links or made anew (sources/linking.py)."""
    links = getattr(results, "links", None)
    if links is None:
        links = link_study_paths(results.table).table
    return results.table.join(links[["study_path_id", "evidence"]].set_axis(results.table.index))


def forecast_rows(rows: pd.DataFrame, year: int) -> CutoffForecast:
    """`forecast_cutoffs` on rows that path_history.usable gives."""
    seen = _seen(rows, year)
    known, years, notices = _what_there_is(seen, year)
    past = earlier_years(seen, years, known)
    paths = paths_of(seen, year, known)
    if len(years) == 1:
        notices.append("one_year")
    wider = pd.Series(1.0, index=paths.index)
    if _unusual_supply(paths):
        notices.append("unusual_supply")
        wider *= rule("cutoff_forecast", "unusual_widening")
    else:
        wider = wider.where(~_seats_far_off(paths), rule("cutoff_forecast", "unusual_widening"))
    quantiles = pd.DataFrame(np.nan, index=paths.index, columns=list(QUANTILES), dtype="float64")
    for situation in sorted(set(paths["situation"])):
        here = (paths["situation"] == situation) & (paths["declined"] == "")
        told = levels(paths, situation, past) if here.any() else None
        if told is None:
            paths.loc[here, "declined"] = "too_few"
        else:
            quantiles[here] = told[here.to_numpy()]
    paths["p_all_eligible"] = chances(paths, past)
    paths[list(QUANTILES)] = _widened(quantiles, wider)
    table = pd.concat([paths, _not_forecast(seen, year, known)])
    return CutoffForecast(_finished(table, seen, year), year, years, tuple(notices))


def _what_there_is(seen: pd.DataFrame, year: int) -> tuple[Known, tuple[int, ...], list[str]]:
    """The files to go by, the years to learn from, and what is missing."""
    known = known_of(seen, year)
    years = learnable(seen, year, known)
    notices = []
    if known.april and not years:
        known = Known(False, known.finals, known.aprils)
        years = learnable(seen, year, known)
        notices.append("april_unused")
    elif not known.april:
        notices.append("no_april")
    if not years:
        held = ", ".join(f"{y} {round_}" for y, round_ in available(seen)) or "nothing"
        raise BadInput(
            f"the cut-offs of {year} cannot be forecast",
            where="results",
            why="A forecast is learned from an earlier year whose preliminary and final admission are both there, or "
            f"from two final admissions; up to the preliminary admission of {year} the results hold: {held}.",
            remedy="Add result files of earlier years.",
        )
    if 1 not in known.finals:
        notices.append("no_last_final")
    return known, years, notices


def _unusual_supply(paths: pd.DataFrame) -> bool:
    """Whether all seats changed by more than the rule `unusual_supply` since the last final admission."""
    both = paths[paths["april_seats"].notna() & paths["last_seats"].notna()]
    before, now = both["last_seats"].sum(), both["april_seats"].sum()
    return bool(before > 0 and abs(now / before - 1) > rule("cutoff_forecast", "unusual_supply"))


def _seats_far_off(paths: pd.DataFrame) -> pd.Series:
    limit = rule("cutoff_forecast", "seat_change_limit")
    times = (paths["april_seats"] + 1) / (paths["last_seats"] + 1)
    far_off: pd.Series = (times > limit) | (times < 1 / limit)
    return far_off


def _widened(quantiles: pd.DataFrame, wider: pd.Series) -> pd.DataFrame:
    """Quantiles drawn away from the middle, within what grades can give."""
    middle = quantiles["q50"]
    drawn = quantiles.sub(middle, axis=0).mul(wider, axis=0).add(middle, axis=0)
    return drawn.clip(0, float(rule("merit_scale", "ordinary_maximum"))).round(_DECIMALS)


def _not_forecast(seen: pd.DataFrame, year: int, known: Known) -> pd.DataFrame:
    """Study paths of which nothing is said, and why: offered no more, or new where April says nothing."""
    april = seen[(seen["intake_year"] == year) & (seen["round"] == "preliminary")]
    if april.empty:
        return pd.DataFrame()
    before = paths_of(seen, year, Known(False, known.finals, ())) if known.finals else paths_of(seen, year, known)
    if known.april:
        gone = before[~before.index.isin(april["study_path_id"])]
        return gone.assign(situation="none", declined="not_offered", p_all_eligible=np.nan)
    fresh = paths_of(seen, year, Known(True, (), ()))
    fresh = fresh[~fresh.index.isin(before.index)]
    return fresh.assign(situation="none", declined="new_path", p_all_eligible=np.nan)


def _finished(table: pd.DataFrame, seen: pd.DataFrame, year: int) -> pd.DataFrame:
    newest = seen.drop_duplicates("study_path_id", keep="last").set_index("study_path_id")["evidence"]
    table = table.rename_axis(None).assign(
        intake_year=year, evidence=newest.reindex(table.index), study_path_id=table.index.astype("str")
    )
    table["last_move"] = table["final1_cutoff"] - table["final2_cutoff"]
    table["reserves_per_seat"] = table["april_reserves"] / table["april_seats"].where(table["april_seats"] > 0)
    table = table.sort_values(["municipality", "school", "study_path_code", "study_path_name", "study_path_id"])
    return table.reindex(columns=list(COLUMNS)).reset_index(drop=True)
