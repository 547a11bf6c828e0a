"""A funding what-if on random pupils and random scenarios, against what a slow and obvious reckoning says."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import Any

import pytest

from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.funding.money import twelfth
from gymreg_core.funding.what_if import FundingWhatIf, what_if
from gymreg_core.funding.what_if_table import GROUPINGS
from tests.enrolments import tiny_enrolments
from tests.funding_decisions import PRICES, SUPPLEMENTS, YEAR, decision

SCHOOLS = {"A": ("Stockholm", "municipal"), "B": ("Nacka", "municipal"), "C": ("Täby", "independent")}
CODES = {"EKEKO": "EK", "NANAT": "NA"}
HOMES = ("Stockholm", "Täby", "Nacka", "Solna")
MERITS = ("90", "139", "140", "170", "199", "200", "250", "-")
SUMMED = ("pupil_months", "covered_months", "price", "vat", "supplement", "amount")


def random_region(seed: int) -> tuple[list[dict[str, Any]], Enrolments]:
    """Up to twelve pupils with one spell each that begins or ends somewhere in the year or goes through it."""
    draw = random.Random(seed)
    pupils = []
    for number in range(draw.randint(1, 12)):
        start = date(YEAR, 1, 1) + timedelta(days=draw.choice([-200, draw.randint(0, 340)]))
        stop = start + timedelta(days=draw.randint(0, 400)) if draw.random() < 0.4 else None
        pupils.append({
            "who": f"P{number:02}", "school": draw.choice(list(SCHOOLS)), "code": draw.choice(list(CODES)),
            "year": draw.randint(1, 3), "start": start, "stop": stop, "merit": draw.choice(MERITS),
            "home": draw.choice(HOMES), "protected": draw.choice(["no", "no", "no", "yes"]),
        })  # fmt: skip
    columns = ("who", "school", "code", "year", "start", "stop")
    spells = [{key: row[key] for key in columns if row[key] is not None} for row in pupils]
    persons = [{key: row[key] for key in ("who", "merit", "home", "protected")} for row in pupils]
    schools = [{"school": name, "place": place, "form": form} for name, (place, form) in SCHOOLS.items()]
    return pupils, tiny_enrolments(spells, persons, schools=schools)


def random_scenario(seed: int) -> list[dict[str, Any]]:
    draw = random.Random(seed)

    def percent(low: float = -20) -> float:
        return round(draw.uniform(low, 20), draw.randint(0, 2))

    kinds = {
        "all": lambda: {"prices": {"percent": percent()}},
        "one": lambda: {"prices": {"percent": percent(), "programme": draw.choice(list(PRICES))}},
        "amount": lambda: {"prices": {"amount": draw.randint(50_000, 200_000), "code": draw.choice(list(PRICES))}},
        "supplement": lambda: {"supplement": {"percent": percent()}},
        "levels": lambda: {"supplement": {"percent": percent(), "levels": draw.sample([1, 2, 3, 4], 2)}},
        "limit": lambda: {"supplement": {"limit": draw.choice([185, 210, 260])}},
        "pupils": lambda: {"pupils": {"percent": percent(-50)}},
        "count_days": lambda: {"count_days": draw.choice([1, 5, 10, 20, "daily"])},
        "vat": lambda: {"vat": draw.choice(["on_top", "of_total"])},
    }
    return [kinds[draw.choice(list(kinds))]() for _ in range(draw.randint(0, 5))]


def half_up(amount: Fraction) -> int:
    return floor(abs(amount) + Fraction(1, 2)) * (1 if amount >= 0 else -1)


@dataclass
class Asked:
    """What a scenario comes to, change after change, as the rules are written down: amounts in öre."""

    prices: dict[str, int] = field(default_factory=lambda: {code: kronor * 100 for code, kronor in PRICES.items()})
    levels: dict[int, int] = field(
        default_factory=lambda: {n + 1: kronor * 100 for n, kronor in enumerate(SUPPLEMENTS)}
    )
    limit: Fraction = Fraction(200)
    counting: Any = "today"
    rate: Fraction = Fraction(6, 100)
    pupils: Fraction = Fraction(1)

    def change(self, kind: str, asked: Any) -> None:
        times = 1 + Fraction(str(asked["percent"])) / 100 if isinstance(asked, dict) and "percent" in asked else None
        if kind == "prices":
            for code in [asked.get("programme") or asked.get("code")] if len(asked) > 1 else list(self.prices):
                new = Fraction(asked["amount"]) if times is None else self.prices[code] * times / 100
                self.prices[code] = half_up(new) * 100
        elif kind == "supplement" and times is not None:
            for level in asked.get("levels", self.levels):
                self.levels[level] = half_up(self.levels[level] * times)
        elif kind == "supplement":
            self.limit = Fraction(asked["limit"])
        elif kind == "pupils":
            self.pupils *= times or 0
        elif kind == "count_days":
            self.counting = asked
        else:
            self.rate = Fraction(6, 100 if asked == "on_top" else 94)


def reckoned(pupils: list[dict[str, Any]], changes: list[dict[str, Any]]) -> dict[str, int]:
    """The whole amount, and that of every payer and school, in öre; from the rules as they are written down."""
    asked = Asked()
    for change in changes:
        asked.change(*next(iter(change.items())))
    cells: dict[tuple[Any, ...], dict[str, int]] = defaultdict(lambda: {"price": 0, "vat": 0, "supplement": 0})
    for pupil in pupils:
        yearly = {
            "price": asked.prices[CODES[pupil["code"]]],
            "supplement": asked.levels.get(level_of(pupil["merit"], asked.limit), 0),
        }
        taxed = SCHOOLS[pupil["school"]][1] == "independent"
        yearly["vat"] = half_up(sum(yearly.values()) * asked.rate) if taxed else 0
        cell = cells[pupil["home"], pupil["school"], pupil["code"], pupil["year"], pupil["protected"]]
        for month in range(1, 13):
            share = share_of_month(pupil, month, asked.counting)
            for name, amount in yearly.items():
                cell[name] += half_up(int(twelfth([amount], [month])[0]) * share)
    found: dict[str, int] = defaultdict(int)
    near = asked.pupils.limit_denominator(10**6)
    for (payer, school, *_, protected), amounts in cells.items():
        amount = sum(half_up(one * near) for one in amounts.values())
        for name in ("region", f"payer {payer}", "school " if protected == "yes" else f"school {school}"):
            found[name] += amount
    return {name: amount for name, amount in found.items() if amount}


def level_of(merit: str, limit: Fraction) -> int:
    if merit == "-":
        return 4
    points = int(merit)
    return 0 if points >= limit else 1 if points >= 180 else 2 if points >= 140 else 3


def share_of_month(pupil: dict[str, Any], month: int, counting: Any) -> Fraction:
    """Of a month what is paid: one day decides July and August whatever the counting."""
    there = lambda day: pupil["start"] <= day and (pupil["stop"] is None or day <= pupil["stop"])  # noqa: E731
    if month in (7, 8):
        return Fraction(there(date(YEAR, 8, 31)))
    if counting == "daily":
        days = [date(YEAR, month, 1) + timedelta(days=n) for n in range(31)]
        days = [day for day in days if day.month == month]
        return Fraction(sum(map(there, days)), len(days))
    usual = 15 if month == 9 else 10
    return Fraction(there(date(YEAR, month, usual if counting == "today" else counting)))


def tried(enrolments: Enrolments, changes: list[dict[str, Any]]) -> FundingWhatIf:
    return what_if(enrolments, {"about": "funding", "name": "prov", "changes": changes}, YEAR, today=decision())


def by_name(found: FundingWhatIf, end: str = "") -> dict[str, int]:
    rows = found.table[found.table["by"].isin(["region", "payer", "school"])]
    names = [by if by == "region" else f"{by} {group}" for by, group in zip(rows["by"], rows["group"], strict=True)]
    return {name: int(amount) for name, amount in zip(names, rows[f"amount{end}"], strict=True) if amount}


@pytest.mark.parametrize("seed", range(30))
def test_amounts_are_those_of_the_slow_reckoning(seed: int) -> None:
    pupils, enrolments = random_region(seed)
    changes = random_scenario(seed + 1000)
    found = tried(enrolments, changes)
    assert by_name(found, "_previous") == reckoned(pupils, [])
    # Daily stretches are rounded one by one and a year of one pupil is one stretch a month: the sums are equal.
    assert by_name(found) == reckoned(pupils, changes)
    for place in range(len(changes)):
        step = found.steps.iloc[place + 1]
        assert step["amount_to"] == reckoned(pupils, changes[: place + 1]).get("region", 0)


@pytest.mark.parametrize("seed", range(60, 75))
def test_steps_and_groups_add_up_to_the_ore(seed: int) -> None:
    _, enrolments = random_region(seed)
    found = tried(enrolments, random_scenario(seed))
    whole = found.rows("region").iloc[0]
    steps = found.steps
    assert steps["amount_from"].tolist()[1:] == steps["amount_to"].tolist()[:-1]
    assert (steps["amount_from"].iloc[0], steps["amount_to"].iloc[-1]) == (whole["amount_previous"], whole["amount"])
    assert sum(found.summary()["steps"]) == whole["amount_change"]
    for by in GROUPINGS:
        rows = found.rows(by)
        for name in SUMMED:
            for end in ("", "_previous"):
                assert rows[name + end].sum() == pytest.approx(whole[name + end], abs=1e-6)
        assert rows["amount"].sum() == whole["amount"]
        assert rows["relative"].sum() == 0
    for total, parts in found.sums():
        for name in ("amount", "price", "amount_previous"):
            assert found.table[name].iloc[total] == found.table[name].iloc[parts].sum()


MOVING: list[tuple[str, dict[str, Any]]] = [
    ("moved", {"prices": {"percent": 5, "programme": "EK"}}),
    ("moved", {"prices": {"amount": 99_000, "code": "NA"}}),
    ("moved", {"vat": "of_total"}),
    ("moved_covered", {"supplement": {"percent": 5, "levels": [2, 4]}}),
    ("moved_covered", {"supplement": {"limit": 260}}),
    ("moved_covered", {"supplement": {"limit": 185}}),
]


@pytest.mark.parametrize("seed", range(12))
def test_how_many_of_a_group_a_step_moves_is_counted_pupil_by_pupil(seed: int) -> None:
    pupils, enrolments = random_region(seed)
    steps = random.Random(seed).sample(MOVING, 3)
    fewest: dict[tuple[str, str, str], int] = {}
    touched = []
    for place, (kind, change) in enumerate(steps):
        before = [change for _, change in steps[:place]]
        moved = [one for one in pupils if reckoned([one], [*before, change]) != reckoned([one], before)]
        groups = Counter((kind, *group) for one in moved for group in groups_of(one))
        fewest |= {group: min(n, fewest.get(group, n)) for group, n in groups.items()}
        touched.append(len(moved))
    found = tried(enrolments, [change for _, change in steps])
    assert found.steps["pupils"].tolist()[1:-1] == touched
    for row in found.table[found.table["by"].isin(["region", "payer", "school", "programme"])].itertuples():
        for kind in ("moved", "moved_covered"):
            assert getattr(row, kind) == fewest.get((kind, row.by, row.group), 0)


def groups_of(pupil: dict[str, Any]) -> list[tuple[str, str]]:
    hidden = pupil["protected"] == "yes"
    school, programme = ("", "") if hidden else (pupil["school"], CODES[pupil["code"]])
    return [("region", ""), ("payer", pupil["home"]), ("school", school), ("programme", programme)]


@pytest.mark.parametrize("seed", range(8))
def test_a_scenario_that_changes_nothing_costs_what_today_costs(seed: int) -> None:
    _, enrolments = random_region(seed)
    still = [{"prices": {"percent": 0}}, {"supplement": {"percent": 0}}, {"pupils": {"percent": 0}}, {"vat": "on_top"}]
    found = tried(enrolments, still[: seed % 5])
    for name in SUMMED:
        assert (found.table[name] == found.table[f"{name}_previous"]).all()
    assert set(found.summary()["steps"]) <= {0}


@pytest.mark.parametrize("seed", range(8))
def test_all_prices_up_by_a_percentage_cost_that_much_more(seed: int) -> None:
    """A list price is whole kronor, so that a pupil's year may be off by half a krona, and by as much again for tax."""
    pupils, enrolments = random_region(seed)
    percent = random.Random(seed).choice([0.7, 2.8, 3.33, -4.9])
    found = tried(enrolments, [{"prices": {"percent": percent, "lists": ["regional", "national", "own"]}}])
    whole = found.rows("region").iloc[0]
    for name in ("price", "vat"):
        off = whole[name] - whole[f"{name}_previous"] * (1 + percent / 100)
        supplement = 0 if name == "price" else whole["vat"]
        assert abs(off) <= len(pupils) * 50 + len(pupils) * 12 + supplement
    assert whole["supplement"] == whole["supplement_previous"]


