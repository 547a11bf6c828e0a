"""From stored registers and enrolments to applicants: offers, cut-offs, and the same persons' outcomes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from gymreg_core.cohort.build import histories
from gymreg_core.cohort.completed import diploma_day
from gymreg_core.cohort.days import day_number
from gymreg_core.cohort.histories import Histories
from gymreg_core.cohort.starts import starts
from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.effects.applicants import Admissions, applicants
from gymreg_core.effects.at_cutoffs import distances, lot_choices, margin_pairs
from gymreg_core.effects.build_panel import build_panel
from gymreg_core.effects.margins import Margins
from gymreg_core.effects.panel import Panel
from gymreg_core.matching.build_market import MarketOptions, build_market
from gymreg_core.matching.kernel import NONE
from gymreg_core.matching.market import Market
from gymreg_core.matching.match_round import match_round
from gymreg_core.matching.solve import solve
from gymreg_core.matching.standing import FIRST_HAND, ON_TIME
from gymreg_core.store.enrolments import ingest_enrolments
from gymreg_core.store.registers import ingest_registers, register
from gymreg_core.synthetic.region import write_region
from tests.matching_markets import market_of

INTAKE, SEED = 2019, 5


@dataclass(frozen=True)
class World:
    """A tenth of a tenth of the made-up region, two intakes matched with a seed of its own."""

    workspace: Path
    enrolments: Enrolments
    h: Histories
    s: pd.DataFrame
    panel: Panel
    found: Admissions

    def told(self, **changed: Enrolments) -> Admissions:
        return applicants(self.workspace, changed.get("enrolments", self.enrolments), self.h, self.s, self.panel)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    place = tmp_path_factory.mktemp("applicants")
    *registers, own = write_region(
        place / "region", years=(INTAKE, 2022, 2023), scale=0.03, enrolments=True, as_of=date(2024, 1, 31)
    )
    ingest_registers(registers, place / "workspace")
    match_round(place / "workspace", INTAKE, "final", seed=SEED)
    e = ingest_enrolments(own, place / "workspace").enrolments
    h = histories(e)
    s, panel = starts(h), build_panel(h, starts(h))
    return World(place / "workspace", e, h, s, panel, applicants(place / "workspace", e, h, s, panel))


def _of(found: Margins | None, year: int) -> np.ndarray:
    assert found is not None
    return np.flatnonzero(found.intake == year)


def test_intakes_whose_outcomes_are_known(world: World) -> None:
    """Three years have passed for 2019 alone; of 2022 it is known who switched, of 2023 nothing."""
    assert world.found.margins is not None
    assert set(world.found.margins.intake.tolist()) == {2019, 2022}
    known = world.found.margins.known
    assert not known["completion_3"][_of(world.found.margins, 2022)].any()
    assert known["switching"][_of(world.found.margins, 2022)].mean() > 0.8
    assert known["completion_3"][_of(world.found.margins, 2019)].mean() > 0.8
    assert len(world.found.provenances) == 2


def test_offers_are_those_of_the_stored_match(world: World) -> None:
    """The lottery is that of the seed that the match was made with."""
    given = register(world.workspace, INTAKE)
    match = solve(build_market(given, "final", MarketOptions(seed=SEED)))
    seat = {
        given.pupils["applicant"][pupil]: path
        for pupil, path in zip(match.market.pupil.tolist(), match.assignment.seat.tolist(), strict=True)
    }
    lots = world.found.applicants
    assert lots is not None
    names = world.enrolments.persons["applicant"]
    here = [row for row in _of(lots, INTAKE).tolist() if lots.applicant[row] < len(names)]
    assert len(here) > 50
    assert all((seat[names[lots.applicant[row]]] == lots.path[row]) == lots.offered[row] for row in here)


def test_outcomes_are_those_of_the_same_person(world: World) -> None:
    margins = world.found.margins
    assert margins is not None
    done = diploma_day(world.h) <= day_number("2022-06-30")
    of_person = dict(zip(world.h.pupils["person"].tolist(), done.tolist(), strict=True))
    rows = [row for row in _of(margins, INTAKE).tolist() if margins.known["completion_3"][row]]
    same = [of_person[int(margins.applicant[row])] == bool(margins.outcome["completion_3"][row]) for row in rows]
    assert np.mean(same) > 0.995  # the last day of the measure is not quite that of the calendar
    assert 0.3 < np.mean([margins.outcome["completion_3"][row] for row in rows]) < 0.95


def test_dose_where_the_applicant_began(world: World) -> None:
    """Most of those with an offer begin there, and meet its dose; nobody else's is known."""
    margins = world.found.margins
    assert margins is not None
    offered = margins.offered & ~np.isnan(margins.dose)
    same = np.isclose(margins.dose, margins.dose_offered)
    assert same[offered].mean() > 0.7
    assert same[~margins.offered & ~np.isnan(margins.dose)].mean() < 0.3
    doses = set(np.round(world.panel.dose[np.isfinite(world.panel.dose)], 9).tolist())
    assert set(np.round(margins.dose[~np.isnan(margins.dose)], 9).tolist()) <= doses


