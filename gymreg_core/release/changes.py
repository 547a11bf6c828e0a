"""One thing that is not as before, and what two texts, cells or settings have to be called different by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from gymreg_core.rules.audience import AUDIENCES, told_to
from gymreg_core.vocabulary.numbers import number_in
from gymreg_core.vocabulary.programmes import Language

Kind = Literal[
    "page", "number", "hidden", "shown", "cell", "row", "column", "table", "figure", "definition", "text", "rule",
    "parameter", "setting", "code", "library", "input", "file",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
_UNKNOWN = ("", "–")


@dataclass(frozen=True)
class Change:
    """Where something changed, from what to what.

    page : address of the page or file; '' for the site. place : id of table, figure or section, the rule's file, or
    what kind of setting it is. row, column : of a cell; for rules, parameters and settings `row` is the name.
    before, after : as they stand; None where it was not there. difference : of two numbers.
    pages : all pages with this very change, `page` first.
    """

    kind: Kind
    page: str
    place: str = ""
    row: str = ""
    column: str = ""
    before: str | None = None
    after: str | None = None
    difference: float | None = None
    relative: float | None = None
    pages: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[Any, ...]:
        """Kinds in their order; the largest relative change first, of those alike the largest at all."""
        sizes = (-abs(self.relative or 0.0), -abs(self.difference or 0.0))
        return (KINDS.index(self.kind), *sizes, self.page, self.place, self.row, self.column, self.before or "")

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in vars(self).items()}


def cell_change(at: Change, before: str, after: str, language: Language) -> Change | None:
    """What two texts of the same cell differ by; None where they do not.

    Two numbers are a change of size; a number that became a symbol is hidden, one that was a symbol is shown.
    """
    if before == after:
        return None
    at = replace(at, before=before, after=after)
    old, new = number_in(before, language), number_in(after, language)
    if old is not None and new is not None:
        largest = max(abs(old), abs(new))
        return replace(at, kind="number", difference=new - old, relative=(new - old) / largest if largest else 0.0)
    symbols = _hiding()
    if old is not None and after in symbols:
        return replace(at, kind="hidden")
    if new is not None and before in symbols:
        return replace(at, kind="shown")
    return replace(at, kind="cell")


def _hiding() -> set[str]:
    """Symbols in the place of a number, for whomever; 'does not apply' and 'unknown' are none of them."""
    told = [told_to("symbols", audience) for audience in AUDIENCES]
    return {str(symbols[name]) for symbols in told for name in ("hidden", "near_all", "near_none")}


def setting_changes(at: Change, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """What differs between two tables of settings, by name; values within values are named 'outer.inner'."""
    before, after = dict(_flat(old)), dict(_flat(new))
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return [replace(at, row=name, before=before.get(name), after=after.get(name)) for name in sorted(names)]


def _flat(values: Mapping[str, Any], above: str = "") -> Iterable[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", _shown(value)


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_shown, value))
    return "–" if value is None else str(value)


def together(changes: Iterable[Change]) -> tuple[Change, ...]:
    """All changes in their order; a definition or text that changed alike on several pages is told once."""
    found: dict[tuple[Any, ...], Change] = {}
    for change in changes:
        shared = change.kind in ("definition", "text")
        where = () if shared else (change.page, change.place, change.row, change.column)
        key = (change.kind, change.row if shared else "", change.before, change.after, *where)
        first = found.setdefault(key, change)
        if change.page not in first.pages:
            found[key] = replace(first, pages=(*first.pages, change.page))
    return tuple(sorted(found.values(), key=lambda change: change.order))


def language_of(text: str) -> Language:
    """The language of a page; Swedish where it does not say."""
    return "en" if text.startswith("en") else "sv"
