"""What is stored of persons is for its owner alone, whatever the umask; else it is refused, with what mends it."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gymreg_core.errors import NotPermitted
from gymreg_core.matching.match_round import match_round
from gymreg_core.store import private
from gymreg_core.store.enrolments import stored_enrolments
from gymreg_core.store.erasing import erase
from gymreg_core.store.ledger import Ledger
from gymreg_core.store.matches import match
from gymreg_core.store.private import make_private
from gymreg_core.store.registers import register_years, stored_register
from gymreg_core.store.rekey import rekey
from tests.peopled import FIRST, YEAR, Peopled, killed_at, peopled

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows keeps folders to their owner by other means")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Peopled:
    """Made while everything is open to everybody; to be copied, not written to."""
    before = os.umask(0)
    try:
        return peopled(tmp_path_factory.mktemp("peopled"))
    finally:
        os.umask(before)


@pytest.fixture
def here(made: Peopled, tmp_path: Path) -> Peopled:
    return Peopled(shutil.copytree(made.folder, tmp_path / "copy"), made.numbers)


def open_to_others(workspace: Path) -> list[str]:
    paths = [workspace, *workspace.rglob("*")]
    return [path.name for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o077]


def test_every_folder_and_file_is_the_owners_whatever_the_umask(here: Peopled) -> None:
    shutil.rmtree(here.workspace / "runs")  # made by the test, not by a build
    assert not open_to_others(here.workspace)
    before = os.umask(0)
    try:
        rekey(here.workspace, here.key)
        erase(here.workspace, here.numbers[0], here.key)
        assert not open_to_others(here.workspace)
        assert stat.S_IMODE(here.key.stat().st_mode) == 0o600
        assert killed_at(9, lambda: rekey(here.workspace, here.key)) == 0
        left = here.workspace / ".changing"
        assert left.is_dir()
        assert not open_to_others(left)
        assert stat.S_IMODE((here.folder / "key.next").stat().st_mode) == 0o600
    finally:
        os.umask(before)


READERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "registers": (f"registers/{YEAR}", lambda workspace: stored_register(workspace, YEAR)),
    "register years": (f"registers/{YEAR}", register_years),
    "enrolments": ("enrolments", stored_enrolments),
    "matches": (f"matches/{YEAR}-final", lambda workspace: match(workspace, YEAR, "final")),
    "a match": (f"registers/{YEAR}", lambda workspace: match_round(workspace, YEAR, "final")),
    "ledger": ("ledger", lambda workspace: Ledger(workspace).table("pupils")),
}


@pytest.mark.parametrize("mode", [0o750, 0o707, 0o711])
@pytest.mark.parametrize("reader", READERS)
def test_a_folder_that_others_may_enter_is_refused_and_the_command_mends_it(
    here: Peopled, reader: str, mode: int
) -> None:
    place, read = READERS[reader]
    read(here.workspace)
    (here.workspace / place).chmod(mode)
    with pytest.raises(NotPermitted) as refused:
        read(here.workspace)
    assert refused.value.exit_code == 15
    assert str(here.workspace / place) in str(refused.value.where)
    command = str(refused.value.remedy).split("run: ")[1]
    subprocess.run(command, shell=True, check=True)
    read(here.workspace)


@pytest.mark.parametrize("reader", ["registers", "enrolments", "matches", "ledger"])
def test_a_store_of_an_older_version_whose_files_are_readable_is_refused(here: Peopled, reader: str) -> None:
    place, read = READERS[reader]
    for path in (here.workspace / place).rglob("*.parquet"):
        path.chmod(0o644)
    with pytest.raises(NotPermitted, match=r"others than the owner .* 0644") as refused:
        read(here.workspace)
    subprocess.run(str(refused.value.remedy).split("run: ")[1], shell=True, check=True)
    read(here.workspace)


def test_what_was_erased_and_the_key_are_refused_as_well(here: Peopled) -> None:
    erase(here.workspace, here.numbers[0], here.key)
    (here.workspace / "erased.json").chmod(0o640)
    with pytest.raises(NotPermitted, match="others than the owner"):
        erase(here.workspace, here.numbers[1], here.key)
    (here.workspace / "erased.json").chmod(0o600)
    here.key.chmod(0o640)
    with pytest.raises(NotPermitted, match="others than the owner"):
        rekey(here.workspace, here.key)


def test_a_file_system_without_modes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private, "_mode", lambda _: 0o777)
    with pytest.raises(NotPermitted, match="keeps no modes") as refused:
        make_private(tmp_path / "ws")
    assert "dir_mode=0700" in str(refused.value)
    assert not (tmp_path / "ws").exists()


def test_months_that_are_closed_are_private_too(here: Peopled) -> None:
    month = here.workspace / "ledger" / f"{FIRST // 100}-{FIRST % 100:02d}"
    assert stat.S_IMODE(month.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in month.iterdir()} == {0o600}
