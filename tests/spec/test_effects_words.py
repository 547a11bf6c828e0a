"""What the page of an effect study may say: no word of cause without a causal claim, and of an offer no money."""

from __future__ import annotations

import itertools
import re
from functools import cache

import pytest

from gymreg_core.contracts.effects import CLAIMS, DESIGNS, FINDINGS, REFUSALS
from gymreg_core.effects import study_words
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.reporting.effects import EffectsReport, brief, words
from gymreg_core.reporting.effects.view import View
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import LANGUAGES, Language
from gymreg_core.vocabulary.texts import texts
from tests.effects_studied import StoredStudy, Told, one_design, studied

CAUSAL = {
    "sv": r"påverka|effekt(?:en)? (?:av|på)|led(?:er|de|a|t) till|bidr[ao]|orsak|ge[rt]? (?:fler|färre)|gav|göra? att|"
    r"\bgjor[dt]|tack vare|bero[r]? på|på grund av|ök(?:ar|ade|at)|minsk(?:ar|ade|at)|höj(?:er|de|t)|sänk(?:er|te|t)|"
    r"förbättra|försämra|hjälp(?:er|te|t)|\bändra(?:r|de|t)|resultat av|medför|innebär att",
    "en": r"effect (?:of|on)|caus|le[a]?ds? to|contribut|rais(?:es|ed)|lower(?:s|ed)\b|increas|reduc|decreas|improv|"
    r"worsen|help(?:s|ed)|chang(?:es|ed)|due to|because|thanks to|result (?:of|in)|affect|boost|impact|"
    r"the reason",
}
"""Words that say that something came of something else."""
DENIALS = {
    "sv": (
        *("Att tillägget är orsaken går inte att säga", "Att platsen är orsaken går inte att säga"),
        *("vad som är orsak", "det som pengar inte kan påverka"),
    ),
    "en": (
        *("That the supplement is the reason cannot be said", "That the seat is the reason cannot be said"),
        *("what is a cause", "what money cannot move", "The reason: "),
    ),
}
"""Sentences that deny a cause, name what cannot have one, or give the reason of a refusal."""
MONEY = {"sv": r"strukturtillägg|tillägget|pengar|kronor|dos", "en": r"supplement|money|SEK|dose"}
OF_MONEY = {
    "sv": ("Om det beror på pengarna säger jämförelsen inte.", "Om pengarna säger jämförelsen inget."),
    "en": ("Whether the money does it, the comparison does not say.", "Of the money the comparison says nothing."),
}
ABOUT_OFFER = {design for design in DESIGNS if rule("effects_wording", design)["about"] == "offer"}


NEEDS = {design: list(rule("effects_wording", design)["needs"]) for design in DESIGNS}
TOLD = [
    *itertools.product(
        [claim for claim in CLAIMS if claim != "none"], [one for one in FINDINGS if one != "refused"], [""]
    ),
    *(("none", "refused", refusal) for refusal in REFUSALS if refusal),
]
"""Every claim with every finding, and every reason why there is no number."""
EACH = pytest.mark.parametrize(("claim", "finding", "refusal"), TOLD)
IN_BOTH = pytest.mark.parametrize("language", LANGUAGES)


@cache
def of_all(claim: str, finding: str, refusal: str) -> StoredStudy:
    """A study whose designs all come to the same, each by its own tests."""
    because = {"associated": 1, "withdrawn": None}.get(claim, 0)
    told = {design: Told(claim, finding, ",".join(needs[:because]), refusal) for design, needs in NEEDS.items()}
    return StoredStudy(studied(told, plan=AnalysisPlan(also=()), cohorts=(2014,)))


def report(design: str, told: Told, language: Language) -> EffectsReport:
    return EffectsReport.on(StoredStudy(one_design(design, told, cohorts=(2014,))), language=language)


def said(view: View, design: str) -> list[str]:
    """All that is said of what a design found; the question and what would help are of another kind."""
    parts = [
        words.answer(view, design),
        words.a_year(view, design),
        words.cost(view, design),
        words.checked(view, design),
    ]
    if design == view.plan.main:
        parts += [words.others(view), *brief.highlights(view)]
        parts += re.findall(
            r"^::: \{\.key-figure\}\n(.*?)\n:::$", brief.in_brief(view).markdown, re.DOTALL | re.MULTILINE
        )
    return [part for part in parts if part]


