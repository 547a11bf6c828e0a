"""The match beside the Python package `matching`, on a small region."""

from __future__ import annotations

import pytest

from tests.matching_markets import region
from tests.matching_package import by_kernel, by_package, table_of


@pytest.mark.parametrize("seed", range(3))
def test_the_package_seats_everyone_in_the_same_place(seed: int) -> None:
    tables = table_of(region(400, seed, noise=1.0))
    found = by_kernel(*tables)
    assert (found.seat == by_package(*tables)).all()
    assert 100 < found.admitted.sum() < 400
