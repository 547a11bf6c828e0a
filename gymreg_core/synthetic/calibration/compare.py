"""The made-up region beside the published one: what agrees, by how much, and what has to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.contracts.register import SUBJECTS, Register
from gymreg_core.matching.build_market import build_market
from gymreg_core.matching.eligibility import eligibility
from gymreg_core.matching.kernel import NONE
from gymreg_core.matching.market import Match
from gymreg_core.matching.merit import merit
from gymreg_core.matching.outcome import outcome
from gymreg_core.matching.solve import solve
from gymreg_core.synthetic.shape import read_yaml

NATIONAL = ("preparatory", "vocational")
_HUNDREDTHS = 100
_MANY = 100
_TENTHS = np.arange(10, 100, 10)


def bounds() -> dict[str, dict[str, Any]]:
    """What has to hold (calibration/bounds.yml)."""
    table: dict[str, dict[str, Any]] = read_yaml("calibration/bounds.yml")
    return table


def against_published(register: Register, targets: pd.DataFrame, year9: pd.DataFrame) -> pd.DataFrame:
    """A row per figure of the base year's final round: measure, group, published, made_up, off, bound, holds.

    targets, year9 : of calibration/targets.py, the study paths in the order of the register's.
    """
    match = solve(build_market(register, "final"))
    found = outcome(match, register)
    parts = [*_totals(found, targets), *_programmes(found, targets), *_cutoffs(found, targets)]
    parts += [*_persons(match, found), *_year9(register, year9)]
    return judged(parts)


def over_time(registers: list[Register]) -> pd.DataFrame:
    """Moves of cut-offs from spring to summer and from year to year; columns as `against_published`."""
    parts: list[tuple[str, str, float | None, float]] = []
    before: pd.Series | None = None
    for register in registers:
        spring, summer = (_by_path(register, round_) for round_ in ("preliminary", "final"))
        both = pd.concat([spring, summer], axis=1, keys=["spring", "summer"]).dropna()
        group = str(register.intake_year)
        parts.append(("spring_to_summer_mean", group, None, float((both["summer"] - both["spring"]).mean())))
        parts.append(
            ("spring_to_summer_correlation", group, None, float(np.corrcoef(both.to_numpy(), rowvar=False)[0, 1]))
        )
        if before is not None:
            years = pd.concat([before, summer], axis=1).dropna()
            if len(years) > 1:  # codes and names of 2025 are others than before
                parts.append(("year_to_year_sd", group, None, float((years.iloc[:, 1] - years.iloc[:, 0]).std())))
        before = summer
    return judged(parts)


def _by_path(register: Register, round_: str) -> pd.Series:
    """Cut-offs of national paths on the scale of grades, by school, code of either reform, and name's end."""
    found = outcome(solve(build_market(register, round_)), register)
    found = found[found["programme_type"].isin(NATIONAL) & found["scale"].eq("grades") & found["cutoff"].notna()]
    keys = found["school"].str.split(" (fd ", regex=False).str[-1].str.rstrip(")") + found["study_path_name"]
    table = pd.Series(found["cutoff"].to_numpy(np.float64), index=keys)
    return table[~table.index.duplicated(keep=False)]


def _correlation(pairs: pd.DataFrame) -> float:
    return float(np.corrcoef(pairs.to_numpy(), rowvar=False)[0, 1])


def _national(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["programme_type"].isin(NATIONAL)]


def _totals(found: pd.DataFrame, targets: pd.DataFrame) -> Iterator[tuple[str, str, float, float]]:
    for name in ("seats", "admitted", "reserves"):
        yield name, "", float(_national(targets)[name].sum()), float(_national(found)[name].sum())
    shares = [float(_national(t)["cutoff"].notna().mean()) for t in (targets, found)]
    yield "competitive_share", "", shares[0], shares[1]


