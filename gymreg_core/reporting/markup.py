"""Markdown in the dialect of the pages: headings, folds, callouts, key figures, escaped text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from gymreg_core.reporting.fragments import Fragment, join

_BLANK = re.compile(r"[ \t\r\n\f\v\u2028\u2029]+")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|$@^~])")


def escape(text: str) -> str:
    """Text from data, with the characters escaped that markdown would read as markup; line breaks become spaces."""
    plain = _SPECIAL.sub(r"\\\1", one_line(str(text)))
    return re.sub(r"^(\d+)([.)]) ", r"\1\\\2 ", re.sub(r"^([-+:])", r"\\\1", plain))


def one_line(text: str) -> str:
    """Text without line breaks; no-break spaces stay, so that a number keeps together."""
    return _BLANK.sub(" ", text).strip(" ")


def attribute(text: str) -> str:
    """Text as the value of an attribute in double quotes."""
    return one_line(text).replace("\\", "\\\\").replace('"', '\\"')


def heading(level: int, text: str, identifier: str) -> Fragment:
    """A heading with its address."""
    return Fragment(f"{'#' * level} {escape(text)} {{#{identifier}}}")


def paragraph(*sentences: str) -> Fragment:
    """Sentences as one paragraph; empty ones are left out."""
    return Fragment(" ".join(escape(s) for s in sentences if s))


def bullets(items: Iterable[str]) -> Fragment:
    """A list, one sentence per item."""
    return Fragment("\n".join(f"- {escape(item)}" for item in items))


def fold(summary: str, body: Fragment) -> Fragment:
    """A part that stands folded until the reader opens it."""
    return _div(f'.fold summary="{attribute(summary)}"', body)


def callout(kind: str, title: str, body: Fragment) -> Fragment:
    """A framed note: `kind` is note, warning or important."""
    return _div(f".callout-{kind}", Fragment(f"## {escape(title)}") + body)


def key_figures(figures: Sequence[tuple[str, str, str]]) -> Fragment:
    """Figures that matter side by side, each with (number, what it counts, a sentence)."""
    boxes = [
        _div(
            ".key-figure",
            join(Fragment(text) for text in (f"**{escape(number)}**", escape(what), escape(sentence)) if text),
        )
        for number, what, sentence in figures
    ]
    return _div(".key-figures", join(boxes), colons=4)


def definitions(pairs: Iterable[tuple[str, str]]) -> Fragment:
    """A list of terms and what they mean."""
    return Fragment("\n\n".join(f"{escape(term)}\n:   {escape(meaning)}" for term, meaning in pairs))


def _div(attributes: str, body: Fragment, colons: int = 3) -> Fragment:
    fence = ":" * colons
    return replace(body, markdown=f"{fence} {{{attributes}}}\n{body.markdown}\n{fence}")
