"""The contract of what tracking gives: counts and estimates of cohorts, without any pupil. The one door for reports.

Nothing in these tables is suppressed: they stay in the workspace until disclosure lets them out.

A cohort is the calendar year of the autumn in whose school year (1 July to 30 June) its pupils started. The groups of a
table stand in `by` and `group`: region ('' : everyone), home (municipality registered at the start), provider_form and
school (school_id) of the first school, programme (at the start; of a measure that attributes to the last school, the
last), entry (national | introductory), sex, merit_band (rules/cohort.yml; 'none' without a merit value).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from gymreg_core.contracts.register import shaped
from gymreg_core.contracts.results import Column

SCOPES = ("region", "home", "provider_form", "programme")
"""Groupings that a page can be about."""
GROUPINGS = (*SCOPES, "school", "entry", "sex", "merit_band")
SWITCH_KINDS = ("none", "programme", "school", "programme_and_school")
NOT_FOLLOWED = ("placeholder", "protected")
RESPONSIBILITY_REASONS = ("interrupted", "study_break", "study_certificate", "never_present", "age_limit")
JUDGES = ("score", "school_rate")
"""What risk is judged by: the early-warning score, and the share of the school's own earlier pupils."""

_GROUP = (
    Column("by", "str", "kind of group", values=GROUPINGS),
    Column("group", "str", "which one; '' is everyone"),
)
_COHORT = (Column("cohort", "int16", "autumn of the start", "calendar year"), *_GROUP)
_INTERVAL = (
    Column("low", "float64", "lower end of the 95 % interval", nullable=True),
    Column("high", "float64", "upper end of the 95 % interval", nullable=True),
)

