"""What may be shown of switches, estimates and the register itself: rows that few pupils stand behind are left out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gymreg_core.contracts.tracked import Tracked
from gymreg_core.disclosure import About, Released, Ties, release_cohorts, release_estimates, release_steps
from gymreg_core.disclosure.providers import INDEPENDENT
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.dropout.released import grouped_sums, longer, of_groups, pairs, parts_of
from gymreg_core.rules import rule

UNKNOWN = "unknown"
TOLD = 2
"""Completion is told by what was switched within two years, as Skolverket told it of those who began in 2006."""
_YEAR, _MONTHS = 12, 60
_COHORT = ["cohort", "by", "group"]


def release_switches(tracked: Tracked, bys: Sequence[str], provenance: Provenance) -> Released:
    """First switches of those who started a national programme: cohort, by, group, within, kind ('' everyone), pupils,
    starters (everyone), and share of them."""
    found = _switches(tracked.switches, bys, provenance)
    return found.select(*_COHORT, "within", "kind", "pupils", "starters").with_share("share", "pupils", "starters")


def release_switchers(tracked: Tracked, bys: Sequence[str], provenance: Provenance) -> Released:
    """The same by what was switched within TOLD years, with completed and share, how many of the pupils had a diploma
    after three years; of cohorts whose three years have passed."""
    found = _switches(tracked.switches, bys, provenance).among("within", TOLD)
    return found.among("cohort", *_finished(tracked.switches)).with_share("share", "completed", "pupils")


def _finished(frame: pd.DataFrame) -> list[int]:
    """Cohorts of which it is known who completed."""
    return sorted(set(frame["cohort"]) - set(frame.loc[frame["completed"] < 0, "cohort"]))


def _switches(frame: pd.DataFrame, bys: Sequence[str], provenance: Provenance) -> Released:
    """Both of them together, since each would tell what the other leaves out. Who completed is told by what was
    switched within TOLD years alone."""
    keys, counts = [*_COHORT, "within"], ["pupils", "completed"]
    told = frame["within"].eq(TOLD) & frame["cohort"].isin(_finished(frame))
    frame = frame.assign(completed=frame["completed"].astype("Int64").where(told))
    frame = of_groups(frame, bys)[[*keys, "kind", *counts]]
    whole = frame.groupby(keys, sort=True)[counts].sum(min_count=1).reset_index().assign(kind="")
    frame = pd.concat([whole, frame], ignore_index=True)
    frame = frame.merge(whole[[*keys, "pupils"]].rename(columns={"pupils": "starters"}), on=keys, how="left")
    sums = grouped_sums(frame, ["cohort", "within", "kind"]) + parts_of(frame, keys, "kind")
    rests = [(["pupils"], "starters"), (["completed"], "pupils")]
    later = pairs(frame, [*_COHORT, "kind"])
    none = frame["kind"].to_numpy(str)[later[:, 0]] == "none"
    by_then = np.concatenate([longer(frame["within"], later[~none]), longer(frame["within"], later[none])[:, ::-1]])
    about = About("cohorts.switches", within={"pupils": by_then})
    return release_cohorts(frame, provenance, ties=Ties(sums=sums, rests=rests), nested=later, about=about)


def release_curves(tracked: Tracked, provenance: Provenance) -> Released:
    """Probabilities of states over time, in steps: the columns of `curves`; a month without a step has the
    probability and interval of the one before."""
    curve = ["by", "group", "entry", "state"]
    frame = tracked.curves.sort_values([*curve, "month"], kind="stable").reset_index(drop=True)
    return release_steps(frame, provenance, curve=curve, share="probability", of="followed", about="cohorts.curves")


def release_expected_time(tracked: Tracked, provenance: Provenance) -> Released:
    """How long a pupil is in each state on the average: by, group, entry, state, month (of so many first months),
    expected_time (years), followed; missing where few pupils were ever in the state, or few are followed so long."""
    curve = ["by", "group", "entry", "state"]
    frame = tracked.curves[tracked.curves["month"].between(1, _MONTHS)]
    frame = frame.assign(ever=(frame["probability"] * frame["followed"]).round().astype("int64"))
    sums = frame.groupby(curve, sort=True).agg(
        month=("month", "max"), expected_time=("probability", "sum"), followed=("followed", "min"), ever=("ever", "max")
    )
    sums["expected_time"] /= _YEAR
    sums = sums.reset_index().rename(columns={"ever": "pupils"})
    return release_estimates(sums, provenance, behind=["followed", "pupils"], about="cohorts.expected_time")


def release_hazard(tracked: Tracked, provenance: Provenance) -> Released:
    """What goes with interruption: the columns of `hazard`; levels with few pupils, or few who left or stayed, are
    left out."""
    rests = [("events", "pupils")]
    behind = ["pupils", "events"]
    return release_estimates(tracked.hazard, provenance, behind=behind, rests=rests, about="cohorts.hazard")


def release_hazard_fit(tracked: Tracked, provenance: Provenance) -> Released:
    """Predicted beside observed interruptions: the columns of `hazard_fit`."""
    return _tenths(tracked.hazard_fit, provenance, [], "cohorts.hazard_fit")


def release_warning_fit(tracked: Tracked, provenance: Provenance) -> Released:
    """Predicted beside observed outcomes of both judges: the columns of `warning_fit`."""
    return _tenths(tracked.warning_fit, provenance, ["judge"], "cohorts.warning")


def _tenths(frame: pd.DataFrame, provenance: Provenance, keys: list[str], universe: str) -> Released:
    ties, behind = Ties(sums=_blocks(frame, keys)), ["pupils", "events"]
    rests = [("events", "pupils")]
    return release_estimates(frame, provenance, behind=behind, rests=rests, ties=ties, about=universe)


def release_warning(tracked: Tracked, provenance: Provenance) -> Released:
    """How well the score and the school's own rate foresee: the columns of `warning`, found_share of those pointed out
    (precision), events_share of those concerned who were found (sensitivity), and wrong_share of the others who were
    pointed out."""
    rests = [("events", "pupils"), ("flagged", "pupils"), ("found", "flagged"), ("found", "events")]
    behind = ["pupils", "events", "flagged", "found"]
    return _judged(release_estimates(tracked.warning, provenance, behind=behind, rests=rests, about="cohorts.warning"))


def release_warning_groups(tracked: Tracked, provenance: Provenance) -> Released:
    """The same per group, at one workload: the columns of `warning_groups`, and the shares of `release_warning`."""
    frame = tracked.warning_groups.reset_index(drop=True)
    rests = [("events", "pupils"), ("flagged", "pupils"), ("found", "flagged"), ("found", "events")]
    ties = Ties(sums=grouped_sums(frame, ["judge"]))
    behind = ["pupils", "events", "flagged", "found"]
    about = About("cohorts.warning", {"workload": rule("cohort_models", "warning_group_workload")})
    return _judged(release_estimates(frame, provenance, behind=behind, rests=rests, ties=ties, about=about))


def _judged(released: Released) -> Released:
    wrong = released.with_change("wrong", "flagged", "found").with_change("others", "pupils", "events")
    return (
        wrong.with_share("wrong_share", "wrong", "others")
        .with_share("found_share", "found", "flagged")
        .with_share("events_share", "found", "events")
        .with_share("share", "events", "pupils")
    )


def release_schools(tracked: Tracked, provenance: Provenance) -> Released:
    """Schools beside what their intake lets expect: the columns of `schools`, and share of the starters; all that
    was counted and estimated is missing for a school where few started, completed or did not."""
    frame = tracked.schools.reset_index(drop=True)
    ties = Ties(sums=_blocks(frame, ["provider_form"]))
    rests = [("completed", "starters")]
    behind = ["starters", "completed"]
    alone = frame["provider_form"].eq(INDEPENDENT).to_numpy(np.bool_)
    released = release_estimates(
        frame, provenance, behind=behind, rests=rests, ties=ties, about="cohorts.schools", alone=alone
    )
    return released.with_share("share", "completed", "starters")


def release_school_stability(tracked: Tracked, provenance: Provenance) -> Released:
    """How schools' differences of two cohorts go together: the columns of `school_stability`, which counts schools."""
    return release_estimates(tracked.school_stability, provenance, behind=["schools"], about="cohorts.school_stability")


