"""The workspace: whole sets of tables or none, found again by what they were made from."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from gymreg_core.contracts.results import as_results
from gymreg_core.errors import BadInput, BadParameters, GymregError
from gymreg_core.findings import Finding, Findings
from gymreg_core.provenance import InputFile, Provenance
from gymreg_core.sources.results import Results
from gymreg_core.store import durable
from gymreg_core.store.fingerprint import code_fingerprint, fingerprint
from gymreg_core.store.locking import exclusive
from gymreg_core.store.shelf import POINTER, Shelf
from gymreg_core.store.workspace import StoredResults, Workspace, results_key

ROOT = Path(__file__).resolve().parents[2]


def some_results(name: str = "slutantagningsresultat-2024.xlsx", seats: int = 30) -> Results:
    table = as_results(
        pd.DataFrame(
            {
                "intake_year": [2024, 2024],
                "round": ["final", "final"],
                "municipality": ["Täby", "Österåker"],
                "school": ["Almvreta gymnasium", "Rimskärs gymnasium"],
                "provider_form": ["municipal", "independent"],
                "study_path_code": ["NA", "EKEKO"],
                "study_path_name": ["Naturvetenskapsprogrammet NA", "Ekonomiprogrammet EK - Ekonomi"],
                "programme": ["NA", "EK"],
                "programme_type": ["preparatory", "preparatory"],
                "cutoff": [232.5, None],
                "cutoff_kind": ["competitive", "all_eligible_admitted"],
                "median": [260.0, 200.0],
                "seats": [seats, 20],
                "admitted": [seats, 12],
                "reserves": [4, 0],
                "free_seats": [0, 8],
                "scale": ["grades", "grades"],
                "source_file": [name, name],
                "source_row": [2, 3],
            }
        )
    )
    finding = Finding("year-from-file-name", "info", "The year is from the name.", "Nothing.", 2, (2, 3), name)
    provenance = Provenance((InputFile(name, f"{seats:064x}", 100),), already_public=True, made_up=True)
    members = pd.DataFrame({"joint_intake_id": pd.Series(dtype="str"), "source_row": pd.Series(dtype="int64")})
    return Results(table, Findings((finding,)), members, provenance)


def links_of(results: Results) -> pd.DataFrame:
    return results.table[["source_file", "source_row", "intake_year", "round"]].assign(study_path_id=["a", "b"])


def put(workspace: Workspace, results: Results, code: str = "code") -> StoredResults:
    return workspace.put_results(results, links_of(results), code)


def same(stored: StoredResults, results: Results) -> None:
    pd.testing.assert_frame_equal(stored.table, results.table)
    pd.testing.assert_frame_equal(stored.links, links_of(results))
    pd.testing.assert_frame_equal(stored.joint_intakes, results.joint_intakes)
    assert stored.findings == results.findings
    assert stored.provenance == results.provenance


def test_what_is_stored_comes_back(tmp_path: Path) -> None:
    workspace, results = Workspace(tmp_path / "ws"), some_results()
    put(workspace, results)
    same(workspace.results(), results)
    assert workspace.has(workspace.results().key)
    assert not workspace.has("0" * 64)


def test_the_latest_is_current_and_the_one_before_can_be_asked_for(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    first, second = some_results(seats=30), some_results(seats=31)
    key = put(workspace, first).key
    put(workspace, second)
    same(workspace.results(), second)
    same(workspace.results(key), first)
    same(workspace.make_current(key), first)
    same(workspace.results(), first)


def test_old_sets_do_not_pile_up(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    keys = [put(workspace, some_results(seats=n)).key for n in range(10, 16)]
    assert [workspace.has(key) for key in keys] == [False, False, False, True, True, True]
    assert len([p for p in (tmp_path / "results").iterdir() if p.is_dir()]) == 3


def test_the_key_follows_inputs_and_code_and_nothing_else(tmp_path: Path) -> None:
    a, b = InputFile("a.xlsx", "1" * 64, 1), InputFile("b.xlsx", "2" * 64, 2)
    assert results_key([a, b], "code") == results_key([b, a], "code")
    others = [[a], [a, replace(b, sha256="3" * 64)], [a, replace(b, name="c.xlsx")]]
    keys = {
        results_key([a, b], "code"),
        results_key([a, b], "other"),
        *(results_key(files, "code") for files in others),
    }
    assert len(keys) == 5
    assert (
        put(Workspace(tmp_path / "here"), some_results()).key == put(Workspace(tmp_path / "there"), some_results()).key
    )


def test_the_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        put(Workspace(tmp_path / name), some_results())
    files = [sorted(p for p in (tmp_path / name).rglob("*") if p.is_file()) for name in ("a", "b")]
    assert [p.relative_to(tmp_path / "a") for p in files[0]] == [p.relative_to(tmp_path / "b") for p in files[1]]
    assert [p.read_bytes() for p in files[0]] == [p.read_bytes() for p in files[1]]


def test_results_with_errors_are_not_stored(tmp_path: Path) -> None:
    workspace, results = Workspace(tmp_path / "ws"), some_results()
    wrong = replace(
        results, findings=Findings((Finding("negative-number", "error", "Less than none.", "Correct it."),))
    )
    with pytest.raises(BadInput) as raised:
        put(workspace, wrong)
    assert raised.value.findings.has_errors
    assert not (tmp_path / "ws").exists()


def test_a_table_that_would_not_come_back_is_refused(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf")
    for frame in (
        pd.DataFrame({"a": pd.Series([1.5], dtype="float32")}),
        pd.DataFrame({"a": pd.Series([object()], dtype="object")}),
        pd.DataFrame({"a": [1]}, index=[7]),
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
    ):
        with pytest.raises((TypeError, ValueError)):
            shelf.put("k", {"t": frame}, {})
    assert not (tmp_path / "shelf").exists()


def test_nothing_stored_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="gymreg ingest") as raised:
        Workspace(tmp_path / "never").results()
    assert str(tmp_path / "never") in str(raised.value)
    put(Workspace(tmp_path), some_results())
    with pytest.raises(BadInput, match="under this key"):
        Workspace(tmp_path).results("f" * 64)


def damage_table(folder: Path) -> None:
    path = folder / "table.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def damage_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"format": 1, "key":')


def damage_other_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text('["no manifest at all"]')


def damage_dtypes(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["dtypes"]["table"] = [["no_such_column", "int64"]]
    (folder / "manifest.json").write_text(json.dumps(manifest))


def damage_columns(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["dtypes"]["table"] = manifest["dtypes"]["table"][:-1]
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    "damage",
    [
        damage_table,
        damage_manifest,
        damage_other_manifest,
        damage_dtypes,
        damage_columns,
        lambda folder: (folder / "links.parquet").unlink(),
        lambda folder: (folder / "manifest.json").unlink(),
        lambda folder: (folder / "joint_intakes.parquet").write_bytes(b""),
        lambda folder: [p.unlink() for p in folder.iterdir()] and folder.rmdir(),
        lambda folder: (folder.parent / POINTER).write_text("{}"),
        lambda folder: (folder.parent / POINTER).write_bytes(b"\xff\xfe"),
    ],
)
def test_a_damaged_store_says_where_and_what_to_do_and_heals(tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def]
    workspace, results = Workspace(tmp_path), some_results()
    key = put(workspace, results).key
    damage(tmp_path / "results" / key)
    with pytest.raises(BadInput) as raised:
        workspace.results()
    assert str(tmp_path) in str(raised.value)
    assert "ingest" in str(raised.value)
    assert "Täby" not in str(raised.value)
    put(workspace, results)
    if damage is not damage_dtypes and damage is not damage_columns:  # these leave every table file as it was
        same(workspace.results(), results)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps folders to their owner by other means")
def test_folders_are_for_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        key = put(Workspace(tmp_path / "ws"), some_results()).key
    finally:
        os.umask(before)
    for folder in (tmp_path / "ws", tmp_path / "ws" / "results", tmp_path / "ws" / "results" / key):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("")
    with pytest.raises(BadParameters, match="cannot be written") as raised:
        put(Workspace(tmp_path / "a file"), some_results())
    assert "a file" in str(raised.value)


def test_a_full_disk_is_told_and_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, before = Workspace(tmp_path), some_results(seats=30)
    put(workspace, before)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(durable.os, "fsync", full)
    with pytest.raises(GymregError, match="disk is full"):
        put(workspace, some_results(seats=31))
    monkeypatch.undo()
    same(workspace.results(), before)
    assert not [p for p in (tmp_path / "results").iterdir() if p.name.startswith(".writing-")]


def test_a_second_writer_waits_and_then_says_so(tmp_path: Path) -> None:
    lock = tmp_path / ".lock"
    with exclusive(lock, wait=0.1), pytest.raises(GymregError, match="another run"), exclusive(lock, wait=0.1):
        pytest.fail("two writers at a time")
    with exclusive(lock, wait=0.1):  # the file is still there; nobody holds it
        pass


def test_writers_and_readers_side_by_side_see_whole_tables(tmp_path: Path) -> None:
    workspace, failures = Workspace(tmp_path), []
    put(workspace, some_results(seats=1))

    def write(first: int) -> None:
        for n in range(first, first + 15):
            put(workspace, some_results(seats=n % 3 + 1))

    def read() -> None:
        until = time.monotonic() + 1.0
        while time.monotonic() < until:
            stored = workspace.results()
            if stored.table["seats"].iloc[0] != int(stored.provenance.inputs[0].sha256, 16):
                failures.append(stored.key)

    threads = [threading.Thread(target=write, args=(n,)) for n in (0, 100)] + [threading.Thread(target=read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert not [p for p in (tmp_path / "results").iterdir() if p.name.startswith(".writing-")]


# Forks a writer per line (folder, step) that ends itself at that step of its dealings with the folder's files.
NURSERY = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = sys.argv[1:]
from test_store import put, some_results
from gymreg_core.store.workspace import Workspace

def end_at(step, folder):
    left = [step]
    def hook(event, arguments):
        if event in ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir") and folder in str(arguments[0]):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)

for line in sys.stdin:
    folder, step = line.split()
    child = os.fork()
    if child:
        killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
        print("killed" if killed else "finished", flush=True)
    else:
        end_at(int(step), folder)
        put(Workspace(Path(folder)), some_results(seats=2))
        os._exit(0)
"""


