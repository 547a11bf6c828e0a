"""What a public page says of its release: two places that the build leaves empty, filled without touching the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import cast

from gymreg_core.release.desk.calendar import local_day
from gymreg_core.release.desk.releases import Release
from gymreg_core.vocabulary.programmes import LANGUAGES, Language
from gymreg_core.vocabulary.texts import Texts, texts

PLACES = ("notice", "stamp")
FIRST, EDITIONS = "index.html", "utgavor.html"
_BETWEEN = {place: re.compile(f"(<!--release:{place}-->)(.*?)(<!--/release:{place}-->)", re.DOTALL) for place in PLACES}
_LANGUAGE = re.compile(r'<html\b[^>]*\blang="([a-z]{2})')
_HEADING = re.compile(r"<h1\b[^>]*>(.*?)</h1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Imprint:
    """Who publishes, and where ('' where no address is known)."""

    publisher: str
    address: str


@dataclass(frozen=True)
class Standing:
    """A release as its pages tell it, with the release that it amends and the one that amends it.

    pages : the pages of `newer`, so that a page can lead to its own newer version.
    """

    release: Release
    imprint: Imprint
    older: Release | None
    newer: Release | None
    pages: frozenset[str] = frozenset()


def desk_texts() -> Texts:
    """The words of the desk."""
    return texts("gymreg_core.release.desk", "texts.yml")


def places_missing(site: Path) -> list[str]:
    """Pages of a site that have not each place exactly once and empty, by name."""
    return [
        path.relative_to(site).as_posix()
        for path in sorted(site.rglob("*.html"))
        if not _has_places(path.read_text(encoding="utf-8", errors="replace"))
    ]


def stamped(page: str, name: str, standing: Standing) -> str:
    """The page `name` (relative to its release) with its places filled."""
    language = language_of(page)
    filled = {"notice": _notice(name, standing, language), "stamp": _stamp(page, name, standing, language)}
    return _with(page, filled)


def unstamped(page: str) -> str:
    """The page as it was built and locked."""
    return _with(page, dict.fromkeys(PLACES, ""))


def language_of(page: str) -> Language:
    """The language that a page says it is in."""
    found = _LANGUAGE.search(page)
    return cast(Language, found[1]) if found and found[1] in LANGUAGES else "sv"


def heading_of(page: str) -> str:
    """The first heading of a page, as HTML without tags."""
    found = _HEADING.search(page)
    return " ".join(_TAG.sub("", found[1]).split()) if found else ""


def said(told: Mapping[str, str], language: Language) -> str:
    """A text of people in this language as HTML; where it is told in the other one alone, marked as such."""
    if told.get(language):
        return escape(told[language])
    other: Language = "en" if language == "sv" else "sv"
    return f'<span lang="{other}">{escape(told[other])}</span>' if told.get(other) else ""


def up(name: str) -> str:
    """The way from a page (relative to the public folder) up to that folder."""
    return "../" * name.count("/")


def front_of(language: Language) -> str:
    """The folder of the desk's own pages in a language, below the public one."""
    return "" if language == "sv" else "en/"


def status(release: Release, language: Language) -> str:
    """The state of a public release in words, with the day it was published."""
    day = local_day(release.published, language) if release.published else ""
    return desk_texts()(f"status.{release.state}", language, day=day)


def _has_places(page: str) -> bool:
    ends = [(f"<!--release:{place}-->", f"<!--/release:{place}-->") for place in PLACES]
    return all(page.count(text) == 1 for first, last in ends for text in (first, last, first + last))


def _with(page: str, filled: Mapping[str, str]) -> str:
    for place, text in filled.items():
        page = _BETWEEN[place].sub(lambda found, text=text: found[1] + text + found[3], page, count=1)  # type: ignore[misc]
    return page


def _notice(name: str, standing: Standing, language: Language) -> str:
    if standing.release.state != "amended" or standing.newer is None:
        return ""
    t, newer = desk_texts(), standing.newer
    target = f"{up(f'{standing.release.id}/{name}')}{newer.id}/{name if name in standing.pages else FIRST}"
    link = f'<a href="{escape(target)}">{escape(t("notice.newer", language, version=newer.version))}</a>'
    lead = f"<strong>{escape(t('notice.amended', language))}</strong>"
    return (
        f'\n<div class="release-notice" role="note"><p>{lead} {link}. {escape(t("notice.changed", language))} '
        f"{said(newer.note, language)}</p></div>\n"
    )


def _stamp(page: str, name: str, standing: Standing, language: Language) -> str:
    t, release = desk_texts(), standing.release
    root = up(f"{release.id}/{name}")
    facts = [
        (t("stamp.release", language), release.base),
        (t("stamp.version", language), str(release.version)),
        (t("stamp.status", language), status(release, language)),
    ]
    cells = "\n".join(f"<div><dt>{escape(head)}</dt> <dd>{escape(value)}</dd></div>" for head, value in facts)
    lines = [f"<p>{escape(t('stamp.cite', language))} {_cited(page, name, standing, language)}</p>"]
    if standing.older is not None:
        old = standing.older
        link = f'<a href="{root}{old.id}/{FIRST}">{escape(t("stamp.older", language, version=old.version))}</a>'
        lines.append(
            f"<p>{escape(t('stamp.amends', language))} {link}. {escape(t('notice.changed', language))} "
            f"{said(release.note, language)}</p>"
        )
    listed = f"{root}{front_of(language)}{EDITIONS}#u-{release.id}"
    lines.append(f'<p><a href="{listed}">{escape(t("stamp.editions", language))}</a></p>')
    return (
        f'\n<section class="release" aria-labelledby="release-title">\n<h2 id="release-title">'
        f'{escape(t("stamp.title", language))}</h2>\n<dl class="facts">\n{cells}\n</dl>\n'
        + "\n".join(lines)
        + "\n</section>\n"
    )


def _cited(page: str, name: str, standing: Standing, language: Language) -> str:
    """How to cite a page: publisher, year, title, release and version, address."""
    release, imprint = standing.release, standing.imprint
    year = local_day(release.published, language).split()[-1] if release.published else ""
    place = f"{release.id}/{name}"
    where = f"{imprint.address}/{place}" if imprint.address else place
    edition = desk_texts()("stamp.edition", language, id=release.base, version=release.version)
    return f"{escape(imprint.publisher)} ({year}). <cite>{heading_of(page)}</cite>. {escape(edition)}. {escape(where)}"
