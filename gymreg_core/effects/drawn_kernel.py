"""How many of each cell's pupils have an outcome, from one even number each: the inverse of the binomial, compiled."""

from __future__ import annotations

import numba
import numpy as np

from gymreg_core.effects.panel import Floats


@numba.njit(cache=True, nogil=True)
def binomial_shares(luck: Floats, pupils: Floats, chance: Floats) -> Floats:
    """(n,), the share of a cell's `pupils` (whole numbers, at most some 1,000) that have an outcome.

    The least number that so many or fewer have with a probability of at least `luck` (in [0, 1)), by the binomial: the
    same luck with a higher chance never gives fewer, so that two truths can be compared without noise.
    """
    found = np.empty(len(luck))
    for cell in range(len(luck)):
        n, p, u = pupils[cell], chance[cell], luck[cell]
        mirrored = p > 1 - p
        if mirrored:  # counted from the nearer end, whose probability is not rounded to 0
            p, u = 1 - p, 1 - u
        odds = p / (1 - p)
        mass = (1 - p) ** n
        below, count = mass, 0.0
        while count < n and (below <= u if mirrored else below < u):
            mass *= (n - count) / (count + 1) * odds
            count += 1
            below += mass
        found[cell] = (n - count if mirrored else count) / n
    return found
