"""Regressions with fixed effects against the slow way, on random cases with nested and redundant effects."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from gymreg_core.effects.fit import reach
from gymreg_core.effects.regression import Regression, ols, two_stage
from gymreg_core.effects.within import Within
from tests.effects_regressions import Case, dummies, random_case, slow_fit, taken_out

EXACT = 1e-10
"""What rounding leaves after sums over hundreds of rows; means that are swept in turns stop at 1e-8 or before."""
SEEDS = range(6)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("effects", [1, 2, 3])
def test_fixed_effects_are_taken_out_exactly(seed: int, effects: int) -> None:
    case = random_case(seed, effects=effects)
    columns = np.column_stack([case.outcome, case.regressors])
    slow = taken_out(case.effects, case.weights) @ columns
    assert np.abs(case.within(columns) - slow).max() < EXACT
    assert np.abs(case.within(case.outcome) - slow[:, 0]).max() < EXACT
    many = np.tile(columns, 50)
    assert np.abs(case.within(many) - np.tile(slow, 50)).max() < EXACT


@pytest.mark.parametrize("seed", SEEDS)
def test_absorbed_degrees_of_freedom_are_the_rank(seed: int) -> None:
    case = random_case(seed)
    nested = [*case.effects, case.cluster, case.effects[0] // 2]
    for effects in (case.effects, nested, case.effects[::-1]):
        within = Within.of(effects, case.weights)
        assert within.absorbed == np.linalg.matrix_rank(dummies(effects))
    within = Within.of(nested, case.weights)
    of_schools = np.linalg.matrix_rank(dummies([case.effects[0], case.cluster]))
    assert within.beyond(case.cluster) == within.absorbed - of_schools + 1


def test_rows_that_are_alone_on_a_level_count_for_nothing() -> None:
    # Row 5 is alone in its place; without it row 4 is alone in its cohort.
    place, cohort = np.array([0, 0, 1, 1, 1, 2]), np.array([0, 1, 0, 1, 2, 2])
    assert Within.of([place, cohort], np.ones(6)).kept.tolist() == [True, True, True, True, False, False]


def test_a_row_without_weight_is_none() -> None:
    with pytest.raises(ValueError, match="weight"):
        Within.of([np.array([0, 0, 1, 1])], np.array([1.0, 0, 1, 1]))


@pytest.mark.parametrize("seed", SEEDS)
def test_products_of_clusters_apart(seed: int) -> None:
    case = random_case(seed)
    within, out = case.within, taken_out(case.effects, case.weights)
    left = within(case.regressors)
    mine = np.eye(12)[case.cluster]
    cut = [left[:, [column]] * mine for column in range(2)]
    slow = np.array([[one.T @ (case.weights[:, None] * (out @ other)) for other in cut] for one in cut])
    assert np.abs(within.between(left[:, 0], left[:, 1], case.cluster, 12) - slow[0, 1]).max() < 1e-9
    diagonal = np.einsum("ijgg->gij", slow)
    assert np.abs(within.apart(left, case.cluster, 12) - diagonal).max() < 1e-9


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("by_instrument", [False, True])
def test_estimates_and_clustered_errors(seed: int, by_instrument: bool) -> None:
    case = random_case(seed)
    tools = case.instruments if by_instrument else None
    estimate, scores, cross = slow_fit(case, tools)
    prepared = Regression.of(case.regressors, case.within, case.cluster, instruments=tools)
    fit = prepared.fit(case.outcome, 0.9, "clustered")
    n, rest = len(case.outcome), 160 - 2 - case.within.beyond(case.cluster)
    inverse = np.linalg.inv(cross)
    meat = sum(np.outer(one @ case.outcome, one @ case.outcome) for one in scores)
    slow = inverse @ meat @ inverse.T * 12 / 11 * (n - 1) / rest
    assert case.within.kept.all()
    assert fit.estimate == pytest.approx(estimate, abs=EXACT)
    assert fit.covariance == pytest.approx(slow, rel=1e-8)
    assert fit.low == pytest.approx(estimate - stats.t.ppf(0.95, 11) * np.sqrt(np.diag(slow)), rel=1e-8)
    assert fit.p_value == pytest.approx(2 * stats.t.sf(np.abs(estimate) / np.sqrt(np.diag(slow)), 11), rel=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("by_instrument", [False, True])
def test_adjusted_errors_are_unbiased_where_errors_are_alike(seed: int, by_instrument: bool) -> None:
    """With errors of variance 1 / weight, a cluster's part of the covariance is on average what it would be had the
    regression taken nothing from it (Bell and McCaffrey 2002): the squares of its own instruments."""
    case = random_case(seed)
    tools = case.instruments if by_instrument else None
    _, scores, cross = slow_fit(case, tools)
    prepared = Regression.of(case.regressors, case.within, case.cluster, instruments=tools)
    inverse = np.linalg.inv(cross)
    left = taken_out(case.effects, case.weights) @ (case.regressors if tools is None else tools)
    for one, of_cluster in enumerate(scores):
        spread = of_cluster @ np.diag(1 / case.weights) @ of_cluster.T
        on_average = prepared.turned["adjusted"][one] @ spread @ prepared.turned["adjusted"][one].T
        mine = left[case.cluster == one]
        own = mine.T @ (case.weights[case.cluster == one][:, None] * mine)
        assert on_average == pytest.approx(inverse @ own @ inverse.T, rel=1e-6, abs=1e-12)


def test_degrees_of_freedom_are_close_to_those_of_bell_and_mccaffrey() -> None:
    case = random_case(3, schools=25, rows=300, k=1)
    _, scores, _ = slow_fit(case)
    prepared = Regression.of(case.regressors, case.within, case.cluster)
    moves = np.einsum("gk,gkn->gn", prepared.turned["adjusted"][:, 0], scores) / np.sqrt(case.weights)
    exact = np.trace(moves @ moves.T) ** 2 / ((moves @ moves.T) ** 2).sum()
    assert prepared.degrees[0] == pytest.approx(exact, abs=0.5)
    assert prepared.degrees[0] < 24


def test_schools_that_weigh_alike_have_one_degree_less_than_they_are() -> None:
    school = np.repeat(np.arange(20), 8)
    within = Within.of([school], np.ones(160))
    regressor = np.tile([1.0, -1.0], 80)
    assert Regression.of(regressor, within, school).degrees == pytest.approx([19])


@pytest.mark.parametrize("errors", ["adjusted", "clustered"])
def test_many_outcomes_are_as_one_by_one(errors: str) -> None:
    case = random_case(1)
    outcomes = np.random.default_rng(1).normal(size=(160, 70)) + case.outcome[:, None]
    prepared = Regression.of(case.regressors, case.within, case.cluster, instruments=case.instruments)
    estimates, spread = prepared.many(outcomes, errors)
    fits = [prepared.fit(column, 0.95, errors) for column in outcomes.T]
    assert np.abs(estimates - [fit.estimate for fit in fits]).max() < EXACT
    assert np.abs(spread - [fit.std_error for fit in fits]).max() < EXACT


def test_sums_of_estimates_are_those_of_another_parametrisation() -> None:
    case = random_case(2)
    fit = ols(case.outcome, case.regressors, case.within, case.cluster, 0.95)
    turn = np.array([[1.0, 1], [0, 1]])
    turned = ols(case.outcome, case.regressors @ turn, case.within, case.cluster, 0.95)
    same = turned.combined(turn.T)
    assert same.estimate == pytest.approx(fit.estimate, rel=1e-8)
    assert same.std_error == pytest.approx(fit.std_error, rel=0.05)  # CV2 turns a little with the parameters
    clustered = [ols(case.outcome, x, case.within, case.cluster, 0.95, errors="clustered") for x in
                 (case.regressors, case.regressors @ turn)]  # fmt: skip
    assert clustered[1].combined(turn.T).covariance == pytest.approx(clustered[0].covariance, rel=1e-8)
    assert fit.some([1]).std_error == pytest.approx(fit.std_error[1:])
    assert fit.some([1]).effective == pytest.approx(fit.degrees[1] + 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_anderson_rubin_interval_ends_where_the_instrument_tells_too_much(seed: int) -> None:
    case = random_case(seed, k=1, rows=300)
    dose, tool = case.regressors[:, 0], case.instruments[:, 0]
    fit = two_stage(case.outcome, dose, tool, case.within, case.cluster, 0.95)
    assert fit.robust[0] < fit.estimate[0] < fit.robust[1]
    for end in fit.robust:
        form = ols(case.outcome - end * dose, tool, case.within, case.cluster, 0.95)
        assert np.abs(form.t[0]) == pytest.approx(reach(0.95, form.degrees)[0], rel=1e-6)
    stage = ols(dose, tool, case.within, case.cluster, 0.95)
    assert fit.first_stage == pytest.approx(stage.t[0] ** 2)


def test_controls_stand_beside_dose_and_instrument() -> None:
    case = random_case(4, rows=400)
    fit = two_stage(case.outcome, case.regressors[:, 0], case.instruments[:, 0], case.within, case.cluster, 0.95,
                    controls=case.regressors[:, 1])  # fmt: skip
    tools = np.column_stack([case.instruments[:, 0], case.regressors[:, 1]])
    assert fit.estimate == pytest.approx(slow_fit(case, tools)[0], abs=1e-9)


def test_an_instrument_that_moves_nothing_gives_no_bounded_interval() -> None:
    case = random_case(5, k=1, rows=300)
    noise = np.random.default_rng(0).normal(size=300)
    fit = two_stage(case.outcome, case.regressors[:, 0], noise, case.within, case.cluster, 0.95)
    assert fit.first_stage < 4
    assert fit.robust == (-np.inf, np.inf)


def _table() -> dict[str, Case]:
    case = random_case(7, k=1, schools=12, rows=200)
    few = random_case(7, k=1, schools=9, rows=200)
    one = (case.cluster == 3).astype(float) * case.regressors[:, 0]
    of_place = np.random.default_rng(1).normal(size=40)[case.effects[0]]
    return {
        "": case,
        "few_pupils": replace(case, weights=case.weights / case.weights.sum() * 49),
        "few_schools": few,
        "no_variation": replace(case, regressors=np.full((200, 1), 2.5)),
        "collinear": replace(case, regressors=of_place[:, None]),
        "one_treated": replace(case, regressors=one[:, None]),
    }


@pytest.mark.parametrize("refusal", list(_table()))
def test_what_cannot_be_answered_is_refused_and_has_no_number(refusal: str) -> None:
    case = _table()[refusal]
    fit = ols(case.outcome, case.regressors, case.within, case.cluster, 0.95)
    assert fit.refusal == refusal
    numbers = np.concatenate([fit.estimate, fit.std_error, fit.low, fit.high, fit.p_value])
    assert np.isnan(numbers).all() == bool(refusal)


def test_two_regressors_that_say_the_same_are_refused() -> None:
    case = random_case(8)
    same = np.column_stack([case.regressors[:, 0], 2 * case.regressors[:, 0] + case.effects[0]])
    assert ols(case.outcome, same, case.within, case.cluster, 0.95).refusal == "collinear"


def test_an_effect_within_another_takes_nothing_more() -> None:
    case = random_case(9)
    both = Within.of([case.cluster, case.effects[0]], case.weights)
    assert np.abs(both(case.outcome) - Within.of(case.effects[:1], case.weights)(case.outcome)).max() < EXACT
