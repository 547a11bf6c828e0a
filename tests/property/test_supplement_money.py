"""Lorenz, flat money, amounts from odds and the sensitivity, beside the obvious way, on random schools."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.funding.distribution import SCHOOL, Distribution, distribution
from gymreg_core.funding.lines import funding_table
from gymreg_core.funding.lorenz import concentration, lorenz
from gymreg_core.funding.money import part
from gymreg_core.funding.supplement import Supplement
from gymreg_core.funding.supplement_amounts import LevelAmounts, amounts_from_odds, start_total
from gymreg_core.funding.supplement_sensitivity import sensitivity, sensitivity_of
from tests.enrolments import tiny_enrolments
from tests.tiny import table

UNITS = st.lists(st.tuples(st.integers(0, 10**12), st.integers(1, 10**5)), min_size=1, max_size=12)
ROUNDED = 1e-12  # the index is one division of whole numbers, the curve's ends two


def pairwise(units: list[tuple[int, int]]) -> Fraction | None:
    """Gini by its definition over pairs of units; None without an amount."""
    total, weight = sum(a for a, _ in units), sum(w for _, w in units)
    if not total:
        return None
    differences = sum(abs(a * v - b * w) for (a, w), (b, v) in product(units, repeat=2))
    return Fraction(differences, 2 * weight * total)


@given(UNITS)
def test_gini_is_the_mean_difference_of_all_pairs(units: list[tuple[int, int]]) -> None:
    found = lorenz(*zip(*units, strict=True)).index
    wanted = pairwise(units)
    assert np.isnan(found) if wanted is None else abs(found - float(wanted)) <= ROUNDED


@given(UNITS)
def test_the_curve_rises_bends_upwards_and_lies_below_the_diagonal(units: list[tuple[int, int]]) -> None:
    curve = lorenz(*zip(*units, strict=True))
    steps = list(zip(np.diff(curve.weights).tolist(), np.diff(curve.amounts).tolist(), strict=True))
    slopes = [Fraction(amount, weight) for weight, amount in steps]
    assert curve.weights[0] == curve.amounts[0] == 0
    assert slopes == sorted(slopes)
    assert len(set(slopes)) == len(slopes)  # equal ones are one step
    if curve.amounts[-1]:
        pupils, amount = curve.shares
        assert pupils[-1] == amount[-1] == 1
        assert (amount <= pupils + ROUNDED).all()
        assert curve.top_share(Fraction(1, 10)) >= 0.1 - ROUNDED


@given(UNITS, st.randoms())
def test_no_order_concentrates_more_than_the_amounts_themselves(units: list[tuple[int, int]], chance: Any) -> None:
    amounts, weights = zip(*units, strict=True)
    order = [chance.randint(0, 3) for _ in units]
    other, gini = concentration(amounts, weights, order).index, lorenz(amounts, weights).index
    assert np.isnan(gini) or abs(other) <= gini + ROUNDED


@given(UNITS, st.randoms())
def test_nothing_depends_on_the_order_of_the_rows(units: list[tuple[int, int]], chance: Any) -> None:
    mixed = chance.sample(units, len(units))
    one, other = (lorenz(*zip(*rows, strict=True)) for rows in (units, mixed))
    assert one.weights.tolist() == other.weights.tolist()
    assert one.amounts.tolist() == other.amounts.tolist()


@pytest.mark.parametrize(("amounts", "weights"), [([1], [0]), ([-1], [1]), ([], [])])
def test_a_curve_of_nothing_is_refused(amounts: list[int], weights: list[int]) -> None:
    with pytest.raises(ValueError, match="above 0"):
        lorenz(amounts, weights)


def school_rows(seed: int, schools: int = 12) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = schools * 3
    school = np.repeat(np.arange(schools), 3)
    months = rng.integers(0, 400, n)
    covered = rng.binomial(months, rng.random(n) * (school % 4 != 0))
    return funding_table(
        "supplement",
        {
            "school_id": pd.Series(school + 10_000_000).astype(str),
            "school": [f"School {number}" for number in school],
            "municipality": np.array(["Solna", "Täby"])[school % 2],
            "provider_form": np.array(["municipal", "independent", "region"])[school % 3],
            "programme": ["NA", "BF", "EK"] * schools,
            "pupils": months // 10 + 1,
            "covered": covered // 10,
            "pupil_months": months,
            "covered_months": covered,
            "amount": covered * rng.integers(50_000, 150_000, n),
        },
    )


@pytest.mark.parametrize("seed", range(20))
def test_gains_against_flat_money_add_up_to_nothing(seed: int) -> None:
    told = distribution(school_rows(seed))
    table = told.table
    assert table["gain"].sum() == 0
    assert table["flat"].sum() == table["amount"].sum()
    each = Fraction(int(table["amount"].sum()), int(table["pupil_months"].sum()))
    flat = zip(table["flat"].tolist(), table["pupil_months"].tolist(), strict=True)
    assert all(abs(ore - each * months) < 1 for ore, months in flat)
    for columns in (SCHOOL, ("programme",), ("provider_form",), ("municipality", "programme")):
        sums = told.by(columns)
        assert sums["amount"].sum() == table["amount"].sum()
        assert sums["gain"].sum() == 0


@pytest.mark.parametrize("seed", range(20))
def test_the_distribution_is_the_same_for_mixed_rows(seed: int) -> None:
    rows = school_rows(seed)
    one, other = distribution(rows), distribution(rows.sample(frac=1, random_state=seed))
    pd.testing.assert_frame_equal(one.table, other.table)
    assert one.summary() == other.summary()


SCHOOLS = """school_id programme pupils covered pupil_months covered_months amount
A NA 10 0 120 0 0
B NA 10 5 120 60 4000
B BF 10 5 120 60 2000
C BF 10 10 120 120 18000"""


def by_hand(**changes: object) -> pd.DataFrame:
    header, *lines = SCHOOLS.splitlines()
    rows = pd.DataFrame([line.split() for line in lines], columns=header.split())
    numbers = rows.columns.drop(["school_id", "programme"])
    rows[numbers] = rows[numbers].astype("int64")
    rows = rows.assign(
        school=rows["school_id"], municipality="Solna", provider_form=["municipal"] * 3 + ["independent"]
    )
    return funding_table("supplement", rows.assign(**changes))


def test_a_distribution_by_hand() -> None:
    """24,000 öre on four times 120 months are 6,000 each. Schools have 0, 25 and 150 öre a month of 120, 240 and 120.

    The curve goes through (1/4, 0) and (3/4, 1/4), so that Gini is 1 - (1/4 x 0 + 1/2 x 1/4 + 1/4 x 5/4) = 9/16.
    """
    told: Distribution = distribution(by_hand())
    s = told.summary()
    assert told.table["gain"].tolist() == [-6000, -4000, -2000, 12000]
    assert told.lorenz_table().to_numpy().tolist() == [[0, 0], [0.25, 0], [0.75, 0.25], [1, 1]]
    assert (s["gini"], s["concentration"]) == (9 / 16, 9 / 16)
    assert s["top_share"] == pytest.approx(0.1 / 0.25 * 0.75)  # a tenth of the pupils: two fifths of the last school's
    assert (s["schools"], s["reached"], s["gaining"], s["losing"], s["moved"]) == (3, 2, 1, 2, 12000)
    assert (s["per_pupil"], s["per_covered"], s["share_covered"]) == (600, 1200, 0.5)
    assert dict(s["forms"]) == {"independent": 12000, "municipal": -12000}
    for language in ("sv", "en"):
        assert "0,56" in told.describe(language).replace(".", ",")


def test_concentration_follows_the_share_of_pupils_covered() -> None:
    """C, with half as many months covered as B has now, comes second: the curve goes through (1/4, 0) and (1/2, 3/4).

    1 - (1/4 x 0 + 1/4 x 3/4 + 1/2 x 7/4) = -1/16: more money than pupils lies with the schools that have few covered.
    """
    told = distribution(by_hand(covered_months=[0, 60, 90, 20]))
    assert told.summary()["concentration"] == -1 / 16
    assert told.summary()["gini"] == 9 / 16


def test_nothing_paid_is_told_as_nothing_paid() -> None:
    told = distribution(by_hand(amount=0))
    assert np.isnan(told.summary()["gini"])
    assert told.summary()["reached"] == 0
    assert "något att fördela" in told.describe()


def test_rows_without_a_school_or_without_months_are_passed_over() -> None:
    told = distribution(by_hand(school_id=["", "B", "B", "C"], amount=[7, 4000, 2000, 18000]))
    assert (told.unplaced, len(told.table), told.table["gain"].sum()) == (7, 3, 0)
    told = distribution(by_hand(pupil_months=[0, 120, 120, 120]))
    assert len(told.table) == 3


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"amount": [0, -1, 0, 0]}, "1 rows are below 0"),
        ({"pupil_months": [120, 0, 120, 120], "covered_months": 0}, "1 rows have an amount and no months"),
        ({"covered_months": 121}, "4 rows have more months"),
        ({"programme": "NA"}, "1 rows stand there twice"),
        ({"provider_form": ["municipal", "private", "", "region"]}, "2 rows have another provider form"),
        ({"pupil_months": 0, "covered_months": 0, "amount": 0}, "no school"),
    ],
)
def test_a_table_that_cannot_be_is_refused(changes: dict[str, object], fault: str) -> None:
    with pytest.raises(BadInput, match=fault):
        distribution(by_hand(**changes))


def test_sums_by_something_else_are_refused() -> None:
    with pytest.raises(BadParameters, match="colour"):
        distribution(by_hand()).by(("colour",))


RATIOS = st.lists(st.floats(0.01, 0.99), min_size=1, max_size=6)


@given(RATIOS, st.integers(0, 10**12), st.sampled_from(["log_odds", "odds"]), st.randoms())
def test_amounts_from_odds_add_up_to_the_total(ratios: list[float], total: int, weights: str, chance: Any) -> None:
    pupils = [chance.randint(0, 50) for _ in ratios]
    pupils[0] += 1
    shared = amounts_from_odds(dict(enumerate(ratios, 1)), pupils, total=total, weights=weights)
    assert shared.table["pot"].sum() == total
    level = np.repeat(np.arange(1, len(ratios) + 1), pupils)
    each = shared.shares(level)
    assert each.sum() == total
    assert (each - shared.table["amount"].to_numpy()[level - 1] <= 1).all()
    assert (each >= shared.table["amount"].to_numpy()[level - 1]).all()


def hand_made(**kinds: object) -> LevelAmounts:
    return amounts_from_odds({1: 0.5, 2: 0.25, 3: 2.0}, [10, 5, 3], **kinds)  # type: ignore[arg-type]


def test_amounts_from_odds_by_hand() -> None:
    """-ln 0.25 is twice -ln 0.5; 1/0.25 - 1 = 3 times 1/0.5 - 1; odds above those of the limit are given nothing."""
    assert hand_made(total=2000).table["amount"].tolist() == [100, 200, 0]
    assert hand_made(total=2000).table["weight"].tolist() == [693_147, 1_386_294, 0]  # ln 2 and ln 4, in millionths
    assert hand_made(total=2500, weights="odds").table["amount"].tolist() == [100, 300, 0]
    given_level = hand_made(level_amount=(2, 5001))
    assert given_level.table["amount"].tolist() == [2501, 5001, 0]  # half an öre up
    assert given_level.total == given_level.table["pot"].sum() == 2501 * 10 + 5001 * 5
    supplement = Supplement.packaged(2024).with_changes(missing_level=0, amounts=(1, 2, 3))
    assert hand_made(total=2000).supplement(supplement).amounts_in(2024).tolist() == [100, 200, 0]
    assert "18 elever ger från 0 till 200 kronor" in hand_made(total=2000_00).describe("sv")
    assert "18 pupils give from SEK 0 to SEK 200" in hand_made(total=2000_00).describe("en")


@pytest.mark.parametrize(
    ("odds", "pupils", "kinds", "fault"),
    [
        ({1: 0.5}, [1, 1], {"total": 10}, "levels 2 have pupils and no odds"),
        ({1: 0.0, 2: 0.5}, [1, 1], {"total": 10}, "levels 1 have pupils and no odds"),
        ({1: 1.5}, [1], {"total": 10}, "no level has worse odds"),
        ({1: 0.5}, [0], {"total": 10}, "no level has worse odds"),
        ({1: 0.5}, [1], {}, "need a total"),
        ({1: 0.5}, [1], {"total": 1, "level_amount": (1, 1)}, "need a total"),
        ({1: 0.5}, [1], {"total": 1, "weights": "luck"}, "need a total"),
        ({1: 0.5, 2: 1.0}, [1, 1], {"level_amount": (2, 1)}, "level 2 cannot set"),
    ],
)
def test_amounts_that_cannot_be_are_refused(
    odds: dict[int, float], pupils: list[int], kinds: dict[str, Any], fault: str
) -> None:
    with pytest.raises((BadInput, BadParameters), match=fault):
        amounts_from_odds(odds, pupils, **kinds)


def test_shares_of_other_pupils_are_refused() -> None:
    with pytest.raises(BadInput):
        hand_made(total=2000).shares([1, 2])


def test_the_start_total_is_one_and_a_half_per_cent() -> None:
    assert start_total(6_000_000_000_00) == 90_000_000_00


def people(seed: int) -> tuple[Any, ...]:
    rng = np.random.default_rng(seed)
    school = rng.integers(0, 15, 2_000)
    merit = np.round(np.clip(rng.normal(240, 35, 2_000) + rng.normal(0, 20, 15)[school], 80, 340) / 2.5) * 2.5
    return merit, school, rng.integers(0, 13, 2_000)


@pytest.mark.parametrize("seed", range(5))
def test_the_sensitivity_beside_the_obvious_way(seed: int) -> None:
    merit, school, months = people(seed)
    today = Supplement.packaged(2024)
    told = sensitivity(merit, school, months, today, limits=(190, 220), shifts=(-10, 15))
    assert set(zip(told.table["limit"], told.table["shift"], strict=True)) == {
        *product((190, 200, 220), (-10, 0, 15))
    } - {(190, 15)}  # a first level that would begin at 195 of 190
    base = _by_school(today, merit, school, months)
    for row in told.table.itertuples():
        other = today.with_changes(limit=row.limit, bands=(180 + row.shift, 140 + row.shift, 0))
        kept = _by_school(other, merit, school, months)
        assert row.total == sum(kept.values())
        same = {s: Fraction(ore * sum(base.values()), sum(kept.values())) for s, ore in kept.items()}
        # Gini is of amounts rounded to the öre, some 10 million to a school.
        weights = {s: int(months[school == s].sum()) for s in same}
        assert row.gini == pytest.approx(float(pairwise([(kept[s], weights[s]) for s in kept]) or 0), abs=1e-7)
        moved = sum(max(Fraction(0), same[s] - base[s]) for s in base)
        assert abs(row.moved - moved) <= len(base)  # each school's sum is rounded to the öre
        assert row.share_covered == pytest.approx(months[merit < row.limit].sum() / months.sum())
    assert told.table.loc[told.table["today"], ["moved", "gaining", "losing"]].to_numpy().tolist() == [[0, 0, 0]]
    assert "miljoner kronor" in told.describe("sv")
    assert "million" in told.describe("en")


def _by_school(supplement: Supplement, merit: Any, school: Any, months: Any) -> dict[int, int]:
    amount = supplement.amount(merit, ["NA"] * len(merit), supplement.year)
    return {s: int(part(int((amount * months)[school == s].sum()), 1, 12)) for s in np.unique(school).tolist()}


def test_a_school_that_another_limit_reaches_is_told() -> None:
    """B has nobody below 200 and one below 210; of C nobody is paid for."""
    told = sensitivity([150, 205, 150], [1, 2, 3], [12, 12, 0], Supplement.packaged(2024), limits=[210], shifts=[])
    assert told.table[["limit", "reached", "gaining", "losing"]].to_numpy().tolist() == [[200, 1, 0, 0], [210, 2, 1, 1]]
    assert told.table["top_share"].iloc[0] == pytest.approx(0.2)  # a tenth of the pupils: a fifth of the one school
    assert told.schools == 2
    assert told.summary()["most_limit"] == 210
    assert "gränsen är 210 poäng och nivåerna börjar där de börjar i dag:" in told.describe("sv")


@pytest.mark.parametrize(("shift", "told"), [(-10, "10 points lower than today"), (10, "10 points higher than today")])
def test_which_way_the_levels_are_moved_is_told(shift: int, told: str) -> None:
    merit = [185, 175, 145, 135]
    found = sensitivity(merit, [1, 2, 3, 4], [12] * 4, Supplement.packaged(2024), limits=[], shifts=[shift])
    assert told in found.describe("en")


def test_a_sensitivity_of_nobody_is_refused() -> None:
    with pytest.raises(BadInput, match="nobody"):
        sensitivity([250, 300], [1, 2], [12, 12], Supplement.packaged(2024))
    with pytest.raises(BadInput, match="fit each other"):
        sensitivity([150, 300], [1, 2], [12, -1], Supplement.packaged(2024))


# months: of 2025 that count in a sensitivity, at the school of the row.
PAID_2025 = """
| who | school | code  | year | start      | stop       | merit | home      | protected | months | why                 |
| Ann | A      | EKEKO | 2    | 2024-08-15 |            | 150   | Stockholm | no        | 12     | the whole year      |
| Bo  | A      | EKEKO | 1    | 2024-08-15 | 2025-04-30 | 190   | Täby      | no        | 4      | until April at A    |
| Bo  | B      | NANAT | 1    | 2025-05-05 |            | 190   | Täby      | no        | 8      | from May at B       |
| Cia | B      | NANAT | 1    | 2024-08-15 |            | 250   | Nacka     | no        | 12     | not below the limit |
| Dan | B      | NANAT | 1    | 2024-08-15 |            | -     | Stockholm | no        | 12     | level 4             |
| Eva | A      | EKEKO | 1    | 2024-08-15 |            | 100   | Stockholm | yes       | -      | protected           |
| Fia | A      | IMSPR | 1    | 2024-08-15 |            | 100   | Stockholm | no        | -      | introductory        |
| Gun | A      | EKEKO | 1    | 2024-08-15 |            | 100   | Uppsala   | no        | -      | outside the area    |
"""


def test_the_sensitivity_of_a_register_counts_what_the_settlement_pays() -> None:
    given = table(PAID_2025)
    spells = [
        {key: row[key] for key in ("who", "school", "code", "year", "start", "stop") if row[key]} for row in given
    ]
    persons = {row["who"]: {key: row[key] for key in ("who", "merit", "home", "protected")} for row in given}
    schools = "| school | place | form |\n| A | Stockholm | municipal |\n| B | Täby | independent |"
    told = sensitivity_of(tiny_enrolments(spells, list(persons.values()), schools=schools), 2025)
    counted = [row for row in given if row["months"] != "-"]
    merit = [np.nan if row["merit"] == "-" else float(row["merit"]) for row in counted]
    months = [int(row["months"]) for row in counted]
    by_hand = sensitivity(merit, [row["school"] for row in counted], months, Supplement.packaged(2025))
    pd.testing.assert_frame_equal(told.table, by_hand.table)
    assert (told.schools, told.year) == (2, 2025)
    assert len(sensitivity_of(tiny_enrolments(spells, list(persons.values())), 2025, limits=[], shifts=[5]).table) == 2
