"""State probabilities over time on arrays: the Aalen-Johansen product, its covariance, and influences of clusters.

T times at which somebody moved, S states, m kinds of moves (a time, from, to). At a time all who move do so together:
the vector of probabilities p goes over into p H, where H holds in row h the shares of those at risk in h who went to
each state (Aalen and Johansen 1978, Scandinavian Journal of Statistics 5). Row 0 of a result is before the first time,
row k + 1 from time k on.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Moves(NamedTuple):
    """What happened at each time.

    times : float64 (T,), ascending. of : int64 (T + 1,), where the moves of each time begin.
    origin, target : int16 (m,), states. share : float64 (m,), of those at risk in `origin`.
    stay : float64 (T, S), the share that stayed, 1 where nobody was at risk. risk : float64 (T, S), weight at risk.
    """

    times: Floats
    of: NDArray[np.int64]
    origin: NDArray[np.int16]
    target: NDArray[np.int16]
    share: Floats
    stay: Floats
    risk: Floats


class Rows(NamedTuple):
    """The r rows at risk at some time, twice: in the order of cluster and first time, and of cluster and last time.

    first : int32 (r,), the first time at risk; entered, entered_weight : state int16 and weight float64 (r,).
    after : int32 (r,), the time after the last one at risk; left, left_weight : state and weight (r,). moved_to : int16
    (r,), the state that the row ended in at its last time, -1 where it did not. of : int64 (C + 1,), where the rows of
    each cluster begin, in both orders.
    """

    of: NDArray[np.int64]
    first: NDArray[np.int32]
    entered: NDArray[np.int16]
    entered_weight: Floats
    after: NDArray[np.int32]
    left: NDArray[np.int16]
    left_weight: Floats
    moved_to: NDArray[np.int16]


@numba.njit(cache=True)
def probabilities(moves: Any, initial: Any, begin: float) -> Any:
    """Probabilities and the areas under them since `begin`, from `initial` (S,): two float64 (T + 1, S)."""
    t, s = moves.stay.shape
    p, area = np.empty((t + 1, s)), np.zeros((t + 1, s))
    p[0] = initial
    now = begin
    for k in range(t):
        area[k + 1] = area[k] + p[k] * (moves.times[k] - now)
        now = moves.times[k]
        _push(moves, k, p[k], p[k + 1])
    return p, area


@numba.njit(cache=True)
def greenwood(moves: Any, p: Any, initial: Any, begin: float) -> Any:
    """Variances by the multinomial counterpart of Greenwood's formula (Andersen, Borgan, Gill and Keiding 1993, IV.4).

    The covariance V of p goes over into H' V H + sum over h of p_h^2 / Y_h (diag(H_h) - H_h H_h'). p : (T + 1, S).
    initial : (S, S), covariance of the first row. Returns variance of p, covariance of p and its area, variance of the
    area: three float64 (T + 1, S). Without censoring the first is p (1 - p) / n.
    """
    t, s = moves.stay.shape
    of_p, of_both, of_area = np.zeros((t + 1, s)), np.zeros((t + 1, s)), np.zeros((t + 1, s))
    v, both, area = initial.copy(), np.zeros((s, s)), np.zeros(s)
    pushed, row = np.empty((s, s)), np.empty(s)
    for h in range(s):
        of_p[0, h] = v[h, h]
    now = begin
    for k in range(t):
        span = moves.times[k] - now
        now = moves.times[k]
        for h in range(s):
            area[h] += span * (2 * both[h, h] + span * v[h, h])
        both += span * v
        _push_rows(moves, k, v, pushed)
        _push_rows(moves, k, pushed.T, v)
        _push_rows(moves, k, both, pushed)
        both[:] = pushed
        _scatter(moves, k, p[k], v, row)
        for h in range(s):
            of_p[k + 1, h], of_both[k + 1, h], of_area[k + 1, h] = max(v[h, h], 0.0), both[h, h], max(area[h], 0.0)
    return of_p, of_both, of_area


@numba.njit(cache=True)
def jackknife(moves: Any, p: Any, rows: Any, initial: Any, begin: float) -> Any:
    """Variances by the infinitesimal jackknife: the sum over clusters of the squared derivative of p in their weight.

    Of a cluster with weight W_h at risk in h and weight N_hj that goes from h to j, the derivative U goes over into
    U H + sum over h, j of p_h / Y_h (N_hj - W_h H_hj) (e_j - e_h) (Therneau, survival, vignette on methods).
    initial : (C, S), derivatives of the first row. Returns as `greenwood`. Time grows with C x T x S.
    """
    t, s = moves.stay.shape
    of_p, of_both, of_area = np.zeros((t + 1, s)), np.zeros((t + 1, s)), np.zeros((t + 1, s))
    u, area, risk, pushed = np.empty(s), np.empty(s), np.empty(s), np.empty(s)
    for c in range(len(rows.of) - 1):
        enter, leave, end = rows.of[c], rows.of[c], rows.of[c + 1]
        u[:], area[:], risk[:] = initial[c], 0.0, 0.0
        begins: Any = 0
        if not u.any():
            if enter == end:
                continue
            begins = rows.first[enter]
        of_p[begins] += u * u
        now = moves.times[begins - 1] if begins else begin
        for k in range(begins, t):
            while enter < end and rows.first[enter] == k:
                risk[rows.entered[enter]] += rows.entered_weight[enter]
                enter += 1
            area += u * (moves.times[k] - now)
            now = moves.times[k]
            pushed[:] = u
            for m in range(moves.of[k], moves.of[k + 1]):
                h, j = moves.origin[m], moves.target[m]
                flow = moves.share[m] * (u[h] - p[k, h] / moves.risk[k, h] * risk[h])
                pushed[h] -= flow
                pushed[j] += flow
            leave = _leave(moves, k, p[k], rows, leave, end, risk, pushed)
            u[:] = pushed
            for h in range(s):
                of_p[k + 1, h] += u[h] * u[h]
                of_both[k + 1, h] += u[h] * area[h]
                of_area[k + 1, h] += area[h] * area[h]
    return of_p, of_both, of_area


@numba.njit(cache=True)
def _leave(moves: Any, k: Any, p: Any, rows: Any, leave: Any, end: Any, risk: Any, pushed: Any) -> Any:
    """Take out the rows whose last time is k, with the moves they made then; the first row that stays longer."""
    while leave < end and rows.after[leave] == k + 1:
        h, j, weight = rows.left[leave], rows.moved_to[leave], rows.left_weight[leave]
        if j >= 0:
            flow = p[h] / moves.risk[k, h] * weight
            pushed[h] -= flow
            pushed[j] += flow
        risk[h] -= weight
        leave += 1
    return leave


@numba.njit(cache=True)
def _push(moves: Any, k: Any, x: Any, out: Any) -> None:
    """x H of time k into `out`, each (S,)."""
    for h in range(len(x)):
        out[h] = x[h] * moves.stay[k, h]
    for m in range(moves.of[k], moves.of[k + 1]):
        out[moves.target[m]] += x[moves.origin[m]] * moves.share[m]


@numba.njit(cache=True)
def _push_rows(moves: Any, k: Any, x: Any, out: Any) -> None:
    """H' x of time k into `out`, each (S, S)."""
    for h in range(len(x)):
        out[h] = x[h] * moves.stay[k, h]
    for m in range(moves.of[k], moves.of[k + 1]):
        out[moves.target[m]] += x[moves.origin[m]] * moves.share[m]


@numba.njit(cache=True)
def _scatter(moves: Any, k: Any, p: Any, v: Any, row: Any) -> None:
    """Add to v (S, S) the variance of the shares of time k, of those who were at risk."""
    begin, end = moves.of[k], moves.of[k + 1]
    while begin < end:
        h, m = moves.origin[begin], begin
        row[:] = 0.0
        row[h] = moves.stay[k, h]
        while m < end and moves.origin[m] == h:
            row[moves.target[m]] += moves.share[m]
            m += 1
        scale = p[h] * p[h] / moves.risk[k, h]
        for x in range(len(row)):
            v[x, x] += scale * row[x]
            for y in range(len(row)):
                v[x, y] -= scale * row[x] * row[y]
        begin = m
