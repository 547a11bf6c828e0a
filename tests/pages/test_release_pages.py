"""The desk's own pages, and what it writes into those of a release, in a real browser."""

from __future__ import annotations

import shutil
from pathlib import Path

from gymreg_core.release.desk import publish
from gymreg_core.release.desk.stamps import Imprint, Standing, places_missing, stamped
from tests.desks import PUBLISHES, approved, by, new_desk, published, tiny_site
from tests.pages.browser_checks import check_site


def test_every_page_has_its_places(fixture_site: Path) -> None:
    assert places_missing(fixture_site) == []


def test_the_pages_of_the_desk_hinder_nobody(
    fixture_site: Path, repository: Path, tmp_path: Path, chromium_path: str
) -> None:
    desk = new_desk(tmp_path, address="https://statistik.example.se/gymnasiet")
    published(desk, tiny_site(tmp_path / "site"))
    second = published(desk, tiny_site(tmp_path / "site", 120), amends="2026-001", note="En skola saknades i tabell 3.")
    published(desk, tiny_site(tmp_path / "site", 130, year=2024), title="Reservantagningen")
    publish.withdraw(by(desk, PUBLISHES), "2026-002", {"sv": "Fel fil publicerades.", "en": "The wrong file."})
    approved(desk, tiny_site(tmp_path / "site", 140), title="Nästa", embargo="2027-06-01T08:00")
    publish.announce(by(desk, PUBLISHES))

    seen = shutil.copytree(desk.public.resolve(), tmp_path / "seen")
    shutil.copytree(repository / "reports/assets", seen / "assets", dirs_exist_ok=True)
    first = desk.look()[1]["2026-001"]
    standing = Standing(first, Imprint("Exempelkontoret", ""), None, second, frozenset({"rapport.html"}))
    shutil.copytree(fixture_site, seen / "fixture")
    page = seen / "fixture/rapport.html"
    page.write_text(stamped(page.read_text(encoding="utf-8"), "rapport.html", standing), encoding="utf-8")
    assert '<a href="../2026-001-2/rapport.html">' in page.read_text(encoding="utf-8")

    own = ["index.html", "kalender.html", "en/utgavor.html", "2026-002/index.html", "fixture/rapport.html"]
    assert check_site(seen, chromium_path, [seen / name for name in own]) == []
