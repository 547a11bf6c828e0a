"""Pages: what readers see, what screen readers hear, what browsers load, and what nobody sees."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from lxml import etree

from gymreg_core.release.gate.content import LINES, Content, decoded
from gymreg_core.release.gate.readers.markup import inline
from gymreg_core.release.gate.readers.words import read_json, script, style
from gymreg_core.rules import rule

_INLINE = {
    *(
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "mark",
        "q",
        "s",
    ),
    *("samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"),
}
_CELLS = {"td", "th"}
_LOADS = {
    *(
        ("src", name)
        for name in ("img", "script", "iframe", "embed", "source", "audio", "video", "track", "input", "frame")
    ),
    *(("data", "object"), ("poster", "video"), ("background", "body"), ("background", "table"), ("background", "td")),
    *(
        ("href", "link"),
        ("href", "base"),
        ("href", "image"),
        ("href", "use"),
        ("xlink:href", "image"),
        ("xlink:href", "use"),
    ),
    *(("action", "form"), ("formaction", "button"), ("formaction", "input"), ("ping", "a"), ("ping", "area")),
    *(
        ("codebase", "object"),
        ("codebase", "applet"),
        ("archive", "object"),
        ("manifest", "html"),
        ("cite", "blockquote"),
    ),
    *(("longdesc", "img"), ("profile", "head"), ("classid", "object"), ("usemap", "img"), ("srcdoc", "iframe")),
}
_LINKING_RELS = {"alternate", "canonical", "license", "author", "next", "prev", "help", "search"}
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0*)?(?![.\d])|font-size\s*:\s*0(?![.\d])",
    re.IGNORECASE,
)
_ACTIVE = {"object", "embed", "applet", "iframe", "frame", "frameset", "form", "base", "portal", "math"}
_ACTING = ("http://", "https://", "ws://", "wss://", "ftp://", "//", "\\\\")
_URL_OF_REFRESH = re.compile(r"url\s*=\s*['\"]?([^'\">]+)", re.IGNORECASE)


@dataclass(frozen=True)
class HtmlTable:
    """A table as it stands: its address on the page ('' where it has none), its number, heads and rows of texts."""

    id: str
    number: int
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass
class Drawing:
    """A picture of the page: its address as it stands, and the words, tables and files of tables beside it."""

    source: str
    id: str
    place: str
    words: list[str] = field(default_factory=list)
    tables: list[HtmlTable] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


@cache
def _attributes() -> frozenset[str]:
    return frozenset(rule("release_gate", "html_attributes"))


def read_page(content: bytes) -> Content:
    """A page, piece by piece."""
    into = Content()
    text = decoded(content, into)
    into.say(text, LINES, "code")
    try:
        root = etree.fromstring(text.encode("utf-8"), etree.HTMLParser(encoding="utf-8", huge_tree=True))
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        into.refuse("unreadable")
        return into
    numbers = {table: number for number, table in enumerate(root.iter("table"), 1)}
    typed = _typed(numbers)
    for above in root.itersiblings(preceding=True):
        into.say(above.text or "", "before the page")
    for below in root.itersiblings():
        into.say(below.text or "", "after the page")
    _walk(root, into)
    into.tables += typed.values()
    into.drawings += _drawings(root, typed)
    return into


def _typed(numbers: dict[Any, int]) -> dict[Any, HtmlTable]:
    found: dict[Any, HtmlTable] = {}
    taken: set[str] = set()
    for table, number in numbers.items():
        above = next((one for one in table.iterancestors("figure") if one.get("id")), None)
        name = (above.get("id") if above is not None else None) or table.get("id") or ""
        rows = [
            (
                row.getparent().tag == "thead" or (place == 0 and all(c.tag == "th" for c in row)),
                tuple(_told(c) for c in row.iterchildren("th", "td")),
            )
            for place, row in enumerate(table.iter("tr"))
        ]
        heads = next((cells for is_head, cells in rows if is_head), ())
        found[table] = HtmlTable(
            "" if name in taken else name, number, heads, tuple(cells for is_head, cells in rows if not is_head)
        )
        taken.add(name)
    return found


def _told(node: Any) -> str:
    return re.sub(r"[ \t\r\n]+", " ", "".join(node.itertext())).strip(" ")


def _walk(node: Any, into: Content) -> None:
    """Take in a node and what stands below it; words inside one block are one piece after the other."""
    stack: list[tuple[Any, bool]] = [(node, False)]
    joint = "\n"
    while stack:
        here, done = stack.pop()
        place = f"line {here.sourceline}"
        if done:
            if isinstance(here.tag, str) and here.tag not in _INLINE:
                joint = "\n" if here.tag not in _CELLS else "\t"
            if here.tail:
                into.say(here.tail, place, "text", joint)  # type: ignore[arg-type]
                joint = "" if not here.tail.isspace() else joint
            continue
        stack.append((here, True))
        if not isinstance(here.tag, str):
            if here.tag is etree.Comment or here.tag is etree.ProcessingInstruction:
                into.say(here.text or "", f"comment, {place}")
            continue
        if here.tag not in _INLINE and joint == "":
            joint = "\t" if here.tag in _CELLS else "\n"
        _element(here, place, into)
        if here.tag in ("script", "style"):
            continue
        if here.text:
            nature = (
                "cell" if here.tag in _CELLS or any(a.tag in _CELLS for a in here.iterancestors("td", "th")) else "text"
            )
            into.say(here.text, place, nature, joint)  # type: ignore[arg-type]
            joint = "" if not here.text.isspace() else joint
        stack += [(child, False) for child in reversed(here)]


def _element(node: Any, place: str, into: Content) -> None:
    tag, attributes = node.tag.lower(), node.attrib
    if tag in _ACTIVE:
        into.refuse("active-content", place)
    hidden = (
        "hidden" in attributes or _HIDING.search(attributes.get("style", "")) or attributes.get("type", "") == "hidden"
    )
    if hidden or (tag in ("template", "noscript") and len(_told(node))):
        into.refuse("hidden-content", place)
    if tag == "svg":
        into.refuse("embedded-data", place)
    for name, value in attributes.items():
        _attribute(node, tag, name.lower(), value, place, into)
    if tag == "style":
        style(node.text or "", place, into)
        into.say(node.text or "", place, "code")
    if tag == "script":
        _script(node, place, into)


def _attribute(node: Any, tag: str, name: str, value: str, place: str, into: Content) -> None:
    into.say(value, f"attribute, {place}", "code" if name in ("style", "width", "height") else "text")
    if name.startswith("on"):
        into.refuse("active-content", place)
    elif (
        name not in _attributes()
        and not name.startswith("aria-")
        and name not in ("hidden", "srcset", "action", "ping")
    ):
        into.refuse("embedded-data", place)
    inline(value, place, into)
    if name == "style":
        style(value, place, into)
    if name in ("srcset", "imagesrcset"):
        into.loads += [(part.split()[0], place) for part in value.split(",") if part.split()]
    if value.lower().lstrip().startswith(("javascript:", "vbscript:")):
        into.refuse("active-content", place)
    if tag == "meta" and name == "content":
        into.loads += [(found[1], place) for found in _URL_OF_REFRESH.finditer(value)]
        if node.get("http-equiv") or (node.get("property", "").startswith("og:") and value.startswith(_ACTING)):
            into.refuse("active-content", place)
    if (name, tag) in _LOADS and not value.startswith("data:"):
        rels = set(node.get("rel", "").lower().split())
        linked = tag == "link" and bool(rels) and rels <= _LINKING_RELS
        (into.links if linked else into.loads).append((value, place))
    elif name in ("href", "xlink:href", "cite"):
        into.links.append((value, place))


def _script(node: Any, place: str, into: Content) -> None:
    text = node.text or ""
    if node.get("src"):
        if text.strip():
            into.scripts.append((text.encode(), place))
        return
    into.scripts.append((text.encode(), place))
    into.say(text, place, "code")
    script(text, place, into)
    if text.lstrip().startswith(("{", "[")):
        try:
            json.loads(text)
        except ValueError:
            return
        inside = read_json(text.encode())
        into.pieces += inside.pieces
        into.refuse("embedded-data", place)


def _drawings(root: Any, tables: dict[Any, HtmlTable]) -> Iterator[Drawing]:
    """Every picture with its figure and what follows that in its section, up to a fold or another picture."""
    for image in root.iter("img"):
        figure = next(image.iterancestors("figure"), image)
        drawing = Drawing(
            image.get("src", ""),
            figure.get("id", ""),
            f"line {image.sourceline}",
            [_told(figure), image.get("alt", "")],
        )
        for beside in figure.itersiblings():
            if not isinstance(beside.tag, str):
                continue
            if beside.tag in ("section", "h1", "h2", "h3", "h4") or (
                beside.tag == "figure" and next(beside.iter("img"), None) is not None
            ):
                break
            drawing.words.append(_told(beside))
            drawing.tables += [tables[table] for table in beside.iter("table")]
            drawing.files += [a.get("href", "") for a in beside.iter("a") if a.get("href", "").endswith(".csv")]
            if beside.tag == "details":
                break
        yield drawing
