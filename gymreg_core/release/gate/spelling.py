"""Text as a reader or a program would understand it, whatever it is written in: one form for all spellings."""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from urllib.parse import unquote

_DEPTH = 3
_LEAST_HIDDEN = 10
"""Characters: the shortest text that is worth decoding, an identity number without its century."""
_TURNED = {
    **dict.fromkeys("\u00a0\u202f\u2007\u2009\u200a", "\u00a0"),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58\ufe63\uff0d", "-"),
    **dict.fromkeys("\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u205f\u3000\v\f", " "),
    "\x02": "",
}
_ODD = re.compile("[^\\x00\\x01\\x03-\\x0a\\x0d-\\x7f\\u00a0\\u00c0-\\u024f]")
_TELLING = re.compile(r"%[0-9A-Fa-f]{2}|\\|&[#A-Za-z]|\u202e|[A-Za-z0-9+/_-]{14,}")
_MARKS = {"Cf", "Mn", "Me"}
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_ESCAPED = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|0{0,4}([2-7][0-9A-Fa-f]) ?)")
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9A-Fa-f]+|[A-Za-z]+);?")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{14,}={0,2}")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:[2-7][0-9A-Fa-f]){10,}(?![0-9A-Za-z])")
_CASES = re.compile(r"(?=.*[A-Z])(?=.*[a-z0-9])")
_OVERRIDE = "\u202e"


def plain(text: str) -> str:
    """One form for all spellings: digits 0-9, '-' for every dash, a no-break space for every space that keeps a number
    together, ' ' for other spaces, compatibility forms as what they stand for, and nothing that cannot be seen."""
    return _ODD.sub(lambda found: _seen(found[0]), text)


@cache
def _seen(character: str) -> str:
    if character in _TURNED:
        return _TURNED[character]
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return "" if category in _MARKS else unicodedata.normalize("NFKC", character)


def unwrapped(text: str, depth: int = _DEPTH) -> Iterator[str]:
    """What else a text says once it is decoded: percent-encoding, escapes, entities, base64 and hexadecimal of text,
    and written backwards. `text` itself is not among them; encodings inside each other are opened `depth` times."""
    if not depth or not _TELLING.search(text):
        return
    found: list[str] = []
    if "%" in text and _PERCENT.search(text):
        found.append(unquote(text, errors="replace"))
    if "\\" in text and _ESCAPED.search(text):
        found.append(_ESCAPED.sub(_character, text))
    if "&" in text and _ENTITY.search(text):
        found.append(html.unescape(text))
    if _OVERRIDE in text:
        found.append(text[::-1])
    found += filter(None, (_from_base64(match[0]) for match in _BASE64.finditer(text)))
    found += filter(
        None, (_printable(bytes.fromhex(match[0][: len(match[0]) // 2 * 2])) for match in _HEX.finditer(text))
    )
    for one in found:
        if one != text:
            yield one
            yield from unwrapped(one, depth - 1)


def _character(match: re.Match[str]) -> str:
    number = int(next(group for group in match.groups() if group), 16)
    return chr(number) if number <= 0x10FFFF else ""  # noqa: PLR2004 the last character that there is


def _from_base64(token: str) -> str | None:
    if not _CASES.match(token):
        return None
    body = token.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return _printable(base64.b64decode(body + "=" * (-len(body) % 4), validate=True))
    except (binascii.Error, ValueError):
        return None


def _printable(content: bytes) -> str | None:
    """The text that bytes are, None where they are no text."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    shown = all(c.isprintable() or c in "\r\n\t" for c in text)
    return text if shown and len(text) >= _LEAST_HIDDEN else None
