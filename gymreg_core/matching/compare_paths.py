"""Study paths of two rounds beside each other, and summed by where they lie and who runs them."""

from __future__ import annotations

import pandas as pd

from gymreg_core.contracts.register import Register
from gymreg_core.matching.market import Match
from gymreg_core.matching.outcome import figures_of
from gymreg_core.rules import rule
from gymreg_core.vocabulary.study_paths import programme_of

BY = ("region", "municipality", "school", "provider_form", "programme")
ORDINARY = "grades"
"""The scale on which cut-offs can be compared between study paths: merit without the points of a test."""
_NAMES = ["path_id", "programme", "municipality", "school", "provider_form", "scale"]
_COUNTS = ["seats", "admitted", "free_seats"]


def path_table(base: Match, other: Match, register: Register, other_register: Register) -> pd.DataFrame:
    """A row per study path with seats or choices in either round; `_previous` is `base`. By path_id."""
    before, after = _figures(base, register), _figures(other, other_register)
    whole = after.merge(before, on="path_id", how="outer", suffixes=("", "_previous"))
    for name in _NAMES[1:]:
        whole[name] = whole[name].fillna(whole[f"{name}_previous"])
    for name in _COUNTS:
        for end in ("", "_previous"):
            whole[f"{name}{end}"] = whole[f"{name}{end}"].fillna(0).astype("int64")
    order = [*_NAMES, *(f"{name}{end}" for name in (*_COUNTS, "cutoff") for end in ("", "_previous"))]
    offered = (whole["seats"] > 0) | (whole["seats_previous"] > 0)
    return whole.loc[offered, order].sort_values("path_id", ignore_index=True)


def school_labels(register: Register) -> pd.Series:
    """Names of the schools (s,), with the municipality where several have one name."""
    schools = register.schools
    name, place = schools["school"], schools["municipality"]
    return name.where(~name.duplicated(keep=False), name + ", " + place)


def _figures(match: Match, register: Register) -> pd.DataFrame:
    paths = register.study_paths
    school = register.schools.iloc[paths["school"].to_numpy()].reset_index(drop=True)
    return pd.DataFrame(
        {
            "path_id": paths["path_id"],
            "programme": [programme_of(code) for code in paths["study_path_code"]],
            "municipality": school["municipality"],
            "school": school_labels(register).iloc[paths["school"].to_numpy()].to_numpy(),
            "provider_form": school["provider_form"],
            "scale": paths["scale"],
            **figures_of(match)[[*_COUNTS, "cutoff"]],
        }
    )


def place_table(paths: pd.DataFrame) -> pd.DataFrame:
    """Sums of `path_table` by group of study paths; see `Comparison.places`."""
    told = rule("what_if", "told_move")
    change = paths["cutoff"] - paths["cutoff_previous"]
    compared = change.notna() & paths["scale"].eq(ORDINARY)
    counted = paths.assign(
        region="",
        study_paths=1,
        moved=(change.abs() >= told).fillna(value=False).astype("int64"),
        competitive=paths["cutoff"].notna().astype("int64"),
        competitive_previous=paths["cutoff_previous"].notna().astype("int64"),
        cutoff=paths["cutoff"].where(compared),
        cutoff_previous=paths["cutoff_previous"].where(compared),
    )
    sums = [f"{n}{e}" for n in (*_COUNTS, "competitive") for e in ("", "_previous")]
    means = ["cutoff", "cutoff_previous"]
    parts = []
    for by in BY:
        groups = counted.groupby(by, sort=True)
        part = groups[["study_paths", *sums, "moved"]].sum().join(groups[means].mean().round(1)).reset_index()
        parts.append(part.rename(columns={by: "group"}).assign(by=by))
    whole = pd.concat(parts, ignore_index=True)
    return whole[["by", "group", "study_paths", *sums, "moved", *means]].astype(dict.fromkeys(means, "Float64"))
