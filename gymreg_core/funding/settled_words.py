"""What was settled, in whole sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gymreg_core.contracts.ledger import AMOUNTS
from gymreg_core.funding.money import ORE
from gymreg_core.funding.payment_files import payment_words
from gymreg_core.store.ledger import written_month
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import Texts, texts

_MONEY = (*AMOUNTS, "amount", "corrections")


def months_sentences(
    first: int,
    last: int,
    s: Mapping[str, int],
    corrected: Mapping[str, int],
    others: Mapping[int, Sequence[str]],
    statuses: Mapping[str, str],
    language: Language,
) -> tuple[str, ...]:
    """What `SettledMonths.summary` says of the months (YYYYMM) from first to last.

    corrected : months of pupils by cause. others : by month, what of prices, rules and supplement is not that of the
    month before.
    """
    p, told = _phrase(), _written(s, language)
    span = {"first": written_month(first), "last": written_month(last)}
    assumed = sum(status == "assumption" for status in statuses.values())
    return (
        p("months.head", language, **span, closed=told["closed_now"], months=told["months"], postings=told["postings"]),
        p("months.amount", language, **{name: told[name] for name in ("pupil_months", "amount", *AMOUNTS)}),
        p("months.corrections", language, corrections=told["corrections"]),
        *((p("months.causes", language, causes=_causes(corrected, language)),) if corrected else ()),
        *(
            p("months.other", language, month=written_month(m), what=_other(names, language))
            for m, names in others.items()
            if names
        ),
        p("months.not_paid", language, not_paid=told["not_paid"]),
        *((p("months.assumptions", language, n=number(assumed, language)),) if assumed else ()),
    )


def year_sentences(year: int, s: Mapping[str, int], language: Language) -> tuple[str, ...]:
    """What `SettledYear.summary` says."""
    p, told = _phrase(), _written(s, language)
    of_year = {name: told[name] for name in ("amount", "pupil_months", "months")}
    return (
        p("year.amount", language, year=year, **of_year),
        p("year.parts", language, **{name: told[name] for name in AMOUNTS}),
        p("year.corrections", language, corrections=told["corrections"]),
        p("year.unpaid", language, unpaid=told["unpaid_months"]),
    )


def _causes(corrected: Mapping[str, int], language: Language) -> str:
    """'annan skola 3, annat pris 12', the most frequent first."""
    order, words = sorted(corrected, key=lambda cause: (-corrected[cause], cause)), payment_words()
    named = ((words(f"cause.{cause}", language), corrected[cause]) for cause in order)
    return "; ".join(f"{name[0].lower()}{name[1:]} {number(months, language)}" for name, months in named)


def _other(names: Sequence[str], language: Language) -> str:
    return f" {_phrase()('months.and', language)} ".join(_phrase()(f"other.{name}", language) for name in names)


def _phrase() -> Texts:
    return texts("gymreg_core.funding", "settled_texts.yml")


def _written(s: Mapping[str, int], language: Language) -> dict[str, str]:
    """Öre as kronor with two decimals, counts as they are."""
    return {
        name: number(value / ORE, language, 2) if name in _MONEY else number(value, language)
        for name, value in s.items()
    }
