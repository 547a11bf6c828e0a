"""The public folder: made from locked content and the log alone, so that it can be made again, byte for byte."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gymreg_core.errors import BadInput
from gymreg_core.release.desk.calendar import Coming, embargo_time, icalendar, later_than
from gymreg_core.release.desk.content import Content, as_bytes
from gymreg_core.release.desk.feed import feed
from gymreg_core.release.desk.log import Entry
from gymreg_core.release.desk.pages import (
    CALENDAR,
    CALENDAR_ICS,
    FEED,
    Report,
    Shown,
    calendar_page,
    editions_page,
    front,
    withdrawn_page,
)
from gymreg_core.release.desk.releases import TAKES_PUBLIC, Release, releases_of
from gymreg_core.release.desk.stamps import (
    EDITIONS,
    FIRST,
    Imprint,
    Standing,
    desk_texts,
    front_of,
    heading_of,
    language_of,
    stamped,
)
from gymreg_core.reporting.manifest import MANIFEST
from gymreg_core.reporting.site import check_links, list_files
from gymreg_core.store.durable import sync_folder, write
from gymreg_core.vocabulary.programmes import LANGUAGES, Language

ASSETS = "assets"
_EDITION = 8
_OPEN_FOLDER, _OPEN_FILE = 0o755, 0o644
ContentOf = Callable[[Release], Content]


@dataclass(frozen=True)
class Stand:
    """The log up to the last step that readers see, which the public folder is made from."""

    entries: tuple[Entry, ...]

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> Stand | None:
        """None where nothing was ever put out."""
        last = max((entry.n for entry in entries if entry.action in TAKES_PUBLIC), default=0)
        return cls(tuple(entries[:last])) if last else None

    @property
    def last(self) -> Entry:
        return self.entries[-1]

    @property
    def imprint(self) -> Imprint:
        """Who published, and where, as the last step noted it."""
        held = self.last.about["imprint"]
        return Imprint(str(held["publisher"]), str(held["address"]))


def under_embargo(releases: Iterable[Release]) -> list[Coming]:
    """Approved releases that wait for their time."""
    return [
        Coming(release.id, embargo_time(release.embargo), release.title)
        for release in releases
        if release.state == "approved" and release.embargo
    ]


def coming_at(stand: Stand, releases: Mapping[str, Release]) -> list[Coming]:
    """What the calendar tells: approved releases under embargo, and what was announced, as far as it lies ahead of the
    last step."""
    announced = next((entry for entry in reversed(stand.entries) if entry.action == "announce"), None)
    planned = [Coming.of_json(one) for one in announced.about["coming"]] if announced else []
    return later_than([*under_embargo(releases.values()), *planned], stand.last.when)


def render(stand: Stand, content_of: ContentOf, place: Path, standing: Path | None = None) -> None:
    """Make the public folder of a stand at `place`, which is not there yet, and bring it to the disk.

    standing : the public folder before it; a file that is the same in both lies on the disk once.

    Errors: BadInput where locked content was changed; RenderingFailed where a link would lead nowhere; OSError.
    """
    releases = releases_of(stand.entries)
    public = [release for release in releases.values() if release.is_public]
    shown = _shown(stand, releases, public, content_of)
    files: dict[str, bytes] = {}
    for release in public:
        content = content_of(release)
        content.refuse_changed(release.tree)
        files |= _release_files(release, releases, shown, content, content_of)
    files |= _own_files(stand, releases, shown, content_of)
    _write_all(place, files, standing)
    check_links(place)
    manifest = {
        "key": stand.last.sha256,
        "line": stand.last.n,
        "releases": [
            {"release": r.base, "version": r.version, "state": r.state, "tree": r.tree, "folder": r.id} for r in public
        ],
        "files": list_files(place),
    }
    write(place / MANIFEST, as_bytes(manifest))
    (place / MANIFEST).chmod(_OPEN_FILE)
    sync_folder(place)


def _shown(stand: Stand, releases: dict[str, Release], public: Sequence[Release], content_of: ContentOf) -> Shown:
    newest = sorted(public, key=lambda release: (str(release.published), release.id), reverse=True)
    manifests = {release.id: content_of(release).manifest() for release in newest}
    held = [release for release in newest if release.state == "published"]
    reports: dict[Language, Sequence[Report]] = {
        language: [r for release in held for r in _reports(release, manifests[release.id], language, content_of)]
        for language in LANGUAGES
    }
    return Shown(
        imprint=stand.imprint,
        made_up=any(manifest.get("made_up") for manifest in manifests.values()),
        releases=newest,
        keys={id_: str(manifest.get("key", ""))[:_EDITION] for id_, manifest in manifests.items()},
        reports=reports,
        coming=coming_at(stand, releases),
        accessible=held[0].id if held else "",
    )


def _reports(release: Release, manifest: dict[str, Any], language: Language, content_of: ContentOf) -> list[Report]:
    """The pages about the whole region."""
    site, found = content_of(release).site, []
    for entry in manifest.get("reports", []):
        params = entry["params"]
        if params.get("scope") == "region" and params.get("language") == language:
            name = f"{front_of(language)}{entry['page']}.html"
            heading = heading_of((site / name).read_text(encoding="utf-8"))
            found.append(Report(entry["report"], int(entry["year"]), f"{release.id}/{name}", heading, release))
    return found


def _release_files(
    release: Release, releases: dict[str, Release], shown: Shown, content: Content, content_of: ContentOf
) -> dict[str, bytes]:
    """The files of a release as readers get them, by name below the public folder."""
    older, newer = releases.get(release.amends), releases.get(release.amended_by)
    pages = frozenset(list_files(content_of(newer).site)) if newer and newer.state != "withdrawn" else frozenset()
    standing = Standing(release, shown.imprint, older if older and older.is_public else None, newer, pages)
    files = {}
    for path in sorted(content.site.rglob("*")):
        name = path.relative_to(content.site).as_posix()
        if not path.is_file():
            continue
        if name.endswith(".html"):
            text = path.read_text(encoding="utf-8")
            if release.state == "withdrawn":
                text = withdrawn_page(shown, language_of(text), release, name)
            else:
                text = stamped(text, name, standing)
            files[f"{release.id}/{name}"] = text.encode()
        elif release.state != "withdrawn":
            files[f"{release.id}/{name}"] = path.read_bytes()
    return files


def _own_files(stand: Stand, releases: dict[str, Release], shown: Shown, content_of: ContentOf) -> dict[str, bytes]:
    """The desk's own pages, and the style that they share with the release that was put out last."""
    last = next((entry for entry in reversed(stand.entries) if entry.action == "publish"), None)
    files = {}
    if last is not None:
        assets = content_of(releases[last.release]).site / ASSETS
        files = {
            f"{ASSETS}/{name}": (assets / name).read_bytes()
            for name in list_files(assets)
            if not name.endswith((".js", ".csv", ".json"))
        }
    for language in LANGUAGES:
        at = front_of(language)
        site = desk_texts()("site", language)
        own = {
            FIRST: front(shown, language),
            CALENDAR: calendar_page(shown, language),
            EDITIONS: editions_page(shown, language),
            CALENDAR_ICS: icalendar(shown.coming, stand.last.when, site, language),
            FEED: feed(stand.entries, releases, stand.imprint, language),
        }
        files |= {f"{at}{name}": text.encode() for name, text in own.items()}
    return files


