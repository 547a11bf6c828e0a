"""gymreg settle as a user meets it: posted, told, written; twice nothing; in order; never half, never with a pupil."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gymreg_core.contracts.enrolments import Enrolments, enrolment_table, enrolments_at
from gymreg_core.contracts.ledger import AMOUNTS
from gymreg_core.findings import Findings
from gymreg_core.funding.prices import PriceTable, Tariff
from gymreg_core.funding.settled import settled_year, settled_years
from gymreg_core.provenance import InputFile, Provenance
from gymreg_core.sources.enrolments.reading import EnrolmentReading
from gymreg_core.store import ledger
from gymreg_core.store.enrolments import put_enrolments
from gymreg_core.store.ledger import Ledger
from gymreg_core.store.postings import coded, posted, pupils
from tests.command_line import CommandLine
from tests.enrolments import small_enrolments

FIRST, LAST = "2024-01", "2024-03"


def store(workspace: Path, enrolments: Enrolments, name: str = "extract") -> Path:
    """A workspace whose current enrolments are these."""
    file = InputFile(name, name.encode().hex(), 1)
    provenance = Provenance((file,), already_public=False, made_up=True)
    put_enrolments(workspace, EnrolmentReading(enrolments, Findings(), provenance), "test")
    return workspace


@pytest.fixture(scope="module")
def enrolments() -> Enrolments:
    drawn = small_enrolments(60)
    persons = drawn.persons.assign(protected=drawn.persons.index == 3)
    return replace(drawn, persons=persons)


@pytest.fixture(scope="module")
def stored(enrolments: Enrolments, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store(tmp_path_factory.mktemp("stored") / "ws", enrolments)


@pytest.fixture
def workspace(stored: Path, tmp_path: Path) -> Path:
    return shutil.copytree(stored, tmp_path / "ws")


@pytest.fixture
def run(command_line: CommandLine) -> Any:
    """gymreg settle with these arguments: exit code, what it printed, what it complained of."""

    def gymreg_settle(workspace: Path, *arguments: object) -> tuple[int, str, str]:
        return command_line("settle", "--workspace", workspace, *arguments)

    return gymreg_settle


def ledger_bytes(workspace: Path) -> dict[str, bytes]:
    folder = workspace / "ledger"
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def names_nobody(text: str, workspace: Path) -> bool:
    return not any(who in text for who in pupils(Ledger(workspace)))


def test_months_are_closed_told_and_written(run: Any, workspace: Path, tmp_path: Path) -> None:
    code, told, complained = run(workspace, "--months", f"{FIRST}:{LAST}", "--out", tmp_path / "out", "--json")
    assert code == 0
    assert complained.splitlines() == ["months: 3 of 3"]
    done = json.loads(told)
    postings = coded(Ledger(workspace), "postings")
    assert [one["booked"] for one in done["by_month"]] == [202401, 202402, 202403]
    assert (done["months"], done["closed_now"], done["made_up"]) == (3, 3, True)
    assert done["postings"] == len(postings)
    assert done["pupil_months"] == postings["sign"].sum()
    assert {name: done[name] for name in AMOUNTS} == {name: postings[name].sum() for name in AMOUNTS}
    assert done["amount"] == postings[list(AMOUNTS)].to_numpy().sum() == sum(one["amount"] for one in done["by_month"])
    assert done["head"] == Ledger(workspace).head
    assert all(
        one["enrolled"] == one["pupil_months"] + one["not_paid"] for one in done["by_month"] if not one["corrections"]
    )
    assert {"supplement.bands", "settlement.closing_day", "prices/use.years"} <= set(done["rules"])
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == sorted(done["files"])
    assert len(written) == 4 * 3 + 6  # of three months, and of their year
    assert names_nobody(told + complained, workspace)
    for path in (tmp_path / "out").glob("*.csv"):
        assert names_nobody(path.read_text("utf-8-sig"), workspace)


def test_a_terminal_gets_sentences(run: Any, workspace: Path, tmp_path: Path) -> None:
    code, told, _ = run(workspace, "--months", FIRST, "--out", tmp_path / "out")
    assert code == 0
    head = Ledger(workspace).head
    assert told.splitlines()[0].startswith("2024-01 to 2024-01: 1 of 1 months closed now, ")
    assert told.splitlines()[-2:] == [
        f"In the ledger of {workspace}, up to {head[:12]}",
        f"Written: 10 files in {tmp_path / 'out'}",
    ]


def test_a_second_run_posts_nothing_and_writes_the_same(run: Any, workspace: Path, tmp_path: Path) -> None:
    wanted = ("--months", f"{FIRST}:{LAST}", "--json", "--out")
    _, first, _ = run(workspace, *wanted, tmp_path / "one")
    before = ledger_bytes(workspace)
    code, again, _ = run(workspace, *wanted, tmp_path / "two")
    assert code == 0
    assert ledger_bytes(workspace) == before
    first, again = json.loads(first), json.loads(again)
    assert again == {**first, "closed_now": 0, "by_month": [{**one, "closed_now": False} for one in first["by_month"]]}
    for path in (tmp_path / "one").iterdir():
        assert (tmp_path / "two" / path.name).read_bytes() == path.read_bytes()


def test_a_run_goes_on_where_the_one_before_ended(run: Any, workspace: Path, stored: Path, tmp_path: Path) -> None:
    whole = shutil.copytree(stored, tmp_path / "whole")
    run(whole, "--months", f"{FIRST}:{LAST}")
    run(workspace, "--months", FIRST)
    code, told, _ = run(workspace, "--months", f"{FIRST}:{LAST}", "--json")
    assert code == 0
    assert json.loads(told)["closed_now"] == 2
    columns = ["pupil", "booked", "concerns", "payer", "school_id", "cause", "sign", *AMOUNTS]
    one, other = (posted(Ledger(ws), "postings")[columns].astype({"pupil": "str"}) for ws in (workspace, whole))
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize(
    ("closed", "wanted", "code", "said"),
    [
        (None, "2024-1", 10, "'2024-1' are no months"),
        (None, "2024-13", 10, "are no months"),
        (None, "2024-03:2024-01", 10, "are no months"),
        (None, "2024-01:2024-02:2024-03", 10, "are no months"),
        (None, "2026-06:2026-08", 10, "the extract ends on"),
        (None, "2023-06", 10, "the extract tells of days from"),
        ("2024-01", "2024-03", 10, "2024-03 cannot be closed before 2024-02"),
        ("2024-02", "2024-01", 15, "2024-01 is closed"),
    ],
)
def test_months_that_cannot_be_closed_are_refused(
    run: Any, workspace: Path, closed: str | None, wanted: str, code: int, said: str
) -> None:
    if closed:
        run(workspace, "--months", closed)
    before = ledger_bytes(workspace)
    found, told, complained = run(workspace, "--months", wanted)
    assert (found, told) == (code, "")
    assert said in complained
    assert ledger_bytes(workspace) == before


def test_a_closed_month_stays_what_another_extract_says(run: Any, tmp_path: Path, enrolments: Enrolments) -> None:
    workspace = tmp_path / "ws"
    store(workspace, enrolments_at(enrolments, date(2024, 1, 31)))
    run(workspace, "--months", FIRST)
    before = ledger_bytes(workspace)
    spells = enrolments.spells.copy()
    first = spells.index[spells["pupil"] == 5][0]
    spells.loc[first, "annulled"] = pd.Timestamp("2024-02-01")
    store(workspace, replace(enrolments, spells=enrolment_table("spells", spells)), "newer")
    code, _, complained = run(workspace, "--months", f"{FIRST}:{LAST}")
    assert code == 15
    assert "2024-01 is closed, by another extract" in complained
    assert ledger_bytes(workspace) == before
    code, told, _ = run(workspace, "--months", "2024-02", "--json")
    assert code == 0
    assert json.loads(told)["corrections"] < 0
    assert {name: body for name, body in ledger_bytes(workspace).items() if name in before} == before
    corrections = settled_year(workspace, 2024).corrections()
    assert corrections[["concerns", "booked", "pupil_months"]].to_numpy().tolist() == [[202401, 202402, -1]]


def test_other_prices_and_another_reading_of_vat_move_the_amounts(
    run: Any, stored: Path, workspace: Path, tmp_path: Path
) -> None:
    prices = tmp_path / "prislista-2024.csv"
    prices.write_text("Programkod;Program;Pris 2024\nEK;Ekonomi;1000000\n", encoding="utf-8")
    told = {}
    for name, options in {
        "packaged": (),
        "prices": ("--prices", prices),
        "vat": ("--vat", "of_total"),
        "as packaged": ("--vat", "on_top"),
    }.items():
        here = shutil.copytree(stored, tmp_path / name)
        code, found, complained = run(here, "--months", FIRST, "--json", *options)
        assert code == 0, complained
        told[name] = json.loads(found)
        assert ("price-list-owner" in complained) == (name == "prices")
    assert told["prices"]["price"] > told["packaged"]["price"]
    assert told["vat"]["price"] == told["packaged"]["price"]
    assert told["vat"]["vat"] > told["packaged"]["vat"] > 0
    assert told["as packaged"] == told["packaged"]
    run(workspace, "--months", FIRST)
    code, _, complained = run(workspace, "--months", FIRST, "--vat", "of_total")
    assert code == 15
    assert "by other rules of settlement" in complained
    code, _, complained = run(workspace, "--months", FIRST, "--prices", prices)
    assert code == 15
    assert "by other prices" in complained


def test_an_unknown_reading_and_a_price_list_that_is_none_are_refused(
    run: Any, workspace: Path, tmp_path: Path
) -> None:
    assert run(workspace, "--months", FIRST, "--vat", "under")[0] == 10
    (tmp_path / "list.csv").write_text("nothing;here\n", encoding="utf-8")
    assert run(workspace, "--months", FIRST, "--prices", tmp_path / "list.csv")[0] == 11
    assert ledger_bytes(workspace) == {}


def test_a_folder_that_cannot_be_written_closes_nothing(run: Any, workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        code, told, complained = run(workspace, "--months", FIRST, "--out", out)
        assert (code, told) == (14, "")
        assert str(out) in complained
    assert ledger_bytes(workspace) == {}


def test_without_enrolments_there_is_nothing_to_settle(run: Any, tmp_path: Path) -> None:
    code, _, complained = run(tmp_path / "empty", "--months", FIRST)
    assert code == 11
    assert "no enrolments are stored here" in complained
    assert not (tmp_path / "empty").exists()


def test_a_missing_price_stops_every_month(
    run: Any, tmp_path: Path, enrolments: Enrolments, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A study path that has no price comes up in the second month: the first is not posted either."""
    spells = enrolments.spells.copy()
    there = (spells["pupil"] == 7) & (spells["recorded"] < "2024-01-01")
    spells.loc[there, "study_path_code"] = "HUSPR"
    spells.loc[there, "recorded"] = pd.Timestamp("2024-02-15")
    workspace = store(tmp_path / "ws", replace(enrolments, spells=enrolment_table("spells", spells)))
    priced = Tariff.prices

    def without(tariff: Tariff, keys: pd.DataFrame) -> PriceTable:
        found = priced(tariff, keys)
        return replace(found, amount=np.where(keys["code"] == "HUSPR", -1, found.amount))

    monkeypatch.setattr(Tariff, "prices", without)
    assert run(workspace, "--months", "2023-12")[0] == 0
    code, told, complained = run(workspace, "--months", f"{FIRST}:{LAST}")
    assert (code, told) == (12, "")
    assert "HUSPR" in complained
    assert [closed.month for closed in Ledger(workspace).closings] == [202312]
    assert names_nobody(complained, workspace)


