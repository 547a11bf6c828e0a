"""A change of all that is stored of persons is whole or not there at all, whenever the process that makes it ends."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gymreg_core.errors import GymregError, NotPermitted
from gymreg_core.sources.register.keys import secret_of
from gymreg_core.store import changing
from gymreg_core.store.erasing import erase
from gymreg_core.store.ledger import Ledger
from gymreg_core.store.locking import exclusive
from gymreg_core.store.record import record
from gymreg_core.store.rekey import rekey
from tests.peopled import SECRET, Peopled, found_in, killed_at, peopled, rows_of
from tests.pseudonyms import pseudonym

pytestmark = pytest.mark.skipif(os.name == "nt", reason="processes are killed as POSIX kills them")
MOMENTS = 5
"""Of each kind of change, drawn from all of its calls to the disk; tests/simulate_store.py takes every one."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Peopled:
    """To be copied, not written to."""
    return peopled(tmp_path_factory.mktemp("peopled"))


@pytest.fixture
def here(made: Peopled, tmp_path: Path) -> Peopled:
    return copied(made, tmp_path / "copy")


def copied(made: Peopled, folder: Path) -> Peopled:
    return Peopled(shutil.copytree(made.folder, folder, symlinks=True), made.numbers)


def assert_one_key(here: Peopled) -> bytes:
    """Every table is under the key in the file, and the file is alone. Returns the key."""
    names, key = here.names(), secret_of(here.key)
    expected = [pseudonym(number, key) for number in here.plain]
    assert names["register"] == expected
    assert names["enrolments"] == expected
    assert set(names["ledger"]) <= set(expected)
    assert not (here.workspace / changing.FOLDER).exists()
    return key


def test_persons_are_the_same_under_a_new_key_and_nothing_of_the_old_one_is_left(here: Peopled) -> None:
    old = here.names()
    entry = rekey(here.workspace, here.key)
    key = assert_one_key(here)
    assert key != SECRET
    assert not found_in(here.workspace, [*old["register"], SECRET.decode(), key.decode()])
    assert [dict(zip(old["register"], here.names()["register"], strict=True))[name] for name in old["ledger"]] == (
        here.names()["ledger"]
    )
    assert not entry.rows
    rekey(here.workspace, here.key)
    assert assert_one_key(here) != key
    assert [one.what for one in record(here.workspace)] == ["rekey", "rekey"]


@pytest.mark.parametrize("change", ["rekey", "erase"])
def test_killed_at_any_moment_all_is_old_or_all_is_new(made: Peopled, tmp_path: Path, change: str) -> None:
    who = 5

    def work_on(here: Peopled) -> Callable[[], object]:
        if change == "rekey":
            return lambda: rekey(here.workspace, here.key)
        return lambda: erase(here.workspace, here.numbers[who], here.key)

    total = killed_at(0, work_on(copied(made, tmp_path / "whole")))
    rng = np.random.default_rng(20261125)
    outcomes = set()
    moving = [2 * total // 3 + 4, 5 * total // 6]  # the change is decided, and its files are being put in place
    for at in sorted({*moving, total, *rng.integers(1, total, MOMENTS - 3).tolist()}):
        here = copied(made, tmp_path / f"at-{at}")
        assert not killed_at(at, work_on(here))
        if change == "rekey":
            here.names()
            outcomes.add(assert_one_key(here) == SECRET)
        else:
            is_there = pseudonym(here.plain[who], SECRET) in here.names()["register"]
            assert [pseudonym(here.plain[who], SECRET) in names for names in here.names().values()] == [is_there] * 3
            assert bool(found_in(here.workspace, [pseudonym(here.plain[who], SECRET)])) == is_there
            outcomes.add(is_there)
        Ledger(here.workspace).verify(Ledger(made.workspace).head)
        work_on(here)()  # what was left behind holds nobody up
        shutil.rmtree(here.folder)
    assert outcomes == {True, False}


def test_a_change_that_fails_changes_nothing(here: Peopled, monkeypatch: pytest.MonkeyPatch) -> None:
    before, rows = here.names(), rows_of(here.workspace)
    monkeypatch.setattr(changing, "_decide", full)
    for work in (lambda: rekey(here.workspace, here.key), lambda: erase(here.workspace, here.numbers[0], here.key)):
        with pytest.raises(GymregError, match="disk is full"):
            work()
        assert (here.names(), rows_of(here.workspace)) == (before, rows)
        assert secret_of(here.key) == SECRET
        assert not (here.folder / "key.next").exists()


def full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_nobody_else_works_meanwhile(here: Peopled) -> None:
    for lock in (here.workspace / changing.LOCK, here.workspace / "build.lock"):
        with exclusive(lock), pytest.raises(NotPermitted, match="another run is at work"):
            rekey(here.workspace, here.key)
    assert assert_one_key(here) == SECRET
