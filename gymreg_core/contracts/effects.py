"""The contract of an effect study: what every design gives, without any pupil. The one door for its report.

Nothing in these tables is suppressed: they stay in the workspace until disclosure lets them out.

Effects of the dose are changes of the outcome's share (0.01 is one percentage point; of `points`, of its mean) for
each thousand kronor of supplement per pupil and school year; effects of an offer are changes of the share by being
offered a seat. A row with a `refusal` has no number in it. The groups of a table stand in `by` and `group`: region
('' : everyone), merit_band, programme_type. `planned` : it stands in the analysis plan; what does not is exploratory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from gymreg_core.contracts.register import shaped
from gymreg_core.contracts.results import Column

DESIGNS = ("introduction", "dose", "dose_groups", "instrument", "offers", "cutoff")
"""introduction: pupils before and after the supplement began, at schools that by their earlier intake would get much or
little of it. dose: the same school and programme in years with more and with less. dose_groups: as introduction, each
group of schools against those with the lowest dose, no shape assumed. instrument: what an earlier intake would bring by
the amounts of later years. offers: applicants with the same chance of an offer (deferred-acceptance propensity score).
cutoff: applicants just above and below a study path's cut-off (regression discontinuity)."""
OUTCOMES = ("completion_3", "completion_4", "interruption", "switching", "points")
"""completion_3, completion_4: a diploma within three, four years. interruption: left the register by the autumn after
the start and is not back. switching: switched programme or school within a year. points: those of the
diploma or study certificate after three years as a share of 2,500, at most 1."""
MEASURES = ("dose", "offer", "first_stage", "reduced_form")
"""What an estimate is a change by: a thousand kronor of dose, or an offer; of the dose itself by the instrument
(thousand kronor by thousand kronor, or by an offer); of the outcome by the instrument."""
CHECKS = (
    *("pre_trend", "lead_dose", "placebo_year", "placebo_outcome", "composition", "first_stage", "overlap"),
    *("shock_balance", "balance", "density", "covariates", "donut", "bandwidth", "mass_points", "same_dose"),
    *("negative_weights", "enough_shocks"),
)
"""Tests of what a design assumes. pre_trend: no effect of the coming dose before there was any (joint test of leads).
lead_dose: next cohorts' dose tells nothing about this one. composition: the dose does not move the intake. first_stage:
the instrument moves the dose. shock_balance: the instrument tells nothing about what was settled before. balance: an
offer tells nothing about what was settled before. density: as many just above as just below. same_dose: the pupil's own
limit moves the pupil's amount and not the school's dose. negative_weights: the estimate is a mean of effects, none of
which counts against it. enough_shocks: amounts moved in ways of their own at enough levels to be told from chance."""
VERDICTS = ("holds", "fails", "unclear")
"""unclear: the test could not be made, or could not have seen a violation that matters (its power is too low)."""
CLAIMS = ("causal", "associated", "withdrawn", "none")
"""What may be said: the dose changed the outcome; went together with it; nothing, as a test speaks against the design;
nothing, as there is no number."""
REFUSALS = (
    *("", "few_schools", "no_variation", "one_treated", "collinear", "empty_window", "weak_instrument", "few_pupils"),
    *("no_outcome", "no_earlier", "no_offers", "no_shocks", "no_gain_told", "not_causal"),
)
"""few_schools: fewer clusters than rules/effects.yml asks for. no_variation: everyone met the same dose, or has the
same outcome. one_treated: a single school (or shock) carries the contrast. no_earlier: no cohort from before the
supplement. no_outcome: no cohort whose outcome is known. no_offers: no matched register of intakes whose outcome is
known. Of costs alone: no_gain_told, the interval holds that not one pupil more gets a diploma; not_causal, the design's
tests do not let it be said."""
FINDINGS = ("more", "less", "nothing_of_interest", "cannot_tell", "refused")
"""What the interval says. more, less: it lies above, below 0. nothing_of_interest: it lies whole within the plan's
smallest effect of interest, on whichever side of 0. cannot_tell: it holds 0 and effects of interest."""
QUANTITIES = (
    *("percentage_points", "pupils_a_year", "kronor_per_pupil", "least_kronor_per_pupil", "supplement_kronor_a_year"),
)
"""percentage_points: at the mean dose of wholly exposed cohorts, or by an offer. pupils_a_year: of a cohort, by that
dose. kronor_per_pupil: supplement for each further pupil with a diploma. least_kronor_per_pupil: not less than this,
where the former cannot be said. supplement_kronor_a_year: all of the supplement, of the plan's main design alone."""

