"""A finished site as its readers meet it: pages with their tables, figures, words and links, files and manifests."""

from __future__ import annotations

import csv
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree, html

from gymreg_core.errors import BadInput
from gymreg_core.reporting.manifest import MANIFEST, manifest_of

_BLANK = re.compile(r"[ \t\r\n\f\v]+")
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_BLOCKS = _HEADINGS | {
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "img", "li", "main", "nav", "ol", "p",
    "pre", "section", "summary", "svg", "table", "tbody", "tfoot", "thead", "ul",
}  # fmt: skip
_UNSEEN = {"script", "style", "template", "nav"}
_NUMBERING = {"header-section-number", "caption-number", "visually-hidden"}


@dataclass(frozen=True)
class Heading:
    """A heading: its level from 1, the address of its place ('' where it has none) and its text without numbering."""

    level: int
    id: str
    text: str


@dataclass(frozen=True)
class PageTable:
    """A table as text. `rows` holds the body's cells, a row as wide as it stands; the first cell names the row."""

    id: str
    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class PageFigure:
    """A picture: `src` as it stands on the page, `file` the same below the site's folder."""

    id: str
    caption: str
    alt: str
    src: str
    file: str


@dataclass(frozen=True)
class Link:
    """A link (`text` says it) or something that the page loads (`loads`): its address as it stands on the page."""

    href: str
    text: str
    loads: bool


@dataclass(frozen=True)
class Text:
    """A paragraph or another run of words, and the place it stands at: the id of its section, 'head' or 'foot'."""

    section: str
    text: str


@dataclass(frozen=True)
class Page:
    """One page. Tables and figures are by id; those without one are called 'table 1', 'figure 1' in their order.

    texts : what is neither heading, table, figure nor definition, in order; menus are left out.
    definitions : term -> what it means; facts of the page's head are texts.
    """

    address: str
    language: str
    title: str
    description: str
    headings: tuple[Heading, ...]
    tables: Mapping[str, PageTable]
    figures: Mapping[str, PageFigure]
    definitions: Mapping[str, str]
    texts: tuple[Text, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True)
class CsvFile:
    """A file of a table, as text."""

    address: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class SitePages:
    """Everything of a site that has words or numbers, by the address below its folder."""

    folder: Path
    pages: Mapping[str, Page]
    csvs: Mapping[str, CsvFile]
    manifests: Mapping[str, Mapping[str, Any]]
    files: tuple[str, ...]

    @property
    def manifest(self) -> Mapping[str, Any]:
        """The manifest of the whole site; empty where it has none."""
        return self.manifests.get(MANIFEST, {})


def read_site(folder: Path) -> SitePages:
    """Read every page, CSV and manifest below `folder`; `files` are all of its files, sorted.

    Errors: BadInput where there is no such folder or a file cannot be read as what its name says.
    """
    if not folder.is_dir():
        raise BadInput("there is no such site", where=str(folder), remedy="Name the folder of a finished site.")
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())

    def each(ending: str) -> Iterator[tuple[str, bytes]]:
        return ((name, (folder / name).read_bytes()) for name in files if name.endswith(ending))

    return SitePages(
        folder,
        {name: read_page(name, content) for name, content in each(".html")},
        {name: read_csv(name, content) for name, content in each(".csv")},
        {name: _manifest(name, content) for name, content in each(MANIFEST)},
        tuple(files),
    )


def read_page(address: str, content: bytes) -> Page:
    """One page of a site. Errors: BadInput where it is empty or not UTF-8."""
    try:
        root = html.document_fromstring(_text(address, content))
    except (etree.ParserError, ValueError):
        raise BadInput("this page is empty or no page", where=address) from None
    reading = _Reading(address)
    for body in root.iter("body"):
        reading.walk(body, "head")
    return Page(
        address,
        root.get("lang", ""),
        _squeezed(root.findtext(".//title") or ""),
        next(
            (_squeezed(meta.get("content", "")) for meta in root.iter("meta") if meta.get("name") == "description"), ""
        ),
        tuple(reading.headings),
        reading.tables,
        reading.figures,
        reading.definitions,
        tuple(reading.texts),
        tuple(_links(root)),
    )


def read_csv(address: str, content: bytes) -> CsvFile:
    """One file of a table; English ones have commas, Swedish ones semicolons. Errors: BadInput where not UTF-8."""
    comma = "," if "en" in address.split("/")[:-1] else ";"
    rows = [tuple(row) for row in csv.reader(_text(address, content).splitlines(), delimiter=comma)]
    return CsvFile(address, rows[0] if rows else (), tuple(rows[1:]))


