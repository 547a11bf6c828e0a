"""A ledger that is closed in several runs: what a run of its own must not change, lose or refuse."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.errors import RuleMissing
from gymreg_core.findings import Findings
from gymreg_core.funding import settle_months as module
from gymreg_core.funding.distribution import distribution
from gymreg_core.funding.prices import Tariff
from gymreg_core.funding.settle_months import settle_months
from gymreg_core.funding.settled import settled_year
from gymreg_core.funding.settled_months import SettledMonths
from gymreg_core.funding.settlement_rules import SettlementRules
from gymreg_core.funding.supplement import Supplement
from gymreg_core.provenance import InputFile, Provenance
from gymreg_core.sources.enrolments.reading import EnrolmentReading
from gymreg_core.store.enrolments import put_enrolments
from gymreg_core.store.ledger import Ledger
from gymreg_core.store.postings import posted
from tests.enrolments import tiny_enrolments

ONE = "| who |\n| a |"


def store(workspace: Path, enrolments: Enrolments, name: str = "extract") -> Path:
    """A workspace whose current enrolments are these."""
    provenance = Provenance((InputFile(name, name.encode().hex(), 1),), already_public=False, made_up=True)
    put_enrolments(workspace, EnrolmentReading(enrolments, Findings(), provenance), "test")
    return workspace


def postings(workspace: Path) -> list[tuple[Any, ...]]:
    table = posted(Ledger(workspace), "postings")
    return list(table[["concerns", "cause", "sign", "price"]].itertuples(index=False, name=None))


def test_what_is_known_late_of_a_month_in_which_nobody_was_paid(tmp_path: Path) -> None:
    """Section 6: month by month ends as all at once, also where the ledger begins with a month without a posting."""
    late = tiny_enrolments(spells="| who | recorded |\n| a | 2023-11-01 |")
    apart, together = store(tmp_path / "apart", late), store(tmp_path / "together", late)
    settle_months(apart, 202310, 202310)
    settle_months(apart, 202311, 202311)
    settle_months(together, 202310, 202311)
    assert postings(apart) == postings(together) == [(202310, "late_start", 1, 680_766), (202311, "", 1, 680_766)]


def test_a_later_extract_need_not_tell_of_the_months_before(tmp_path: Path) -> None:
    """What it does tell of them was not known then, whatever day it says: it is paid late."""
    workspace = store(tmp_path / "ws", tiny_enrolments(as_of="2023-10-31"))
    settle_months(workspace, 202310, 202310)
    home = {"persons": "| who | home |\n| a | - |", "homes": "| who | home | start |\n| a | Stockholm | 2023-07-01 |"}
    store(workspace, tiny_enrolments(ONE, since="2023-11-01", as_of="2023-11-20", **home), "newer")
    settle_months(workspace, 202311, 202311)
    assert postings(workspace) == [(202310, "late_start", 1, 680_766), (202311, "", 1, 680_766)]


@pytest.mark.parametrize("runs", [[(202412, 202501)], [(202412, 202412), (202501, 202501)]])
def test_months_closed_over_the_turn_of_the_year_can_be_asked_for_again(
    tmp_path: Path, runs: list[tuple[int, int]]
) -> None:
    """Files are written again for a month, a year or both, whatever months were closed together."""
    workspace = store(tmp_path / "ws", tiny_enrolments(spells=ONE))
    for first, last in runs:
        settle_months(workspace, first, last)
    head = Ledger(workspace).head
    for first, last in ((202412, 202412), (202501, 202501), (202412, 202501)):
        assert settle_months(workspace, first, last).summary()["closed_now"] == 0
    assert Ledger(workspace).head == head


def test_rules_that_change_with_the_year_close_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One set of rules decides all months that are due; a change must not settle the months before it anew."""
    packaged = SettlementRules.packaged

    def changed(year: int | None = None) -> SettlementRules:
        return packaged(year) if year != 2024 else packaged(year).counted_on(12)

    monkeypatch.setattr(module.SettlementRules, "packaged", changed)
    workspace = store(tmp_path / "ws", tiny_enrolments(spells=ONE))
    settle_months(workspace, 202312, 202312)
    for months in ((202401, 202401), (202312, 202401)):
        with pytest.raises(RuleMissing, match="2024"):
            settle_months(workspace, *months)
    assert [closed.month for closed in Ledger(workspace).closings] == [202312]


def test_a_month_without_postings_has_files_of_its_own_name(tmp_path: Path) -> None:
    done = settle_months(store(tmp_path / "ws", tiny_enrolments()), 202310, 202311)
    monthly, yearly = ("betalningar", "underlag", "strukturtillagg"), ("matris", "netto", "avstamning")
    files = done.payment_files()
    assert sorted(name for name in files if name.endswith(".csv")) == sorted(
        [f"{name}-{month}.csv" for name in monthly for month in ("2023-10", "2023-11")]
        + [f"{name}-2023.csv" for name in (*yearly, "ej-betalt", "rattelser")]
    )
    assert len(files["matris-2023.csv"].splitlines()) == 1


def test_what_was_not_paid_before_a_later_extract_begins_is_still_told(tmp_path: Path) -> None:
    """Section 3: what was not paid is listed with its reason; of each month as last known."""
    e = tiny_enrolments(
        spells="""
        | who   | present    | recorded   |
        | a     | 2023-08-15 | 2023-08-15 |
        | never | -          | 2023-08-15 |
        """
    )
    workspace = store(tmp_path / "ws", e)
    settle_months(workspace, 202310, 202311)
    store(workspace, replace(e, since="2023-11-01"), "newer")
    settle_months(workspace, 202312, 202312)
    unpaid = settled_year(workspace, 2023).unpaid
    assert unpaid[["concerns", "reason", "pupil_months"]].to_numpy().tolist() == [
        [month, "never_present", 1] for month in (202310, 202311, 202312)
    ]


