"""How all choices divide over programmes, and how that moves on: arrays in, arrays out.

A programme's share s moves from one year to the next by what three signals tell of it, and by chance:

    s(t+1) - s(t)  =  a * s(t) x(t)  +  b * r(t) d(t)  +  c * (m(t) - s(t))  +  chance

x: its pressure, the log of what is wanted beyond what is there, less the mean over all choices; d: its last change a
year, and r the part of that which is more than chance (shrinkage); m: its mean share so far. a, b and c are the same
for all programmes and fitted to all earlier pairs of years by ridge regression on shares, so that programmes count by
their size; before any pair tells they are 0, `momentum` and 0, which weighs as much as `prior_years` pairs
(rules/demand.yml). Each further year a signal has only `signal_memory` of its strength: a damped trend
(Gardner and McKenzie 1985, Management Science 31:1237). How far such moves are trusted is learnt as well: the moves
that would have been foretold for earlier years, each from the years before it alone, are held against what came, and
what is foretold now is that part of it, from nothing to all; before any year tells, all. Chance is that of counting
and a change in proportion to the share, both fitted, with the tails of Student's t.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from gymreg_core.rules import rule

Floats = NDArray[np.float64]
Moved = tuple[Floats, NDArray[np.bool_]]
"""(P,): the change of each share a year, and who was there in both years."""
SIGNALS = ("pressure", "momentum", "reversion")
_REVERSION_FROM = 3
"""Years from which a mean share tells more than the last one."""


@dataclass(frozen=True, eq=False)
class ShareHistory:
    """P programmes in T years, in the order of time.

    years : int (T,), calendar years, gaps allowed. counts : float (P, T), choices, NaN where a programme was not there.
    pressure : float (P, T), log of wanted beyond there; 0 where nothing is known of it.
    """

    years: NDArray[np.int64]
    counts: Floats
    pressure: Floats

    @property
    def shares(self) -> Floats:
        """(P, T): shares of all choices of the year, 0 where a programme was not there; 0 in a year without any."""
        totals = self.totals
        return np.asarray(np.nan_to_num(self.counts) / np.where(totals > 0, totals, 1.0), np.float64)

    @property
    def totals(self) -> Floats:
        """(T,): all choices of a year."""
        return np.asarray(np.nansum(self.counts, axis=0), np.float64)

    def until(self, year: int) -> ShareHistory:
        """The years before `year`, and the programmes that were there in one of them."""
        before = self.years < year
        return ShareHistory(self.years[before], self.counts[:, before], self.pressure[:, before])


@dataclass(frozen=True, eq=False)
class ShareFit:
    """What earlier years tell.

    last : (P,), shares of the last year. signals : (P, 3), of the last year, as in SIGNALS. weights : (3,) and
    uncertainty : (3, 3), of the fitted a, b, c. trust : 0 to 1, the part of foretold moves that has come. counting :
    times the variance of counting; moving : variance of a year's change as a share of the share. total : choices of
    the last year. pairs : pairs of years that were fitted.
    """

    last: Floats
    signals: Floats
    weights: Floats
    uncertainty: Floats
    trust: float
    counting: float
    moving: float
    total: float
    pairs: int

    def expected(self, ahead: int) -> Floats:
        """(ahead, P): the share of each programme in each year to come; they add up to 1 where anything was chosen."""
        return _whole(self.last + _damped(ahead)[:, None] * self.trust * (self.signals @ self.weights))

    def drawn(self, ahead: int, draws: int, rng: np.random.Generator, *, counted: bool = True) -> Floats:
        """(draws, ahead, P): simulated shares, each year's adding up to 1; a draw's years hang together.

        counted : with the chance of counting the pupils of the year itself; without, for who counts them out of it.
        """
        root = np.linalg.cholesky(self.uncertainty + 1e-18 * np.eye(len(self.weights)))
        weights = self.weights + rng.standard_normal((draws, len(self.weights))) @ root.T
        trend = self.trust * (weights @ self.signals.T)[:, None, :] * _damped(ahead)[None, :, None]
        tails = float(rule("demand", "tails"))
        chance = rng.standard_t(tails, (draws, ahead, len(self.last))) * np.sqrt((tails - 2) / tails)
        spread = np.sqrt(self._variance(counted=counted))
        return _whole(self.last + trend + np.cumsum(chance * spread, axis=1))

    def _variance(self, *, counted: bool) -> Floats:
        """(P,): of a year's change. Counting is done twice, in the last year and in the one that is foretold."""
        sampling = self.last / self.total if self.total > 0 else np.zeros_like(self.last)
        times = 2 * self.counting - (0.0 if counted else 1.0)
        return np.asarray(max(times, 0.0) * sampling + self.moving * self.last**2, np.float64)


