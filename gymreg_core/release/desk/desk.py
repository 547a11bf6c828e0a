"""The desk: a folder with its people, its log and what lies locked, in which one person at a time takes a step."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gymreg_core.errors import BadParameters, GymregError, NotPermitted
from gymreg_core.release.desk.content import Content
from gymreg_core.release.desk.desk_file import DESK_FILE, DeskFile, read_desk_file
from gymreg_core.release.desk.log import Draft, Entry, Log
from gymreg_core.release.desk.people import ROLES, Actor
from gymreg_core.release.desk.public import Stand, render, stand_shown
from gymreg_core.release.desk.releases import Release, releases_of
from gymreg_core.release.desk.states import NEW, Step, permit, steps
from gymreg_core.reporting.manifest import key_of
from gymreg_core.reporting.site import Site
from gymreg_core.store.durable import remove, told, write
from gymreg_core.store.locking import exclusive

RELEASES, LOCK = "releases", ".lock"
_SHARED, _OPEN = 0o007, 0o022  # what the group of the desk, and what readers, may not
_GROUP = 0o2770
Clock = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Desk:
    """The desk in `folder` as `actor` stands at it. clock : the time in whole seconds; tests have one of their own."""

    folder: Path
    actor: Actor
    clock: Clock = _now

    @classmethod
    def here(cls, folder: Path) -> Desk:
        """The desk as the account that started this process stands at it."""
        return cls(Path.cwd() / folder, Actor.current())

    @property
    def log(self) -> Log:
        return Log(self.folder)

    @property
    def public(self) -> Path:
        """The folder that readers see."""
        return self.folder / read_desk_file(self.folder)[0].public

    def content_of(self, release: Release) -> Content:
        """What lies locked of a release."""
        return self.content_at(release.id, release.tree)

    def content_at(self, release: str, tree: str) -> Content:
        """What lies locked of a release under a hash, as it was requested once."""
        return Content(self.folder / RELEASES / release / tree[:16])

    def look(self) -> tuple[tuple[Entry, ...], dict[str, Release]]:
        """The log and where every release stands, all of it checked; nothing is written.

        Errors: BadParameters where there is no desk; BadInput naming the line of the log that was altered or is gone.
        """
        public = self.public
        entries = self.log.entries()
        releases = releases_of(entries)
        stand_shown(public, entries)
        return entries, releases

    @contextmanager
    def acting(self) -> Iterator[Session]:
        """Hold the desk for one step; another one at once is refused. A public folder that an ended step left behind
        the log is brought up to it first.

        Errors: NotPermitted where another step is being taken, or the clock was set back; BadParameters where the desk
        cannot be written; GymregError where the disk is full; as `look`.
        """
        file, sha256 = read_desk_file(self.folder)
        with told(self.folder, "desk"), _umask(_SHARED), self._held():
            entries = self.log.entries()
            session = Session(self, file, sha256, entries, releases_of(entries))
            shown = stand_shown(session.public, entries)
            self.log.refuse_earlier(entries, self.clock())
            if not shown:
                session.show()
            yield session

    @contextmanager
    def repairing(self) -> Iterator[Log]:
        """Hold the log of a desk whose last line may be half; for an account that has a role here.

        Errors: NotPermitted for others; as `acting`, but for what is half.
        """
        people = read_desk_file(self.folder)[0].roles.with_role(ROLES)
        if not any(one.is_same_account(self.actor) for one in people):
            raise NotPermitted(
                f"{self.actor} may not repair the log",
                where=str(self.folder),
                why="It takes a role at the desk.",
                remedy=f"These may: {', '.join(map(str, people))}.",
            )
        with told(self.folder, "desk"), _umask(_SHARED), self._held():
            yield self.log

    @contextmanager
    def _held(self) -> Iterator[None]:
        lock = exclusive(self.folder / LOCK, wait=0)
        try:
            lock.__enter__()
        except GymregError:
            raise NotPermitted(
                "somebody else is taking a step at this desk",
                where=str(self.folder),
                why="One step is taken at a time.",
                remedy="Wait until it has ended; nothing was changed by this one.",
            ) from None
        try:
            yield
        finally:
            lock.__exit__(None, None, None)


@dataclass
class Session:
    """The desk while it is held. file, sha256 : its own file and the hash of that. entries, releases : as they stand,
    after every step noted in this session."""

    desk: Desk
    file: DeskFile
    sha256: str
    entries: tuple[Entry, ...]
    releases: dict[str, Release]

    def permit(self, release: Release | None, action: str) -> Step:
        """Errors: NotPermitted naming the state, the action and who may."""
        state, name = (release.state, release.id) if release else (NEW, "a new release")
        requesters = release.requesters if release else ()
        return permit(name, state, action, self.desk.actor, self.file.roles, requesters)

    @property
    def public(self) -> Path:
        return self.desk.folder / self.file.public

    @property
    def rules(self) -> str:
        """The hash over the desk's people and settings, and the table of steps: what an approval is given under."""
        return key_of(self.sha256, [step.__dict__ for step in steps()])

    def note(self, action: str, release: str, about: Mapping[str, Any]) -> Entry:
        """Add a step to the log; it is taken when this returns."""
        return self._add(self._drafted(action, release, about))

    def put_out(self, action: str, release: str, about: Mapping[str, Any]) -> Entry:
        """Note a step that readers see, and show it: the new public folder is whole on the disk before the step is
        noted, and switched in after it.

        Errors: RenderingFailed, BadInput, OSError; then neither the log nor the public folder was changed.
        """
        imprint = {"publisher": self.file.publisher, "address": self.file.address}
        draft = self._drafted(action, release, {**about, "imprint": imprint})
        built = self._make(Stand((*self.entries, draft.entry)))
        entry = self._add(draft)
        Site(self.public).switch(built, entry.sha256)
        return entry

    def show(self) -> None:
        """Bring the public folder up to the log."""
        stand = Stand.of(self.entries)
        if stand is not None:
            Site(self.public).switch(self._make(stand), stand.last.sha256)

    def _drafted(self, action: str, release: str, about: Mapping[str, Any]) -> Draft:
        desk = self.desk
        draft = desk.log.drafted(desk.clock(), desk.actor, action, release, about)
        releases_of((*self.entries, draft.entry))
        return draft

    def _add(self, draft: Draft) -> Entry:
        self.desk.log.add(draft)
        self.entries = (*self.entries, draft.entry)
        self.releases = releases_of(self.entries)
        return draft.entry

    def _make(self, stand: Stand) -> Path:
        site = Site(self.public)
        site.refuse_foreign()
        with _umask(_OPEN):
            site.out.parent.mkdir(parents=True, exist_ok=True)
            for left in site.out.parent.glob(f".{site.out.name}-next-*"):
                remove(left)
            building = site.out.with_name(f".{site.out.name}-building")
            remove(building)
            render(stand, self.desk.content_of, building, site.out)
        return building


