"""A reader for each kind of file that may go out, and the one function that knows which is whose."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gymreg_core.release.gate.content import Content
from gymreg_core.release.gate.readers.markup import read_drawing, read_feed
from gymreg_core.release.gate.readers.packed import GZIP, ZIP, read_gzip, read_zip
from gymreg_core.release.gate.readers.page import read_page
from gymreg_core.release.gate.readers.pdf import read_pdf
from gymreg_core.release.gate.readers.pictures import raw, read_font, read_jpeg, read_png
from gymreg_core.release.gate.readers.words import read_csv, read_json, read_script, read_style, read_words
from gymreg_core.rules import rule

READERS: Mapping[str, Callable[[bytes], Content]] = {
    "page": read_page,
    "drawing": read_drawing,
    "document": read_pdf,
    "style": read_style,
    "script": read_script,
    "table": read_csv,
    "data": read_json,
    "feed": read_feed,
    "words": read_words,
    "font": read_font,
    "picture": lambda content: (read_jpeg if content.startswith(b"\xff\xd8") else read_png)(content),
    "gzip": read_gzip,
    "zip": read_zip,
}
_BY_START = {GZIP: "gzip", ZIP: "zip", b"%PDF": "document", b"\x89PNG": "picture", b"\xff\xd8\xff": "picture"}
_BINARY = {"document", "font", "picture", "gzip", "zip"}


def kind_of(ending: str) -> str | None:
    """The kind of file that an ending tells (rules/release_gate.yml), None where it is not on the list."""
    found = rule("release_gate", "file_types").get(ending.lower())
    return None if found is None else str(found)


def read(content: bytes, ending: str) -> Content:
    """What a file says; one that is not what its ending tells is refused and read as what it is."""
    told = kind_of(ending)
    is_ = next((kind for start, kind in _BY_START.items() if content.startswith(start)), None)
    if is_ is None and told is None:
        is_ = "data" if content.lstrip()[:1] in (b"{", b"[") else "words" if _is_text(content) else None
    kind = is_ or told
    into = READERS[kind](content) if kind is not None else Content()
    if kind is None:
        raw(content, into)
    elif is_ is not None and told is not None and is_ != told:
        into.refuse("unreadable")
    elif told in _BINARY and is_ is None and told != "font":
        raw(content, into)
    return into


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False
