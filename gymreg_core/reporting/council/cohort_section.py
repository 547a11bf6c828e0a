"""Completion and switches of those who began the programme, as the report on completion tells them."""

from __future__ import annotations

from gymreg_core.reporting.council.parts import missing, section
from gymreg_core.reporting.council.view import View
from gymreg_core.reporting.dropout import cohort_sections, switch_section
from gymreg_core.reporting.fragments import Fragment


def completion(view: View) -> Fragment:
    """The main measures, cohort by cohort, beside the region's and the country's."""
    if view.cohort is None:
        return missing(view, "completion", "genomstromning", "cohorts")
    found = cohort_sections.main_measures(view.cohort)
    if not found.markdown:
        return missing(view, "completion", "genomstromning", "few_cohorts")
    return section(view, "completion", "genomstromning") + found


def switches(view: View) -> Fragment:
    """How many switched programme or school, and how many of them finished."""
    if view.cohort is None:
        return missing(view, "switches", "byten", "cohorts")
    if not len(view.cohort.of_scope(view.cohort.switches)):
        return missing(view, "switches", "byten", "few_switches")
    return switch_section.switches(view.cohort)
