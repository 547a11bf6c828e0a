"""The front page: what it says, what it leads to, in both languages."""

from __future__ import annotations

import re

import pytest

from gymreg_core.reporting.admission_plan import AdmissionParams
from gymreg_core.reporting.frontpage import PageEntry, front_meta, front_page
from gymreg_core.reporting.funding_plan import FundingParams
from gymreg_core.reporting.project import address
from gymreg_core.vocabulary.programmes import LANGUAGES, Language
from gymreg_core.vocabulary.texts import texts


def entry(scope: str = "region", name: str | None = None, language: Language = "sv", **more: object) -> PageEntry:
    params = {"intake_year": 2025, "round": "final", "scope": scope, "scope_name": name, "language": language, **more}
    meta = {"highlights": ["27 611 antogs."], "description": "Hur det gick."}
    return PageEntry(AdmissionParams.model_validate(params), meta, (f"data/{scope}/studievagar.csv",))


PAGES = [
    entry(),
    entry(round="preliminary"),
    entry(intake_year=2024),
    entry(language="en"),
    entry("municipality", "Täby"),
    entry("municipality", "Ekerö"),
]
SCHOOLS = [("Östra gymnasiet [fd Västra]", "Täby"), ("Adolfs gymnasium", "Ekerö"), ("Utanför", "Östhammar")]


def links(language: Language) -> list[str]:
    return re.findall(r"\]\(([^)]+)\)", front_page(language, PAGES, SCHOOLS, made_up=False))


def test_it_leads_to_every_report_in_its_language() -> None:
    assert {"antagning-2025-slut.html", "antagning-2025-prel.html", "antagning-2024-slut.html"} <= set(links("sv"))
    assert "antagning-2024-slut.html" not in links("en")


def test_english_readers_reach_the_swedish_municipalities() -> None:
    assert "../antagning-2025-slut-taby.html" in links("en")
    assert "in Swedish" in front_page("en", PAGES, SCHOOLS, made_up=False)


def test_schools_lead_to_their_section_and_strangers_are_left_out() -> None:
    assert "antagning-2025-slut-taby.html#skola-ostra-gymnasiet-fd-vastra" in links("sv")
    page = front_page("sv", PAGES, SCHOOLS, made_up=False)
    assert "Utanför" not in page
    assert page.index("Adolfs") < page.index("Östra gymnasiet \\[fd Västra\\]")


def test_the_newest_final_admission_is_the_news() -> None:
    page = front_page("sv", PAGES, SCHOOLS, made_up=False)
    assert "Nytt i slutlig antagning 2025" in page
    assert page.index("27 611 antogs.") < page.index("Rapporter för hela regionen")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_made_up_region_is_said_to_be_one(language: Language) -> None:
    assert ".callout-important" in front_page(language, PAGES, SCHOOLS, made_up=True)
    assert ".callout-important" not in front_page(language, PAGES, SCHOOLS, made_up=False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_to_show_is_still_a_page(language: Language) -> None:
    assert "metod.html" in front_page(language, [], [], made_up=False)


def test_addresses_between_the_languages() -> None:
    assert address("x", "en", seen_from="sv") == "en/x.html"
    assert address("x", "sv", seen_from="en") == "../x.html"
    assert address("x", "en", seen_from="en") == address("x", "sv", seen_from="sv") == "x.html"
    assert front_meta("en")["translation"] == "../index.html"


def funding(scope: str = "region", name: str | None = None, language: Language = "sv", year: int = 2025) -> PageEntry:
    params = {"year": year, "scope": scope, "scope_name": name, "language": language}
    meta = {"highlights": ["Kommunerna betalade 9,2 miljarder kronor."], "description": "Vad det kostade."}
    return PageEntry(FundingParams.model_validate(params), meta, ())


BOTH = [*PAGES, funding(), funding("municipality", "Täby"), funding("municipality", "Vaxholm")]


def test_two_kinds_of_report_share_the_front_page() -> None:
    page = front_page("sv", BOTH, SCHOOLS, made_up=False)
    assert page.index("27 611 antogs.") < page.index("9,2 miljarder") < page.index("Rapporter för hela regionen")
    assert "[Ersättningar 2025](ersattning-2025.html)" in page
    assert "- [Täby](antagning-2025-slut-taby.html), [vad Täby betalade](ersattning-2025-taby.html)" in page
    assert "- [Vaxholm](ersattning-2025-vaxholm.html)" in page
    assert front_meta("sv", BOTH)["title"] == "Gymnasieskolan i Stockholmsregionen"
    assert "Antagningen" in front_meta("sv", PAGES)["title"]


def test_a_site_of_funding_alone_says_nothing_of_admission() -> None:
    pages = [funding(), funding("municipality", "Täby")]
    page = front_page("sv", pages, [], made_up=False)
    assert "antagning" not in page.lower()
    assert "Hitta din kommun\n" in page
    assert "kostar" in front_meta("sv", pages)["title"]


def test_every_text_is_there_in_both_languages() -> None:
    assert texts("gymreg_core.reporting", "site_texts.yml").incomplete() == []
