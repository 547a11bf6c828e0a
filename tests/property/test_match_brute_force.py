"""The match beside every assignment there is: stable, best for every applicant, the same applicants seated in all."""

from __future__ import annotations

import numpy as np
import pytest

from gymreg_core.matching.solve import solve
from tests.matching_brute_force import assignments, brute_force
from tests.matching_markets import small_market

BATCHES, CASES = 10, 1_000
MOST = 20_000  # assignments that are tried in one case; a few cases in a hundred have more, and are drawn again


@pytest.mark.parametrize("batch", range(BATCHES))
def test_the_match_is_the_best_of_all_stable_assignments(batch: int) -> None:
    rng = np.random.default_rng([batch, 2])
    done = several = 0
    while done < CASES:
        market = small_market(rng)
        if assignments(market) > MOST:
            continue
        best, best_is_stable, same_seated, stable = brute_force(market)
        found = solve(market).assignment
        assert stable
        assert best_is_stable
        assert (found.rank == best).all()
        assert same_seated, "rural hospitals: whoever has no seat in one stable assignment has none in any"
        done, several = done + 1, several + (stable > 1)
    assert several > CASES / 100, "hardly any market where the best of several had to be found"
