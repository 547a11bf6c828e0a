"""Plain words, styles, scripts, tables of text and JSON."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from typing import Any

from gymreg_core.release.gate.content import LINES, Content, decoded

_URL = re.compile(r"""url\(\s*['"]?([^'")]*)|@import\s+['"]([^'"]*)|image-set\(\s*['"]([^'"]*)""", re.IGNORECASE)
_LOADING = re.compile(r"\\|[(@'\"]")
_CSS_ESCAPE = re.compile(r"\\([0-9A-Fa-f]{1,6})\s?")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_ADDRESS = re.compile(r"""(?:https?|wss?|ftp):\\?/\\?/[^\s'"`<>)\\]+|['"`]//[\w-]+\.[\w.-]+""", re.IGNORECASE)
_NOTEBOOK_KEYS = {"cell_type", "output_type", "execution_count", "nbformat", "kernelspec"}


@dataclass(frozen=True)
class CsvTable:
    """A file of a table as it stands: heads, rows of texts, and the line that each row begins on."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]


def read_words(content: bytes) -> Content:
    """Lines of text."""
    into = Content()
    _lines(decoded(content, into), into)
    return into


def read_style(content: bytes) -> Content:
    """A style sheet: what it says, what it loads."""
    into = Content()
    text = decoded(content, into)
    _lines(text, into, code=True)
    style(text, "", into)
    return into


def style(text: str, place: str, into: Content) -> None:
    """What CSS loads, its escapes opened, comments left out; `place` '' tells the lines."""
    if not _LOADING.search(text):
        return
    bare = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    opened = _CSS_ESCAPE.sub(lambda found: chr(min(int(found[1], 16), 0x10FFFF)), bare)
    for found in _URL.finditer(opened):
        where = place or f"line {opened.count(chr(10), 0, found.start()) + 1}"
        into.loads.append((next(group for group in found.groups() if group is not None).strip(), where))
    if opened != bare:
        into.say(opened, place or "style", "code")


def read_script(content: bytes) -> Content:
    """A script: what it says, which hosts it names, and its bytes, by which it is known."""
    into = Content()
    text = decoded(content, into)
    _lines(text, into, code=True)
    script(text, "", into)
    into.scripts.append((content, ""))
    return into


def script(text: str, place: str, into: Content) -> None:
    """The hosts that a script names; `place` '' tells the lines."""
    for found in _ADDRESS.finditer(text):
        where = place or f"line {text.count(chr(10), 0, found.start()) + 1}"
        into.loads.append((found[0].strip("'\"`"), where))


def read_csv(content: bytes) -> Content:
    """A table of text: English ones have commas, Swedish ones semicolons; which it is follows from its heads."""
    into = Content()
    text = decoded(content, into)
    first = text.split("\n", 1)[0]
    reader = csv.reader(text.splitlines(keepends=True), delimiter=";" if ";" in first else ",")
    rows, lines = [], []
    try:
        before = 0
        for row in reader:
            rows.append(tuple(row))
            lines.append(before + 1)
            before = reader.line_num
    except csv.Error:
        into.refuse("unreadable")
        _lines(text, into)
    if rows:
        into.tables.append(CsvTable(rows[0], tuple(rows[1:]), tuple(lines[1:])))
    else:
        into.refuse("unreadable")
    return into


def read_json(content: bytes) -> Content:
    """Every name and every value, in the order of the file; the places are their numbers in that order."""
    into = Content()
    text = decoded(content, into)
    try:
        found = json.loads(
            text, object_pairs_hook=_pairs, parse_int=_Written, parse_float=_Written, parse_constant=_Written
        )
    except (ValueError, RecursionError):
        into.refuse("unreadable")
        _lines(text, into, code=True)
        return into
    _walk(found, into, [0])
    return into


class _Pairs(list[tuple[str, Any]]):
    """An object with every pair that it was written with, the same name twice among them."""


def _pairs(pairs: list[tuple[str, Any]]) -> _Pairs:
    return _Pairs(pairs)


class _Written(str):
    """A number as it was written."""

    __slots__ = ()


def _walk(value: Any, into: Content, counted: list[int]) -> None:
    if isinstance(value, _Pairs):
        names = [name for name, _ in value]
        if len(set(names)) < len(names):
            into.refuse("embedded-data", f"value {counted[0] + 1}")
        if len(_NOTEBOOK_KEYS & set(names)) > 1:
            into.refuse("notebook-remnant", f"value {counted[0] + 1}")
        for name, one in value:
            into.say(name, f"name of value {counted[0] + 1}")
            _walk(one, into, counted)
    elif isinstance(value, list):
        for one in value:
            _walk(one, into, counted)
    else:
        counted[0] += 1
        if isinstance(value, str):
            bare = isinstance(value, _Written)
            into.say(str(value), f"value {counted[0]}", "numbers" if bare else "text", "\t")


def _lines(text: str, into: Content, *, code: bool = False) -> None:
    into.say(text, LINES, "code" if code else "text")
