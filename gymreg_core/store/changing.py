"""A change of the whole workspace: other files in many places at once, whole or not at all.

What is to come is laid ready in the folder `.changing` and brought to the disk. Then one rename of its journal decides:
before it nothing was changed, after it everything is. Whoever opens anything in the workspace while the journal is
there puts the rest in place first, so that a process may end at any moment. What was replaced is removed before the
journal is.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gymreg_core.errors import BadInput, GymregError, NotPermitted
from gymreg_core.store.durable import remove, sync_folder, told
from gymreg_core.store.locking import exclusive
from gymreg_core.store.private import make_private, require_private, write

FOLDER, JOURNAL, LOCK = ".changing", "journal.json", ".changing.lock"
_READY, _GONE, _UNDECIDED = "ready", "gone", "journal.unfinished"
_WAIT = 60.0
_DEPTH = 2  # a shelf lies so many folders below the workspace at most


@dataclass
class Change:
    """What is to be in a workspace: folders of files and files by their place in it, and places to be empty."""

    workspace: Path
    moves: list[dict[str, Any]] = field(default_factory=list)

    def folder(self, place: str, files: Mapping[str, bytes]) -> None:
        """A folder with exactly these files, in the place of one that is there."""
        ready = self._ready()
        make_private(ready)
        for name, content in files.items():
            write(ready / name, content)
        sync_folder(ready)
        self._move(ready, place)

    def file(self, place: str, content: bytes) -> None:
        """A file, in the place of one that is there."""
        ready = self._ready()
        write(ready, content)
        self._move(ready, place)

    def empty(self, place: str) -> None:
        """Nothing is to be at `place`."""
        self.moves.append({"from": None, "to": place, "over": False})

    def over(self, ready: Path, place: Path) -> None:
        """A file beside the workspace, made by `ready` and brought to the disk by the caller, in the place of another
        whose bytes are overwritten first."""
        self.moves.append({"from": str(ready), "to": str(place), "over": True})

    def _ready(self) -> Path:
        make_private(self.workspace / FOLDER / _READY)
        return self.workspace / FOLDER / _READY / str(len(self.moves))

    def _move(self, ready: Path, place: str) -> None:
        self.moves.append({"from": ready.relative_to(self.workspace).as_posix(), "to": place, "over": False})


@contextmanager
def changing(workspace: Path, locks: list[Path]) -> Iterator[Change]:
    """Lay a change ready while the block runs, and make it at its end; where it fails nothing is changed.

    locks : lock files of all that may be written to, which are held meanwhile.
    Errors: NotPermitted where another change is being made or a build is running; GymregError where another run writes
    for too long, or the disk is full; BadParameters where the workspace cannot be written.
    """
    with ExitStack() as held, told(workspace):
        _hold(held, workspace / LOCK, 0)
        _finish(workspace)
        if (build := workspace / "build.lock").exists():
            _hold(held, build, 0)
        for lock in locks:
            held.enter_context(exclusive(lock, _WAIT))
        remove(workspace / FOLDER)
        change = Change(workspace)
        try:
            yield change
            if change.moves:
                _decide(workspace, change.moves)
        except BaseException:
            if not decided(workspace):
                remove(workspace / FOLDER)
            raise
        _finish(workspace)


def decided(workspace: Path) -> bool:
    """Whether a change was decided and is not finished."""
    return (workspace / FOLDER / JOURNAL).exists()


def finish(folder: Path) -> None:
    """Put in place what is left of a change of the workspace that `folder` lies in, or remove what was laid ready for
    one that was never decided; without one, nothing is done.

    Errors: GymregError where that cannot be done.
    """
    for workspace in (folder, *list(folder.parents)[:_DEPTH]):
        if decided(workspace):
            with told(workspace), exclusive(workspace / LOCK):
                _finish(workspace)
        elif (workspace / FOLDER).exists():
            with suppress(GymregError, OSError), exclusive(workspace / LOCK, 0):  # else somebody is laying it ready
                _finish(workspace)
                remove(workspace / FOLDER)


def _hold(held: ExitStack, lock: Path, wait: float) -> None:
    try:
        held.enter_context(exclusive(lock, wait))
    except GymregError:
        raise NotPermitted(
            "another run is at work in this workspace",
            where=str(lock.parent),
            why="What is changed everywhere is changed while nobody else works there.",
            remedy="Wait until it has ended; nothing was changed by this one.",
        ) from None


def _decide(workspace: Path, moves: list[dict[str, Any]]) -> None:
    folder = workspace / FOLDER
    make_private(folder)
    if (folder / _READY).is_dir():
        sync_folder(folder / _READY)
    content = {"format": 1, "mark": secrets.token_hex(8), "moves": moves}
    write(folder / _UNDECIDED, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())
    sync_folder(folder)
    (folder / _UNDECIDED).replace(folder / JOURNAL)
    sync_folder(folder)
    sync_folder(workspace)


def _finish(workspace: Path) -> None:
    """Make the moves of the journal that were not made yet, remove what they replaced, then the journal."""
    folder = workspace / FOLDER
    require_private(folder, [folder, folder / JOURNAL])
    try:
        moves = _moves((folder / JOURNAL).read_bytes())
    except FileNotFoundError:
        return
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadInput(
            "the journal of a change cannot be read",
            where=str(folder / JOURNAL),
            why="A change of the whole workspace was decided and is not finished.",
            remedy="Put the workspace back from a copy.",
        ) from None
    gone = folder / _GONE
    make_private(gone)
    for number, move in enumerate(moves):
        _make(workspace, move, gone / str(number))
    for touched in sorted({(workspace / move["to"]).parent for move in moves}):
        if touched.is_dir():
            sync_folder(touched)
    remove(gone)
    if gone.exists():
        raise GymregError(
            "what was replaced cannot be removed",
            where=str(gone),
            remedy="Remove this folder's content, or look who holds it, and run any command on the workspace again.",
        )
    sync_folder(folder)
    (folder / JOURNAL).unlink()
    sync_folder(folder)
    remove(folder)
    sync_folder(workspace)


def _moves(content: bytes) -> list[dict[str, Any]]:
    """The moves of a journal. Errors: ValueError, KeyError, TypeError, RecursionError where it is none."""
    held = json.loads(content)["moves"]
    moves = [{"from": one["from"], "to": str(one["to"]), "over": bool(one["over"])} for one in held]
    inside = (one["to"] for one in moves if not one["over"])
    if not all(isinstance(one["from"], str | None) and "\0" not in f"{one['from']}{one['to']}" for one in moves):
        raise ValueError(JOURNAL)
    if not all(place and not Path(place).is_absolute() and ".." not in Path(place).parts for place in inside):
        raise ValueError(JOURNAL)
    return moves


def _make(workspace: Path, move: Mapping[str, Any], gone: Path) -> None:
    place = workspace / move["to"]
    if move["from"] is None:
        if os.path.lexists(place):
            place.replace(gone)
        return
    ready = workspace / move["from"]
    if not ready.exists():
        return
    if move["over"] and place.is_file():
        write(place, secrets.token_bytes(max(place.stat().st_size, 1)))
    elif place.is_dir():
        place.replace(gone)
    make_private(place.parent)
    ready.replace(place)
