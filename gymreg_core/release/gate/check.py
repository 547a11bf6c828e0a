"""Read every byte that would go out, and tell everything that may not."""

from __future__ import annotations

import getpass
import hashlib
import posixpath
import socket
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from gymreg_core.disclosure.policy import policy
from gymreg_core.errors import BadParameters
from gymreg_core.release.gate.canaries import REGISTER, Canary, needles_of, read_canaries
from gymreg_core.release.gate.content import Content
from gymreg_core.release.gate.drawings import counts_persons, refused_labels, refused_on_pages, shown_beside
from gymreg_core.release.gate.findings import Checked, Refusal
from gymreg_core.release.gate.folder import Entry, against_manifest, read_manifest, walk
from gymreg_core.release.gate.hosts import refused_addresses
from gymreg_core.release.gate.known import pseudonyms_in
from gymreg_core.release.gate.readers import kind_of, read
from gymreg_core.release.gate.search import Sought, found_in
from gymreg_core.release.gate.tables import refused_tables
from gymreg_core.rules import rule
from gymreg_core.sources.register.keys import MADE_UP_KEY, secret_of

_SMALL_SITE = 4_000_000
"""Bytes: a smaller site is read sooner by one process than others are started."""
_SHORTEST_NAME = 4


@dataclass(frozen=True)
class _Site:
    """What a process needs to know to look at one file."""

    folder: Path
    manifest: Mapping[str, Any]
    sought: Sought
    smallest: int

    @property
    def own(self) -> str:
        """The site's own host."""
        return urlsplit(str(self.manifest.get("address") or "")).hostname or ""


def check_release(
    folder: Path, *, canaries: Path | None = None, workspace: Path | None = None, jobs: int = 2
) -> Checked:
    """Everything for which a folder may not go out; nothing of it tells what was read.

    canaries : CSV of planted persons. workspace : a store, whose pseudonyms and planted persons are looked for too.
    Errors: BadParameters where there is no such folder, workspace or file of planted persons.
    """
    if not folder.is_dir():
        raise BadParameters("there is no such folder", where=str(folder), remedy="Name the folder of a finished site.")
    sought = _sought(canaries, workspace)
    entries, refusals = walk(folder, sought)
    found = read_manifest(folder)
    if found is None:
        refusals.append(Refusal("", "manifest-missing"))
    manifest = found or {"files": {}, "tables": {}, "scripts": []}
    refusals += against_manifest(entries, manifest["files"]) if found is not None else ()
    site = _Site(folder.resolve(), manifest, sought, policy().smallest_count)
    for told in _looked(site, entries, jobs):
        refusals += told
    return Checked.of(refusals, len(entries), sum(entry.size for entry in entries))


def _sought(canaries: Path | None, workspace: Path | None) -> Sought:
    if workspace is not None and not workspace.is_dir():
        raise BadParameters("there is no such workspace", where=str(workspace), remedy="Name the folder of a store.")
    planted: list[Canary] = list(read_canaries(canaries)) if canaries is not None else []
    if workspace is not None and (workspace / REGISTER).is_file():
        planted += read_canaries(workspace / REGISTER)
    return Sought(
        needles_of(planted, [MADE_UP_KEY, *filter(None, [secret_of(None)])]),
        pseudonyms_in(workspace) if workspace is not None else frozenset(),
        _names(),
        tuple(
            sorted(
                {str(path) for path in (Path.home(), Path.cwd(), Path(tempfile.gettempdir())) if len(path.parts) > 1}
            )
        ),
    )


def _names() -> tuple[str, ...]:
    """Who runs this, and what the machine is called, less what are ordinary words."""
    names = {socket.gethostname(), socket.gethostname().partition(".")[0]}
    with suppress(OSError, KeyError, ImportError):
        names.add(getpass.getuser())
    ordinary = {str(name) for name in rule("release_gate", "ordinary_names")}
    return tuple(sorted(name for name in names if len(name) >= _SHORTEST_NAME and name.lower() not in ordinary))


def _looked(site: _Site, entries: Sequence[Entry], jobs: int) -> Iterator[list[Refusal]]:
    """What the files are refused for; a page goes to one process with all that belongs to it, the largest first."""
    together: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        together[_page_of(entry.address)].append(entry)
    order = sorted(together.values(), key=lambda group: (-sum(entry.size for entry in group), group[0].address))
    if jobs == 1 or sum(entry.size for entry in entries) < _SMALL_SITE:
        yield from (_look(site, group) for group in order)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_start, initargs=(site,)) as pool:
        yield from pool.map(_look_here, order)


