"""What of cohorts may be shown, as tables that anyone at the office can read; a dash is a number that is left out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gymreg_core.disclosure import (
    Released,
    Ties,
    release_cohorts,
    release_estimates,
    release_rounded,
    release_steps,
    smallest_count,
)
from gymreg_core.errors import DisclosureRefused
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.dropout import released, released_models
from tests.tracked_tables import empty, random_tracked

MADE_UP = Provenance((), already_public=False, made_up=True)
PAIR = np.array([[0, 1]])
REST = [(["completed"], "starters")]


def shown(released_table: Released, *names: str) -> list[list[object]]:
    """The values of columns, None for what is left out."""
    frame = released_table.table[list(names)].astype("object")
    return frame.where(frame.notna(), None).to_numpy().tolist()


def test_the_smallest_count_is_five() -> None:
    assert smallest_count() == 5


@pytest.mark.parametrize(
    ("starters", "completed", "expected"),
    [
        (100, 80, [100, 80]),
        (100, 0, [100, 0]),  # nobody: no count of a pupil
        (100, 100, [100, 100]),
        (100, 4, [100, None]),  # few completed
        (100, 97, [100, None]),  # few did not
        (100, 95, [100, 95]),
        (4, 0, [None, 0]),  # few started, and of however many nobody completed
        (9, 5, [9, None]),  # four did not
    ],
)
def test_a_count_is_shown_where_it_and_its_remainder_are_none_or_enough(
    starters: int, completed: int, expected: list[int | None]
) -> None:
    table = pd.DataFrame({"starters": [starters], "completed": [completed]})
    found = release_cohorts(table, MADE_UP, ties=Ties(rests=REST)).with_share("share", "completed", "starters")
    assert shown(found, "starters", "completed") == [expected]
    hidden = None in expected
    assert found.table["share"].isna().tolist() == [hidden], "a share that is left out is not 0"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # starters and completed of two measures of the same pupils: over three years, and over four
        ((100, 70), (100, 80), [[100, 70], [100, 80]]),
        ((100, 70), (100, 70), [[100, 70], [100, 70]]),  # nobody in the fourth year
        ((100, 70), (100, 73), [[100, 70], [100, None]]),  # three in the fourth year
        # national programmes, and introductory ones too
        ((100, 70), (103, 70), [[100, 70], [None, 70]]),  # three more started, and three more did not complete
        ((100, 70), (120, 72), [[100, 70], [120, None]]),  # two of the twenty completed
        ((100, 70), (120, 87), [[100, 70], [120, None]]),  # three of the twenty did not
        ((100, 70), (120, 80), [[100, 70], [120, 80]]),
        # the first is left out itself: the second tells nothing of it
        ((100, 3), (100, 6), [[100, None], [100, 6]]),
    ],
)
def test_measures_of_the_same_pupils_differ_by_none_or_enough(
    first: tuple[int, int], second: tuple[int, int], expected: list[list[int | None]]
) -> None:
    table = pd.DataFrame([first, second], columns=["starters", "completed"])
    found = release_cohorts(table, MADE_UP, ties=Ties(rests=REST), nested=PAIR)
    assert shown(found, "starters", "completed") == expected


def test_the_region_less_the_municipalities_that_are_shown_is_no_small_count() -> None:
    table = pd.DataFrame({
        "by": ["region", "home", "home", "home"], "group": ["", "Nacka", "Solna", "Täby"],
        "pupils": [103, 60, 40, 3],
    })  # fmt: skip
    found = release_cohorts(table, MADE_UP, ties=Ties(sums=[(0, [1, 2, 3])]))
    assert shown(found, "pupils") == [[103], [60], [None], [None]]


def test_the_difference_of_measures_is_protected_in_the_municipalities_together() -> None:
    """Left out in one municipality, the second measure is so in another as well, or the region would tell it."""
    first, second = [200, 100, 60, 40], [216, 113, 60, 43]
    table = pd.DataFrame({
        "card": ["three"] * 4 + ["four"] * 4, "group": ["", "Nacka", "Solna", "Täby"] * 2, "completed": first + second,
    })  # fmt: skip
    sums = [(0, [1, 2, 3]), (4, [5, 6, 7])]
    pairs = np.array([[at, at + 4] for at in range(4)])
    found = shown(release_cohorts(table, MADE_UP, ties=Ties(sums=sums), nested=pairs), "completed")
    assert found[:4] == [[200], [100], [60], [40]]
    assert found[4] == [216]
    assert found[7] == [None]
    assert [one for one in found[5:7] if one == [None]], "216 less two of them would be the third"


def test_an_estimate_needs_pupils_events_and_others_behind_it() -> None:
    table = pd.DataFrame({
        "level": ["enough", "few events", "few others", "few pupils", "nobody", "no event"],
        "pupils": [100, 100, 100, 4, 0, 100], "events": [10, 3, 98, 4, 0, 0],
        "effect": [0.1] * 6, "low": [0.0] * 6, "high": [0.2] * 6,
    })  # fmt: skip
    found = release_estimates(table, MADE_UP, behind=["pupils", "events"], rests=[("events", "pupils")])
    assert found.table["effect"].notna().tolist() == [True, False, False, False, False, True]
    assert found.table["pupils"].notna().tolist() == [True, False, False, False, False, True]
    assert found.table["level"].tolist() == table["level"].tolist(), "what was left out is seen"


def curve(*points: tuple[float, int]) -> pd.DataFrame:
    """A curve from its probabilities and the pupils followed, month by month."""
    shares, followed = zip(*points, strict=True)
    return pd.DataFrame({
        "state": "interrupted", "month": range(len(points)), "probability": shares, "low": 0.0, "high": 1.0,
        "followed": followed,
    })  # fmt: skip


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        # of 100: nobody, then one after another; the curve moves when five have
        (
            [(0.0, 100), (0.01, 100), (0.04, 100), (0.05, 100), (0.07, 100), (0.1, 100)],
            [0.0, 0.0, 0.0, 0.05, 0.05, 0.1],
        ),
        # a first point of two pupils is not shown, nor 0 in its place
        ([(0.02, 100), (0.04, 100), (0.06, 100)], [None, None, 0.06]),
        # few others: 96 of 100
        ([(0.9, 100), (0.96, 100), (1.0, 100)], [0.9, 0.9, 1.0]),
        # it falls as it rises
        ([(0.5, 100), (0.47, 100), (0.44, 100)], [0.5, 0.5, 0.44]),
        # fewer than five followed
        ([(0.5, 10), (0.5, 4)], [0.5, None]),
    ],
)
def test_a_curve_moves_when_enough_pupils_have(points: list[tuple[float, int]], expected: list[float | None]) -> None:
    found = release_steps(curve(*points), MADE_UP, curve=["state"], share="probability", of="followed")
    assert [row[0] for row in shown(found, "probability")] == expected
    assert found.table["low"].isna().tolist() == [one is None for one in expected]


def test_counts_in_pictures_are_rounded_and_ways_of_few_are_left_out() -> None:
    ways = pd.DataFrame({
        "year": 1, "origin": ["preparatory"] * 3, "destination": ["preparatory", "interrupted", "moved_out"],
        "pupils": [93, 7, 4],
    })  # fmt: skip
    found = {(r.origin, r.destination): r.pupils for r in released.release_flows(ways, MADE_UP).table.itertuples()}
    assert found == {
        ("preparatory", ""): 105, ("preparatory", "preparatory"): 95, ("preparatory", "interrupted"): 5,
        ("", "preparatory"): 95, ("", "interrupted"): 5,
    }  # fmt: skip
    assert shown(release_rounded(ways[["pupils"]], MADE_UP), "pupils") == [[95], [5], [5]]


def test_how_many_are_away_leaves_open_how_many_are_on_a_break() -> None:
    """Their exact number beside both rounded ones fits three numbers of breaks or more: 84, 80 and 0 would fit 2."""
    fits: dict[tuple[int, int, int], set[int]] = {}
    for breaks in range(12):
        for gone in range(60):
            rows = {"year": 1, "state": ["interrupted", "study_break"], "pupils": [gone, breaks]}
            states = released.release_destinations(pd.DataFrame(rows), MADE_UP).table["pupils"].tolist()
            ways = pd.DataFrame({**rows, "origin": "preparatory"}).rename(columns={"state": "destination"})
            ends = released.release_flows(ways, MADE_UP).table.query("origin == ''").set_index("destination")["pupils"]
            if breaks >= smallest_count():
                assert ends.get("interrupted", 0) == states[0]
            fits.setdefault((gone + breaks, *states), set()).add(breaks)
    few = [told for (away, *_), told in fits.items() if smallest_count() <= away < 60 and min(told) < smallest_count()]
    assert min(map(len, few)) >= 3


def test_present_tells_nobody_who_was_gone_before_october() -> None:
    """Present are starters by the measures and those who left before 15 October; 297 less 295 would be two of them."""
    tracked = random_tracked(3, cohorts=[2021], pupils=297)
    found = released.release_leavers(tracked, 2021, ("home",), MADE_UP).table
    assert (found["present"].dropna() % smallest_count() == 0).all()
    assert found["present"].dropna().min() >= 50, "of fewer the rounding would be too large a part"
    assert found.loc[found["present"].isna(), "share"].isna().all()


def test_completion_after_a_switch_is_told_whatever_few_switched_a_year_later() -> None:
    frame = pd.DataFrame({
        "cohort": 2020, "by": "region", "group": "", "within": [1, 1, 2, 2, 3, 3], "kind": ["none", "programme"] * 3,
        "pupils": [900, 100, 900, 100, 880, 120], "completed": [700, 40, 698, 42, 690, 50],
    })  # fmt: skip
    tracked = random_tracked(0, cohorts=[2020], pupils=10)
    found = released_models.release_switchers(type(tracked)(**{**vars(tracked), "switches": frame}), (), MADE_UP)
    assert set(found.table["within"]) == {2}
    assert shown(found.where(found.table["kind"] == "programme"), "pupils", "completed", "share") == [[100, 42, 0.42]]


def test_no_school_is_told_cohort_by_cohort() -> None:
    """The numbers of three cohorts less those of two would be those of the third."""
    tracked = random_tracked(0, cohorts=[2021], pupils=200)
    bys = ("home", "provider_form", "programme")
    for name in ("release_measures", "release_introductory", "release_not_followed"):
        assert "school" not in set(getattr(released, name)(tracked, bys, MADE_UP).table["by"])
    for name in ("release_switches", "release_switchers"):
        assert "school" not in set(getattr(released_models, name)(tracked, bys, MADE_UP).table["by"])


def test_a_school_with_few_who_did_not_complete_has_no_figures_and_takes_another_with_it() -> None:
    tracked = random_tracked(0, cohorts=[2020, 2021], pupils=500, schools=6)
    schools = tracked.schools.copy()
    schools.loc[0, "completed"] = schools.loc[0, "starters"] - 2
    changed = type(tracked)(**{**vars(tracked), "schools": schools})
    found = released_models.release_schools(changed, MADE_UP).table
    assert found["school"].notna().all()
    hidden = found["completed"].isna()
    assert hidden[0]
    assert hidden.sum() == 2
    assert (
        found.loc[hidden, ["starters", "expected", "spread", "difference", "low", "high", "share"]]
        .isna()
        .all(axis=None)
    )


def test_a_region_without_cohorts_is_let_out_empty() -> None:
    tracked = empty()
    for name in dir(released_models):
        if name.startswith("release_") and name not in dir(released) and "switch" not in name:
            release = getattr(released_models, name)
            if release.__module__ == released_models.__name__:
                assert len(release(tracked, MADE_UP)) == 0


def test_columns_of_persons_do_not_get_through() -> None:
    with pytest.raises(DisclosureRefused, match="holds persons"):
        release_cohorts(pd.DataFrame({"pupil": [1], "pupils": [10]}), MADE_UP)
    with pytest.raises(DisclosureRefused, match="not on the list"):
        release_estimates(pd.DataFrame({"pupils": [10], "score": [0.5]}), MADE_UP, behind=["pupils"])