def fit_shares(history: ShareHistory) -> ShareFit:
    """Fit what moves shares to all pairs of years of a history that has at least one year.

    Errors: ValueError without any year; RuleMissing.
    """
    if not len(history.years):
        raise ValueError("a history has at least one year")
    places = range(len(history.years))
    signals = [_signals(history, at) for at in places]
    moved = [_moved(history, at) for at in places[:-1]]
    weights, precision = _weights(signals, moved)
    shares, totals = history.shares, history.totals
    rest, before, sizes = [np.zeros(0)], [np.zeros(0)], [np.zeros(0)]
    for at, (change, there) in enumerate(moved):
        rest.append((change - signals[at] @ weights)[there])
        before.append(shares[there, at])
        sizes.append(np.full(there.sum(), totals[at]))
    told = (np.concatenate(rest), np.concatenate(before), np.concatenate(sizes))
    counting, moving = _chance(*told, len(moved), float(rule("demand", "change_spread")))
    last = shares[:, -1]
    spread = counting * 2 * last / max(totals[-1], 1.0) + moving * last**2
    noise = float(np.average(spread, weights=last)) if last.sum() > 0 else 0.0
    uncertainty = np.asarray(noise * np.linalg.inv(precision), np.float64)
    trust = _trust(signals, moved)
    return ShareFit(
        last, signals[-1], weights, uncertainty, trust, counting, moving, float(totals[-1]), pairs=len(moved)
    )


def _weights(signals: Sequence[Floats], moved: Sequence[Moved]) -> tuple[Floats, Floats]:
    """(3,): weights of the signals by the pairs of years so far, of which there are one fewer than signals; and the
    matrix (3, 3) whose inverse, times the variance of chance, is how uncertain they are."""
    told = [(rows[there], change[there]) for rows, (change, there) in zip(signals, moved, strict=False)]
    design = np.vstack([np.zeros((0, len(SIGNALS))), *(rows for rows, _ in told)])
    change = np.concatenate([np.zeros(0), *(change for _, change in told)])
    prior = np.array([0.0, float(rule("demand", "momentum")), 0.0])
    size = (design**2).sum(axis=0) / max(len(told), 1)
    now = (signals[-1] ** 2).sum(axis=0)
    size = np.where(size > 0, size, np.where(now > 0, now, 1.0))
    ridge = np.diag(float(rule("demand", "prior_years")) * size)
    precision = design.T @ design + ridge
    return np.linalg.solve(precision, design.T @ change + ridge @ prior), precision


def _trust(signals: Sequence[Floats], moved: Sequence[Moved]) -> float:
    """The part of foretold moves that came, by the moves of earlier years: each foretold by the years before it."""
    came, size, years = 0.0, 0.0, 0
    for at, (change, there) in enumerate(moved):
        weights, _ = _weights(signals[: at + 1], moved[:at])
        move = (signals[at] @ weights)[there]
        came += float(move @ change[there])
        size += float(move @ move)
        years += bool(move.any())
    if not years:
        return 1.0
    believed = float(rule("demand", "prior_years")) * size / years
    return float(np.clip((came + believed) / (size + believed), 0.0, 1.0))


