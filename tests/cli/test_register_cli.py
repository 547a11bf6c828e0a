"""Register extracts from the command line: check, ingest, the key, and what a refusal looks like."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from gymreg_core.cli import main
from gymreg_core.store.registers import register, register_years
from gymreg_core.synthetic.dirty import faults, plant
from tests.enrolments import tiny_enrolments, write_small
from tests.extracts import cell, write_extract
from tests.registers import small_register

PERSONS = "| who |\n| Ada |\n| Bo |\n| Cy |"


class Ended(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def gymreg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """The command with these arguments in `tmp_path`, in this process; `key` is the environment's."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, key: str | None = None) -> Ended:
        monkeypatch.delenv("GYMREG_KEY", raising=False)
        if key is not None:
            monkeypatch.setenv("GYMREG_KEY", key)
        monkeypatch.setattr(sys, "argv", ["gymreg", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return Ended(int(ended.value.code or 0), *capsys.readouterr())

    return run


def test_made_up_years_are_checked_and_stored(tmp_path: Path, gymreg: Callable[..., Ended]) -> None:
    for year in (2022, 2023):
        write_extract(tmp_path / "data" / str(year), small_register(intake_year=year))
    checked = gymreg("check", "data")
    assert (checked.returncode, checked.stdout.split("\n")[0]) == (0, "No findings.")
    told = gymreg("ingest", "--data", "data", "--workspace", "ws", "--json")
    assert told.returncode == 0, told.stderr
    assert [(one["intake_year"], one["rows"], len(one["files"])) for one in json.loads(told.stdout)] == [
        (2022, 60, 9),
        (2023, 60, 9),
    ]
    again = gymreg("ingest", "--data", "data/2023", "--workspace", "ws")
    assert again.stdout == "60 rows of the intake 2023 from 9 files in ws\n"
    assert register_years(tmp_path / "ws") == [2022, 2023]
    assert len(register(tmp_path / "ws", 2022).pupils) == 60


def test_what_a_second_extract_did_to_each_table_is_told(tmp_path: Path, gymreg: Callable[..., Ended]) -> None:
    """An extract that was cut off at the end of a line shows by the rows that are gone."""
    three = tiny_enrolments("| who | year |\n| Ada | 1 |\n| Bo | 1 |\n| Cy | 1 |")
    write_small(tmp_path / "whole", three)
    write_small(tmp_path / "cut", tiny_enrolments(as_of="2026-07-31", spells="| who |\n| Ada |", persons=PERSONS))
    assert gymreg("ingest", "--data", "whole", "--workspace", "ws").returncode == 0
    told = gymreg("ingest", "--data", "cut", "--workspace", "ws")
    assert told.stdout.splitlines() == [
        "3 rows of enrolments up to 2026-07-31 from 12 files in ws",
        "  arskurs9.csv: 3 rows as stored, 0 new, 0 known late, 0 gone",
        "  hemkommun.csv: 3 rows as stored, 0 new, 0 known late, 0 gone",
        "  inskrivningar.csv: 1 rows as stored, 0 new, 0 known late, 2 gone",
    ]
    told = gymreg("ingest", "--data", "cut", "--workspace", "ws", "--json")
    assert json.loads(told.stdout)["upon"][2] == {
        "file": "inskrivningar.csv",
        "same": 1,
        "new": 0,
        "late": 0,
        "gone": 2,
    }


def test_enrolments_are_checked_and_stored_by_the_same_commands(tmp_path: Path, gymreg: Callable[..., Ended]) -> None:
    numbers = write_small(tmp_path / "data" / "inskrivningar")
    assert gymreg("check", "data").stdout.split("\n")[0] == "No findings."
    told = gymreg("ingest", "--data", "data", "--workspace", "ws")
    assert (told.returncode, told.stdout) == (0, "60 rows of enrolments up to 2026-06-30 from 10 files in ws\n")
    plant(tmp_path / "data" / "inskrivningar", 0)
    checked = gymreg("check", "data", "--json")
    assert (checked.returncode, checked.stderr) == (11, "")
    refused = gymreg("ingest", "--data", "data", "--workspace", "other")
    assert refused.returncode == 11
    assert "twice on the same day" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not [number for number in numbers if number in checked.stdout + refused.stderr]
    assert not (tmp_path / "other").exists()


def test_a_real_extract_asks_for_its_key(tmp_path: Path, gymreg: Callable[..., Ended]) -> None:
    write_extract(tmp_path / "data", small_register(made_up=False))
    given = ("ingest", "--data", "data", "--workspace", "ws")
    refused = gymreg(*given)
    assert refused.returncode == 11
    assert "GYMREG_KEY" in refused.stderr
    assert "the key to them is missing" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "ws").exists()
    assert gymreg(*given, "--key", "nowhere.txt").returncode == 11
    assert gymreg(*given, key="too short").returncode == 11
    (tmp_path / "key.txt").write_text("a long and secret word\n", encoding="utf-8")
    names = []
    for arguments, key in ((("--key", "key.txt"), None), ((), "a long and secret word"), ((), "another secret word")):
        assert gymreg(*given, *arguments, key=key).returncode == 0
        names.append(list(register(tmp_path / "ws", 2023).pupils["applicant"]))
    assert names[0] == names[1] != names[2]


@pytest.mark.parametrize(
    "command", [["check", "data", "--json"], ["check", "data"], ["ingest", "--data", "data", "--workspace", "ws"]]
)
def test_a_bad_extract_is_refused_without_a_value(
    tmp_path: Path, gymreg: Callable[..., Ended], command: list[str]
) -> None:
    numbers = write_extract(tmp_path / "data")
    cell("svar.csv", 2, "Svar", "hemligt svar")(tmp_path / "data")
    cell("betyg.csv", 3, "MA", "Z")(tmp_path / "data")
    ended = gymreg(*command)
    told = ended.stdout + ended.stderr
    assert ended.returncode == 11
    assert "Traceback" not in told
    assert not (tmp_path / "ws").exists()
    assert not [number for number in numbers if number in told or number.replace("-", "") in told]
    assert "hemligt" not in told
    if "--json" in command:
        records = json.loads(ended.stdout)
        assert records["errors"] == 2
        assert [(f["rule"], f["file"], f["column"], f["rows"]) for f in records["findings"]] == [
            ("grade-not-known", "betyg.csv", "MA", [3]),
            ("word-not-known", "svar.csv", "Svar", [2]),
        ]


def test_planted_faults_are_all_told(tmp_path: Path, gymreg: Callable[..., Ended]) -> None:
    numbers = write_extract(tmp_path / "data")
    planted = plant(tmp_path / "data", 0)
    checked = gymreg("check", "data", "--json")
    assert checked.returncode == 11
    told = {(f["rule"], f["file"], tuple(f["rows"])) for f in json.loads(checked.stdout)["findings"]}
    assert told == {(one.rule, one.file, one.rows) for one in planted}
    assert len(told) == len(faults())
    assert not [number for number in numbers if number in checked.stdout]
