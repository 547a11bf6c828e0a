"""Publishers that are killed: a process takes steps at a desk until it is ended, and then everything is looked at."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gymreg_core.release.desk import acts, publish
from gymreg_core.release.desk.checks import Check
from gymreg_core.release.desk.desk import Desk
from gymreg_core.release.desk.public import stand_shown
from gymreg_core.release.desk.releases import releases_of
from gymreg_core.release.desk.stamps import unstamped
from gymreg_core.reporting.manifest import MANIFEST
from gymreg_core.reporting.site import Site
from tests.desks import ASKS, LOOKS, PUBLISHES, asked, by, new_desk, tiny_site

STEPS = ("build", "approve", "publish", "rollback")
_LONGEST = 60.0  # seconds; a process that says nothing for so long is stuck
_AT_ONE_DESK = 20
_CHILD = "import sys, pathlib; from tests.desk_kills import child; child(pathlib.Path(sys.argv[1]), sys.argv[2])"
_ROOT = Path(__file__).resolve().parents[1]


def child(folder: Path, step: str) -> None:
    """Take a step over and over, and tell before and after each; until killed."""
    quiet(pytest.MonkeyPatch())
    desk = Desk(folder / "desk", ASKS)
    figure = random.Random(str(time.time())).randrange(10**6)
    while True:
        figure += 1
        if step == "build":
            print("begin", flush=True)
            built = tiny_site(folder / "work", figure)
            key = json.loads((built / MANIFEST).read_bytes())["key"]
            Site(folder / "site").switch(built, key)
            print(f"done {key}", flush=True)
            continue
        ready(desk, folder, step, figure)
        print("begin", flush=True)
        name = take(desk, step)
        print(f"done {name}", flush=True)


def quiet(patch: pytest.MonkeyPatch) -> None:
    """Checks that take long find nothing here; what is tried is the writing."""
    passed = [Check("porten", "passed", ())]
    patch.setattr(acts, "checked", lambda *_: passed)
    patch.setattr(publish, "gate_check", lambda _: passed[0])


def ready(desk: Desk, folder: Path, step: str, figure: int) -> None:
    """Bring a release as far as it is before `step`."""
    release = acts.request(desk, tiny_site(folder / f"handed-{step}", figure), asked())
    acts.review(by(desk, LOOKS), release.id)
    if step in ("publish", "rollback"):
        acts.approve(by(desk, LOOKS), release.id)
    if step == "rollback":
        publish.publish(by(desk, PUBLISHES), release.id)


def take(desk: Desk, step: str) -> str:
    """Take the step with the newest release that is ready for it."""
    releases = desk.look()[1]
    if step == "approve":
        return acts.approve(by(desk, LOOKS), [one.id for one in releases.values() if one.state == "reviewed"][-1]).id
    if step == "publish":
        return publish.publish(
            by(desk, PUBLISHES), [one.id for one in releases.values() if one.state == "approved"][-1]
        ).id
    return publish.rollback(by(desk, PUBLISHES), "Fel.").id


@dataclass
class Kills:
    """What was found: killed while the step was under way, by step; how often the step was found taken, or not taken,
    and what was not as it has to be."""

    within: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def killed(folder: Path, step: str, draw: random.Random, kills: Kills) -> None:
    """Start a process, kill it at a random moment of the step, and look at what is left."""
    command = [sys.executable, "-c", _CHILD, str(folder), step]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=_ROOT)
    assert process.stdout is not None
    turns, lasted, begun, told = 1 + draw.randrange(2), 0.2, 0.0, ["nothing"]
    for line in process.stdout:
        told.append(line.strip())
        if line.startswith("begin"):
            begun = time.monotonic()
            if turns == 0:
                break
        else:
            lasted, turns = time.monotonic() - begun, turns - 1
    time.sleep(draw.random() * lasted * 1.1)
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate(timeout=_LONGEST)
    told += rest.split("\n")[:-1]
    if process.returncode != -signal.SIGKILL:
        kills.faults.append(f"{step}: the process ended by itself")
        return
    done = [line.split()[1] for line in told if line.startswith("done")]
    if sum(line == "begin" for line in told) > len(done):
        kills.within[step] += 1
    look_at_site(folder, done, kills) if step == "build" else look_at_desk(folder, step, done, kills)


def look_at_site(folder: Path, done: list[str], kills: Kills) -> None:
    """The site is whole, and of the last build that was told to be done or a later one."""
    manifest = Site(folder / "site").manifest()
    if manifest is None or len({p.read_text().count("<td>") for p in (folder / "site").glob("*.html")}) != 1:
        kills.faults.append("build: half a site")
        return
    figures = {page.read_text().split("<td>")[1].split("<")[0] for page in (folder / "site").glob("*.html")}
    if len(figures) != 1:
        kills.faults.append("build: pages of two builds")
    kills.taken["build"] += manifest["key"] not in done


def look_at_desk(folder: Path, step: str, done: list[str], kills: Kills) -> None:
    """Every step that was told to be done is in the log; the public folder is one whole version, the newest or the one
    before; the next step goes on."""
    desk = Desk(folder / "desk", ASKS)
    entries = desk.log.entries()
    action = "rollback" if step == "rollback" else step
    noted = [entry.release for entry in entries if entry.action == action]
    kills.taken[step] += bool(noted) and noted[-1] not in done[-1:]
    missing = [name for name in done if name not in noted]
    kills.faults.extend(f"{step}: {name} was done and is in no line" for name in missing)
    readers_see_one_version(desk, f"{step}, killed", kills, may_be_before=True)
    with pytest.MonkeyPatch.context() as patch:
        quiet(patch)
        with by(desk, PUBLISHES).acting():
            pass
    readers_see_one_version(desk, f"{step}, next", kills, may_be_before=False)
    left = [path.name for path in desk.public.parent.glob(".public-next-*")]
    if left and not stand_shown(desk.public, entries):
        kills.faults.append(f"{step}: left behind {left}")


def readers_see_one_version(desk: Desk, when: str, kills: Kills, *, may_be_before: bool) -> None:
    """What stands in the public folder is what follows from the log up to one of its steps."""
    entries = desk.log.entries()
    manifest = Site(desk.public).manifest()
    if manifest is None:
        public = any(entry.action == "publish" for entry in entries)
        first = sum(entry.action in ("publish", "rollback") for entry in entries) <= 1
        if desk.public.exists() or (public and not (may_be_before and first)):
            kills.faults.append(f"{when}: no whole public folder")
        return
    if not may_be_before and not stand_shown(desk.public, entries):
        kills.faults.append(f"{when}: the public folder is not that of the log")
    releases = releases_of(entries[: manifest["line"]])
    shown = {path.name for path in desk.public.glob("2026-*")}
    if shown != {one.id for one in releases.values() if one.is_public}:
        kills.faults.append(f"{when}: other releases than the log's line {manifest['line']}")
    for name in shown:
        page, locked = desk.public / name / "index.html", desk.content_of(releases[name]).site / "index.html"
        if unstamped(page.read_text()) != locked.read_text():
            kills.faults.append(f"{when}: {name} is not what was locked")


def try_kills(folder: Path, n: int, seed: int) -> Kills:
    """`n` kills in turn over the four steps; a desk and a site for twenty of them."""
    draw, kills = random.Random(seed), Kills()
    for number in range(n):
        place = folder / f"{number // _AT_ONE_DESK}"
        if not place.exists():
            new_desk(place)
        killed(place, STEPS[number % len(STEPS)], draw, kills)
    return kills
