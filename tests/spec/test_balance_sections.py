"""Sections on seats and demand: both languages, each figure with alternative text and table, only what is let out."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from gymreg_core.matching.build_market import build_market
from gymreg_core.matching.outcome import outcome
from gymreg_core.matching.solve import solve
from gymreg_core.planning.balance import FORECAST, Balance, balance, with_forecast
from gymreg_core.planning.choices_met import choices_met
from gymreg_core.planning.criteria import criteria_of
from gymreg_core.planning.need import COLUMNS
from gymreg_core.planning.seat_value import seat_values
from gymreg_core.planning.strategic import strategic
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.planning.balance_parts import BalancePage, words
from gymreg_core.reporting.planning.balance_released import (
    release_balance,
    release_choices,
    release_strategic,
    release_values,
)
from gymreg_core.reporting.planning.balance_sections import choices_section, supply_section
from gymreg_core.reporting.planning.seat_sections import strategic_section, values_section
from gymreg_core.vocabulary.programmes import LANGUAGES, Language
from tests.registers import small_register

MADE_UP = Provenance((), already_public=False, made_up=True)
REGISTER = small_register(n=500, paths=40)


@pytest.fixture(scope="module")
def found() -> Balance:
    return balance(outcome(solve(build_market(REGISTER, "final")), REGISTER), intake_year=2023)


def checked(markdown: str, figures: int) -> None:
    drawn = re.findall(r"!\[(.+?)\]\((.+?)\)\{#fig-\S+ fig-alt=\"(.+?)\"\}", markdown)
    assert len(drawn) == figures
    assert all(caption and len(alt) > 40 for caption, _, alt in drawn)
    assert len(re.findall(r"\{#tbl-", markdown)) >= figures
    assert "{" not in re.sub(r"\{[#.].*?\}|\{#fig-.*?\"\}", "", markdown), "a blank was left open"
    assert "nan" not in markdown.lower().split()


@pytest.mark.parametrize("language", LANGUAGES)
def test_supply_is_told_with_its_rule_and_its_forecast(language: Language, found: Balance) -> None:
    page = BalancePage(language, 2023)
    released, _ = release_balance(found, MADE_UP)
    out = supply_section(page, released, found.sentences(language))
    checked(out.markdown, 1)
    assert found.sentences(language)[0] in out.markdown
    row = ("region", 2024, "", "EK", "preparatory", 1, 1, 1)
    foretold, _ = release_balance(with_forecast(found, pd.DataFrame([row], columns=list(FORECAST)), 2024), MADE_UP)
    assert page.say("column.expected_supply") in supply_section(page, foretold, ()).markdown
    assert page.say("column.expected_supply") not in out.markdown


@pytest.mark.parametrize("language", LANGUAGES)
def test_choices_and_travel_are_told(language: Language) -> None:
    released = release_choices(choices_met(solve(build_market(REGISTER, "final")), REGISTER), MADE_UP)
    out = choices_section(BalancePage(language, 2023), released)
    checked(out.markdown, 1)
    assert "#sec-resor" in out.markdown


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_value_of_a_seat_is_told_or_that_it_cannot_be(language: Language) -> None:
    page = BalancePage(language, 2023)
    checked(values_section(page, release_values(seat_values(small_register(n=900, paths=150)), MADE_UP)).markdown, 1)
    few = values_section(page, release_values(seat_values(small_register(n=60, paths=8)), MADE_UP)).markdown
    assert page.say("values.none") in few


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_ranking_is_told_with_its_weights(language: Language, found: Balance) -> None:
    need = pd.DataFrame([("BA", 3.0, "Påhittad", 2023), ("EK", 1.0, "Påhittad", 2023)], columns=list(COLUMNS))
    ranking = strategic(criteria_of(need, found, found), need)
    table, weights, _ = release_strategic(ranking, MADE_UP)
    out = strategic_section(BalancePage(language, 2023), table, weights, ranking.sentences(language))
    checked(out.markdown, 1)
    assert any(name.endswith(".csv") for name in out.files)


def test_every_text_has_both_languages() -> None:
    assert words().incomplete() == []
