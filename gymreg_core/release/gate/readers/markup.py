"""SVG drawings and feeds: XML, read event by event; nothing is fetched and no entity is made."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote_to_bytes
from xml.parsers import expat

from gymreg_core.release.gate.content import LINES, Content, Inner, Joint, decoded
from gymreg_core.release.gate.readers.words import style
from gymreg_core.rules import rule

_TRANSFORM = re.compile(r"translate\(\s*(-?[\d.]+)(?:[\s,]+(-?[\d.]+))?")
_LINKS = {"link", "guid", "id", "uri", "url", "enclosure", "source"}
_PLACES = {
    *("d", "points", "transform", "viewBox", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "dx", "dy", "r", "rx", "ry"),
    *("width", "height", "stroke-dasharray", "stroke-width", "offset", "opacity"),
}
_LOADING = {
    "image",
    "use",
    "feimage",
    "script",
    "style",
    "link",
    "iframe",
    "object",
    "embed",
    "audio",
    "video",
    "foreignobject",
}
DATA = re.compile(r"data:([\w.+/-]*)((?:;[\w=.-]+)*),([^\s'\")>]*)", re.IGNORECASE)
_SAID = {"title", "desc", "text"}


@dataclass(frozen=True)
class Label:
    """A text of a drawing: what it says, the group it stands in, and where in that group."""

    text: str
    group: int
    x: float
    y: float
    place: str


@cache
def _allowed(of: str) -> frozenset[str]:
    return frozenset(rule("release_gate", of))


def read_drawing(content: bytes) -> Content:
    """An SVG: only elements and attributes of the rules; its texts with their places."""
    into = Content()
    _Reading(into, drawing=True).run(decoded(content, into))
    return into


def read_feed(content: bytes) -> Content:
    """RSS, Atom or another XML file: what it says and where it leads."""
    into = Content()
    _Reading(into, drawing=False).run(decoded(content, into))
    return into


class _Reading:
    """One way through an XML file; `open` holds the elements that are open, with the number of their group."""

    def __init__(self, into: Content, *, drawing: bool) -> None:
        self.into, self.drawing = into, drawing
        self.open: list[tuple[str, int]] = []
        self.groups = 0
        self.label: list[Any] | None = None
        self.joint: Joint = "\n"
        self.parser = expat.ParserCreate()

    @property
    def place(self) -> str:
        return f"line {self.parser.CurrentLineNumber}, column {self.parser.CurrentColumnNumber + 1}"

    def run(self, text: str) -> None:
        parser = self.parser
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self.start, self.end
        parser.CharacterDataHandler = self.words
        parser.CommentHandler = lambda said: self.into.say(said, f"comment, {self.place}")
        parser.ProcessingInstructionHandler = self.instruction
        parser.EntityDeclHandler = self.entity
        parser.ExternalEntityRefHandler = self.external
        parser.StartDoctypeDeclHandler = self.doctype
        try:
            parser.Parse(text.encode(), True)
        except expat.ExpatError:
            self.into.refuse("unreadable", f"line {parser.ErrorLineNumber}")
        self.into.say(text, LINES, "numbers" if self.drawing else "code")

    def entity(self, name: str, parameter: bool, value: str | None, *_: str | None) -> None:
        del name, parameter
        self.into.refuse("active-content", self.place)
        self.into.say(value or "", self.place)

    def external(self, *_: str | None) -> int:
        self.into.refuse("other-host", self.place)
        return 1

    def doctype(self, name: str, system: str | None, public: str | None, internal: bool) -> None:
        del name, public
        if system or internal:
            self.into.refuse("other-host" if system else "active-content", self.place)

    def instruction(self, target: str, said: str) -> None:
        self.into.say(f"{target} {said}", self.place)
        if target == "xml-stylesheet":
            self.into.loads.append((said.partition("href=")[2].strip("\"'").split('"')[0], self.place))

    def start(self, name: str, attributes: dict[str, str]) -> None:
        bare, into = name.rpartition(":")[2].lower(), self.into
        if name == "g" or not self.open:
            self.groups += 1
        self.open.append((name, self.groups if name == "g" or not self.open else self.open[-1][1]))
        if self.drawing:
            if name not in _allowed("svg_elements"):
                into.refuse(
                    "active-content" if bare in ("script", "foreignobject", "handler") else "embedded-data", self.place
                )
            if not attributes.keys() <= _allowed("svg_attributes"):
                into.refuse("embedded-data", self.place)
        for key, value in attributes.items():
            self.attribute(bare, key, value)
        if name == "text":
            found = _TRANSFORM.search(attributes.get("transform", ""))
            x, y = (found[1], found[2] or 0) if found else (attributes.get("x", 0), attributes.get("y", 0))
            self.label = ["", self.open[-1][1], _number(x), _number(y), self.place]

    def attribute(self, element: str, key: str, value: str) -> None:
        into, name = self.into, key.rpartition(":")[2].lower()
        if name.startswith("on"):
            into.refuse("active-content", self.place)
        if key.startswith("xmlns"):
            return
        into.say(value, f"attribute, {self.place}", "numbers" if key in _PLACES else "text")
        if "url(" in value or name == "style":
            style(value, self.place, into)
        inline(value, self.place, into)
        if name in ("href", "src", "data", "url") and not value.startswith(("#", "data:")):
            (into.links if not self.drawing or element == "a" else into.loads).append((value, self.place))

    def words(self, text: str) -> None:
        name = self.open[-1][0].rpartition(":")[2].lower() if self.open else ""
        if self.label is not None:
            self.label[0] += text
        self.into.say(text, self.place, "text", self.joint)
        self.joint = ""
        if name == "style":
            style(text, self.place, self.into)
        if name == "script":
            self.into.scripts.append((text.encode(), self.place))
        if not self.drawing and name in _LINKS and "://" in text:
            self.into.links.append((text.strip(), self.place))

    def end(self, name: str) -> None:
        self.open.pop()
        if name == "text" and self.label is not None:
            text, group, x, y, place = self.label
            self.into.labels.append(Label(text, group, x, y, place))
            self.label = None
        elif name == "tspan" and self.label is not None:
            self.label[0] += "\n"
        if name != "tspan":
            self.joint = "\n"


def inline(value: str, place: str, into: Content) -> None:
    """Files that an attribute or a style holds as data: addresses."""
    for found in DATA.finditer(value) if "data:" in value.lower() else ():
        body = unquote_to_bytes(found[3])
        if ";base64" in found[2].lower():
            try:
                body = base64.b64decode(body + b"=" * (-len(body) % 4))
            except (binascii.Error, ValueError):
                into.refuse("unreadable", place)
                continue
        kind = found[1].rpartition("/")[2].partition("+")[0].lower()
        if not found[1].lower().startswith(("image/", "font/")):
            into.refuse("embedded-data", place)
        into.inner.append(Inner(body, kind, place))


def _number(text: Any) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
