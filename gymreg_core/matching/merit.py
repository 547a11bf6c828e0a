"""The merit value of year 9: which grades counted, and what they are worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gymreg_core.contracts.register import SUBJECTS
from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.matching.kernel import Int32
from gymreg_core.matching.market import Bools
from gymreg_core.rules import rule

HUNDREDTHS = 100


@dataclass(frozen=True, eq=False)
class Merit:
    """Merit values of n pupils.

    hundredths : int32 (n,), the merit value in hundredths of a point, with the language on top where the year counts it.
    without_language : int32 (n,), the same without it. counted : bool (n, s), subjects that were counted, in the order of
    `contracts.register.SUBJECTS`. number : int8 (n,), how many grades were counted.
    """

    hundredths: Int32
    without_language: Int32
    counted: Bools
    number: NDArray[np.int8]

    def subjects(self, pupil: int) -> tuple[str, ...]:
        """The subjects that counted for one pupil."""
        return tuple(np.asarray(SUBJECTS)[self.counted[pupil]].tolist())


def merit(
    grades: NDArray[np.int8],
    intake_year: int,
    *,
    scale: str | None = None,
    national_tests: NDArray[np.float64] | None = None,
) -> Merit:
    """The sum of the best grades, and a modern language as language choice on top.

    grades : int8 (n, s), a grade as its place in the year's scale (rules/grades.yml), 0 = none, subjects in the order of
        `SUBJECTS`. scale : another scale, as a scenario; grades then stay letters, which the scale says how to translate.
    national_tests : float (n, t), steps of the tests in a scenario that counts them, NaN = not taken; the grades' own mean
        stands in for a test that was not taken.
    Of Swedish and Swedish as a second language one counts, the better. Preparatory dance with fewer than sixteen grades is
    raised in proportion to sixteen. Source: gymnasieförordningen (2010:2039) 7 kap. 4 §.
    Errors: BadInput for grades outside the scale; BadParameters for national tests where the scale counts none.
    """
    about, points = scale_of(intake_year, scale)
    values = _points(grades, points)
    best = int(rule("merit", "best_grades", intake_year))
    language = SUBJECTS.index(rule("merit", "language_subject"))
    on_top = bool(rule("merit", "language_on_top", intake_year))
    counts = _one_swedish(grades > 0, values)
    among = counts.copy()
    if on_top:
        among[:, language] = False
    chosen = _best(values, among, best)
    own = np.where(chosen, values, 0).sum(axis=1)
    own = _dance(grades, chosen, own, best)
    extra = np.where(counts[:, language] & on_top, values[:, language], 0)
    if on_top:
        chosen[:, language] |= counts[:, language]
    total = own + extra
    if national_tests is not None:
        total = _with_tests(total, chosen, national_tests, about)
    return Merit(_hundredths(total), _hundredths(own), chosen, chosen.sum(axis=1).astype(np.int8))


def scale_of(intake_year: int, scale: str | None) -> tuple[dict[str, object], NDArray[np.float64]]:
    """A scale's entry in rules/grades.yml, and the points of each stored grade, shape (places,).

    Errors: RuleMissing where there is no such scale.
    """
    about = dict(rule("grades", scale or rule("grades", "scale", intake_year)))
    points = np.asarray(about["points"], dtype=np.float64)
    if "from_letters" in about:
        points = points[np.asarray(about["from_letters"])] * float(about["factor"])
    return about, points


def _points(grades: NDArray[np.int8], points: NDArray[np.float64]) -> NDArray[np.float64]:
    if grades.ndim != 2 or grades.shape[1] != len(SUBJECTS):
        raise BadInput(f"grades have to be (pupils, {len(SUBJECTS)}) subjects", where="grades")
    if grades.size and (grades.min() < 0 or grades.max() >= len(points)):
        outside = int(((grades < 0) | (grades >= len(points))).any(axis=1).sum())
        raise BadInput(f"{outside} pupils have a grade outside the scale", where="grades")
    return points[grades]


def _one_swedish(graded: Bools, values: NDArray[np.float64]) -> Bools:
    first, second = SUBJECTS.index("SV"), SUBJECTS.index("SVA")
    counts = graded.copy()
    both = graded[:, first] & graded[:, second]
    counts[:, second] &= ~(both & (values[:, first] >= values[:, second]))
    counts[:, first] &= ~(both & (values[:, first] < values[:, second]))
    return counts


def _best(values: NDArray[np.float64], counts: Bools, best: int) -> Bools:
    """The best grades of each pupil; of equal ones the first in the order of the subjects."""
    order = np.argsort(np.where(counts, -values, np.inf), axis=1, kind="stable")
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(values.shape[1])[None, :], axis=1)
    return np.asarray((place < best) & counts, dtype=np.bool_)


def _dance(grades: NDArray[np.int8], chosen: Bools, own: NDArray[np.float64], best: int) -> NDArray[np.float64]:
    number = chosen.sum(axis=1)
    dances = (grades[:, SUBJECTS.index(rule("merit", "dance_subject"))] > 0) & (number > 0) & (number < best)
    return np.where(dances, own * best / np.maximum(number, 1), own)


def _with_tests(
    total: NDArray[np.float64], chosen: Bools, tests: NDArray[np.float64], about: dict[str, object]
) -> NDArray[np.float64]:
    share, factor = about.get("national_test_share"), about.get("factor", 1)
    if not isinstance(share, float) or not isinstance(factor, int):
        raise BadParameters("this grade scale counts no national tests", where="national_tests")
    number = np.maximum(chosen.sum(axis=1), 1)
    mean = np.where(np.isnan(tests), (total / number)[:, None], tests * factor).mean(axis=1)
    return (1 - share) * total + share * mean * number


def _hundredths(points: NDArray[np.float64]) -> Int32:
    return np.rint(points * HUNDREDTHS).astype(np.int32)
