"""Who was erased from a workspace, so that no later extract brings them back: known by a keyed hash, and by no more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from gymreg_core.errors import BadInput
from gymreg_core.sources.register.keys import MADE_UP_KEY, erased_marks, secret_of
from gymreg_core.store.changing import finish
from gymreg_core.store.private import require_private

LIST = "erased.json"
REAL, MADE_UP = "real", "made_up"
FORMAT = 1


def marks(workspace: Path) -> dict[str, list[str]]:
    """The marks of those who were erased, of real and of invented persons. Errors: BadInput where the list is damaged;
    NotPermitted where others than the owner may read it."""
    path = Path(workspace) / LIST
    finish(path.parent)
    require_private(path, [path])
    try:
        held = json.loads(path.read_bytes())
        if held["format"] == FORMAT:
            return {kind: [str(mark) for mark in held[kind]] for kind in (REAL, MADE_UP)}
    except FileNotFoundError:
        return {REAL: [], MADE_UP: []}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass
    raise BadInput(
        "the list of who was erased cannot be read",
        where=str(path),
        why="Without it a later extract would bring them back.",
        remedy="Put it back from a copy.",
    )


def as_list(held: Mapping[str, Iterable[str]]) -> bytes:
    """The file; `marks` is the way back."""
    content = {"format": FORMAT, **{kind: sorted(set(held[kind])) for kind in (REAL, MADE_UP)}}
    return (json.dumps(content, indent=1) + "\n").encode()


def left_out(workspace: Path, names: Iterable[str], key: bytes | Path | None, *, made_up: bool) -> set[str]:
    """Which of these pseudonyms by `key` are of persons who were erased. Errors: as `marks`."""
    listed = set(marks(workspace)[MADE_UP if made_up else REAL])
    every = list(names)
    if not listed or not all(every):
        return set()
    told = erased_marks(every, MADE_UP_KEY if made_up else secret_of(key))
    return {name for name, mark in zip(every, told, strict=True) if mark in listed}
