"""gymreg track as a user meets it: tracked, told, twice nothing; a list compared in counts; never a pupil."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gymreg_core.cohort.track import track, track_workspace
from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.contracts.tracked import TRACKED_TABLES
from gymreg_core.findings import Findings
from gymreg_core.provenance import InputFile, Provenance
from gymreg_core.rules import entries
from gymreg_core.sources.enrolments.reading import EnrolmentReading
from gymreg_core.store import tracked as store
from gymreg_core.store.enrolments import ingest_enrolments, put_enrolments, stored_enrolments
from gymreg_core.store.tracked import stored_tracked, tracked_key
from tests.command_line import CommandLine
from tests.enrolments import small_enrolments, write_small
from tests.random_cohorts import AS_OF, random_enrolments

MUNICIPALITY = "Stockholm"


@pytest.fixture(scope="module")
def enrolments() -> Enrolments:
    return random_enrolments(3, 400)


@pytest.fixture(scope="module")
def stored(enrolments: Enrolments, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with enrolments and what was tracked of them."""
    workspace = tmp_path_factory.mktemp("stored") / "ws"
    provenance = Provenance((InputFile("personer.csv", "ab", 1),), already_public=False, made_up=True)
    put_enrolments(workspace, EnrolmentReading(enrolments, Findings(), provenance), "test")
    track_workspace(workspace)
    return workspace


@pytest.fixture
def workspace(stored: Path, tmp_path: Path) -> Path:
    return shutil.copytree(stored, tmp_path / "ws")


@pytest.fixture
def run(command_line: CommandLine) -> Any:
    """gymreg track with these arguments: exit code, what it printed, what it complained of."""

    def gymreg_track(workspace: Path, *arguments: object) -> tuple[int, str, str]:
        return command_line("track", "--workspace", workspace, *arguments)

    return gymreg_track


def bytes_of(workspace: Path) -> dict[str, bytes]:
    files = (path for path in workspace.rglob("*") if path.is_file() and path.name != ".lock")
    return {path.relative_to(workspace).as_posix(): path.read_bytes() for path in files}


def test_enrolments_are_tracked_and_told(run: Any, workspace: Path) -> None:
    shutil.rmtree(workspace / "tracked")
    code, told, complained = run(workspace, "--json")
    assert code == 0
    assert complained.splitlines() == ["tracking: 8 of 8"]
    done = json.loads(told)
    tracked = stored_tracked(workspace)
    assert (done["computed"], done["key"]) == (True, tracked.key)
    assert (done["since"], done["as_of"], done["made_up"]) == ("2018-07-01", AS_OF, True)
    assert done["cards"] == len(entries("measures"))
    assert done["measured"] == [2018, 2019, 2020, 2021, 2022]
    assert set(done["tables"]) == set(TRACKED_TABLES)
    assert sum(done["rules"].values()) == len(tracked.tracked.statuses)
    assert {"measures.skolverket_3", "cohort.status_day", "completion.birthday"} <= set(tracked.tracked.statuses)
    region = tracked.tracked.measures.query("by == 'region'").set_index(["card", "cohort"])
    assert len(done["measures"]) == len(region)
    shown = 0
    for row in done["measures"]:
        for name in ("starters", "completed", "left_out", "not_followed"):
            truth = region.loc[(row["card"], row["cohort"]), name]
            assert row[name] is None or row[name] == truth
            assert row[name] is None or row[name] == 0 or row[name] >= 5
            shown += row[name] is not None
    assert shown


def test_a_terminal_gets_the_main_measures(run: Any, workspace: Path) -> None:
    code, told, complained = run(workspace)
    assert (code, complained) == (0, "")
    assert told.startswith(f"Pupils who began in 2018–2024, followed to {AS_OF}. 13 measures of completion")
    assert "Completion in the region by autumn of the start. Counts below 5 are left out." in told
    assert "Skolverket, 3 years" in told
    assert "Kolada, diploma within 4 years" in told
    assert "SCB" not in told  # the others are on the pages


def test_unchanged_enrolments_are_not_tracked_again(run: Any, workspace: Path) -> None:
    before = bytes_of(workspace)
    code, told, complained = run(workspace, "--json")
    assert (code, complained) == (0, "")
    assert json.loads(told)["computed"] is False
    assert bytes_of(workspace) == before


def test_the_same_enrolments_give_the_same_bytes(workspace: Path, stored: Path) -> None:
    shutil.rmtree(workspace / "tracked")
    track_workspace(workspace)
    assert bytes_of(workspace) == bytes_of(stored)


def test_other_rules_or_code_are_tracked_anew(
    monkeypatch: pytest.MonkeyPatch, workspace: Path, enrolments: Enrolments
) -> None:
    monkeypatch.setattr(store, "code_fingerprint", lambda packages: "other code")
    monkeypatch.setattr("gymreg_core.cohort.track.track", lambda *_, **__: stored_tracked(workspace).tracked)
    assert track_workspace(workspace).computed
    assert not track_workspace(workspace).computed


def test_what_was_known_on_an_earlier_day(run: Any, workspace: Path) -> None:
    code, told, _ = run(workspace, "--as-of", "2022-12-31", "--json")
    assert code == 0
    done = json.loads(told)
    assert done["as_of"] == "2022-12-31"
    assert done["measured"] == [2018, 2019]
    assert stored_tracked(workspace).tracked.as_of == "2022-12-31"
    run(workspace)
    assert stored_tracked(workspace).tracked.as_of == AS_OF


