"""What a finding withstands: trends that part after the supplement began by so many times what they did before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from gymreg_core.effects.fit import Fit


def relative_magnitudes(effect: Fit, years: float, violations: Sequence[float]) -> Iterator[tuple[float, float, float]]:
    """For each violation M: M and the ends of an interval for an effect where trends part by relative magnitudes.

    effect : 1 + j estimates, the effect on cohorts that lie on average `years` after the reference, and by how much
    schools with a thousand kronor more parted in each of j years before (`EventStudy.with_trends`). From one year to
    the next after the reference they part by at most M times the largest of those, in any direction (Rambachan
    and Roth 2023, Review of Economic Studies 90, section 2.4.1).

    The most that this adds to the effect is M * years * max |step|. So for the step that is largest, with its sign, the
    effect lies between effect - M * years * step and effect + M * years * step, two estimates of which each has its
    standard error. The interval reaches from the lowest of their lower ends to the highest of their upper ends, over
    all steps and both signs, by the two-sided quantile of t. It holds the effect at least as often as the confidence
    says: whichever step is the largest, the lower end lies above its lower bound in at most half of the cases that the
    confidence leaves, the upper end below its upper bound in the other half, and the others only widen it. This is
    their union over steps (section 3) with critical values of the least favourable case in place of conditional ones:
    nothing is simulated, M = 0 gives the interval of the effect itself, and the price is that where the bounds lie far
    apart sampling error counts with 1.96 standard errors and 1.64 would do.
    """
    steps = len(effect.estimate) - 1
    for violation in violations:
        ends = []
        for at in range(1, steps + 1):
            for sign in (1.0, -1.0):
                weights = np.zeros(1 + steps)
                weights[0], weights[at] = 1.0, sign * violation * years
                ends.append(effect.combined(weights))
        yield float(violation), min(float(one.low[0]) for one in ends), max(float(one.high[0]) for one in ends)
