"""The ledger is as before or complete, whatever happens while a month is closed; and every change of it is found."""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gymreg_core.contracts.ledger import ledger_table
from gymreg_core.errors import BadInput, BadParameters, GymregError, NotPermitted
from gymreg_core.store import ledger as store
from gymreg_core.store.ledger import Ledger, month_after
from gymreg_core.store.postings import PostingWriter, posted, protected_pupils, pupils
from tests.ledgers import MONTHS, STEPS, close, hooks, tables


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Workspaces with so many months closed; to be copied, not written to."""
    folder = tmp_path_factory.mktemp("ledgers")
    return {n: close(folder / str(n), MONTHS[:n]).workspace for n in (2, len(MONTHS))}


@pytest.fixture
def workspace(ledgers: dict[int, Path], tmp_path: Path) -> Path:
    """Two months are closed."""
    return shutil.copytree(ledgers[2], tmp_path / "ws")


@pytest.fixture
def closed(ledgers: dict[int, Path], tmp_path: Path) -> Path:
    """All of MONTHS are closed."""
    return shutil.copytree(ledgers[len(MONTHS)], tmp_path / "ws")


def content(workspace: Path) -> dict[str, bytes]:
    folder = workspace / "ledger"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_months_come_back_in_order(workspace: Path) -> None:
    close(workspace, MONTHS[2:])
    ledger = Ledger(workspace)
    assert [closed.month for closed in ledger.verify()] == list(MONTHS)
    amounts = np.concatenate([tables(month)["postings"]["amount"] for month in MONTHS])
    assert ledger.table("postings")["amount"].tolist() == amounts.tolist()
    assert [closed.about for closed in ledger.closings] == [{"month": month} for month in MONTHS]
    with pytest.raises(KeyError, match="nothing"):
        ledger.table("nothing")
    last = ledger.folder / "2024-02" / "closing.json"
    assert ledger.head == hashlib.sha256(last.read_bytes()).hexdigest()
    assert json.loads(last.read_bytes())["previous"] == ledger.closings[-2].sha256


def test_the_same_closings_are_the_same_bytes(workspace: Path, tmp_path: Path) -> None:
    close(tmp_path / "other", MONTHS[:2])
    assert content(workspace) == content(tmp_path / "other")


@pytest.mark.parametrize(
    ("month", "error", "said"),
    [
        (202312, NotPermitted, "2023-12 is closed"),
        (202311, NotPermitted, "2023-11 is closed"),
        (202310, NotPermitted, "2023-10 is closed"),
        (202402, BadParameters, "2024-02 cannot be closed before 2024-01"),
    ],
)
def test_months_are_closed_once_in_order_without_gaps(
    workspace: Path, month: int, error: type[GymregError], said: str
) -> None:
    before = content(workspace)
    with pytest.raises(error, match=said):
        close(workspace, (month,))
    assert content(workspace) == before


def test_a_second_run_is_refused_at_once(workspace: Path) -> None:
    before = content(workspace)
    with Ledger(workspace).writing(), pytest.raises(NotPermitted, match="another run"):
        close(workspace, (202401,))
    assert content(workspace) == before
    close(workspace, (202401,))


def test_a_reader_needs_no_lock(workspace: Path) -> None:
    with Ledger(workspace).writing() as writer:
        reader = Ledger(workspace)
        writer.close(202401, tables(202401), {})
        assert len(reader.closings) == 3
        assert len(reader.verify()) == 3


def test_killed_at_any_call_the_ledger_is_as_before_or_complete(workspace: Path, tmp_path: Path) -> None:
    before = content(workspace)
    whole = close(shutil.copytree(workspace, tmp_path / "whole"), (202401, 202402))
    runs: list[tuple[int, Path, subprocess.Popen[bytes]]] = []
    for at in range(1, 2 * STEPS + 2):
        here = shutil.copytree(workspace, tmp_path / f"killed-{at}")
        child = [sys.executable, "-m", "tests.ledgers", str(here), str(at), "half" if at % 2 else "not"]
        runs.append((at, here, subprocess.Popen(child, cwd=Path(__file__).parents[2])))
        if len(runs) >= 4:
            runs[-4][2].wait()
    for at, here, run in runs:
        assert run.wait() == (0 if at > 2 * STEPS else -9), at
        months = [closed.month for closed in Ledger(here).verify()]
        complete = len(MONTHS[:2]) + (at - 1) // STEPS + (at % STEPS == 0)  # the rename of each closing is done by then
        assert months == list(MONTHS[:complete]), at
        assert {name: body for name, body in content(here).items() if name in before} == before
        again = close(here, MONTHS[complete:])
        assert again.head == whole.head
        assert content(here) == content(whole.workspace)


@pytest.mark.parametrize("at", range(1, STEPS + 1))
@pytest.mark.parametrize("half", [True, False])
@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.ENOSPC, "the disk is full"), (errno.EDQUOT, "the disk is full"), (errno.EACCES, "cannot")],
)
def test_where_the_disk_says_no_the_ledger_is_as_before(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, at: int, half: bool, number: int, said: str
) -> None:
    before = content(workspace)

    def refused() -> None:
        raise OSError(number, "refused")

    with monkeypatch.context() as patch:
        for hook in hooks(at, half, refused)[0]:
            patch.setattr(*hook)
        with pytest.raises(GymregError, match=said):
            close(workspace, (202401,))
    if at < STEPS:
        assert content(workspace) == before
        close(workspace, (202401,))
    # Where only the rename could not be brought to the disk, the closing is there, whole.
    assert [closed.month for closed in Ledger(workspace).verify()] == list(MONTHS[:3])


def test_the_calls_are_as_many_as_the_tests_count(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found, made = hooks(0, False, lambda: None)
    for hook in found:
        monkeypatch.setattr(*hook)
    close(workspace, (202401,))
    assert made == ["mkdir", *["write"] * 4, "sync_folder", "rename", "sync_folder"]
    assert len(made) == STEPS


FILES = ("postings.parquet", "unpaid.parquet", "closing.json", "closing.json.sha256")


@pytest.mark.parametrize("month", MONTHS)
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("how", ["changed", "cut", "removed"])
def test_whatever_is_changed_is_found_and_named(closed: Path, month: int, name: str, how: str) -> None:
    file = Ledger(closed).folder / store.written_month(month) / name
    body = file.read_bytes()
    place = len(body) // 2
    if how == "removed":
        file.unlink()
    else:
        file.write_bytes(body[:place] + (bytes([body[place] ^ 1]) + body[place + 1 :] if how == "changed" else b""))
    with pytest.raises(BadInput, match=f"the closing {store.written_month(month)} was changed"):
        Ledger(closed).verify()


@given(st.sampled_from(MONTHS), st.sampled_from(FILES), st.floats(0, 1, exclude_max=True), st.integers(0, 7))
@settings(max_examples=40, deadline=None)
def test_every_bit_counts(ledgers: dict[int, Path], month: int, name: str, at: float, bit: int) -> None:
    workspace = ledgers[len(MONTHS)]
    file = Ledger(workspace).folder / store.written_month(month) / name
    before = file.read_bytes()
    body = bytearray(before)
    body[int(at * len(body))] ^= 1 << bit
    file.write_bytes(bytes(body))
    try:
        with pytest.raises(BadInput, match=f"the closing {store.written_month(month)} was changed"):
            Ledger(workspace).verify()
    finally:
        file.write_bytes(before)


def resealed(workspace: Path, month: int) -> None:
    """A closing whose postings are others, with hashes that fit them, as a forger would leave it."""
    folder = Ledger(workspace).folder / store.written_month(month)
    forged = store.to_parquet(pd.DataFrame({"amount": np.zeros(50, np.int64)}))
    held = json.loads((folder / "closing.json").read_bytes())
    held["tables"]["postings"]["sha256"] = hashlib.sha256(forged).hexdigest()
    (folder / "postings.parquet").write_bytes(forged)
    for name, body in store._sealed(store._json(held)).items():
        (folder / name).write_bytes(body)


@pytest.mark.parametrize("month", MONTHS[:-1])
def test_a_forged_closing_does_not_fit_the_one_after_it(closed: Path, month: int) -> None:
    resealed(closed, month)
    with pytest.raises(BadInput, match=f"the closing {store.written_month(month)} was changed"):
        Ledger(closed).verify()


def test_the_last_closing_is_held_to_the_hash_that_was_told(closed: Path) -> None:
    head = Ledger(closed).head
    assert len(Ledger(closed).verify(head)) == len(MONTHS)
    resealed(closed, MONTHS[-1])
    Ledger(closed).verify()
    with pytest.raises(BadInput, match="2024-02 is not the last"):
        Ledger(closed).verify(head)
    shutil.rmtree(Ledger(closed).folder / "2024-02")
    with pytest.raises(BadInput, match="2024-01 is not the last"):
        Ledger(closed).verify(head)


@pytest.mark.parametrize("month", MONTHS[:-1])
def test_a_closing_that_was_taken_away_is_missed(closed: Path, month: int) -> None:
    shutil.rmtree(Ledger(closed).folder / store.written_month(month))
    # Nobody can tell from the files how many closings there were before the first one that is left.
    missed = "missing" if month == MONTHS[0] else f"the closing {store.written_month(month)} is missing"
    with pytest.raises(BadInput, match=missed):
        Ledger(closed).verify()


def test_nothing_is_closed_on_a_ledger_that_was_changed(workspace: Path) -> None:
    (workspace / "ledger" / "2023-12" / "closing.json").write_text("{}")
    before = content(workspace)
    with pytest.raises(BadInput, match="2023-12 was changed"):
        close(workspace, (202401,))
    assert content(workspace) == before


postings_of = st.lists(st.tuples(st.sampled_from("abcdef"), st.booleans(), st.sampled_from("XYZ")), max_size=8)


@given(st.lists(postings_of, min_size=1, max_size=5), st.data())
@settings(max_examples=15, deadline=None)
def test_postings_come_back_with_their_pseudonyms(
    tmp_path_factory: pytest.TempPathFactory, months: list[list[tuple[str, bool, str]]], data: st.DataObject
) -> None:
    workspace, month, given_ = tmp_path_factory.mktemp("ledger") / "ws", 202311, []
    hidden = set()
    for rows in months:
        known = data.draw(st.sets(st.sampled_from("abcdef")))
        table = _postings(month, rows)
        with Ledger(workspace).writing() as writer:
            PostingWriter(Ledger(workspace), writer).close(
                month, {"postings": table, "unpaid": _unpaid(month, rows[:2])}, protected=known, others={}, about={}
            )
        given_.append(table)
        hidden |= {who for who, protected, _ in rows if protected}
        listed = set(pupils(Ledger(workspace)))
        hidden |= known & listed
        month = month_after(month)
    ledger = Ledger(workspace)
    whole = posted(ledger, "postings")
    expected = pd.concat([table.astype({"pupil": "str", "payer": "str"}) for table in given_], ignore_index=True)
    for name in ("pupil", "payer", "booked", "price"):
        assert whole[name].astype(expected[name].dtype).tolist() == expected[name].tolist()
    assert list(whole) == list(given_[0])
    flags = protected_pupils(ledger)
    assert {who for who, flag in zip(pupils(ledger), flags, strict=True) if flag} == hidden


def _postings(month: int, rows: list[tuple[str, bool, str]]) -> pd.DataFrame:
    n = len(rows)
    text = {name: ["x"] * n for name in ("receiver", "school_id", "municipality", "study_path_code")}
    words = {"provider_form": "municipal", "group": "ordinary", "kind": "own", "cause": ""}
    numbers = {name: np.arange(n) for name in ("price", "vat", "supplement")}
    return ledger_table(
        "postings",
        {
            **text,
            **{name: [word] * n for name, word in words.items()},
            **numbers,
            "pupil": pd.Series([who for who, _, _ in rows], dtype="str"),
            "payer": pd.Series([payer for _, _, payer in rows], dtype="str"),
            "booked": np.full(n, month),
            "concerns": np.full(n, month),
            "year_of_study": np.ones(n),
            "sign": np.ones(n),
            "protected": np.array([hidden for _, hidden, _ in rows], bool),
            "percent": np.full(n, 100),
        },
    )


def _unpaid(month: int, rows: list[tuple[str, bool, str]]) -> pd.DataFrame:
    n = len(rows)
    return ledger_table(
        "unpaid",
        {
            "pupil": pd.Series([who for who, _, _ in rows], dtype="str"),
            "booked": np.full(n, month),
            "concerns": np.full(n, month),
            "reason": ["no_decision"] * n,
            "municipality": ["x"] * n,
            "school_id": ["x"] * n,
            "protected": np.array([hidden for _, hidden, _ in rows], bool),
        },
    )
