"""Whom the supplement helped more: the estimates of groups, held for their number, and whether they differ at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from gymreg_core.effects.choices import CROSSED, planned_choice
from gymreg_core.effects.chosen import Chosen, chosen, moves_together
from gymreg_core.effects.found import Found, rows
from gymreg_core.effects.joint_test import joint_test
from gymreg_core.effects.panel import Bools, Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.rules import rule


def heterogeneity(panel: Panel, plan: AnalysisPlan) -> Found:
    """Tables estimates, by merit_band and programme_type, and joint_tests: the plan's outcome by its panel designs.

    Each group is a regression of its own, so that all that is held fixed may differ between groups. p_adjusted : by
    Holm (1979), Scandinavian Journal of Statistics 6, over the groups of a kind.
    """
    estimates, tests = [], []
    for design in (design for design in plan.designs if design in CROSSED):
        choice = replace(planned_choice(design, plan), programmes="all")
        for by, groups in _kinds(panel):
            what = {"design": design, "outcome": plan.outcome, "by": by}
            found = {name: chosen(panel, plan.outcome, choice, plan.confidence, inside) for name, inside in groups}
            held = holm([one.p_value for one in found.values()])
            for (name, one), p_adjusted in zip(found.items(), held, strict=True):
                numbers = {} if one.refusal else one.interval | {"p_value": one.p_value, "p_adjusted": p_adjusted}
                about = {"measure": "dose", "group": name, "schools": one.clusters, "pupils": one.pupils}
                estimates.append(what | about | numbers | {"planned": by in plan.groups, "refusal": one.refusal})
            tests.append(what | {"test": "equal_effects"} | equal_effects(list(found.values()), len(panel.schools)))
    return Found({"estimates": rows("estimates", estimates), "joint_tests": rows("joint_tests", tests)})


def holm(p_values: list[float]) -> list[float]:
    """Adjusted p-values, in the order given; NaN are none and stay."""
    there = [at for at in np.argsort(p_values, kind="stable").tolist() if not np.isnan(p_values[at])]
    adjusted, highest = [float("nan")] * len(p_values), 0.0
    for rank, at in enumerate(there):
        highest = max(highest, min(1.0, (len(there) - rank) * p_values[at]))
        adjusted[at] = highest
    return adjusted


def equal_effects(groups: list[Chosen], schools: int) -> dict[str, Any]:
    """Whether the effects of groups are the same, as far as there are estimates: their differences from the first.

    The groups' estimates share schools, whose moves are joined (effects/joint_test.py).
    """
    found = [one for one in groups if not one.refusal]
    if len(found) <= 1:
        return {"number": len(found), "refusal": next((one.refusal for one in groups if one.refusal), "no_variation")}
    moves = moves_together(found, schools)
    differences = np.array([one.estimate for one in found[1:]]) - found[0].estimate
    test = joint_test(differences, moves[:, 1:] - moves[:, :1], min(one.effective for one in found))
    refusal = "few_schools" if np.isnan(test.statistic) else ""
    return {"number": len(found), "statistic": test.statistic, "p_value": test.p_value, "refusal": refusal}


def _kinds(panel: Panel) -> Iterator[tuple[str, list[tuple[str, Bools]]]]:
    """Kinds of group, and the cells (r,) of each; whoever has no merit value is in no group of merit."""
    low = np.array([*rule("effects", "merit_bands"), -1])[panel.band]
    edges = [*rule("effects", "merit_groups"), int(rule("merit_scale", "ordinary_maximum")) + 1]
    yield (
        "merit_band",
        [(f"{start}-{above - 1}", np.asarray((low >= start) & (low < above))) for start, above in pairwise(edges)],
    )
    vocational = panel.vocational[panel.programme]
    types = [("preparatory", ~vocational), ("vocational", vocational)]
    yield "programme_type", [(name, inside) for name, inside in types if inside.any()]
