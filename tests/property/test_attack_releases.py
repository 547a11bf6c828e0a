"""Nothing of a protected release is told, and much of one that is not (docs/simulations/attack.md has a thousand)."""

from __future__ import annotations

import pytest

from tests.attack_releases import Tried, tried

RELEASES = 24


@pytest.fixture(scope="module")
def releases() -> list[Tried]:
    return [tried(seed, "tiny") for seed in range(RELEASES)]


def test_a_protected_release_tells_nothing(releases: list[Tried]) -> None:
    assert not any(one.protected for one in releases)


def test_nor_do_two_editions_that_are_protected_together(releases: list[Tried]) -> None:
    both = [one.both for one in releases if one.both is not None]
    assert len(both) > 2
    assert not any(attack.told or attack.changed or attack.contradictory for attack in both)


def test_the_attack_finds_something_where_nothing_or_too_little_is_left_out(releases: list[Tried]) -> None:
    assert sum(bool(one.nothing) for one in releases) > RELEASES / 2
    assert sum(bool(one.primary) for one in releases) > RELEASES / 4
    alone = [one.alone for one in releases if one.alone is not None]
    assert any(alone)


def test_protection_leaves_out_more_than_what_is_small(releases: list[Tried]) -> None:
    assert all(one.hidden >= one.small for one in releases)
    assert sum(one.hidden for one in releases) > sum(one.small for one in releases)
