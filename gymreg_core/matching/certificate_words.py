"""What a certificate says, in whole sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gymreg_core.matching.whatif_words import persons
from gymreg_core.vocabulary.numbers import number, percent
from gymreg_core.vocabulary.phrases import capital
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import Texts, texts


def phrase() -> Texts:
    """The words of the certificate."""
    return texts("gymreg_core.matching", "certificate_texts.yml")


def sentences(summary: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    """What `Certificate.summary` says, most important first."""
    p, s = phrase(), summary
    of = number(s["passed"] + s["failed"], language)
    if s["failed"]:
        names = ", ".join(p(f"checks.{check}.name", language).lower() for check in s["failed_checks"])
        out = [p("sentences.failed", language, failed=number(s["failed"], language), of=of, names=names)]
    else:
        out = [p("sentences.passed", language, of=of)]
    if s["first_choice_of_admitted"] is not None:
        out.append(
            p(
                "sentences.first_choice",
                language,
                applicants=percent(s["first_choice_of_applicants"], language),
                admitted=percent(s["first_choice_of_admitted"], language),
            )
        )
    counts = ("unassigned", "trade_up", "at_rank_ties")
    told = {name: persons(s[name], language) for name in counts}
    told["eligible_nowhere"] = persons(s["eligible_nowhere"], language, none="none")
    out.append(p("sentences.unassigned" if s["unassigned"] else "sentences.unassigned_nobody", language, **told))
    out.append(p("sentences.trade_up", language, **told))
    out.append(p("sentences.safe" if s["truth_telling_safe"] else "sentences.not_safe", language, **told))
    return tuple(capital(sentence) for sentence in out)
