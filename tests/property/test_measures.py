"""Every card of completion against the plain way, on random histories; nothing depends on the order of rows."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gymreg_core.cohort.build import histories
from gymreg_core.cohort.cards import Card, card, cards, make_card
from gymreg_core.cohort.histories import Histories
from gymreg_core.cohort.introductory import introductory
from gymreg_core.cohort.measures import all_measures, completion
from gymreg_core.cohort.starts import starts
from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.contracts.tracked import GROUPINGS
from gymreg_core.rules import entries
from tests.enrolments import tiny_enrolments
from tests.measures_reference import as_dict, measures_reference

SINCE, AS_OF = "2018-07-01", "2025-11-20"
CODES = ("EKEKO", "NANAT", "BABYG", "IMS", "IMV", "IMA")
AWAY = ("interrupted", "moved_out", "study_break", "age_limit", "deceased", "exchange_year")
LINES: dict[str, tuple[Any, ...]] = {
    "population": ("all", "national"),
    "starts": ("first", "every"),
    "started": ("october", "school_year"),
    "age_limit": (None, 16, 19),
    "residence": ("none", "at_start", "at_horizon_start", "year_end"),
    "horizon": (1, 2, 3, 4),
    "last_day": ("summer", "october"),
    "attribution": ("first", "last"),
    "completed": ("diploma", "diploma_or_certificate"),
    "temporary": ("excluded", "not_completed"),
    "moved": ("kept", "left_out"),
}


def random_enrolments(seed: int, n: int) -> Enrolments:
    """Pupils who start, switch, pause, leave, come back and finish as no real ones would so often."""
    rng = np.random.default_rng([seed, n])
    rows: dict[str, list[dict[str, Any]]] = {"persons": [], "spells": [], "homes": [], "certificates": []}
    for number in range(n):
        who, first = f"{seed}:{number}", int(rng.integers(2017, 2025))
        odd = rng.random() < 0.15
        rows["persons"].append(
            {
                "who": who,
                "born": first - int(rng.choice([15, 16, 17, 20])),
                "sex": str(rng.choice(["F", "M", "unknown"])),
                "kind": "placeholder" if odd else "personal",
                "protected": "yes" if rng.random() < 0.03 else "no",
                "merit": "-" if rng.random() < 0.2 else str(int(rng.integers(0, 137)) * 2.5),
                "home": str(rng.choice(["Täby", "Solna", "Malmö", "-"])),
            }
        )
        if rng.random() < 0.3:
            day = f"{first + int(rng.integers(0, 4))}-{rng.integers(1, 13):02d}-11"
            rows["homes"].append({"who": who, "home": str(rng.choice(["Nacka", "Uppsala", "-"])), "start": day})
        school, code, year = str(rng.choice(list("ABC"))), str(rng.choice(CODES)), int(rng.choice([1, 1, 1, 2]))
        for autumn in range(first, min(first + int(rng.integers(1, 6)), 2026)):
            start = f"{autumn}-{rng.choice(['08-15', '08-15', '09-20', '10-15', '10-16', '11-30'])}"
            spell = {"who": who, "school": school, "code": code, "year": min(year, 4), "start": start}
            if rng.random() < 0.25:
                stop = f"{autumn}-12-{rng.integers(10, 28)}"
                rows["spells"].append({**spell, "stop": stop, "reason": str(rng.choice(AWAY))})
                if rng.random() < 0.5:
                    break
            else:
                rows["spells"].append({**spell, "stop": f"{autumn + 1}-06-10", "reason": "promoted"})
                year += int(rng.random() < 0.8)
            if rng.random() < 0.3:
                school = str(rng.choice(list("ABC")))
            if rng.random() < 0.3:
                code, year = str(rng.choice(CODES)), int(rng.choice([year, 1]))
        if rng.random() < 0.6:
            kind = str(rng.choice(["preparatory_diploma", "vocational_diploma", "study_certificate"]))
            day = f"{min(autumn + 1, 2025)}-{rng.choice(['06-09', '06-30', '07-01', '10-15', '10-16'])}"
            points = int(rng.choice([2300, 2500, 2700])) if kind == "study_certificate" else 2500
            rows["certificates"].append({"who": who, "issued": day, "certificate": kind, "points": points})
    rows["spells"] = [row for row in rows["spells"] if row["start"] <= AS_OF]
    schools = [{"school": "A"}, {"school": "B", "form": "independent"}, {"school": "C", "form": "region"}]
    return tiny_enrolments(**rows, schools=schools, since=SINCE, as_of=AS_OF)


def random_card(rng: np.random.Generator) -> Card:
    drawn = {name: values[int(rng.integers(0, len(values)))] for name, values in LINES.items()}
    return make_card("drawn", {**entries("measures")["skolverket_3"]["value"], **drawn})


@pytest.fixture(scope="module")
def small() -> Histories:
    return histories(random_enrolments(1, 250))


@pytest.mark.parametrize("key", list(entries("measures")))
def test_every_card_on_a_small_region(small: Histories, key: str) -> None:
    wanted = measures_reference(card(key), small)
    assert as_dict(completion(card(key), small, starts(small), GROUPINGS)) == wanted
    assert sum(counts["completed"] for counts in wanted.values())


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1))
def test_any_card_on_tiny_histories(seed: int) -> None:
    rng = np.random.default_rng(seed)
    h = histories(random_enrolments(seed, int(rng.integers(0, 12))))
    one = random_card(rng)
    assert as_dict(completion(one, h, starts(h), GROUPINGS)) == measures_reference(one, h)


def test_all_measures_are_those_of_the_cards(small: Histories) -> None:
    s = starts(small)
    whole = all_measures(small, s)
    for one in cards():
        for by in set(whole.loc[whole["card"] == one.key, "by"]):
            mine = whole[(whole["card"] == one.key) & (whole["by"] == by)].reset_index(drop=True)
            pd.testing.assert_frame_equal(mine, completion(one, small, s, by))


def test_the_order_of_rows_does_not_matter() -> None:
    drawn = random_enrolments(7, 120)
    rng = np.random.default_rng(7)
    tables = ("spells", "certificates", "homes")
    shuffled = {name: getattr(drawn, name).sample(frac=1, random_state=rng).reset_index(drop=True) for name in tables}
    h, other = histories(drawn), histories(replace(drawn, **shuffled))
    pd.testing.assert_frame_equal(all_measures(h, starts(h)), all_measures(other, starts(other)))
    pd.testing.assert_frame_equal(introductory(h, starts(h)), introductory(other, starts(other)))


def test_more_years_never_take_a_diploma_away(small: Histories) -> None:
    s, value = starts(small), entries("measures")["skr_3"]["value"]
    found = [completion(make_card("x", {**value, "horizon": years}), small, s, "programme") for years in (2, 3, 4)]
    for fewer, more in pairwise(found):
        both = fewer.merge(more, on=["cohort", "group"], suffixes=("", "_more"))
        assert (both["starters"] == both["starters_more"]).all()
        assert (both["completed"] <= both["completed_more"]).all()
        assert len(both)
