"""Pictures and PDFs beside their page: no number stands in them that the page does not show."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from gymreg_core.release.gate.content import Content
from gymreg_core.release.gate.readers.markup import Label
from gymreg_core.release.gate.readers.page import Drawing, HtmlTable
from gymreg_core.release.gate.readers.words import CsvTable
from gymreg_core.release.gate.spelling import plain
from gymreg_core.release.gate.tables import Known

_NUMBER = re.compile(
    r"\d{1,3}(?:[\u00a0]\d{3})+(?:[.,]\d+)?(?!\d)|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,])|\d+(?:[.,]\d+)?"
)
_ENGLISH = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_STEPS = (Decimal(1), Decimal("0.1"), Decimal("0.01"))
_SCALES = (Decimal(1000), Decimal(1_000_000))
_MONEY = re.compile(r"kr|SEK|mn|\bm\b")
_HEX_WORD = re.compile(r"(?<![0-9A-Za-z])(?=[0-9]*[a-f])[0-9a-f]{6,}(?![0-9A-Za-z])")
_YEARS = (Decimal(1990), Decimal(2100))
_PHRASE = re.compile(r"[^\W\d_]{4,} \d{1,2}$")
_ROUND, _ROUND_SHARE = 1000, 5
_HUNDRED = 100
_LEAST_TICKS = 3
_GROUP = 3
_PIXELS = 1.5
"""How far from its place on an axis a tick may stand: the drawing's co-ordinates are rounded."""


@dataclass
class Shown:
    """The numbers that readers are shown, and what follows from each: rounded, in thousands or millions where it is
    money, as a share of what its column adds up to. Signs do not count. words : of the page."""

    exact: set[Decimal] = field(default_factory=set)
    rounded: set[Decimal] = field(default_factory=set)
    money: set[Decimal] = field(default_factory=set)
    shares: set[Decimal] = field(default_factory=set)
    words: str = ""

    def add(self, text: str) -> None:
        """Take in the numbers of a text; one that was rounded itself may round to either side of a half."""
        for number in numbers(text):
            self.exact.add(number)
            self.rounded |= _rounded(number)
            self.money |= {one for scale in _SCALES for one in (number / scale, *_rounded(number, scale))}

    def add_column(self, cells: Iterable[str]) -> None:
        """Take in what share of a column each of its cells is."""
        found = [told[0] for cell in cells if len(told := list(numbers(cell))) == 1]
        if total := sum(found):
            self.shares |= {one for number in found for one in _rounded(_HUNDRED * number / total)}

    def holds(self, number: Decimal, label: str) -> bool:
        """Whether a number of a label is among them."""
        if number in self.exact or number in self.rounded or _in_words(label, self.words):
            return True
        return (number in self.shares and "%" in label) or (number in self.money and bool(_MONEY.search(label)))


def _in_words(label: str, words: str) -> bool:
    """Whether a number is a part of words that the page uses too, such as 'year 9'."""
    found = _PHRASE.search(plain(label))
    return found is not None and found[0] in words


def _rounded(number: Decimal, scale: Decimal = _STEPS[0]) -> set[Decimal]:
    """What a number of `scale` rounds to with fewer decimals."""
    half = Decimal(5).scaleb(int(number.as_tuple().exponent) - 1) / scale
    wider = [step for step in _STEPS if step > 2 * half]
    return {
        one.quantize(step, ROUND_HALF_UP) for step in wider for one in (number / scale - half, number / scale + half)
    }


def numbers(text: str) -> Iterator[Decimal]:
    """The numbers of a text, in Swedish or English, without signs."""
    for found in _NUMBER.finditer(_HEX_WORD.sub("", plain(text))):
        word = found[0].replace("\u00a0", "")
        yield Decimal(word.replace(",", "") if _ENGLISH.fullmatch(word) else word.replace(",", "."))


def shown_beside(drawing: Drawing, files: Iterable[CsvTable], page: Content) -> Shown:
    """What a page shows of a picture: its caption and alternative text, and the tables beside it, whole; and the years
    that the page is about."""
    shown = Shown()
    for text in drawing.words:
        shown.add(text)
    tables: list[HtmlTable | CsvTable] = [*drawing.tables, *files]
    for table in tables:
        for cell in (*table.heads, *(cell for row in table.rows for cell in row)):
            shown.add(cell)
        for column in range(len(table.heads)):
            shown.add_column(row[column] for row in table.rows if column < len(row))
    shown.words = plain("\n".join(piece.text for piece in page.pieces if piece.nature == "text"))
    shown.exact |= {one for one in numbers(shown.words) if _YEARS[0] < one < _YEARS[1] and one == int(one)}
    return shown


