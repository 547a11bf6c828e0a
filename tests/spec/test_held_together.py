"""Pages that tell of one another: which cells count the same pupils, what a build leaves out, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gymreg_core.cohort.cards import cards
from gymreg_core.disclosure import Ties, release_cohorts, release_estimates
from gymreg_core.disclosure.attack import attacked, refuse_attacked
from gymreg_core.disclosure.cells import Cells
from gymreg_core.disclosure.coordinates import cell_key, links
from gymreg_core.disclosure.dear import dearer
from gymreg_core.disclosure.linked import to_hide, together
from gymreg_core.disclosure.policy import policy
from gymreg_core.disclosure.recorded import recording
from gymreg_core.disclosure.sheet import Sheet
from gymreg_core.disclosure.withheld import VARIABLE
from gymreg_core.errors import DisclosureRefused
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.dropout_plan import DropoutParams
from gymreg_core.reporting.held_together import held_together, record_key, write_record
from gymreg_core.reporting.run_cells import cells_of, tables_of, write_cells
from gymreg_core.reporting.runner import Executed, Run

REGISTERS = Provenance(inputs=(), made_up=True, already_public=False)
ABOUT = ("population", "starts", "started", "age_limit", "residence", "temporary", "moved")
"""What decides who starts, by the region and by home."""


def cells(shown: Mapping[str, float | None], sums: Mapping[str, list[str]] | None = None) -> Cells:
    sheet = Sheet()
    for key, value in shown.items():
        sheet.cell(key, np.nan if value is None else value, 1 if value is None else 0, guarded=value is None)
    for whole, parts in (sums or {}).items():
        sheet.adds_up(sheet.at[whole], [sheet.at[part] for part in parts])
    return sheet.cells()


@pytest.mark.parametrize("rule", [rule for rule in links()["same"] if rule["universe"] == "cohorts.measures"])
def test_starters_are_named_alike_only_where_their_cards_say_the_same(rule: dict[str, object]) -> None:
    of = {card.key: card for card in cards()}
    if rule["measures"] == ["completed"]:
        return
    for key in rule["where"]["card"]:  # type: ignore[index]
        card, other = of[key], of[rule["as"]["card"]]  # type: ignore[index]
        assert [getattr(card, name) for name in ABOUT] == [getattr(other, name) for name in ABOUT], key
        if "completed" in rule["measures"]:  # type: ignore[operator]
            same = ("horizon", "last_day", "completed")
            assert [getattr(card, name) for name in same] == [getattr(other, name) for name in same], key
        assert card.attribution == other.attribution or "programme" in rule["without"]  # type: ignore[operator]


SAME = """
cohorts.switches|starters|kind=none within=2                    cohorts.measures|starters|card=skolverket_3
cohorts.switches|pupils|within=2                                cohorts.measures|starters|card=skolverket_3
cohorts.switches|pupils|kind=school within=2                    cohorts.switches|pupils|kind=school within=2
cohorts.flows|pupils|cohort=2020 origin=a year=2                cohorts.months|pupils|cohort=2020 month=202110 state=a
cohorts.flows|pupils|cohort=2020 destination=b year=2           cohorts.months|pupils|cohort=2020 month=202210 state=b
effects.doses|pupils|cohort=2020 programmes=all                 effects.doses|pupils|cohort=2020 programmes=all
effects.doses|pupils|programmes=vocational                      effects.doses|pupils|programmes=vocational
funding.exchange|received|municipality=Nacka of=Täby            funding.between|price|municipality=Täby payer=Nacka
funding.balances|paid|municipality=Täby                         funding.between|price|payer=Täby
"""


@pytest.mark.parametrize("line", SAME.strip().splitlines())
def test_the_same_pupils_have_one_name(line: str) -> None:
    given, _, wanted = line.partition("   ")
    universe, measure, of = given.split("|")
    assert cell_key(universe, measure, dict(one.split("=") for one in of.split())) == wanted.strip()


def test_sums_and_hierarchies_hold_between_tables() -> None:
    name = "cohorts.measures|{}|card={} cohort=2020 home=Upplands Väsby"
    measures = cells(
        {
            name.format("starters", "skolverket_3_introductory"): 50,
            name.format("starters", "kolada_4_diploma"): 47,
            name.format("left_out", "kolada_4_diploma"): None,
        }
    )
    doses = cells(
        {
            f"effects.doses|pupils|cohort=2020 {of}": n
            for of, n in (
                ("programme_type=vocational", 30),
                ("programme=EE", 20),
                ("programme=BA", None),
                ("programme=NA", 40),
            )
        }
    )
    whole = together([measures, doses])
    assert {(whole.keys[total].rpartition("|")[2], len(parts)) for total, parts in whole.sums} == {
        ("card=skolverket_3_introductory cohort=2020 home=Upplands Väsby", 2),
        ("cohort=2020 programme_type=vocational", 2),
    }
    assert set(attacked(whole, policy()).told) == {
        name.format("left_out", "kolada_4_diploma"),
        "effects.doses|pupils|cohort=2020 programme=BA",
    }


def test_two_values_of_one_cell_are_refused() -> None:
    with pytest.raises(DisclosureRefused, match=r"two values: x\|n\|a=1\n"):
        together([cells({"x|n|a=1": 40}), cells({"x|n|a=1": 41})])


def test_what_is_shown_and_not_few_is_no_secret() -> None:
    hidden = cells({"x|n|a=1": None, "x|n|a=2": None, "x|n|a=3": None})
    assert together([hidden, cells({"x|n|a=1": 3, "x|n|a=2": 30})]).guarded.tolist() == [True, False, True]


def test_what_has_to_be_left_out_too_opens_what_is_hidden() -> None:
    names = {f"x|n|a={a}{b}": 20.0 for a in "12" for b in ("", " b=1", " b=2", " b=3")}
    shown: dict[str, float | None] = {
        **names,
        "x|n|": 120.0,
        "x|n|a=1": 60.0,
        "x|n|a=2": 60.0,
        "x|n|a=1 b=1": None,
        "x|n|a=1 b=2": None,
    }
    told = cells(
        shown, {f"x|n|a={a}": [f"x|n|a={a} b={b}" for b in "123"] for a in "12"} | {"x|n|": ["x|n|a=1", "x|n|a=2"]}
    )
    other = cells({"x|n|a=1 b=2": 36.0})
    whole = replace(together([told, other]), guarded=np.array([key == "x|n|a=1 b=1" for key in told.keys]))
    found = attacked(whole, policy())
    more = to_hide(whole, policy())
    assert to_hide(whole, policy(), found.places) == more
    assert to_hide(whole, policy(), ()) == ()
    gone = np.isin(whole.keys, more)
    opened = replace(
        whole,
        values=np.where(gone, np.nan, whole.values),
        guarded=whole.guarded | gone,
        why=np.where(gone, 6, whole.why).astype(np.int8),
    )
    assert not attacked(opened, policy())
    assert len(more) == 1


def test_rounded_counts_are_left_out_only_where_rounding_does_not_do() -> None:
    away, rounded = cells({"x|n|": None, "x|m|": 20.0}), cells({"x|n|a=1": 30.0, "x|n|a=2": 5.0, "x|m|b=1": 20.0})
    rounded.unit[:2] = 2.5
    told = together([away, rounded])
    at = {key: place for place, key in enumerate(told.keys)}
    whole = replace(told, sums=((at["x|n|"], (at["x|n|a=1"], at["x|n|a=2"])),))
    assert not attacked(whole, policy())
    assert to_hide(whole, policy()) == ()
    exact = replace(whole, unit=np.where(np.arange(5) == at["x|n|a=1"], 0.0, whole.unit))
    assert attacked(exact, policy())
    assert set(to_hide(exact, policy())) <= {"x|n|a=1", "x|n|a=2"}
    assert to_hide(exact, policy())


def one_run(folder: Path, frame: pd.DataFrame, sums: list[tuple[int | None, list[int]]]) -> Executed:
    """What a report does that lets out one table and shows it."""
    with recording() as seen:
        _ = release_cohorts(frame, REGISTERS, ties=Ties(sums=sums), about="cohorts.responsibility").table
    folder.mkdir(parents=True, exist_ok=True)
    write_cells(folder, seen)
    params = DropoutParams(scope="region", scope_name=None, cohort=2020, compare_to=None, language="sv")
    return Executed(Run(params, folder.name), folder)


def linked_reports(folder: Path) -> list[Executed]:
    """One report tells the reasons of Täby and hides two of them, since their sum is told; the other report tells one
    of these by another table."""
    reasons = pd.DataFrame(
        {"day": "2025-10-15", "municipality": "Täby", "reason": ["", "a", "b", "c"], "pupils": [45, 3, 14, 28]}
    )
    others = pd.DataFrame(
        {"day": "2025-10-15", "municipality": ["", "Täby", "Nacka", "Solna"], "reason": "b", "pupils": [84, 14, 30, 40]}
    )
    return [one_run(folder / "first", reasons, [(0, [1, 2, 3])]), one_run(folder / "second", others, [(0, [1, 2, 3])])]


def test_reports_that_tell_of_one_another_leave_out_more_and_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes: list[str] = []

    def again(lists: Mapping[str, frozenset[str]]) -> list[Executed]:
        path = tmp_path / "withheld.json"
        path.write_text(json.dumps(sorted(frozenset().union(*lists.values()))))
        monkeypatch.setenv(VARIABLE, str(path))
        return linked_reports(tmp_path / "again")

    first = linked_reports(tmp_path)
    assert attacked(together(cells_of(one.folder for one in first)), policy())
    executed, held = held_together(first, again, notes.append)
    assert executed[0].folder.parent.name == "again"
    assert not attacked(together(cells_of(one.folder for one in executed)), policy())
    assert held.withheld > 0
    assert held.reports["dropout"]["hidden"]["FEW"] == 1
    assert held.reports["dropout"]["lost"] == held.reports["dropout"]["hidden"]["LINKED"]
    assert "comes too close to none" in notes[-1]


def test_reports_that_still_tell_of_one_another_are_kept_as_open_for_the_desk_to_refuse(tmp_path: Path) -> None:
    notes: list[str] = []
    _, held = held_together(linked_reports(tmp_path), lambda _: linked_reports(tmp_path), notes.append)
    assert any("municipality=Täby reason=a" in key for key in held.attack.told)
    assert "the release desk refuses this site" in notes[-1]
    assert attacked(held.cells, policy()).told == held.attack.told
    with pytest.raises(DisclosureRefused, match="municipality=Täby reason=a") as refused:
        refuse_attacked(attacked(held.cells, policy()), where="the release")
    assert refused.value.exit_code == 13
    assert " 3" not in str(refused.value)


def test_the_record_is_for_its_owner_alone_and_says_of_which_site_it_is(tmp_path: Path) -> None:
    run = one_run(
        tmp_path / "run",
        pd.DataFrame({"day": "2025-10-15", "municipality": ["", "Täby"], "reason": "", "pupils": [40, 40]}),
        [(0, [1])],
    )
    _, held = held_together([run], lambda _: [run], lambda _: None)
    write_record(tmp_path / "versions", "abc", held, {"dropout": ["f00d"]})
    path = tmp_path / "versions" / "disclosure.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert record_key(tmp_path / "versions") == "abc"
    before = path.read_bytes()
    write_record(tmp_path / "versions", "abc", held, {"dropout": ["f00d"]})
    assert path.read_bytes() == before
    assert held.totals() == {"cells": 2, "hidden": 0}
    assert record_key(tmp_path) is None


def test_a_run_keeps_each_table_once_with_its_reasons(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"judge": "score", "by": "region", "group": "", "pupils": [200], "events": 60, "flagged": 20, "found": 2}
    )
    with recording() as seen:
        released = release_estimates(frame, REGISTERS, behind=["pupils", "found"], about="cohorts.warning")
        _ = released.table, released.head(1).table
    write_cells(tmp_path, seen)
    assert [vars(table) for table in tables_of(tmp_path)] == [
        {
            "universe": "cohorts.warning",
            "cells": 4,
            "hidden": {"FEW": 1, "LINKED": 3},
            "file": tables_of(tmp_path)[0].file,
        }
    ]


def test_main_measures_are_dearer_than_others() -> None:
    main = [card.key for card in cards() if card.main]
    keys = [f"cohorts.measures|starters|card={card.key} cohort=2022 home=Täby" for card in cards()]
    dear = dict(zip((card.key for card in cards()), dearer(keys), strict=True))
    assert {key for key, more in dear.items() if more > 0} == set(main)
    assert dearer([f"{keys[0]} less {keys[1]}", "cohorts.switches|pupils|cohort=2022"]).tolist() == [0, 0]
