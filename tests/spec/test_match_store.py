"""Matches in a workspace: per intake year and round the current one and those before, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gymreg_core.errors import BadInput
from gymreg_core.store import shelf
from gymreg_core.store.matches import has_match, keep_match, kept_match, match, matches, published_as, put_match

Tables = dict[str, pd.DataFrame]


def tables(seat: int = 0) -> Tables:
    seats = pd.DataFrame(
        {"pupil": [0, 1, 2], "path": [seat, -1, 1], "rank": [1, 0, 2], "pool": [-1, -1, 3], "points": 1.5}
    )
    return {
        "seats": seats.astype({"pupil": "int32", "path": "int32", "rank": "int16", "pool": "int32"}),
        "study_paths": pd.DataFrame({"path_id": ["S0-000", "S1-001"], "cutoff": [250.0, None]}),
        "reserves": pd.DataFrame({"path": [0], "place": [1], "pupil": [1]}),
    }


def about(year: int = 2023, round_: str = "final", **more: Any) -> dict[str, Any]:
    return {"intake_year": year, "round": round_, "certificate": {"no_blocking_pair": True}, **more}


def assert_same(stored: Tables, put: Tables) -> None:
    assert set(stored) == set(put)
    for name, table in put.items():
        pd.testing.assert_frame_equal(stored[name], table, obj=name)


def test_what_is_stored_comes_back(tmp_path: Path) -> None:
    put = put_match(tmp_path / "ws", "key", tables(), about())
    stored = match(tmp_path / "ws", 2023, "final")
    assert (put.key, stored.key, stored.about) == ("key", "key", about())
    assert_same(put.tables, tables())
    assert_same(stored.tables, tables())
    assert str(stored.tables["seats"]["rank"].dtype) == "int16"


def test_rows_are_counted_anew(tmp_path: Path) -> None:
    some = {name: table.iloc[1:] for name, table in tables().items()}
    put_match(tmp_path, "key", some, about())
    pd.testing.assert_frame_equal(match(tmp_path, 2023, "final").tables["seats"], some["seats"].reset_index(drop=True))


def test_each_year_and_round_has_its_own(tmp_path: Path) -> None:
    assert matches(tmp_path) == []
    for year, round_ in ((2024, "preliminary"), (2023, "reserve_1"), (2023, "final")):
        put_match(tmp_path, f"{year}{round_}", tables(), about(year, round_))
    assert matches(tmp_path) == [(2023, "final"), (2023, "reserve_1"), (2024, "preliminary")]
    assert match(tmp_path, 2023, "reserve_1").key == "2023reserve_1"
    assert not has_match(tmp_path, 2023, "final", "2023reserve_1")


def test_the_latest_is_current_and_the_one_before_is_kept(tmp_path: Path) -> None:
    for seat, key in enumerate(("first", "second")):
        put_match(tmp_path, key, tables(seat), about())
    assert match(tmp_path, 2023, "final").key == "second"
    assert_same(match(tmp_path, 2023, "final", "first").tables, tables(0))
    kept = kept_match(tmp_path, 2023, "final", "first")
    assert kept is not None
    assert match(tmp_path, 2023, "final").key == kept.key == "first"
    assert kept_match(tmp_path, 2023, "final", "never") is None
    assert kept_match(tmp_path / "nowhere", 2023, "final", "first") is None


@pytest.mark.parametrize(
    ("lacking", "told"),
    [
        (("tables", "seats"), "seats"),
        (("tables", "study_paths"), "study_paths"),
        (("about", "intake_year"), "intake_year"),
        (("about", "round"), "round"),
        (("seats", "pool"), "seats.pool"),
    ],
)
def test_a_match_that_lacks_something_is_not_stored(tmp_path: Path, lacking: tuple[str, str], told: str) -> None:
    whole, said = tables(), about()
    where, name = lacking
    if where == "seats":
        whole["seats"] = whole["seats"].drop(columns=name)
    else:
        del {"tables": whole, "about": said}[where][name]
    with pytest.raises(ValueError, match=f"without .*'{told}'"):
        put_match(tmp_path / "ws", "key", whole, said)
    assert not (tmp_path / "ws").exists()


def test_what_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"2023, round final[\s\S]*gymreg match"):
        match(tmp_path, 2023, "final")
    put_match(tmp_path, "key", tables(), about())
    with pytest.raises(BadInput, match=r"under this key[\s\S]*gymreg match"):
        match(tmp_path, 2023, "final", "other")


@pytest.mark.parametrize("file", ["seats.parquet", "study_paths.parquet", "manifest.json"])
def test_a_damaged_match_is_no_match_and_can_be_made_again(tmp_path: Path, file: str) -> None:
    put_match(tmp_path, "key", tables(), about())
    (tmp_path / "matches" / "2023-final" / "key" / file).write_bytes(b"?")
    assert not has_match(tmp_path, 2023, "final", "key")
    assert kept_match(tmp_path, 2023, "final", "key") is None
    with pytest.raises(BadInput, match=r"damaged[\s\S]*gymreg match"):
        match(tmp_path, 2023, "final")
    put_match(tmp_path, "key", tables(), about())
    assert_same(match(tmp_path, 2023, "final").tables, tables())


@pytest.mark.parametrize("before", [False, True], ids=["first", "later"])
def test_an_ended_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bool) -> None:
    if before:
        put_match(tmp_path, "old", tables(0), about())
    write, left = shelf.write, [0]

    def ended(path: Path, content: bytes) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        write(path, content)

    monkeypatch.setattr(shelf, "write", ended)
    for files in range(5):  # three tables, the manifest, the pointer
        left[0] = files
        with pytest.raises(KeyboardInterrupt):
            put_match(tmp_path, "new", tables(1), about())
        assert matches(tmp_path) == ([(2023, "final")] if before else [])
        if before:
            assert_same(match(tmp_path, 2023, "final").tables, tables(0))
    left[0] = 5
    put_match(tmp_path, "new", tables(1), about())
    assert_same(match(tmp_path, 2023, "final").tables, tables(1))


def test_a_result_file_is_known_by_its_hash_without_reading_a_row(tmp_path: Path) -> None:
    put_match(tmp_path, "a", tables(), about(result_file={"name": "a.xlsx", "sha256": "1" * 64}))
    put_match(tmp_path, "b", tables(), about(result_file={"name": "b.xlsx", "sha256": "2" * 64}))
    put_match(tmp_path, "c", tables(), about(2024, result_file=None))
    for path in tmp_path.rglob("*.parquet"):
        path.unlink()
    found = published_as(tmp_path, ["1" * 64, "9" * 64])
    assert {where: told["result_file"]["name"] for where, told in found.items()} == {(2023, "final"): "a.xlsx"}
    assert published_as(tmp_path, []) == {}
    assert json.dumps(found[2023, "final"])


def published(sha256: str) -> dict[str, Any]:
    return about(result_file={"name": "a.xlsx", "sha256": sha256})


@pytest.mark.parametrize("for_good", [True, False])
def test_a_published_match_is_kept_for_good_and_another_is_not(tmp_path: Path, for_good: bool) -> None:
    put_match(tmp_path, "published", tables(7), published("1" * 64))
    if for_good:
        keep_match(tmp_path, 2023, "final", "published")
    for seed in range(6):
        put_match(tmp_path, f"tried-{seed}", tables(seed), published(f"{seed + 2}" * 64))
    assert [has_match(tmp_path, 2023, "final", f"tried-{seed}") for seed in range(6)] == [False] * 3 + [True] * 3
    assert has_match(tmp_path, 2023, "final", "published") == for_good
    assert ((2023, "final") in published_as(tmp_path, ["1" * 64])) == for_good
    if for_good:
        assert_same(match(tmp_path, 2023, "final", "published").tables, tables(7))


def test_of_two_matches_with_the_same_result_file_the_published_one_is_told(tmp_path: Path) -> None:
    for seed, key in enumerate(("published", "tried")):
        put_match(tmp_path, key, tables(), {**published("1" * 64), "seed": seed})
    assert published_as(tmp_path, ["1" * 64])[2023, "final"]["seed"] == 1
    keep_match(tmp_path, 2023, "final", "published")
    assert published_as(tmp_path, ["1" * 64])[2023, "final"]["seed"] == 0


def test_a_published_match_stays_so_when_it_was_damaged_or_what_is_current_was_forgotten(tmp_path: Path) -> None:
    put_match(tmp_path, "published", tables(), published("1" * 64))
    keep_match(tmp_path, 2023, "final", "published")
    folder = tmp_path / "matches" / "2023-final"
    (folder / "published" / "seats.parquet").write_bytes(b"?")
    put_match(tmp_path, "published", tables(), published("1" * 64))
    (folder / "current.json").write_bytes(b"?")
    for seed in range(4):
        put_match(tmp_path, f"tried-{seed}", tables(seed), about())
    assert has_match(tmp_path, 2023, "final", "published")
