"""The study of a workspace: enrolments, and the intakes whose registers are there, by an analysis plan; stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd

from gymreg_core.contracts.effects import Studied
from gymreg_core.effects.conclusions import wording
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.study import About, Advance, study
from gymreg_core.effects.study_words import sentences
from gymreg_core.provenance import Provenance
from gymreg_core.store.matches import match_keys
from gymreg_core.store.registers import register_keys
from gymreg_core.store.studies import StoredStudy, kept_study, put_study, study_key
from gymreg_core.vocabulary.programmes import Language

_POINTS = 100


@dataclass(frozen=True, eq=False, repr=False)
class StudyOfWorkspace:
    """What a study of a workspace found; no person row is in it.

    stored : with its key, and where enrolments and registers come from. computed : False where it was in the workspace
    already.
    """

    stored: StoredStudy
    computed: bool

    @property
    def key(self) -> str:
        """What it is stored under."""
        return self.stored.key

    @property
    def studied(self) -> Studied:
        """All tables."""
        return self.stored.studied

    @property
    def table(self) -> pd.DataFrame:
        """The estimates: a row per design, outcome, measure and group."""
        return self.studied.estimates

    def summary(self) -> dict[str, Any]:
        """See `summary_of`."""
        return summary_of(self.studied)

    def describe(self, language: Language = "sv") -> str:
        """What the main design says of the plan's outcome, what it costs, and how much could have been seen."""
        return " ".join(sentences(self.summary(), self.studied, language))

    def _repr_html_(self) -> str:
        return f"<p>{self.describe()}</p>"

    def __repr__(self) -> str:
        return f"StudyOfWorkspace({self.studied})"


def summary_of(studied: Studied) -> dict[str, Any]:
    """Days, plan, cohorts, the main design's claim, finding and smallest effect that it can detect (percentage points
    at the mean dose, or by an offer; None where not known), rows per table, rules by status. No number of pupils."""
    statuses = list(studied.statuses.values())
    plan = studied.plan
    main = _of_main(studied.conclusions, plan).iloc[0]
    return {
        "since": studied.since,
        "as_of": studied.as_of,
        "made_up": studied.made_up,
        "plan_hash": studied.plan_hash,
        "main": str(plan["main"]),
        "outcome": str(plan["outcome"]),
        "claim": str(main["claim"]),
        "finding": str(main["finding"]),
        "because": str(main["because"]),
        "refusal": str(main["refusal"]),
        "detectable": _detectable(studied),
        "cohorts": sorted({int(year) for year in studied.doses["cohort"]}),
        "tables": {name: len(table) for name, table in studied.tables().items()},
        "rules": {status: statuses.count(status) for status in sorted(set(statuses))},
    }


def study_workspace(
    workspace: Path,
    plan: AnalysisPlan,
    progress: Advance | None = None,
    *,
    jobs: int | None = None,
    cluster: str | None = None,
) -> StudyOfWorkspace:
    """Study the current enrolments of a workspace and its intakes, and store what was found, which becomes the current
    study.

    Intakes are those whose register is stored. What is there from the same enrolments, registers, plan, code and rules
    is not computed again. Errors: BadInput where no enrolments are stored, or they are damaged; as `study`,
    `put_study`.
    """
    from gymreg_core.store.enrolments import current_key, stored_enrolments

    enrolments = current_key(workspace) or stored_enrolments(workspace).key  # which says that there are none
    key = study_key(enrolments, _admissions(workspace), plan.hash)
    there = kept_study(workspace, key)
    computed = there is None
    if there is None:
        there = _studied(workspace, enrolments, plan, key, progress, {"jobs": jobs, "cluster": cluster})
    return StudyOfWorkspace(there, computed)


def _detectable(studied: Studied) -> float | None:
    plan = studied.plan
    known = _of_main(studied.detectable, plan)["detectable"].dropna()
    dose = 1.0
    if wording(str(plan["main"])).about == "dose":
        dose = float(_of_main(studied.cost, plan)["dose"].iloc[0])
    return _POINTS * float(known.iloc[0]) * dose if len(known) and isfinite(dose) else None


def _of_main(table: pd.DataFrame, plan: Mapping[str, Any]) -> pd.DataFrame:
    """The rows of a table about the plan's main design and outcome."""
    of_main: pd.DataFrame = table[(table["design"] == plan["main"]) & (table["outcome"] == plan["outcome"])]
    return of_main


def _admissions(workspace: Path) -> list[tuple[int, str, str]]:
    """Intake year, key of the register and of the match of the final round ('' without) of every intake there is."""
    matched = match_keys(workspace, "final")
    return [(year, key, matched.get(year, "")) for year, key in sorted(register_keys(workspace).items())]


def _studied(
    workspace: Path, enrolments: str, plan: AnalysisPlan, key: str, progress: Advance | None, how: dict[str, Any]
) -> StoredStudy:
    from gymreg_core.cohort.build import histories
    from gymreg_core.cohort.starts import starts
    from gymreg_core.effects.applicants import applicants
    from gymreg_core.effects.build_panel import build_panel
    from gymreg_core.effects.doses import doses
    from gymreg_core.effects.population import population
    from gymreg_core.rules import rules_read
    from gymreg_core.store.enrolments import stored_enrolments

    stored = stored_enrolments(workspace, enrolments)
    known = stored.enrolments
    with rules_read() as statuses:
        h = histories(known)
        s = starts(h)
        panel = build_panel(h, s)
        given = applicants(workspace, known, h, s, panel)
        about = About(known.since, known.as_of, known.made_up, doses(population(panel, plan), h, s))
        found = study(panel, given.margins, given.applicants, plan, progress, about=about, **how)
    whole = replace(found, statuses=dict(statuses))
    provenance = Provenance.joined([stored.provenance, *given.provenances])
    return put_study(workspace, whole, key, provenance)