_WHAT = (
    Column("design", "str", "how it was found", values=DESIGNS),
    Column("outcome", "str", "of what", values=OUTCOMES),
)
_REFUSAL = Column("refusal", "str", "why there is no number; '' where there is", values=REFUSALS)
_INTERVAL = (
    Column("low", "float64", "lower end of the interval at the plan's confidence", nullable=True),
    Column("high", "float64", "upper end of it", nullable=True),
)
_ESTIMATE = (
    Column("estimate", "float64", "see `measure`", nullable=True),
    Column("std_error", "float64", "of the estimate, clustered by school", nullable=True),
    *_INTERVAL,
)
_P = Column("p_value", "float64", "two-sided, of no effect", nullable=True)
_PLANNED = Column("planned", "bool", "stands in the analysis plan")

EFFECT_TABLES: Mapping[str, tuple[Column, ...]] = {
    # Section 1: what money does what, by the pupil's own merit value.
    "jump": (
        Column("merit_from", "int16", "merit values from here up to the next row's", "points"),
        Column("pupils", "int64", "starters on national programmes", "pupils"),
        Column("own", "float64", "amount that a pupil of these brings the school", "thousand kronor a year"),
        Column("dose", "float64", "amount per pupil where they go", "thousand kronor a year"),
        Column("completion_3", "float64", "share with a diploma within three years", "share", nullable=True),
    ),
    # The dose and who gets it: pupils and their mean dose by cohort and group.
    "doses": (
        Column("cohort", "int16", "autumn of the start", "calendar year"),
        Column("by", "str", "region, merit_band, programme_type, programme, provider_form or dose_group"),
        Column("group", "str", "which one"),
        Column("schools", "int64", "school units", "schools"),
        Column("pupils", "int64", "starters on national programmes", "pupils"),
        Column("covered", "int64", "of them, below the limit", "pupils"),
        Column("dose", "float64", "mean over pupils", "thousand kronor a year"),
        Column("completion_3", "float64", "share with a diploma within three years", "share", nullable=True),
    ),
    # How the dose lies over schools and programmes: weighted quantiles over pupils.
    "dose_spread": (
        Column("cohort", "int16", "autumn of the start", "calendar year"),
        Column("quantile", "float64", "0.1 ... 0.9", "share of pupils"),
        Column("dose", "float64", "dose not exceeded", "thousand kronor a year"),
        Column("pupils", "int64", "starters on national programmes", "pupils"),
        Column("schools", "int64", "school units", "schools"),
    ),
    "power": (
        *_WHAT,
        Column("effect", "float64", "planted, per thousand kronor (or offer)", "share"),
        Column("power", "float64", "share of simulations in which it is told from none", "share"),
        Column("simulations", "int64", "how many", "simulations"),
    ),
    "detectable": (
        *_WHAT,
        Column("detectable", "float64", "smallest effect found in the plan's share of simulations", nullable=True),
        Column("error", "float64", "standard error of `detectable` by the number of simulations", nullable=True),
        Column("std_error", "float64", "mean of the simulated standard errors", nullable=True),
        Column("power", "float64", "the share that is asked for", "share"),
        Column("schools", "int64", "clusters", "schools"),
        Column("cohorts", "int64", "cohorts with a known outcome", "cohorts"),
        Column("pupils", "int64", "pupils with a known outcome", "pupils"),
        Column("simulations", "int64", "how many"),
        _REFUSAL,
    ),
    "estimates": (
        *_WHAT,
        Column("measure", "str", "what it is a change by", values=MEASURES),
        Column("by", "str", "kind of group"),
        Column("group", "str", "which one; '' is everyone"),
        *_ESTIMATE,
        _P,
        Column("p_wild", "float64", "the same by the wild cluster bootstrap", nullable=True),
        Column("p_random", "float64", "the same by randomisation inference", nullable=True),
        Column("p_adjusted", "float64", "p_value held for all groups of the same kind (Holm)", nullable=True),
        Column("schools", "int64", "clusters", "schools"),
        Column("pupils", "int64", "pupils with a known outcome", "pupils"),
        _PLANNED,
        _REFUSAL,
    ),
    # Cohort by cohort against the last one before (introduction, dose_groups): per thousand kronor of predicted dose.
    "event": (
        *_WHAT,
        Column("group", "str", "group of dose, '' where the dose is continuous"),
        Column("cohort", "int16", "autumn of the start", "calendar year"),
        Column("exposure", "float64", "share of its three school years with a supplement", "share"),
        Column("reference", "bool", "the cohort that the others are compared with"),
        *_ESTIMATE,
        Column("pupils", "int64", "pupils with a known outcome", "pupils"),
    ),
    # How large a violation of parallel trends, against the largest before, the finding withstands (Rambachan and Roth).
    "bounds": (
        *_WHAT,
        Column("violation", "float64", "later violations at most this many times the largest earlier one"),
        *_INTERVAL,
        _REFUSAL,
    ),
    # Of no design and outcome ('') where it is tested before any.
    "checks": (
        Column("design", "str", "which one assumes it", values=("", *DESIGNS)),
        Column("outcome", "str", "of what", values=("", *OUTCOMES)),
        Column("check", "str", "what is tested", values=CHECKS),
        Column("statistic", "float64", "test statistic, or the estimate that should be 0", nullable=True),
        _P,
        Column("power", "float64", "chance to see a violation as large as the effect of interest", nullable=True),
        Column("verdict", "str", "what it says", values=VERDICTS),
        _REFUSAL,
    ),
    # What was settled before and should not differ: covariates by offer, at the cut-off, by instrument.
    "balance": (
        *_WHAT,
        Column("covariate", "str", "key of the report's words"),
        *_ESTIMATE,
        _P,
        Column("pupils", "int64", "pupils", "pupils"),
    ),
    # Applicants around the cut-offs of all study paths together.
    "cutoff_bins": (
        Column("outcome", "str", "of what", values=OUTCOMES),
        Column("points_from", "float64", "merit less the cut-off, from here", "points"),
        Column("pupils", "int64", "applicants", "pupils"),
        Column("offered", "float64", "share with an offer", "share"),
        Column("dose", "float64", "mean dose where they began", "thousand kronor a year", nullable=True),
        Column("value", "float64", "mean of the outcome", nullable=True),
    ),
    # The cut-off estimate with other bandwidths, without the nearest, and at places where nothing happens.
    "cutoff_checks": (
        Column("outcome", "str", "of what", values=OUTCOMES),
        Column("kind", "str", "bandwidth, donut or placebo", values=("bandwidth", "donut", "placebo")),
        Column("value", "float64", "points: bandwidth, left out on each side, or distance from the cut-off", "points"),
        *_ESTIMATE,
        Column("pupils", "int64", "applicants in the window", "pupils"),
        _REFUSAL,
    ),
    # Every reasonable choice: one row each, numbered by estimate.
    "specifications": (
        Column("number", "int32", "place by the size of the estimate"),
        *_WHAT,
        Column("dose_of", "str", "school_programme or school", values=("school_programme", "school")),
        Column("adjusted", "str", "how pupils' merit is allowed for", values=("bands", "shares", "none")),
        Column("weights", "str", "what counts equally", values=("pupils", "cells")),
        Column("cohorts", "str", "which are in", values=("all", "without_partly", "newest")),
        Column("programmes", "str", "which are in", values=("all", "preparatory", "vocational")),
        Column("effects", "str", "what is held fixed besides school and programme", values=("cohort", "type_cohort")),
        *_ESTIMATE,
        Column("pupils", "int64", "pupils with a known outcome", "pupils"),
        _PLANNED,
        _REFUSAL,
    ),
    # What several estimates say together. equal_effects: of the groups of a kind, that they are the same.
    # one_direction: of the specifications of a design, that chance tells as many of them from none in one direction.
    "joint_tests": (
        *_WHAT,
        Column("test", "str", "what is tested", values=("equal_effects", "one_direction")),
        Column("by", "str", "kind of group, '' for specifications"),
        Column("number", "int64", "estimates that it is about", "estimates"),
        Column("statistic", "float64", "F; share of the specifications told from none in one direction", nullable=True),
        Column("p_value", "float64", "of the null hypothesis", nullable=True),
        _REFUSAL,
    ),
    # What one more pupil with a diploma costs, and how many the supplement makes a year.
    "cost": (
        *_WHAT,
        Column("quantity", "str", "what is told", values=QUANTITIES),
        Column("estimate", "float64", "see `quantity`", nullable=True),
        *_INTERVAL,
        Column("pupils", "int64", "pupils a year that it is about", "pupils"),
        Column("dose", "float64", "their mean dose", "thousand kronor a year", nullable=True),
        _REFUSAL,
    ),
    "conclusions": (
        *_WHAT,
        Column("measure", "str", "what it is about: the dose, or an offer and never the money", values=MEASURES[:2]),
        Column("claim", "str", "what may be said", values=CLAIMS),
        Column("finding", "str", "what the interval says", values=FINDINGS),
        Column("because", "str", "the checks that decided, by comma; '' where all hold, or there is no number"),
        _PLANNED,
        _REFUSAL,
    ),
}


