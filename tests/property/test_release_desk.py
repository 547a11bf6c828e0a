"""Whatever people try at the desk, nothing is public that somebody else did not let pass, and the log stays whole."""

from __future__ import annotations

import json
import os
import random
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gymreg_core.errors import BadInput, BadParameters, GymregError, NotPermitted
from gymreg_core.release.desk import acts, publish
from gymreg_core.release.desk.checks import Check
from gymreg_core.release.desk.desk import Desk
from gymreg_core.release.desk.people import Actor
from gymreg_core.release.desk.public import stand_shown
from gymreg_core.release.desk.stamps import unstamped
from gymreg_core.reporting.site import Site
from tests.desk_kills import try_kills
from tests.desks import ASKS, DECIDES, LOOKS, PUBLISHES, STRANGER, Clock, approved, asked, by, new_desk, tiny_site

PEOPLE = st.sampled_from(
    [ASKS, LOOKS, DECIDES, PUBLISHES, STRANGER, Actor(ASKS.uid, "anna2"), Actor(9999, "bo"), Actor(LOOKS.uid, "anna")]
)
PASSED = Check("porten", "passed", ("",))


class DeskMachine(RuleBasedStateMachine):
    """Random people take random steps; `refusing` is what the next review finds."""

    @initialize()
    def open_desk(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.clock = Clock()
        self.desk = new_desk(self.folder, self.clock)
        self.figure = 100
        self.patch = pytest.MonkeyPatch()
        self.refusing = False
        self.patch.setattr(os, "fsync", lambda descriptor: None)
        self.patch.setattr(acts, "checked", lambda *_: [Check("porten", "refused" if self.refusing else "passed", ())])
        self.patch.setattr(publish, "gate_check", lambda _: PASSED)

    def teardown(self) -> None:
        self.patch.undo()
        shutil.rmtree(self.folder)

    def names(self) -> list[str]:
        return list(self.desk.look()[1]) or ["2026-001"]

    def name(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(self.names()[-4:]))

    def tried(self, act) -> None:
        before = self.desk.log.path.read_bytes() if self.desk.log.path.exists() else b""
        try:
            act()
        except (NotPermitted, BadInput, BadParameters):
            after = self.desk.log.path.read_bytes() if self.desk.log.path.exists() else b""
            added = [json.loads(line)["action"] for line in after.removeprefix(before).splitlines()]
            assert added in ([], ["lapse"])

    @rule(who=PEOPLE, data=st.data(), amends=st.booleans(), again=st.booleans())
    def request(self, who: Actor, data: st.DataObject, amends: bool, again: bool) -> None:
        self.figure += 1
        site = tiny_site(self.folder / "site", self.figure)
        more = {"amends": self.name(data), "note": "Fel."} if amends else {"again": self.name(data)} if again else {}
        self.tried(lambda: acts.request(by(self.desk, who), site, asked(**more)))

    @rule(who=PEOPLE, data=st.data(), refusing=st.booleans())
    def review(self, who: Actor, data: st.DataObject, refusing: bool) -> None:
        self.refusing = refusing
        name = self.name(data)
        self.tried(lambda: acts.review(by(self.desk, who), name))

    @rule(who=PEOPLE, data=st.data())
    def approve(self, who: Actor, data: st.DataObject) -> None:
        name = self.name(data)
        self.tried(lambda: acts.approve(by(self.desk, who), name))

    @rule(who=PEOPLE, data=st.data())
    def put_out(self, who: Actor, data: st.DataObject) -> None:
        name = self.name(data)
        self.tried(lambda: publish.publish(by(self.desk, who), name))

    @rule(data=st.data(), site_changed=st.booleans())
    def as_it_should_be(self, data: st.DataObject, site_changed: bool) -> None:
        self.figure += 1
        self.refusing = False
        site = tiny_site(self.folder / "site", self.figure)

        def all_steps() -> None:
            release = approved(self.desk, site)
            if site_changed:
                (self.desk.content_of(release).site / "index.html").write_text("<html>")
            publish.publish(by(self.desk, PUBLISHES), release.id)

        self.tried(all_steps) if not site_changed else self.refused(all_steps)

    def refused(self, act) -> None:
        with pytest.raises(NotPermitted, match="approval is void"):
            act()

    @rule(who=PEOPLE, data=st.data(), action=st.sampled_from(["return", "void", "withdraw", "rollback", "announce"]))
    def other(self, who: Actor, data: st.DataObject, action: str) -> None:
        name, desk = self.name(data), by(self.desk, who)
        acting = {
            "return": lambda: acts.send_back(desk, name, "x"),
            "void": lambda: acts.void(desk, name, "x"),
            "withdraw": lambda: publish.withdraw(desk, name, {"sv": "x"}),
            "rollback": lambda: publish.rollback(desk, "x"),
            "announce": lambda: publish.announce(desk),
        }
        self.tried(acting[action])

    @precondition(lambda self: self.desk.log.path.exists())
    @rule()
    def clock_back(self) -> None:
        self.clock.at -= timedelta(hours=1)
        with pytest.raises(NotPermitted, match="set back"):
            publish.publish(by(self.desk, PUBLISHES), "2026-001")
        self.clock.at += timedelta(hours=1)

    @invariant()
    def nobody_alone(self) -> None:
        for release in self.desk.look()[1].values() if hasattr(self, "desk") else ():
            actions = [entry.action for entry in release.entries]
            for place, action in enumerate(actions):
                if action != "publish":
                    continue
                since = release.entries[len(actions[:place]) - actions[:place][::-1].index("request") - 1 : place]
                approvals = [entry for entry in since if entry.action == "approve"]
                asked_by = [entry.who for entry in release.entries[:place] if entry.action == "request"]
                assert approvals
                assert [entry for entry in since if entry.action == "review"][-1].about["refused"] == []
                assert not any(one.is_same(entry.who) for entry in approvals for one in asked_by)

    @invariant()
    def readers_see_one_whole_version_of_what_was_locked(self) -> None:
        if not hasattr(self, "desk"):
            return
        entries, releases = self.desk.look()
        assert stand_shown(self.desk.public, entries)
        shown = {path.name for path in self.desk.public.glob("2026-*")}
        assert shown == {one.id for one in releases.values() if one.is_public}
        assert Site(self.desk.public).manifest() is not None or not shown
        for one in releases.values():
            if one.state in ("published", "amended"):
                page = (self.desk.public / one.id / "index.html").read_text()
                assert unstamped(page) == (self.desk.content_of(one).site / "index.html").read_text()
                assert self.desk.content_of(one).tree() == one.tree


TestDesk = DeskMachine.TestCase
TestDesk.settings = settings(
    max_examples=15, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk whose log has some lines."""
    folder = tmp_path_factory.mktemp("logged")
    desk = new_desk(folder)
    for figure in (1, 2):
        acts.request(desk, tiny_site(folder / "site", figure), asked())
        acts.void(desk, f"2026-00{figure}", "x")
    return desk


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), how=st.sampled_from(["byte", "line gone", "lines swapped", "field", "last gone"]))
def test_an_altered_log_is_told_with_its_line(logged: Desk, seed: int, how: str) -> None:
    path, draw = logged.log.path, random.Random(seed)
    good = path.read_bytes()
    lines = good.splitlines(keepends=True)
    at = draw.randrange(len(lines))
    if how == "byte":
        place = draw.randrange(len(lines[at]) - 1)
        other = bytes([(lines[at][place] + draw.randrange(1, 200)) % 256]).replace(b"\n", b"x")
        lines[at] = lines[at][:place] + other + lines[at][place + 1 :]
    elif how == "line gone":
        del lines[at]
    elif how == "lines swapped":
        at = min(at, len(lines) - 2)
        lines[at], lines[at + 1] = lines[at + 1], lines[at]
    elif how == "field":
        held = json.loads(lines[at])
        held["about"]["note"] = "another"
        lines[at] = json.dumps(held, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    else:
        at = len(lines) - 1
        del lines[at]
    changed = b"".join(lines)
    if changed == good:
        return
    path.write_bytes(changed)
    try:
        for look in (logged.look, lambda: acts.void(logged, "2026-001", "x")):
            with pytest.raises(BadInput) as told:
                look()
            assert f"line {at + 1} of the log is missing or was altered" in str(told.value)
    finally:
        path.write_bytes(good)
    assert len(logged.look()[0]) == 4


@pytest.mark.parametrize("left", [1, 40, -1])
def test_a_half_written_line_is_told_and_taken_out_only_when_asked(logged: Desk, tmp_path: Path, left: int) -> None:
    desk = Desk(shutil.copytree(logged.folder, tmp_path / "desk"), ASKS, logged.clock)
    whole = desk.log.path.read_bytes()
    half = whole.splitlines()[0][:left]
    desk.log.path.write_bytes(whole + half)
    with pytest.raises(BadInput, match="line 5 was written by halves"):
        desk.look()
    with pytest.raises(BadInput, match="written by halves"):
        acts.void(desk, "2026-001", "x")
    assert desk.log.path.read_bytes() == whole + half
    assert publish.repair(desk) == len(half)
    assert (desk.folder / "log.torn").read_bytes() == half + b"\n"
    entries = desk.look()[0]
    assert [entry.action for entry in entries[4:]] == ["repair"]
    assert publish.repair(desk) == 0


def test_the_public_folder_knows_a_log_that_was_written_anew(tmp_path: Path) -> None:
    desk = new_desk(tmp_path)
    publish.publish(by(desk, PUBLISHES), approved(desk, tiny_site(tmp_path / "site")).id)
    shutil.copytree(desk.folder, tmp_path / "other/desk")
    for name in ("log.jsonl", "log.head"):
        (desk.folder / name).unlink()
    with pytest.raises(BadInput, match="line 4 of the log is missing or was altered"):
        desk.look()
    with pytest.raises(GymregError):
        acts.request(desk, tmp_path / "site", asked())


@pytest.mark.skipif(os.name == "nt", reason="a folder is switched by a link, which Windows keeps from ordinary users")
def test_killed_at_any_moment_nothing_is_lost_and_readers_see_one_version(tmp_path: Path) -> None:
    found = try_kills(tmp_path, 8, 20261125)
    assert found.faults == []
    assert sum(found.within.values()) >= 2, "hardly a kill came within its step, so that little was tried"
