"""Files inside files: gzip and zip, opened as far as the rules say."""

from __future__ import annotations

import io
import zipfile
import zlib

from gymreg_core.release.gate.content import Content, Inner
from gymreg_core.release.gate.readers.pictures import raw
from gymreg_core.rules import rule

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
_BY_GZIP = 31  # how zlib is told to expect gzip's head


def most_bytes() -> int:
    """Bytes that a file may unpack to."""
    return int(rule("release_gate", "packed")["bytes"])


def read_gzip(content: bytes) -> Content:
    """What a gzip file holds, and its head, which may name the file and say something of it."""
    into = Content()
    raw(content[:512], into, "head")
    opened = zlib.decompressobj(_BY_GZIP)
    try:
        inside = opened.decompress(content, most_bytes())
    except zlib.error:
        into.refuse("unreadable")
        return into
    if opened.unconsumed_tail:
        into.refuse("too-deep")
    into.inner.append(Inner(inside, "", "unpacked"))
    if opened.unused_data:
        into.refuse("trailing-bytes")
        into.inner.append(Inner(opened.unused_data, "", "after the end"))
    return into


def read_zip(content: bytes) -> Content:
    """Every file of a zip, with the names, notes and further fields of its entries."""
    into, limit = Content(), rule("release_gate", "packed")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            members = opened.infolist()
            raw(opened.comment, into, "note")
            if len(members) > limit["members"] or sum(one.file_size for one in members) > limit["bytes"]:
                into.refuse("too-deep")
                return into
            for number, one in enumerate(members, 1):
                place = f"file {number}"
                into.say(one.filename, f"name of {place}")
                raw(one.comment + one.extra, into, f"note of {place}")
                if not one.is_dir():
                    into.inner.append(Inner(opened.read(one), one.filename.rpartition(".")[2].lower(), place))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error, OSError, EOFError):
        into.refuse("unreadable")
    return into
