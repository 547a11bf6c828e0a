"""p-values that need no large number of schools: the wild cluster bootstrap, and doses dealt out anew among schools."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product
from math import factorial, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gymreg_core.effects.regression import Regression
from gymreg_core.effects.within import Floats, Ints, Within, by_cluster
from gymreg_core.rules import rule

_AT_ONCE = 64
_NOTHING = 1e-18
"""What is left of a column's square that is rounding."""
_AS_LARGE = 1 - 1e-9
"""A statistic from this share of the observed one on is as large: rounding parts none that are the same."""


def wild_bootstrap(prepared: Regression, outcome: NDArray[Any], seed: int) -> float:
    """p-value of the first regressor having no effect on an outcome (n,), NaN where the regression refuses.

    The null is imposed: residuals without that regressor change their sign by cluster, and t statistics (CV1) of the
    outcomes made so are what the observed one is compared with (Cameron, Gelbach and Miller 2008, Review of Economics
    and Statistics 90). No outcome is made: all of them are sums of the clusters' scores by signs (Roodman, Nielsen,
    MacKinnon and Webb 2019, Stata Journal 19), the fixed effects' part included. Every combination of signs
    once where there are at most rules/effects.yml, bootstrap_draws, of them, so that few clusters need no other weights
    (Webb 2023, Canadian Journal of Economics 56, where they cannot be counted out).
    For a dose by an instrument the regression is the outcome's on the instrument: where the dose does nothing, neither
    does the instrument, however weak (Anderson and Rubin 1949).
    """
    if prepared.refusal:
        return float("nan")
    within, number, many = prepared.within, prepared.cluster, len(prepared.expected)
    first, others = prepared.regressors[:, 0], prepared.regressors[:, 1:]
    tested = _without(others, first, within.weights)
    rest = _without(others, within(outcome), within.weights)
    part = by_cluster(within.weights * tested * rest, number, many)
    own = by_cluster(within.weights * tested**2, number, many)
    told = within.between(tested, rest, number, many) - np.outer(own / own.sum(), part)
    if others.shape[1]:
        weighted = within.weights[:, None] * others
        left, right = (by_cluster(weighted * column[:, None], number, many) for column in (tested, rest))
        told -= left @ np.linalg.solve(weighted.T @ others, right.T)
    draws = int(rule("effects", "bootstrap_draws"))
    moving = np.flatnonzero(np.abs(part) > 0)
    if 2 ** len(moving) <= draws:
        signs = np.array(list(product((1.0, -1.0), repeat=len(moving))))
    else:
        signs = np.random.default_rng(seed).choice((1.0, -1.0), (draws + 1, len(moving)))
        signs[0] = 1
    t = np.abs(signs @ part[moving]) / np.sqrt(((signs @ told[:, moving].T) ** 2).sum(axis=1))
    return float((t >= _AS_LARGE * t[0]).mean())


def randomisation(
    outcome: NDArray[Any],
    within: Within,
    cluster: Ints,
    fixed: Floats,
    moved: tuple[Floats, Floats],
    strata: Ints,
    seed: int,
) -> float:
    """p-value of an instrument having no effect at all, by dealing the schools' part of it out anew.

    outcome : (n,). cluster : int64 (n,), 0 ... G - 1. The instrument is fixed + part[cluster] * factor, with fixed (n,)
    and moved = part (G,), factor (n,): the part changes places among schools of the same stratum, int64 (G,), which it
    might as well have fallen on. Statistic: t of the outcome on the part, given the rest (CV1), so that an effect does
    not show in the arrangements too by what stays; it holds its level where only
    the mean effect is none (Young 2019, Quarterly Journal of Economics 134; Wu and Ding 2021, JASA 116). Every
    arrangement once where there are at most rules/effects.yml, permutations, of them. NaN where nothing can move.
    """
    part, factor = moved
    order = np.array(list(_arrangements(strata, int(rule("effects", "permutations")), seed)))
    if len(order) <= 1:
        return float("nan")
    stays, clusters = within(fixed)[:, None], len(strata)
    stays = stays[:, within.weights @ stays**2 > _NOTHING * (within.weights @ fixed**2)]
    left = _without(stays, within(outcome), within.weights)
    t = np.empty(len(order))
    for start in range(0, len(order), _AT_ONCE):
        some = order[start : start + _AT_ONCE]
        tools = _without(stays, within(part[some].T[cluster] * factor[:, None]), within.weights)
        weighted = within.weights[:, None] * tools
        size = np.einsum("nq,nq->q", weighted, tools)
        slope = left @ weighted / size
        scores = by_cluster(weighted * (left[:, None] - tools * slope), cluster, clusters)
        t[start : start + len(some)] = np.abs(slope) * size / np.sqrt((scores**2).sum(axis=0))
    return float((t >= _AS_LARGE * t[0]).mean())


def _arrangements(strata: Ints, draws: int, seed: int) -> Iterator[Ints]:
    """Places (G,) that change within strata: the given order first, then every other, or as many drawn ones."""
    groups = [np.flatnonzero(strata == stratum) for stratum in np.unique(strata)]
    given = np.arange(len(strata))
    if prod(factorial(len(group)) for group in groups) <= draws:
        for chosen in product(*(permutations(group) for group in groups)):
            order = given.copy()
            for group, places in zip(groups, chosen, strict=True):
                order[group] = places
            yield order
        return
    yield given
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        order = given.copy()
        for group in groups:
            order[group] = rng.permutation(group)
        yield order


def _without(others: Floats, columns: Floats, weights: Floats) -> Floats:
    """What others (n, j) leave of columns (n,) or (n, q)."""
    if not others.shape[1]:
        return columns
    weighted = weights[:, None] * others
    return np.asarray(columns - others @ np.linalg.solve(weighted.T @ others, weighted.T @ columns))