def test_enrolments_that_break_their_contract_are_refused(run: Any, tmp_path: Path, enrolments: Enrolments) -> None:
    spells = pd.concat([enrolments.spells, enrolments.spells.iloc[[4]]], ignore_index=True)
    workspace = store(tmp_path / "ws", replace(enrolments, spells=enrolment_table("spells", spells)))
    code, told, complained = run(workspace, "--months", FIRST)
    assert (code, told) == (11, "")
    assert Ledger(workspace).closings == ()
    assert not any(who in complained for who in enrolments.persons["applicant"])


def test_a_ledger_that_was_changed_is_refused(run: Any, workspace: Path) -> None:
    run(workspace, "--months", f"{FIRST}:2024-02")
    file = workspace / "ledger" / "2024-01" / "postings.parquet"
    file.write_bytes(file.read_bytes()[:-1])
    code, _, complained = run(workspace, "--months", LAST)
    assert code == 11
    assert "the closing 2024-01 was changed" in complained


def test_two_runs_at_once_are_refused(run: Any, workspace: Path) -> None:
    with Ledger(workspace).writing():
        code, told, complained = run(workspace, "--months", FIRST, "--json")
    assert (code, told) == (15, "")
    assert "another run is closing months here" in complained
    assert ledger_bytes(workspace) == {}


