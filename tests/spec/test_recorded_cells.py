"""Every count that is let out is known by its coordinates, with the sums it is part of; what is hidden is nowhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from gymreg_core.disclosure import (
    About,
    Released,
    Ties,
    release_cohorts,
    release_counts,
    release_effects,
    release_estimates,
    release_money,
    release_published,
    release_rounded,
    release_steps,
)
from gymreg_core.disclosure.cells import Cells, Why
from gymreg_core.disclosure.cells_file import packed, unpacked
from gymreg_core.disclosure.recorded import recording
from gymreg_core.disclosure.suppression import next_ones
from gymreg_core.errors import DisclosureRefused
from gymreg_core.provenance import Provenance

REGISTERS = Provenance(inputs=(), made_up=True, already_public=False)
PUBLISHED = Provenance(inputs=(), made_up=True, already_public=True)


def shown(cells: Cells) -> dict[str, float]:
    return {key: value for key, value in zip(cells.keys, cells.values.tolist(), strict=True) if not np.isnan(value)}


def hidden(cells: Cells) -> dict[str, str]:
    return {
        key: Why(why).name
        for key, value, why in zip(cells.keys, cells.values.tolist(), cells.why.tolist(), strict=True)
        if np.isnan(value)
    }


def sums(cells: Cells) -> set[tuple[str, frozenset[str]]]:
    return {(cells.keys[whole], frozenset(cells.keys[part] for part in parts)) for whole, parts in cells.sums}


def guarded(cells: Cells) -> set[str]:
    return {cells.keys[place] for place in np.flatnonzero(cells.guarded)}


def responsibility(**more: Any) -> Released:
    frame = pd.DataFrame(
        {
            "day": "2025-10-15",
            "municipality": ["", "Täby", "Upplands Väsby", "Nacka"],
            "reason": "",
            "pupils": [120, 3, 40, 77],
        }
    )
    return release_cohorts(frame, REGISTERS, ties=Ties(sums=[(0, [1, 2, 3])]), **more)


def test_a_count_has_its_coordinates_for_a_name_and_a_hidden_one_no_value() -> None:
    cells = responsibility(about="cohorts.responsibility").cells
    assert set(cells.keys) == {
        "cohorts.responsibility|pupils|day=2025-10-15",
        "cohorts.responsibility|pupils|day=2025-10-15 municipality=Täby",
        "cohorts.responsibility|pupils|day=2025-10-15 municipality=Upplands Väsby",
        "cohorts.responsibility|pupils|day=2025-10-15 municipality=Nacka",
    }
    assert hidden(cells)["cohorts.responsibility|pupils|day=2025-10-15 municipality=Täby"] == "FEW"
    assert set(hidden(cells)) == guarded(cells)
    assert "LINKED" in hidden(cells).values()  # with it, the sum would tell of Täby
    assert len(cells.sums) == 1


def test_a_page_that_shows_some_rows_tells_the_whole_table() -> None:
    released = responsibility(about="cohorts.responsibility")
    assert released.where(released.table["municipality"].eq("Nacka")).select("pupils").cells is released.cells


def test_a_total_that_is_told_elsewhere_is_known() -> None:
    frame = pd.DataFrame({"by": "choice", "group": ["1", "2", "3"], "applicants": [700, 3, 12]})
    cells = release_counts(frame, REGISTERS, within="by", about=About("admission.checked", {"round": "final"})).cells
    assert shown(cells)["admission.checked|applicants|choice=* round=final"] == 715
    assert "admission.checked|applicants|choice=2 round=final" in hidden(cells)


def test_what_remains_of_a_whole_is_a_cell_and_secret_where_it_is_few() -> None:
    frame = pd.DataFrame(
        {
            "card": "skr_3",
            "cohort": 2020,
            "by": "home",
            "group": ["Täby", "Nacka", "Solna"],
            "starters": [100, 90, 80],
            "completed": [98, 60, 80],
            "left_out": 0,
            "not_followed": 0,
        }
    )
    cells = release_cohorts(
        frame, REGISTERS, ties=Ties(rests=[(["completed"], "starters")]), about="cohorts.measures"
    ).cells
    whole, part = (f"cohorts.measures|{name}|card=skr_3 cohort=2020 home=Täby" for name in ("starters", "completed"))
    rest = f"{whole} without {part}"
    assert (whole, frozenset([part, rest])) in sums(cells)
    assert [key for key in guarded(cells) if "without" in key] == [rest]  # 30 and 0 are no secret


def test_a_measure_is_named_alike_under_every_card_that_counts_the_same() -> None:
    rows = [
        ("skolverket_3", "home", "Täby"),
        ("skolverket_3_october", "home", "Täby"),
        ("skolverket_3_last", "home", "Täby"),
    ]
    rows += [("skolverket_3_last", "programme", "NA"), ("kolada_4_diploma", "home", "Täby")]
    frame = pd.DataFrame(rows, columns=["card", "by", "group"]).assign(
        cohort=2020, starters=50, completed=[30, 31, 30, 40, 20]
    )
    cells = release_cohorts(frame, REGISTERS, about="cohorts.measures").cells
    assert set(cells.keys) == {
        "cohorts.measures|starters|card=skolverket_3 cohort=2020 home=Täby",
        "cohorts.measures|starters|card=skolverket_3_last cohort=2020 programme=NA",
        "cohorts.measures|starters|card=kolada_4_diploma cohort=2020 home=Täby",
        "cohorts.measures|completed|card=skolverket_3 cohort=2020 home=Täby",
        "cohorts.measures|completed|card=skolverket_3_october cohort=2020 home=Täby",
        "cohorts.measures|completed|card=skolverket_3_last cohort=2020 programme=NA",
        "cohorts.measures|completed|card=kolada_4_diploma cohort=2020 home=Täby",
    }


def test_one_number_of_pupils_is_not_told_with_two_values() -> None:
    frame = pd.DataFrame(
        {"card": ["skr_3", "skr_4"], "by": "region", "group": "", "cohort": 2020, "starters": [50, 56]}
    )
    with pytest.raises(
        DisclosureRefused, match=r"two values: cohorts\.measures\|starters\|card=skr_3 cohort=2020\n"
    ) as told:
        _ = release_cohorts(frame, REGISTERS, about="cohorts.measures").cells
    assert "56" not in str(told.value)


def test_counts_that_lie_in_one_another_differ_by_a_cell() -> None:
    frame = pd.DataFrame(
        {"cohort": 2020, "by": "region", "group": "", "within": [1, 2], "starters": 40, "to_national": [3, 12]}
    )
    about = About("cohorts.introductory", within={"to_national": np.array([[0, 1]])})
    cells = release_cohorts(frame, REGISTERS, nested=np.array([[0, 1]]), about=about).cells
    one, two = (f"cohorts.introductory|to_national|cohort=2020 within={years}" for years in (1, 2))
    assert (two, frozenset([one, f"{two} less {one}"])) in sums(cells)
    assert "cohorts.introductory|starters|cohort=2020" in cells.keys  # the same after either year


@pytest.mark.parametrize("seed", range(20))
def test_of_counts_that_lie_in_one_another_the_next_ones_tell_all(seed: int) -> None:
    rng, n = np.random.default_rng(seed), 8
    level = rng.integers(0, 4, n)  # rows of a level count the same
    lies = _closure((rng.random((4, 4)) < 0.5)[level][:, level] & (level[:, None] < level) | (level[:, None] == level))
    pairs = np.argwhere(lies & ~np.eye(n, dtype=bool))
    kept = np.zeros((n, n), np.bool_)
    kept[tuple(pairs[next_ones(pairs, n)].T)] = True
    alike = level[:, None] == level
    assert (_closure(kept | alike) == (lies | np.eye(n, dtype=bool))).all()
    assert kept.sum() <= (lies & ~np.eye(n, dtype=bool)).sum()


def _closure(lies: NDArray[np.bool_]) -> NDArray[np.bool_]:
    for _ in range(len(lies)):
        lies = lies | ((lies.astype(int) @ lies.astype(int)) > 0)
    return lies


def test_rows_of_estimates_are_left_out_whole_and_only_few_are_secret() -> None:
    frame = pd.DataFrame(
        {
            "judge": ["score", "school_rate"],
            "by": "region",
            "group": "",
            "pupils": 200,
            "events": 60,
            "flagged": 20,
            "found": [2, 12],
        }
    )
    rests = [("found", "flagged"), ("found", "events")]
    cells = release_estimates(
        frame, REGISTERS, behind=["pupils", "events", "flagged", "found"], rests=rests, about="cohorts.warning"
    ).cells
    assert hidden(cells)["cohorts.warning|found|judge=score"] == "FEW"
    assert hidden(cells)["cohorts.warning|flagged|judge=score"] == "LINKED"
    assert shown(cells)["cohorts.warning|pupils|"] == 200  # the other judge's row tells it
    assert guarded(cells) == {key for key in hidden(cells) if "without" not in key}


def test_steps_tell_the_pupils_of_the_months_at_which_they_step() -> None:
    frame = pd.DataFrame(
        {
            "by": "region",
            "group": "",
            "entry": "",
            "state": "diploma",
            "month": [1, 2, 3],
            "followed": [100, 99, 90],
            "probability": [0.1, 0.11, 0.2],
        }
    )
    told = release_steps(
        frame,
        REGISTERS,
        curve=["by", "group", "entry", "state"],
        share="probability",
        of="followed",
        about="cohorts.curves",
    )
    assert shown(told.cells) == {"cohorts.curves|followed|month=1": 100, "cohorts.curves|followed|month=3": 90}


def test_rounded_counts_are_known_to_half_of_what_they_are_rounded_by() -> None:
    frame = pd.DataFrame({"state": ["national", "interrupted"], "year": 1, "pupils": [48, 12]})
    of = {"cohort": 2020, "by": "home", "group": "Täby"}
    cells = release_rounded(
        frame, REGISTERS, about=About("cohorts.status_days", of), twice=np.array([False, True])
    ).cells
    key = "cohorts.months|pupils|cohort=2020 home=Täby month=202110 state="
    assert shown(cells) == {f"{key}national": 50, f"{key}interrupted": 10}
    assert cells.unit.tolist() == [2.5, 5.0]


def test_a_count_that_is_rounded_afterwards_is_known_as_it_is_told() -> None:
    frame = pd.DataFrame(
        {
            "cohort": 2020,
            "by": "home",
            "group": ["Täby", "Nacka"],
            "year": 1,
            "entry": "",
            "state": "away",
            "present": [52, 8],
            "pupils": [20, 0],
        }
    )
    cells = release_cohorts(frame, REGISTERS, about="cohorts.leavers").with_rounded("present", 10).cells
    assert shown(cells)["cohorts.leavers|present|cohort=2020 home=Täby year=1"] == 50
    assert "cohorts.leavers|present|cohort=2020 home=Nacka year=1" in hidden(cells)
    assert cells.unit[cells.keys.index("cohorts.leavers|present|cohort=2020 home=Täby year=1")] == 2.5


def test_a_mean_tells_how_many_have_something() -> None:
    frame = pd.DataFrame(
        {
            "cohort": 2020,
            "by": "programme",
            "group": ["NA", "EE"],
            "schools": 9,
            "pupils": [100, 50],
            "covered": [20, 47],
            "dose": 1.0,
            "completion_3": [0.5, 0.6],
        }
    )
    told = {"completed": np.array([50.0, np.nan]), "covered": frame["covered"].to_numpy(float)}
    cells = release_effects(frame, REGISTERS, told=told, about="effects.doses").cells
    assert shown(cells)["effects.doses|completed|cohort=2020 programme=NA"] == 50
    assert hidden(cells)["effects.doses|covered|cohort=2020 programme=EE"] == "FEW"  # three are not
    assert hidden(cells)["effects.doses|pupils|cohort=2020 programme=EE"] == "LINKED"
    assert "effects.doses|completed|cohort=2020 programme=EE" not in cells.keys


def test_amounts_are_cells_of_the_year_that_they_are_paid_for() -> None:
    frame = pd.DataFrame(
        {
            "by": ["region", "payer", "payer_programme", "payer_programme"],
            "group": ["", "Täby", "Täby", "Täby"],
            "other": ["", "", "NA", ""],
            "pupils": [50, 50, 3, 9],
            "price": [5_000_000, 5_000_000, 300_000, 900_000],
            "pupils_previous": [40, 40, 40, 0],
            "price_previous": [4_000_000, 4_000_000, 4_000_000, 0],
        }
    )
    about = About("funding.costs", {"year": 2024}, {"year": 2023})
    cells = release_money(frame, REGISTERS, ties=Ties(sums=[(0, [1])]), about=about).cells
    assert shown(cells)["funding.costs|price|payer=Täby programme=NA year=2023"] == 4_000_000
    assert hidden(cells) == {
        "funding.costs|price|payer=Täby programme=NA year=2024": "FEW",
        "funding.costs|pupils|payer=Täby programme=NA year=2024": "FEW",
    }
    assert ("funding.costs|price|year=2024", frozenset(["funding.costs|price|payer=Täby year=2024"])) in sums(cells)
    assert not any("|pupils|" in whole for whole, _ in sums(cells))  # pupils are months, rounded up
    assert cells.amounts is not None
    assert cells.amounts.tolist() == ["|price|" in key for key in cells.keys]


def test_an_amount_in_a_row_of_few_is_a_secret_of_the_table_that_it_is_few_in() -> None:
    frame = pd.DataFrame(
        {"municipality": ["Täby"], "paid": [900_000], "received": [100_000], "net": [-800_000], "pupils": [2]}
    )
    about = About("funding.balances", {"year": 2024}, own={"pupils": np.zeros(1, np.bool_)}, elsewhere=True)
    cells = release_money(frame, REGISTERS, about=about).cells
    names = ("municipality=Täby", "payer=Täby")
    assert hidden(cells) == {f"funding.between|price|{name} year=2024": "LINKED" for name in names}
    assert not guarded(cells)


def test_published_tables_are_no_news() -> None:
    assert len(release_published(pd.DataFrame({"school": ["A"], "admitted": [3]}), PUBLISHED).cells) == 0


def test_a_run_notes_what_it_looks_at_and_nothing_else() -> None:
    one, other = responsibility(about="cohorts.responsibility"), responsibility(about="cohorts.responsibility")
    _ = one.table
    with recording() as seen:
        _ = other.hidden("pupils"), other.among("reason", "")
        assert not seen.records
        _ = one.table, one.where(one.table["pupils"].notna()).table
    _ = other.table
    assert [record.cells for record in seen.records.values()] == [one.cells]


def test_counts_of_nobody_knows_whom_are_on_no_page() -> None:
    unnamed = responsibility()
    assert len(unnamed.table) == 4  # to look at by hand
    with recording(), pytest.raises(DisclosureRefused, match="counts \\(pupils\\) and nobody said of whom"):
        _ = unnamed.table


def test_cells_come_back_from_a_file_as_they_were() -> None:
    cells = responsibility(about="cohorts.responsibility").cells
    back = unpacked(packed(cells))
    assert packed(back) == packed(cells)
    assert back.keys == cells.keys
    assert back.sums == cells.sums
    np.testing.assert_array_equal(back.values, cells.values)
    np.testing.assert_array_equal(back.guarded, cells.guarded)
