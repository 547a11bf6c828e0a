"""Enrolments in a workspace: stored whole or not at all, found again unchanged, the last extract being current."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gymreg_core.contracts.enrolments import Enrolments, enrolments_at, known_at
from gymreg_core.errors import BadInput
from gymreg_core.sources.check import check_files
from gymreg_core.sources.enrolments.reading import EnrolmentReading, read_enrolments
from gymreg_core.sources.register.keys import mark_of
from gymreg_core.store import enrolments as store
from gymreg_core.store.enrolments import (
    StoredEnrolments,
    has_enrolments,
    ingest_enrolments,
    put_enrolments,
    stored_enrolments,
)
from gymreg_core.store.ingest import ingest_all
from gymreg_core.store.registers import register_years
from gymreg_core.store.shelf import Shelf
from gymreg_core.synthetic.enrolment_extracts import write_enrolments
from gymreg_core.synthetic.identities import numbers_of
from tests.enrolments import small_enrolments, tiny_enrolments, write_small
from tests.extracts import cell, write_extract
from tests.formats import as_sqlite
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


def test_other_code_gives_other_enrolments_and_another_key_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_small(tmp_path / "data", small_enrolments(made_up=False))
    monkeypatch.setattr(store, "reading_code", lambda: "code")
    first = ingest_enrolments(tmp_path / "data", tmp_path / "ws", b"a" * 16)
    with pytest.raises(BadInput, match="another key"):
        ingest_enrolments(tmp_path / "data", tmp_path / "ws", b"b" * 16)
    elsewhere = ingest_enrolments(tmp_path / "data", tmp_path / "other", b"b" * 16)
    assert not set(first.enrolments.persons["applicant"]) & set(elsewhere.enrolments.persons["applicant"])
    assert first.key_id != elsewhere.key_id
    monkeypatch.setattr(store, "reading_code", lambda: "another code")
    third = ingest_enrolments(tmp_path / "data", tmp_path / "ws", b"a" * 16)
    assert len({first.key, elsewhere.key, third.key}) == 3
    assert_same(third.enrolments, first.enrolments)


def test_the_set_before_is_kept(tmp_path: Path) -> None:
    first = ingest(tmp_path, "first", small_enrolments())
    second = ingest(tmp_path, "second", small_enrolments(seed=1))
    assert stored_enrolments(tmp_path / "ws").key == second.key
    assert_same(stored_enrolments(tmp_path / "ws", first.key).enrolments, first.enrolments)


def ingest(tmp_path: Path, name: str, enrolments: Enrolments) -> StoredEnrolments:
    write_small(tmp_path / name, enrolments)
    return ingest_enrolments(tmp_path / name, tmp_path / "ws")


DAY = date(2025, 1, 31)


def whole_and_part(tmp_path: Path) -> tuple[Enrolments, Enrolments]:
    """Enrolments and what of them was known on DAY, as they are read; the folders 'whole' and 'part' hold them."""
    whole = small_enrolments()
    numbers = dict(zip(whole.persons["applicant"], numbers_of(whole.persons, np.random.default_rng(1)), strict=True))
    read = []
    for name, one in (("whole", whole), ("part", enrolments_at(whole, DAY))):
        write_enrolments(one, [numbers[who] for who in one.persons["applicant"]], tmp_path / name)
        read.append(read_enrolments(tmp_path / name).enrolments)
    assert read[0] is not None
    assert read[1] is not None
    return read[0], read[1]


def test_a_second_extract_adds_to_the_first_and_the_first_can_be_told_again(tmp_path: Path) -> None:
    whole, part = whole_and_part(tmp_path)
    first = ingest_enrolments(tmp_path / "part", tmp_path / "ws")
    second = ingest_enrolments(tmp_path / "whole", tmp_path / "ws")
    assert_same(first.enrolments, part)
    assert_same(second.enrolments, whole)
    assert_same(stored_enrolments(tmp_path / "ws").enrolments, whole)
    assert_same(enrolments_at(second.enrolments, DAY), part)
    assert [(one.since, one.as_of) for one in second.deliveries] == [
        ("2023-07-01", "2025-01-31"),
        ("2023-07-01", "2026-06-30"),
    ]
    rows = {one.table: one for one in second.deliveries[1].rows}
    assert (rows["spells"].same, rows["spells"].late, rows["spells"].gone) == (len(first.enrolments.spells), 0, 0)
    assert rows["spells"].new == len(whole.spells) - len(first.enrolments.spells)
    assert len(second.findings) == 0
    assert set(first.provenance.inputs) < set(second.provenance.inputs)


def test_the_same_extract_again_changes_nothing(tmp_path: Path) -> None:
    whole, _ = whole_and_part(tmp_path)
    _, second = (ingest_enrolments(tmp_path / name, tmp_path / "ws") for name in ("part", "whole"))
    for name in ("part", "whole"):
        again = ingest_enrolments(tmp_path / name, tmp_path / "ws")
        assert again.key == stored_enrolments(tmp_path / "ws").key == second.key
        assert_same(again.enrolments, whole)


def test_a_database_that_is_read_again_as_the_second_extract_changes_nothing(tmp_path: Path) -> None:
    whole_and_part(tmp_path)
    ingest_enrolments(tmp_path / "part", tmp_path / "ws")
    url = as_sqlite(tmp_path / "whole", tmp_path / "db")
    second, again = (ingest_enrolments(url, tmp_path / "ws") for _ in range(2))
    assert (again.key, len(again.deliveries)) == (second.key, 2)


def test_late_rows_and_rows_that_are_gone_are_told_with_their_count(tmp_path: Path) -> None:
    schools = [{"school": "A"}, {"school": "B"}]
    who = [{"who": "Ada"}, {"who": "Bo"}]
    ingest(tmp_path, "first", tiny_enrolments(who, schools=schools, as_of="2024-01-31"))
    later = [{"who": "Ada", "school": "B"}, {"who": "Bo"}]
    second = ingest(tmp_path, "second", tiny_enrolments(later, schools=schools, as_of="2024-06-30"))
    found = {(one.rule, one.file, one.count) for one in second.findings}
    assert found == {("rows-known-late", "inskrivningar.csv", 1), ("rows-gone", "inskrivningar.csv", 1)}
    names = second.enrolments.schools["school"].to_numpy()
    for day, school in (("2024-06-29", "A"), ("2024-06-30", "B")):
        spells = known_at(second.enrolments.spells, pd.Timestamp(day))
        assert sorted(names[spells["school"]]) == sorted([school, "A"])


@pytest.mark.parametrize(
    ("since", "as_of", "rule"),
    [
        ("2024-02-01", "2024-06-30", None),
        ("2024-02-02", "2024-06-30", "extract-gap"),
        ("2023-07-01", "2024-01-30", "extract-older"),
        ("2023-07-01", "2024-01-31", None),
    ],
)
def test_an_extract_has_to_follow_what_is_stored(tmp_path: Path, since: str, as_of: str, rule: str | None) -> None:
    first = ingest(tmp_path, "first", tiny_enrolments([{"who": "Ada"}], as_of="2024-01-31"))
    write_small(tmp_path / "second", tiny_enrolments([{"who": "Ada", "code": "NANAT"}], since=since, as_of=as_of))
    if rule is None:
        assert ingest_enrolments(tmp_path / "second", tmp_path / "ws").enrolments.as_of == as_of
        return
    with pytest.raises(BadInput) as refused:
        ingest_all(tmp_path / "second", tmp_path / "ws")
    assert [(one.rule, one.file) for one in refused.value.findings] == [(rule, "utdrag.json")]
    assert stored_enrolments(tmp_path / "ws").key == first.key


def test_real_and_made_up_persons_are_never_stored_together(tmp_path: Path) -> None:
    ingest(tmp_path, "first", small_enrolments())
    write_small(tmp_path / "real", small_enrolments(made_up=False))
    with pytest.raises(BadInput) as refused:
        ingest_enrolments(tmp_path / "real", tmp_path / "ws", b"k" * 16)
    assert "extract-of-other-persons" in [one.rule for one in refused.value.findings]


def test_ended_before_it_is_whole_the_store_is_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, part = whole_and_part(tmp_path)
    ingest_enrolments(tmp_path / "part", tmp_path / "ws")

    def ended(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Shelf, "_point_to", ended)
        with pytest.raises(KeyboardInterrupt):
            ingest_enrolments(tmp_path / "whole", tmp_path / "ws")
    assert_same(stored_enrolments(tmp_path / "ws").enrolments, part)
    assert_same(ingest_enrolments(tmp_path / "whole", tmp_path / "ws").enrolments, whole)


def test_the_key_to_the_pseudonyms_is_told_by_its_id_alone(tmp_path: Path) -> None:
    write_small(tmp_path / "data", small_enrolments(made_up=False))
    key = b"a secret of sixteen bytes or more"
    stored = ingest_enrolments(tmp_path / "data", tmp_path / "ws", key)
    manifest = (tmp_path / "ws" / "enrolments" / stored.key / "manifest.json").read_bytes()
    assert stored.key_id == json.loads(manifest)["about"]["key_id"] == mark_of(key)
    assert key not in manifest
    assert stored_enrolments(tmp_path / "ws").key_id == stored.key_id
    assert ingest(tmp_path / "made-up", "data", small_enrolments()).key_id == ""


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