def _programmes(found: pd.DataFrame, targets: pd.DataFrame) -> Iterator[tuple[str, str, float, float]]:
    sums = [_national(t).groupby("programme")["admitted"].sum() for t in (targets, found)]
    for programme in sums[0].index[sums[0] > _MANY]:
        yield "admitted_of_programme", str(programme), float(sums[0][programme]), float(sums[1][programme])


def _cutoffs(found: pd.DataFrame, targets: pd.DataFrame) -> Iterator[tuple[str, str, float | None, float]]:
    for kind in NATIONAL:
        lists = [
            t.loc[t["programme_type"].eq(kind) & t["scale"].eq("grades"), "cutoff"].dropna().astype(np.float64)
            for t in (targets, found)
        ]
        deciles = [np.percentile(values, _TENTHS) for values in lists]
        for tenth, published, made_up in zip(_TENTHS, *deciles, strict=True):
            yield f"decile_{kind}", f"p{tenth}", float(published), float(made_up)
    both = (
        pd.DataFrame({"a": targets["cutoff"].to_numpy(), "b": found["cutoff"].to_numpy()}).dropna().astype(np.float64)
    )
    ordinary = targets["scale"].eq("grades").to_numpy()
    grades = both[ordinary[both.index]]
    for group, part in (("grades", grades), ("all", both)):
        yield "cutoff_correlation", group, None, _correlation(part)
        yield "cutoff_mean_difference", group, None, float((part["a"] - part["b"]).abs().mean())


def _persons(match: Match, found: pd.DataFrame) -> Iterator[tuple[str, str, float | None, float]]:
    of_path = found["programme_type"].isin(NATIONAL).to_numpy()
    seat, rank = match.assignment.seat, match.assignment.rank
    inside = (seat != NONE) & of_path[seat]
    yield "first_choice_share", "", None, float((rank[inside] == 0).mean())
    first = match.market.choices[:, 0]
    wanted = float(read_yaml("calibration/bounds.yml")["applicants"]["published"])
    yield "applicants", "", wanted, float(of_path[first].sum())
    yield (
        "not_eligible_first",
        "",
        None,
        float((~match.market.eligible[of_path[first], 0]).mean()),
    )


def _year9(register: Register, year9: pd.DataFrame) -> Iterator[tuple[str, str, float, float]]:
    rows = register.grades[register.grades["term"].eq("final").to_numpy()]
    grades = rows[list(SUBJECTS)].to_numpy(np.int8)
    who = eligibility(grades, rows["english_dispensation"].to_numpy(np.bool_), register.intake_year)
    pupils = register.pupils.iloc[rows["pupil"].to_numpy()]
    frame = pd.DataFrame(
        {
            "home": pupils["home_municipality"].to_numpy(),
            "merit": merit(grades, register.intake_year).hundredths / _HUNDREDTHS,
            "eligible": who.eligible[:, who.requirements.index("vocational")],
        }
    )[(pupils["year9_year"] == register.intake_year).to_numpy()]
    means = frame.groupby("home")[["merit", "eligible"]].mean()
    for place in year9.index:
        for name in ("merit", "eligible"):
            yield f"year9_{name}", str(place), float(year9.loc[place, name]), float(means.loc[place, name])


def judged(parts: list[tuple[str, str, float | None, float]]) -> pd.DataFrame:
    """The figures (measure, group, published, made up) with how far they are off and whether that is near enough."""
    rows = []
    for measure, group, published, made_up in parts:
        known = bounds().get(measure, {})
        off, holds = np.nan, True
        if published is not None and "share" in known:
            off = made_up / published - 1
            holds = abs(off) <= known["share"]
        elif published is not None and "points" in known:
            off = made_up - published
            holds = abs(off) <= known["points"]
        elif "range" in known:
            low, high = known["range"]
            holds = low <= made_up <= high
        rows.append((measure, group, published, made_up, off, holds))
    return pd.DataFrame(rows, columns=["measure", "group", "published", "made_up", "off", "holds"])
