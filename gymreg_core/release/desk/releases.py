"""Where every release stands: what follows from the entries of the log, and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.release.desk.log import Entry
from gymreg_core.release.desk.people import Actor
from gymreg_core.release.desk.states import NEW, PUBLIC, step_from

TAKES_PUBLIC = ("publish", "rollback", "withdraw", "announce")
"""Actions after which the public folder is another one."""


@dataclass(frozen=True)
class Release:
    """A release as its entries leave it.

    id : such as 2026-001; an amendment of it is 2026-001-2, its second version. title, note, reason : by language.
    tree : hash of the locked content. embargo : local time or ''. amends, amended_by : ids or ''. published : UTC.
    approval, review : what `approve` and `review` noted, empty where they do not count (any more).
    """

    id: str
    state: str
    entries: tuple[Entry, ...]
    title: Mapping[str, str]
    note: Mapping[str, str]
    tree: str
    embargo: str
    amends: str
    amended_by: str = ""
    reason: Mapping[str, str] | None = None
    published: datetime | None = None
    review: Mapping[str, Any] | None = None
    approval: Mapping[str, Any] | None = None

    @property
    def base(self) -> str:
        """The id of the first version."""
        return "-".join(self.id.split("-")[:2])

    @property
    def version(self) -> int:
        return int((self.id.split("-")[2:] or ["1"])[0])

    @property
    def requesters(self) -> tuple[Actor, ...]:
        return tuple(entry.who for entry in self.entries if entry.action == "request")

    @property
    def is_public(self) -> bool:
        return self.state in PUBLIC


def releases_of(entries: Iterable[Entry]) -> dict[str, Release]:
    """Every release by its id, in the order of their requests.

    Errors: BadInput naming the line whose step the table does not allow, or that the one who requested took alone.
    """
    held: dict[str, Release] = {}
    for entry in entries:
        if entry.release:
            try:
                _take(held, entry)
            except (KeyError, TypeError, ValueError, AttributeError):
                raise _refused(entry) from None
    return held


def release_named(held: Mapping[str, Release], name: str) -> Release:
    """Errors: BadParameters where there is none of this name."""
    if name not in held:
        raise BadParameters(
            f"there is no release {name!r}",
            where="RELEASE",
            remedy=f"The last ones are {', '.join(list(held)[-5:])}." if held else "Nothing has been requested yet.",
        )
    return held[name]


def next_id(held: Mapping[str, Release], year: int, amends: str) -> str:
    """The id of a new release of a year, or of the next version of the one that is amended."""
    if amends:
        base = held[amends].base
        return f"{base}-{1 + max(release.version for release in held.values() if release.base == base)}"
    return f"{year}-{1 + sum(release.base[:4] == str(year) and release.version == 1 for release in held.values()):03d}"


def published_contents(entries: Iterable[Entry]) -> list[tuple[str, str]]:
    """Release and tree of everything that readers have ever seen, in order, each once."""
    seen = ((entry.release, str(entry.about["tree"])) for entry in entries if entry.action == "publish")
    return list(dict.fromkeys(seen))


def _take(held: dict[str, Release], entry: Entry) -> None:
    about, id_ = entry.about, entry.release
    before = held.get(id_)
    step = step_from(before.state if before else NEW, entry.action)
    if step is None or (step.another and before and any(entry.who.is_same(one) for one in before.requesters)):
        raise ValueError(entry.action)
    if entry.action == "request":
        fresh = Release(
            id=id_,
            state=step.after,
            entries=(before.entries if before else ()),
            title=dict(about["title"]),
            note=dict(about["note"]),
            tree=str(about["tree"]),
            embargo=str(about["embargo"]),
            amends=str(about["amends"]),
            published=before.published if before else None,
        )
        held[id_] = replace(fresh, entries=(*fresh.entries, entry))
        return
    if before is None:
        raise ValueError(entry.action)
    after = replace(before, state=step.after, entries=(*before.entries, entry))
    held[id_] = _noted(after, entry)
    if before.amends and entry.action in ("publish", "rollback"):
        _follow(held, before, "amend" if entry.action == "publish" else "restore")


def _noted(release: Release, entry: Entry) -> Release:
    """What an entry tells beside the state it leads to."""
    if entry.action == "review":
        return replace(release, review=dict(entry.about), approval=None)
    if entry.action == "approve":
        return replace(release, approval=dict(entry.about))
    if entry.action == "publish":
        return replace(release, published=entry.when)
    if entry.action == "withdraw":
        return replace(release, reason=dict(entry.about["reason"]))
    if entry.action in ("return", "lapse", "rollback"):
        return replace(release, review=None, approval=None)
    return replace(release, approval=None)


def _follow(held: dict[str, Release], release: Release, action: str) -> None:
    """Take the release that `release` amends through the step that follows."""
    old = held[release.amends]
    step = step_from(old.state, action)
    if step is None:
        raise ValueError(action)
    held[old.id] = replace(old, state=step.after, amended_by=release.id if action == "amend" else "")


def _refused(entry: Entry) -> BadInput:
    return BadInput(
        f"line {entry.n} of the log takes a step that nobody may take",
        where="log.jsonl",
        why=f"'{entry.action}' of {entry.release} does not follow from the lines before it.",
        remedy="Put the log back from a copy. Nothing is released from this desk until it is whole.",
    )
