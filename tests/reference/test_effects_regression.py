"""Regressions and the wild bootstrap against the packages that keep them: pyfixest and wildboottest."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from gymreg_core.effects.inference import wild_bootstrap
from gymreg_core.effects.regression import Regression, two_stage
from tests.effects_regressions import Case, dummies, random_case

SWEPT = 1e-6
"""pyfixest sweeps fixed effects in turns until nothing moves by more than 1e-6 of the columns' size."""


def _frame(case: Case) -> pd.DataFrame:
    frame = pd.DataFrame({"y": case.outcome, "w": case.weights, "school": case.cluster})
    for name, columns in (("x", case.regressors), ("z", case.instruments)):
        frame[[f"{name}{at}" for at in range(columns.shape[1])]] = columns
    for at, code in enumerate(case.effects):
        frame[f"f{at}"] = code
    return frame


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("effects", [1, 2, 3])
def test_ordinary_least_squares_as_pyfixest(seed: int, effects: int) -> None:
    pyfixest = pytest.importorskip("pyfixest")
    case = random_case(seed, rows=400, effects=effects)
    held = " + ".join(f"f{at}" for at in range(effects))
    theirs = pyfixest.feols(f"y ~ x0 + x1 | {held}", _frame(case), vcov={"CRV1": "school"}, weights="w")
    fit = Regression.of(case.regressors, case.within, case.cluster).fit(case.outcome, 0.95, "clustered")
    assert fit.estimate == pytest.approx(theirs.coef().to_numpy(), rel=SWEPT)
    # Of several effects that are not nested in schools it counts every level but one each; ours is the rank, and bands
    # and types share their four cohorts.
    more = {1: 0, 2: 0, 3: 3}[effects]
    rest = 400 - 2 - case.within.beyond(case.cluster)
    assert fit.std_error * np.sqrt(rest / (rest - more)) == pytest.approx(theirs.se().to_numpy(), rel=SWEPT)
    if not more:
        assert fit.p_value == pytest.approx(theirs.pvalue().to_numpy(), rel=1e-4, abs=1e-12)
        assert np.column_stack([fit.low, fit.high]) == pytest.approx(theirs.confint().to_numpy(), rel=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_two_stages_as_pyfixest(seed: int) -> None:
    pyfixest = pytest.importorskip("pyfixest")
    case = random_case(seed, rows=400, k=1, effects=2)
    theirs = pyfixest.feols("y ~ 1 | f0 + f1 | x0 ~ z0", _frame(case), vcov={"CRV1": "school"}, weights="w")
    fit = two_stage(case.outcome, case.regressors[:, 0], case.instruments[:, 0], case.within, case.cluster, 0.95,
                    errors="clustered")  # fmt: skip
    assert fit.estimate == pytest.approx(theirs.coef().to_numpy(), rel=SWEPT)
    assert fit.std_error == pytest.approx(theirs.se().to_numpy(), rel=SWEPT)
    stage = pyfixest.feols("x0 ~ z0 | f0 + f1", _frame(case), vcov={"CRV1": "school"}, weights="w")
    assert fit.first_stage == pytest.approx(float(stage.tstat().iloc[0]) ** 2, rel=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_signs_of_ten_schools_are_counted_out_as_by_wildboottest(seed: int) -> None:
    import statsmodels.api as sm

    wildboottest = pytest.importorskip("wildboottest.wildboottest")
    case = random_case(seed, schools=10, rows=120, k=1, effects=2)
    outcome = np.random.default_rng(seed).normal(size=120) + case.regressors[:, 0] / 6
    ones = np.ones(120)
    within = type(case.within).of(case.effects, ones)
    levels = dummies(case.effects)[:, :-1]
    columns = pd.DataFrame(np.column_stack([case.regressors, levels])).rename(columns=str)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = wildboottest.wildboottest(
            sm.OLS(outcome, columns), param="0", cluster=pd.Series(case.cluster), B=9999, show=False
        )
    ours = wild_bootstrap(Regression.of(case.regressors, within, case.cluster), outcome, 0)
    assert ours == pytest.approx(float(theirs["p-value"].iloc[0]), abs=2.1 / 1024)
