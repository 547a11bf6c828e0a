"""What the report on the effects of the structural supplement may be asked for."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.reporting.plans import ReportParams, ReportPlan

Scope = Literal["region"]


class EffectsParams(ReportParams):
    """One run of the report: what the notebook's parameters cell receives (JSON scalars only).

    year : of the last day that the pupils are followed to. plan_hash : of the analysis plan. study : the key that the
    study is stored under.
    """

    report: ClassVar[str] = "effects"
    address: ClassVar[str] = "effektstudie"
    year: int = Field(ge=1990, le=2100)
    plan_hash: str
    study: str
    scope: Scope = "region"
    decision: str | None = None


class EffectsPlan(ReportPlan):
    """A params file of the report.

    plan : the analysis plan, fixed before any estimate is seen (effects/plan.py); what is not in it is exploratory.
    decision : who decided to publish, and when ("Styrelsen 2026-06-11, § 45"); without it no page is made of what is
    known of real pupils.
    """

    report: Literal["effects"]
    scope: Scope = "region"
    scope_name: None = None
    plan: AnalysisPlan = AnalysisPlan()
    decision: str | None = None

    def expand(self, year: int, study: str) -> list[EffectsParams]:
        """Every single run that the plan asks for.

        year, study : see `EffectsParams`, of the study that was made by this plan.
        """
        return [
            EffectsParams(year=year, plan_hash=self.plan.hash, study=study, language=language, decision=self.decision)
            for language in self.languages
        ]