@pytest.mark.parametrize(
    ("number", "code", "said"), [(errno.ENOSPC, 1, "the disk is full"), (errno.EACCES, 10, "cannot")]
)
def test_where_the_disk_says_no_the_months_before_stay(
    run: Any, workspace: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: int, said: str
) -> None:
    written = ledger.write

    def write(path: Path, content: bytes) -> None:
        if "2024-02" in str(path):
            raise OSError(number, "no")
        written(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "write", write)
        found, told, complained = run(workspace, "--months", f"{FIRST}:{LAST}", "--json")
    assert (found, told) == (code, "")
    assert said in complained
    assert [closed.month for closed in Ledger(workspace).verify()] == [202401]
    assert run(workspace, "--months", f"{FIRST}:{LAST}")[0] == 0


def test_killed_in_the_midst_the_next_run_ends_the_same(
    run: Any, workspace: Path, stored: Path, tmp_path: Path
) -> None:
    months = ("--months", "2023-09:2024-06")
    whole = shutil.copytree(stored, tmp_path / "whole")
    run(whole, *months)
    program = str(Path(sys.executable).parent / "gymreg")
    child = subprocess.Popen(
        [program, "settle", "--workspace", str(workspace), *months],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while child.poll() is None and len(list(workspace.glob("ledger/20*"))) < 3:
        time.sleep(0.001)
    os.kill(child.pid, signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    closed = len(Ledger(workspace).verify())
    assert 3 <= closed < 10
    code, told, _ = run(workspace, *months, "--json")
    assert code == 0
    assert json.loads(told)["closed_now"] == 10 - closed
    one, other = (posted(Ledger(ws), "postings").astype({"pupil": "str"}) for ws in (workspace, whole))
    pd.testing.assert_frame_equal(one, other)


def test_a_year_is_read_without_pupils(run: Any, workspace: Path, enrolments: Enrolments) -> None:
    run(workspace, "--months", "2023-11:2024-03")
    assert settled_years(workspace) == [2023, 2024]
    year = settled_year(workspace, 2024)
    postings = posted(Ledger(workspace), "postings")
    of_year = postings[postings["booked"] >= 202401]
    for name in AMOUNTS:
        assert year.lines[name].sum() == of_year[name].sum() == year.summary()[name]
    assert year.about["months"] == [202401, 202402, 202403]
    assert year.about["head"] == Ledger(workspace).head
    hidden = of_year[of_year["pupil"] == enrolments.persons["applicant"].iloc[3]]
    apart = year.lines[year.lines["school_id"] == ""]
    assert apart["pupil_months"].sum() == hidden["sign"].sum() > 0
    assert year.supplement["amount"].sum() + apart["supplement"].sum() == year.lines["supplement"].sum()
    table = year.reconciliation().table
    assert (table["enrolled"] == table["paid"] + table["not_paid"]).all()
    assert table["paid_now"].sum() == of_year.loc[of_year["concerns"] >= 202401, "sign"].sum()
    for frame in (year.lines, year.unpaid, year.supplement, year.counted, year.flows().table, year.corrections()):
        assert not {"pupil", "applicant"} & set(frame)
    for language in ("sv", "en"):
        assert names_nobody(year.describe(language), workspace)


def test_who_becomes_protected_later_is_hidden_in_all_months(run: Any, workspace: Path, enrolments: Enrolments) -> None:
    run(workspace, "--months", FIRST)
    before = settled_year(workspace, 2024).lines
    persons = enrolments.persons.assign(protected=enrolments.persons.index.isin([3, 5]))
    store(workspace, replace(enrolments, persons=persons), "newer")
    run(workspace, "--months", "2024-02")
    lines = settled_year(workspace, 2024).lines
    january = lines[lines["booked"] == 202401]
    hidden = {
        name: frame.loc[frame["school_id"] == "", "pupil_months"].sum()
        for name, frame in (("before", before), ("now", january))
    }
    assert hidden == {"before": 1, "now": 2}
    assert january["price"].sum() == before["price"].sum()
