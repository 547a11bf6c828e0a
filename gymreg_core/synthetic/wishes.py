"""What made-up pupils like, and the lists of choices that come of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.matching.eligibility import Eligibility, eligibility, requirement_of
from gymreg_core.matching.merit import merit
from gymreg_core.synthetic.grades import Flags, Floats
from gymreg_core.synthetic.pupils import Pupils
from gymreg_core.synthetic.shape import stream, value
from gymreg_core.synthetic.wishes_kernel import NEVER, form_lists
from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.study_paths import programme_of

Ints = NDArray[np.int64]
_HUNDREDTHS = 100
_MIDDLE, _WIDTH = 240.0, 50.0
_DEGREE = 111.0
"""Kilometres in a degree of latitude."""
FOURTH_YEAR = "VI"


@dataclass(frozen=True, eq=False)
class Offer:
    """m study paths as pupils see them.

    code : (m,) Gy11 or Gy25 codes. school, municipality : int (m,), place among the schools and in `places`.
    attraction, slope, reach : float (m,), as in `form_lists`. expected : int (m,), hundredths of a point, 0 = none.
    weight : float (m,), points of merit for a point of the test, 0 = no test. test_mean : float (m,), points of a test.
    alone : bool (m,), the test alone competes, without grades.
    public : bool (m,), takes applicants from beyond the area last.
    """

    code: tuple[str, ...]
    places: tuple[str, ...]
    school: Ints
    municipality: Ints
    attraction: Floats
    slope: Floats
    reach: Floats
    expected: Ints
    weight: Floats
    test_mean: Floats
    alone: Flags
    public: Flags

    def __len__(self) -> int:
        return len(self.code)

    @property
    def test_column(self) -> Ints:
        """Column of a path among those with a test, -1 without one."""
        return np.where(self.weight > 0, np.cumsum(self.weight > 0) - 1, -1)


@dataclass(frozen=True, eq=False)
class Wishes:
    """What decides the lists of n pupils among m paths, each number drawn once.

    liking : float32 (n, m), NEVER where not considered. test_points : float64 (n, t), points of a test on its scale;
    taken : bool (n, t), whether the pupil comes to it; talent : float (n,), standard, what lifts the
    points of all of them.
    met : bool (n, r), requirements that are met; requirement : int (m,), its column. merit : int (n,), hundredths.
    """

    pupils: Pupils
    liking: NDArray[np.float32]
    test_points: Floats
    talent: Floats
    taken: Flags
    met: Flags
    requirement: Ints
    merit: Ints
    aspiration: Floats
    hope: Floats
    margin: Ints
    length: Ints


def draw_wishes(pupils: Pupils, offer: Offer, year: int, seed: int) -> Wishes:
    """What each pupil likes of an offer; the same for the same arguments."""
    n = len(pupils)
    who = eligibility(pupils.final, pupils.exempt, year)
    family = [programme_of(code) for code in offer.code]
    requirement = np.array([who.requirements.index(requirement_of(name, year)) for name in family])
    talent = stream(seed, year, "talent").standard_normal(n)
    rng = stream(seed, year, "person")
    national, considers = _considers(who, stream(seed, year, "introductory").random(n))
    dreams = rng.random(n) < value("aspiration", "dreamers")
    hopes = rng.random(n) < np.where(considers, value("hopeful", "introductory"), value("hopeful", "other"))
    margin = value("aspiration", "margin") + value("aspiration", "doubt") * rng.standard_normal(n)
    return Wishes(
        pupils=pupils,
        liking=_liking(pupils, offer, family, national | ~considers, talent, (seed, year)),
        test_points=test_points(offer, talent, stream(seed, year, "tests")),
        talent=talent,
        taken=stream(seed, year, "taken").random((n, int((offer.weight > 0).sum()))) < value("test_points", "taken"),
        met=who.eligible,
        requirement=requirement,
        merit=merit(pupils.final, year).hundredths.astype(np.int64),
        aspiration=np.where(dreams, 0.0, -value("aspiration", "apart"))
        + value("aspiration", "spread") * rng.standard_normal(n),
        hope=np.where(hopes, 0.0, NEVER / 1e6),
        margin=np.rint(_HUNDREDTHS * margin).astype(np.int64),
        length=_lengths(np.where(dreams, value("list_length", "dreamer"), value("list_length", "realist")), rng),
    )


def _considers(who: Eligibility, drawn: Floats) -> tuple[Flags, Flags]:
    """Who may be admitted to a national programme at all, and who of the others thinks of an introductory one, (n,)."""
    national = who.eligible[:, who.requirements.index("vocational")]
    near = who.eligible[:, who.requirements.index("programme_oriented")]
    share = np.where(near, value("introductory", "near"), value("introductory", "far"))
    return national, ~national & (drawn < share)


def lists_of(wishes: Wishes, offer: Offer, *, rows: Ints | None = None, fresh: int | None = None) -> NDArray[np.int32]:
    """Lists (n, k) of choices, places in the offer, best liked first, -1 behind the end.

    rows : only these pupils. fresh : seed of another taste for single study paths, as of pupils who have changed their
    minds.
    """
    at = np.arange(len(wishes.pupils)) if rows is None else rows
    liking = wishes.liking[at]
    if fresh is not None:
        liking = liking + np.where(liking > NEVER, _single(np.random.default_rng(fresh), liking.shape), 0).astype("f4")
    choices = np.full((len(at), value("list_length", "longest")), -1, np.int32)
    requirement, column = wishes.requirement, offer.test_column
    paths = (offer.attraction, offer.slope, offer.reach, offer.expected, column, offer.alone, requirement)
    own = wishes.merit[at]
    standing = (own / _HUNDREDTHS - _MIDDLE) / _WIDTH
    person = (own, standing, wishes.aspiration[at], wishes.hope[at], wishes.margin[at], wishes.length[at])
    form_lists(liking, paths, person, weighted(wishes.test_points[at], offer), wishes.met[at], choices)
    return choices


def weighted(test_points: Floats, offer: Offer) -> Ints:
    """Points of tests (n, t) as they are added to merit, hundredths."""
    weight = offer.weight[offer.weight > 0]
    return np.rint(test_points * weight * _HUNDREDTHS).astype(np.int64)


def points_at(wishes: Wishes, offer: Offer, choices: NDArray[np.int32]) -> Ints:
    """Hundredths of a point that a pupil has at each choice (n, k), the test among them."""
    column = offer.test_column[choices]
    if not (offer.weight > 0).any():
        return np.broadcast_to(wishes.merit[:, None], choices.shape)
    added = np.take_along_axis(weighted(wishes.test_points, offer), np.maximum(column, 0), axis=1)
    return np.where(offer.alone[choices], 0, wishes.merit[:, None]) + np.where(column >= 0, added, 0)


def may_be_admitted(wishes: Wishes, offer: Offer, choices: NDArray[np.int32]) -> Flags:
    """Choices (n, k) whose requirement is met and whose test, if any, was taken."""
    met = np.take_along_axis(wishes.met, wishes.requirement[choices], axis=1)
    column = offer.test_column[choices]
    if wishes.taken.shape[1]:
        met &= (column < 0) | np.take_along_axis(wishes.taken, np.maximum(column, 0), axis=1)
    return np.asarray((choices >= 0) & met, dtype=np.bool_)


def _lengths(mean: Floats, rng: np.random.Generator) -> Ints:
    drawn = 1 + rng.poisson(rng.gamma(3.0, (mean - 1) / 3.0))
    return np.clip(drawn, 1, value("list_length", "longest") - 1).astype(np.int64)


def _single(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
    drawn = rng.standard_exponential(shape, dtype=np.float32)
    return np.float32(-value("taste", "path")) * np.log(np.maximum(drawn, np.float32(1e-12)))


def _liking(
    pupils: Pupils, offer: Offer, family: list[str], national: Flags, talent: Floats, when: tuple[int, int]
) -> NDArray[np.float32]:
    """Distance, kind of programme, programme, school and chance, (n, m).

    national : bool (n,), has no thought of an introductory programme.
    """
    n, known, (seed, year) = len(pupils), programmes(), when
    kinds = np.array([known[name].type for name in family])
    rng = stream(seed, year, "taste")
    names, of_path = np.unique(family, return_inverse=True)
    by_programme = value("taste", "programme") * rng.standard_normal((n, len(names)), dtype=np.float32)
    by_school = value("taste", "school") * rng.standard_normal((n, int(offer.school.max()) + 1), dtype=np.float32)
    by_kind = value("taste", "kind") * rng.standard_normal(n, dtype=np.float32)
    liking = _single(stream(seed, year, "chance"), (n, len(offer)))
    away = (-value("distance") * distances(pupils.homes, offer.places)).astype(np.float32)[:, offer.municipality]
    tested = np.where(offer.weight > 0, value("taste", "talent"), 0.0).astype(np.float32)
    introductory = kinds == "introductory"
    block = 2048
    for first in range(0, n, block):
        part = slice(first, first + block)
        liking[part] += by_programme[part][:, of_path]
        liking[part] += by_school[part][:, offer.school]
        liking[part] += away[pupils.home[part]]
        liking[part] += by_kind[part][:, None] * (kinds == "vocational").astype(np.float32)
        liking[part] += talent[part, None].astype(np.float32) * tested
        liking[part] = np.where(national[part, None] & introductory, np.float32(NEVER), liking[part])
    liking[np.ix_(pupils.outside, offer.public & (offer.expected > 0))] = NEVER
    liking[:, np.array([name == FOURTH_YEAR for name in family], dtype=np.bool_)] = NEVER
    return liking


def distances(homes: tuple[str, ...], places: tuple[str, ...]) -> Floats:
    """Kilometres between municipalities, (homes, places), as the crow flies."""
    here, there = (np.radians([value("homes", name) for name in names]) for names in (homes, places))
    north = here[:, None, 0] - there[None, :, 0]
    east = (here[:, None, 1] - there[None, :, 1]) * np.cos(there[None, :, 0])
    return np.asarray(np.degrees(np.hypot(north, east)) * _DEGREE, dtype=np.float64)


def test_points(offer: Offer, talent: Floats, rng: np.random.Generator) -> Floats:
    """Points of each test for each pupil (n, t), in halves from 1 to the test's maximum."""
    mean = offer.test_mean[offer.weight > 0]
    chance = value("test_points", "chance") * rng.standard_normal((len(talent), len(mean)))
    drawn = mean + value("test_points", "talent") * talent[:, None] + chance
    return np.asarray(np.clip(np.rint(2 * drawn) / 2, 1.0, 20.0), dtype=np.float64)


def as_offer(paths: pd.DataFrame, code: list[str]) -> Offer:
    """The offer of a table of study paths (calibration/study_paths.csv) under these codes."""
    places, municipality = np.unique(paths["municipality"], return_inverse=True)
    return Offer(
        code=tuple(code),
        places=tuple(map(str, places)),
        school=paths["school"].to_numpy(np.int64),
        municipality=municipality.astype(np.int64),
        attraction=paths["attraction"].to_numpy(np.float64),
        slope=paths["slope"].to_numpy(np.float64),
        reach=paths["reach"].to_numpy(np.float64),
        expected=np.rint(paths["expected"].to_numpy(np.float64) * _HUNDREDTHS).astype(np.int64),
        weight=paths["test_weight"].to_numpy(np.float64),
        test_mean=paths["test_mean"].to_numpy(np.float64),
        alone=paths["scale"].eq("other").to_numpy(np.bool_),
        public=paths["form"].ne("independent").to_numpy(np.bool_),
    )
