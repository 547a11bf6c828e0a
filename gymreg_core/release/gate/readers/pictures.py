"""PNG, JPEG and fonts: what they say in words, and what follows after their end."""

from __future__ import annotations

import re
import struct
import zlib
from contextlib import suppress

from gymreg_core.release.gate.content import Content, Inner

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_PARTS = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"bKGD", b"sBIT"}
_PNG_HEAD, _PNG_FOOT = 8, 4
_MOST_TEXT = 10_000_000
_JPEG = b"\xff\xd8"
_JPEG_SCAN, _JPEG_END = 0xDA, 0xD9
_JPEG_ALONE = {0x01, *range(0xD0, 0xD8)}
_JPEG_NOTES = {*range(0xE1, 0xF0), 0xFE}
_WOFF2_LENGTH = slice(8, 12)
_RUN = re.compile(rb"[\x20-\x7e]{10,}")
_SHORT = 100_000


def read_png(content: bytes) -> Content:
    """The parts of a PNG; any that holds words, or that a picture does not need, is refused and read."""
    into = Content()
    raw(content, into)
    if not content.startswith(_PNG):
        into.refuse("unreadable")
        return into
    at, number = len(_PNG), 0
    while at + _PNG_HEAD <= len(content):
        number += 1
        (size,) = struct.unpack(">I", content[at : at + 4])
        kind, body = content[at + 4 : at + 8], content[at + _PNG_HEAD : at + _PNG_HEAD + size]
        at += _PNG_HEAD + size + _PNG_FOOT
        if kind not in _PNG_PARTS:
            into.refuse("image-metadata", f"part {number}")
            raw(body, into, f"part {number}")
            _unpacked(body, f"part {number}", into)
        if kind == b"IEND":
            after(content, at, into)
            return into
    into.refuse("unreadable")
    return into


def _unpacked(body: bytes, place: str, into: Content) -> None:
    """Words of zTXt and iTXt, which lie packed behind a name of their own."""
    for start in [at for at in range(len(body)) if body[at] == 0x78][:20]:  # noqa: PLR2004 how zlib begins
        opened = zlib.decompressobj()
        try:
            into.inner.append(Inner(opened.decompress(body[start:], _MOST_TEXT), "words", place))
        except zlib.error:
            continue
        return


def read_jpeg(content: bytes) -> Content:
    """The segments of a JPEG; notes (Exif, XMP, comments, profiles) are refused and read."""
    into = Content()
    raw(content, into)
    if not content.startswith(_JPEG):
        into.refuse("unreadable")
        return into
    at, number = 2, 0
    while at + 4 <= len(content) and content[at] == 0xFF:  # noqa: PLR2004 how a segment begins
        mark = content[at + 1]
        if mark == _JPEG_END:
            after(content, at + 2, into)
            return into
        if mark in _JPEG_ALONE:
            at += 2
            continue
        number += 1
        size = struct.unpack(">H", content[at + 2 : at + 4])[0]
        if mark in _JPEG_NOTES:
            into.refuse("image-metadata", f"part {number}")
            raw(content[at + 4 : at + 2 + size], into, f"part {number}")
        at += 2 + size
        if mark == _JPEG_SCAN:
            at = _end_of_scan(content, at)
    if content[at : at + 2] == b"\xff\xd9":
        after(content, at + 2, into)
    else:
        into.refuse("unreadable")
    return into


def _end_of_scan(content: bytes, at: int) -> int:
    """The next mark that ends a scan: neither a stuffed byte nor a restart."""
    while (at := content.find(b"\xff", at)) >= 0 and at + 1 < len(content):
        if content[at + 1] and content[at + 1] not in _JPEG_ALONE:
            return at
        at += 2
    return len(content)


def read_font(content: bytes) -> Content:
    """A font as bytes; its length stands in its head."""
    into = Content()
    raw(content, into)
    if content[:4] != b"wOF2":
        into.refuse("unreadable")
    elif struct.unpack(">I", content[_WOFF2_LENGTH])[0] < len(content):
        into.refuse("trailing-bytes")
    return into


def raw(content: bytes, into: Content, place: str = "") -> None:
    """Bytes as words: runs of characters that can be printed, also where zeros stand between them, as in UTF-16."""
    runs = _RUN.findall(content.replace(b"\0", b""))
    into.say("\1".join(run.decode("ascii") for run in runs), place or "bytes", "bytes")
    if len(content) <= _SHORT:
        with suppress(UnicodeDecodeError):
            into.say(content.decode("utf-8").replace("\0", "\1"), place or "bytes")


def after(content: bytes, end: int, into: Content) -> None:
    """Refuse what follows after the end of a picture, and hand it on to be read."""
    if content[end:].strip(b"\r\n\0"):
        into.refuse("trailing-bytes")
        into.inner.append(Inner(content[end:], "", "after the end"))
