"""gymreg release as people meet it: several accounts, exit codes, and a machine that fails them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gymreg_core.release.desk import desk as desk_module
from gymreg_core.release.desk.desk import Desk
from gymreg_core.release.desk.people import Actor
from gymreg_core.store.locking import exclusive
from tests.command_line import CommandLine
from tests.desks import ASKS, DECIDES, LOOKS, PUBLISHES, Clock, approved, new_desk, published, tiny_site

TITLE = ["--title", "Antagningen 2025"]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return new_desk(tmp_path)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tiny_site(tmp_path / "site")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, command_line: CommandLine, desk: Desk) -> Any:
    """gymreg release with these arguments, as somebody of the desk: exit code and what was printed."""
    monkeypatch.setenv("GYMREG_DESK", str(desk.folder))
    monkeypatch.setattr(Desk, "here", classmethod(lambda cls, folder: cls(folder, Actor.current(), desk.clock)))

    def gymreg_release(who: Actor, *arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(Actor, "current", classmethod(lambda cls: who))
        code, printed, complained = command_line("release", *arguments)
        assert "Traceback" not in complained
        return code, printed + complained

    return gymreg_release


def test_the_way_of_a_release(run: Any, desk: Desk, site: Path, tmp_path: Path) -> None:
    steps = [
        (ASKS, ["request", site, *TITLE, "--embargo", "2026-11-26T09:00"], 0, "2026-001 is requested"),
        (LOOKS, ["approve", "2026-001"], 15, "a release that is requested cannot be taken through 'approve'"),
        (ASKS, ["review", "2026-001"], 15, "anna may not review a release that is requested"),
        (LOOKS, ["review", "2026-001"], 0, "2026-001 is reviewed"),
        (ASKS, ["approve", "2026-001"], 15, "cannot be the one who lets it pass"),
        (PUBLISHES, ["publish", "2026-001"], 15, "that is reviewed cannot be taken through 'publish'"),
        (DECIDES, ["approve", "2026-001"], 0, "2026-001 is approved"),
        (LOOKS, ["publish", "2026-001"], 15, "takes the role publish"),
        (PUBLISHES, ["publish", "2026-001"], 0, "2026-001 is published"),
        (ASKS, ["amend", "2026-001", site, *TITLE, "--note", "Fel."], 0, "2026-001-2 is requested"),
        (LOOKS, ["return", "2026-001-2", "--note", "Inget är ändrat."], 0, "2026-001-2 is returned"),
        (ASKS, ["void", "2026-001-2", "--note", "Ja."], 0, "2026-001-2 is voided"),
        (PUBLISHES, ["calendar", "--publish"], 0, "The public pages tell of them"),
        (PUBLISHES, ["rollback", "--note", "Fel dag."], 0, "2026-001 is requested"),
        (LOOKS, ["review", "2026-001"], 0, "2026-001 is reviewed"),
        (LOOKS, ["approve", "2026-001"], 0, "2026-001 is approved"),
        (PUBLISHES, ["publish", "2026-001"], 0, "2026-001 is published"),
        (PUBLISHES, ["withdraw", "2026-001", "--reason", "Fel fil."], 0, "2026-001 is withdrawn"),
        (PUBLISHES, ["publish", "2027-009"], 10, "there is no release '2027-009'"),
        (PUBLISHES, ["log", "--repair"], 0, "0 bytes"),
        (LOOKS, ["log"], 0, "2026-001 is withdrawn"),
    ]
    for who, arguments, code, told in steps:
        ended, said = run(who, *arguments)
        assert (ended, told in said) == (code, True), (arguments, said)
    entries = json.loads(run(LOOKS, "log", "--json")[1])
    assert entries["releases"] == {"2026-001": "withdrawn", "2026-001-2": "voided"}
    assert [entry["action"] for entry in entries["log"]][:4] == ["request", "review", "approve", "publish"]


def test_a_desk_is_opened_for_the_account_that_asks(run: Any, tmp_path: Path) -> None:
    place = tmp_path / "new"
    told = ["--desk", place, "--public", tmp_path / "www", "--publisher", "Kontoret i 'Sverige'"]
    assert run(ASKS, "open", *told)[0] == 0
    assert Desk(place, ASKS).public.resolve() == (tmp_path / "www").resolve()
    assert run(ASKS, "open", *told)[0] == 10
    assert run(ASKS, "request", tmp_path / "site", *TITLE, "--desk", tmp_path / "nowhere")[0] == 10
    assert (
        run(ASKS, "open", "--desk", tmp_path / "bad", "--public", "x", "--publisher", "x", "--address", "ftp://x")[0]
        == 10
    )
    assert not (tmp_path / "bad").exists()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("people: [", "not YAML"),
        ("people: []\npublic: x\npublisher: y\n", "people"),
        ("people:\n  - {name: a, uid: 1, roles: [boss]}\npublic: x\npublisher: y\n", "people.1.roles.1"),
        (
            "people: [{name: a, uid: 1, roles: [review]}, {name: b, uid: 1, roles: [review]}]\npublic: x\npublisher: y",
            "one uid stands here twice",
        ),
        ("a: &a [*a]\n", "people"),
    ],
)
def test_a_faulty_desk_file_is_told(run: Any, desk: Desk, change: str, told: str) -> None:
    (desk.folder / "desk.yml").write_text(change)
    code, said = run(ASKS, "log")
    assert (code, told in said) == (10, True), said


def test_a_desk_file_that_everybody_may_write_is_refused(run: Any, desk: Desk) -> None:
    (desk.folder / "desk.yml").chmod(0o666)
    code, said = run(ASKS, "log")
    assert (code, "everybody may write this file" in said) == (10, True)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other accounts may look into."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.skipif(not hasattr(os, "setresuid") or os.getuid() != 0, reason="only root can start a process as others")
def test_who_acts_is_the_account_of_the_process_whatever_the_environment_says(
    open_folder: Path, repository: Path
) -> None:
    import pwd

    asks, other = [one for one in pwd.getpwall() if 0 < one.pw_uid < 1000][:2]
    folder = open_folder / "desk"
    folder.mkdir(mode=0o755)
    people = f"people: [{{name: {asks.pw_name}, uid: {asks.pw_uid}, roles: [request]}}]"
    (folder / "desk.yml").write_text(f"{people}\npublic: ../www\npublisher: x\n")
    site = tiny_site(open_folder / "site")

    def requested_by(uid: int) -> subprocess.CompletedProcess[str]:
        code = "from gymreg_core.cli import main; main()"
        return subprocess.run(
            [sys.executable, "-c", code, "release", "request", str(site), *TITLE, "--desk", str(folder)],
            capture_output=True,
            text=True,
            cwd=repository,
            preexec_fn=lambda: os.setresuid(uid, -1, -1),
            env={**os.environ, "USER": asks.pw_name, "LOGNAME": asks.pw_name, "SUDO_UID": str(asks.pw_uid)},
            check=False,
        )

    done = requested_by(asks.pw_uid)
    assert done.returncode == 0, done.stderr
    [entry] = Desk(folder, ASKS).log.entries()
    assert entry.who == Actor(asks.pw_uid, asks.pw_name)
    refused = requested_by(other.pw_uid)
    assert (refused.returncode, f"{other.pw_name} may not request" in refused.stderr) == (15, True), refused.stderr


def test_two_at_once_are_refused(run: Any, desk: Desk, site: Path) -> None:
    release = approved(desk, site)
    with exclusive(desk.folder / ".lock"):
        code, said = run(PUBLISHES, "publish", release.id)
    assert (code, "somebody else is taking a step" in said) == (15, True)
    assert run(PUBLISHES, "publish", release.id)[0] == 0


def test_an_altered_line_stops_every_command_and_is_named(run: Any, desk: Desk, site: Path) -> None:
    published(desk, site)
    path = desk.log.path
    good = path.read_text(encoding="utf-8")
    path.write_text(good.replace('"name":"bo"', '"name":"cecilia"', 1), encoding="utf-8")
    for arguments in (
        ["log"],
        ["calendar"],
        ["request", site, *TITLE],
        ["review", "2026-001"],
        ["publish", "2026-001"],
        ["withdraw", "2026-001", "--reason", "x"],
        ["rollback", "--note", "x"],
        ["log", "--repair"],
    ):
        who = PUBLISHES if arguments[0] != "request" else ASKS
        code, said = run(who, *arguments)
        if arguments == ["log", "--repair"]:
            assert code == 0  # nothing is half, and it does not touch what is whole
            continue
        assert (code, "line 2 of the log is missing or was altered" in said) == (11, True), (arguments, said)
    assert path.read_text(encoding="utf-8").count("cecilia") == 1


def test_the_clock_set_back_stops_the_desk(run: Any, desk: Desk, site: Path) -> None:
    release = approved(desk, site)
    assert isinstance(desk.clock, Clock)
    desk.clock.at -= timedelta(minutes=5)
    code, said = run(PUBLISHES, "publish", release.id)
    assert (code, "the clock of this machine was set back" in said) == (15, True)
    assert "line 3" in said


def everything(*folders: Path) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".") and "-building" not in str(path)
    }


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such limit")
@pytest.mark.parametrize("room", [0, 50])
def test_a_file_that_cannot_grow_loses_nothing(run: Any, desk: Desk, site: Path, room: int) -> None:
    import resource

    release = approved(desk, site)
    before = everything(desk.folder)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = (len(desk.log.path.read_bytes()) + room) if room else 100
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        code, said = (
            run(PUBLISHES, "publish", release.id) if not room else run(LOOKS, "return", release.id, "--note", "x")
        )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (code, "the desk cannot be written" in said) == (10, True), said
    assert everything(desk.folder) == before
    assert not desk.public.exists()
    assert run(PUBLISHES, "publish", release.id)[0] == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with room for two small sites."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(place)]
    if os.name == "nt" or os.getuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small disk")
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine mounts no small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(path: Path) -> None:
    with path.open("ab") as stream:
        while True:
            stream.write(b"x" * 512)
            stream.flush()


def test_a_full_disk_loses_nothing(
    run: Any, desk: Desk, small_disk: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = new_desk(small_disk, desk.clock)
    monkeypatch.setenv("GYMREG_DESK", str(desk.folder))
    release = approved(desk, site)
    full = small_disk / "filler"
    full.write_bytes(b"x" * 8192)
    with pytest.raises(OSError, match="No space"):
        fill(full)
    before = everything(desk.folder)
    code, said = run(PUBLISHES, "publish", release.id)
    assert (code, "the disk is full" in said) == (1, True), said
    code, said = run(ASKS, "request", site, *TITLE)
    assert (code, "the disk is full" in said) == (1, True), said
    assert everything(desk.folder) == before
    full.unlink()
    assert run(PUBLISHES, "publish", release.id)[0] == 0
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    code, said = run(PUBLISHES, "withdraw", release.id, "--reason", "x")
    assert (code, "the desk cannot be written" in said) == (10, True), said
    assert run(LOOKS, "log")[0] == 0
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert desk.look()[1][release.id].state == "published"


@pytest.mark.skipif(
    os.name == "nt" or os.getuid() == 0, reason="root may write everywhere; a read-only disk is tried instead"
)
def test_a_folder_that_may_not_be_written_loses_nothing(run: Any, desk: Desk, site: Path) -> None:
    release = approved(desk, site)
    desk.folder.chmod(0o500)
    code, said = run(PUBLISHES, "publish", release.id)
    desk.folder.chmod(0o700)
    assert (code, "the desk cannot be written" in said) == (10, True), said
    assert desk.look()[1][release.id].state == "approved"


def test_a_step_ended_before_the_switch_is_finished_by_the_next(
    run: Any, desk: Desk, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = approved(desk, site)

    class Stopped:
        def __init__(self, out: Path) -> None:
            self.out = out

        def refuse_foreign(self) -> None: ...

        def switch(self, built: Path, key: str) -> None:
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(desk_module, "Site", Stopped)
        assert run(PUBLISHES, "publish", release.id)[0] == 1
    assert not desk.public.exists()
    assert desk.look()[1][release.id].state == "published"
    run(LOOKS, "review", release.id)
    assert (desk.public / release.id / "index.html").is_file()
