"""gymreg match as a user meets it: matched, certified, stored, written; not twice; never without its certificate."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gymreg_core.matching import certificate
from gymreg_core.provenance import sha256_of
from gymreg_core.sources.published import read_results
from gymreg_core.store.ingest import ingest_all
from gymreg_core.store.intake import ingest_files
from gymreg_core.store.matches import match, matches, published_as
from gymreg_core.store.registers import register
from gymreg_core.synthetic.extracts import write_register
from gymreg_core.synthetic.identities import identity_numbers
from tests.command_line import CommandLine
from tests.registers import small_register

YEAR = 2025


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extracts") / str(YEAR)
    made = small_register(200, paths=24, intake_year=YEAR)
    write_register(made, identity_numbers(made, 1), folder)
    return folder


@pytest.fixture
def workspace(extract: Path, tmp_path: Path) -> Path:
    ingest_all(extract, tmp_path / "ws")
    return tmp_path / "ws"


@pytest.fixture
def run(command_line: CommandLine) -> Any:
    """gymreg match with these arguments: exit code, what it printed, what it complained of."""

    def gymreg_match(*arguments: object) -> tuple[int, str, str]:
        return command_line("match", *arguments)

    return gymreg_match


@pytest.mark.parametrize("round_", ["preliminary", "final"])
def test_a_round_is_matched_stored_and_written(run: Any, workspace: Path, tmp_path: Path, round_: str) -> None:
    wanted = ("--workspace", workspace, "--year", YEAR, "--round", round_)
    code, told, _ = run(*wanted, "--out", tmp_path / "out", "--json")
    assert code == 0
    done = json.loads(told)
    (written,) = (tmp_path / "out").iterdir()
    assert done["result_file"] == {"name": written.name, "sha256": sha256_of(written)}
    assert done["certificate"]["passed"] is True
    assert (done["made_up"], done["computed"], done["seed"]) == (True, True, 0)
    table = read_results(written).table
    assert {name: int(table[name].sum()) for name in ("seats", "admitted", "free_seats", "reserves")} == {
        name: done[name] for name in ("seats", "admitted", "free_seats", "reserves")
    }
    kept = match(workspace, YEAR, round_)
    assert kept.key == done["key"]
    assert kept.about["certificate"] == done["certificate"]
    assert int((kept.tables["seats"]["path"] >= 0).sum()) == done["admitted"]
    assert len(kept.tables["reserves"]) == done["reserves"]
    assert set(published_as(workspace, [sha256_of(written)])) == {(YEAR, round_)}


def test_what_is_stored_is_not_computed_again(
    run: Any, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = ("--workspace", workspace, "--year", YEAR, "--json")
    _, first, _ = run(*wanted)
    _, other, _ = run(*wanted, "--seed", 7)
    monkeypatch.setattr(certificate, "certify", lambda _: pytest.fail("computed again"))
    code, again, _ = run(*wanted, "--out", tmp_path / "out")
    assert code == 0
    assert json.loads(again) == {**json.loads(first), "computed": False}
    assert json.loads(other)["key"] != json.loads(first)["key"]
    assert match(workspace, YEAR, "final").key == json.loads(first)["key"]
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_what_is_published_is_found_however_often_it_is_matched_again(
    run: Any, workspace: Path, tmp_path: Path
) -> None:
    wanted = ("--workspace", workspace, "--year", YEAR, "--json")
    code, told, _ = run(*wanted, "--out", tmp_path / "out")
    assert code == 0
    for seed in range(1, 5):
        run(*wanted, "--seed", seed)
    (written,) = (tmp_path / "out").iterdir()
    found = published_as(workspace, [sha256_of(written)])
    assert found[YEAR, "final"]["seed"] == 0
    assert found[YEAR, "final"]["rules"] == json.loads(told)["rules"]


def test_reserve_rounds_are_stored_and_not_published(run: Any, workspace: Path, tmp_path: Path) -> None:
    for round_ in ("reserve_1", "reserve_2"):
        code, told, _ = run("--workspace", workspace, "--year", YEAR, "--round", round_, "--json")
        assert code == 0
        assert json.loads(told)["result_file"] is None
    assert matches(workspace) == [(YEAR, "reserve_1"), (YEAR, "reserve_2")]
    code, _, told = run("--workspace", workspace, "--year", YEAR, "--round", "reserve_1", "--out", tmp_path / "out")
    assert code == 10
    assert "publishes preliminary and final" in told
    assert not (tmp_path / "out").exists()


def test_it_says_what_it_did_and_names_nobody(run: Any, workspace: Path) -> None:
    code, told, _ = run("--workspace", workspace, "--year", YEAR)
    assert code == 0
    assert "admitted" in told
    assert "checks passed" in told
    assert "got their first choice" in told
    assert not any(name in told for name in register(workspace, YEAR).pupils["applicant"])
    assert "was already" in run("--workspace", workspace, "--year", YEAR)[1]


def test_without_its_certificate_nothing_is_stored_or_written(
    run: Any, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = certificate.certify

    def broken(found: Any) -> certificate.Certificate:
        seen = right(found)
        return replace(seen, table=seen.table.assign(status=["failed", *seen.table["status"][1:]]))

    monkeypatch.setattr(certificate, "certify", broken)
    wanted = ("--workspace", workspace, "--year", YEAR, "--out", tmp_path / "out")
    code, told, complaint = run(*wanted)
    assert code == 16
    assert told == ""
    assert "1 of" in complaint
    assert matches(workspace) == []
    assert not (tmp_path / "out").exists()
    code, told, _ = run(*wanted, "--json")
    assert code == 16
    assert json.loads(told)["certificate"]["passed"] is False


def test_the_result_file_leads_back_to_its_match(run: Any, workspace: Path, tmp_path: Path) -> None:
    wanted = ("--workspace", workspace, "--year", YEAR, "--json")
    first = json.loads(run(*wanted, "--out", tmp_path / "out")[1])["result_file"]
    later = (json.loads(run(*wanted, "--seed", seed)[1])["result_file"] for seed in range(1, 20))
    assert any(file != first for file in later)  # another draw of the lottery, another result, current now
    stored = ingest_files([tmp_path / "out"], workspace)
    assert set(stored.matches) == {(YEAR, "final")}
    assert stored.matches[YEAR, "final"]["result_file"] == first
    assert ingest_files([tmp_path / "out"], tmp_path / "elsewhere").matches == {}


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--year", YEAR, "--round", "slut"], 10, "One of: preliminary, final, reserve_1, reserve_2"),
        (["--year", YEAR, "--seed", "-1"], 10, "--seed"),
        (["--year", "2019"], 11, "gymreg ingest"),
        (["--year", "this"], 10, "--year"),
    ],
)
def test_a_mistake_has_its_exit_code_and_remedy(
    run: Any, workspace: Path, arguments: list[object], code: int, told: str
) -> None:
    ended = run("--workspace", workspace, *arguments)
    assert ended[0] == code
    assert told in ended[1] + ended[2]
    assert "Traceback" not in ended[2]
