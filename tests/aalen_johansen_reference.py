"""State probabilities the obvious way: exact fractions, whole matrices, one time after another; and random subjects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np

Vector = list[Fraction]
Matrix = list[Vector]


class Row(NamedTuple):
    subject: int
    start: int
    stop: int
    state: int
    moved_to: int
    weight: int = 1
    cluster: int = 0


def product(a: Matrix, b: Matrix) -> Matrix:
    return [[sum((x * b[k][j] for k, x in enumerate(row)), Fraction(0)) for j in range(len(b[0]))] for row in a]


def transposed(a: Matrix) -> Matrix:
    return [list(column) for column in zip(*a, strict=True)]


def times_of(rows: Sequence[Row]) -> list[int]:
    return sorted({row.stop for row in rows if row.moved_to not in (-1, row.state) and row.weight})


def step(rows: Sequence[Row], time: int, states: int, weight: Callable[[Row], Fraction]) -> Matrix:
    """The shares of those at risk in each state at `time` that went to each state."""
    out = []
    for h in range(states):
        there = [row for row in rows if row.state == h and row.start < time <= row.stop]
        total = sum((weight(row) for row in there), Fraction(0))
        share = [Fraction(0)] * states
        for row in there:
            ends_there = row.stop == time and row.moved_to >= 0
            if total:
                share[row.moved_to if ends_there else h] += weight(row) / total
        if not total:
            share[h] = Fraction(1)
        out.append(share)
    return out


def opening(rows: Sequence[Row], states: int, weight: Callable[[Row], Fraction]) -> tuple[Vector, Fraction]:
    """The distribution at the first time, and of what weight it is; 0 where it is certain."""
    first: dict[int, Row] = {}
    for row in sorted(rows, key=lambda one: (one.subject, one.start)):
        first.setdefault(row.subject, row)
    if len({row.state for row in first.values()}) == 1:
        only = next(iter(first.values())).state
        return [Fraction(h == only) for h in range(states)], Fraction(0)
    there = list(first.values())
    if len({row.start for row in there}) > 1:
        times = times_of(rows)
        at = times[0] if times else min(row.stop for row in rows)
        there = [row for row in rows if row.start < at <= row.stop]
    total = sum((weight(row) for row in there), Fraction(0))
    return [sum((weight(row) for row in there if row.state == h), Fraction(0)) / total for h in range(states)], total


def probabilities(
    rows: Sequence[Row], states: int, weight: Callable[[Row], Fraction] = lambda row: Fraction(row.weight)
) -> list[Vector]:
    """The distribution at first, and after each time of `times_of`."""
    out = [opening(rows, states, weight)[0]]
    for time in times_of(rows):
        out += product([out[-1]], step(rows, time, states, weight))
    return out


def area(curve: list[Vector], times: list[int], begin: int, until: int) -> Vector:
    """The area under each state's steps."""
    edges = [begin, *[time for time in times if time <= until], until]
    spans = [b - a for a, b in pairwise(edges)]
    return [sum((span * curve[k][h] for k, span in enumerate(spans)), Fraction(0)) for h in range(len(curve[0]))]


def jackknife(rows: Sequence[Row], states: int, until: int) -> tuple[np.ndarray, np.ndarray]:
    """Variances (T + 1, S) of probabilities and (S,) of areas: squared derivatives in the weight of each cluster.

    Derivatives are quotients of exact differences; a step of 10^-12 leaves an error of that size.
    """
    tiny = Fraction(1, 10**12)
    times, begin = times_of(rows), min(row.start for row in rows)
    base = probabilities(rows, states)
    of_p, of_area = np.zeros((len(base), states)), np.zeros(states)
    for cluster in {row.cluster for row in rows}:

        def more(row: Row, cluster: int = cluster) -> Fraction:
            return row.weight * (1 + tiny * (row.cluster == cluster))

        moved = probabilities(rows, states, more)
        slope = [[(a - b) / tiny for a, b in zip(x, y, strict=True)] for x, y in zip(moved, base, strict=True)]
        of_p += np.array(slope, float) ** 2
        of_area += np.array(area(slope, times, begin, until), float) ** 2
    return of_p, of_area


def greenwood(rows: Sequence[Row], states: int, until: int) -> tuple[np.ndarray, np.ndarray]:
    """The same by the multinomial of each time, carried on by the product of all later steps, every pair of times."""
    times, begin = times_of(rows), min(row.start for row in rows)
    steps = [step(rows, time, states, lambda row: Fraction(row.weight)) for time in times]
    curve = probabilities(rows, states)
    p, total = opening(rows, states, lambda row: Fraction(row.weight))
    at_first = [
        [(p[a] * (a == b) - p[a] * p[b]) / total if total else Fraction(0) for b in range(states)]
        for a in range(states)
    ]
    covariances = [at_first]
    for k, time in enumerate(times):
        noise = [[Fraction(0)] * states for _ in range(states)]
        for h in range(states):
            n = sum(
                (Fraction(row.weight) for row in rows if row.state == h and row.start < time <= row.stop), Fraction(0)
            )
            if n and curve[k][h]:
                share, scale = steps[k][h], curve[k][h] ** 2 / n
                for a in range(states):
                    for b in range(states):
                        noise[a][b] += scale * (share[a] * (a == b) - share[a] * share[b])
        carried = product(transposed(steps[k]), product(covariances[-1], steps[k]))
        covariances.append([[x + y for x, y in zip(r, q, strict=True)] for r, q in zip(carried, noise, strict=True)])
    of_p = np.array([[float(c[h][h]) for h in range(states)] for c in covariances])
    edges = [begin, *[time for time in times if time <= until], until]
    spans = [b - a for a, b in pairwise(edges)]
    of_area = [Fraction(0)] * states
    for i in range(len(spans)):
        across = covariances[i]
        for j in range(i, len(spans)):
            for h in range(states):
                of_area[h] += (1 + (i != j)) * spans[i] * spans[j] * across[h][h]
            if j < len(steps):
                across = product(across, steps[j])
    return of_p, np.array(of_area, float)


def random_rows(rng: np.random.Generator, *, censored: bool = True, late: bool = True) -> tuple[list[Row], int]:
    """Up to thirty subjects on few days and two to four states, with returns, rows split in two, weights, clusters."""
    states, last = int(rng.integers(2, 5)), int(rng.integers(2, 9))
    common, rows = rng.random() < 0.5, []
    for subject in range(int(rng.integers(1, 30))):
        day = int(rng.integers(0, last)) if late and rng.random() < 0.3 else 0
        state = 0 if common else int(rng.integers(0, states))
        end = int(rng.integers(day + 1, last + 1)) if censored else last
        weight, cluster = int(rng.integers(1, 4)), int(rng.integers(0, 5))
        while day < end:
            stop = int(rng.integers(day + 1, end + 1))
            moved = int(rng.integers(-1, states)) if stop < end or rng.random() < 0.5 else -1
            rows.append(Row(subject, day, stop, state, moved, weight, cluster))
            if moved >= 0:
                state = moved
                if rng.random() < 0.2 and censored:
                    break
            day = stop
    return [rows[at] for at in rng.permutation(len(rows))], states
