"""Grades of made-up pupils by subject, autumn and final."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gymreg_core.contracts.register import GRADES, SUBJECTS
from gymreg_core.rules import rule
from gymreg_core.synthetic.shape import value

Floats = NDArray[np.float64]
Places = NDArray[np.int8]
Flags = NDArray[np.bool_]

_COLUMN = {subject: place for place, subject in enumerate(SUBJECTS)}
_E = GRADES.index("E")
"""The lowest pass, at the same place as G of the scale before."""
_OPTIONAL = ("M1", "M2", "ML", "TN", "DA")


def draw_grades(level: Floats, low: Flags, year: int, rng: np.random.Generator) -> tuple[Places, Flags]:
    """Final grades (n, subjects) as places in the scale of an intake year, 0 = none, and who is exempt from English
    (n,).

    level : points of sixteen grades that a pupil stands at; low : pupils far below their peers.
    """
    n = len(level)
    ease = np.array([value("subject_ease", subject) for subject in SUBJECTS])
    spread = value("grades", "spread")
    points = level[:, None] / rule("merit", "best_grades") + ease + spread * rng.standard_normal((n, len(SUBJECTS)))
    places = _rounded(points, year)
    second = rng.random(n) < np.where(low, value("second_language", "low"), value("second_language", "on_track"))
    places[second, _COLUMN["SV"]] = 0
    places[~second, _COLUMN["SVA"]] = 0
    able = np.clip(0.5 + level / 400.0, 0.5, 1.2)
    for subject in _OPTIONAL:
        share = value("languages", subject) * (able if subject == "M1" else np.ones(n))
        places[rng.random(n) >= share, _COLUMN[subject]] = 0
    exempt = second & (rng.random(n) < value("sva_dispensation"))
    return places, exempt


def autumn_grades(final: Places, rng: np.random.Generator) -> Places:
    """The grades of the autumn before: some a step lower, more so for pupils who rise; passes that were not yet one."""
    n = len(final)
    rate = np.clip(rng.normal(value("autumn", "lower"), value("autumn", "spread"), n), 0.0, 0.95)[:, None]
    drawn = rng.random(final.shape)
    above = final > _E
    fails = (final == _E) & (drawn < value("autumn", "fails"))
    return np.where((above & (drawn < rate)) | fails, final - 1, final).astype(np.int8)


def _rounded(points: Floats, year: int) -> Places:
    """The place of the grade whose points lie nearest; below the lowest pass the grade F, or IG before it."""
    scale = rule("grades", rule("grades", "scale", year), year)
    passes = np.array(scale["points"][scale["passes"] :], dtype=np.float64)
    limits = [value("grades", "pass_from"), *((passes[:-1] + passes[1:]) / 2)]
    return np.asarray(np.searchsorted(limits, points, side="right") + scale["passes"] - 1, np.int8)
