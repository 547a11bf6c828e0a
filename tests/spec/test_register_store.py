"""Registers in a workspace: stored whole or not at all, found again unchanged, one current per intake year."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from gymreg_core.contracts.register import Register
from gymreg_core.errors import BadInput
from gymreg_core.findings import Findings
from gymreg_core.sources.check import check_files
from gymreg_core.sources.register.reading import RegisterReading, read_register
from gymreg_core.store import registers
from gymreg_core.store.ingest import ingest_all
from gymreg_core.store.registers import (
    ingest_register,
    ingest_registers,
    put_register,
    register,
    register_years,
    stored_register,
)
from gymreg_core.store.shelf import Shelf
from gymreg_core.store.workspace import Workspace
from tests.extracts import cell, write_extract
from tests.registers import small_register

ROOT = Path(__file__).resolve().parents[2]
RESULTS = (
    "Kommun;Skola;StudieVagKod;StudieVag;Antagningsgräns;Median;AntalPlatser;AntalAntagna;AntalReserver;LedigaPlatser\n"
    "Täby;Almvreta gymnasium;NANAT;Naturvetenskapsprogrammet - Naturvetenskap;250;270;30;30;4;0\n"
)


def assert_same(read: Register, written: Register) -> None:
    for name, table in written.tables().items():
        pd.testing.assert_frame_equal(read.tables()[name], table, obj=name)


def not_read(*_: object, **__: object) -> RegisterReading:
    raise AssertionError("read again")


def test_what_is_stored_comes_back(tmp_path: Path) -> None:
    write_extract(tmp_path / "data")
    reading = read_register(tmp_path / "data")
    stored = ingest_register(tmp_path / "data", tmp_path / "ws")
    again = stored_register(tmp_path / "ws", 2023)
    assert reading.register is not None
    for one in (stored, again):
        assert_same(one.register, reading.register)
        assert (one.key, one.findings, one.provenance) == (stored.key, reading.findings, reading.provenance)
        assert (one.register.intake_year, one.register.made_up) == (2023, True)
    assert register_years(tmp_path / "ws") == [2023]
    assert_same(register(tmp_path / "ws", 2023), reading.register)


def test_unchanged_input_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_extract(tmp_path / "data")
    first = ingest_register(tmp_path / "data", tmp_path / "ws")
    monkeypatch.setattr(registers, "read_register", not_read)
    again = ingest_register(tmp_path / "data", tmp_path / "ws")
    assert again.key == first.key
    assert_same(again.register, first.register)
    (tmp_path / "data" / "anteckning.txt").write_text("no part of the extract")
    assert ingest_register(tmp_path / "data", tmp_path / "ws").key == first.key
    cell("elever.csv", 2, "Grundskola", "10000009")(tmp_path / "data")
    with pytest.raises(AssertionError, match="read again"):
        ingest_register(tmp_path / "data", tmp_path / "ws")


def test_another_key_or_other_code_is_another_register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_extract(tmp_path / "data", small_register(made_up=False))
    first, other = (ingest_register(tmp_path / "data", tmp_path / "ws", key * 16) for key in (b"a", b"b"))
    assert first.key != other.key
    assert not set(first.register.pupils["applicant"]) & set(other.register.pupils["applicant"])
    monkeypatch.setattr(registers, "reading_code", lambda: "another code")
    assert ingest_register(tmp_path / "data", tmp_path / "ws", b"a" * 16).key not in (first.key, other.key)


def test_a_second_extract_becomes_current_and_the_first_is_kept(tmp_path: Path) -> None:
    for name, seed in (("first", 0), ("second", 1)):
        write_extract(tmp_path / name, small_register(seed=seed))
    first, second = (ingest_register(tmp_path / name, tmp_path / "ws") for name in ("first", "second"))
    assert stored_register(tmp_path / "ws", 2023).key == second.key
    shelf = Shelf(tmp_path / "ws" / "registers" / "2023")
    assert shelf.has(first.key)
    assert_same(Register(2023, made_up=True, **shelf.get(first.key).tables), first.register)
    assert ingest_register(tmp_path / "first", tmp_path / "ws").key == first.key
    assert stored_register(tmp_path / "ws", 2023).key == first.key


def test_a_folder_of_intake_years_is_read_year_by_year(tmp_path: Path) -> None:
    for year in (2022, 2023, 2024):
        write_extract(tmp_path / "data" / str(year), small_register(intake_year=year))
    stored = ingest_all(tmp_path / "data", tmp_path / "ws")
    assert [one["intake_year"] for one in stored] == register_years(tmp_path / "ws") == [2022, 2023, 2024]
    assert {one["rows"] for one in stored} == {60}
    assert register(tmp_path / "ws", 2024).intake_year == 2024


def test_one_bad_year_keeps_all_out_and_every_finding_says_which(tmp_path: Path) -> None:
    for year in (2022, 2023):
        write_extract(tmp_path / "data" / str(year), small_register(intake_year=year))
    cell("betyg.csv", 3, "MA", "Z")(tmp_path / "data" / "2022")
    cell("elever.csv", 3, "Hemkommun", "")(tmp_path / "data" / "2022")
    with pytest.raises(BadInput, match="2 reasons") as refused:
        ingest_all(tmp_path / "data", tmp_path / "ws")
    assert [found.file for found in refused.value.findings] == ["2022/betyg.csv", "2022/elever.csv"]
    assert not (tmp_path / "ws").exists()


def test_an_intake_year_twice_and_made_up_among_real_are_refused(tmp_path: Path) -> None:
    write_extract(tmp_path / "data" / "a")
    write_extract(tmp_path / "data" / "b", small_register(seed=1))
    with pytest.raises(BadInput, match="extract is of the intake 2023, and so is a") as refused:
        ingest_all(tmp_path / "data", tmp_path / "ws")
    assert [(found.rule, found.file) for found in refused.value.findings] == [("extract-repeated", "b")]
    write_extract(tmp_path / "data" / "b", small_register(intake_year=2022, made_up=False))
    found = [one for one in check_files([tmp_path / "data"]) if one.severity == "error"]
    assert [(one.rule, one.file) for one in found] == [("made-up-among-real", "a")]


@pytest.mark.parametrize("place", ["data", "data/2023"], ids=["beside", "among"])
def test_an_extract_and_result_files_in_one_folder_are_both_stored(tmp_path: Path, place: str) -> None:
    write_extract(tmp_path / place)
    (tmp_path / "data" / "slutantagning-2022.csv").write_text(RESULTS, encoding="utf-8")
    told = ingest_all(tmp_path / "data", tmp_path / "ws")
    assert [(one.get("intake_year"), one["rows"]) for one in told] == [(2023, 60), (None, 1)]
    assert told[1]["files"] == ["slutantagning-2022.csv"]
    assert len(Workspace(tmp_path / "ws").results().table) == 1
    assert {found.severity for found in check_files([tmp_path / "data"])} <= {"info", "warning"}


@pytest.mark.parametrize("bad", ["extract", "results", "both"])
def test_where_either_is_bad_neither_is_stored(tmp_path: Path, bad: str) -> None:
    write_extract(tmp_path / "data" / "2023")
    results = tmp_path / "data" / "slutantagning-2022.csv"
    results.write_text(RESULTS, encoding="utf-8")
    if bad != "results":
        cell("betyg.csv", 3, "MA", "Z")(tmp_path / "data" / "2023")
    if bad != "extract":
        results.write_text(RESULTS.replace(";30;30;", ";30;;"), encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        ingest_all(tmp_path / "data", tmp_path / "ws")
    rules = {found.rule for found in refused.value.findings if found.severity == "error"}
    assert rules == {"extract": {"grade-not-known"}, "results": {"figure-missing"}}.get(
        bad, {"grade-not-known", "figure-missing"}
    )
    assert not list((tmp_path / "ws").rglob("*.parquet"))


def test_a_folder_with_nothing_says_so(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for folder in (tmp_path / "data", tmp_path / "nowhere"):
        with pytest.raises(BadInput) as refused:
            ingest_all(folder, tmp_path / "ws")
        assert refused.value.exit_code == 11
    assert not (tmp_path / "ws").exists()


def test_errors_are_never_stored(tmp_path: Path) -> None:
    write_extract(tmp_path / "data")
    cell("betyg.csv", 3, "MA", "Z")(tmp_path / "data")
    with pytest.raises(BadInput, match="with errors is not stored"):
        put_register(tmp_path / "ws", read_register(tmp_path / "data", strict=False), "code")
    assert not (tmp_path / "ws").exists()


def test_what_is_not_there_or_damaged_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="none") as refused:
        stored_register(tmp_path / "ws", 2023)
    assert "gymreg ingest" in str(refused.value)
    write_extract(tmp_path / "data")
    key = ingest_register(tmp_path / "data", tmp_path / "ws").key
    with pytest.raises(BadInput, match="with a register: 2023"):
        stored_register(tmp_path / "ws", 2024)
    folder = tmp_path / "ws" / "registers" / "2023" / key
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    del manifest["about"]["made_up"]
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(BadInput, match="another version"):
        stored_register(tmp_path / "ws", 2023)
    (folder / "pupils.parquet").write_bytes(b"")
    with pytest.raises(BadInput, match="damaged"):
        stored_register(tmp_path / "ws", 2023)
    assert_same(ingest_register(tmp_path / "data", tmp_path / "ws").register, register(tmp_path / "ws", 2023))


def test_no_identity_number_is_in_the_workspace(tmp_path: Path) -> None:
    numbers = write_extract(tmp_path / "data", small_register(made_up=False))
    ingest_register(tmp_path / "data", tmp_path / "ws", b"k" * 16)
    stored = stored_register(tmp_path / "ws", 2023)
    told = [path.read_bytes() for path in (tmp_path / "ws").rglob("*") if path.is_file()]
    cells = {str(value) for table in stored.register.tables().values() for value in table.to_numpy().ravel().tolist()}
    for number in numbers:
        for text in (number, number.replace("-", "")):
            assert text not in cells
            assert not any(text.encode() in content for content in told)
    assert not any(b"k" * 16 in content for content in told)


def test_a_register_says_nothing_of_its_persons() -> None:
    drawn = small_register()
    reading = RegisterReading(drawn, Findings(), None)  # type: ignore[arg-type]
    for text in (repr(drawn), repr(reading)):
        assert "60 pupils" in text
        assert not any(name in text for name in drawn.pupils["applicant"])


def test_two_writers_at_once_both_finish_and_one_is_current(tmp_path: Path) -> None:
    for name, seed in (("a", 0), ("b", 1)):
        write_extract(tmp_path / name, small_register(seed=seed))
    code = (
        "import sys\nfrom pathlib import Path\nfrom gymreg_core.store.registers import ingest_register\n"
        "for _ in range(5):\n    print(ingest_register(Path(sys.argv[1]), Path(sys.argv[2])).key)\n"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / name), str(tmp_path / "ws")],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for name in ("a", "b")
    ]
    keys = {key for process in running for key in process.communicate()[0].split()}
    assert [process.returncode for process in running] == [0, 0]
    assert len(keys) == 2
    shelf = Shelf(tmp_path / "ws" / "registers" / "2023")
    assert all(shelf.has(key) for key in keys)
    assert stored_register(tmp_path / "ws", 2023).key in keys
    assert not [path for path in shelf.folder.iterdir() if path.name.startswith(".writing-")]


def test_an_ended_write_leaves_the_register_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seed in (("a", 0), ("b", 1)):
        write_extract(tmp_path / name, small_register(seed=seed))
    first = ingest_register(tmp_path / "a", tmp_path / "ws")
    from gymreg_core.store import shelf

    write, left = shelf.write, [0]

    def ended(path: Path, content: bytes) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        write(path, content)

    monkeypatch.setattr(shelf, "write", ended)
    for files in range(10):  # eight tables, the manifest, the pointer
        left[0] = files
        with pytest.raises(KeyboardInterrupt):
            ingest_register(tmp_path / "b", tmp_path / "ws")
        assert stored_register(tmp_path / "ws", 2023).key == first.key
    left[0] = 10
    assert ingest_registers([tmp_path / "b"], tmp_path / "ws")[0].key == stored_register(tmp_path / "ws", 2023).key
