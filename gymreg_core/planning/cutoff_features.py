"""What is known of study paths as columns: for the level of a cut-off, its error, and whether there is one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.rules import rule

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Design:
    """Study paths of one situation as numbers.

    anchor : float64 (n,), points; what the cut-off is told from. level : (n, p), columns for the cut-off less its
    anchor. spread : (n, q), columns for the logarithm of the error. Columns follow the situation and nothing else;
    NaN = unknown.
    """

    anchor: Floats
    level: Floats
    spread: Floats


def level_design(paths: pd.DataFrame, situation: str) -> Design:
    """The design of all rows of `paths` (path_history.paths_of), of which those in `situation` are to be used.

    Shares of a school and of a programme are told from its other study paths of the same year.
    """
    level = {
        "april_cutoff": _from_april,
        "april_open": _from_open_april,
        "last_cutoff": _from_last,
        "last_open": _from_last,
    }[situation](paths)
    spread = [_log(_now(paths, "reserves")), _log(_now(paths, "seats")), _below(paths), _flag(_known(paths))]
    spread += [abs(_seat_change(paths)), _now(paths, "median") - _now(paths, "cutoff")]
    anchor = paths["april_cutoff"] if situation == "april_cutoff" else paths["last_cutoff"]
    if situation.endswith("open"):
        anchor = pd.Series(0.0, index=paths.index)
    return Design(anchor.to_numpy(), _columns(level), _columns(spread))


def chance_design(paths: pd.DataFrame) -> Floats:
    """Columns (n, p) for whether everyone eligible gets in: how full it is, how full it was, and others around it."""
    april = bool(paths["april_cutoff_kind"].notna().any())
    last = paths["last_cutoff_kind"]
    columns = [_flag(_known(paths)), _flag(last == "competitive"), _flag(last == "none_admitted")]
    columns += [_pressure(paths, "last_"), _log(paths["last_reserves"]), _fill(paths, "last_"), _seat_change(paths)]
    columns += [_log(_now(paths, "seats")), _flag(paths["final2_cutoff_kind"] == "competitive")]
    columns += [_flag(paths["programme_type"] == "vocational"), _flag(paths["provider_form"] == "independent")]
    if april:
        fill = _fill(paths, "april_")
        full = [np.maximum(fill, limit) for limit in rule("cutoff_forecast", "nearly_full")]
        columns += [fill, *full, _pressure(paths, "april_"), _log(paths["april_reserves"])]
        columns += [_flag(paths["april_cutoff_kind"] == kind) for kind in ("competitive", "none_admitted")]
        columns += [paths["april_cutoff"], paths["april_median"]]
        columns += [fill - _fill(paths, "april1_"), _flag(paths["april1_cutoff_kind"] == "competitive")]
    competitive = _flag((paths["april_cutoff_kind"] if april else last) == "competitive")
    columns += [_others(competitive, _keys(paths, by), competitive.mean()) for by in _AROUND]
    return _columns(columns)


_AROUND = (("municipality", "school"), ("programme",), ("municipality", "school", "programme"))


def _from_april(paths: pd.DataFrame) -> list[pd.Series]:
    """Columns for the rise from April's cut-off; those that tell of its level count anew where few are in reserve."""
    cutoff = paths["april_cutoff"]
    typical = cutoff.median()
    reserves = paths["april_reserves"].fillna(0)
    unsure = 1 / (1 + reserves / rule("cutoff_forecast", "few_reserves"))
    history = paths[["final1_cutoff", "final2_cutoff"]].mean(axis=1)
    school, programme, like_it = (_others(cutoff, _keys(paths, by), typical) - cutoff for by in _AROUND)
    levels = [cutoff, paths["april_median"] - cutoff, history - cutoff]
    levels += [school, programme, paths["last_median"] - paths["april_median"]]
    school_seats, school_full, school_reserves = (
        paths.groupby(_keys(paths, _AROUND[0]))[f"april_{fact}"].transform("sum")
        for fact in ("seats", "admitted", "reserves")
    )
    return [
        *levels,
        *(level * unsure for level in levels),
        unsure,
        _below(paths),
        like_it,
        _pressure(paths, "april_"),
        _pressure(paths, "last_"),
        _ratio(school_full, school_seats),
        _ratio(school_reserves, school_seats),
        _log(paths["april_seats"]),
        _seat_change(paths),
        _ratio(paths["final1_seats"], paths["april1_seats"]),
        _flag(history.notna()),
        _flag(paths["programme_type"] == "vocational"),
    ]


