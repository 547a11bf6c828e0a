"""What moved between two releases: numbers, definitions, methods, pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from gymreg_core.provenance import sha256_of
from gymreg_core.release.changes import KINDS, Change, Kind, together
from gymreg_core.release.methods_compared import method_changes
from gymreg_core.release.pages_compared import csv_changes, page_changes, pairs
from gymreg_core.release.site_reader import Page, SitePages
from gymreg_core.release.told import counted, review_page, sentence, words
from gymreg_core.reporting.manifest import MANIFEST
from gymreg_core.vocabulary.numbers import number_in
from gymreg_core.vocabulary.phrases import listing
from gymreg_core.vocabulary.programmes import Language

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Moved:
    """Everything that is not in the new release as it was in the old, sorted: by kind, the largest changes first."""

    old: str
    new: str
    changes: tuple[Change, ...]

    def of(self, *kinds: Kind) -> tuple[Change, ...]:
        """The changes of these kinds."""
        return tuple(change for change in self.changes if change.kind in kinds)

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row per change: kind, page, place, row, column, before, after, difference, relative (share of the larger),
        pages (how many have it)."""
        import pandas as pd

        rows = [{**change.to_dict(), "pages": len(change.pages)} for change in self.changes]
        return pd.DataFrame(rows, columns=list(Change.__dataclass_fields__))

    def summary(self) -> dict[Kind, int]:
        """How many changes of each kind there are."""
        counts = Counter(change.kind for change in self.changes)
        return {kind: counts[kind] for kind in KINDS if counts[kind]}

    def describe(self, language: Language = "sv") -> list[str]:
        """Sentences: how much moved, what moved most, what else a reader has to know."""
        say = words()
        if not self.changes:
            return [say("nothing", language)]
        counts = [counted(kind, n, language) for kind, n in self.summary().items()]
        told = [say("moved", language, what=listing(counts, language))]
        if numbers := self.of("number"):
            told.append(say("largest", language, what=sentence(numbers[0], language)))
        told += [sentence(change, language) for change in self.of("page", "rule", "definition")]
        return told

    def page(self, language: Language = "sv") -> str:
        """A page in HTML for who reviews the release."""
        return review_page(self.old, self.new, self.changes, self.describe(language), language)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "old": self.old,
            "new": self.new,
            "summary": dict(self.summary()),
            "changes": [change.to_dict() for change in self.changes],
        }


def diff_sites(old: SitePages, new: SitePages, *, names: tuple[str, str] | None = None) -> Moved:
    """What moved between two sites; `names` are what readers call them, by default their folders' names.

    A page or file of another year is compared with the one of the year before, where only that one can be meant.
    """
    changes = [*_pages(old, new), *method_changes(old.manifest, new.manifest)]
    called = names or (old.folder.name, new.folder.name)
    return Moved(*called, together([*changes, *_others(old, new, changes)]))


def _pages(old: SitePages, new: SitePages) -> Iterator[Change]:
    both, gone, come = pairs(old.pages, new.pages)
    yield from (Change("page", name, before=old.pages[name].title) for name in gone)
    yield from (Change("page", name, after=new.pages[name].title) for name in come)
    on_page: set[tuple[Any, ...]] = set()
    for before, name in both:
        one, other = old.pages[before], new.pages[name]
        for change in (*page_changes(one, other), *_pictures(old, new, one, other)):
            on_page.add(_alike(change))
            yield change
    both, gone, come = pairs(old.csvs, new.csvs)
    yield from (Change("file", name, before=name) for name in gone)
    yield from (Change("file", name, after=name) for name in come)
    for before, name in both:
        for change in csv_changes(old.csvs[before], new.csvs[name]):
            if _alike(change) not in on_page:
                yield change


def _alike(change: Change) -> tuple[Any, ...]:
    """What a change on a page shares with the same change in the file beside it, where numbers stand bare."""
    address = PurePosixPath(change.page)
    page = str(address.parent).replace("data/", "", 1) if address.suffix == ".csv" else str(address.with_suffix(""))
    texts = (_bare(text, change.page) for text in (change.before, change.after))
    return (page, change.kind, change.row, change.column.removesuffix(" (%)"), *texts)


def _bare(text: str | None, page: str) -> Any:
    value = number_in(text or "", "en" if page.startswith("en/") else "sv")
    return value if value is not None else (text or "").strip("–")


def _pictures(old: SitePages, new: SitePages, one: Page, other: Page) -> Iterator[Change]:
    """Figures whose picture is another, told with what they show."""
    for before, name in pairs(one.figures, other.figures)[0]:
        figures = one.figures[before], other.figures[name]
        hashes = [_hash(site, figure.file) for site, figure in zip((old, new), figures, strict=True)]
        if hashes[0] != hashes[1]:
            yield Change("figure", other.address, name, before=figures[0].caption, after=figures[1].caption)


def _hash(site: SitePages, name: str) -> str:
    return sha256_of(site.folder / name) if name in site.files else ""


def _others(old: SitePages, new: SitePages, told: list[Change]) -> Iterator[Change]:
    """Files that nothing else tells of: assets, and PDFs whose page is as it was."""
    pages = {change.page for change in told}
    seen = {figure.file for site in (old, new) for page in site.pages.values() for figure in page.figures.values()}
    rest = [
        {name: name for name in site.files if not name.endswith((".html", ".csv", MANIFEST)) and name not in seen}
        for site in (old, new)
    ]
    both, gone, come = pairs(*rest)
    alone = [(name, name, None) for name in gone] + [(name, None, name) for name in come]
    moved = [(name, before, name) for before, name in both if _hash(old, before) != _hash(new, name)]
    for name, before, after in (*moved, *alone):
        if name.removesuffix(".pdf") + ".html" not in pages:
            yield Change("file", name, before=before, after=after)
