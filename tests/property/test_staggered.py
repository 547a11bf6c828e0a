"""Effects that begin at different times: the planted are found, and errors are those of leaving units out."""

from __future__ import annotations

import numpy as np
import pytest

from gymreg_core.effects.staggered import KINDS, NEVER, staggered
from gymreg_core.errors import BadInput

PERIODS = np.arange(2010, 2016)


def units(seed: int, n: int, noise: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Outcomes whose trend rests on a covariate that treatment also rests on; the effect is 1 more by each year and
    twice as large for the group of 2012."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 1))
    lean = rng.random(n) + 0.15 * np.tanh(x[:, 0])
    first = np.select([lean > 0.75, lean > 0.5], [2012, 2014], NEVER).astype(np.int64)
    trend = x * (PERIODS - 2010) * 0.5
    y = rng.normal(size=(n, 1)) + trend + rng.normal(0, noise, (n, len(PERIODS))) if noise else x + trend
    since = PERIODS - first[:, None] + 1
    effect = np.where((first != NEVER)[:, None] & (since > 0), since * np.where(first == 2012, 2, 1)[:, None], 0)
    return y + effect, first, x


@pytest.mark.parametrize("controls", ["never", "not_yet"])
@pytest.mark.parametrize("estimator", ["doubly_robust", "regression"])
def test_effects_that_grow_and_differ_are_found_exactly_without_noise(controls: str, estimator: str) -> None:
    y, first, x = units(1, 120, noise=0)
    found = staggered(y, first, PERIODS, covariates=x, controls=controls, estimator=estimator)  # type: ignore[arg-type]
    size = np.where(found.table["group"] == 2012, 2, 1)
    planted = np.maximum(found.table["period"] - found.table["group"] + 1, 0) * size
    np.testing.assert_allclose(found.table["effect"], planted, atol=1e-9)  # sums of floats below 10
    np.testing.assert_allclose(found.total("dynamic")["effect"][:3], 0, atol=1e-9)


def test_without_never_treated_the_last_group_is_compared_with_until_its_turn() -> None:
    y, first, x = units(2, 150, noise=0)
    some = first != NEVER
    found = staggered(y[some], first[some], PERIODS, covariates=x[some], controls="not_yet", estimator="regression")
    assert set(found.table["group"]) == {2012}
    assert found.table["period"].max() == 2013
    np.testing.assert_allclose(found.total("dynamic").query("value >= 0")["effect"], [2, 4], atol=1e-9)


@pytest.mark.parametrize("estimator", ["doubly_robust", "regression"])
def test_the_standard_error_is_that_of_leaving_out_units(estimator: str) -> None:
    """The jackknife shares no formula with the influence functions; they differ by terms of the order 1/n."""
    y, first, x = units(3, 400)
    given = {"covariates": x, "estimator": estimator, "weights": np.random.default_rng(4).uniform(0.5, 2, len(y))}
    apart = np.arange(len(y)) % 100  # four at a time, to be quick
    left: dict[str, list[np.ndarray]] = {kind: [] for kind in KINDS}  # type: ignore[type-arg]
    for part in range(100):
        kept = apart != part
        some = {k: v[kept] if isinstance(v, np.ndarray) else v for k, v in given.items()}
        without = staggered(y[kept], first[kept], PERIODS, **some)  # type: ignore[arg-type]
        for kind in KINDS:
            left[kind].append(without.total(kind)["effect"].to_numpy())
    whole = staggered(y, first, PERIODS, cluster=apart, **given)  # type: ignore[arg-type]
    for kind in KINDS:
        jackknife = np.sqrt(99 / 100 * ((np.array(left[kind]) - np.mean(left[kind], axis=0)) ** 2).sum(axis=0))
        np.testing.assert_allclose(whole.total(kind)["std_error"], jackknife, rtol=0.06)


def test_a_unit_of_weight_two_counts_as_two() -> None:
    y, first, x = units(5, 90)
    twice = np.arange(90) < 40
    weighted = staggered(y, first, PERIODS, covariates=x, weights=np.where(twice, 2.0, 1.0))
    again = [np.concatenate([a, a[twice]]) for a in (y, first, x)]
    doubled = staggered(again[0], again[1], PERIODS, covariates=again[2])
    np.testing.assert_allclose(weighted.table["effect"], doubled.table["effect"], atol=1e-9)
    both = np.concatenate([np.arange(90), np.flatnonzero(twice)])
    clustered = staggered(again[0], again[1], PERIODS, covariates=again[2], cluster=both)
    np.testing.assert_allclose(
        weighted.total("group")["std_error"] * np.sqrt(90 / 89), clustered.total("group")["std_error"], rtol=1e-9
    )


def test_one_treated_unit_is_refused_in_the_result() -> None:
    y, first, _ = units(6, 60)
    first = np.where(first == 2012, NEVER, first)
    first[0] = 2012
    found = staggered(y, first, PERIODS)
    assert set(found.table.query("group == 2012")["refusal"]) == {"one_treated"}
    assert found.table.query("group == 2012")[["effect", "std_error", "low"]].isna().all(axis=None)
    assert found.total("group")["refusal"].tolist() == ["one_treated", "", "one_treated"]
    assert "ingen att jämföra med" in found.describe()


def test_a_covariate_that_parts_the_treated_from_the_others_is_refused() -> None:
    y, first, _ = units(7, 60)
    apart = np.where(first == NEVER, -1.0, 1.0)[:, None] * (1 + np.random.default_rng(1).random((60, 1)))
    assert set(staggered(y, first, PERIODS, covariates=apart).table["refusal"]) == {"no_variation"}
    assert set(staggered(y, first, PERIODS, covariates=np.ones((60, 1))).table["refusal"]) == {"collinear"}


@pytest.mark.parametrize("controls", ["never", "not_yet"])
def test_nobody_to_compare_with_is_the_callers_error(controls: str) -> None:
    y = np.zeros((4, len(PERIODS)))
    for first in (np.full(4, NEVER), np.full(4, 2012)):
        with pytest.raises(BadInput):
            staggered(y, first, PERIODS, controls=controls)  # type: ignore[arg-type]


def test_a_missing_outcome_is_the_callers_error() -> None:
    y, first, _ = units(8, 60)
    y[0, 0] = np.nan
    with pytest.raises(BadInput, match="missing"):
        staggered(y, first, PERIODS)