@pytest.fixture(scope="module")
def end_writer_at() -> Iterator[Callable[[Workspace, int], bool]]:
    """Write to a workspace in another process that ends at a step; says whether it was ended before it had finished."""
    arguments = [sys.executable, "-c", NURSERY, str(ROOT), str(Path(__file__).parent)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as nursery:
        told, asked = nursery.stdout, nursery.stdin
        assert told is not None
        assert asked is not None

        def ended(workspace: Workspace, step: int) -> bool:
            asked.write(f"{workspace.path} {step}\n")
            return told.readline() == "killed\n"

        yield ended
        asked.close()


@pytest.mark.skipif(os.name == "nt", reason="a process is not killed in the same way there")
@pytest.mark.parametrize("before", [None, 1], ids=["first write", "later write"])
def test_killed_at_every_step_leaves_the_old_or_the_new(
    tmp_path: Path, end_writer_at: Callable[[Workspace, int], bool], before: int | None
) -> None:
    seen = []
    for step in range(1, 200):
        workspace = Workspace(tmp_path / str(step))
        if before is not None:
            put(workspace, some_results(seats=before))
        if not end_writer_at(workspace, step):
            break
        seen.append(seats_in(workspace))
        same(put(workspace, some_results(seats=3)), some_results(seats=3))
        same(workspace.results(), some_results(seats=3))
        assert not [p for p in (workspace.path / "results").iterdir() if p.name.startswith(".writing-")]
    assert len(seen) > 10
    assert seen == sorted(seen, key=[before, 2].index), "it went back after it had been switched"
    assert set(seen) == {before, 2}


def seats_in(workspace: Workspace) -> int | None:
    try:
        stored = workspace.results()
    except BadInput as refused:
        return None if "nothing is stored" in refused.what else -1
    seats = int(stored.provenance.inputs[0].sha256, 16)
    same(stored, some_results(seats=seats))
    return seats


def test_code_fingerprint_follows_content_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "some_package_to_hash"
    (package / "inner").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "inner" / "rules.yml").write_text("a: 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    before = code_fingerprint(["some_package_to_hash"])
    (package / "inner" / "notes.log").write_text("not code")
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "x.cpython-311.pyc").write_bytes(b"\0")
    os.utime(package / "__init__.py", (1, 1))
    assert code_fingerprint(["some_package_to_hash"]) == before
    (package / "inner" / "rules.yml").write_text("a: 2\n")
    changed = code_fingerprint(["some_package_to_hash"])
    assert changed != before
    (package / "inner" / "rules.yml").rename(package / "inner" / "other.yml")
    assert code_fingerprint(["some_package_to_hash"]) not in (before, changed)
    both = ["some_package_to_hash", "gymreg_core.store"]
    assert code_fingerprint(both) == code_fingerprint(reversed(both))
    assert code_fingerprint(["gymreg_core.errors"]) != code_fingerprint(["gymreg_core.findings"])
    with pytest.raises(ModuleNotFoundError):
        code_fingerprint(["gymreg_core.no_such_room"])
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1}) != fingerprint({"a": 1})


def test_code_fingerprint_is_quick_and_light() -> None:
    code = (
        "import sys, time\n"
        "from gymreg_core.store.fingerprint import code_fingerprint\n"
        "code_fingerprint()\n"
        "start = time.perf_counter(); code_fingerprint(); took = time.perf_counter() - start\n"
        "heavy = [m for m in ('pandas', 'numpy', 'pyarrow', 'yaml') if m in sys.modules]\n"
        "print(took, heavy)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    took, heavy = told.split(maxsplit=1)
    assert heavy.strip() == "[]"
    assert float(took) < 0.25  # 0.01 to 0.03 s alone; the rest is room for a machine that runs other things too
