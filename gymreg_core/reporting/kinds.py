"""The kinds of report: for each its params file, its notebook and what it rests on. A new kind is an entry here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gymreg_core.reporting.admission_material import admission_material, admission_state
from gymreg_core.reporting.admission_plan import AdmissionPlan
from gymreg_core.reporting.cutoffs_material import cutoffs_material
from gymreg_core.reporting.cutoffs_plan import CutoffsPlan
from gymreg_core.reporting.dropout_material import dropout_material, dropout_state
from gymreg_core.reporting.dropout_plan import DropoutPlan
from gymreg_core.reporting.effects_material import effects_material, effects_state
from gymreg_core.reporting.effects_plan import EffectsPlan
from gymreg_core.reporting.funding_material import funding_material, funding_state
from gymreg_core.reporting.funding_plan import FundingPlan
from gymreg_core.reporting.material import Given, Material, Note
from gymreg_core.reporting.plans import ReportPlan
from gymreg_core.reporting.programme_council_material import programme_council_material, programme_council_state
from gymreg_core.reporting.programme_council_plan import ProgrammeCouncilPlan
from gymreg_core.reporting.supply_demand_material import supply_demand_material, supply_demand_state
from gymreg_core.reporting.supply_demand_plan import SupplyDemandPlan


@dataclass(frozen=True)
class Kind:
    """A kind of report.

    plan : the model of its params files; the single runs that it expands to are told by their own model (plans.py).
    notebook : below notebooks/.
    state : what a build's data and workspace hold for it, told without computing anything (JSON); as long as it is the
        same, so are the pages.
    gather : takes in and computes what its pages rest on; None where the data hold nothing for it.
    """

    plan: type[ReportPlan]
    notebook: str
    state: Callable[[Given], Any]
    gather: Callable[[Given, Note], Material | None]


KINDS: Mapping[str, Kind] = {
    "admission": Kind(AdmissionPlan, "admission_report.ipynb", admission_state, admission_material),
    "cutoffs": Kind(CutoffsPlan, "cutoff_forecast.ipynb", admission_state, cutoffs_material),
    "funding": Kind(FundingPlan, "funding_report.ipynb", funding_state, funding_material),
    "dropout": Kind(DropoutPlan, "dropout_analysis.ipynb", dropout_state, dropout_material),
    "effects": Kind(EffectsPlan, "supplement_effects.ipynb", effects_state, effects_material),
    "supply_demand": Kind(SupplyDemandPlan, "supply_demand.ipynb", supply_demand_state, supply_demand_material),
    "programme_council": Kind(
        ProgrammeCouncilPlan, "programme_council.ipynb", programme_council_state, programme_council_material
    ),
}
