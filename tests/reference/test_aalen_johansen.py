"""State probabilities against published examples: survival's five subjects, aidssi, statsmodels' incidences."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gymreg_core.cohort.aalen_johansen import EVENT_FREE, AalenJohansen, aalen_johansen, cumulative_incidence
from tests.aidssi import aidssi
from tests.tiny import table

FIVE = """
| id | start | stop | from  | to |
| 1  | 0     | 4    | entry | a  |
| 1  | 4     | 9    | a     | b  |
| 1  | 9     | 10   | b     | a  |
| 2  | 0     | 5    | entry | b  |
| 3  | 2     | 9    | entry | c  |
| 4  | 0     | 2    | entry | a  |
| 4  | 2     | 8    | a     | c  |
| 4  | 8     | 9    | c     |    |
| 5  | 1     | 3    | entry | b  |
| 5  | 3     | 11   | b     |    |
"""
"""Therneau, survival, tests/mstate.R: late entry, returns and ties."""
FIVE_TOLD = """
| time | entry | a     | b     | c     |
| 0    | 1     | 0     | 0     | 0     |
| 2    | 3/4   | 1/4   | 0     | 0     |
| 3    | 9/16  | 1/4   | 3/16  | 0     |
| 4    | 3/8   | 7/16  | 3/16  | 0     |
| 5    | 3/16  | 7/16  | 3/8   | 0     |
| 8    | 3/16  | 7/32  | 3/8   | 7/32  |
| 9    | 0     | 0     | 19/32 | 13/32 |
| 10   | 0     | 19/64 | 19/64 | 13/32 |
"""
STATES = ("entry", "a", "b", "c")
PRINTED = 5e-6
"""Half a unit of the fifth decimal, the last one that is printed."""


def five(**options: object) -> AalenJohansen:
    rows = table(FIVE)
    times = ([float(row[name]) for row in rows] for name in ("start", "stop"))
    labels = ([row[name] for row in rows] for name in ("from", "to"))
    return aalen_johansen([row["id"] for row in rows], *times, *labels, states=STATES, **options)  # type: ignore[arg-type]


def test_five_subjects_with_late_entry_returns_and_ties() -> None:
    told = five().table.set_index(["time", "state"])["probability"]
    wanted = {(float(row["time"]), state): Fraction(row[state]) for row in table(FIVE_TOLD) for state in STATES}
    assert told.index.tolist() == list(wanted)
    assert told.tolist() == [float(share) for share in wanted.values()]


def test_five_subjects_at_risk() -> None:
    told = five().at_risk.pivot(index="time", columns="state", values="subjects")
    assert told["entry"].tolist() == [3, 4, 4, 3, 2, 1, 1, 0]
    assert told["b"].tolist() == [0, 0, 0, 1, 1, 1, 1, 2]


def test_subjects_who_start_at_different_times_in_different_states() -> None:
    """The same subjects with states of their own at the start and weights 1 to 10: the first distribution is that of
    those at risk just before the first move (tests/mstate.R, p0)."""
    rows = table(FIVE)
    start = [0, 4, 9, 1, 2, 0, 2, 8, 1, 3]
    state = ["entry", "a", "b", "a", "entry", "entry", "a", "c", "b", "c"]
    after = ["a", "b", "a", "b", "c", "a", "c", "", "c", ""]
    stop = [float(row["stop"]) for row in rows]
    told = aalen_johansen([r["id"] for r in rows], start, stop, state, after, range(1, 11), states=STATES)
    assert told.at(0)["probability"].tolist() == [7 / 20, 4 / 20, 9 / 20, 0]
    assert_allclose(told.at(2)["probability"], [1 / 20, 10 / 20, 9 / 20, 0], atol=1e-15)
    assert_allclose(
        told.at(5)["probability"], [1 / 20 * 5 / 6, (10 + 1 / 6) / 20 * 9 / 13, (10 + 1 / 6) / 20 * 4 / 13, 9 / 20]
    )


AIDSSI = """
| time | AIDS    | SI      |
| 5    | 0.12971 | 0.15756 |
| 10   | 0.33505 | 0.33459 |
| 13   | 0.40820 | 0.37523 |
"""


@pytest.mark.parametrize("row", table(AIDSSI), ids=lambda row: row["time"])
def test_aidssi(row: dict[str, str]) -> None:
    data = aidssi()
    told = cumulative_incidence(data["time"], data["cause"], at=float(row["time"])).table
    shares = dict(zip(told["state"], told["probability"], strict=True))
    assert shares["AIDS"] == pytest.approx(float(row["AIDS"]), abs=PRINTED)
    assert shares["SI"] == pytest.approx(float(row["SI"]), abs=PRINTED)
    assert sum(shares.values()) == pytest.approx(1)


def test_one_minus_kaplan_meier_of_each_cause_adds_up_to_more_than_one() -> None:
    """Why it is not offered: two "risks" of 0.569 and 0.498 at 13 years, of which only one can happen to a man."""
    from statsmodels.duration.survfunc import SurvfuncRight

    data = aidssi()
    risks = []
    for cause in ("AIDS", "SI"):
        alone = SurvfuncRight(data["time"], (data["cause"] == cause).astype(int))
        risks.append(1 - alone.surv_prob[alone.surv_times <= 13][-1])
    assert risks == pytest.approx([0.56856, 0.49789], abs=PRINTED)
    assert sum(risks) == pytest.approx(1.066, abs=5e-4)
    told = cumulative_incidence(data["time"], data["cause"], at=13).table
    assert 1 - told["probability"].iloc[0] == pytest.approx(0.783, abs=5e-4)


@pytest.mark.parametrize("seed", range(5))
def test_incidences_are_those_of_statsmodels(seed: int) -> None:
    from statsmodels.duration.survfunc import CumIncidenceRight

    rng = np.random.default_rng(seed)
    time, cause = rng.integers(1, 30, 200), rng.integers(0, 4, 200)
    with np.errstate(all="ignore"):
        theirs = CumIncidenceRight(time, cause)
    ours = cumulative_incidence(time, cause - 1, at=theirs.times, causes=("a", "b", "c")).table
    for place, name in enumerate(("a", "b", "c")):
        assert_allclose(ours.loc[ours["state"] == name, "probability"], theirs.cinc[place], atol=1e-12)
    free = ours.loc[ours["state"] == EVENT_FREE, "probability"].to_numpy()
    assert_allclose(free, 1 - np.sum(theirs.cinc, axis=0), atol=1e-12)
