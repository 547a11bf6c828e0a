"""Changes in words: sentences, and a page for who reviews a release."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from gymreg_core.release.changes import Change, Kind
from gymreg_core.vocabulary.numbers import change as with_sign
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.phrases import capital
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import Texts, texts

SECTIONS: dict[str, tuple[Kind, ...]] = {
    "pages": ("page",),
    "numbers": ("number", "hidden", "shown"),
    "tables": ("cell", "row", "column", "table"),
    "figures": ("figure",),
    "definitions": ("definition",),
    "methods": ("rule", "parameter", "setting", "code", "library"),
    "inputs": ("input",),
    "texts": ("text",),
    "files": ("file",),
}
HEADS = ("kind", "page", "place", "row", "column", "before", "after", "difference")
_SHOWN = 200  # changes of one section; a reviewer reads the largest, a program reads all
_LONG = 160  # characters of a text in a sentence
_HASH = re.compile(r"\b[0-9a-f]{64}\b")
_OF_HASH = 12
_DECIMALS = 3
_STYLE = (
    "body{font:1rem/1.5 sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem;color:#1a1a1a;background:#fff}"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #767676;padding:.25rem .5rem;text-align:left;"
    "vertical-align:top;overflow-wrap:anywhere}caption{text-align:left;font-weight:bold;padding:.5rem 0}"
    "td.n{text-align:right;white-space:nowrap}"
)


def words() -> Texts:
    """The words of diff and verify."""
    return texts("gymreg_core.release", "diff_texts.yml")


def counted(kind: Kind, n: int, language: Language) -> str:
    """'3 tal', '1 definition'."""
    return words()(f"kind.{kind}.{'one' if n == 1 else 'many'}", language, n=number(n, language))


def sentence(change: Change, language: Language) -> str:
    """One change with where it is: 'Tal, index.html, tbl-program, Ekonomiprogrammet, Platser: 12 → 14'"""
    kind = capital(words()(f"kind.{change.kind}.name", language))
    where = [kind, pages_of(change, language), change.place, change.row, change.column]
    return f"{', '.join(part for part in where if part)}: {_what(change, language)}"


def pages_of(change: Change, language: Language) -> str:
    """The page of a change, or how many have it."""
    if len(change.pages) > 1:
        return words()("also_on", language, n=number(len(change.pages), language), page=change.page)
    return change.page


def difference(change: Change, language: Language) -> str:
    """'+14', '−0,3'; '' where it is none of numbers."""
    if change.difference is None:
        return ""
    decimals = next(
        d
        for d in range(_DECIMALS + 1)
        if d == _DECIMALS or round(change.difference, d) == round(change.difference, _DECIMALS)
    )
    return with_sign(change.difference, language, decimals)


def cells_of(change: Change, language: Language) -> tuple[str, ...]:
    """A change as the cells of a row under HEADS."""
    kind = words()(f"kind.{change.kind}.name", language)
    before, after = _HASH.sub(_cut, change.before or ""), _HASH.sub(_cut, change.after or "")
    place = (change.place, change.row, change.column)
    return (kind, pages_of(change, language), *place, before, after, difference(change, language))


def review_page(old: str, new: str, changes: Sequence[Change], told: Sequence[str], language: Language = "sv") -> str:
    """A page in HTML of its own, with a table for every kind of thing that changed, the largest changes first."""
    say = words()
    title = escape(say("title", language, old=old, new=new))
    top = "".join(f"<p>{escape(text)}</p>" for text in told)
    parts = [_section(name, [c for c in changes if c.kind in kinds], language) for name, kinds in SECTIONS.items()]
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>\n'
        f"<body><main><h1>{title}</h1>\n{top}\n{''.join(parts)}</main></body>\n</html>\n"
    )


def _section(name: str, changes: Sequence[Change], language: Language) -> str:
    if not changes:
        return ""
    say = words()
    heading = escape(say(f"section.{name}", language))
    used = [place for place in range(len(HEADS)) if any(cells_of(change, language)[place] for change in changes)]
    heads = "".join(f'<th scope="col">{escape(say(f"head.{HEADS[place]}", language))}</th>' for place in used)
    rows = "".join(_row(cells_of(change, language), used) for change in changes[:_SHOWN])
    rest = len(changes) - _SHOWN
    more = f"<p>{escape(say('more', language, n=number(rest, language)))}</p>" if rest > 0 else ""
    return f"<h2>{heading}</h2>\n<table><thead><tr>{heads}</tr></thead>\n<tbody>{rows}</tbody></table>\n{more}"


def _row(cells: Sequence[str], used: Sequence[int]) -> str:
    numeric = HEADS.index("difference")
    tds = (f"<td{' class=n' if place == numeric else ''}>{escape(cells[place])}</td>" for place in used)
    return f"<tr>{''.join(tds)}</tr>\n"


def _what(change: Change, language: Language) -> str:
    if change.before == change.after:
        key = "redrawn" if change.kind == "figure" else "other_bytes"
        return words()(f"what.{key}", language, after=_short(change.after))
    way = "added" if change.before is None else "removed" if change.after is None else "changed"
    return words()(f"what.{way}", language, before=_short(change.before), after=_short(change.after))


def _cut(found: re.Match[str]) -> str:
    return found[0][:_OF_HASH]


def _short(text: str | None) -> str:
    """A text as a sentence quotes it; of a hash the beginning."""
    if text is None or len(text) <= _LONG:
        return _HASH.sub(_cut, text or "")
    return f"{text[:_LONG]}…"


def lines(changes: Sequence[Change], language: Language) -> Iterator[str]:
    """Lines for a terminal: the largest changes of every section under its heading."""
    say = words()
    for name, kinds in SECTIONS.items():
        here = [change for change in changes if change.kind in kinds]
        if here:
            yield f"\n{say(f'section.{name}', language)}"
            yield from (f"  {sentence(change, language)}" for change in here[:_SHOWN])
            if len(here) > _SHOWN:
                yield f"  {say('more', language, n=number(len(here) - _SHOWN, language))}"
