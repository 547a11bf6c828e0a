"""The front page: what it says, what it leads to, in both languages."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from gymreg_core.reporting.admission_plan import AdmissionParams
from gymreg_core.reporting.cutoffs_plan import CutoffsParams
from gymreg_core.reporting.dropout_plan import DropoutParams
from gymreg_core.reporting.front_entry import PageEntry, newest_first
from gymreg_core.reporting.frontpage import front_meta, front_page
from gymreg_core.reporting.funding_plan import FundingParams
from gymreg_core.reporting.kinds import KINDS
from gymreg_core.reporting.project import address
from gymreg_core.vocabulary.programmes import LANGUAGES, Language, municipalities
from gymreg_core.vocabulary.texts import texts


def entry(scope: str = "region", name: str | None = None, language: Language = "sv", **more: object) -> PageEntry:
    params = {"intake_year": 2025, "round": "final", "scope": scope, "scope_name": name, "language": language, **more}
    meta = {"highlights": [f"{params['intake_year']} antogs 27 611.", "Två.", "Tre."], "description": "Hur det gick."}
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


def test_a_theme_shows_its_newest_report_first() -> None:
    page = front_page("sv", PAGES, SCHOOLS, made_up=False)
    order = ["### Antagning", "**[Slutlig antagning 2025]", "- 2025 antogs 27 611.", "[Slutlig antagning 2025 (PDF)]"]
    order += [
        "- [Preliminär antagning 2025]",
        "- [Slutlig antagning 2024]",
        "[Varje kommun](#kommuner)",
        "## Hitta din",
    ]
    assert [page.index(text) for text in order] == sorted(page.index(text) for text in order)
    assert "2024 antogs" not in page
    assert "Tre." not in page


def test_a_preliminary_admission_is_the_newest_until_the_final_one_is_there() -> None:
    pages = [entry(), entry(intake_year=2026, round="preliminary")]
    assert [page.params.about_year for page in newest_first(pages)] == [2026, 2025]
    assert "**[Preliminär antagning 2026]" in front_page("sv", pages, [], made_up=False)


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
    assert page.index("27 611") < page.index("9,2 miljarder") < page.index("## Hitta din kommun eller skola")
    assert "**[Ersättningar 2025](ersattning-2025.html)**" in page
    assert "- **Täby:** [antagning](antagning-2025-slut-taby.html), [ersättning](ersattning-2025-taby.html)" in page
    assert "- **Vaxholm:** [ersättning](ersattning-2025-vaxholm.html)" in page
    assert front_meta("sv", BOTH)["title"] == "Gymnasieskolan i Stockholmsregionen"
    assert "Antagningen" in front_meta("sv", PAGES)["title"]


def test_where_every_municipality_has_one_page_its_name_is_the_link() -> None:
    assert "- [Täby](antagning-2025-slut-taby.html)" in front_page("sv", PAGES, SCHOOLS, made_up=False)


def test_older_pages_of_a_municipality_tell_their_year() -> None:
    page = front_page("sv", [*BOTH, entry("municipality", "Täby", intake_year=2024)], SCHOOLS, made_up=False)
    assert "[antagning](antagning-2025-slut-taby.html), [antagning 2024](antagning-2024-slut-taby.html)" in page
    assert "Äldre sidor" in page
    assert "Äldre sidor" not in front_page("sv", BOTH, SCHOOLS, made_up=False)


def test_a_site_of_funding_alone_says_nothing_of_admission() -> None:
    pages = [funding(), funding("municipality", "Täby")]
    page = front_page("sv", pages, [], made_up=False)
    assert "antagning" not in page.lower()
    assert "## Hitta din kommun {#" in page
    assert "kostar" in front_meta("sv", pages)["title"]


def dropout(scope: str, name: str | None, language: Language = "sv") -> PageEntry:
    params = {"cohort": 2022, "compare_to": None, "scope": scope, "scope_name": name, "language": language}
    return PageEntry(DropoutParams.model_validate(params), {"description": "Hur det gick."}, ())


def cutoffs(scope: str, name: str | None, language: Language = "sv") -> PageEntry:
    params = {"intake_year": 2026, "scope": scope, "scope_name": name, "language": language}
    return PageEntry(CutoffsParams.model_validate(params), {"description": "Vad som väntas."}, ())


TOWNS = [name for name, it in municipalities().items() if it.party]
FULL = [
    *(entry(intake_year=year, round=round_) for year in range(2018, 2026) for round_ in ("final", "preliminary")),
    *(make("region", None, language) for make in (funding, dropout, cutoffs) for language in LANGUAGES),
    *(make("municipality", town) for town in TOWNS for make in (entry, funding, dropout, cutoffs)),
    *(make("provider_form", form) for form in ("municipal", "independent") for make in (funding, dropout)),
    *(dropout("programme", code) for code in ("BF", "EK", "NA", "IMS")),
    cutoffs("school", "Adolfs gymnasium"),
    cutoffs("school", "Östra gymnasiet [fd Västra]"),
]


def test_every_page_of_a_full_site_is_linked() -> None:
    page = front_page("sv", FULL, SCHOOLS, made_up=False)
    swedish = {f"{p.params.slug}.html" for p in FULL if p.params.language == "sv"}
    assert len(swedish) > 130, "as many as a whole site has"
    assert swedish - {*re.findall(r"\]\(([^)#]+)", page)} == set()


def test_english_readers_reach_every_page_about_a_part_of_the_region() -> None:
    found = {*re.findall(r"\]\(([^)#]+)", front_page("en", FULL, SCHOOLS, made_up=False))}
    assert {f"../{p.params.slug}.html" for p in FULL if p.params.scope != "region"} <= found
    assert {f"{p.params.slug}.html" for p in FULL if p.params.language == "en"} <= found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("pages", [FULL[:1], PAGES, BOTH, FULL], ids=["one page", "one kind", "two kinds", "full"])
def test_the_ways_on_the_page_lead_somewhere_and_headings_stand_in_order(
    pages: list[PageEntry], language: Language
) -> None:
    page = front_page(language, pages, SCHOOLS, made_up=False)
    places = re.findall(r"^## .* \{#([a-z]+)\}$", page, re.MULTILINE)
    assert {*re.findall(r"\]\(#([^)]+)\)", page)} <= {*places}
    levels = [2, *(len(marks) for marks in re.findall(r"^(##+) ", page, re.MULTILINE))]
    assert all(level - before <= 1 for before, level in pairwise(levels))


def test_a_municipality_s_page_is_two_taps_away() -> None:
    page = front_page("sv", FULL, SCHOOLS, made_up=False)
    before, _, after = page.partition("{#kommuner}")
    assert before.index("(#kommuner)") < before.index("\n## ")
    assert "antagning-2025-slut-vaxholm.html" in after


def test_a_report_in_the_other_language_alone_says_so() -> None:
    page = front_page("en", [entry(), cutoffs("region", None, "en")], [], made_up=False)
    assert "**[Final admission 2025 (in Swedish)](../antagning-2025-slut.html)**" in page
    assert "(../antagning-2025-slut.pdf)" in page
    assert "antogs" not in page
    assert "[all study paths](../data/region/studievagar.csv)" in page
    assert "**[Expected cut-offs 2026](vantade-granser-2026.html)**" in page


def test_years_hold_the_reports_about_the_region() -> None:
    page = front_page("sv", FULL, SCHOOLS, made_up=False)
    years = page[page.index("{#ar}") : page.index("{#filer}")]
    assert re.findall(r"\*\*(\d+):", years) == ["2026", "2025", "2024", "2023", "2022", "2021", "2020", "2019", "2018"]
    assert "- **2025:** [Slutlig antagning 2025](antagning-2025-slut.html), [Preliminär" in years
    assert "[Alla år](#ar)" in page[: page.index("### Ersättning")]


def test_a_school_s_own_page_stands_beside_its_section() -> None:
    page = front_page("sv", FULL, SCHOOLS, made_up=False)
    assert "#skola-adolfs-gymnasium) (Ekerö): [väntade gränser](vantade-granser-2026-skola-adolfs-gymnasium" in page
    alone = front_page("sv", [cutoffs("school", "Adolfs gymnasium")], [], made_up=False)
    assert "- **Adolfs gymnasium:** [väntade gränser](" in alone


def test_a_theme_without_a_page_about_the_region_has_a_card_all_the_same() -> None:
    pages = [dropout("programme", code) for code in ("BF", "EK", "HU", "NA", "TE")]
    page = front_page("sv", pages, [], made_up=False)
    assert page.index("### Genomströmning") < page.index("Hitta sidorna [efter program](#program)")
    assert "- [Barn- och fritidsprogrammet](genomstromning-2022-program-bf.html)" in page
    few = front_page("sv", pages[:1], [], made_up=False)
    assert "- [Genomströmning, årskullen 2022: Barn- och fritidsprogrammet](genomstromning-2022-program-bf" in few


def test_every_text_is_there_in_both_languages() -> None:
    words = texts("gymreg_core.reporting", "site_texts.yml")
    assert words.incomplete() == []
    assert [f"{key}.{kind}" for key in ("theme", "title", "description", "lead", "topic") for kind in KINDS] == [
        f"{key}.{kind}"
        for key in ("theme", "title", "description", "lead", "topic")
        for kind in KINDS
        if f"{key}.{kind}" in words.entries
    ]
