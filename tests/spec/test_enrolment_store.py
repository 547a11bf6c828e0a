"""Enrolments in a workspace: stored whole or not at all, found again unchanged, the last extract being current."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.errors import BadInput
from gymreg_core.sources.check import check_files
from gymreg_core.sources.enrolments.reading import EnrolmentReading, read_enrolments
from gymreg_core.store import enrolments as store
from gymreg_core.store.enrolments import has_enrolments, ingest_enrolments, put_enrolments, stored_enrolments
from gymreg_core.store.ingest import ingest_all
from gymreg_core.store.registers import register_years
from tests.enrolments import small_enrolments, write_small
from tests.extracts import cell, write_extract
from tests.registers import small_register


def assert_same(read: Enrolments, written: Enrolments) -> None:
    assert (read.since, read.as_of, read.made_up) == (written.since, written.as_of, written.made_up)
    for name, table in written.tables().items():
        pd.testing.assert_frame_equal(read.tables()[name], table, obj=name)


def test_what_is_stored_comes_back(tmp_path: Path) -> None:
    write_small(tmp_path / "data")
    reading = read_enrolments(tmp_path / "data")
    assert not has_enrolments(tmp_path / "ws")
    stored = ingest_enrolments(tmp_path / "data", tmp_path / "ws")
    assert has_enrolments(tmp_path / "ws")
    assert reading.enrolments is not None
    for one in (stored, stored_enrolments(tmp_path / "ws"), stored_enrolments(tmp_path / "ws", stored.key)):
        assert_same(one.enrolments, reading.enrolments)
        assert (one.key, one.findings, one.provenance) == (stored.key, reading.findings, reading.provenance)


def test_unchanged_input_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_read(*_: object, **__: object) -> EnrolmentReading:
        raise AssertionError("read again")

    monkeypatch.setattr(store, "reading_code", lambda: "code")
    write_small(tmp_path / "data")
    first = ingest_enrolments(tmp_path / "data", tmp_path / "ws")
    monkeypatch.setattr(store, "read_enrolments", not_read)
    again = ingest_enrolments(tmp_path / "data", tmp_path / "ws")
    assert again.key == first.key
    assert_same(again.enrolments, first.enrolments)
    cell("arskurs9.csv", 2, "Meritvärde", "100")(tmp_path / "data")
    with pytest.raises(AssertionError, match="read again"):
        ingest_enrolments(tmp_path / "data", tmp_path / "ws")


def test_another_key_or_other_code_gives_other_enrolments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_small(tmp_path / "data", small_enrolments(made_up=False))
    monkeypatch.setattr(store, "reading_code", lambda: "code")
    first, other = (ingest_enrolments(tmp_path / "data", tmp_path / "ws", key * 16) for key in (b"a", b"b"))
    assert not set(first.enrolments.persons["applicant"]) & set(other.enrolments.persons["applicant"])
    monkeypatch.setattr(store, "reading_code", lambda: "another code")
    third = ingest_enrolments(tmp_path / "data", tmp_path / "ws", b"a" * 16)
    assert len({first.key, other.key, third.key}) == 3


def test_the_last_extract_is_current_and_the_one_before_is_kept(tmp_path: Path) -> None:
    keys = []
    for name, seed in (("first", 0), ("second", 1)):
        write_small(tmp_path / name, small_enrolments(seed=seed))
        keys.append(ingest_enrolments(tmp_path / name, tmp_path / "ws").key)
        assert stored_enrolments(tmp_path / "ws").key == keys[-1]
    assert stored_enrolments(tmp_path / "ws", keys[0]).key == keys[0]


def test_registers_and_enrolments_in_one_folder_are_both_stored(tmp_path: Path) -> None:
    write_small(tmp_path / "data" / "inskrivningar")
    write_extract(tmp_path / "data" / "2023")
    told = ingest_all(tmp_path / "data", tmp_path / "ws")
    assert [(one.get("intake_year"), one.get("as_of"), one["rows"]) for one in told] == [
        (2023, None, 60),
        (None, "2026-06-30", 60),
    ]
    assert register_years(tmp_path / "ws") == [2023]
    assert stored_enrolments(tmp_path / "ws").key == told[1]["key"]
    assert len(ingest_all(tmp_path / "data" / "inskrivningar", tmp_path / "ws")) == 1


@pytest.mark.parametrize("bad", ["inskrivningar", "2023", "both"])
def test_where_either_is_bad_neither_is_stored(tmp_path: Path, bad: str) -> None:
    write_small(tmp_path / "data" / "inskrivningar")
    write_extract(tmp_path / "data" / "2023")
    if bad != "2023":
        cell("arskurs9.csv", 2, "Meritvärde", "999")(tmp_path / "data" / "inskrivningar")
    if bad != "inskrivningar":
        cell("betyg.csv", 3, "MA", "Z")(tmp_path / "data" / "2023")
    with pytest.raises(BadInput) as refused:
        ingest_all(tmp_path / "data", tmp_path / "ws")
    files = {"inskrivningar": ["inskrivningar/arskurs9.csv"], "2023": ["2023/betyg.csv"]}
    assert [found.file for found in refused.value.findings] == files.get(bad, [*files["2023"], *files["inskrivningar"]])
    assert [found.file for found in check_files([tmp_path / "data"])] == [f.file for f in refused.value.findings]
    assert not (tmp_path / "ws").exists()


def test_two_extracts_and_made_up_among_real_are_refused(tmp_path: Path) -> None:
    write_small(tmp_path / "data" / "a")
    write_small(tmp_path / "data" / "b")
    with pytest.raises(BadInput, match="another extract of enrolments, a"):
        ingest_all(tmp_path / "data", tmp_path / "ws")
    write_extract(tmp_path / "mixed" / "2023", small_register(made_up=False))
    write_small(tmp_path / "mixed" / "inskrivningar")
    with pytest.raises(BadInput) as refused:
        ingest_all(tmp_path / "mixed", tmp_path / "ws", tmp_path / "no key")
    rules = {(found.rule, found.file) for found in refused.value.findings if found.severity == "error"}
    assert ("made-up-among-real", "inskrivningar") in rules


def test_errors_are_never_stored(tmp_path: Path) -> None:
    write_small(tmp_path / "data")
    cell("arskurs9.csv", 2, "Meritvärde", "999")(tmp_path / "data")
    with pytest.raises(BadInput, match="with errors is not stored"):
        put_enrolments(tmp_path / "ws", read_enrolments(tmp_path / "data", strict=False), "code")
    assert not (tmp_path / "ws").exists()


def test_what_is_not_there_or_damaged_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no enrolments are stored") as refused:
        stored_enrolments(tmp_path / "ws")
    assert "gymreg ingest" in str(refused.value)
    write_small(tmp_path / "data")
    folder = tmp_path / "ws" / "enrolments" / ingest_enrolments(tmp_path / "data", tmp_path / "ws").key
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    del manifest["about"]["as_of"]
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(BadInput, match="another version"):
        stored_enrolments(tmp_path / "ws")
    (folder / "spells.parquet").write_bytes(b"")
    with pytest.raises(BadInput, match="damaged"):
        stored_enrolments(tmp_path / "ws")


def test_no_identity_number_is_in_the_workspace_nor_in_what_is_shown(tmp_path: Path) -> None:
    numbers = write_small(tmp_path / "data", small_enrolments(made_up=False))
    stored = ingest_enrolments(tmp_path / "data", tmp_path / "ws", b"k" * 16)
    told = [path.read_bytes() for path in (tmp_path / "ws").rglob("*") if path.is_file()]
    tables = stored.enrolments.tables().values()
    cells = {str(value) for table in tables for value in table.to_numpy().ravel().tolist()}
    for number in numbers:
        for text in (number, number.replace("-", "")):
            assert text not in cells
            assert not any(text.encode() in content for content in told)
    for shown in (repr(stored), repr(stored.enrolments)):
        assert "60 persons" in shown
        assert not any(name in shown for name in stored.enrolments.persons["applicant"])
