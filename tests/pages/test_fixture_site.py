"""The rendered fixture in a browser: accessible, narrow enough, alone, and whole without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.pages.browser_checks import browser, check_site
from tests.pages.pdf_checks import check_pdf, check_pdfs


def test_every_page_holds_in_a_browser(fixture_site: Path, chromium_path: str) -> None:
    assert check_site(fixture_site, chromium_path) == []


def test_every_pdf_holds(fixture_site: Path) -> None:
    assert sorted(p.name for p in fixture_site.rglob("*.pdf")) == ["rapport-taby.pdf", "rapport.pdf", "rapport.pdf"]
    assert check_pdfs(fixture_site) == []


def test_no_link_leads_nowhere(fixture_site: Path) -> None:
    from gymreg_core.reporting.site import check_links

    check_links(fixture_site)


BAD = {
    "no alternative text": ('<img src="icon.svg">', "image-alt"),
    "pale text": ('<p style="color:#bbb;background:#fff">blek</p>', "color-contrast"),
    "too wide": ('<p style="width:900px">bred</p>', "wider than 320"),
    "another host": ('<img alt="x" src="https://example.org/a.png">', "asks for https://example.org/a.png"),
    "script writes the page": ("<p id='x'>ett</p><script>document.getElementById('x').remove()</script>", "other text"),
}


def test_the_checks_see_bad_pages(tmp_path: Path, chromium_path: str) -> None:
    for name, (body, _) in BAD.items():
        html = f'<!DOCTYPE html><html lang="sv"><title>t</title><main><h1>t</h1>{body}</main></html>'
        (tmp_path / f"{name}.html").write_text(html, encoding="utf-8")
    faults = check_site(tmp_path, chromium_path)
    for name, (_, told) in BAD.items():
        assert any(fault.startswith(f"{name}.html: ") and told in fault for fault in faults), name


def test_the_checks_see_an_untagged_pdf(tmp_path: Path) -> None:
    import typst

    (tmp_path / "bare.pdf").write_bytes(typst.compile(b"= Rubrik", pdf_tags=False))
    faults = check_pdf(tmp_path / "bare.pdf")
    assert {"not tagged", "no title", "no PDF/UA-1 mark"} <= set(faults)


@pytest.fixture(scope="module")
def page(chromium_path: str) -> Iterator[Page]:
    with browser(chromium_path) as chromium:
        yield chromium.new_page()


def test_search_narrows_the_list_and_tells_how_far(fixture_site: Path, page: Page) -> None:
    page.goto((fixture_site / "index.html").as_uri())
    towns, status = page.locator(".search-list").first.locator("li:visible"), page.locator(".search-status").first
    page.get_by_label("Sök kommun").fill("ty")
    assert [text.strip() for text in towns.all_inner_texts()] == ["Tyresö"]
    assert status.inner_text() == "Träffar: 1"
    page.get_by_label("Sök kommun").fill("finns inte")
    assert towns.count() == 0
    assert "stämmer" in status.inner_text()
    page.get_by_label("Sök kommun").fill("")
    assert towns.count() == 20


def test_folds_are_open_on_paper(fixture_site: Path, page: Page) -> None:
    page.goto((fixture_site / "rapport.html").as_uri())
    assert not page.locator("#tbl-program table").is_visible()
    page.emulate_media(media="print")
    assert page.locator("#tbl-program table").is_visible()
    page.emulate_media(media="screen")


def test_made_up_stands_on_every_page(fixture_site: Path) -> None:
    words = {"sv": "Påhittad region – inga riktiga siffror", "en": "A made-up region – no real figures"}
    for page in fixture_site.rglob("*.html"):
        html = page.read_text(encoding="utf-8")
        language = re.search(r'<html lang="(\w+)"', html)
        assert language is not None
        assert f'<p class="made-up-banner"><strong>{words[language[1]]}</strong></p>' in html, page.name
