"""The early-warning score: nothing from later is used, time runs one way, and what pointing out finds is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from gymreg_core.cohort import warning
from gymreg_core.cohort.build import histories
from gymreg_core.cohort.cards import card
from gymreg_core.cohort.days import day_number
from gymreg_core.cohort.foreseen import in_time_order, judging_day, known_then, programme_then, risks, school_then
from gymreg_core.cohort.histories import FAR, Histories
from gymreg_core.cohort.judging import clustered_auc, pointed_out
from gymreg_core.cohort.outcomes import Outcomes, outcomes
from gymreg_core.cohort.starts import starts
from gymreg_core.cohort.warning import EarlyWarning, early_warning
from gymreg_core.contracts.tracked import TRACKED_TABLES
from gymreg_core.rules import rule
from gymreg_core.synthetic.histories import make_enrolments
from tests.cohorts import tiny_histories


@pytest.fixture(scope="module")
def h() -> Histories:
    return histories(make_enrolments(range(2019, 2023), date(2025, 12, 31), seed=2, scale=0.08))


@pytest.fixture(scope="module")
def s(h: Histories) -> pd.DataFrame:
    return starts(h)


@pytest.fixture(scope="module")
def found(h: Histories, s: pd.DataFrame) -> Outcomes:
    return outcomes(card(rule("cohort_models", "outcome_card")), h, s)


@pytest.fixture(scope="module")
def told(h: Histories, s: pd.DataFrame) -> EarlyWarning:
    return early_warning(h, s)


def cut(h: Histories, day: int) -> Histories:
    """What happened until a day alone: rows that begin later are gone, and those that end later go on."""
    rows = h.spells[h.spells["start"] <= day].reset_index(drop=True)
    rows["stop"] = rows["stop"].where(rows["stop"] <= day, FAR).astype(np.int32)
    homes = h.homes[h.homes["start"] <= day].reset_index(drop=True)
    return replace(h, as_of=day, spells=rows, homes=homes, certificates=h.certificates.iloc[:0])


def test_nothing_from_later_than_15_october_is_used(h: Histories, found: Outcomes) -> None:
    newest = found.of(found.cohort == 2022)
    codes = np.unique(programme_then(h, newest))
    day = int(judging_day(np.array(2022)))
    assert day == day_number("2022-10-15")
    then = cut(h, day)
    assert len(then.spells) < 0.7 * len(h.spells)
    row = then.of_pupil[newest.pupil] + (newest.row - h.of_pupil[newest.pupil])
    earlier = replace(newest, row=row.astype(np.int32))
    np.testing.assert_array_equal(known_then(then, earlier, codes), known_then(h, newest, codes))


def test_a_column_that_leaks_is_not_used(h: Histories, s: pd.DataFrame, told: EarlyWarning) -> None:
    done = np.zeros(len(h), np.int16)
    done[h.certificates["pupil"].to_numpy()] = 1
    leaking = replace(h, pupils=h.pupils.assign(completed=done, points=done * 2500))
    again = early_warning(leaking, s.assign(completed=done, diploma=done, last_school=done))
    for name in ("table", "fit", "groups"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(told, name))


def test_sex_is_not_used_but_its_errors_are_told(h: Histories, s: pd.DataFrame, told: EarlyWarning) -> None:
    other = {"F": "M", "M": "F"}
    swapped = replace(h, pupils=h.pupils.assign(sex=h.pupils["sex"].map(lambda sex: other.get(sex, sex))))
    again = early_warning(swapped, starts(swapped))
    pd.testing.assert_frame_equal(again.table, told.table)
    here, there = (t.groups[t.groups["by"] == "sex"].set_index(["judge", "group"]) for t in (told, again))
    assert here.loc[("score", "F"), "flagged"] == there.loc[("score", "M"), "flagged"]
    assert set(here.index.get_level_values("group")) >= {"F", "M"}
    assert "kön" in told.describe("sv").lower()


def test_time_runs_one_way(h: Histories, found: Outcomes) -> None:
    earlier, judged = in_time_order(found, h)
    assert set(judged.cohort.tolist()) == {2022}
    assert set(earlier.cohort.tolist()) == {2019}  # three years and the time that certificates take
    assert max(found.known[cohort] for cohort in set(earlier.cohort.tolist())) <= judging_day(np.array(2022))
    assert found.known[2020] > judging_day(np.array(2022))
    assert np.isin(h.state_at(judging_day(judged.cohort), judged.pupil), (0, 1, 2)).all()


def test_an_outcome_is_known_when_certificates_have_had_their_time(found: Outcomes) -> None:
    """The last day of three school years, 30 June, and the wait."""
    wait = int(rule("completion", "wait"))
    assert wait > 0
    assert found.known == {cohort: day_number(f"{cohort + 3}-06-30") + wait for cohort in found.known}


def test_what_becomes_of_the_judged_changes_no_risk(h: Histories, found: Outcomes) -> None:
    earlier, judged = in_time_order(found, h)
    flipped = replace(judged, completed=~judged.completed)
    for judge, score in risks(h, earlier, judged).items():
        np.testing.assert_array_equal(score, risks(h, earlier, flipped)[judge])


def test_the_schools_own_rate_is_that_of_its_earlier_pupils(h: Histories, found: Outcomes) -> None:
    earlier, judged = in_time_order(found, h)
    before, now = school_then(h, earlier), school_then(h, judged)
    gone = earlier.of(before != before[0])
    rate = risks(h, gone, judged)["school_rate"]
    for school in np.unique(now):
        own = ~gone.completed[school_then(h, gone) == school]
        expected = own.mean() if len(own) else (~gone.completed).mean()
        assert set(np.round(rate[now == school], 12)) == {round(float(expected), 12)}
    assert (now == before[0]).any()


def test_the_tables_agree_with_one_another(told: EarlyWarning) -> None:
    assert told.reason == ""
    table, workloads = told.table, rule("cohort_models", "warning_workloads")
    assert [(row.judge, row.workload) for row in table.itertuples()] == [
        (judge, share) for judge in ("score", "school_rate") for share in workloads
    ]
    assert (table["flagged"] == (table["workload"] * table["pupils"]).round()).all()
    assert (table["found"] <= table[["flagged", "events"]].min(axis=1)).all()
    assert (table["low"] < table["auc"]).all()
    assert (table["auc"] < table["high"]).all()
    assert table["auc"].iloc[0] > table["auc"].iloc[-1]
    for judge, fit in told.fit.groupby("judge"):
        assert fit["events"].sum() == table["events"].iloc[0]
        assert fit["pupils"].sum() == table["pupils"].iloc[0]
        assert fit["bin"].is_monotonic_increasing, judge
    at = table[table["workload"] == rule("cohort_models", "warning_group_workload")].set_index("judge")
    names = ["pupils", "events", "flagged", "found"]
    for (judge, by), group in told.groups.groupby(["judge", "by"]):
        assert group[names].sum().tolist() == at.loc[judge, names].tolist(), by
    assert told.groups["by"].unique().tolist() == list(warning.BY)


def test_the_score_is_calibrated_on_a_later_cohort(told: EarlyWarning) -> None:
    fit = told.fit[told.fit["judge"] == "score"]
    error = np.sqrt(fit["predicted"] * (1 - fit["predicted"]) / fit["pupils"])
    # the made-up cohorts are alike; 4 standard errors of a tenth, and 5 points for what one small cohort has taught
    assert ((fit["predicted"] - fit["observed"]).abs() < 4 * error + 0.05).all()


def test_no_score_of_a_pupil_is_told(told: EarlyWarning) -> None:
    for name, table in (("warning", told.table), ("warning_fit", told.fit), ("warning_groups", told.groups)):
        assert list(table.columns) == [column.name for column in TRACKED_TABLES[name]]
        assert len(table) < 150
    kept = [value for value in vars(told).values() if not isinstance(value, (pd.DataFrame, str, int))]
    assert not kept


def delong(score: np.ndarray, event: np.ndarray) -> tuple[float, float]:
    """DeLong, DeLong and Clarke-Pearson (1988), pair by pair."""
    up, down = score[event], score[~event]
    wins = (up[:, None] > down) + 0.5 * (up[:, None] == down)
    of_up, of_down = wins.mean(axis=1), wins.mean(axis=0)
    return wins.mean(), float(np.sqrt(of_up.var(ddof=1) / len(up) + of_down.var(ddof=1) / len(down)))


@pytest.mark.parametrize("seed", range(5))
def test_the_area_and_its_error(seed: int) -> None:
    rng = np.random.default_rng(seed)
    event = rng.random(300) < 0.3
    score = np.round(event * 0.6 + rng.normal(0, 1, 300), 1)
    area, error = clustered_auc(score, event, np.arange(300, dtype=np.int32))
    assert (area, error) == pytest.approx(delong(score, event))
    assert area == pytest.approx(roc_auc_score(event, score))


def test_schools_as_clusters_agree_with_drawing_schools_again() -> None:
    rng = np.random.default_rng(11)
    school = rng.integers(0, 80, 4_000).astype(np.int32)
    pull = rng.normal(0, 0.8, 80)[school]
    event = rng.random(4_000) < 1 / (1 + np.exp(1.5 - pull))
    score = np.round(pull + rng.normal(0, 1, 4_000), 1)
    _, error = clustered_auc(score, event, school)
    rows = [np.flatnonzero(school == one) for one in range(80)]
    again = []
    for _ in range(400):
        drawn = np.concatenate([rows[one] for one in rng.integers(0, 80, 80)])
        again.append(roc_auc_score(event[drawn], score[drawn]))
    assert error == pytest.approx(np.std(again), rel=0.12)  # 400 draws tell a standard deviation to 3.5 per cent
    assert error > 1.3 * delong(score, event)[1]


def test_of_equal_scores_the_first_are_pointed_out() -> None:
    score = np.array([0.2, 0.9, 0.5, 0.5, 0.5, 0.1, 0.5, 0.0, 0.0, 0.0])
    assert np.flatnonzero(pointed_out(score, 0.3)).tolist() == [1, 2, 3]
    assert np.flatnonzero(pointed_out(score, 0.0)).tolist() == []
    assert pointed_out(score, 1.0).all()


NOTHING = {
    "no pupil": (tiny_histories(since="2019-07-01", as_of="2025-12-31"), "no_cohort"),
    "one pupil": (
        tiny_histories("| who | start |\n| eva | 2019-08-15 |", since="2019-07-01", as_of="2025-12-31"),
        "no_earlier",
    ),
    "too early": (
        tiny_histories("| who | start |\n| eva | 2019-08-15 |", since="2019-07-01", as_of="2022-07-01"),
        "no_cohort",
    ),
    "two pupils": (
        tiny_histories(
            "| who | start |\n| eva | 2019-08-15 |\n| ann | 2022-08-15 |", since="2019-07-01", as_of="2025-12-31"
        ),
        "few_pupils",
    ),
}


@pytest.mark.parametrize("name", NOTHING)
def test_where_nothing_can_be_judged_the_reason_is_told(name: str) -> None:
    h, reason = NOTHING[name]
    result = early_warning(h, starts(h))
    assert result.reason == reason
    assert result.table.empty
    assert result.fit.empty
    assert result.groups.empty
    for language in ("sv", "en"):
        assert result.describe(language)
