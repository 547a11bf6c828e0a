"""A release desk with several people, and sites small enough to publish many of: four pages, a table and its file."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gymreg_core.release.desk import acts, publish
from gymreg_core.release.desk.desk import Desk
from gymreg_core.release.desk.people import Actor
from gymreg_core.release.desk.releases import Release
from gymreg_core.reporting.manifest import MANIFEST, as_json, key_of
from gymreg_core.reporting.site import list_files

START = datetime(2026, 11, 26, 9, 0, 0, tzinfo=UTC)
ASKS, LOOKS, DECIDES, PUBLISHES, STRANGER = (
    Actor(2001, "anna"),
    Actor(2002, "bo"),
    Actor(2003, "cecilia"),
    Actor(2004, "david"),
    Actor(2005, "erik"),
)
ROLES = {
    ASKS: "[request, review, approve, publish]",
    LOOKS: "[review, approve]",
    DECIDES: "[approve, request]",
    PUBLISHES: "[publish]",
}
_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head><meta charset="utf-8"><title>{title}</title><link rel="stylesheet" href="{root}assets/style.css"></head>
<body><header><a href="index.html">{start}</a>
<!--release:notice--><!--/release:notice--></header>
<main><h1>{title}</h1>
<table id="tbl-x"><caption>{caption}</caption><thead><tr><th>{what}</th><th>{how_many}</th></tr></thead>
<tbody><tr><th>A</th><td>{figure}</td></tr></tbody></table>
<p><a href="{page}.html">{title}</a> <a href="tillganglighet.html">{start} 2</a></p></main>
<footer><!--release:stamp--><!--/release:stamp--></footer></body></html>
"""


@dataclass
class Clock:
    """A clock that goes a second further at every look, and that tests can set."""

    at: datetime = START
    step: timedelta = field(default_factory=lambda: timedelta(seconds=1))

    def __call__(self) -> datetime:
        self.at += self.step
        return self.at


def tiny_site(folder: Path, figure: int = 100, topic: str = "admission", year: int = 2025) -> Path:
    """A whole site whose only number is `figure`; made anew where it stands already."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "assets").mkdir(parents=True)
    (folder / "en").mkdir()
    (folder / "data").mkdir()
    (folder / "assets/style.css").write_text("body { color: #1d252c; }\n")
    (folder / "assets/icon.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>\n')
    (folder / "data/x.csv").write_text(f"what;count\nA;{figure}\n")
    slug = f"{topic}-{year}"
    swedish = {"start": "Start", "caption": "Platser", "what": "Vad", "how_many": "Antal", "title": f"Rapporten {year}"}
    english = {"start": "Home", "caption": "Seats", "what": "What", "how_many": "Count", "title": f"The report {year}"}
    for language, at, words in (("sv", "", swedish), ("en", "en/", english)):
        root = "../" if at else ""
        for name in ("index", slug, "tillganglighet"):
            page = _PAGE.format(language=language, root=root, page=slug, figure=figure, **words)
            (folder / f"{at}{name}.html").write_text(page, encoding="utf-8")
    reports = [
        {"report": topic, "page": slug, "year": year, "key": "k", "params": {"scope": "region", "language": language}}
        for language in ("sv", "en")
    ]

    def table(*heads: str) -> dict[str, object]:
        return {"heads": list(heads), "forms": ["text", "count"], "persons": []}

    heads = {"sv": table("Vad", "Antal"), "en": table("What", "Count")}
    manifest = {
        "key": key_of(figure, topic, year),
        "made_up": True,
        "audience": "open_web",
        "address": "",
        "reports": reports,
        "scripts": [],
        "tables": {
            **{f"{name}.html#tbl-x": heads["sv"] for name in ("index", slug, "tillganglighet")},
            **{f"en/{name}.html#tbl-x": heads["en"] for name in ("index", slug, "tillganglighet")},
            "data/x.csv": table("what", "count"),
        },
        "files": list_files(folder),
    }
    (folder / MANIFEST).write_text(as_json(manifest), encoding="utf-8")
    record(folder)
    return folder


def record(site: Path) -> Path:
    """The private record that a build leaves beside a site, here of no cell."""
    versions = site.with_name(f".{site.name}-versions")
    versions.mkdir(exist_ok=True)
    path = versions / "disclosure.json"
    path.write_text(json.dumps({"key": json.loads((site / MANIFEST).read_bytes())["key"]}) + "\n")
    return path


def new_desk(folder: Path, clock: Clock | None = None, address: str = "") -> Desk:
    """A desk of four people in `folder`/desk with its public folder beside, as the one who asks stands at it."""
    desk = folder / "desk"
    desk.mkdir(parents=True)
    people = "\n".join(f"  - {{name: {a.name}, uid: {a.uid}, roles: {roles}}}" for a, roles in ROLES.items())
    (desk / "desk.yml").write_text(
        f"people:\n{people}\npublic: ../public\npublisher: Exempelkontoret\naddress: '{address}'\n"
    )
    return Desk(desk, ASKS, clock or Clock())


def by(desk: Desk, actor: Actor) -> Desk:
    """The same desk as somebody else stands at it."""
    return Desk(desk.folder, actor, desk.clock)


def asked(title: str = "Antagningen 2025", **more: str) -> acts.Asked:
    note = {"sv": more.pop("note", "")}
    return acts.Asked(title={"sv": title, "en": "Admission 2025"}, note=note, **more)


def approved(desk: Desk, site: Path, **more: str) -> Release:
    """A release of a site, brought as far as it goes before it is put out."""
    requested = acts.request(desk, site, asked(**more))
    acts.review(by(desk, LOOKS), requested.id)
    return acts.approve(by(desk, LOOKS), requested.id)


def published(desk: Desk, site: Path, **more: str) -> Release:
    """A release of a site, put out."""
    return publish.publish(by(desk, PUBLISHES), approved(desk, site, **more).id)