def _write_all(place: Path, files: dict[str, bytes], standing: Path | None) -> None:
    folders = {place, *(parent for name in files for parent in (place / name).parents if parent.is_relative_to(place))}
    for folder in sorted(folders):
        folder.mkdir()
        folder.chmod(_OPEN_FOLDER)
    for name, content in files.items():
        path = place / name
        if standing is not None and _linked(standing / name, path, content):
            continue
        write(path, content)
        path.chmod(_OPEN_FILE)
    for folder in sorted(folders):
        sync_folder(folder)


def _linked(old: Path, path: Path, content: bytes) -> bool:
    """Whether `path` is made of a file that lies on the disk with this content already."""
    try:
        if old.is_symlink() or old.stat().st_size != len(content) or old.read_bytes() != content:
            return False
        os.link(old, path)
    except OSError:
        return False
    return True


def stand_shown(public: Path, entries: Sequence[Entry]) -> bool:
    """Whether the public folder is whole and that of the last step that readers see.

    Errors: BadInput where it tells of a step that the log does not have.
    """
    from gymreg_core.reporting.site import Site

    stand, manifest = Stand.of(entries), Site(public).manifest()
    if manifest is None:
        return stand is None and not os.path.lexists(public)
    line, key = int(manifest.get("line", 0)), str(manifest.get("key"))
    if not (1 <= line <= len(entries)) or entries[line - 1].sha256 != key:
        raise BadInput(
            f"line {line} of the log is missing or was altered: the public folder was made from another one",
            where=str(public),
            why="The public folder holds the hash of the line that it was made from.",
            remedy="Put the log back from a copy. Nothing is released from this desk until it is whole.",
        )
    return stand is not None and stand.last.sha256 == key