def release_responsibility(tracked: Tracked, provenance: Provenance) -> Released:
    """Young people in the municipal activity responsibility: day, municipality (UNKNOWN where none is registered) and
    reason, '' all of them, pupils."""
    frame = tracked.responsibility
    frame = frame.assign(municipality=frame["municipality"].replace("", UNKNOWN))
    parts = [frame, frame.assign(reason=""), frame.assign(municipality=""), frame.assign(reason="", municipality="")]
    keys = ["day", "municipality", "reason"]
    frame = pd.concat(parts, ignore_index=True).groupby(keys, sort=True)["pupils"].sum().reset_index()
    sums = parts_of(frame, ["day", "municipality"], "reason") + parts_of(frame, ["day", "reason"], "municipality")
    return release_cohorts(frame, provenance, ties=Ties(sums=sums), about="cohorts.responsibility")


def release_cleaning(tracked: Tracked, provenance: Provenance) -> Released:
    """What the cleaning did: rule, rows, pupils."""
    return release_cohorts(tracked.cleaning, provenance, about="cohorts.cleaning")


def _blocks(frame: pd.DataFrame, keys: list[str]) -> list[tuple[int | None, list[int]]]:
    """The rows of each combination of `keys`, which add up to something told elsewhere."""
    if not len(frame):
        return []
    if not keys:
        return [(None, list(range(len(frame))))]
    place = pd.Series(np.arange(len(frame)))
    return [(None, rows.tolist()) for _, rows in place.groupby([frame[key].to_numpy() for key in keys], sort=True)]