@dataclass
class _Reading:
    """What was found so far on the way through a page."""

    address: str
    headings: list[Heading] = field(default_factory=list)
    tables: dict[str, PageTable] = field(default_factory=dict)
    figures: dict[str, PageFigure] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)
    texts: list[Text] = field(default_factory=list)

    def walk(self, node: Any, place: str) -> None:
        """Take in what stands below `node`: blocks by what they are, the words between them as texts."""
        words = [node.text or ""]
        for child in node:
            if not isinstance(child.tag, str) or child.tag in _UNSEEN:
                words.append(child.tail or "")
            elif child.tag in _BLOCKS or any(one.tag in _BLOCKS for one in child.iterdescendants()):
                self.say(words, place)
                self.block(child, place)
                words = [child.tail or ""]
            else:
                words += [_words(child), child.tail or ""]
        self.say(words, place)

    def block(self, node: Any, place: str) -> None:
        if node.tag in _HEADINGS:
            above = node.getparent()
            own = node.get("id") or (above.get("id", "") if above is not None and above.tag == "section" else "")
            self.headings.append(Heading(int(node.tag[1]), own, _squeezed(_words(node))))
        elif node.tag in ("figure", "table", "img"):
            self.float(node)
        elif node.tag == "dl" and "facts" not in node.get("class", ""):
            self.defined(node)
        elif node.tag == "div" and node.getparent().tag == "dl":
            self.say([": ".join(_squeezed(_words(part)) for part in node)], place)
        elif node.tag == "footer":
            self.walk(node, "foot")
        else:
            self.walk(node, node.get("id", place) if node.tag in ("section", "main") else place)

    def float(self, node: Any) -> None:
        """A table or a picture with its caption, whichever the figure holds."""
        caption = next((_squeezed(_words(one)) for one in node.iter("figcaption", "caption")), "")
        for table in node.iter("table"):
            name = _unused(node.get("id") or table.get("id") or "", "table", self.tables)
            self.tables[name] = _table(name, caption, table)
        for image in node.iter("img"):
            name = _unused(node.get("id") or "", "figure", self.figures)
            source = image.get("src", "")
            file = posixpath.normpath(posixpath.join(posixpath.dirname(self.address), source))
            self.figures[name] = PageFigure(name, caption, _squeezed(image.get("alt", "")), source, file)

    def defined(self, node: Any) -> None:
        term = ""
        for part in node.iter("dt", "dd"):
            told = _squeezed(_words(part))
            if part.tag == "dt":
                term = told
            else:
                before = self.definitions.get(term)
                self.definitions[term] = f"{before} {told}" if before else told

    def say(self, words: list[str], place: str) -> None:
        if text := _squeezed("".join(words)):
            self.texts.append(Text(place, text))


def _table(name: str, caption: str, table: Any) -> PageTable:
    rows = [
        (row.getparent().tag == "thead", tuple(_squeezed(_words(c)) for c in row.iterchildren("th", "td")))
        for row in table.iter("tr")
    ]
    heads = next((cells for is_head, cells in rows if is_head), ())
    return PageTable(name, caption, heads, tuple(cells for is_head, cells in rows if not is_head))


def _links(root: Any) -> Iterator[Link]:
    for node in root.iter("a", "link", "img", "script", "source", "iframe", "object", "embed"):
        for name in ("href", "src", "data"):
            if (target := node.get(name)) is not None:
                words = _squeezed(_words(node)) if node.tag == "a" else ""
                yield Link(target, words, loads=node.tag != "a")


def _words(node: Any) -> str:
    """The words inside a node, without the numbers of headings and captions, which follow from their order."""
    if not isinstance(node.tag, str) or node.tag in _UNSEEN or _NUMBERING & set(node.get("class", "").split()):
        return ""
    parts = [node.text or ""]
    for child in node:
        between = " " if child.tag in _BLOCKS or child.tag == "br" else ""
        parts += [between, _words(child), between, child.tail or ""]
    return "".join(parts)


def _squeezed(text: str) -> str:
    return _BLANK.sub(" ", text).strip(" ")


def _unused(name: str, kind: str, taken: Mapping[str, object]) -> str:
    if name and name not in taken:
        return name
    number = 1
    while (other := f"{name or kind} {number}") in taken:
        number += 1
    return other


def _text(address: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("this file is not in UTF-8", where=address) from None


def _manifest(address: str, content: bytes) -> Mapping[str, Any]:
    try:
        return manifest_of(_text(address, content))
    except ValueError:
        raise BadInput(
            "this is no manifest", where=address, remedy="Build the site anew, or take it from its desk."
        ) from None
