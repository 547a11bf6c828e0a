"""Numbers the way they stand on a page."""

from __future__ import annotations

import pytest

from gymreg_core.vocabulary.numbers import change, number, percent, points

NARROW = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "decimals", "sv", "en"),
    [
        (6626, 0, f"6{NARROW}626", "6,626"),
        (999, 0, "999", "999"),
        (1234567.891, 1, f"1{NARROW}234{NARROW}567,9", "1,234,567.9"),
        (-135, 0, "−135", "−135"),
        (-0.2, 0, "0", "0"),
        (0.05, 2, "0,05", "0.05"),
    ],
)
def test_number(value: float, decimals: int, sv: str, en: str) -> None:
    assert (number(value, "sv", decimals), number(value, "en", decimals)) == (sv, en)


@pytest.mark.parametrize(
    ("value", "sv"), [(235, "235"), (232.5, "232,5"), (251.25, "251,25"), (0, "0"), (1002.5, f"1{NARROW}002,5")]
)
def test_points_have_the_decimals_they_need(value: float, sv: str) -> None:
    assert points(value, "sv") == sv


@pytest.mark.parametrize(
    ("value", "decimals", "sv"),
    [(444, 0, "+444"), (-135, 0, "−135"), (0, 0, "±0"), (-0.04, 1, "±0,0"), (2.5, 1, "+2,5")],
)
def test_a_change_has_its_sign(value: float, decimals: int, sv: str) -> None:
    assert change(value, "sv", decimals) == sv


def test_percent_is_a_word() -> None:
    assert percent(0.063, "sv") == f"6,3{NARROW}procent"
    assert percent(0.063, "en", 0) == f"6{NARROW}per cent"
