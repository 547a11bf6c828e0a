"""A study as a whole: power, every design for every outcome of the plan, what may be said, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import Any, Literal

import pandas as pd

from gymreg_core.contracts.effects import EFFECT_TABLES, Studied
from gymreg_core.effects.conclusions import conclusions, wording
from gymreg_core.effects.cost import cost
from gymreg_core.effects.found import Found, joined, rows
from gymreg_core.effects.margins import Margins
from gymreg_core.effects.panel import Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.population import mean_dose, population
from gymreg_core.rules import rules_read

Advance = Callable[[str, int], None]
"""One of so many pieces of a step is done."""
Source = Literal["panel", "applicants", "margins"]


@dataclass(frozen=True)
class Design:
    """A design of a study: ``effects/<name>.py`` has the function `name(data, plan, outcome) -> Found`.

    of : what data it takes. Without any it is refused.
    """

    name: str
    of: Source

    def found(self, data: Any, plan: AnalysisPlan, outcome: str) -> Found:
        """What it finds; without data `no_outcome` of a panel, else `no_offers`."""
        if data is None or not len(data):
            refusal = "no_outcome" if self.of == "panel" else "no_offers"
            what = {"design": self.name, "outcome": outcome, "measure": wording(self.name).about, "by": "region"}
            return Found({"estimates": rows("estimates", [{**what, "refusal": refusal}])})
        design = getattr(import_module(f"{__package__}.{self.name}"), self.name)
        found: Found = design(data, plan, outcome)
        return found


TABLE: Mapping[str, Design] = {
    one.name: one
    for one in (
        Design("introduction", "panel"),
        Design("dose", "panel"),
        Design("dose_groups", "panel"),
        Design("instrument", "panel"),
        Design("offers", "applicants"),
        Design("cutoff", "margins"),
    )
}
"""Every design; a new one is a module and an entry here, in contracts.effects.DESIGNS and rules/effects_wording.yml."""


@dataclass(frozen=True, eq=False, repr=False)
class About:
    """What a study is told with: first and last day of the enrolments (ISO), whether they are made up, and what was
    found of the dose before any design (effects/doses.py)."""

    since: str
    as_of: str
    made_up: bool
    doses: Found = field(default_factory=lambda: Found({}))


def study(
    panel: Panel,
    margins: Margins | None,
    applicants: Any | None,
    plan: AnalysisPlan,
    progress: Advance | None = None,
    *,
    about: About,
    jobs: int | None = None,
    cluster: str | None = None,
) -> Studied:
    """What the supplement did to the outcomes of the plan, by each of its designs, and what may be said of it.

    margins, applicants : of the intakes whose registers are there, None without any (effects/applicants.py).
    jobs : threads, one for each core where None. cluster : for the simulations of power, see matching/pieces.py. They
    change no number.
    What the data do not answer is a row with a refusal. Power comes first, as it owes nothing to any estimate; that of
    designs which are not simulated is read off their errors.
    Errors: RuleMissing; BadParameters for a cluster that does not answer.
    """
    from gymreg_core.effects.heterogeneity import heterogeneity
    from gymreg_core.effects.mechanisms import PANEL_DESIGNS, mechanisms
    from gymreg_core.effects.power import power, power_by_formula
    from gymreg_core.effects.specification import specifications

    with rules_read() as statuses:
        panel = population(panel, plan)
        given = {"panel": panel, "applicants": applicants, "margins": margins}
        parts = [about.doses, power(panel, plan, progress, jobs=jobs, cluster=cluster)]
        tasks = [
            partial(TABLE[design].found, given[TABLE[design].of], plan, outcome)
            for design in plan.designs
            for outcome in plan.outcomes
        ]
        tasks += [partial(mechanisms, panel, plan, design) for design in plan.designs if design in PANEL_DESIGNS]
        tasks.append(partial(heterogeneity, panel, plan))
        for part in _side_by_side(tasks, jobs):
            parts.append(part)
            if progress:
                progress("designs", len(tasks))
        parts.append(power_by_formula(joined(parts)["estimates"], plan))
        parts.append(specifications(panel, plan, jobs=jobs))
        found = joined(parts)
        tables = {name: found[name] for name in EFFECT_TABLES}
        tables["estimates"] = marked(tables["estimates"], plan)
        told = conclusions(tables["estimates"], tables["checks"], mean_dose(panel), plan)
        tables |= {"conclusions": told, "cost": cost(panel, tables["estimates"], told, plan)["cost"]}
    return Studied(
        since=about.since,
        as_of=about.as_of,
        made_up=about.made_up,
        plan=plan.as_json(),
        plan_hash=plan.hash,
        statuses=dict(statuses),
        **tables,
    )


def _side_by_side(tasks: list[partial[Found]], jobs: int | None) -> Iterator[Found]:
    """What tasks find, in their order, in threads; each in the context that notes which rules are asked for."""
    from joblib import Parallel, delayed

    work = [delayed(copy_context().run)(task) for task in tasks]
    found: Iterator[Found] = Parallel(n_jobs=jobs or -1, backend="threading", return_as="generator")(work)
    return found


def marked(estimates: pd.DataFrame, plan: AnalysisPlan) -> pd.DataFrame:
    """`estimates` with `planned`: design and outcome stand in the plan, and so does the kind of group if it is one.

    Groups of dose are part of the design that has them.
    """
    whole = (estimates["group"] == "") | (estimates["by"] == "dose_group")
    asked = whole | estimates["by"].isin(list(plan.groups))
    of_plan = estimates["design"].isin(list(plan.designs)) & estimates["outcome"].isin(list(plan.outcomes))
    return estimates.assign(planned=asked & of_plan)
