"""What tracking gives, for tests of pages: invented pupils go through made-up years and are counted, so that every
table of contracts/tracked.py is valid and all of them agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.cohort.histories import (
    AGE_LIMIT,
    DIPLOMA,
    ENROLLED,
    INTERRUPTED,
    INTRODUCTORY,
    MOVED_OUT,
    NATIONAL,
    PREPARATORY,
    STATES,
    STUDY_BREAK,
    STUDY_CERTIFICATE,
    VOCATIONAL,
)
from gymreg_core.contracts.tracked import (
    GROUPINGS,
    JUDGES,
    RESPONSIBILITY_REASONS,
    TRACKED_TABLES,
    Tracked,
    empty_tracked,
    tracked_table,
)
from gymreg_core.rules import entries, rule

HOMES = ("Stockholm", "Nacka", "Täby", "Södertälje", "Danderyd")
PROGRAMMES = ("EK", "NA", "SA", "BA", "EE", "VO")
INTRODUCTORY_PROGRAMMES = ("IMA", "IMS", "IMV", "IMY")
BANDS = ("none", *(band["band"] for band in rule("cohort", "merit_bands")))
FORMS = ("municipal", "independent")
_MONTHS, _LAST, _FEWEST_SCHOOLS = 12, 61, 10
"""Months of a year, how many a cohort is followed, and schools below which they are not compared."""
_LEFT = (STUDY_BREAK, INTERRUPTED, MOVED_OUT, AGE_LIMIT)
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class _Cohort:
    """A cohort of n pupils: what they are, and the state of each on the 15th of each month: int8 (n, months)."""

    year: int
    about: pd.DataFrame
    state: NDArray[np.int8]

    def groups(self) -> list[tuple[str, str, Bools]]:
        """Every group of pupils: by, group, (n,)."""
        found = [("region", "", np.ones(len(self.about), np.bool_))]
        for by in GROUPINGS[1:]:
            names = self.about[by].to_numpy(str)
            found += [(by, str(name), names == name) for name in np.unique(names)]
        return found


def random_tracked(
    seed: int = 0,
    *,
    cohorts: Sequence[int] = range(2019, 2026),
    pupils: int = 600,
    schools: int = 12,
    homes: Sequence[str] = HOMES,
    as_of: str = "2026-01-31",
    made_up: bool = True,
) -> Tracked:
    """So many pupils in each cohort, known on the last day; as plausible as the region itself."""
    rng = np.random.default_rng([seed, pupils, schools])
    made = [_cohort(rng, year, pupils, schools, homes, as_of) for year in cohorts]
    tables = {name: empty_tracked(name) for name in TRACKED_TABLES}
    if pupils:
        tables |= {name: _gathered(name, count, made) for name, count in _COUNTED.items()}
        tables |= {"curves": _curves(made), **_models(rng, made), **_schools(made)}
        tables |= {"responsibility": _responsibility(rng, as_of), "cleaning": _cleaning(rng)}
    statuses = {"measures.skolverket_3": "assumption", "cohort.status_day": "published", "cleaning.gap": "derived"}
    return Tracked(since=f"{min(cohorts)}-07-01", as_of=as_of, made_up=made_up, statuses=statuses, **tables)


def empty(as_of: str = "2026-01-31") -> Tracked:
    """Nothing at all: enrolments too young for any cohort."""
    return random_tracked(pupils=0, as_of=as_of)


def _cohort(rng: np.random.Generator, year: int, n: int, schools: int, homes: Sequence[str], as_of: str) -> _Cohort:
    entry = np.where(rng.random(n) < 0.14, "introductory", "national")
    sizes = 1 / np.arange(1, len(homes) + 1)
    programme = np.where(entry == "national", rng.choice(PROGRAMMES, n), rng.choice(INTRODUCTORY_PROGRAMMES, n))
    school = rng.integers(0, schools, n)
    about = pd.DataFrame(
        {
            "home": rng.choice(list(homes), n, p=sizes / sizes.sum()),
            "provider_form": np.asarray(FORMS)[school % 2],
            "programme": programme,
            "school": [f"{10_000_000 + one:08d}" for one in school],
            "entry": entry,
            "sex": rng.choice(["F", "M"], n),
            "merit_band": np.where(entry == "national", rng.choice(BANDS[1:], n), rng.choice(BANDS[:2], n)),
            "followed": rng.random(n) >= np.where(programme == "IMS", 0.3, 0.004),
            "switched": np.where(
                (entry == "national") & (rng.random(n) < 0.09),
                rng.choice(["programme", "school", "programme_and_school"], n),
                "none",
            ),
        }
    )
    last = (int(as_of[:4]) - year) * _MONTHS + int(as_of[5:7]) - 10 - (as_of[8:] < "15")
    state = np.zeros((n, min(max(last, -1) + 1, _LAST)), np.int8)
    if n and state.shape[1]:
        kind = np.where(np.isin(programme, PROGRAMMES[:3]), PREPARATORY, VOCATIONAL)
        state[:, 0] = np.where(entry == "national", kind, INTRODUCTORY)
        good = 0.6 + 0.07 * np.asarray([BANDS.index(band) for band in about["merit_band"]])
        good = np.where(about["switched"] == "none", good, good - 0.35)
        _walk(rng, state, kind, np.clip(good, 0.05, 0.95))
    return _Cohort(year, about, state)


def _walk(rng: np.random.Generator, state: NDArray[np.int8], kind: NDArray[np.int_], good: NDArray[np.float64]) -> None:
    """Fill in month after month; a diploma or certificate comes in June of the third year of a national programme."""
    n, months = state.shape
    for at in range(1, months):
        before, chance = state[:, at - 1], rng.random(n)
        now = before.copy()
        enrolled = np.isin(before, ENROLLED)
        introductory = before == INTRODUCTORY
        limits = np.where(introductory, 0.012, 0.0022)
        now[enrolled & (chance < limits)] = INTERRUPTED
        now[enrolled & (chance > 0.999)] = STUDY_BREAK
        now[enrolled & (chance > 0.9995)] = MOVED_OUT
        back = ((before == STUDY_BREAK) & (chance < 0.15)) | ((before == INTERRUPTED) & (chance < 0.02))
        now[back] = kind[back]
        if at % _MONTHS == 10:
            on = introductory & (now == INTRODUCTORY) & (chance < 0.3)
            now[on] = kind[on]
        if at % _MONTHS == 8 and at > 2 * _MONTHS:
            ready = np.isin(now, NATIONAL) & (np.isin(state[:, :at], NATIONAL).sum(axis=1) >= 31)
            now[ready & (chance < good)] = DIPLOMA
            certified = ready & (chance >= good) & (chance < good + 0.3 * (1 - good))
            now[certified] = STUDY_CERTIFICATE
        if at >= 4 * _MONTHS:
            now[(now == INTRODUCTORY) & (chance > 0.97)] = AGE_LIMIT
        state[:, at] = now


Rows = list[dict[str, object]]


def _gathered(name: str, count: Callable[[_Cohort, Bools], Rows], made: Sequence[_Cohort]) -> pd.DataFrame:
    """`count` in every group of every cohort, whose names go into the rows."""
    rows = [
        {"cohort": one.year, "by": by, "group": group, **row}
        for one in made
        for by, group, mine in one.groups()
        for row in count(one, mine)
    ]
    return tracked_table(name, pd.DataFrame(rows)) if rows else empty_tracked(name)


def _measures(one: _Cohort, mine: Bools) -> Rows:
    rows: Rows = []
    for card, told in cards().items():
        horizon, national, certificate = told
        at = horizon * _MONTHS - 1
        if one.state.shape[1] <= at:
            continue
        started = mine & ((one.about["entry"] == "national").to_numpy() | (not national))
        followed = started & one.about["followed"].to_numpy()
        state = one.state[:, at]
        left_out = followed & (state == MOVED_OUT)
        done = np.isin(state, (DIPLOMA, STUDY_CERTIFICATE) if certificate else (DIPLOMA,))
        if started.any():
            rows.append(
                {
                    "card": card,
                    "starters": int((followed & ~left_out).sum()),
                    "completed": int((followed & ~left_out & done).sum()),
                    "left_out": int(left_out.sum()),
                    "not_followed": int((started & ~followed).sum()),
                }
            )
    return rows


def cards() -> dict[str, tuple[int, bool, bool]]:
    """Of each card: its horizon in years, whether national programmes alone, whether study certificates count too."""
    known = {key: entry["value"] for key, entry in entries("measures").items()}
    return {
        key: (int(card["horizon"]), card["population"] == "national", card["completed"] != "diploma")
        for key, card in known.items()
    }


def _monthly(one: _Cohort, mine: Bools) -> Rows:
    mine = mine & one.about["followed"].to_numpy()
    rows: Rows = []
    for at in range(one.state.shape[1]):
        counts = np.bincount(one.state[mine, at], minlength=len(STATES))
        month = (one.year + (at + 9) // _MONTHS) * 100 + (at + 9) % _MONTHS + 1
        rows += [{"month": month, "state": STATES[s], "pupils": int(c)} for s, c in enumerate(counts) if c]
    return rows


def _flows(one: _Cohort, mine: Bools) -> Rows:
    mine = mine & one.about["followed"].to_numpy()
    rows: Rows = []
    for year in range(1, (one.state.shape[1] - 1) // _MONTHS + 1):
        pairs = one.state[mine][:, [(year - 1) * _MONTHS, year * _MONTHS]]
        found, counts = np.unique(pairs, axis=0, return_counts=True)
        rows += [
            {"year": year, "origin": STATES[a], "destination": STATES[b], "pupils": int(c)}
            for (a, b), c in zip(found.tolist(), counts.tolist(), strict=True)
        ]
    return rows


def _switches(one: _Cohort, mine: Bools) -> Rows:
    mine = mine & (one.about["followed"] & (one.about["entry"] == "national")).to_numpy()
    known = one.state.shape[1] >= 3 * _MONTHS
    rows: Rows = []
    for within in (1, 2, 3):
        if one.state.shape[1] < within * _MONTHS:
            continue
        for kind in ("none", "programme", "school", "programme_and_school"):
            those = mine & (one.about["switched"] == kind).to_numpy()
            if those.any():
                done = int((one.state[those, 3 * _MONTHS - 1] == DIPLOMA).sum()) if known else -1
                rows.append({"within": within, "kind": kind, "pupils": int(those.sum()), "completed": done})
    return rows


def _leavers(one: _Cohort, mine: Bools) -> Rows:
    rows: Rows = []
    for year in range(1, (one.state.shape[1] - 1) // _MONTHS + 1):
        begun, ended = one.state[:, (year - 1) * _MONTHS], one.state[:, year * _MONTHS]
        for entry in ("national", "introductory"):
            those = mine & (one.about["followed"] & (one.about["entry"] == entry)).to_numpy() & np.isin(begun, ENROLLED)
            for state in _LEFT:
                gone = those & (ended == state)
                back = gone & np.isin(one.state[:, -1], (*ENROLLED, DIPLOMA, STUDY_CERTIFICATE))
                if those.any():
                    rows.append(
                        {
                            "year": year,
                            "entry": entry,
                            "present": int(those.sum()),
                            "state": STATES[state],
                            "pupils": int(gone.sum()),
                            "returned": int(back.sum()),
                        }
                    )
    return rows


def _introductory(one: _Cohort, mine: Bools) -> Rows:
    rows: Rows = []
    those = mine & (one.about["followed"] & (one.about["entry"] == "introductory")).to_numpy()
    for programme in ("", *INTRODUCTORY_PROGRAMMES):
        of = those & ((one.about["programme"] == programme).to_numpy() | (programme == ""))
        for within in (1, 2, 3, 4, 5):
            at = within * _MONTHS
            if one.state.shape[1] <= at or not of.any():
                continue
            begun = np.isin(one.state[of][:, : at + 1], NATIONAL).any(axis=1)
            rows.append(
                {
                    "programme": programme,
                    "within": within,
                    "starters": int(of.sum()),
                    "to_national": int(begun.sum()),
                    "diploma": int((one.state[of, at] == DIPLOMA).sum()),
                    "study_certificate": int((one.state[of, at] == STUDY_CERTIFICATE).sum()),
                }
            )
    return rows


def _not_followed(one: _Cohort, mine: Bools) -> Rows:
    gone = int((mine & ~one.about["followed"].to_numpy()).sum())
    hidden = gone // 4
    told = {"placeholder": gone - hidden, "protected": hidden}
    return [{"reason": reason, "pupils": count} for reason, count in told.items() if count]


_COUNTED: dict[str, Callable[[_Cohort, Bools], Rows]] = {
    "measures": _measures,
    "monthly": _monthly,
    "flows": _flows,
    "switches": _switches,
    "leavers": _leavers,
    "introductory": _introductory,
    "not_followed": _not_followed,
}


def _curves(made: Sequence[_Cohort]) -> pd.DataFrame:
    """Plain shares of those known so long, of the region and each kind of entry."""
    rows: Rows = []
    for entry in ("", "national", "introductory"):
        for at in range(_LAST):
            there = [
                one.state[(one.about["followed"] & ((one.about["entry"] == entry) | (entry == ""))).to_numpy(), at]
                for one in made
                if one.state.shape[1] > at
            ]
            known = np.concatenate(there) if there else np.zeros(0, np.int8)
            for state in range(len(STATES)) if len(known) else ():
                share = float((known == state).mean())
                error = float(np.sqrt(share * (1 - share) / len(known)))
                rows.append(
                    {
                        "by": "region",
                        "group": "",
                        "entry": entry,
                        "state": STATES[state],
                        "month": at + 2,
                        "probability": share,
                        "std_error": error,
                        "low": max(share - 1.96 * error, 0.0),
                        "high": min(share + 1.96 * error, 1.0),
                        "followed": len(known),
                    }
                )
    return tracked_table("curves", pd.DataFrame(rows)) if rows else empty_tracked("curves")


def _models(rng: np.random.Generator, made: Sequence[_Cohort]) -> dict[str, pd.DataFrame]:
    """Estimates as they could be; with too few pupils none."""
    n = sum(len(one.about) for one in made)
    if n < 1000:
        return {}
    terms = [("sex", "M", "F"), ("year", "2", "1"), ("year", "3", "1"), ("entry", "introductory", "national")]
    terms += [("merit_band", band, BANDS[-1]) for band in BANDS[:-1]]
    effect = rng.normal(0.01, 0.01, len(terms))
    ratio = np.exp(effect * 40)
    hazard = pd.DataFrame(terms, columns=["term", "level", "reference"]).assign(
        effect=effect,
        low=effect - 0.004,
        high=effect + 0.004,
        odds_ratio=ratio,
        odds_low=ratio * 0.85,
        odds_high=ratio * 1.15,
        pupils=n // 4,
        events=n // 100,
    )
    tenths = pd.DataFrame({"bin": range(1, 11), "pupils": n // 10})
    predicted = np.linspace(0.005, 0.09, 10)
    tenths = tenths.assign(predicted=predicted, observed=predicted * rng.uniform(0.9, 1.1, 10))
    tenths["events"] = (tenths["observed"] * tenths["pupils"]).round().astype(int)
    judged = made[min(len(made) - 1, 3)]
    fit, warning, groups = [], [], []
    for judge, auc in zip(JUDGES, (0.78, 0.64), strict=True):
        fit.append(tenths.assign(judge=judge))
        whole = len(judged.about)
        for workload in (0.05, 0.1, 0.2):
            flagged = int(whole * workload)
            warning.append(
                {
                    "judge": judge,
                    "trained": f"{made[0].year}-{judged.year - 1}",
                    "judged": judged.year,
                    "pupils": whole,
                    "events": whole // 6,
                    "auc": auc,
                    "low": auc - 0.02,
                    "high": auc + 0.02,
                    "workload": workload,
                    "flagged": flagged,
                    "found": int(flagged * auc * 0.6),
                }
            )
        for by, group, mine in judged.groups():
            if by in ("region", "sex", "merit_band", "entry"):
                size = int(mine.sum())
                groups.append(
                    {
                        "judge": judge,
                        "by": by,
                        "group": group,
                        "pupils": size,
                        "events": size // 6,
                        "flagged": size // 10,
                        "found": size // 18,
                    }
                )
    return {
        "hazard": tracked_table("hazard", hazard),
        "hazard_fit": tracked_table("hazard_fit", tenths),
        "warning": tracked_table("warning", pd.DataFrame(warning)),
        "warning_fit": tracked_table("warning_fit", pd.concat(fit, ignore_index=True)),
        "warning_groups": tracked_table("warning_groups", pd.DataFrame(groups)),
    }


def _schools(made: Sequence[_Cohort]) -> dict[str, pd.DataFrame]:
    """Schools of the three newest cohorts whose three years have passed, each expected to be as the region."""
    ripe = [one for one in made if one.state.shape[1] >= 3 * _MONTHS][-3:]
    rows: Rows = []
    for name in sorted({name for one in ripe for name in one.about["school"]}):
        started = completed = 0
        for one in ripe:
            those = ((one.about["school"] == name) & (one.about["entry"] == "national")).to_numpy()
            started += int(those.sum())
            completed += int((one.state[those, 3 * _MONTHS - 1] == DIPLOMA).sum())
        if started:
            number = int(name) - 10_000_000
            spread = float(np.sqrt(0.75 * 0.25 / started))
            difference = (completed / started - 0.75) * 0.7
            rows.append(
                {
                    "school_id": name,
                    "school": f"Skola {number + 1}",
                    "municipality": HOMES[number % len(HOMES)],
                    "provider_form": FORMS[number % 2],
                    "cohorts": f"{ripe[0].year}-{ripe[-1].year}",
                    "starters": started,
                    "completed": completed,
                    "expected": 0.75,
                    "spread": spread,
                    "difference": difference,
                    "low": difference - 1.6 * spread,
                    "high": difference + 1.6 * spread,
                }
            )
    pairs = [
        {
            "cohort": one.year,
            "schools": one.about["school"].nunique(),
            "correlation": 0.41,
            "low": 0.25,
            "high": 0.55,
            "reliability": 0.52,
        }
        for one in ripe[:-1]
        if len(rows) >= _FEWEST_SCHOOLS
    ]
    return {
        "schools": tracked_table("schools", pd.DataFrame(rows)) if rows else empty_tracked("schools"),
        "school_stability": tracked_table("school_stability", pd.DataFrame(pairs))
        if pairs
        else empty_tracked("school_stability"),
    }


def _responsibility(rng: np.random.Generator, as_of: str) -> pd.DataFrame:
    rows = [
        {"day": as_of, "municipality": home, "reason": reason, "pupils": int(rng.integers(0, 60))}
        for home in HOMES
        for reason in RESPONSIBILITY_REASONS
    ]
    return tracked_table("responsibility", pd.DataFrame(rows))


def _cleaning(rng: np.random.Generator) -> pd.DataFrame:
    rules = list(entries("cleaning"))
    rows = rng.integers(10, 900, len(rules))
    return tracked_table("cleaning", pd.DataFrame({"rule": rules, "rows": rows, "pupils": rows // 2}))