def _signals(history: ShareHistory, at: int) -> Floats:
    """(P, 3): pressure, momentum and reversion of the year at a place, by what was known then."""
    shares, there = history.shares[:, : at + 1], ~np.isnan(history.counts[:, : at + 1])
    share, total = shares[:, at], history.totals[at]
    pressure = np.where(there[:, at], history.pressure[:, at], 0.0)
    pressure = share * (pressure - float(share @ pressure))
    momentum = np.zeros_like(share)
    if at > 0:
        change, both = _moved(history, at - 1)
        before = shares[:, at - 1]
        momentum = np.where(both, change * _more_than_chance(change[both], before[both], before, total), 0.0)
    reversion = np.zeros_like(share)
    if at + 1 >= _REVERSION_FROM:
        years = there.sum(axis=1)
        mean = np.where(there, shares, 0.0).sum(axis=1) / np.maximum(years, 1)
        reversion = np.where(there[:, at] & (years > 1), mean - share, 0.0)
    return np.column_stack([pressure, momentum, reversion])


def _moved(history: ShareHistory, at: int) -> Moved:
    """(P,): the change of each share a year, from the year at a place to the next known; and who was there in both."""
    both = ~np.isnan(history.counts[:, at : at + 2]).any(axis=1)
    shares = history.shares
    change = (shares[:, at + 1] - shares[:, at]) / (history.years[at + 1] - history.years[at])
    return np.asarray(np.where(both, change, 0.0), np.float64), np.asarray(both, np.bool_)


def _more_than_chance(change: Floats, before: Floats, share: Floats, total: float) -> Floats:
    """(P,): which part of a change of each share is more than the chance of counting, by all changes together."""
    if total <= 0 or not (before > 0).any():
        return np.zeros_like(share)
    counted = before > 0
    moving = max(0.0, float((change[counted] ** 2 / before[counted]).sum()) - 2 * counted.sum() / total)
    own = moving * share
    return np.asarray(own / (own + 2 / total), np.float64)


def _chance(rest: Floats, share: Floats, totals: Floats, pairs: int, before: float) -> tuple[float, float]:
    """How much chance there is in changes of shares: times that of counting, and the variance of a year's change as a
    share of the share.

    rest, share, totals : (n,), changes that nothing foretold, of which share of which total. pairs : of years.
    before : the standard deviation of a change before any year tells. A weighted fit of squared residuals, in which
    the values before fitting are as many programmes as one pair of years.
    """
    prior, weight = before**2, float(rule("demand", "prior_years"))
    counted = (share > 0) & (totals > 0)
    if not counted.any():
        return 1.0, prior
    share, totals, rest = share[counted], totals[counted], rest[counted]
    sampling, own = 2 * share / totals, share**2
    about = sampling + prior * own
    rows = np.column_stack([sampling, own]) / about[:, None]
    believed = np.sqrt(weight * len(share) / max(pairs, 1)) * np.diag([1.0, 1.0])
    known = np.array([1.0, 1.0]) * np.diag(believed)
    scale = np.array([1.0, prior])
    found, _ = nnls(np.vstack([rows * scale, believed]), np.concatenate([rest**2 / about, known]))
    return float(found[0]), float(found[1] * prior)


def _damped(ahead: int) -> Floats:
    """(ahead,): how much of the first year's move has come by each year."""
    memory = float(rule("demand", "signal_memory"))
    return np.cumsum(memory ** np.arange(ahead))


def _whole(shares: Floats) -> Floats:
    """Shares along the last axis, none below 0, adding up to 1; all 0 where nothing is left."""
    kept = np.maximum(shares, 0.0)
    totals = kept.sum(axis=-1, keepdims=True)
    return np.asarray(kept / np.where(totals > 0, totals, 1.0), np.float64)
