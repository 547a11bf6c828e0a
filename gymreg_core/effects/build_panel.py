"""From histories to a panel: starters in cells, what became of them, and the supplement that they met."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.cohort.card_starts import starts_of
from gymreg_core.cohort.cards import card
from gymreg_core.cohort.histories import Histories
from gymreg_core.effects.bands import band_names, band_of
from gymreg_core.effects.intake import Intake, intake_of
from gymreg_core.effects.paid import Paid, paid
from gymreg_core.effects.panel import Panel
from gymreg_core.effects.panel_outcomes import Known, outcomes_of, settled_of
from gymreg_core.effects.school_years import exposure, first_price_year, length, mean_amounts, supplement_of
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import programmes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def build_panel(h: Histories, s: pd.DataFrame) -> Panel:
    """The panel of all cohorts that `h` tells of from their first day on. s : `starts(h)`.

    Whose: starters of the measure `outcome_card` (rules/effects.yml) who are followed: the first time on a national
    programme, in year of study 1, and there on 15 October; who came from an introductory programme counts with the
    cohort of the national one. Where: the first school as it is today, and its programme under its code of today.
    Doses and shares of earlier intakes count those who are not followed too, as the school is paid for them.
    Outcomes are known once their last day and the wait for certificates (rules/completion.yml) have passed; of who left
    the region or died before without one it is not.
    Errors: RuleMissing, also for a price year whose amounts are not known.
    """
    given, every = paid(h), starts_of(card(str(rule("effects", "outcome_card"))), h, s)
    intake = intake_of(h, given, every)
    followed = h.pupils["followed"].to_numpy(np.bool_)[every.pupil]
    cohorts, cohort = np.unique(intake.cohort[followed], return_inverse=True)
    places, place = np.unique(intake.place[followed], return_inverse=True)
    bands = band_names()
    key = (place * len(cohorts) + cohort) * len(bands) + band_of(intake.merit[followed])
    cells, cell, pupils = np.unique(key, return_inverse=True, return_counts=True)
    place, cohort, band = (at.astype(np.int64) for at in _apart(cells, (len(places), len(cohorts), len(bands))))
    units, school = np.unique(places // len(given.programmes), return_inverse=True)
    taught, programme = np.unique(places % len(given.programmes), return_inverse=True)
    about = h.schools.set_index("school_id").loc[given.schools[units]]
    codes = np.array(given.programmes)[taught]
    doses, of_school = given.dose(cohorts.tolist())
    amounts = _amounts(given, cohorts)
    shares = _earlier_shares(intake, cohorts, places)[place, cohort]

    def totals(found: Mapping[str, Known]) -> tuple[dict[str, Ints], dict[str, Floats]]:
        known = {name: np.bincount(cell, one.known[followed], len(cells)) for name, one in found.items()}
        total = {name: np.bincount(cell, one.value[followed], len(cells)) for name, one in found.items()}
        return (
            {name: count.astype(np.int64) for name, count in known.items()},
            {name: value.astype(np.float64) for name, value in total.items()},
        )

    known, total = totals(outcomes_of(h, every))
    settled_known, settled_total = totals(settled_of(h, s, every))
    return Panel(
        schools=given.schools[units],
        provider_forms=about["provider_form"].to_numpy(str),
        programmes=codes,
        vocational=np.array([programmes()[one].type == "vocational" for one in codes], np.bool_),
        cohorts=cohorts.astype(np.int16),
        bands=np.array(bands),
        exposure=np.array([exposure(one) for one in cohorts.tolist()]),
        school=school.astype(np.int64)[place],
        programme=programme.astype(np.int64)[place],
        cohort=cohort,
        band=band,
        pupils=pupils.astype(np.int64),
        covered=np.bincount(cell, (intake.own_levels() > 0)[followed], len(cells)).astype(np.int64),
        dose=doses[units[school[place]], taught[programme[place]], cohort],
        school_dose=of_school[units[school[place]], cohort],
        predicted=_predicted(intake, places)[place],
        formula=np.einsum("rl,rl->r", shares, amounts[cohort]),
        shares=shares,
        amounts=amounts,
        known=known,
        total=total,
        settled_known=settled_known,
        settled_total=settled_total,
    )


def _apart(key: Ints, sizes: tuple[int, ...]) -> tuple[Ints, ...]:
    return tuple(np.unravel_index(key, sizes)) if len(key) else tuple(np.zeros(0, np.int64) for _ in sizes)


def _amounts(given: Paid, cohorts: Ints) -> Floats:
    """Thousand kronor by cohort and level: mean over the school years that are there already."""
    levels = len(supplement_of(first_price_year()).levels)
    found = [mean_amounts(given.autumns_of(cohort)) for cohort in cohorts.tolist()]
    return np.array(found).reshape(len(cohorts), levels)


def _earlier_shares(intake: Intake, cohorts: Ints, places: Ints) -> Floats:
    """Shares by level of the intake so many years earlier, by the supplement of each cohort: (q, cohorts, levels)."""
    lag = int(rule("effects", "intake_lag"))
    found = [np.zeros((len(places), 0, len(supplement_of(first_price_year()).levels)))]
    for cohort in cohorts.tolist():
        rows = np.flatnonzero(intake.cohort == cohort - lag)
        found.append(intake.shares(rows, cohort, places)[:, None])
    return np.concatenate(found, axis=1)


def _predicted(intake: Intake, places: Ints) -> Floats:
    """The dose (q,) that the pupils of base_cohorts would have brought in the first school years of the supplement."""
    first, last = rule("effects", "base_cohorts")
    begun = first_price_year()
    rows = np.flatnonzero((intake.cohort >= first) & (intake.cohort <= last))
    return np.asarray(intake.shares(rows, begun, places) @ mean_amounts(range(begun, begun + length())))