def _from_open_april(paths: pd.DataFrame) -> list[pd.Series]:
    """Columns for the cut-off itself where April had none."""
    history = paths[["final1_cutoff", "final2_cutoff"]].mean(axis=1)
    admitted = paths["april_median"]
    around = [
        _others(of, _keys(paths, by), of.median()) for of in (admitted, paths["last_cutoff"]) for by in _AROUND[:2]
    ]
    return [
        history,
        _flag(history.notna()),
        admitted,
        _flag(admitted.notna()),
        paths["last_median"],
        _flag(paths["last_median"].notna()),
        *around,
        _fill(paths, "april_"),
        _log(paths["april_seats"]),
        _log(paths["april_reserves"]),
        _pressure(paths, "last_"),
        _flag(paths["last_cutoff_kind"] == "competitive"),
        _fill(paths, "april_") - _fill(paths, "april1_"),
        _seat_change(paths),
        _flag(paths["programme_type"] == "vocational"),
    ]


def _from_last(paths: pd.DataFrame) -> list[pd.Series]:
    """Columns for the move from the last final cut-off, or for the cut-off itself where there was none."""
    cutoff, median = paths["last_cutoff"], paths["last_median"]
    reserves = paths["last_reserves"].fillna(0)
    unsure = 1 / (1 + reserves / rule("cutoff_forecast", "few_reserves"))
    level = cutoff.where(cutoff.notna(), median)
    around = [_others(cutoff, _keys(paths, by), cutoff.median()) - level for by in _AROUND]
    levels = [level, median - cutoff, *around, paths["final2_cutoff"] - level]
    return [
        *levels,
        *(of * unsure for of in levels),
        unsure,
        _below(paths),
        _flag(median.notna()),
        _pressure(paths, "last_"),
        _fill(paths, "last_"),
        _log(paths["last_seats"]),
        _flag(paths["final2_cutoff"].notna()),
        _flag(paths["programme_type"] == "vocational"),
    ]


def _now(paths: pd.DataFrame, fact: str) -> pd.Series:
    """A fact of April, or of the last final where no April is known."""
    return paths[f"april_{fact}"] if paths["april_cutoff_kind"].notna().any() else paths[f"last_{fact}"]


def _known(paths: pd.DataFrame) -> pd.Series:
    return paths["last_cutoff_kind"].notna()


def _below(paths: pd.DataFrame) -> pd.Series:
    """Points below the level under which cut-offs move in a way of their own."""
    below: pd.Series = (rule("cutoff_forecast", "low_cutoff") - _now(paths, "cutoff")).clip(lower=0)
    return below


def _seat_change(paths: pd.DataFrame) -> pd.Series:
    """Logarithm of the seats now to those of the last final, within the rule `seat_change_limit`."""
    limit = float(np.log(rule("cutoff_forecast", "seat_change_limit")))
    return _ratio(_now(paths, "seats"), paths["last_seats"]).clip(-limit, limit)


def _pressure(paths: pd.DataFrame, prefix: str) -> pd.Series:
    return _ratio(paths[prefix + "reserves"], paths[prefix + "seats"])


def _fill(paths: pd.DataFrame, prefix: str) -> pd.Series:
    return _ratio(paths[prefix + "admitted"], paths[prefix + "seats"])


def _others(values: pd.Series, keys: list[pd.Series], otherwise: float) -> pd.Series:
    """The mean of `values` in the other rows of the same group, with `otherwise` as one row more."""
    groups = values.groupby(keys)
    total = groups.transform("sum") - values.fillna(0) + otherwise
    mean: pd.Series = total / (groups.transform("count") - values.notna() + 1)
    return mean


def _keys(paths: pd.DataFrame, names: tuple[str, ...]) -> list[pd.Series]:
    return [paths[name] for name in ("year", *names)]


def _ratio(part: pd.Series, whole: pd.Series) -> pd.Series:
    return _log(part) - _log(whole)


def _log(values: pd.Series) -> pd.Series:
    logs: pd.Series = np.log1p(values)
    return logs


def _flag(values: pd.Series) -> pd.Series:
    return values.fillna(False).astype("float64")


def _columns(of: list[pd.Series]) -> Floats:
    return np.column_stack([column.to_numpy(np.float64) for column in of])
