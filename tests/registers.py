"""Small registers for tests: valid, random, and the same for the same arguments."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.register import PROVIDER_FORMS, SUBJECTS, Register, as_table
from gymreg_core.vocabulary.programmes import municipalities

CODES = ("NANAT", "EKEKO", "SABET", "TEINF", "ESMUS", "BAHUS", "EEELT", "VOVAR", "HUSPR", "IMVBAhus")
_PROVIDER = dict(zip(PROVIDER_FORMS, ("Kommunen", "Almvreta AB", "Regionen", "Okänd"), strict=True))
_LANGUAGES = ("M2", "ML", "TN", "DA")


def small_register(
    n: int = 60, seed: int = 0, *, paths: int = 12, longest: int = 8, intake_year: int = 2023, made_up: bool = True
) -> Register:
    """A valid register of `n` pupils and `paths` study paths at four schools; about as many seats as pupils.

    Everyone has final grades, a preliminary and a final list of 1 to `longest` choices, all in time. Study paths of ES
    ask for a skill test, some have a free quota; one path is closed and chosen by nobody. No identity is protected.
    """
    rng = np.random.default_rng([seed, n, paths, longest, intake_year])
    study_paths = _study_paths(rng, paths, n)
    applications = _applications(rng, n, longest, study_paths, intake_year)
    return Register(
        intake_year=intake_year,
        made_up=made_up,
        pupils=_pupils(rng, n, seed, intake_year),
        grades=_grades(rng, n),
        applications=applications,
        tests=_tests(rng, applications, study_paths),
        free_quota=_free_quota(rng, applications, study_paths),
        study_paths=study_paths,
        schools=_schools(),
        replies=_replies(rng, n),
    )


def varied_register(seed: int = 0) -> Register:
    """A small register with what a clean extract holds by design: odd numbers, protected identities, late lists."""
    register = small_register(seed=seed)
    pupils, applications = register.pupils.copy(), register.applications.copy()
    pupils.loc[:5, "number_kind"] = ["coordination"] * 3 + ["placeholder"] * 3
    pupils.loc[3:8, "protected"] = True
    pupils.loc[9:11, "sex"] = "unknown"
    pupils.loc[12, "year9_year"] = 0
    pupils.loc[13, "year9_year"] = 2019
    pupils.loc[13, "completed_national"] = True
    pupils.loc[14, "home_municipality"] = "Malmö"
    late = applications["pupil"].eq(20) & applications["round"].eq("final")
    applications.loc[late, "received"] = pd.Timestamp("2023-06-01").as_unit("s")
    applications["late"] = late
    schools = register.schools.copy()
    schools.loc[0, "school"] = 'Skolan; "med" citat'
    return replace(register, pupils=pupils, applications=applications, schools=schools)


def _pupils(rng: np.random.Generator, n: int, seed: int, intake_year: int) -> pd.DataFrame:
    names = [hashlib.sha256(f"{seed}:{row}".encode()).hexdigest()[:32] for row in range(n)]
    return as_table(
        "pupils",
        {
            "applicant": pd.Series(names, dtype="str"),
            "number_kind": ["personal"] * n,
            "protected": np.zeros(n, bool),
            "sex": rng.choice(["F", "M"], n),
            "birth_year": intake_year - 16 - (rng.random(n) < 0.05),
            "home_municipality": rng.choice(list(municipalities()), n),
            "year9_school": rng.choice(["10000001", "10000002", ""], n),
            "year9_year": np.full(n, intake_year),
            "completed_national": np.zeros(n, bool),
        },
    )


def _grades(rng: np.random.Generator, n: int) -> pd.DataFrame:
    level = rng.normal(4.2, 1.0, n)
    final = np.clip(np.rint(level[:, None] + rng.normal(0, 0.8, (n, len(SUBJECTS)))), 1, 6).astype(np.int8)
    column = {subject: place for place, subject in enumerate(SUBJECTS)}
    second = rng.random(n) < 0.2
    final[second, column["SV"]] = 0
    final[~second, column["SVA"]] = 0
    final[rng.random(n) < 0.3, column["M1"]] = 0
    for subject in _LANGUAGES:
        final[rng.random(n) < 0.95, column[subject]] = 0
    autumn = np.where(final > 1, final - (rng.random(final.shape) < 0.2), final)
    dispensation = rng.random(n) < 0.03
    rows = [
        {
            "pupil": np.arange(n),
            "term": [term] * n,
            "english_dispensation": dispensation,
            **{subject: grades[:, place] for subject, place in column.items()},
        }
        for term, grades in (("autumn", autumn), ("final", final))
    ]
    return pd.concat([as_table("grades", part) for part in rows], ignore_index=True)


def _study_paths(rng: np.random.Generator, paths: int, n: int) -> pd.DataFrame:
    codes = [CODES[p % len(CODES)] for p in range(paths)]
    seats = np.maximum(2, rng.poisson(n / paths, paths))
    music = np.array([code.startswith("ES") for code in codes])
    return as_table(
        "study_paths",
        {
            "path_id": pd.Series([f"S{p % 4}-{p:03d}" for p in range(paths)], dtype="str"),
            "school": np.arange(paths) % 4,
            "study_path_code": codes,
            "study_path_name": [f"Studieväg {p}" for p in range(paths)],
            "state": ["open"] * (paths - 1) + ["closed"],
            "seats_preliminary": np.maximum(1, seats + rng.integers(-1, 2, paths)),
            "seats_final": seats,
            "free_quota_seats": (rng.random(paths) < 0.3).astype(int),
            "scale": np.where(music, "grades_and_test", "grades"),
            "test_weight": np.where(music, 16.0, 0.0),
            "test_required": music,
            "tie_break": [""] * paths,
            "national_recruitment": rng.random(paths) < 0.1,
        },
    )


def _applications(
    rng: np.random.Generator, n: int, longest: int, study_paths: pd.DataFrame, intake_year: int
) -> pd.DataFrame:
    offered = np.flatnonzero(study_paths["state"] == "open")
    longest = min(longest, len(offered))
    rounds = []
    for round_name, last in (("preliminary", f"{intake_year}-02-15"), ("final", f"{intake_year}-05-15")):
        stands = np.arange(longest) < rng.integers(1, longest + 1, n)[:, None]
        pupil, place = np.nonzero(stands)
        days_before = np.repeat(rng.integers(0, 30, n), stands.sum(axis=1)).astype("timedelta64[D]")
        columns = {
            "pupil": pupil,
            "round": [round_name] * len(pupil),
            "rank": place + 1,
            "path": offered[_without_replacement(rng, n, longest, len(offered))[stands]],
            "received": (np.datetime64(last) - days_before).astype("datetime64[s]"),
            "late": np.zeros(len(pupil), bool),
        }
        rounds.append(as_table("applications", columns))
    return pd.concat(rounds, ignore_index=True)


def _without_replacement(rng: np.random.Generator, n: int, k: int, m: int) -> NDArray[np.int64]:
    """`n` draws of `k` different numbers out of `m`, in random order (n, k)."""
    drawn = np.empty((n, k), np.int64)
    for place in range(k):
        number = rng.integers(0, m - place, n)
        for earlier in np.sort(drawn[:, :place], axis=1).T:
            number += number >= earlier
        drawn[:, place] = number
    return drawn


def _tests(rng: np.random.Generator, applications: pd.DataFrame, study_paths: pd.DataFrame) -> pd.DataFrame:
    asked = applications[study_paths["test_required"].to_numpy()[applications["path"]]]
    taken = asked[["pupil", "path"]].drop_duplicates().reset_index(drop=True)
    taken = taken[rng.random(len(taken)) < 0.9].reset_index(drop=True)
    return as_table("tests", {**taken, "points": rng.integers(1, 41, len(taken)) / 2})


def _free_quota(rng: np.random.Generator, applications: pd.DataFrame, study_paths: pd.DataFrame) -> pd.DataFrame:
    with_quota = study_paths["free_quota_seats"].to_numpy()[applications["path"]] > 0
    asked = applications.loc[with_quota, ["pupil", "path"]].drop_duplicates()
    chosen = asked[rng.random(len(asked)) < 0.1].reset_index(drop=True)
    return as_table("free_quota", {**chosen, "place": chosen.groupby("path").cumcount() + 1})


def _schools() -> pd.DataFrame:
    return as_table(
        "schools",
        {
            "school_id": [f"2000000{place}" for place in range(4)],
            "school": ["Almvreta gymnasium", "Rimskärs gymnasium", "Björkö gymnasium", "Tallhöjdens gymnasium"],
            "municipality": ["Stockholm", "Täby", "Österåker", "Stockholm"],
            "provider_form": list(PROVIDER_FORMS),
            "provider": [_PROVIDER[form] for form in PROVIDER_FORMS],
        },
    )


def _replies(rng: np.random.Generator, n: int) -> pd.DataFrame:
    answered = np.flatnonzero(rng.random(n) < 0.8)
    return as_table(
        "replies",
        {
            "pupil": answered,
            "answer": rng.choice(["accepted", "declined"], len(answered), p=[0.9, 0.1]),
            "withdraws_higher": rng.random(len(answered)) < 0.2,
        },
    )
