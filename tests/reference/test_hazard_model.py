"""The model of interruption beside statsmodels on single rows, beside predicting twice, and beside planted effects."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from gymreg_core.cohort.hazard import estimable, interruption_of
from gymreg_core.cohort.logit import Term, average_effects, count_cells, fit, probability
from gymreg_core.cohort.person_periods import PersonPeriods
from gymreg_core.cohort.tenths import tenths
from tests.hazard_planted import planted

EXACT = 1e-8
"""Both solve the same equations to 1e-12; what is left is the order of the sums."""


@pytest.fixture(scope="module")
def periods() -> PersonPeriods:
    return planted(3, schools=40, years=6_000)[0]


@pytest.fixture(scope="module")
def single_rows(periods: PersonPeriods):
    """A row per pupil's year, and statsmodels' own clustered covariance."""
    columns = [np.ones(len(periods))] + [one.codes == place for one in periods.terms for place in one.others]
    design = np.column_stack(columns).astype(float)
    model = sm.GLM(periods.event.astype(float), design, family=sm.families.Binomial())
    clusters = {"groups": periods.school.astype(np.int64)}
    return design, model.fit(tol=1e-12, cov_type="cluster", cov_kwds=clusters, use_t=True)


def test_counted_cells_give_what_single_rows_give(periods: PersonPeriods, single_rows) -> None:
    _, expected = single_rows
    cells = count_cells(periods.terms, periods.school, periods.event)
    assert len(cells.rows) < len(periods)
    found = fit(cells.design(), cells.rows, cells.events, cells.cluster)
    np.testing.assert_allclose(found.coefficients, expected.params, atol=EXACT)
    np.testing.assert_allclose(found.covariance, expected.cov_params(), atol=EXACT)
    assert found.reach == pytest.approx(stats.t.ppf(0.975, len(np.unique(periods.school)) - 1))


def test_effects_are_what_predicting_twice_gives(periods: PersonPeriods, single_rows) -> None:
    design, expected = single_rows
    cells = count_cells(periods.terms, periods.school, periods.event)
    found = average_effects(cells, fit(cells.design(), cells.rows, cells.events, cells.cluster))

    def difference(coefficients: np.ndarray, at: int, term: Term, level: int) -> float:
        twice = []
        for place in (level, term.reference):
            put = design.copy()
            for column, other in enumerate(term.others, at):
                put[:, column] = other == place
            twice.append(probability(put, coefficients).mean())
        return float(twice[0] - twice[1])

    at, row = 1, 0
    for term in periods.terms:
        for level in term.others:
            told = difference(expected.params, at, term, level)
            step = 1e-6
            slopes = [
                (difference(expected.params + d, at, term, level) - difference(expected.params - d, at, term, level))
                / (2 * step)
                for d in step * np.eye(len(expected.params))
            ]
            assert found.effect[row] == pytest.approx(told, abs=EXACT)
            error = np.sqrt(slopes @ expected.cov_params() @ slopes)
            assert found.std_error[row] == pytest.approx(error, rel=1e-5)  # slopes by differences
            row += 1
        at += len(term.others)
    assert row == len(found.effect)


def test_the_table_tells_effects_odds_and_counts(periods: PersonPeriods, single_rows) -> None:
    _, expected = single_rows
    result = interruption_of(periods)
    np.testing.assert_allclose(result.table["odds_ratio"], np.exp(expected.params[1:]), rtol=1e-7)
    ends = np.exp(expected.conf_int()[1:])
    np.testing.assert_allclose(result.table[["odds_low", "odds_high"]], ends, rtol=1e-6)
    switched = next(one for one in periods.terms if one.name == "switched")
    row = result.table[result.table["term"] == "switched"].iloc[0]
    assert (row["level"], row["reference"]) == ("yes", "no")
    assert row["pupils"] == (switched.codes == 1).sum()
    assert row["events"] == periods.event[switched.codes == 1].sum()
    assert (result.fit["events"].sum(), result.fit["pupils"].sum()) == (periods.event.sum(), len(periods))
    predicted = (result.fit["predicted"] * result.fit["pupils"]).sum()
    assert predicted == pytest.approx(periods.event.sum())  # the score equation of the constant


def test_pupils_are_counted_once_on_a_level() -> None:
    periods, _ = planted(4, schools=30, years=4_000)
    twice = replace(periods, pupil=periods.pupil // 2)
    row = interruption_of(twice).table.query("term == 'sex'").iloc[0]
    codes = next(one.codes for one in periods.terms if one.name == "sex")
    assert row["pupils"] == len(set(twice.pupil[codes == 1].tolist()))


def test_planted_effects_are_covered() -> None:
    hits = []
    for seed in range(25):
        periods, truth = planted(seed, schools=120, years=8_000)
        table = interruption_of(periods).table
        hits += [row.low <= truth[row.term, row.level] <= row.high for row in table.itertuples()]
    # 275 intervals, hardly dependent: 95 per cent less or more three standard errors, 3.9 points
    assert 0.91 <= np.mean(hits) <= 0.99


def test_clusters_matter() -> None:
    """Without them the interval of what belongs to the school would be far too narrow."""
    periods, _ = planted(5, schools=60, years=12_000)
    alone = replace(periods, school=np.arange(len(periods), dtype=np.int32))
    widths = [
        float((table["high"] - table["low"])[table["term"] == "provider_form"].iloc[0])
        for table in (interruption_of(periods).table, interruption_of(alone).table)
    ]
    assert widths[0] > 2 * widths[1]


def rows_of(schools: int, events: list[bool], **terms: list[str]) -> PersonPeriods:
    n = len(events)
    made = []
    for name, values in terms.items():
        levels, codes = np.unique(values, return_inverse=True)
        made.append(Term(name, codes.astype(np.int32), tuple(map(str, levels)), 0))
    at = np.arange(n, dtype=np.int32)
    return PersonPeriods(at, np.ones(n, np.int8), at % schools, np.array(events, bool), tuple(made))


MANY = [True, False, False, False] * 30
NO_MODEL = {
    "no pupil": (rows_of(1, [], sex=[]), "no_event"),
    "one pupil": (rows_of(1, [True], sex=["F"]), "no_event"),
    "nobody left": (rows_of(20, [False] * 120, sex=["F", "M"] * 60), "no_event"),
    "one school": (rows_of(1, MANY, sex=["F", "F", "F", "M", "M", "M"] * 20), "few_schools"),
    "nine schools": (rows_of(9, MANY, sex=["F", "F", "F", "M", "M", "M"] * 20), "few_schools"),
    "the same twice": (
        rows_of(20, MANY, sex=["F", "F", "F", "M", "M", "M"] * 20, twin=["a", "a", "a", "b", "b", "b"] * 20),
        "collinear",
    ),
}


@pytest.mark.parametrize("name", NO_MODEL)
def test_where_there_is_no_model_the_reason_is_told(name: str) -> None:
    periods, reason = NO_MODEL[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = interruption_of(periods)
    assert result.reason == reason
    assert result.table.empty
    assert result.fit.empty
    for language in ("sv", "en"):
        assert result.describe(language)


def test_a_combination_that_tells_the_outcome_leaves_no_model() -> None:
    """Nobody of x and p, everybody of y and q: the odds of both rise for ever."""
    a, b = ["x", "x", "x", "y", "y", "y"] * 20, ["p", "q", "q", "p", "p", "q"] * 20
    event = [False, True, False, True, False, True] * 20
    assert interruption_of(rows_of(20, event, a=a, b=b)).reason == "separated"


def test_levels_without_an_interruption_are_left_out_and_counted() -> None:
    periods = rows_of(20, [*MANY, False, False], provider_form=[*["a", "a", "b", "b", "b"] * 24, "c", "c"])
    assert estimable(periods).sum() == len(periods) - 2
    result = interruption_of(periods)
    assert (result.left_out, result.years) == (2, 120)
    assert "c" not in set(result.table["level"])
    assert "2 elevår" in result.describe("sv")


def test_equal_risks_share_a_tenth() -> None:
    ones = np.ones(100, np.int64)
    table = tenths(np.repeat([0.1, 0.2, 0.9], [5, 90, 5]), ones, (np.arange(100) >= 90).astype(np.int64))
    assert table["bin"].tolist() == [1, 6, 10]
    assert table["pupils"].tolist() == [5, 90, 5]
    assert table["events"].tolist() == [0, 5, 5]
    assert tenths(np.linspace(0, 1, 100), ones, ones * 0)["pupils"].tolist() == [10] * 10
    assert tenths(np.zeros(0), ones[:0], ones[:0]).empty
