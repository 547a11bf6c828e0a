"""Numbers in sentences: counts with their noun, comparisons, lists and names, in correct Swedish and English."""

from __future__ import annotations

from collections.abc import Sequence

from gymreg_core.rules import rule
from gymreg_core.vocabulary.numbers import NBSP, change, number, percent, points
from gymreg_core.vocabulary.programmes import Language, programmes
from gymreg_core.vocabulary.texts import Texts, terms, texts

HUNDREDTHS = 100
_KEEP_CAPITAL = ("International", "VVS", "HVAC", "Int.", "IM", "IB")


def _phrases() -> Texts:
    return texts("gymreg_core.vocabulary", "phrases.yml")


def counted(n: int, term: str, language: Language) -> str:
    """A count with its noun from the table of terms: 'inga platser', 'en plats', '3 181 platser'."""
    if n in (0, 1):
        return terms()(f"{term}.{'none' if n == 0 else 'one'}", language)
    return terms()(f"{term}.many", language, n=number(n, language))


def label(term: str, language: Language) -> str:
    """A term as a column head or legend: 'Lediga platser'."""
    return terms()(f"{term}.label", language)


def compared(now: float, before: float, year: int, language: Language) -> str:
    """How a count stands to an earlier one: '6,3 procent fler än 2022', '3 färre än 2022', 'lika många som 2022'.

    A per cent is told only from `percent_from` (rules/report.yml) upwards and where it does not round to zero.
    """
    p = _phrases()
    if now == before:
        return p("same.count", language, year=year) if now else p("none_either", language, year=year)
    if before == 0:
        return p("none_before", language, year=year)
    way, size = ("more" if now > before else "fewer"), abs(now - before)
    share = percent(size / before, language)
    if before >= rule("report", "percent_from") and round(size / before * HUNDREDTHS, 1) > 0:
        return p(f"{way}.per_cent", language, n=share, year=year)
    return _by_number(way, size, year, language)


def compared_number(now: float, before: float, year: int, language: Language) -> str:
    """How a count stands to an earlier one, always as a number: '275 fler än 2022'."""
    if before in (now, 0):
        return compared(now, before, year, language)
    return _by_number("more" if now > before else "fewer", abs(now - before), year, language)


def _by_number(way: str, size: float, year: int, language: Language) -> str:
    if size == 1:
        return _phrases()(f"{way}.one", language, year=year)
    return _phrases()(f"{way}.many", language, n=number(size, language), year=year)


def compared_share(now: float, before: float, year: int, language: Language) -> str:
    """How a share stands to an earlier one: '0,3 procentenheter lägre än 2022', 'samma som 2022'."""
    size = abs(round(now * HUNDREDTHS, 1) - round(before * HUNDREDTHS, 1))
    if round(size, 1) == 0:
        return _phrases()("same.level", language, year=year)
    return _phrases()("higher" if now > before else "lower", language, n=share_points(size, language), year=year)


def compared_points(now: float, before: float, year: int, language: Language) -> str:
    """How a merit value stands to an earlier one: '7,5 poäng högre än 2022'."""
    if now == before:
        return _phrases()("same.level", language, year=year)
    return _phrases()("higher" if now > before else "lower", language, n=merit(abs(now - before), language), year=year)


def per_cent(share: float, language: Language) -> str:
    """A share in words with one decimal, but 'hundra procent' is 100 and none is 0: '89,1 procent', '100 procent'."""
    return percent(share, language, 0 if share in (0, 1) else 1)


def share_points(size: float, language: Language) -> str:
    """Percentage points in words: 'en procentenhet', '0,3 procentenheter'. `size` in percentage points."""
    if size == 1:
        return _phrases()("share_points.one", language)
    return _phrases()("share_points.many", language, n=number(size, language, 0 if float(size).is_integer() else 1))


def merit(value: float, language: Language) -> str:
    """Merit points in words: 'ett poäng', '232,5 poäng'."""
    if value == 1:
        return _phrases()("points.one", language)
    return _phrases()("points.many", language, n=points(value, language)).replace(" ", NBSP)


def merit_change(value: float, language: Language) -> str:
    """A move of a cut-off with its sign, decimals only where there are some: '+7,5', '−10', '±0'."""
    return change(value, language, 0 if float(value).is_integer() else 1)


def how_many(n: int, language: Language) -> str:
    """A count whose noun is understood: 'ingen', 'en', '210'."""
    return _phrases()(f"how_many.{n}", language) if n in (0, 1) else number(n, language)


def listing(items: Sequence[str], language: Language) -> str:
    """'a', 'a och b', 'a, b och c'; an item with an 'och' of its own makes the last one 'samt'."""
    if len(items) <= 1:
        return "".join(items)
    inner = any(f" {_phrases()('and', language)} " in item.replace("- ", "-") for item in items)
    return f"{', '.join(items[:-1])} {_phrases()('as_well_as' if inner else 'and', language)} {items[-1]}"


def capital(text: str) -> str:
    """The text with a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def programme_name(code: str, language: Language) -> str:
    """The name of a programme by itself; an unknown code stands for itself."""
    known = programmes().get(code)
    return known.name(language) if known else code


def programme_short(code: str, language: Language) -> str:
    """A programme's short name, for charts and narrow tables; an unknown code stands for itself."""
    return terms()(f"short.{code}", language) if f"short.{code}" in terms().entries else code


def programme_inside(code: str, language: Language) -> str:
    """The name inside a sentence: 'ekonomiprogrammet', 'the Arts Programme', 'International Baccalaureate'."""
    name = programme_name(code, language)
    if language == "en":
        return f"the {name}" if name.endswith(("Programme", "Baccalaureate", "Year")) else name.lower()
    return name if name.startswith(_KEEP_CAPITAL) else name[:1].lower() + name[1:]
