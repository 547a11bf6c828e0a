"""What a reader of one kind of file makes of it: pieces of text with their places, and what it refuses by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from gymreg_core.release.gate.identity import Nature

Joint = Literal["", "\t", "\n", "\r", "\0"]
"""How a piece follows the one before that is written alike: as one word, as the next cell, as the next block, as the
next row, which it has nothing to do with; or not at all, and nothing follows it either."""
LINES = "lines"
"""Place of a piece that is a whole text: the line is told by where in it something stands."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text as it stands, where that is (numbers only, no text of the file), and what it is written as."""

    text: str
    place: str
    nature: Nature = "text"
    joint: Joint = "\0"


@dataclass(frozen=True, slots=True)
class Inner:
    """A file inside a file: its bytes, what kind it says it is ('' where it does not), and where it is."""

    content: bytes
    kind: str
    place: str


@dataclass(slots=True)
class Content:
    """What was read of a file; readers fill it.

    refused : (kind, place). links, loads : (address, place). scripts : (bytes, place) of programs inside the file.
    tables : of a page or a CSV. drawings : places where a page shows a picture. labels : texts of a drawing with their
    co-ordinates, or of a PDF's pages with their places. sha256 : of its bytes.
    """

    pieces: list[Piece] = field(default_factory=list)
    inner: list[Inner] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    loads: list[tuple[str, str]] = field(default_factory=list)
    scripts: list[tuple[bytes, str]] = field(default_factory=list)
    tables: list[Any] = field(default_factory=list)
    drawings: list[Any] = field(default_factory=list)
    labels: list[Any] = field(default_factory=list)
    sha256: str = ""

    def say(self, text: str, place: str, nature: Nature = "text", joint: Joint = "\0") -> None:
        """Add a piece, where there is text at all; blanks count between words of one block."""
        if text and (not joint or not text.isspace()):
            self.pieces.append(Piece(text, place, nature, joint))

    def refuse(self, kind: str, place: str = "") -> None:
        """Refuse the file for a reason."""
        self.refused.append((kind, place))


def decoded(content: bytes, into: Content) -> str:
    """Bytes as text; what is no UTF-8 is refused and read as well as can be."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        into.refuse("unreadable")
        return content.decode("utf-16", errors="replace")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        into.refuse("unreadable")
        text = content.decode("latin-1")
    if "\0" in text:
        into.refuse("unreadable")
        text = text.replace("\0", "")
    return text