@pytest.mark.parametrize("seed", range(8))
def test_the_order_of_independent_changes_moves_only_what_each_adds(seed: int) -> None:
    _, enrolments = random_region(seed)
    changes: list[dict[str, Any]] = [
        {"prices": {"percent": 2.8, "programme": "EK"}}, {"prices": {"amount": 99_000, "programme": "NA"}},
        {"supplement": {"percent": 6, "levels": [2, 3]}}, {"count_days": 10}, {"vat": "of_total"},
        {"pupils": {"percent": 4}},
    ]  # fmt: skip
    other = random.Random(seed).sample(changes, len(changes))
    one, two = tried(enrolments, changes), tried(enrolments, other)
    assert one.table.equals(two.table)
    assert sum(one.summary()["steps"]) == sum(two.summary()["steps"])


@pytest.mark.parametrize("seed", range(6))
def test_no_row_is_of_a_person_and_protected_identities_have_no_school(seed: int) -> None:
    pupils, enrolments = random_region(seed)
    found = tried(enrolments, [{"prices": {"percent": 1}}])
    assert set(found.rows("school")["group"]) <= {"", *SCHOOLS}
    hidden = [row for row in pupils if row["protected"] == "yes"]
    unlisted = found.rows("school_programme")
    unlisted = unlisted[unlisted["group"] == ""]
    assert (unlisted["programme"] == "").all()
    assert by_name(found).get("school ", 0) == reckoned(hidden, [{"prices": {"percent": 1}}]).get("region", 0)
    assert not any(row["who"] in text for row in pupils for text in (repr(found), found.describe("sv")))
