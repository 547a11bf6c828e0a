"""The specification curve: every reasonable choice once, none hidden, and what they say together."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import copy_context
from dataclasses import asdict
from typing import Any

import numpy as np

from gymreg_core.effects.choices import Choice, every_choice, planned_choice
from gymreg_core.effects.chosen import Chosen, chosen, moves_together
from gymreg_core.effects.fit import reach
from gymreg_core.effects.found import Found, rows
from gymreg_core.effects.panel import Floats, Panel
from gymreg_core.effects.plan import AnalysisPlan


def specifications(panel: Panel, plan: AnalysisPlan, *, jobs: int | None = None) -> Found:
    """Tables specifications and joint_tests: the plan's outcome by every choice (effects/choices.py).

    A choice that has no answer is a row with a refusal. Those that do not allow for pupils' merit are told like all
    others, but are none of those that joint_tests tell together: as the dose is made of merit, they differ from nothing
    even where it does nothing. jobs : threads, one for each core where None.
    Source: Simonsohn, Simmons and Nelson (2020), Nature Human Behaviour 4.
    """
    from joblib import Parallel, delayed

    choices = every_choice(panel, plan)
    given = (panel, plan.outcome)
    work = [delayed(copy_context().run)(chosen, *given, choice, plan.confidence) for choice in choices]
    found: list[Chosen] = Parallel(n_jobs=jobs or -1, backend="threading")(work)
    order = sorted(range(len(choices)), key=lambda at: (found[at].refusal, found[at].estimate, at))
    told = [_row(number, choices[at], found[at], plan) for number, at in enumerate(order, 1)]
    tests = []
    for design in dict.fromkeys(choice.design for choice in choices):
        mine = [found[at] for at, choice in enumerate(choices) if choice.design == design and choice.adjusted != "none"]
        test = one_direction(mine, len(panel.schools), plan)
        tests.append({"design": design, "outcome": plan.outcome, "test": "one_direction"} | test)
    return Found({"specifications": rows("specifications", told), "joint_tests": rows("joint_tests", tests)})


def one_direction(several: Sequence[Chosen], schools: int, plan: AnalysisPlan) -> dict[str, Any]:
    """The share of estimates that are told from none in one direction, and how often chance alone gives as many.

    Chance: every school's part in all the estimates turns its sign at random, the same sign in each of them, around no
    effect (score bootstrap; Kline and Santos 2012, Journal of Econometric Methods 1). No refit, and what the estimates
    have in common stays.
    """
    given = [one for one in several if not one.refusal]
    if not given:
        return {"number": 0, "refusal": several[0].refusal}
    errors = np.array([one.std_error for one in given])
    far = np.array([float(reach(one.confidence, one.effective - 1)) for one in given])

    def most(estimates: Floats, within: Floats) -> Floats:
        t = estimates / errors
        return np.asarray(np.maximum((t > within).mean(axis=-1), (t < -within).mean(axis=-1)))

    rng = np.random.default_rng([plan.seed, len(given)])
    signs = rng.choice((-1.0, 1.0), (plan.simulations, schools))
    # By signs alone errors stay as they are, so that estimates by them are normal and not Student's.
    normal = reach(plan.confidence, np.full(len(given), np.inf))
    chance = most(signs @ moves_together(given, schools), normal)
    share = float(most(np.array([one.estimate for one in given]), far))
    p_value = float((1 + (chance >= share).sum()) / (1 + len(chance)))
    return {"number": len(given), "statistic": share, "p_value": p_value}


def _row(number: int, choice: Choice, one: Chosen, plan: AnalysisPlan) -> dict[str, Any]:
    planned = choice == planned_choice(choice.design, plan) and choice.design in plan.designs
    numbers = {} if one.refusal else one.interval
    about = {"outcome": plan.outcome, "number": number, "pupils": one.pupils, "planned": planned}
    return asdict(choice) | about | numbers | {"refusal": one.refusal}