TRACKED_TABLES: Mapping[str, tuple[Column, ...]] = {
    # Measures of completion whose horizon has passed, a row per card (rules/measures.yml), cohort and group.
    "measures": (
        Column("card", "str", "key of the measure in rules/measures.yml"),
        *_COHORT,
        Column("starters", "int64", "pupils in the denominator", "pupils"),
        Column("completed", "int64", "pupils in the numerator", "pupils"),
        Column("left_out", "int64", "starters that the card leaves out: moved, deceased, too old, ...", "pupils"),
        Column("not_followed", "int64", "starters with a placeholder number, who cannot be followed", "pupils"),
    ),
    # Where a cohort's followed starters (introductory programmes among them) are on the 15th of each month.
    "monthly": (
        *_COHORT,
        Column("month", "int32", "from October of the start on", "YYYYMM"),
        Column("state", "str", "cohort.histories.STATES"),
        Column("pupils", "int64", "pupils in it", "pupils"),
    ),
    # The same pupils from one 15 October to the next.
    "flows": (
        *_COHORT,
        Column("year", "int8", "1: from October of the start to the next one", "year"),
        Column("origin", "str", "state on the first day"),
        Column("destination", "str", "state on the second day"),
        Column("pupils", "int64", "pupils on the way", "pupils"),
    ),
    # First switches of those who started a national programme, and who of them had a diploma after three years.
    "switches": (
        *_COHORT,
        Column("within", "int8", "the switch was within so many years of the start", "years"),
        Column("kind", "str", "what was switched; none: nobody of these did", values=SWITCH_KINDS),
        Column("pupils", "int64", "pupils", "pupils"),
        Column("completed", "int64", "of them, with a diploma after three years; -1 while that is not known", "pupils"),
    ),
    # Who left in each school year after the start, and who of them was back at a school by the last day known.
    "leavers": (
        *_COHORT,
        Column("year", "int8", "school year after the start, 1 the first", "year"),
        Column("entry", "str", "programme at the start: national or introductory"),
        Column("present", "int64", "enrolled when the year began (year 1: all starters)", "pupils"),
        Column("state", "str", "where they went: study_break, interrupted, moved_out or age_limit"),
        Column("pupils", "int64", "pupils who went there", "pupils"),
        Column("returned", "int64", "of them, back by the last day known", "pupils"),
    ),
    # Starters on introductory programmes: who had begun a national one, and who had finished, after so many years.
    "introductory": (
        *_COHORT,
        Column("programme", "str", "IMV, IMY, IMA or IMS; '' all of them"),
        Column("within", "int8", "years after the start", "years"),
        Column("starters", "int64", "pupils", "pupils"),
        Column("to_national", "int64", "of them, had started a national programme", "pupils"),
        Column("diploma", "int64", "of them, held a diploma", "pupils"),
        Column("study_certificate", "int64", "of them, held a study certificate as the last thing", "pupils"),
    ),
    # Probabilities of states over time (Aalen-Johansen) of all cohorts together, censored where nothing more is known.
    "curves": (
        *_GROUP,
        Column("entry", "str", "programme at the start: national, introductory, or '' for both"),
        Column("state", "str", "cohort.histories.STATES"),
        Column("month", "int16", "whole months since the start of the cohort's first day of teaching", "months"),
        Column("probability", "float64", "of being in the state", "share"),
        Column("std_error", "float64", "of the probability, schools as clusters", "share"),
        *_INTERVAL,
        Column("followed", "int64", "pupils still under observation", "pupils"),
    ),
    # Interruption within a school year: average marginal effects of a discrete-time model, against the reference.
    "hazard": (
        Column("term", "str", "what differs: a key of the report's words"),
        Column("level", "str", "which level of it"),
        Column("reference", "str", "compared with"),
        Column("effect", "float64", "difference in the yearly probability of leaving", "share"),
        *_INTERVAL,
        Column("odds_ratio", "float64", "the same as a ratio of odds"),
        Column("odds_low", "float64", "lower end of its 95 % interval"),
        Column("odds_high", "float64", "upper end of its 95 % interval"),
        Column("pupils", "int64", "pupils on this level", "pupils"),
        Column("events", "int64", "of them, interrupted", "pupils"),
    ),
    "hazard_fit": (
        Column("bin", "int16", "tenth of predicted risk, 1 the lowest"),
        Column("predicted", "float64", "mean predicted yearly probability", "share"),
        Column("observed", "float64", "share that left", "share"),
        Column("pupils", "int64", "years of pupils", "pupil years"),
        Column("events", "int64", "interruptions", "pupils"),
    ),
    # The early-warning score, trained on earlier cohorts and judged on a later one, beside the school's own rate.
    "warning": (
        Column("judge", "str", "what risk is judged by", values=JUDGES),
        Column("trained", "str", "cohorts it was trained on, as '2019-2021'"),
        Column("judged", "int16", "cohort it was judged on", "calendar year"),
        Column("pupils", "int64", "pupils judged", "pupils"),
        Column("events", "int64", "of them, what was to be foreseen", "pupils"),
        Column("auc", "float64", "area under the ROC curve"),
        *_INTERVAL,
        Column("workload", "float64", "share of pupils that are pointed out", "share"),
        Column("flagged", "int64", "pupils pointed out", "pupils"),
        Column("found", "int64", "of them, rightly", "pupils"),
    ),
    "warning_fit": (
        Column("judge", "str", "what risk is judged by", values=JUDGES),
        Column("bin", "int16", "tenth of predicted risk, 1 the lowest"),
        Column("predicted", "float64", "mean predicted probability", "share"),
        Column("observed", "float64", "share that it came true for", "share"),
        Column("pupils", "int64", "pupils", "pupils"),
        Column("events", "int64", "of them, it came true for", "pupils"),
    ),
    "warning_groups": (
        Column("judge", "str", "what risk is judged by", values=JUDGES),
        *_GROUP,
        Column("pupils", "int64", "pupils judged", "pupils"),
        Column("events", "int64", "of them, it came true for", "pupils"),
        Column("flagged", "int64", "pupils pointed out", "pupils"),
        Column("found", "int64", "of them, rightly", "pupils"),
    ),
    # Schools beside what their intake lets expect: starters on national programmes of the newest cohorts.
    "schools": (
        Column("school_id", "str", "school unit, eight digits, as it is today"),
        Column("school", "str", "name"),
        Column("municipality", "str", "where it lies"),
        Column("provider_form", "str", "who runs it"),
        Column("cohorts", "str", "as '2020-2022'"),
        Column("starters", "int64", "pupils", "pupils"),
        Column("completed", "int64", "of them, with a diploma after three years", "pupils"),
        Column("expected", "float64", "share that pupils with such intake have in the region", "share"),
        Column("spread", "float64", "standard deviation of the share by chance alone", "share"),
        Column("difference", "float64", "observed less expected, shrunk towards 0", "share"),
        *_INTERVAL,
    ),
    "school_stability": (
        Column("cohort", "int16", "the earlier of two cohorts", "calendar year"),
        Column("schools", "int64", "schools with pupils in both", "schools"),
        Column("correlation", "float64", "of their differences in the two cohorts"),
        *_INTERVAL,
        Column("reliability", "float64", "share of the variance of differences that is not chance", "share"),
    ),
    # Who by the register belongs to the municipal activity responsibility (skollagen 29 kap. 9 §) on a day.
    "responsibility": (
        Column("day", "str", "ISO date"),
        Column("municipality", "str", "registered home on that day"),
        Column("reason", "str", "what the register last tells of them", values=RESPONSIBILITY_REASONS),
        Column("pupils", "int64", "young people", "persons"),
    ),
    "not_followed": (
        *_COHORT,
        Column("reason", "str", "why", values=NOT_FOLLOWED),
        Column("pupils", "int64", "starters", "pupils"),
    ),
    "cleaning": (
        Column("rule", "str", "key of rules/cleaning.yml"),
        Column("rows", "int64", "rows that it touched", "rows"),
        Column("pupils", "int64", "pupils they belong to", "pupils"),
    ),
}


@dataclass(frozen=True, eq=False, repr=False)
class Tracked:
    """What became of the cohorts that enrolments tell of, as known on `as_of`: a table per field, no person row.

    since, as_of : ISO days. made_up : invented persons. statuses : the status of every rule that was asked for.
    """

    since: str
    as_of: str
    made_up: bool
    statuses: Mapping[str, str]
    measures: pd.DataFrame
    monthly: pd.DataFrame
    flows: pd.DataFrame
    switches: pd.DataFrame
    leavers: pd.DataFrame
    introductory: pd.DataFrame
    curves: pd.DataFrame
    hazard: pd.DataFrame
    hazard_fit: pd.DataFrame
    warning: pd.DataFrame
    warning_fit: pd.DataFrame
    warning_groups: pd.DataFrame
    schools: pd.DataFrame
    school_stability: pd.DataFrame
    responsibility: pd.DataFrame
    not_followed: pd.DataFrame
    cleaning: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, in the order of the fields."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name in TRACKED_TABLES}

    def __repr__(self) -> str:
        return f"Tracked(cohorts from {self.since[:4]}, as of {self.as_of})"


def tracked_table(name: str, columns: Mapping[str, Any] | pd.DataFrame) -> pd.DataFrame:
    """A table of the contract with exactly its columns, in order and with their dtypes. Errors: KeyError."""
    return shaped(TRACKED_TABLES[name], columns)


def empty_tracked(name: str) -> pd.DataFrame:
    """A table of the contract with no rows."""
    return tracked_table(name, {column.name: [] for column in TRACKED_TABLES[name]})
