"""Numbers the way a Swedish or an English reader expects them."""

from __future__ import annotations

import re
from datetime import date

from babel.dates import format_date, get_month_names
from babel.numbers import format_decimal

from gymreg_core.vocabulary.programmes import Language

_LOCALE: dict[str, str] = {"sv": "sv_SE", "en": "en_GB"}
_PATTERNS = ("#,##0", "#,##0.0", "#,##0.00", "#,##0.000")
_ORE = 100
MINUS = "\N{MINUS SIGN}"
NBSP = "\N{NO-BREAK SPACE}"
_SIGNED = {
    "sv": re.compile(rf"(?P<sign>[+±{MINUS}-]?)(?P<whole>\d{{1,3}}(?: \d{{3}})+|\d+)(?:,(?P<part>\d+))? ?%?"),
    "en": re.compile(rf"(?P<sign>[+±{MINUS}-]?)(?P<whole>\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.(?P<part>\d+))? ?%?"),
}


def number(value: float, language: Language, decimals: int = 0) -> str:
    """6626 -> '6 626' (sv, no-break space) or '6,626' (en); the minus is a true minus sign."""
    text = format_decimal(round(float(value), decimals) + 0.0, format=_PATTERNS[decimals], locale=_LOCALE[language])
    return text.replace("-", MINUS)


def points(value: float, language: Language) -> str:
    """A merit value, cut-off or median of such: as many decimals as it has, at most two (235; 232,5; 251,25)."""
    size = round(float(value), 2)
    return number(size, language, 0 if size.is_integer() else 1 if (size * 10).is_integer() else 2)


def change(value: float, language: Language, decimals: int = 0) -> str:
    """A difference with its sign: '+444', '−135', '±0'."""
    size = abs(round(float(value), decimals))
    sign = "±" if size == 0 else "+" if value > 0 else MINUS
    return sign + number(size, language, decimals)


def percent(share: float, language: Language, decimals: int = 1) -> str:
    """0.063 -> '6,3 procent' (sv) or '6.3 per cent' (en): for running text."""
    word = "procent" if language == "sv" else "per cent"
    return f"{number(share * 100, language, decimals)}{NBSP}{word}"


def kronor(ore: float, language: Language) -> str:
    """An amount of öre in whole kronor: '85 300 kronor' (sv) or 'SEK 85,300' (en)."""
    return _in_words(number(ore / _ORE, language), "kronor", language)


def money(ore: float, language: Language) -> str:
    """A large amount of öre with three or four figures: '7,94 miljarder kronor', '412,3 miljoner kronor', or `kronor`.

    English: 'SEK 7.94 billion', 'SEK 412.3 million'.
    """
    whole = abs(ore) / _ORE
    for size, decimals, word in ((1e9, 2, "billion"), (1e6, 1, "million")):
        if round(whole / size, decimals) >= 1:
            return _in_words(number(ore / _ORE / size, language, decimals), word, language)
    return kronor(ore, language)


def month(yearmonth: int, language: Language, *, year: bool = True) -> str:
    """202403 -> 'mars 2024' (sv) or 'March 2024' (en); the month alone without `year`."""
    name = str(get_month_names("wide", locale=_LOCALE[language])[yearmonth % 100])
    return f"{name} {yearmonth // 100}" if year else name


def day(iso: str, language: Language) -> str:
    """'2026-01-31' -> '31 januari 2026' (sv) or '31 January 2026' (en)."""
    return str(format_date(date.fromisoformat(iso), "d MMMM y", locale=_LOCALE[language]))


def _in_words(amount: str, unit: str, language: Language) -> str:
    swedish = {"kronor": "kronor", "million": "miljoner kronor", "billion": "miljarder kronor"}
    if language == "sv":
        return f"{amount}{NBSP}{swedish[unit]}".replace(" ", NBSP)
    return f"SEK{NBSP}{amount}" + ("" if unit == "kronor" else f"{NBSP}{unit}")


def number_in(text: str, language: Language) -> float | None:
    """The number that a cell shows, the inverse of `number`, `change`, `points` and shares in per cent.

    '6 626' (sv) and '6,626' (en) -> 6626; '−0,3', '+0,3', '±0', '89,1 %' -> 89.1. None for whatever is not one number
    alone: words, ranges, '< 0,001', symbols. A space, no-break or not, groups Swedish thousands.
    """
    bare = _SIGNED[language].fullmatch(text.replace(NBSP, " ").strip())
    if bare is None:
        return None
    whole = bare["whole"].replace(" ", "").replace(",", "")
    size = float(f"{whole}.{bare['part'] or 0}")
    return -size if bare["sign"] in (MINUS, "-") else size