def open_desk(folder: Path, public: Path, publisher: str, address: str = "") -> Desk:
    """Make a desk whose only person is the account that asks, with every role; others are written into its file.

    Errors: BadParameters where something stands there already, or it cannot be written.
    """
    folder = Path.cwd() / folder
    if folder.exists() and any(folder.iterdir()):
        raise BadParameters("this folder is not empty", where=str(folder), remedy="Name a new one.")
    actor = Actor.current()
    inside = os.path.relpath(Path.cwd() / public, folder)
    content = _FILE.format(
        name=_quoted(actor.name), uid=actor.uid, roles=", ".join(ROLES), public=_quoted(inside),
        publisher=_quoted(publisher), address=_quoted(address),
    )  # fmt: skip
    with told(folder, "desk"), _umask(_SHARED):
        folder.mkdir(parents=True, exist_ok=True)
        if os.name != "nt":
            folder.chmod(_GROUP)
        write(folder / LOCK, b"")
        write(folder / DESK_FILE, content.encode())
        (folder / DESK_FILE).chmod(0o640)
        (folder / LOCK).chmod(0o660)
    try:
        read_desk_file(folder)
    except BadParameters:
        shutil.rmtree(folder)
        raise
    return Desk.here(folder)


_FILE = """\
# Who stands at this desk. name and uid are those of the account; roles: request, review, approve, publish.
# Nobody can review or approve what they requested themselves, so at least two people are needed.
people:
  - {{name: {name}, uid: {uid}, roles: [{roles}]}}
# The folder that readers see, from here.
public: {public}
publisher: {publisher}
# Where the public folder stands on the web; with '' pages cite themselves by their place in it.
address: {address}
"""


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def _umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)