def test_a_school_that_is_in_the_extract_no_more_keeps_its_name_in_the_files(tmp_path: Path) -> None:
    both = "| who | school |\n| a | A |\n| b | B |"
    workspace = store(tmp_path / "ws", tiny_enrolments(spells=both, as_of="2023-10-31"))
    settle_months(workspace, 202310, 202310)
    store(workspace, tiny_enrolments(spells="| who | school |\n| a | A |", as_of="2023-11-20"), "newer")
    basis = settle_months(workspace, 202311, 202311).payment_files()["underlag-2023-11.csv"].decode("utf-8-sig")
    assert "Stockholm;Stockholm kommun;2023-10;Skulle inte ha betalats;20000001;B;EK;-1;-6807,66" in basis.splitlines()


def test_prices_other_than_the_month_before_are_told(tmp_path: Path) -> None:
    """Whoever leaves out the price list that the months before were closed with corrects them all back."""
    workspace = store(tmp_path / "ws", tiny_enrolments(spells=ONE))
    own = replace(Tariff.packaged(), first_year=2019)
    settle_months(workspace, 202310, 202310, tariff=own)
    assert "priser" not in settle_months(workspace, 202311, 202311, tariff=own).describe("sv")
    done = settle_months(workspace, 202312, 202312)
    assert "Månaden 2023-12 stängdes med andra priser än månaden före." in done.sentences("sv")
    assert "2023-12 was closed by other prices than the month before." in done.sentences("en")
    assert done.to_dict()["by_month"][0]["other_than_before"] == ["prices"]
    narrower = Supplement.packaged(2015).with_changes(limit=190)
    done = settle_months(workspace, 202401, 202401, supplement=narrower)
    assert "2024-01 was closed by another structural supplement than the month before." in done.sentences("en")


def test_corrections_are_counted_where_they_add_up_to_nothing(tmp_path: Path) -> None:
    """What is taken back from a provider and paid to another: the sum says nothing of it."""
    e, rules = tiny_enrolments(spells=ONE), replace(SettlementRules.packaged(), provider_of_posted_months="as_known")
    workspace = store(tmp_path / "ws", e)
    settle_months(workspace, 202310, 202311, rules=rules)
    store(workspace, replace(e, schools=e.schools.assign(provider="Nya AB")), "newer")
    done = settle_months(workspace, 202312, 202312, rules=rules)
    assert done.to_dict()["corrected"] == {"provider_changed": 2}
    assert done.summary()["corrections"] == 0
    assert "Rättade elevmånader: annan huvudman för skolan 2." in done.sentences("sv")
    assert "Corrected months of pupils: another provider of the school 2." in done.sentences("en")


def test_a_provider_is_another_from_the_months_on_that_are_closed_with_it(tmp_path: Path) -> None:
    """rules/settlement.yml, provider_of_posted_months: what the ledger holds was paid to whoever ran the school."""
    e = tiny_enrolments(spells=ONE)
    workspace = store(tmp_path / "ws", e)
    settle_months(workspace, 202310, 202311)
    store(workspace, replace(e, schools=e.schools.assign(provider="Nya AB")), "newer")
    done = settle_months(workspace, 202312, 202401)
    assert done.to_dict()["corrected"] == {}
    table = posted(Ledger(workspace), "postings")
    assert table["receiver"].tolist() == ["Stockholm kommun", "Stockholm kommun", "Nya AB", "Nya AB"]


def test_files_of_earlier_months_hide_who_is_protected_now(tmp_path: Path) -> None:
    e = tiny_enrolments(spells="| who | school |\n| a | A |\n| b | B |")
    workspace = store(tmp_path / "ws", e)
    shown = settle_months(workspace, 202310, 202310).payment_files()["underlag-2023-10.csv"].decode("utf-8-sig")
    store(workspace, replace(e, persons=e.persons.assign(protected=[False, True])), "newer")
    settle_months(workspace, 202311, 202311)
    files = SettledMonths.of(workspace, [202310, 202311], set()).payment_files()
    assert "20000001" in shown
    for month in ("2023-10", "2023-11"):
        rows = files[f"underlag-{month}.csv"].decode("utf-8-sig").splitlines()
        assert rows[1:] == [
            "Stockholm;Stockholm kommun;;;;;;1;6807,66",
            f"Stockholm;Stockholm kommun;{month};;20000000;A;EK;1;6807,66",
        ]
        assert not any(b"20000001" in body for name, body in files.items() if month in name and name.endswith(".csv"))


def test_what_is_taken_back_of_the_year_before_is_no_supplement_of_the_year(tmp_path: Path) -> None:
    """Nobody has less than nothing of a year's supplement, so that it can be told how it lies over schools."""
    low = [{"who": "a", "merit": "150"}, {"who": "b", "merit": "150"}]
    both = "| who | school |\n| a | A |\n| b | B |"
    workspace = store(tmp_path / "ws", tiny_enrolments(both, low, as_of="2023-12-31"))
    settle_months(workspace, 202312, 202312)
    store(workspace, tiny_enrolments("| who | school |\n| a | A |", low[:1], as_of="2024-01-20"), "newer")
    settle_months(workspace, 202401, 202401)
    year = settled_year(workspace, 2024)
    assert year.lines["supplement"].tolist() == [-99_273, 102_650]
    assert year.supplement[["school", "pupils", "amount"]].to_numpy().tolist() == [["A", 1, 102_650]]
    assert distribution(year.supplement).summary()["total"] == 102_650
