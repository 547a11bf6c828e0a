"""Early-warning score: who will not complete, foreseen in the first autumn, made on earlier cohorts, judged on a later.

The score exists to be judged. No score of a pupil leaves this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.cohort.card_starts import Starts, attributed
from gymreg_core.cohort.cards import card
from gymreg_core.cohort.foreseen import in_time_order, risks, school_then
from gymreg_core.cohort.histories import Histories
from gymreg_core.cohort.judging import clustered_auc, pointed_out
from gymreg_core.cohort.logit import NoFit
from gymreg_core.cohort.model_words import sentences
from gymreg_core.cohort.outcomes import outcomes
from gymreg_core.cohort.schools import REACH, span
from gymreg_core.cohort.starts import grouped
from gymreg_core.cohort.tenths import tenths
from gymreg_core.contracts.tracked import JUDGES, empty_tracked, tracked_table
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import Language

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Int32 = NDArray[np.int32]
BY = ("region", "sex", "merit_band", "provider_form", "programme")
"""Groups whose errors are told."""


@dataclass(frozen=True, eq=False, repr=False)
class EarlyWarning:
    """How well it could be foreseen who would not complete, beside the share of the school's own earlier pupils.

    table, fit, groups : contracts.tracked warning, warning_fit and warning_groups (at the rule
    `warning_group_workload`); no rows where nothing could be judged. within : years after the autumn of the start.
    reason : why nothing could be judged; '' where it was.
    """

    table: pd.DataFrame
    fit: pd.DataFrame
    groups: pd.DataFrame
    within: int
    reason: str

    def __repr__(self) -> str:
        return "EarlyWarning()" if self.table.empty else f"EarlyWarning(judged on {self.table['judged'].iloc[0]})"

    def summary(self) -> dict[str, Any]:
        """What was judged, the areas under the curve, and sensitivity and precision at each workload."""
        told: dict[str, Any] = {"reason": self.reason, "within": self.within}
        told["fewest"] = rule("cohort_models", "warning_fewest")
        if self.reason:
            return told
        score, rate = (self.table[self.table["judge"] == judge] for judge in JUDGES)
        names = ("trained", "judged", "pupils", "events", "auc", "low", "high")
        told |= {name: score[name].tolist()[0] for name in names}
        told["rate"] = rate["auc"].tolist()[0]
        shares = {"workload": score["workload"], "precision": score["found"] / score["flagged"].clip(lower=1)}
        shares["sensitivity"] = score["found"] / score["events"]
        told["workloads"] = pd.DataFrame(shares).to_dict("records")
        return told

    def describe(self, language: Language = "sv") -> str:
        """What was judged, how well it separates, and what each workload finds, in sentences."""
        return " ".join(sentences("warning", self.summary(), language))

    def _repr_html_(self) -> str:
        return f"<p>{self.describe()}</p>{self.table.to_html(index=False)}"


def early_warning(h: Histories, s: pd.DataFrame) -> EarlyWarning:
    """The score judged on the newest cohort whose outcome (rule `outcome_card`) is known.

    Made on every cohort whose outcome was known on the day on which that one is judged, the first 15 October; pupils
    who had left by that day are in neither. Where nothing can be judged the tables are empty and the reason is in the
    result; nothing is raised.
    """
    measure = card(str(rule("cohort_models", "outcome_card")))
    empty = [empty_tracked(name) for name in ("warning", "warning_fit", "warning_groups")]
    none = EarlyWarning(empty[0], empty[1], empty[2], measure.horizon, "")
    try:
        earlier, judged = in_time_order(outcomes(measure, h, s), h)
    except NoFit as no:
        return replace(none, reason=no.reason)
    scores, event = risks(h, earlier, judged), ~judged.completed
    start = Starts(judged.pupil, judged.cohort.astype(np.int16), judged.row)
    about = attributed(h, s, start, measure.population, None)
    told = {"trained": span(sorted(set(earlier.cohort.tolist()))), "judged": int(judged.cohort[0])}
    return replace(
        none,
        table=_table(scores, event, school_then(h, judged), told),
        fit=_fit(scores, event),
        groups=_groups(scores, event, about),
    )


def _table(scores: Mapping[str, Floats], event: Bools, school: Int32, told: Mapping[str, Any]) -> pd.DataFrame:
    rows = []
    for judge in JUDGES:
        area, error = clustered_auc(scores[judge], event, school)
        of_judge = {
            "judge": judge,
            "pupils": len(event),
            "events": int(event.sum()),
            "auc": area,
            "low": max(0.0, area - REACH * error),
            "high": min(1.0, area + REACH * error),
        }
        for workload in rule("cohort_models", "warning_workloads"):
            flagged = pointed_out(scores[judge], workload)
            found = {"flagged": int(flagged.sum()), "found": int((flagged & event).sum())}
            rows.append({**told, **of_judge, "workload": workload, **found})
    return tracked_table("warning", pd.DataFrame(rows))


def _fit(scores: Mapping[str, Floats], event: Bools) -> pd.DataFrame:
    ones = np.ones(len(event), np.int64)
    parts = [tenths(scores[judge], ones, event.astype(np.int64)).assign(judge=judge) for judge in JUDGES]
    return tracked_table("warning_fit", pd.concat(parts, ignore_index=True))


def _groups(scores: Mapping[str, Floats], event: Bools, about: pd.DataFrame) -> pd.DataFrame:
    """Contracts.tracked warning_groups; `about` has the columns of `starts` for each pupil that is judged."""
    workload, parts = rule("cohort_models", "warning_group_workload"), []
    for judge in JUDGES:
        flagged = pointed_out(scores[judge], workload)
        counted = {"pupils": np.ones(len(event), np.bool_), "events": event, "flagged": flagged}
        counted["found"] = flagged & event
        for by in BY:
            codes, names = grouped(about, by)
            sums = {name: np.bincount(codes[of], minlength=len(names)) for name, of in counted.items()}
            parts.append(pd.DataFrame({"judge": judge, "by": by, "group": names, **sums}))
    return tracked_table("warning_groups", pd.concat(parts, ignore_index=True))