def test_protected_and_placeholders_are_nobodys(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every second pupil protected or under a placeholder: they stay in the matching and are told of nowhere."""
    import gymreg_core.effects.applicants as module

    stored = module.stored_register

    def hidden(workspace: Path, year: int) -> object:
        one = stored(workspace, year)
        n = len(one.register.pupils)
        pupils = one.register.pupils.assign(
            protected=np.arange(n) % 4 == 0,
            number_kind=np.where(np.arange(n) % 4 == 2, "placeholder", "personal"),
        )
        return replace(one, register=replace(one.register, pupils=pupils))

    monkeypatch.setattr(module, "stored_register", hidden)
    whole, half = world.found.margins, world.told().margins
    assert whole is not None
    assert half is not None
    assert 0.4 < len(half) / len(whole) < 0.6
    keys = set(zip(whole.intake, whole.applicant, whole.path, whole.points, whole.offered, strict=True))
    assert set(zip(half.intake, half.applicant, half.path, half.points, half.offered, strict=True)) <= keys


def test_whoever_is_in_no_enrolments_has_no_outcome(world: World) -> None:
    """Under other pseudonyms nobody is found again; they stay applicants."""
    others = world.enrolments.persons.assign(applicant=[f"{n:032x}" for n in range(len(world.enrolments.persons))])
    lots = world.told(enrolments=replace(world.enrolments, persons=others)).applicants
    assert lots is not None
    assert world.found.applicants is not None
    assert len(lots) == len(world.found.applicants)
    assert not any(known.any() for known in lots.known.values())
    assert np.isnan(lots.dose).all()


def test_without_registers_there_is_nobody(world: World, tmp_path: Path) -> None:
    found = applicants(tmp_path, world.enrolments, world.h, world.s, world.panel)
    assert (found.applicants, found.margins, found.provenances) == (None, None, ())


def test_no_person_in_what_is_printed(world: World) -> None:
    assert repr(world.found.applicants).startswith("Applicants(")
    assert "array" not in repr(world.found) + repr(world.found.margins)


def _standing(market: Market, first_hand: np.ndarray | None = None) -> SimpleNamespace:
    same = np.ones(market.choices.shape, np.int64)
    return SimpleNamespace(fields={FIRST_HAND: same if first_hand is None else first_hand, ON_TIME: same})


def _merit_market(points: list[int], choices: list[list[int]], seats: list[int], lots: list[int]) -> Market:
    wanted = np.array(choices, np.int32)
    order = np.where(wanted != NONE, np.array(points)[:, None], np.iinfo(np.int64).min)
    market = market_of((wanted, order.astype(np.int64), np.array(seats, np.int32)), lottery=np.array(lots))
    return replace(market, points=np.where(wanted != NONE, np.array(points)[:, None] * 100, -1).astype(np.int32))


def test_margins_of_a_small_round() -> None:
    """Three seats at A, two at B. 250, 245 and 240 get into A; of the three with 230 lots give B to two.

    The last who got in, 240 at A and the second by lot at B, say where the cut-off is and are at no margin.
    """
    lists = [[0, -1], [0, 1], [0, 1], [0, 1], [0, 1], [0, 1], [1, -1]]
    market = _merit_market([250, 245, 240, 230, 230, 230, 200], lists, [3, 2], [0, 1, 2, 6, 5, 4, 3])
    match = solve(market)
    at = margin_pairs(match, _standing(market))
    told = [
        (int(row), "AB"[market.choices[row, column]], *rest)
        for row, column, *rest in zip(
            at.row, at.column, at.points.tolist(), at.better.tolist(), at.offered.tolist(), at.by_lot, strict=True
        )
    ]
    inf = float("inf")
    assert told == [
        (0, "A", 10.0, inf, True, False),
        (1, "A", 5.0, inf, True, False),
        (3, "A", -10.0, inf, False, False),
        (3, "B", 0.0, 10.0, True, True),  # with ten points more A would be offered
        (4, "A", -10.0, inf, False, False),
        (5, "A", -10.0, inf, False, False),
        (5, "B", 0.0, 10.0, False, True),
        (6, "B", -30.0, inf, False, False),
    ]


def test_those_received_in_another_hand_are_at_no_margin() -> None:
    market = _merit_market([250, 240, 300], [[0], [0], [0]], [1], [0, 1, 2])
    first_hand = np.array([[1], [1], [0]])
    market = replace(market, order=np.array([[2], [1], [0]], np.int64))
    match = solve(market)
    assert distances(match, _standing(market, first_hand))[:, 0].tolist() == [0.0, -10.0, -np.inf]
    assert margin_pairs(match, _standing(market, first_hand)).row.tolist() == [1]


def test_the_best_choice_that_lots_decide() -> None:
    """A takes one of two equals; the third gets the seat at B unless the other of the two has a better lot than hers.

    It is one lottery, and the other of the two is the one with the worse lot: two of three times hers is better.
    """
    market = _merit_market([230, 230, 230, 200], [[0, 1], [0, 1], [1, -1], [1, -1]], [1, 1], [3, 2, 1, 0])
    at = lot_choices(solve(market), _standing(market))
    assert at.row.tolist() == [0, 1, 2]
    assert at.column.tolist() == [0, 0, 0]
    assert at.chance.tolist() == pytest.approx([1 / 2, 1 / 2, 2 / 3])
    assert at.by_lot.all()


def test_near_a_cutoff_without_lots() -> None:
    """230 and 225 stand within five points of 230; 220 and 250 do not."""
    market = _merit_market([250, 230, 225, 220], [[0], [0], [0], [0]], [2], [0, 1, 2, 3])
    at = lot_choices(solve(market), _standing(market))
    assert at.row.tolist() == [1, 2]
    assert at.chance.tolist() == [1 / 2, 1 / 2]
    assert not at.by_lot.any()
