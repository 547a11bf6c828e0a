"""The log of a desk: every step in one line, each chained to the one before by its hash.

`log.jsonl` is only ever added to. Beside it `log.head` tells how many lines there are and the hash of the last one, so
that a last line that was taken away is found too. A line is on the disk before the head is: ended in between, the log
is one line ahead, which is no fault. A last line without its end is what an ended machine leaves behind; it is told,
and taken out by a command of its own, which keeps it beside the log.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gymreg_core.errors import BadInput, NotPermitted
from gymreg_core.release.desk.people import Actor
from gymreg_core.store.durable import sync_folder, write

LOG, HEAD, TORN = "log.jsonl", "log.head", "log.torn"
_FIELDS = {"n", "when", "uid", "name", "action", "release", "about", "previous"}


@dataclass(frozen=True)
class Entry:
    """One line. when : UTC, whole seconds. release : '' for what concerns the desk alone. sha256 : of the line."""

    n: int
    when: datetime
    who: Actor
    action: str
    release: str
    about: Mapping[str, Any] = field(hash=False)
    previous: str
    sha256: str


@dataclass(frozen=True)
class Draft:
    """An entry that is not in the log yet, and its line."""

    entry: Entry
    line: bytes


@dataclass(frozen=True)
class Log:
    """The log in a folder; one process at a time may add to it (the desk holds the lock)."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / LOG

    def entries(self) -> tuple[Entry, ...]:
        """Every entry, the chain checked.

        Errors: BadInput naming the first line that was altered, is missing or was written by halves.
        """
        whole, torn = self._split()
        found = self._chained(whole)
        if torn:
            raise BadInput(
                f"line {len(found) + 1} was written by halves",
                where=str(self.path),
                why="A machine that stopped in the middle leaves such a line; its step did not happen.",
                remedy="gymreg release log --repair takes it out, keeps it beside the log and notes that it did.",
            )
        return tuple(found)

    def _chained(self, whole: list[bytes]) -> list[Entry]:
        found: list[Entry] = []
        for number, line in enumerate(whole, 1):
            entry = _entry(line)
            if entry is None or entry.n != number:
                raise self._broken(number)
            if entry.previous != (found[-1].sha256 if found else ""):
                raise self._broken(number if not self._follows(whole, entry) else number - 1)
            found.append(entry)
        self._check_head(found)
        return found

    def drafted(self, when: datetime, who: Actor, action: str, release: str, about: Mapping[str, Any]) -> Draft:
        """The line that would be added, with its hash; nothing is written.

        Errors: NotPermitted where the last line is of a later time than `when`; as `entries`.
        """
        entries = self.entries()
        self.refuse_earlier(entries, when)
        content = {
            "n": len(entries) + 1,
            "when": when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            **who.as_json(),
            "action": action,
            "release": release,
            "about": dict(about),
            "previous": entries[-1].sha256 if entries else "",
        }
        line = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        entry = _entry(line)
        if entry is None:
            raise TypeError(action)
        return Draft(entry, line)

    def add(self, draft: Draft) -> None:
        """Add a line that was drafted from the log as it is, and wait until it is on the disk; where that fails, the
        log is as it was before.

        Errors: OSError.
        """
        self._add(draft.line + b"\n")
        self._write_head(draft.entry)

    def refuse_earlier(self, entries: tuple[Entry, ...], when: datetime) -> None:
        """Errors: NotPermitted where the last entry was made later than `when`."""
        if entries and entries[-1].when > when:
            raise NotPermitted(
                "the clock of this machine was set back",
                where=f"{self.path}, line {entries[-1].n}",
                why=f"The last step was taken at {entries[-1].when:%Y-%m-%d %H:%M:%S} UTC, and it is "
                f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC now.",
                remedy="Set the clock right. An embargo is kept by it.",
            )

    def torn(self) -> bytes:
        """What stands behind the last whole line; empty in a log that is whole."""
        return self._split()[1]

    def take_out_torn(self) -> bytes:
        """Take a half-written last line out; what was taken is kept in `log.torn`, one piece after another.

        Errors: BadInput where a whole line was altered; OSError.
        """
        whole, torn = self._split()
        self._chained(whole)
        if torn:
            with (self.folder / TORN).open("ab") as stream:
                stream.write(torn + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
            sync_folder(self.folder)
            with self.path.open("r+b") as stream:
                stream.truncate(sum(len(line) + 1 for line in whole))
                os.fsync(stream.fileno())
        return torn

    def _split(self) -> tuple[list[bytes], bytes]:
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return [], b""
        *whole, torn = content.split(b"\n")
        return whole, torn

    def _add(self, line: bytes) -> None:
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o660)
        try:
            size = os.fstat(descriptor).st_size
            try:
                rest = memoryview(line)
                while rest:
                    rest = rest[os.write(descriptor, rest) :]
                os.fsync(descriptor)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(descriptor, size)
                raise
        finally:
            os.close(descriptor)
        sync_folder(self.folder)

    def _write_head(self, entry: Entry) -> None:
        temporary = self.folder / f".{HEAD}"
        write(temporary, f"{entry.n} {entry.sha256}\n".encode())
        temporary.replace(self.folder / HEAD)
        sync_folder(self.folder)

    def _check_head(self, found: list[Entry]) -> None:
        try:
            number, _, sha256 = (self.folder / HEAD).read_text(encoding="ascii").strip().partition(" ")
            lines = int(number)
        except FileNotFoundError:
            if len(found) > 1:
                raise self._broken(len(found), HEAD) from None
            lines, sha256 = 0, ""
        except ValueError:
            raise self._broken(len(found), HEAD) from None
        if lines > len(found):
            raise self._broken(len(found) + 1)
        if lines < len(found) - 1:
            raise self._broken(lines + 1)
        if lines and found[lines - 1].sha256 != sha256:
            raise self._broken(lines)

    def _follows(self, whole: list[bytes], entry: Entry) -> bool:
        """Whether what stands behind an entry knows it, so that the line before it is the one that was altered."""
        if entry.n < len(whole):
            after = _entry(whole[entry.n])
            return after is not None and after.previous == entry.sha256
        with suppress(OSError, UnicodeDecodeError):
            return entry.sha256 in (self.folder / HEAD).read_text(encoding="ascii")
        return False

    def _broken(self, number: int, name: str = LOG) -> BadInput:
        return BadInput(
            f"line {number} of the log is missing or was altered",
            where=str(self.folder / name),
            why="Every line holds the hash of the one before it, and log.head that of the last.",
            remedy="Put the log back from a copy. Nothing is released from this desk until it is whole.",
        )


def _entry(line: bytes) -> Entry | None:
    """The entry of a line; None where it is none, or not written as this program writes it."""
    try:
        held = json.loads(line)
        if set(held) != _FIELDS or not isinstance(held["about"], dict):
            return None
        when = datetime.strptime(held["when"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        who = Actor(int(held["uid"]), str(held["name"]))
        texts = str(held["action"]), str(held["release"])
        return Entry(int(held["n"]), when, who, *texts, held["about"], str(held["previous"]), _sha256(line))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _sha256(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()
