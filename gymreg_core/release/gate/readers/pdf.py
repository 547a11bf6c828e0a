"""PDF: the words of every page, and every string and stream of every object, whether a page uses it or not."""

from __future__ import annotations

import io
import re
from functools import lru_cache
from typing import Any

from gymreg_core.release.gate.content import Content, Inner
from gymreg_core.release.gate.readers.pictures import raw

_STRING = re.compile(rb"\((?:\\.|[^\\()]|\((?:\\.|[^\\()])*\))*\)|(?<![<])<[0-9A-Fa-f\s]{4,}>(?!>)", re.DOTALL)
_ACTIVE = re.compile(
    rb"/(?:JavaScript|JS|Launch|SubmitForm|ImportData|ResetForm|RichMedia|Rendition|Movie|Sound|XFA|AA|Trans3D|3D|GoTo3DView)\b"
)
_REMOTE = re.compile(rb"/(?:GoToR|GoToE|Thread)\b|/FS\s*/URL\b")
_ATTACHED = re.compile(rb"/(?:EmbeddedFiles?|FileAttachment|Filespec|AF)\b")
_FIELD = re.compile(
    rb"/AcroForm\b|/Widget\b|/Subtype\s*/(?:Text|FreeText|Popup|Stamp|Ink|Note|Redact|Highlight|Underline)\b"
)
_HIDDEN = re.compile(rb"/OCProperties\b|/OCGs?\b")
_URI = re.compile(rb"/URI\s*(\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]+>)")
_NAMED = re.compile(rb"/[A-Za-z]+\s*(\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]{4,}>)")
_END = b"%%EOF"
_SHORTEST = 5
"""Bytes of a string with its brackets, that tells nothing of anybody."""


def read_pdf(content: bytes) -> Content:
    """A PDF as its readers see it and as it is made."""
    import pikepdf

    into = Content()
    if content.count(_END) > 1 or content.count(b"startxref") > 1:
        into.refuse("earlier-version")
    end = content.rfind(_END)
    if end < 0 or content[end + len(_END) :].strip(b"\r\n"):
        into.refuse("trailing-bytes")
        raw(content[max(end, 0) :], into, "after the end")
    raw(content[: content.find(b" obj")], into, "head")
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if pdf.is_encrypted:
                into.refuse("unreadable")
            _said(pdf.trailer.unparse(), "the end", into)
            for number, one in enumerate(pdf.objects, 1):
                _object(one, f"object {number}", into)
    except (pikepdf.PdfError, ValueError, RuntimeError, OverflowError):
        into.refuse("unreadable")
    _pages(content, into)
    return into


def _object(one: Any, place: str, into: Content) -> None:
    import pikepdf

    if not isinstance(one, pikepdf.Stream):
        _said(one.unparse(resolved=True) if isinstance(one, pikepdf.Object) else str(one).encode(), place, into)
        return
    about = one.stream_dict.unparse()
    _said(about, place, into)
    try:
        body = one.read_bytes()
    except pikepdf.PdfError:
        body = one.read_raw_bytes()
        filters = about
        if b"/DCTDecode" in filters:
            into.inner.append(Inner(body, "jpeg", place))
        elif b"/JPXDecode" in filters or b"/JBIG2Decode" in filters or b"/CCITTFaxDecode" in filters:
            raw(body, into, place)
        else:
            into.refuse("unreadable", place)
        return
    kind = str(one.get("/Type", "")), str(one.get("/Subtype", ""))
    if kind[0] == "/EmbeddedFile":
        into.inner.append(Inner(body, "", place))
    elif kind[0] == "/Metadata":
        into.inner.append(Inner(body, "xml", place))
    elif kind[1] != "/Image" and not any(name in one for name in ("/Length1", "/FunctionType", "/N")):
        _drawn(body, place, into)
    else:
        raw(body, into, place)


def _drawn(body: bytes, place: str, into: Content) -> None:
    """What a stream of drawing says beside what it draws: strings under a name, and everything else as it stands."""
    raw(body, into, place)
    for found in _NAMED.finditer(body):
        into.say(_opened(found[1]), place)


def _said(text: bytes, place: str, into: Content) -> None:
    """What an object says and does."""
    for pattern, kind in (
        (_ACTIVE, "active-content"),
        (_REMOTE, "other-host"),
        (_ATTACHED, "attachment"),
        (_FIELD, "annotation"),
        (_HIDDEN, "hidden-content"),
    ):
        if pattern.search(text):
            into.refuse(kind, place)
    for found in _URI.finditer(text):
        into.links.append((_opened(found[1]), place))
    _strings(text, place, into)


def _strings(text: bytes, place: str, into: Content) -> None:
    for found in _STRING.finditer(text):
        if len(found[0]) > _SHORTEST and (said := _opened(found[0])) and any(c.isalnum() for c in said):
            into.say(said, place)


@lru_cache(maxsize=50_000)
def _opened(written: bytes) -> str:
    """A string of a PDF as text."""
    import pikepdf

    try:
        return str(pikepdf.Object.parse(written))
    except (pikepdf.PdfError, ValueError):
        return written.decode("latin-1")


def _pages(content: bytes, into: Content) -> None:
    """The words of each page, in the order that they are drawn in."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError:
        into.refuse("unreadable")
        return
    try:
        for number in range(len(document)):
            page = document[number]
            words = page.get_textpage()
            text = words.get_text_range()
            for line in text.replace("\r", "").split("\n"):
                into.say(line, f"page {number + 1}", "page", "\n")
            into.labels.append((f"page {number + 1}", text))
            words.close()
            page.close()
    finally:
        document.close()