def refused_labels(
    labels: Sequence[Label], shown: Shown, *, counts_persons: bool, smallest: int
) -> Iterator[tuple[str, str]]:
    """(kind, place) of numbers of a drawing that its page does not show and that are no ticks of an axis."""
    ticks = _ticks(labels) | _classes(labels)
    for number, label in enumerate(labels):
        if number in ticks:
            continue
        told = [one for one in numbers(label.text) if not shown.holds(one, label.text)]
        if told:
            small = counts_persons and any(one == one.to_integral_value() and 0 < one < smallest for one in told)
            yield ("small-cell" if small else "beyond-table"), label.place


def counts_persons(drawing: Drawing, page: str, known: Known) -> bool:
    """Whether a table beside a picture counts persons."""
    return any(bool(known.get(f"{page}#{table.id}", {}).get("persons")) for table in drawing.tables)


def _ticks(labels: Sequence[Label]) -> set[int]:
    """Labels that stand where their value says: in one group, on one line, at places that are in proportion to their
    values or to the logarithms of them. Data that are written beside marks do not. Of a panel so small that it has one
    or two, those are taken that stand left of where is drawn and are whole thousands, or per cent by fives."""
    groups: dict[tuple[int, str, float], list[int]] = defaultdict(list)
    for number, label in enumerate(labels):
        if len(list(numbers(label.text))) == 1:
            groups[label.group, "y", label.y].append(number)
            groups[label.group, "x", label.x].append(number)
    found: set[int] = set()
    for (_, constant, _), members in groups.items():
        places = [labels[n].x if constant == "y" else labels[n].y for n in members]
        values = [_signed(labels[n].text) for n in members]
        proportional = len(set(places)) == len(members) >= _LEAST_TICKS and _in_proportion(values, places)
        beside = constant == "x" and labels[members[0]].x < 0 and all(_round(labels[n].text) for n in members)
        if proportional or beside:
            found |= set(members)
    return found


def _round(label: str) -> bool:
    return not float(next(numbers(label))) % (_ROUND_SHARE if "%" in label else _ROUND)


def _classes(labels: Sequence[Label]) -> set[int]:
    """Labels of classes that follow each other, each beginning where the one before ends: 'under 75', '75-85', ..."""
    told = [list(numbers(label.text)) for label in labels]
    found: set[int] = set()
    chain: list[int] = []
    for number, ends in enumerate(told):
        if not (chain and ends and told[chain[-1]][-1] == ends[0]):
            chain = []
        if ends and list(ends) == sorted(ends):
            chain.append(number)
        if len(chain) >= _LEAST_TICKS:
            found |= set(chain)
    return found


def _signed(text: str) -> float:
    value = float(next(numbers(text)))
    return -value if plain(text).lstrip().startswith("-") else value


def _in_proportion(values: Sequence[float], places: Sequence[float]) -> bool:
    if len(set(values)) < len(values):
        return False
    if _on_a_line(values, places):
        return True
    import math

    return all(value > 0 for value in values) and _on_a_line([math.log(value) for value in values], places)


def _on_a_line(values: Sequence[float], places: Sequence[float]) -> bool:
    low, high = min(range(len(values)), key=values.__getitem__), max(range(len(values)), key=values.__getitem__)
    slope = (places[high] - places[low]) / (values[high] - values[low])
    return all(abs(places[low] + slope * (v - values[low]) - p) <= _PIXELS for v, p in zip(values, places, strict=True))


def refused_on_pages(document: Content, page: Content, drawings: Iterable[Content]) -> Iterator[tuple[str, str]]:
    """(kind, place) of numbers of a PDF that neither its page nor the page's pictures show; numbers of its own pages
    are left out."""
    shown: set[Decimal] = {Decimal(number) for number in range(1, len(document.labels) + 1)}
    for piece in page.pieces:
        if piece.nature != "code":
            shown |= set(numbers(piece.text))
    for drawing in drawings:
        for label in drawing.labels:
            shown |= set(numbers(label.text))
    for place, text in document.labels:
        told = [found[0] for found in _NUMBER.finditer(_HEX_WORD.sub("", plain(text)))]
        if any(not _shown_on_page(told, at, shown) for at in range(len(told))):
            yield "beyond-page", place


def _shown_on_page(told: Sequence[str], at: int, shown: set[Decimal]) -> bool:
    """Whether a number of a PDF is shown, alone or with its neighbours as one number with blanks between thousands."""
    if _value(told[at]) in shown:
        return True
    spans = ((first, last) for first in range(max(0, at - 2), at + 1) for last in range(at, min(at + 3, len(told))))
    for first, last in spans:
        head, *rest = told[first : last + 1]
        if rest and all(len(one.split(",")[0]) == _GROUP for one in rest) and _value(head + "".join(rest)) in shown:
            return True
    return False


def _value(word: str) -> Decimal | None:
    return next(numbers(word), None)
