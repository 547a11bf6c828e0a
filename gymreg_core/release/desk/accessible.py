"""What can be seen of a page's accessibility without a browser: structure, words and names (WCAG 2.1, A and AA)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from gymreg_core.release.site_reader import Page, SitePages
from gymreg_core.vocabulary.programmes import LANGUAGES


def barriers(site: SitePages) -> list[str]:
    """What would hinder a reader, a line each: the page and what is wrong with it, in Swedish.

    It does not see contrast, focus, reflow or what scripts do; tests look at these with axe-core in a browser.
    """
    return [f"{name}: {fault}" for name, page in site.pages.items() for fault in _of_page(page)]


def _of_page(page: Page) -> Iterator[str]:
    if page.language not in LANGUAGES:
        yield "sidan säger inte vilket språk den är på (WCAG 3.1.1)"
    if not page.title.strip():
        yield "sidan saknar titel (WCAG 2.4.2)"
    yield from _headings(page)
    yield from (
        f"{figure.id}: bilden har ingen textbeskrivning (WCAG 1.1.1)"
        for figure in page.figures.values()
        if not figure.alt.strip()
    )
    for table in page.tables.values():
        if not table.caption.strip():
            yield f"{table.id}: tabellen har ingen rubrik (WCAG 1.3.1)"
        if not any(head.strip() for head in table.heads):
            yield f"{table.id}: kolumnerna har inga rubriker (WCAG 1.3.1)"
    nameless = Counter(link.href for link in page.links if not link.loads and not link.text.strip())
    yield from (f"länken till {href} har ingen text (WCAG 2.4.4)" for href in nameless)


def _headings(page: Page) -> Iterator[str]:
    levels = [heading.level for heading in page.headings]
    if levels.count(1) != 1:
        yield f"{levels.count(1)} rubriker på översta nivån i stället för en (WCAG 1.3.1)"
    if any(after > before + 1 for before, after in pairwise(levels)):
        yield "en rubriknivå är överhoppad (WCAG 1.3.1)"
    if any(not heading.text.strip() for heading in page.headings):
        yield "en rubrik är tom (WCAG 2.4.6)"