def test_damaged_tables_are_tracked_anew(run: Any, workspace: Path) -> None:
    [table] = (workspace / "tracked").glob("*/measures.parquet")
    table.write_bytes(b"damaged")
    code, told, _ = run(workspace, "--json")
    assert code == 0
    assert json.loads(told)["computed"] is True


def test_a_run_that_fails_leaves_what_stood_before(
    run: Any, workspace: Path, monkeypatch: pytest.MonkeyPatch, stored: Path
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("in the middle")

    monkeypatch.setattr("gymreg_core.cohort.movements.flows", fail)
    code, told, complained = run(workspace, "--as-of", "2023-01-01")
    assert (code, told) == (1, "")
    assert "in the middle" not in complained
    assert bytes_of(workspace) == bytes_of(stored)


def test_no_pupil_is_in_what_was_tracked(workspace: Path, enrolments: Enrolments) -> None:
    tables = stored_tracked(workspace).tracked.tables()
    pseudonyms = set(enrolments.persons["applicant"])
    for name, table in tables.items():
        assert not {"pupil", "person", "applicant"} & set(table.columns), name
        for column in table.columns:
            if pd.api.types.is_string_dtype(table[column]):
                assert not pseudonyms & set(table[column])


def test_the_result_tells_itself(enrolments: Enrolments, workspace: Path) -> None:
    done = track_workspace(workspace)
    assert len(done.table) == len(done.tracked.measures)
    assert done.describe("sv").startswith("Elever som började 2018–2024, följda till och med 2025-11-20.")
    assert done.describe("en").endswith("The pupils are made up.")
    assert done.summary()["cards"] == 13
    whole = track(enrolments)
    for name, table in whole.tables().items():
        pd.testing.assert_frame_equal(table, done.tracked.tables()[name])


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--as-of", "2026-06-30"), 10, "as_of"),
        (("--as-of", "2018-06-30"), 10, "as_of"),
        (("--as-of", "yesterday"), 10, ""),
        (("--municipality", "Täby"), 10, "belong to a list"),
        (("--day", "2024-10-15"), 10, "belong to a list"),
        (("--list", "lista.csv"), 10, "whose list it is"),
        (("--list", "lista.csv", "--municipality", "Tabyy"), 10, "Did you mean 'Täby'"),
        (("--list", "lista.csv", "--municipality", "Täby", "--day", "2030-01-01"), 10, "2018-07-01 to 2025-11-20"),
        (("--list", "nothing.csv", "--municipality", "Täby"), 11, "no such file"),
    ],
)
def test_what_cannot_be_done_is_refused(
    run: Any, workspace: Path, stored: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    found, told, complained = run(workspace, *arguments)
    assert (found, told) == (code, "")
    assert said in complained
    assert "Traceback" not in complained
    assert bytes_of(workspace) == bytes_of(stored)


def test_without_enrolments_nothing_is_tracked(run: Any, tmp_path: Path) -> None:
    code, told, complained = run(tmp_path / "empty")
    assert (code, told) == (11, "")
    assert "no enrolments are stored here" in complained
    assert tracked_key(tmp_path / "empty") is None


@pytest.fixture(scope="module")
def with_numbers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], Enrolments]:
    """A workspace whose enrolments were read from files, and the identity numbers of its persons."""
    folder = tmp_path_factory.mktemp("extract")
    numbers = write_small(folder / "extract", small_enrolments(300))
    stored = ingest_enrolments(folder / "extract", folder / "ws")
    return folder / "ws", numbers, stored.enrolments


def test_a_list_is_compared_in_counts(
    run: Any, with_numbers: tuple[Path, list[str], Enrolments], tmp_path: Path
) -> None:
    workspace, numbers, _ = with_numbers
    path = tmp_path / "lista.csv"
    path.write_text("Namn;Personnummer\n" + "".join(f"Eva;{number}\n" for number in numbers[:150]), "utf-8")
    before = bytes_of(workspace)
    arguments = ("--list", path, "--municipality", MUNICIPALITY, "--day", "2025-10-15")
    code, told, complained = run(workspace, *arguments, "--json")
    assert (code, complained) == (0, "")
    done = json.loads(told)
    assert (done["municipality"], done["day"]) == (MUNICIPALITY, "2025-10-15")
    assert 0 < done["listed"] <= 150
    counts = [one["pupils"] for one in done["counts"] if one["pupils"] is not None]
    assert counts
    assert not [one for one in counts if 0 < one < 5]
    assert {one["kind"] for one in done["counts"]} == {"both", "register", "list"}
    code, shown, _ = run(workspace, *arguments)
    assert code == 0
    assert shown.startswith(f"The list of {MUNICIPALITY} on 2025-10-15: {done['listed']} persons.")
    assert "only the register" in shown
    for number in numbers:
        assert number not in told + shown
    assert bytes_of(workspace) == before


def test_a_list_by_another_key_is_refused(
    run: Any, with_numbers: tuple[Path, list[str], Enrolments], tmp_path: Path
) -> None:
    path = tmp_path / "lista.csv"
    path.write_text("Personnummer\n20070314-1239\n", "utf-8")
    code, told, complained = run(with_numbers[0], "--list", path, "--municipality", MUNICIPALITY)
    assert (code, told) == (11, "")
    assert "lista.csv: the register knows none of the numbers" in complained
    assert "1239" not in complained


def test_stored_enrolments_are_what_was_tracked(workspace: Path) -> None:
    tracked, enrolments = stored_tracked(workspace), stored_enrolments(workspace)
    assert tracked.provenance == enrolments.provenance
    assert tracked.tracked.since == enrolments.enrolments.since
