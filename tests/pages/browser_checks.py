"""What must hold for every page of a site, asked in a real browser; used on the fixture and on the whole built site."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
ALONE = ["--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND"]
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}
# WCAG 2.1, 1.4.12: nothing may be lost when a reader widens the spacing this much.
TEXT_SPACING = (
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }"
    "p { margin-bottom: 2em !important; }"
)
OPEN_FOLDS = "() => document.querySelectorAll('details').forEach(d => { d.open = true; })"
# Rows and items after the third look like those before; measuring the contrast of a thousand cells takes seconds.
ALIKE = ["tbody tr:nth-child(n + 4)", ".search-list li:nth-child(n + 4)"]
CONTRAST = "color-contrast"
RUN_AXE = "([context, options]) => axe.run(context, options).then(result => result.violations)"
BROKEN_IMAGES = "() => [...document.images].filter(i => !i.naturalWidth).map(i => i.getAttribute('src'))"
OVERFLOWING = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > width + 1 && !e.closest('.scroll-region'))
    .slice(0, 3).map(e => e.tagName.toLowerCase() + '.' + e.className);
}"""
VISIBLE_TEXT = "() => document.querySelector('main').innerText.replace(/\\s+/g, ' ').trim()"


def check_site(site: Path, chromium_path: str, pages: Sequence[Path] | None = None) -> list[str]:
    """Everything that is wrong with the pages of a site, one line each; an empty list is a good site.

    axe-core (WCAG 2.1 A and AA) at desktop and phone width with every fold open; no sideways scrolling at 320 pixels,
    with wide text spacing too; no request that leaves the folder; no missing picture; the same text without JavaScript.
    """
    listed = sorted(site.rglob("*.html")) if pages is None else list(pages)
    axe = Axe()
    with browser(chromium_path) as chromium:
        asked: list[str] = []
        with_script, without = _context(chromium, asked, script=True), _context(chromium, asked, script=False)
        page, plain = with_script.new_page(), without.new_page()
        found = []
        for path in listed:
            name = path.relative_to(site).as_posix()
            found += [f"{name}: {fault}" for fault in _faults(axe, page, plain, path)]
            found += [f"{name}: asks for {url}" for url in asked]
            asked.clear()
    return found


@contextmanager
def browser(chromium_path: str) -> Iterator[Browser]:
    """A headless Chromium that talks to nobody on its own account."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=chromium_path, args=["--no-sandbox", "--disable-gpu", *ALONE]
        )
        try:
            yield chromium
        finally:
            chromium.close()


def _context(chromium: Browser, asked: list[str], *, script: bool) -> BrowserContext:
    context = chromium.new_context(java_script_enabled=script, viewport=DESKTOP)
    context.on("request", lambda request: request.url.startswith(("file:", "data:")) or asked.append(request.url))
    return context


def _faults(axe: Axe, page: Page, plain: Page, path: Path) -> list[str]:
    page.set_viewport_size(DESKTOP)
    page.goto(path.as_uri())
    found = [f"no picture at {src}" for src in page.evaluate(BROKEN_IMAGES)]
    text = page.evaluate(VISIBLE_TEXT)
    page.evaluate(axe.axe_script)
    page.evaluate(OPEN_FOLDS)
    for viewport in (DESKTOP, PHONE):
        page.set_viewport_size(viewport)
        found += [f"{fault} at {viewport['width']} pixels" for fault in _violations(page)]
    page.set_viewport_size(NARROW)
    found += [f"wider than 320 pixels: {where}" for where in page.evaluate(OVERFLOWING)]
    page.add_style_tag(content=TEXT_SPACING)
    found += [f"wider than 320 pixels with text spacing: {where}" for where in page.evaluate(OVERFLOWING)]
    return found + _without_script(plain, path, text)


def _violations(page: Page) -> list[str]:
    tags = {"runOnly": {"type": "tag", "values": WCAG}, "rules": {CONTRAST: {"enabled": False}}}
    contrast = {"runOnly": {"type": "rule", "values": [CONTRAST]}}
    common = {"resultTypes": ["violations"], "preload": False, "iframes": False}
    alike = [[selector] for selector in ALIKE if page.query_selector(selector)]
    found = page.evaluate(RUN_AXE, [{"include": [["html"]]}, {**tags, **common}])
    found += page.evaluate(RUN_AXE, [{"include": [["html"]], "exclude": alike}, {**contrast, **common}])
    return [f"{v['id']} ({v['help']}) on {v['nodes'][0]['target']}" for v in found]


def _without_script(plain: Page, path: Path, text: str) -> list[str]:
    plain.goto(path.as_uri())
    shown = plain.evaluate(VISIBLE_TEXT)
    if not shown:
        return ["empty without JavaScript"]
    missing = [word for word in dict.fromkeys(shown.split()) if word not in text]
    return [f"other text with JavaScript: {' '.join(missing[:5])}"] if missing else []
