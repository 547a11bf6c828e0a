"""The made-up region for any seed, size and place: the same twice, another for another seed, consistent always."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gymreg_core.synthetic.office import sheets_of
from gymreg_core.synthetic.panel import YearResult, make_years
from gymreg_core.synthetic.proportions import block
from gymreg_core.synthetic.region import write_default_region
from gymreg_core.synthetic.schools import scaled_area

TOWNS = sorted(name for name, row in block("municipalities").items() if row["seats"])


def hashes(files: list[Path]) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]


def check(result: YearResult) -> None:
    for outcome in (result.preliminary, result.final):
        assert len(outcome.seats) == len(result.paths) > 0
        assert (outcome.seats >= 1).all()
        assert (outcome.admitted >= 0).all()
        assert ((outcome.cutoff == 0) == (outcome.free > 0)).all()
        assert (outcome.admitted + outcome.free <= outcome.seats).all()
        assert ((outcome.median == 0) == (outcome.admitted == 0)).all()
        assert (outcome.median >= outcome.cutoff).all()
        assert (outcome.reserves[outcome.free > 0] == 0).all()
    assert (result.preliminary.admitted + result.preliminary.free == result.preliminary.seats).all()
    for sheet in sheets_of(result):
        identity = [(row[1], row[2], row[5]) for row in sheet.rows]
        assert len(set(identity)) == len(identity) == len(result.paths)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**31), scale=st.sampled_from([0.005, 0.05, 0.2, 1.0]))
def test_every_seed_and_size_is_consistent(seed: int, scale: float) -> None:
    for result in make_years(scaled_area(scale), (2024, 2025), seed):
        check(result)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**31), town=st.sampled_from(TOWNS), scale=st.sampled_from([0.3, 1.0]))
def test_a_single_municipality_can_be_made(seed: int, town: str, scale: float) -> None:
    for result in make_years(scaled_area(scale, [town]), (2023, 2024, 2025), seed):
        check(result)
        assert set(result.schools["municipality"]) == {town}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    first = write_default_region(tmp_path / "a", scale=0.05)
    assert hashes(first) == hashes(write_default_region(tmp_path / "b", scale=0.05))
    other = write_default_region(tmp_path / "c", scale=0.05, seed=1)
    assert not set(hashes(first)) & set(hashes(other))


def test_a_year_is_the_same_whatever_follows_it() -> None:
    alone = make_years(scaled_area(0.1), (2024,), 3)[0]
    followed = make_years(scaled_area(0.1), (2024, 2025, 2026), 3)[0]
    assert sheets_of(alone) == sheets_of(followed)


def test_a_region_of_twice_the_size_has_twice_the_seats() -> None:
    single, double = (make_years(scaled_area(scale), (2024,), 5)[0] for scale in (1.0, 2.0))
    assert double.final.seats.sum() == pytest.approx(2 * single.final.seats.sum(), rel=0.01)
    assert len(set(double.schools["name"])) == len(double.schools)
    assert np.isfinite(double.final.median).all()