@dataclass(frozen=True, eq=False, repr=False)
class Studied:
    """What a study found, by an analysis plan: a table per field, no person row.

    since, as_of : ISO days that the enrolments tell of. plan : the plan as JSON; plan_hash : SHA-256 of it
    (effects/plan.py). statuses : the status of every rule that was asked for.
    """

    since: str
    as_of: str
    made_up: bool
    plan: Mapping[str, Any]
    plan_hash: str
    statuses: Mapping[str, str]
    jump: pd.DataFrame
    doses: pd.DataFrame
    dose_spread: pd.DataFrame
    power: pd.DataFrame
    detectable: pd.DataFrame
    estimates: pd.DataFrame
    event: pd.DataFrame
    bounds: pd.DataFrame
    checks: pd.DataFrame
    balance: pd.DataFrame
    cutoff_bins: pd.DataFrame
    cutoff_checks: pd.DataFrame
    specifications: pd.DataFrame
    joint_tests: pd.DataFrame
    cost: pd.DataFrame
    conclusions: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, in the order of the fields."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name in EFFECT_TABLES}

    def __repr__(self) -> str:
        return f"Studied(plan {self.plan_hash[:8]}, as of {self.as_of})"


def effect_table(name: str, columns: Mapping[str, Any] | pd.DataFrame) -> pd.DataFrame:
    """A table of the contract with exactly its columns, in order and with their dtypes. Errors: KeyError."""
    return shaped(EFFECT_TABLES[name], columns)


def empty_effects(name: str) -> pd.DataFrame:
    """A table of the contract with no rows."""
    return effect_table(name, {column.name: [] for column in EFFECT_TABLES[name]})
