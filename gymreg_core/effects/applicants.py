"""Applicants of stored registers, what they were offered, and what became of them: person rows, for the store.

Who is admitted is found again by matching the final round of a stored register with the seed of the stored match (0
where there is none). A pupil of the register and one of the enrolments are the same where they have the same pseudonym,
or one that was replaced by it; protected identities and placeholders are nobody's.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from gymreg_core.cohort.card_starts import Starts
from gymreg_core.cohort.days import day_in
from gymreg_core.cohort.histories import Histories
from gymreg_core.cohort.identities import used_now
from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.contracts.register import NUMBER_KINDS, Register
from gymreg_core.effects.at_cutoffs import AtCutoffs, lot_choices, margin_pairs
from gymreg_core.effects.margins import Bools, Floats, Ints, Margins
from gymreg_core.effects.paid import today
from gymreg_core.effects.panel import Panel
from gymreg_core.effects.panel_outcomes import Known, outcomes_of
from gymreg_core.matching.kernel import NONE
from gymreg_core.matching.market import Market
from gymreg_core.matching.merit import HUNDREDTHS
from gymreg_core.provenance import Provenance
from gymreg_core.rules import rule
from gymreg_core.store.matches import match, match_keys
from gymreg_core.store.registers import register_years, stored_register
from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.study_paths import programme_of

FINAL = "final"
_PLACEHOLDER = NUMBER_KINDS[-1]
_NATIONAL = ("preparatory", "vocational")
_START_AGE = 16
_ROOM = 10_000_000
Pairs = TypeVar("Pairs", bound=Margins)


@dataclass(frozen=True, eq=False, repr=False)
class Applicants(Margins):
    """As Margins, but for each of m applicants the one choice that chance decides (at_cutoffs.lot_choices), whatever
    came of it; `points` are NaN where the path was not full.

    chance : (m,), of an offer of it by the final round. by_lot : bool (m,), over all lotteries; else even, as the merit
    value lies near the cut-off.
    """

    chance: Floats
    by_lot: Bools

    def __repr__(self) -> str:
        return f"Applicants({len(self)})"


@dataclass(frozen=True, eq=False, repr=False)
class Admissions:
    """What the stored intakes with a known outcome tell. Each is None where nobody is in it. provenances : of their
    registers."""

    applicants: Applicants | None
    margins: Margins | None
    provenances: tuple[Provenance, ...]

    def __repr__(self) -> str:
        return f"Admissions({self.applicants}, {self.margins})"


def applicants(workspace: Path, enrolments: Enrolments, h: Histories, s: pd.DataFrame, panel: Panel) -> Admissions:
    """The intakes of a workspace that the panel has a known outcome of. h : histories of `enrolments`, s : `starts(h)`.

    Only offers of national programmes are told. An outcome is that of the autumn after the application, wherever the
    applicant began and whatever the offer; it is known of those who are in the enrolments that autumn.
    Errors: BadInput where a stored register or match is damaged; as `build_market`.
    """
    lots: list[Applicants] = []
    margins: list[Margins] = []
    provenances = []
    intakes = _Intakes(enrolments, h, s, panel)
    for year in register_years(workspace):
        if not intakes.known(year):
            continue
        stored = stored_register(workspace, year)
        one, other = intakes.of(stored.register, _seed(workspace, year))
        lots, margins = [*lots, one], [*margins, other]
        provenances.append(stored.provenance)
    return Admissions(_joined(lots), _joined(margins), tuple(provenances))


def _seed(workspace: Path, year: int) -> int:
    keys = match_keys(workspace, FINAL)
    return int(match(workspace, year, FINAL, keys[year]).about["seed"]) if year in keys else 0


def _joined(parts: list[Pairs]) -> Pairs | None:
    there = [part for part in parts if len(part)]
    if not there:
        return None
    whole: dict[str, Any] = {}
    for name in (f.name for f in fields(there[0])):
        given = [getattr(part, name) for part in there]
        by_name = isinstance(given[0], dict)
        whole[name] = (
            {key: np.concatenate([one[key] for one in given]) for key in given[0]} if by_name else np.concatenate(given)
        )
    return type(there[0])(**whole)


class _Intakes:
    """What applicants of any year are told by."""

    def __init__(self, e: Enrolments, h: Histories, s: pd.DataFrame, panel: Panel) -> None:
        self._h, self._s, self._panel = h, s, panel
        self._persons, self._now = pd.Index(e.persons["applicant"]), used_now(e)
        followed = h.pupils["followed"].to_numpy(np.bool_)
        self._pupil = np.full(len(e.persons), -1, np.int64)
        self._pupil[h.pupils["person"].to_numpy()[followed]] = np.flatnonzero(followed)
        ids = h.schools["school_id"].to_numpy(str)
        self._today = dict(zip(ids.tolist(), ids[h.schools["unit"].to_numpy()].tolist(), strict=True))
        self._schools, self._programmes = pd.Index(panel.schools), pd.Index(panel.programmes)
        self._dose = np.full((len(panel.schools) + 1, len(panel.programmes) + 1, len(panel.cohorts)), np.nan)
        self._dose[panel.school, panel.programme, panel.cohort] = panel.dose

    def known(self, year: int) -> bool:
        """Whether the panel knows an outcome of the cohort of an intake year."""
        here = self._panel.cohorts[self._panel.cohort] == year
        return any(bool(known[here].any()) for known in self._panel.known.values())

    def of(self, register: Register, seed: int) -> tuple[Applicants, Margins]:
        """The pairs of an intake."""
        from gymreg_core.matching.build_market import MarketOptions, build_market
        from gymreg_core.matching.solve import solve
        from gymreg_core.matching.standing import standing_of

        options = MarketOptions(seed=seed)
        match, standing = solve(build_market(register, FINAL, options)), standing_of(register, FINAL, options)
        lots, margins = lot_choices(match, standing), margin_pairs(match, standing)
        told = partial(self._told, register, match.market, standing.merits.hundredths / HUNDREDTHS)
        drawn, near = self._kept(register, match.market, lots), self._kept(register, match.market, margins)
        return (
            Applicants(**told(lots, drawn), chance=lots.chance[drawn], by_lot=lots.by_lot[drawn]),
            Margins(**told(margins, near)),
        )

    def _kept(self, register: Register, market: Market, at: AtCutoffs) -> Ints:
        """Which choices (q,) are of national programmes, and of someone who may be told of."""
        code = register.study_paths["study_path_code"]
        national = np.array([programmes()[programme_of(one)].type in _NATIONAL for one in code], np.bool_)
        people = register.pupils
        open_ = ~people["protected"].to_numpy(np.bool_) & people["number_kind"].ne(_PLACEHOLDER).to_numpy(np.bool_)
        return np.flatnonzero(national[market.choices[at.row, at.column]] & open_[market.pupil[at.row]])

    def _told(self, register: Register, market: Market, merit: Floats, at: AtCutoffs, kept: Ints) -> dict[str, Any]:
        """The fields of Margins of some choices. merit : (n,)."""
        year, row = register.intake_year, at.row[kept]
        mine, path = market.pupil[row], market.choices[row, at.column[kept]]
        people, paths = register.pupils.iloc[mine], register.study_paths.iloc[path]
        school = register.schools.iloc[paths["school"].to_numpy()]
        person = self._persons.get_indexer(people["applicant"])
        number = np.where(person >= 0, self._now[person], len(self._persons) + _ROOM * year + mine.astype(np.int64))
        pupil = np.where(person >= 0, self._pupil[self._now[person]], -1)
        programme = [programme_of(code) for code in paths["study_path_code"]]
        unit = [self._today.get(one, one) for one in school["school_id"]]
        home = people["home_municipality"].to_numpy(str) == school["municipality"].to_numpy(str)
        outcomes = self._outcomes(year, pupil)
        return {
            "applicant": number.astype(np.int64),
            "intake": np.full(len(kept), year, np.int16),
            "path": path.astype(np.int64),
            "school": np.array([int(one) for one in unit], np.int64),
            "points": at.points[kept],
            "lottery": at.by_lot[kept],
            "offered": at.offered[kept],
            "dose_offered": self._doses(year, unit, programme),
            "dose": self._dose_begun(year, pupil),
            "better": at.better[kept],
            "vocational": np.array([programmes()[one].type == "vocational" for one in programme], np.bool_),
            "covariates": {
                "merit": merit[row],
                "girls": np.where(people["sex"] == "unknown", np.nan, people["sex"] == "F").astype(np.float64),
                "older": (people["birth_year"].to_numpy() < year - _START_AGE).astype(np.float64),
                "home": home.astype(np.float64),
                "choices": (market.choices[row] != NONE).sum(axis=1).astype(np.float64),
            },
            "known": {name: one.known for name, one in outcomes.items()},
            "outcome": {name: one.value for name, one in outcomes.items()},
        }

    def _doses(self, year: int, unit: list[str], programme: list[str]) -> Floats:
        """The dose (q,) of schools as they are today and programmes for a year's cohort, NaN where none is known."""
        at = np.flatnonzero(self._panel.cohorts == year)
        taught = pd.Index([today(one) for one in programme])
        return np.asarray(
            self._dose[self._schools.get_indexer(pd.Index(unit)), self._programmes.get_indexer(taught), at[0]]
        )

    def _dose_begun(self, year: int, pupil: Ints) -> Floats:
        """The dose (q,) of where pupils began a national programme that autumn, NaN where they did not."""
        row = np.append(np.where(self._s["national_cohort"] == year, self._s["national_row"], -1), -1)[pupil]
        there = np.flatnonzero(row >= 0)
        school, path = (self._h.spells[name].to_numpy()[row[there]] for name in ("school", "path"))
        unit = self._h.schools["school_id"].to_numpy(str)[self._h.schools["unit"].to_numpy()[school]]
        found = np.full(len(pupil), np.nan)
        found[there] = self._doses(year, unit.tolist(), self._h.paths["programme"].to_numpy(str)[path].tolist())
        return found

    def _outcomes(self, year: int, pupil: Ints) -> dict[str, Known]:
        """Every outcome (q,) of pupils, -1 = not known, from where they were first in a school year, or on its 15
        October."""
        h, begins = self._h, rule("cohort", "school_year")
        there, place = np.unique(pupil, return_inverse=True)
        some = there[there >= 0].astype(np.int32)
        start = h.spells["start"].to_numpy(np.int64)
        key = h.spells["pupil"].to_numpy(np.int64) * 2**32 + start
        first, after = (int(day_in(one, begins)) for one in (year, year + 1))
        row = np.searchsorted(key, some.astype(np.int64) * 2**32 + first)
        row = np.minimum(row, len(key) - 1)
        new = (h.spells["pupil"].to_numpy()[row] == some) & (start[row] >= first) & (start[row] < after)
        row = np.where(new, row, h.row_at(int(day_in(year, rule("cohort", "status_day"))), some)).astype(np.int32)
        begun = np.flatnonzero(row >= 0)
        found = outcomes_of(h, Starts(some[begun], np.full(len(begun), year, np.int16), row[begun].astype(np.int32)))
        at = np.full(len(there), -1, np.int64)
        at[np.flatnonzero(there >= 0)[begun]] = np.arange(len(begun))
        at = at[place]
        return {
            name: Known(np.append(one.known, False)[at], np.append(one.value, 0.0)[at]) for name, one in found.items()
        }
