"""What an explanation says of one choice, in whole sentences."""

from __future__ import annotations

from gymreg_core.matching.explained import ADMITTED, NOT_ELIGIBLE_HERE, RESERVE, ExplainedChoice
from gymreg_core.matching.standing import POINTS
from gymreg_core.vocabulary.path_names import path_name
from gymreg_core.vocabulary.phrases import capital, counted, listing, merit
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import Texts, texts


def phrase() -> Texts:
    """The words of the explanations."""
    return texts("gymreg_core.matching", "explain_texts.yml")


def sentence(choice: ExplainedChoice, language: Language) -> str:
    """The choice, what became of it, and why."""
    head = phrase()(
        "head",
        language,
        place=choice.place,
        study_path=path_name(choice.study_path),
        school=choice.school,
        outcome=phrase()(f"outcome.{choice.outcome}", language),
    )
    why = {NOT_ELIGIBLE_HERE: _hurdles, ADMITTED: _competition, RESERVE: _competition}.get(choice.outcome)
    return " ".join([head, *(why(choice, language) if why else [])])


def subject_name(codes: str, language: Language) -> str:
    """Subjects by name: 'MA' -> 'matematik', 'SV/SVA' -> 'svenska eller svenska som andraspråk'."""
    names = [phrase()(f"subject.{code}", language) for code in codes.split("/")]
    return f" {phrase()('or', language)} ".join(names)


def _hurdles(choice: ExplainedChoice, language: Language) -> list[str]:
    said = []
    for name in choice.hurdles:
        if name != "passes":
            said.append(phrase()(f"hurdle.{name}", language))
            continue
        if choice.missing.subjects:
            names = listing([subject_name(code, language) for code in choice.missing.subjects], language)
            said.append(phrase()("hurdle.subjects", language, subjects=names))
        if others := choice.missing.others:
            besides = "more" if choice.missing.subjects else "alone"
            said.append(phrase()(f"hurdle.others.{besides}.{'one' if others == 1 else 'many'}", language, n=others))
    return said


def _competition(choice: ExplainedChoice, language: Language) -> list[str]:
    return [
        _points(choice, language),
        *_standing(choice, language),
        *_decided(choice.decided_by, language),
        *_quota(choice, language),
    ]


def _points(choice: ExplainedChoice, language: Language) -> str:
    kind = "own" if choice.merit is None else "merit" if choice.test is None else "test"
    parts = {"points": choice.points, "merit": choice.merit, "test": choice.test}
    return phrase()(f"points.{kind}", language, **{k: merit(v or 0.0, language) for k, v in parts.items()})


def _standing(choice: ExplainedChoice, language: Language) -> list[str]:
    admitted, seats = counted(choice.admitted, "admitted", language), counted(choice.seats, "seat", language)
    if choice.in_quota:
        return []
    if choice.seats_left:
        return [phrase()("standing.left", language, admitted=admitted, seats=seats)]
    if choice.cutoff is None or choice.distance is None:
        return [phrase()("standing.none", language)]
    way = "equal" if choice.distance == 0 else "above" if choice.distance > 0 else "below"
    told = {"cutoff": merit(choice.cutoff, language), "distance": merit(abs(choice.distance), language)}
    count = capital(phrase()("standing.seats", language, admitted=admitted, seats=seats))
    return [phrase()(f"standing.{way}", language, **told), count]


def _decided(by: str, language: Language) -> list[str]:
    if by in ("", POINTS):
        return []
    if f"decided.{by}" in phrase().entries:
        return [phrase()(f"decided.{by}", language)]
    subjects = listing([subject_name(code, language) for code in by.split("+")], language)
    return [phrase()("decided.subjects", language, subjects=subjects)]


def _quota(choice: ExplainedChoice, language: Language) -> list[str]:
    if not choice.quota or (choice.outcome == ADMITTED and not choice.in_quota):
        return []
    name = phrase()(f"quota.names.{choice.quota}", language)
    return [phrase()(f"quota.{'reached' if choice.in_quota else 'not_reached'}", language, quota=name)]
