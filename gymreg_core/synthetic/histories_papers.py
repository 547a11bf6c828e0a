"""Decisions on extended time and certificates of made-up pupils."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.enrolments import CERTIFICATE_KINDS
from gymreg_core.synthetic.histories_kernel import NEVER
from gymreg_core.synthetic.histories_known import Rows
from gymreg_core.synthetic.histories_plan import NO_CERTIFICATE, Plans
from gymreg_core.synthetic.histories_start import Starters
from gymreg_core.synthetic.offers import NATIONAL, VOCATIONAL, Offers
from gymreg_core.synthetic.school_days import day_of, school_year_of
from gymreg_core.synthetic.shape import value

Ints = NDArray[np.int64]
_BEYOND = 4


def draw_decisions(spells: Rows, offers: Offers, rng: np.random.Generator) -> pd.DataFrame:
    """Decisions that let fourth years be paid: pupil, start, stop, percent, recorded, annulled."""
    about = value("decision")
    kind = offers.paths["kind"].to_numpy()[spells.path]
    rows = np.flatnonzero((spells.year_of_study == _BEYOND) & np.isin(kind, NATIONAL))
    rows = rows[np.append(True, spells.pupil[rows][1:] != spells.pupil[rows][:-1])] if len(rows) else rows
    rows = rows[rng.random(len(rows)) < about["has"]]
    n, start = len(rows), spells.start[rows]
    year = school_year_of(start)
    half = rng.random(n) < about["half_year"]
    stop = np.where(half, day_of(year, "12-31"), day_of(year + 1, "06-30"))
    shares = about["percents"]
    percent = rng.choice(list(shares), n, p=list(shares.values()))
    late = rng.random(n) < about["late"]
    recorded = np.where(late, start + rng.integers(50, 140, n), start - rng.integers(0, 40, n))
    again = rng.random(n) < about["again"]
    anew = recorded + rng.integers(20, 90, n)
    other = rng.choice(list(shares), n)
    columns = {"pupil": spells.pupil[rows], "start": start, "stop": stop}
    first = pd.DataFrame(columns | {"percent": percent, "recorded": recorded, "annulled": np.where(again, anew, NEVER)})
    second: pd.DataFrame = pd.DataFrame(columns | {"percent": other, "recorded": anew, "annulled": NEVER})[again]
    return pd.concat([first, second], ignore_index=True)


def draw_certificates(
    starters: Starters, plan: Plans, spells: Rows, known: Ints, offers: Offers, rng: np.random.Generator
) -> pd.DataFrame:
    """Certificates of the last day: pupil, path, kind, issued, points, eligible, recorded, annulled.

    known : int64 (n,), day on which each pupil's last spell was known to have ended.
    """
    about = value("recording")
    last = np.zeros(len(starters), np.int64)
    last[spells.pupil] = np.arange(len(spells.pupil))
    pupil = np.flatnonzero(plan.certificate != NO_CERTIFICATE)
    path, kind = spells.path[last[pupil]], plan.certificate[pupil]
    late = rng.random(len(pupil)) < about["certificate_late"]
    days = np.where(late, rng.integers(14, about["certificate_longest"], len(pupil)), 0)
    size = np.array(value("points", "vocational"))
    large = starters.intake_year >= value("points", "larger_from")
    vocational = offers.paths["kind"].to_numpy()[path] == VOCATIONAL
    points = np.where(vocational & large, rng.choice(size, len(pupil)), value("points", "usual"))
    introductory = kind == CERTIFICATE_KINDS.index("introductory_certificate")
    return pd.DataFrame(
        {
            "pupil": pupil,
            "path": path,
            "kind": kind,
            "issued": plan.end[pupil, 0],
            "points": np.where(introductory, 0, points),
            "eligible": plan.eligible[pupil],
            "recorded": np.maximum(known[pupil], plan.end[pupil, 0]) + days,
            "annulled": np.full(len(pupil), NEVER),
        }
    )
