"""gymreg store as a user meets it: shown before it is done, and no number in an argument or on the screen."""

from __future__ import annotations

import io
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from gymreg_core.store.enrolments import stored_enrolments
from gymreg_core.store.record import record
from tests.command_line import CommandLine
from tests.peopled import Peopled, found_in, manifest_of, peopled


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Peopled:
    """To be copied, not written to."""
    return peopled(tmp_path_factory.mktemp("peopled"))


@pytest.fixture
def here(made: Peopled, tmp_path: Path) -> Peopled:
    return Peopled(shutil.copytree(made.folder, tmp_path / "copy"), made.numbers)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, command_line: CommandLine) -> Any:
    """gymreg store with these arguments and standard input: exit code, and all that it printed."""

    def gymreg_store(*arguments: object, given: str = "") -> tuple[int, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        code, printed, complained = command_line("store", *arguments)
        return code, printed + complained

    return gymreg_store


def test_erasing_is_shown_before_it_is_done(here: Peopled, run: Any, tmp_path: Path) -> None:
    where = ("erase", "--workspace", here.workspace, "--key", here.key)
    code, told = run(*where, given=here.numbers[3])
    assert code == 0
    assert "say --yes" in told
    assert "enrolments/persons: 1 rows" in told
    assert "not looked at" in told
    assert not record(here.workspace)
    extract = stored_enrolments(here.workspace).provenance.inputs[0].sha256
    site = manifest_of(tmp_path / "sites" / "a", "a", [extract])
    (tmp_path / "number").write_text(f"{here.plain[3]}\n")
    code, told = run(*where, "--number-in", tmp_path / "number", "--yes", "--releases", tmp_path / "sites")
    assert code == 0
    assert f"cannot be made again to the same figures: {site}" in told
    assert here.numbers[3] not in told
    assert here.plain[3] not in told
    assert [one.what for one in record(here.workspace)] == ["erase"]
    assert run(
        *where,
        given=here.numbers[3],
    )[1].startswith("Nothing is stored of this person.")


@pytest.mark.parametrize("given", ["", "Anna Andersson", "20070141-1234", "200701-1234\n", "\x00"])
def test_what_is_no_number_is_refused_and_not_repeated(here: Peopled, run: Any, given: str) -> None:
    code, told = run("erase", "--workspace", here.workspace, "--key", here.key, given=given)
    assert code == 11
    assert "no identity number" in told
    assert not given.strip() or given.strip() not in told


def test_a_number_is_no_argument(here: Peopled, run: Any) -> None:
    code, _ = run("erase", "--workspace", here.workspace, "--key", here.key, here.numbers[3])
    assert code == 10
    assert not record(here.workspace)


def test_a_new_key_takes_the_place_of_the_old_one(here: Peopled, run: Any) -> None:
    before, old = here.key.read_bytes(), here.names()
    code, told = run("rekey", "--workspace", here.workspace, "--key", here.key)
    assert code == 0
    assert "under a new key" in told
    assert here.key.read_bytes() != before
    assert here.key.read_text().strip() not in told
    assert not found_in(here.workspace, old["register"])
    assert run("rekey", "--workspace", here.workspace, "--key", here.folder / "none")[0] == 10
    assert run("rekey", "--workspace", here.folder / "none", "--key", here.key)[0] == 11


def test_pruning_says_why_and_needs_yes(here: Peopled, run: Any) -> None:
    code, told = run("prune", "--workspace", here.workspace)
    assert code == 0
    assert "gymnasiestudera.se" in told
    assert "assumption" in told
    code, told = run("prune", "--workspace", here.workspace, "--json")
    assert json.loads(told)["done"] is False
    assert not record(here.workspace)


def test_a_wrong_mode_ends_with_15_and_the_command_that_mends_it(here: Peopled, run: Any) -> None:
    (here.workspace / "enrolments").chmod(0o755)
    code, told = run("prune", "--workspace", here.workspace)
    assert code == 15
    assert f"chmod -R u=rwX,go= {here.workspace / 'enrolments'}" in told