def _page_of(address: str) -> str:
    """The address, without ending, of the page that a file belongs to: 'media/a/fig-x.svg' -> 'a'."""
    path = PurePosixPath(address)
    kind = next((part for part in ("media", "data") if part in path.parts[:-1]), None)
    if kind is None:
        return str(path.with_suffix(""))
    at = path.parts.index(kind)
    return "/".join((*path.parts[:at], *path.parts[at + 1 : at + 2]))


_here: list[_Site] = []


def _start(site: _Site) -> None:
    _here[:] = [site]


def _look_here(group: Sequence[Entry]) -> list[Refusal]:
    return _look(_here[0], group)


def _look(site: _Site, group: Sequence[Entry]) -> list[Refusal]:
    """What the files of one page are refused for, with what they hold inside."""
    folder = _Files(site.folder)
    return [Refusal(one.told, kind, place) for one in group for kind, place in _of_file(site, folder, one.address)]


@dataclass
class _Files:
    """The files of a folder as they are read, each once."""

    folder: Path
    read_: dict[str, Content] = field(default_factory=dict)

    def of(self, address: str) -> Content | None:
        """What a file says, None where there is none."""
        if address not in self.read_:
            try:
                content = (self.folder / address).read_bytes()
            except OSError:
                return None
            self.read_[address] = read(content, address.rpartition(".")[2])
            self.read_[address].sha256 = hashlib.sha256(content).hexdigest()
        return self.read_[address]


def _of_file(site: _Site, folder: _Files, address: str) -> Iterator[tuple[str, str]]:
    content = folder.of(address)
    if content is None:
        yield "unreadable", ""
        return
    listed = site.manifest["files"].get(address)
    if listed and content.sha256 != listed["sha256"]:
        yield "file-changed", ""
    yield from _of_content(site, address, content, 0)
    kind = kind_of(address.rpartition(".")[2])
    if kind == "page":
        yield from _pictures(site, folder, address, content)
    elif kind == "document":
        yield from _document(folder, address, content)


def _of_content(site: _Site, address: str, read_: Content, depth: int) -> list[tuple[str, str]]:
    limit = rule("release_gate", "packed")
    found = [*read_.refused]
    found += refused_tables(read_, address if not depth else "", site.manifest["tables"], site.smallest)
    found += found_in(read_, site.sought)
    found += refused_addresses(read_, site.own)
    known = set(site.manifest["scripts"])
    found += [
        ("script-unknown", place) for text, place in read_.scripts if hashlib.sha256(text).hexdigest() not in known
    ]
    for inner in read_.inner:
        if depth >= limit["depth"]:
            found.append(("too-deep", inner.place))
            continue
        inside = _of_content(site, address, read(inner.content, inner.kind), depth + 1)
        found += [(kind, f"{inner.place} > {place}" if place else inner.place) for kind, place in inside]
    return found


def _pictures(site: _Site, folder: _Files, address: str, page: Content) -> Iterator[tuple[str, str]]:
    for number, drawing in enumerate(page.drawings, 1):
        path = _beside(address, drawing.source)
        drawn = folder.of(path) if path.endswith(".svg") else None
        if drawn is None:
            continue
        beside = [folder.of(_beside(address, link)) for link in drawing.files]
        tables = [table for file in beside if file is not None for table in file.tables]
        shown = shown_beside(drawing, tables, page)
        persons = counts_persons(drawing, address, site.manifest["tables"])
        for kind, place in refused_labels(drawn.labels, shown, counts_persons=persons, smallest=site.smallest):
            yield kind, f"picture {number}, {place}"


def _document(folder: _Files, address: str, document: Content) -> Iterator[tuple[str, str]]:
    at = f"{address.rpartition('.')[0]}.html"
    page = folder.of(at)
    if page is None:
        return
    paths = [_beside(at, drawing.source) for drawing in page.drawings]
    drawings = [folder.of(path) for path in paths if path.endswith(".svg")]
    yield from refused_on_pages(document, page, [one for one in drawings if one is not None])


def _beside(address: str, link: str) -> str:
    """The address below the folder that a link of a page leads to; '' where it leads out of it."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(address), unquote(urlsplit(link).path)))
    return "" if path.startswith(("..", "/")) else path
