"""What the schools of the made-up region offer in each intake year, and draws among it: the next best place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.register import Register
from gymreg_core.synthetic.shape import value
from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.study_paths import parse_code, programme_of

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
PREPARATORY, VOCATIONAL, INTRODUCTORY, OTHER = range(4)
NATIONAL = (PREPARATORY, VOCATIONAL)
KINDS = ("preparatory", "vocational", "introductory", "other")
_DEGREE = 111.0
_CANDIDATES = 4
_INTRODUCTORY_EACH = 3
_MUNICIPAL = "municipal"


def places() -> list[str]:
    """The municipalities that made-up pupils live or go to school in."""
    return list(value("homes"))


def kilometres() -> Floats:
    """Distances (p, p) between the places."""
    at = np.array(list(value("homes").values()))
    east = np.cos(np.deg2rad(at[:, 0]))[:, None] * (at[:, None, 1] - at[None, :, 1])
    return np.asarray(_DEGREE * np.hypot(at[:, None, 0] - at[None, :, 0], east))


def offered(register: Register) -> pd.DataFrame:
    """The year's study paths in the order of the register, and the introductory ones that municipal schools have.

    Columns: year, school_id, code, programme, kind (place in KINDS), town (place in `places`), seats, apprentice.
    A municipal school has IMA, IMS, and IMY and IMV towards up to three vocational programmes, its own first.
    """
    own = register.study_paths[["school", "study_path_code", "seats_final"]].set_axis(
        ["school", "code", "seats"], axis=1
    )
    beside = _beside(register, own)
    paths = pd.concat([own, beside], ignore_index=True)
    codes, names = pd.factorize(paths["code"])
    family = np.array([programme_of(name) for name in names], dtype=object)
    kind = np.array([KINDS.index(programmes()[name].type) for name in family])
    apprentice = np.array([parse_code(name).apprenticeship for name in names], np.bool_)
    town = register.schools["municipality"].map({name: place for place, name in enumerate(places())})
    return pd.DataFrame(
        {
            "year": register.intake_year,
            "school_id": register.schools["school_id"].to_numpy()[paths["school"]],
            "code": paths["code"],
            "programme": family[codes],
            "kind": kind[codes],
            "town": town.to_numpy()[paths["school"]],
            "seats": paths["seats"],
            "apprentice": apprentice[codes],
        }
    )


def _beside(register: Register, own: pd.DataFrame) -> pd.DataFrame:
    forms = register.schools["provider_form"].to_numpy()
    schools = np.flatnonzero(forms == _MUNICIPAL)
    schools = schools if len(schools) else np.arange(len(forms))
    family = own["code"].map(programme_of)
    is_vocational = family.map(lambda name: programmes()[name].type == "vocational")
    usual = family[is_vocational].value_counts().index.tolist() or ["FT"]
    rows = []
    for school in schools.tolist():
        here = sorted(set(family[is_vocational & own["school"].eq(school)])) or usual
        aims = here[school % max(1, len(here) - _INTRODUCTORY_EACH + 1) :][:_INTRODUCTORY_EACH]
        rows += [(school, code, 0) for code in ("IMA", "IMS", *(f"{im}{aim}" for im in ("IMY", "IMV") for aim in aims))]
    return pd.DataFrame(rows, columns=["school", "code", "seats"])


@dataclass(frozen=True, eq=False)
class Offers:
    """The paths of all years one below the other (`offered`), `school` being a row of the schools of all years."""

    paths: pd.DataFrame
    school: Ints

    @cached_property
    def _national(self) -> Ints:
        return np.flatnonzero(self.paths["kind"].isin(NATIONAL).to_numpy())

    @cached_property
    def _columns(self) -> dict[str, NDArray[np.int64]]:
        codes = pd.factorize(self.paths["programme"])[0]
        return {
            "year": self.paths["year"].to_numpy(np.int64),
            "programme": codes.astype(np.int64),
            "kind": self.paths["kind"].to_numpy(np.int64),
            "town": self.paths["town"].to_numpy(np.int64),
            "school": self.school,
        }

    def year_at(self, years: Ints) -> Ints:
        """The newest year (n,) that is offered and not after `years`, else the first."""
        there = np.unique(self._columns["year"])
        return there[np.maximum(np.searchsorted(there, years, side="right") - 1, 0)]

    def near(self, year: Ints, is_vocational: Flags, home: Ints, rng: np.random.Generator) -> Ints:
        """A national path (n,) of the kind wanted, the nearest of a few drawn by seats; -1 where none is."""
        kind = np.where(is_vocational, VOCATIONAL, PREPARATORY)
        return self._nearest(("year", "kind"), (self.year_at(year), kind), home, rng)

    def elsewhere(self, path: Ints, home: Ints, rng: np.random.Generator, *, same_programme: bool) -> Ints:
        """Another school's path (n,) in the year of `path`, of the same programme or of another; -1 where none is."""
        at, about = self._columns, ("year", "programme") if same_programme else ("year", "kind")
        found = self._nearest(about, tuple(at[name][path] for name in about), home, rng)
        other = found >= 0
        for name in ("school",) if same_programme else ("school", "programme"):
            other &= at[name][found] != at[name][path]
        return np.where(other, found, -1)

    def in_school(self, path: Ints, rng: np.random.Generator) -> Ints:
        """Another national path (n,) of the same school and year; -1 where there is none."""
        at = self._columns
        found = self._drawn(("year", "school"), (at["year"][path], at["school"][path]), rng)
        return np.where((found >= 0) & (at["programme"][found] != at["programme"][path]), found, -1)

    def _nearest(self, names: tuple[str, str], keys: tuple[Ints, ...], home: Ints, rng: np.random.Generator) -> Ints:
        far = kilometres()
        best, shortest = np.full(len(home), -1, np.int64), np.full(len(home), np.inf)
        for _ in range(_CANDIDATES):
            found = self._drawn(names, keys, rng)
            length = np.where(found >= 0, far[home, self._columns["town"][found]], np.inf)
            closer = length < shortest
            best, shortest = np.where(closer, found, best), np.where(closer, length, shortest)
        return best

    def _drawn(self, names: tuple[str, str], keys: tuple[Ints, ...], rng: np.random.Generator) -> Ints:
        """A national path (n,) with these values of two columns, each as often as it has seats; -1 where none is."""
        one, two = (self._columns[name][self._national] for name in names)
        width = int(max(two.max(initial=0), keys[1].max(initial=0))) + 1
        own, wanted = one * width + two, keys[0] * width + keys[1]
        order = np.argsort(own, kind="stable")
        own, rows = own[order], self._national[order]
        upto = np.cumsum(np.append(0.0, self.paths["seats"].to_numpy(np.float64)[rows] + 1))
        first, behind = np.searchsorted(own, wanted), np.searchsorted(own, wanted, side="right")
        drawn = upto[first] + rng.random(len(wanted)) * (upto[behind] - upto[first])
        at = np.minimum(np.searchsorted(upto, drawn, side="right") - 1, behind - 1)
        return np.where(behind > first, rows[np.maximum(at, 0)], -1) if len(rows) else np.full(len(wanted), -1)


def offers_of(years: Mapping[int, pd.DataFrame], school_ids: list[str]) -> Offers:
    """The offers of several years; `school_ids` in the order of the schools."""
    paths = pd.concat([years[year] for year in sorted(years)], ignore_index=True)
    at = {school: row for row, school in enumerate(school_ids)}
    return Offers(paths, np.array([at[school] for school in paths["school_id"]], np.int64))
