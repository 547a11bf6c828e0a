"""The folder that readers see: whole at every moment, and switched in one step."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from gymreg_core.errors import BadParameters, RenderingFailed
from gymreg_core.provenance import sha256_of
from gymreg_core.reporting.manifest import MANIFEST, manifest_of

_FAULTS_TOLD = 20


@dataclass(frozen=True)
class Site:
    """A published folder `out` (a link on systems that have links) and the versions behind it."""

    out: Path

    @property
    def versions(self) -> Path:
        return self.out.with_name(f".{self.out.name}-versions")

    def manifest(self) -> dict[str, Any] | None:
        """The manifest of the site that stands, or None where none or no whole one does."""
        try:
            manifest = manifest_of((self.out / MANIFEST).read_bytes())
        except (OSError, ValueError):
            return None
        files = manifest.get("files", {})
        whole = all(_size(self.out / name) == entry["size"] for name, entry in files.items())
        return manifest if whole and files else None

    def refuse_foreign(self) -> None:
        """Never overwrite a folder that this program did not make."""
        if self.out.is_symlink() or not self.out.exists():
            return
        if self.out.is_dir() and (not any(self.out.iterdir()) or (self.out / MANIFEST).is_file()):
            return
        raise BadParameters(
            "this folder holds something else than a site made by gymreg",
            where=f"--out {self.out}",
            why="A build replaces the whole folder.",
            remedy="Name an empty or a new folder.",
        )

    def switch(self, built: Path, key: str) -> None:
        """Put `built` (a whole site on the same file system) in the place of what stands."""
        self.versions.mkdir(parents=True, exist_ok=True)
        version = self.versions / key[:16]
        if version.exists():
            version = self.versions / f"{key[:16]}-{os.getpid()}"
        built.replace(version)
        before = self.out.resolve() if self.out.is_symlink() else None
        if os.name == "nt":
            self._switch_folders(version)
        else:
            self._switch_link(version)
        for old in self.versions.iterdir():
            if old != version and old.is_dir() and (before is None or old.resolve() != before):
                _remove(old)
        if before is not None and before != version.resolve() and before.parent == self.versions.resolve():
            _remove(before)

    def _switch_link(self, version: Path) -> None:
        link = self.out.with_name(f".{self.out.name}-next-{os.getpid()}")
        link.unlink(missing_ok=True)
        link.symlink_to(os.path.relpath(version, self.out.parent), target_is_directory=True)
        if self.out.is_dir() and not self.out.is_symlink():
            self.out.replace(self.versions / f"folder-{os.getpid()}")
        link.replace(self.out)

    def _switch_folders(self, version: Path) -> None:
        old = self.versions / f"folder-{os.getpid()}"
        if self.out.exists():
            self.out.replace(old)
        version.replace(self.out)


def list_files(folder: Path) -> dict[str, dict[str, Any]]:
    """Every file below `folder` by relative name: size in bytes and SHA-256."""
    paths = sorted(p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): {"size": p.stat().st_size, "sha256": sha256_of(p)} for p in paths}


def check_links(folder: Path) -> None:
    """Follow every link of every page.

    Errors: RenderingFailed listing links to files or places that are not there, and requests to other hosts.
    """
    pages = {p: _Links.of(p) for p in sorted(folder.rglob("*.html"))}
    at = {page.resolve(): links for page, links in pages.items()}
    faults = []
    for page, links in pages.items():
        here = page.relative_to(folder).as_posix()
        faults += [f"{here}: loads {host} from another host" for host in links.loads if urlsplit(host).netloc]
        for target in sorted(links.links | links.loads):
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            file = (page.parent / unquote(parts.path)).resolve() if parts.path else page.resolve()
            if not file.is_file():
                faults.append(f"{here}: nothing at {target}")
            elif parts.fragment and file in at and unquote(parts.fragment) not in at[file].ids:
                faults.append(f"{here}: no place {target}")
    if faults:
        more = f"\n  … and {len(faults) - _FAULTS_TOLD} more" if len(faults) > _FAULTS_TOLD else ""
        raise RenderingFailed(
            f"{len(faults)} links lead nowhere:\n  " + "\n  ".join(faults[:_FAULTS_TOLD]) + more, where="site"
        )


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.loads: set[str] = set()
        self.ids: set[str] = set()

    @classmethod
    def of(cls, page: Path) -> _Links:
        parser = cls()
        parser.feed(page.read_text(encoding="utf-8"))
        return parser

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if "id" in values:
            self.ids.add(values["id"])
        if "src" in values:
            self.loads.add(values["src"])
        if "href" in values:
            (
                self.loads if tag == "link" and values.get("rel") in ("stylesheet", "icon", "preload") else self.links
            ).add(values["href"])
        for url in re.findall(r"url\(([^)]+)\)", values.get("style", "")):
            self.loads.add(url.strip("'\""))


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