def without(text: str, phrases: tuple[str, ...]) -> str:
    for phrase in phrases:
        text = text.replace(phrase, "").replace(phrase.lower(), "")
    return text


@IN_BOTH
@EACH
def test_a_word_of_cause_stands_under_a_causal_claim_alone_and_none_of_money_under_an_offer(
    claim: str, finding: str, refusal: str, language: Language
) -> None:
    view = EffectsReport.on(of_all(claim, finding, refusal), language=language).view
    for design in DESIGNS:
        sentences = said(view, design)
        of_money = re.compile(MONEY[language])
        if design in ABOUT_OFFER and not refusal:
            assert not [one for one in sentences if of_money.search(without(one, OF_MONEY[language]))], design
        if claim == "causal":
            assert re.search(CAUSAL[language], sentences[0]), sentences[0]
            continue
        if refusal:
            assert study_words.say()(f"refusals.{refusal}", language) in sentences[0]
            assert not [text for text in sentences if re.search(r"\d", text)], "a refusal has no number"
        for sentence in sentences:
            found = re.search(CAUSAL[language], without(sentence, DENIALS[language]), re.IGNORECASE)
            assert not found, (design, sentence, found[0])


@IN_BOTH
def test_a_withdrawn_claim_names_its_tests_and_has_no_number(language: Language) -> None:
    view = report("introduction", Told("withdrawn", "more", "pre_trend,composition"), language).view
    sentences = said(view, "introduction")
    for check in ("pre_trend", "composition"):
        assert study_words.say()(f"checks.{check}", language) in sentences[0]
    assert not [text for text in sentences if re.search(r"\d", text) and "mnkr" not in text and "million" not in text]


@IN_BOTH
def test_the_answer_has_its_interval_in_percentage_points_and_in_pupils(language: Language) -> None:
    view = report("introduction", Told("causal", "more"), language).view
    cost = {row["quantity"]: row for row in view.shown["cost"].table.to_dict("records")}
    for text, quantity, decimals in (
        (words.answer(view), "percentage_points", 1),
        (words.a_year(view), "pupils_a_year", 0),
    ):
        plain = text.replace("\u00a0", "").replace(",", "." if language == "sv" else "").replace("\u2212", "-")
        told = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", plain)]
        for end in ("estimate", "low", "high"):
            assert round(cost[quantity][end], decimals) in told, (text, end)


@IN_BOTH
def test_fewer_is_told_without_a_minus_before_it(language: Language) -> None:
    view = report("introduction", Told("causal", "less"), language).view
    for text in (words.answer(view), words.a_year(view)):
        assert "\u2212" not in text, text


def test_every_claim_of_the_contract_has_its_words() -> None:
    known = texts("gymreg_core.reporting.effects", "texts.yml").entries
    assert {f"sure.{claim}" for claim in CLAIMS} <= set(known)
    needs = {check for design in DESIGNS for check in rule("effects_wording", design)["needs"]}
    assert {f"surer.check.{check}" for check in needs} <= set(known)
    own = {refusal for refusal in REFUSALS if refusal} - {"no_gain_told", "not_causal"}
    assert {f"surer.refusal.{refusal}" for refusal in own} <= set(known)


@IN_BOTH
def test_what_would_help_begins_with_what_stands_in_the_way(language: Language) -> None:
    say = texts("gymreg_core.reporting.effects", "texts.yml")
    view = report("introduction", Told("associated", "cannot_tell", "pre_trend"), language).view
    assert words.surer(view) == [
        say(f"surer.{key}", language) for key in ("check.pre_trend", "finding.cannot_tell", "always")
    ]
    whole = report("introduction", Told("causal", "more"), language).view
    assert words.surer(whole) == [say("surer.always", language)]


def test_designs_that_do_not_hold_are_not_counted_among_those_that_agree() -> None:
    told = {
        "introduction": Told("causal", "more"),
        "dose": Told("withdrawn", "more", "lead_dose"),
        "dose_groups": Told("associated", "less", "pre_trend"),
        "instrument": Told("causal", "more"),
        "offers": Told("causal", "more"),
    }
    view = EffectsReport.on(StoredStudy(studied(told, cohorts=(2014,)))).view
    assert words.others(view) == "2 andra upplägg ger tal, och 1 av dem pekar åt samma håll."
