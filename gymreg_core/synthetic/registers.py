"""The made-up register of an intake year: what an admission system would give, of a region that nobody lives in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from gymreg_core.contracts.register import SUBJECTS, Register, as_table
from gymreg_core.errors import BadParameters
from gymreg_core.sources.register.keys import MADE_UP_KEY, pseudonyms
from gymreg_core.synthetic.applications import applications_of, draw_lists, tests_of
from gymreg_core.synthetic.catalogue import recruits_nationally
from gymreg_core.synthetic.identities import identity_numbers
from gymreg_core.synthetic.paths import as_fitted, fitted_homes, fitted_paths, paths_in, scaled
from gymreg_core.synthetic.pupils import Pupils, draw_pupils
from gymreg_core.synthetic.schools import draw_schools, path_names
from gymreg_core.synthetic.shape import stream, value
from gymreg_core.synthetic.wishes import FOURTH_YEAR, Offer, as_offer

DEFAULT_SEED: int = value("seed")
_LARGEST_SCALE = 3.0
_START_AGE = 16
_FIRST_YEAR9_UNIT, _UNITS_OF_A_PLACE = 80_000_001, 40


def make_register(intake_year: int, *, seed: int = DEFAULT_SEED, scale: float = 1.0) -> Register:
    """A whole year's register: pupils, grades of autumn and summer, both lists of choices, tests, study paths, replies.

    What it is: a region with the real municipalities and made-up schools whose pupils choose so that matching it comes
    near the seats, admitted, cut-offs, medians and reserves that the office published for 2023 (calibration/), and
    other years that move on from there. What it is not: data about anyone. It shows what a method does, never how a
    school is doing.
    The same arguments give the same register. scale : size of the region, 1 = about 180 schools and 30,600 applicants.
    Errors: BadParameters for a year or scale that cannot be made.
    """
    first, last = value("years")
    if not first <= intake_year <= last:
        raise BadParameters(f"the made-up region has the years {first}-{last}", where="years")
    if not 0 < scale <= _LARGEST_SCALE:
        raise BadParameters(f"the scale has to lie above 0 and be at most {_LARGEST_SCALE:g}", where="scale")
    base = scaled(fitted_paths(), scale)
    paths = paths_in(intake_year, seed, scale)
    schools = draw_schools(base, intake_year, seed)
    there = np.unique(paths["school"])
    paths = paths.assign(school=np.searchsorted(there, paths["school"]))
    schools = schools.iloc[there].reset_index(drop=True)
    offer = as_offer(paths, paths["code"].tolist())
    size = base["seats"].sum() / fitted_paths()["seats"].sum()
    count = max(1, round(value("applicants") * value("cohort", intake_year) * size))
    pupils = draw_pupils(list(fitted_homes()), count, intake_year, seed)
    seats = None if as_fitted(intake_year, scale) else paths["seats"].to_numpy(np.int32)
    lists = draw_lists(pupils, offer, intake_year, seed, seats)
    applications = applications_of(lists, intake_year, seed)
    study_paths = _study_paths(paths, schools, offer, intake_year, seed)
    seeks_fourth = study_paths["study_path_code"].str.startswith(FOURTH_YEAR).to_numpy()[applications["path"]]
    completed = np.isin(np.arange(count), applications["pupil"][seeks_fourth])
    register = Register(
        intake_year=intake_year,
        made_up=True,
        pupils=_pupils(pupils, intake_year, seed).assign(completed_national=completed),
        grades=_grades(pupils),
        applications=applications,
        tests=tests_of(lists, offer),
        free_quota=_free_quota(applications, study_paths, intake_year, seed),
        study_paths=study_paths,
        schools=schools,
        replies=_replies(count, intake_year, seed),
    )
    return _under_pseudonyms(register, identity_numbers(register, seed))


def _under_pseudonyms(register: Register, numbers: list[str]) -> Register:
    """The pupils named as the reader of their extract will name them."""
    names = pseudonyms([number.replace("-", "") for number in numbers], MADE_UP_KEY)
    return replace(register, pupils=register.pupils.assign(applicant=pd.Series(names, dtype="str")))


def _pupils(pupils: Pupils, year: int, seed: int) -> pd.DataFrame:
    rng = stream(seed, year, "persons")
    n = len(pupils)
    unit = _FIRST_YEAR9_UNIT + pupils.home * _UNITS_OF_A_PLACE + rng.integers(0, _UNITS_OF_A_PLACE, n)
    return as_table(
        "pupils",
        {
            "applicant": [""] * n,
            "number_kind": ["personal"] * n,
            "protected": np.zeros(n, np.bool_),
            "sex": np.where(rng.random(n) < 0.5, "F", "M"),  # noqa: PLR2004
            "birth_year": year - _START_AGE - pupils.age,
            "home_municipality": np.array(pupils.homes)[pupils.home],
            "year9_school": unit.astype(str),
            "year9_year": year - pupils.age,
            "completed_national": np.zeros(n, np.bool_),
        },
    )


def _grades(pupils: Pupils) -> pd.DataFrame:
    terms = (("autumn", pupils.autumn), ("final", pupils.final))
    rows = [
        {"pupil": np.arange(len(pupils)), "term": [term] * len(pupils), "english_dispensation": pupils.exempt}
        | {subject: grades[:, place] for place, subject in enumerate(SUBJECTS)}
        for term, grades in terms
    ]
    return pd.concat([as_table("grades", part) for part in rows], ignore_index=True)


def _study_paths(paths: pd.DataFrame, schools: pd.DataFrame, offer: Offer, year: int, seed: int) -> pd.DataFrame:
    rng = stream(seed, year, "offer")
    seats = paths["seats"].to_numpy()
    spring = seats * np.exp(value("preliminary_seats") * rng.standard_normal(len(paths)))
    quota = (rng.random(len(paths)) < value("free_quota", "paths")) & (offer.expected > 0) & (seats > 1)
    unit = schools["school_id"].to_numpy()[paths["school"]]
    number = paths.groupby(["school", "code"]).cumcount() + 1
    return as_table(
        "study_paths",
        {
            "path_id": [f"{c}-{u}-{k}" for u, c, k in zip(unit, paths["code"], number, strict=True)],
            "school": paths["school"],
            "study_path_code": paths["code"],
            "study_path_name": path_names(paths, year),
            "state": ["open"] * len(paths),
            "seats_preliminary": np.maximum(1, np.rint(spring)),
            "seats_final": seats,
            "free_quota_seats": quota.astype(int),
            "scale": paths["scale"],
            "test_weight": offer.weight,
            "test_required": offer.weight > 0,
            "tie_break": [""] * len(paths),
            "national_recruitment": recruits_nationally(paths["code"].tolist()),
        },
    )


def _free_quota(applications: pd.DataFrame, study_paths: pd.DataFrame, year: int, seed: int) -> pd.DataFrame:
    """Decisions of the free quota: few applicants to paths that have seats set aside, in an order of their own."""
    rng = stream(seed, year, "free quota")
    has = study_paths["free_quota_seats"].to_numpy()[applications["path"]] > 0
    asked = applications.loc[has & applications["round"].eq("final").to_numpy(), ["pupil", "path"]]
    share = value("free_quota", "applicants") * applications["pupil"].nunique() / max(1, len(asked))
    chosen = asked[rng.random(len(asked)) < share].reset_index(drop=True)
    return as_table("free_quota", {**chosen, "place": chosen.groupby("path").cumcount() + 1})


def _replies(count: int, year: int, seed: int) -> pd.DataFrame:
    """Answers to the final admission; who has not answered has no row."""
    rng = stream(seed, year, "answers")
    yes, no = value("answers", "accepted"), value("answers", "declined")
    drawn = rng.random(count)
    answered = np.flatnonzero(drawn < yes + no)
    withdraws = rng.random(len(answered)) < value("answers", "withdraws")
    answer = np.where(drawn[answered] < no, "declined", "accepted")
    return as_table("replies", {"pupil": answered, "answer": answer, "withdraws_higher": withdraws})
