"""Numbers the way they stand on a page."""

from __future__ import annotations

import pytest

from gymreg_core.vocabulary.numbers import change, kronor, money, month, number, percent, points

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


@pytest.mark.parametrize(
    ("ore", "sv", "en"),
    [
        (8_530_000, "85 300 kronor", "SEK 85,300"),
        (99_994_999_00, "100,0 miljoner kronor", "SEK 100.0 million"),
        (99_949_99, "99 950 kronor", "SEK 99,950"),
        (41_234_567_800, "412,3 miljoner kronor", "SEK 412.3 million"),
        (-41_234_567_800, "−412,3 miljoner kronor", "SEK −412.3 million"),
        (924_210_000_000, "9,24 miljarder kronor", "SEK 9.24 billion"),
        (0, "0 kronor", "SEK 0"),
    ],
)
def test_money_is_told_with_the_figures_that_matter_and_never_broken(ore: int, sv: str, en: str) -> None:
    assert (money(ore, "sv"), money(ore, "en")) == (sv.replace(" ", NARROW), en.replace(" ", NARROW))


def test_whole_kronor() -> None:
    assert kronor(924_210_000_000, "sv") == "9 242 100 000 kronor".replace(" ", NARROW)


def test_months_are_words() -> None:
    assert [month(202403, "sv"), month(202403, "en"), month(202412, "sv", year=False)] == [
        "mars 2024",
        "March 2024",
        "december",
    ]
