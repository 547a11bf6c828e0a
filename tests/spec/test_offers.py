"""The design `offers`: what it tells, and when it refuses to tell anything."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gymreg_core.contracts.effects import EFFECT_TABLES
from gymreg_core.effects.applicants import Applicants
from gymreg_core.effects.offers import offers
from gymreg_core.effects.plan import AnalysisPlan
from tests.effects_lotteries import drawn_applicants, made_up_intake

MEASURES = ["offer", "first_stage", "reduced_form"]


@pytest.fixture(scope="module")
def lots() -> Applicants:
    return drawn_applicants(made_up_intake(1), 3, offer=0.1)


def test_tables_are_those_of_the_contract(lots: Applicants) -> None:
    found = offers(lots, AnalysisPlan(), "completion_3")
    assert list(found.tables) == ["estimates", "checks", "balance"]
    for name, table in found.tables.items():
        assert list(table.columns) == [column.name for column in EFFECT_TABLES[name]]
    estimates = found["estimates"]
    assert estimates["measure"].tolist() == MEASURES
    assert (estimates["low"] < estimates["estimate"]).all()
    assert (estimates["estimate"] < estimates["high"]).all()
    assert estimates["planned"].all()
    assert estimates["refusal"].eq("").all()
    assert found["balance"]["covariate"].tolist() == ["merit", "girls", "choices"]  # everyone's outcome is known
    assert set(found["checks"]["check"]) == {"balance", "overlap"}


def test_only_those_whom_lots_decide_about_count(lots: Applicants) -> None:
    """The outcomes of all others may be anything."""
    wild = np.where(lots.by_lot, lots.outcome["points"], 1_000.0)
    one, other = (offers(given, AnalysisPlan(), "points") for given in (lots, replace(lots, outcome={"points": wild})))
    assert one["estimates"].equals(other["estimates"])
    assert one["estimates"]["pupils"].max() <= lots.by_lot.sum() < len(lots)


def test_first_stage_is_what_an_offer_brings(lots: Applicants) -> None:
    """Whoever has an offer meets its dose; the others' is one of their own."""
    moved = replace(lots, dose=np.where(lots.offered, 3.0, 1.0))
    row = offers(moved, AnalysisPlan(), "points")["estimates"].set_index("measure").loc["first_stage"]
    assert row["estimate"] == pytest.approx(2.0, abs=1e-9)


def test_an_offer_for_each_thousand_kronor(lots: Applicants) -> None:
    mean = lots.dose_offered[lots.by_lot].mean()
    value = np.where(lots.offered, 0.02 * (lots.dose_offered - mean), 0.0) + 0.3 * lots.covariates["girls"]
    row = offers(replace(lots, outcome={"points": value}), AnalysisPlan(), "points")["estimates"]
    assert row.set_index("measure").loc["reduced_form", "estimate"] == pytest.approx(0.02, abs=1e-9)


def test_outcomes_that_are_known_by_offer_are_told(lots: Applicants) -> None:
    """Whether an outcome is known is one of the things that an offer must not move."""
    known = lots.known["points"] & (lots.offered | (np.arange(len(lots)) % 2 == 0))
    found = offers(replace(lots, known={"points": known}), AnalysisPlan(), "points")
    assert found["checks"].set_index("check").loc["balance", "verdict"] == "fails"
    balance = found["balance"].set_index("covariate")
    assert balance.loc["known", "estimate"] == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(
    ("plan", "refusal"),
    [
        (AnalysisPlan(first_cohort=2022), "no_offers"),
        (AnalysisPlan(last_cohort=2020), "no_offers"),
    ],
)
def test_nobody_of_the_plan_is_refused(lots: Applicants, plan: AnalysisPlan, refusal: str) -> None:
    found = offers(lots, plan, "points")
    assert found["estimates"]["refusal"].tolist() == [refusal] * 3
    assert found["estimates"][["estimate", "low", "high"]].isna().all(axis=None)
    assert found["checks"].set_index("check").loc["balance", "verdict"] == "unclear"


def test_refusals(lots: Applicants) -> None:
    def refusal(**changed: object) -> str:
        return str(offers(replace(lots, **changed), AnalysisPlan(), "points")["estimates"]["refusal"][0])  # type: ignore[arg-type]

    nobody, everyone = np.zeros(len(lots), np.bool_), np.ones(len(lots), np.bool_)
    few = np.arange(len(lots)) % 60 == 0
    assert refusal(known={"points": nobody}) == "no_offers"
    assert refusal(known={"points": few}) == "few_pupils"
    assert refusal(school=lots.school % 4) == "few_schools"
    assert refusal(offered=everyone) == "no_variation"


def test_programmes_of_the_plan(lots: Applicants) -> None:
    counts = {
        kind: int(offers(lots, AnalysisPlan(programmes=kind), "points")["estimates"]["pupils"][0])  # type: ignore[arg-type]
        for kind in ("all", "vocational", "preparatory")
    }
    assert counts["vocational"] + counts["preparatory"] == counts["all"]
    assert 0 < counts["vocational"] < counts["preparatory"]
