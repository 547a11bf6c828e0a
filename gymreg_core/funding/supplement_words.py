"""What the results on the structural supplement say, in whole sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gymreg_core.funding.money import ORE
from gymreg_core.vocabulary.numbers import number, points
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import Texts, texts


def phrase() -> Texts:
    """The words of the supplement."""
    return texts("gymreg_core.funding", "supplement_texts.yml")


def kronor(ore: float, language: Language) -> str:
    """An amount in öre as whole kronor: '10 500'."""
    return number(ore / ORE, language)


def sentences(kind: str, summary: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    """The sentences of a kind of result, from its summary."""
    return _KINDS[kind](summary, language)


def _supplement(s: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    p = phrase()
    lowest, highest = kronor(s["lowest"], language), kronor(s["highest"], language)
    return (
        p("supplement.who", language, limit=points(s["limit"], language)),
        p("supplement.how", language, year=s["year"], levels=s["levels"], lowest=lowest, highest=highest),
        p(
            "supplement.missing" if s["missing_level"] else "supplement.missing_none",
            language,
            level=s["missing_level"],
        ),
    )


_KINDS = {"supplement": _supplement}
