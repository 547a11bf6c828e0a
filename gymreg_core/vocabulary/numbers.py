"""Numbers the way a Swedish or an English reader expects them."""

from __future__ import annotations

from babel.numbers import format_decimal

from gymreg_core.vocabulary.programmes import Language

_LOCALE: dict[str, str] = {"sv": "sv_SE", "en": "en_GB"}
_PATTERNS = ("#,##0", "#,##0.0", "#,##0.00")
MINUS = "\N{MINUS SIGN}"
NBSP = "\N{NO-BREAK SPACE}"


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
