"""What may be said of a finding, and how sure it is: the claim, the finding and the design decide every sentence."""

from __future__ import annotations

from typing import Any

from gymreg_core.effects import study_words
from gymreg_core.reporting.effects.view import View
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.phrases import listing

_ENDS = ("estimate", "low", "high")
SILENT = ("withdrawn", "none")
"""Claims of which no number is told."""
DIRECTED = ("more", "less")
"""Findings that say which way."""


def name(view: View, kind: str, key: str) -> str:
    """A design, outcome, check, refusal or claim in words (effects/study_texts.yml, `kind` in the plural)."""
    return study_words.say()(f"{kind}.{key}", view.language)


def claim(view: View, design: str, told: str) -> str:
    """A claim in words; what causes something in a design about offers is the seat."""
    return name(view, "claims", "causal_offer" if told == "causal" and view.is_offer(design) else told)


def conclusion(view: View, design: str | None = None, outcome: str | None = None) -> dict[str, Any] | None:
    """The row of `conclusions` of a design and outcome, by default of the plan's own; None where it has none."""
    return view.row("conclusions", design=design or view.plan.main, outcome=outcome or view.plan.outcome)


def answer(view: View, design: str | None = None, outcome: str | None = None) -> str:
    """What may be said, with the interval in percentage points; of the plan's own design and outcome by default."""
    design, outcome = design or view.plan.main, outcome or view.plan.outcome
    told = conclusion(view, design, outcome)
    if told is None:
        return view.say("answer.nothing", design=name(view, "designs", design))
    size = view.row("cost", design=design, outcome=outcome, quantity="percentage_points")
    if told["claim"] not in SILENT and (size is None or (size["estimate"] is None and not size["refusal"])):
        return view.say("answer.no_size", outcome=name(view, "outcomes", outcome))
    return study_words.answer(view.studied, design, outcome, view.language)


def a_year(view: View, design: str | None = None) -> str:
    """What the answer is in pupils of a cohort; '' where that cannot be said."""
    told = conclusion(view, design)
    row = view.row("cost", design=design or view.plan.main, outcome=view.plan.outcome, quantity="pupils_a_year")
    if told is None or row is None or told["claim"] in SILENT or row["refusal"] or row["estimate"] is None:
        return ""
    turned = told["claim"] == "causal" and told["finding"] == "less"
    size, low, high = (float(row[end]) for end in _ENDS)
    size, low, high = (abs(size), -high, -low) if turned else (size, low, high)
    key = f"a_year.{told['claim']}.{told['finding']}"
    numbers = {"n": size if told["claim"] == "associated" else abs(size), "low": low, "high": high}
    written = {blank: number(value, view.language) for blank, value in numbers.items()}
    return view.say(key, pupils=number(row["pupils"], view.language), **written)


def cost(view: View, design: str | None = None) -> str:
    """What a further pupil with a diploma costs, or that it cannot be said and why; '' where that is no question."""
    design = design or view.plan.main
    said = study_words.cost_told(view.studied, design, view.plan.outcome, view.language)
    row = view.row("cost", design=design, outcome=view.plan.outcome, quantity="kronor_per_pupil")
    if said and row is not None and row["refusal"]:
        return f"{said} {view.say('cost.reason', reason=name(view, 'refusals', str(row['refusal'])))}"
    return said


def checked(view: View, design: str | None = None) -> str:
    """How the comparison of a design, by default the main one, stands up to what it assumes."""
    told = conclusion(view, design)
    if told is None:
        return ""
    claim = str(told["claim"])
    if claim == "none":
        return view.say("sure.none", reason=name(view, "refusals", str(told["refusal"])))
    deciding = [name(view, "checks", check) for check in str(told["because"]).split(",") if check]
    return view.say(f"sure.{claim}", checks=listing(deciding, view.language))


def others(view: View) -> str:
    """How many of the other designs about the money, as they hold, point the same way; '' where there is none."""
    main = _estimate(view, view.plan.main)
    rest = [_estimate(view, design) for design in view.plan.designs if design != view.plan.main]
    told = [one for one in rest if one is not None]
    if main is None or not told:
        return ""
    same = sum((one > 0) == (main > 0) for one in told)
    if len(told) == 1:
        return view.say(f"sure.one_other.{'same' if same else 'opposite'}")
    return view.say("sure.others", same=number(same, view.language), others=number(len(told), view.language))


def surer(view: View, design: str | None = None) -> list[str]:
    """What would make the answer of a design, by default the main one, surer; what stands in its way comes first."""
    told = conclusion(view, design)
    if told is None:
        return [view.say("surer.always")]
    hindrances = [f"check.{check}" for check in str(told["because"]).split(",") if check]
    hindrances += [f"refusal.{told['refusal']}"] if told["refusal"] else []
    hindrances += ["finding.cannot_tell"] if told["finding"] == "cannot_tell" else []
    keys = [f"surer.{one}" for one in hindrances if view.says(f"surer.{one}")]
    return [view.say(key) for key in (*dict.fromkeys(keys), "surer.always")]


def _estimate(view: View, design: str) -> float | None:
    """The estimate of a design that is about the money and not withdrawn."""
    told = conclusion(view, design)
    if view.is_offer(design) or told is None or told["claim"] in SILENT:
        return None
    row = view.row("estimates", design=design, outcome=view.plan.outcome, measure="dose", group="")
    return None if row is None or row["estimate"] is None else float(row["estimate"])
