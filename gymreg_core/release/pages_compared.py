"""What two versions of a page, or of a file of a table, differ by: cell by cell, word by word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from gymreg_core.release.changes import Change, cell_change, language_of
from gymreg_core.release.site_reader import CsvFile, Page, PageTable, Text
from gymreg_core.vocabulary.numbers import number_in
from gymreg_core.vocabulary.programmes import Language

T = TypeVar("T")
_DIGITS = re.compile(r"\d+")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_ALIKE = 0.6  # of difflib's ratio: below it a sentence is another one, not a changed one


def pairs(old: Mapping[str, T], new: Mapping[str, T]) -> tuple[list[tuple[str, str]], list[str], list[str]]:
    """Names that belong together, then those that only the old and only the new have.

    The same name, else the only one that is the same but for a year: ``antagning-2024-slut`` and
    ``antagning-2025-slut``.
    """
    both = [(name, name) for name in new if name in old]
    gone, come = _by_form(old, new), _by_form(new, old)
    both += [(gone[form][0], names[0]) for form, names in come.items() if len(names) == len(gone.get(form, ())) == 1]
    paired = {name for pair in both for name in pair}
    return both, [name for name in old if name not in paired], [name for name in new if name not in paired]


def _by_form(names: Iterable[str], others: Mapping[str, object]) -> dict[str, list[str]]:
    """The names that are not among the others, by what they are but for years; one that is a year alone is itself."""
    found: dict[str, list[str]] = {}
    for name in names:
        if name not in others and not _YEAR.fullmatch(name):
            found.setdefault(_YEAR.sub("#", name), []).append(name)
    return found


def page_changes(old: Page, new: Page) -> Iterator[Change]:
    """What of a page's tables, figures' words, definitions and texts changed; pictures themselves are not looked at."""
    language = language_of(new.language)
    at = Change("table", new.address)
    both, gone, come = pairs(old.tables, new.tables)
    for before, name in both:
        yield from table_changes(replace(at, place=name), old.tables[before], new.tables[name], language)
    yield from (replace(at, place=name, before=old.tables[name].caption) for name in gone)
    yield from (replace(at, place=name, after=new.tables[name].caption) for name in come)
    both, gone, come = pairs(old.figures, new.figures)
    yield from (replace(at, kind="figure", place=name, before=old.figures[name].caption) for name in gone)
    yield from (replace(at, kind="figure", place=name, after=new.figures[name].caption) for name in come)
    for term in sorted({**old.definitions, **new.definitions}):
        before_text, after_text = old.definitions.get(term), new.definitions.get(term)
        if before_text != after_text:
            yield replace(at, kind="definition", row=term, before=before_text, after=after_text)
    yield from _text_changes(replace(at, kind="text"), _said(old), _said(new))


def csv_changes(old: CsvFile, new: CsvFile) -> Iterator[Change]:
    """What of a file of a table changed."""
    language: Language = "en" if "en" in new.address.split("/")[:-1] else "sv"
    before, after = (PageTable("", "", one.heads, one.rows) for one in (old, new))
    yield from table_changes(Change("table", new.address), before, after, language)


def table_changes(at: Change, old: PageTable, new: PageTable, language: Language) -> Iterator[Change]:
    """Cells by the names of their row and column; a row is named by as many of its first words as tell it apart."""
    width = _naming(old, new, language)
    before, after = _by_name(old.rows, width), _by_name(new.rows, width)
    heads_before, heads_after = _numbered(old.heads), _numbered(new.heads)
    columns, gone, come = pairs(heads_before, heads_after)
    yield from (replace(at, kind="column", column=name, before=name) for name in gone)
    yield from (replace(at, kind="column", column=name, after=name) for name in come)
    yield from (
        replace(at, kind="row", row=name, before=" | ".join(before[name])) for name in before if name not in after
    )
    yield from (
        replace(at, kind="row", row=name, after=" | ".join(after[name])) for name in after if name not in before
    )
    for row in after:
        if row not in before:
            continue
        for head_before, head in columns:
            place = replace(at, row=row, column=head)
            texts = _at(before[row], heads_before[head_before]), _at(after[row], heads_after[head])
            if change := cell_change(place, *texts, language):
                yield change


def _naming(old: PageTable, new: PageTable, language: Language) -> int:
    """How many of the first columns name a row."""
    rows = (*old.rows, *new.rows)
    widest = min((len(row) for row in rows), default=0)
    for width in range(1, widest + 1):
        if width > 1 and any(number_in(row[width - 1], language) is not None for row in rows):
            return 1
        if all(len({row[:width] for row in table.rows}) == len(table.rows) for table in (old, new)):
            return width
    return 1


def _by_name(rows: Sequence[tuple[str, ...]], width: int) -> dict[str, tuple[str, ...]]:
    names = _numbered([" · ".join(row[:width]) for row in rows])
    return {name: rows[place] for name, place in names.items()}


def _numbered(names: Sequence[str]) -> dict[str, int]:
    """Names and their places; one that comes again is told apart by how often it came."""
    found: dict[str, int] = {}
    times: dict[str, int] = {}
    for place, name in enumerate(names):
        times[name] = times.get(name, 0) + 1
        found[name if times[name] == 1 else f"{name} ({times[name]})"] = place
    return found


def _at(row: tuple[str, ...], place: int) -> str:
    return row[place] if place < len(row) else ""


def _said(page: Page) -> list[Text]:
    """Everything that a page says in words, its title and the words at its tables and figures among them."""
    captions = [Text(table.id, table.caption) for table in page.tables.values()]
    alternatives = [Text(one.id, words) for one in page.figures.values() for words in (one.caption, one.alt)]
    heads = [Text(one.id, one.text) for one in page.headings]
    top = [Text("title", page.title), Text("description", page.description)]
    return [text for text in (*top, *heads, *page.texts, *captions, *alternatives) if text.text]


def _text_changes(at: Change, old: list[Text], new: list[Text]) -> Iterator[Change]:
    """Sentences that came, went or say something else: of several at a place those that differ in numbers alone belong
    together, then those that are much alike."""
    for place in dict.fromkeys(text.section for text in (*old, *new)):
        here = replace(at, place=place)
        gone, come = _only([t.text for t in old if t.section == place], [t.text for t in new if t.section == place])
        only = gone[0] if len(gone) == len(come) == 1 else None
        for text in come:
            match = only or next((o for o in gone if _DIGITS.sub("#", o) == _DIGITS.sub("#", text)), None)
            match = match or next(iter(difflib.get_close_matches(text, gone, 1, _ALIKE)), None)
            if match is not None:
                gone.remove(match)
            yield replace(here, before=match, after=text)
        yield from (replace(here, before=text) for text in gone)


def _only(old: list[str], new: list[str]) -> tuple[list[str], list[str]]:
    """What is in one list and not in the other, as often as it is."""
    gone, come = list(old), []
    for text in new:
        if text in gone:
            gone.remove(text)
        else:
            come.append(text)
    return gone, come
