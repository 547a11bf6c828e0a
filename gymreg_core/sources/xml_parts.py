"""The XML parts of a workbook's package, read in pieces: attributes, texts and shared strings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from gymreg_core.rules import rule
from gymreg_core.sources.package import Package
from gymreg_core.sources.refusal import refuse

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def local_name(name: str) -> str:
    """`x:row` -> `row`: writers differ in how they name the one namespace that counts."""
    return name.rpartition(":")[2] if ":" in name else name


def unescaped(text: str) -> str:
    """`_x000D_` and the like as the characters they stand for."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))


class Reader:
    """Feeds a part of the package to `start`, `end` and `text` of a subclass; an absent part is an empty one."""

    def __init__(self, package: Package, part: str) -> None:
        for _ in self.pieces_of(package, part):
            pass

    def pieces_of(self, package: Package, part: str) -> Iterator[None]:
        """Feed the part, pausing after each of its pieces."""
        self.package = package
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self.start, self.end
        parser.CharacterDataHandler = self.text
        parser.StartDoctypeDeclHandler = self._no_doctype
        if part in package.names:
            for piece in package.stream(part):
                parser.Parse(piece, False)
                yield
            parser.Parse(b"", True)

    def _no_doctype(self, *_: Any) -> None:
        """Excel writes none; whoever does may define entities that expand without end."""
        raise refuse("workbook-damaged", self.package.file)

    def start(self, name: str, attributes: dict[str, str], /) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Characters between two tags."""


class Elements(Reader):
    """The attributes of every element of one name, in order; prefixes are dropped (`r:id` -> `id`)."""

    def __init__(self, package: Package, part: str, name: str) -> None:
        self.name = name
        self.items: list[dict[str, str]] = []
        super().__init__(package, part)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if local_name(name) == self.name:
            self.items.append({local_name(key): value for key, value in attributes.items()})


class Texts(Reader):
    """The text inside every element of one name, in order."""

    def __init__(self, package: Package, part: str, name: str) -> None:
        self.name, self.inside = name, False
        self.items: list[str] = []
        super().__init__(package, part)

    def start(self, name: str, _: dict[str, str]) -> None:
        if local_name(name) == self.name:
            self.inside = True
            self.items.append("")

    def end(self, name: str) -> None:
        self.inside = self.inside and local_name(name) != self.name

    def text(self, data: str) -> None:
        if self.inside:
            self.items[-1] += data


class SharedStrings(Reader):
    """The strings that cells point to by number, their formatting dropped and phonetic readings left out."""

    def __init__(self, package: Package, part: str, limit: int | None = None) -> None:
        self.items: list[str] = []
        self.pieces: list[str] = []
        self.inside, self.phonetic = False, False
        self.limit = int(rule("file_limits", "cells")) if limit is None else limit
        super().__init__(package, part)

    def start(self, name: str, _: dict[str, str]) -> None:
        local = local_name(name)
        self.phonetic = self.phonetic or local == "rPh"
        self.inside = local == "t" and not self.phonetic

    def end(self, name: str) -> None:
        local = local_name(name)
        self.inside = False
        if local == "rPh":
            self.phonetic = False
        elif local == "si":
            self.items.append(unescaped("".join(self.pieces)))
            self.pieces = []
            if len(self.items) > self.limit:
                raise refuse("too-many-cells", self.package.file, limit=self.limit)

    def text(self, data: str) -> None:
        if self.inside:
            self.pieces.append(data)
