"""What came out of made-up histories beside what is published: figures of the cohorts that have finished."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from gymreg_core.contracts.enrolments import Enrolments, known_at, year9_of
from gymreg_core.synthetic.outcomes import simulate_outcomes
from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.study_paths import programme_of

_DIPLOMAS = ("preparatory_diploma", "vocational_diploma", "international_baccalaureate")
_NATIONAL = ("preparatory", "vocational")
_GONE = ("moved_out", "deceased")


@dataclass(frozen=True)
class Target:
    """published : as the source says it, '' where nothing is published for it. low, high : what has to hold."""

    published: str
    low: float
    high: float
    why: str


TARGETS = {
    "diploma within 3 years": Target(
        "0.69-0.75", 0.735, 0.765, "region five points below the country (0.797 in 2023), as 2016 (0.69 against 0.742)"
    ),
    "diploma within 3 years, country": Target(
        "0.797", 0.79, 0.805, "2022 and 2023; 300 pupils more or less are chance"
    ),
    "diploma within 3 years, preparatory, country": Target("0.814", 0.80, 0.83, "2022 and 2023"),
    "diploma within 3 years, vocational, country": Target("0.759", 0.74, 0.78, "2023; few vocational pupils"),
    "study certificate within 3 years": Target("0.064-0.068", 0.055, 0.075, "2022 and 2023"),
    "neither within 3 years": Target("0.135", 0.16, 0.20, "the region's five points fewer diplomas are here"),
    "left in the first school year": Target("0.027", 0.022, 0.033, "start 2019"),
    "leavers who left before year 3": Target("two thirds", 0.6, 0.73, "start 2017"),
    "switched within a year": Target("0.104", 0.08, 0.11, "start 2019; 8-10 per cent in other years"),
    "diploma of stayers": Target("0.85", 0.77, 0.86, "the country under Lpf94 (0.85), the region five points lower"),
    "diploma of switchers": Target("0.29-0.34", 0.25, 0.36, "Lpf94, and five points more"),
    "diploma of those who switched programme and school": Target(
        "0.17-0.22", 0.15, 0.29, "Lpf94, and five points more"
    ),
    "introductory to national after 1 year": Target("0.25", 0.22, 0.29, "start 2017, municipal schools"),
    "introductory to national after 3 years": Target("just under half", 0.40, 0.51, "five years to 2022"),
    "diploma within 4 years, introductory": Target(
        "0.14-0.15", 0.09, 0.17, "2018, 2019; 0.38 of those who went on in five"
    ),
    "diploma within 4 years, all": Target("0.71-0.74", 0.70, 0.75, "2016-2022; placeholder numbers left out"),
    "introductory of starters": Target("0.10-0.12", 0.10, 0.14, "stock 2019-2022; higher among beginners"),
    "never present": Target("0.006", 0.006, 0.014, "2021: 98.6 per cent applied, 98.0 started; later admitted besides"),
}


def figures(enrolments: Enrolments, intake_years: tuple[int, ...]) -> pd.Series:
    """The figures of TARGETS, means of cohorts that have had three years; of four years from those that had four."""
    spells = _spells(enrolments)
    parts = [_of_cohort(enrolments, spells, year) for year in intake_years]
    return pd.concat(parts, axis=1).mean(axis=1).reindex(list(TARGETS))


def _spells(enrolments: Enrolments) -> pd.DataFrame:
    spells = known_at(enrolments.spells, pd.Timestamp(enrolments.as_of)).sort_values(["pupil", "start"])
    family = {code: programme_of(code) for code in spells["study_path_code"].unique()}
    programme = spells["study_path_code"].map(family)
    return spells.assign(programme=programme, kind=programme.map({name: p.type for name, p in programmes().items()}))


def _of_cohort(enrolments: Enrolments, spells: pd.DataFrame, year: int) -> pd.Series:
    first = spells.drop_duplicates("pupil").set_index("pupil")
    first = first[first["start"].between(f"{year}-07-01", f"{year}-10-15") & (first["year_of_study"] == 1)]
    never = first["reason"].eq("never_present")
    last = spells.drop_duplicates("pupil", keep="last").set_index("pupil").reindex(first.index)
    first = first[~never & ~first["reason"].eq("invalid") & ~last["reason"].isin(_GONE)]
    national, introductory = first[first["kind"].isin(_NATIONAL)], first[first["kind"].eq("introductory")]
    diploma = _issued(enrolments, _DIPLOMAS)
    in_three = diploma.reindex(national.index) < f"{year + 3}-07-01"
    certificate = _issued(enrolments, ("study_certificate",)).reindex(national.index) < f"{year + 3}-07-01"
    ended = last.reindex(national.index)
    years = (ended["stop"] - pd.Timestamp(f"{year}-07-01")).dt.days // 365
    left = ended["reason"].eq("interrupted") & (years < 3)
    own = spells[spells["pupil"].isin(national.index)]
    changes = own[own["reason"].eq("changed")]
    switched = in_three.index.isin(changes["pupil"])
    soon = in_three.index.isin(changes.loc[changes["stop"] < f"{year + 1}-07-01", "pupil"])
    kinds = own.groupby("pupil").agg(schools=("school", "nunique"), programmes=("programme", "nunique"))
    both = ((kinds["schools"] > 1) & (kinds["programmes"] > 1)).reindex(in_three.index)
    went = spells[spells["kind"].isin(_NATIONAL) & spells["pupil"].isin(introductory.index)].drop_duplicates("pupil")
    merit = year9_of(enrolments)["merit"].to_numpy()[national.index]
    in_country = pd.Series(simulate_outcomes(merit, national["programme"], year, nation=True)[0], index=national.index)
    found = {
        "diploma within 3 years": in_three.mean(),
        "diploma within 3 years, country": in_country.mean(),
        "diploma within 3 years, preparatory, country": in_country[national["kind"].eq("preparatory")].mean(),
        "diploma within 3 years, vocational, country": in_country[national["kind"].eq("vocational")].mean(),
        "study certificate within 3 years": certificate.mean(),
        "neither within 3 years": 1 - in_three.mean() - certificate.mean(),
        "left in the first school year": (left & (years < 1)).mean(),
        "leavers who left before year 3": (years[left] < 2).mean(),
        "switched within a year": soon.mean(),
        "diploma of stayers": in_three[~switched].mean(),
        "diploma of switchers": in_three[switched].mean(),
        "diploma of those who switched programme and school": in_three[both].mean(),
        "introductory to national after 1 year": (went["start"] < f"{year + 1}-10-15").sum() / len(introductory),
        "introductory to national after 3 years": (went["start"] < f"{year + 3}-10-15").sum() / len(introductory),
        "introductory of starters": len(introductory) / len(first),
        "never present": never.mean(),
    }
    if f"{year + 4}-07-01" <= enrolments.as_of:
        real = enrolments.persons["number_kind"].to_numpy()[first.index] != "placeholder"
        in_four = diploma.reindex(first.index) < f"{year + 4}-07-01"
        found["diploma within 4 years, all"] = in_four[real].mean()
        found["diploma within 4 years, introductory"] = in_four.reindex(introductory.index).mean()
    return pd.Series(found)


def _issued(enrolments: Enrolments, kinds: tuple[str, ...]) -> pd.Series:
    known = known_at(enrolments.certificates, pd.Timestamp(enrolments.as_of))
    return known[known["certificate"].isin(kinds)].groupby("pupil")["issued"].min()
