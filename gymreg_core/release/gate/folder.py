"""The folder itself: names, links, modes, notes of the file system, and whether it is what the manifest says."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from gymreg_core.release.gate.content import Content
from gymreg_core.release.gate.findings import WITHHELD, Refusal
from gymreg_core.release.gate.readers import kind_of
from gymreg_core.release.gate.search import Sought, found_in
from gymreg_core.reporting.manifest import MANIFEST

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_OPEN_MODE = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH | stat.S_IWOTH | stat.S_ISUID | stat.S_ISGID
_SYSTEM_NOTES = ("security.", "system.", "trusted.")


@dataclass(frozen=True)
class Entry:
    """A file below the folder: its address, how a finding names it, and its size."""

    address: str
    told: str
    size: int


def walk(folder: Path, sought: Sought) -> tuple[list[Entry], list[Refusal]]:
    """Every file below a folder, and what its names, kinds and modes are refused for; links are not followed."""
    entries: list[Entry] = []
    refusals: list[Refusal] = []
    waiting = [(folder.resolve(), "", "")]
    while waiting:
        here, address, told = waiting.pop()
        for number, one in enumerate(sorted(os.scandir(here), key=lambda entry: entry.name), 1):
            path = f"{address}{one.name}"
            kinds = _name(one.name, sought)
            shown = f"{told}{WITHHELD} ({number})" if kinds else f"{told}{one.name}"
            refusals += [Refusal(shown, kind, "name") for kind in kinds]
            about = one.stat(follow_symlinks=False)
            refusals += [Refusal(shown, kind, "") for kind in _entry(one, about)]
            if stat.S_ISDIR(about.st_mode):
                waiting.append((here / one.name, f"{path}/", f"{shown}/"))
            elif stat.S_ISREG(about.st_mode):
                entries.append(Entry(path, shown, about.st_size))
    return sorted(entries, key=lambda entry: entry.address), refusals


def _name(name: str, sought: Sought) -> set[str]:
    """What is wrong with a name; any of it means that it is not repeated."""
    into = Content()
    into.say(name, "name")
    kinds = {kind for kind, _ in found_in(into, sought)}
    return kinds | (set() if _NAME.fullmatch(name) or name.startswith(".") else {"file-name"})


def _entry(one: os.DirEntry[str], about: os.stat_result) -> Iterator[str]:
    mode = about.st_mode
    if one.name.startswith(".") or one.name.endswith("~"):
        yield "file-hidden"
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        yield "file-link"
        return
    if stat.S_ISREG(mode):
        if mode & _OPEN_MODE:
            yield "file-mode"
        if kind_of(one.name.rpartition(".")[2]) is None:
            yield "file-type"
        if about.st_nlink > 1:
            yield "file-link"
    elif mode & stat.S_IWOTH:
        yield "file-mode"
    if _notes(one.path):
        yield "file-metadata"


def _notes(path: str) -> list[str]:
    """Extended attributes that somebody gave a file, such as where it was downloaded from."""
    try:
        return [name for name in os.listxattr(path, follow_symlinks=False) if not name.startswith(_SYSTEM_NOTES)]
    except (OSError, AttributeError):
        return []


def read_manifest(folder: Path) -> Mapping[str, Any] | None:
    """The manifest of a site, None where there is none that can be read."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not all(isinstance(found.get(key), dict) for key in ("files", "tables")):
        return None
    whole = all(isinstance(one, dict) and {"size", "sha256"} <= one.keys() for one in found["files"].values())
    known = all(
        isinstance(one, dict) and {"heads", "forms", "persons"} <= one.keys() for one in found["tables"].values()
    )
    return found if whole and known and isinstance(found.get("scripts"), list) else None


def against_manifest(entries: list[Entry], files: Mapping[str, Any]) -> Iterator[Refusal]:
    """Files that the manifest does not name, and files that are missing."""
    here = {entry.address: entry for entry in entries if entry.address != MANIFEST}
    for address, entry in here.items():
        if address not in files:
            yield Refusal(entry.told, "file-not-listed")
    for number, address in enumerate(sorted(files), 1):
        if address not in here:
            told = (
                address
                if all(_NAME.fullmatch(part) for part in PurePosixPath(address).parts)
                else f"file {number} of the manifest"
            )
            yield Refusal(
                "", "file-missing", told if not re.search(r"\d{6}", told) else f"file {number} of the manifest"
            )
