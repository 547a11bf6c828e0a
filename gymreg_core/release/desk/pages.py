"""The desk's own public pages: what is published, what is coming, every release, and the place of a withdrawn one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from gymreg_core.release.desk.calendar import Coming, local_day, local_minute
from gymreg_core.release.desk.releases import Release
from gymreg_core.release.desk.stamps import EDITIONS, FIRST, Imprint, desk_texts, front_of, said, status, up
from gymreg_core.vocabulary.programmes import Language

CALENDAR, CALENDAR_ICS, FEED = "kalender.html", "kalender.ics", "atom.xml"
ACCESSIBILITY = "tillganglighet.html"
_COMING_ON_FRONT = 5


@dataclass(frozen=True)
class Report:
    """A page about the whole region, for the front page. name : below the public folder."""

    topic: str
    year: int
    name: str
    heading: str
    release: Release


@dataclass(frozen=True)
class Shown:
    """All that the desk's own pages tell.

    releases : public ones, the newest first. keys : by release the characters that its PDFs carry.
    reports : by language. accessible : the folder of the release whose accessibility statement holds, '' for none.
    """

    imprint: Imprint
    made_up: bool
    releases: Sequence[Release]
    keys: dict[str, str]
    reports: dict[Language, Sequence[Report]]
    coming: Sequence[Coming]
    accessible: str


def front(shown: Shown, language: Language) -> str:
    """The front page: by topic and year what holds now."""
    t = desk_texts()
    held = [release for release in shown.releases if release.state == "published"]
    parts = [f"<p>{escape(t('front.lead' if held else 'front.none', language))}</p>"]
    root = up(f"{front_of(language)}{FIRST}")
    if held:
        parts.append(_section(t("front.newest", language), _items([_release_item(held[0], root, language)])))
    reports = shown.reports[language]
    for topic in dict.fromkeys(report.topic for report in sorted(reports, key=lambda one: _topics().index(one.topic))):
        of_topic = [report for report in reports if report.topic == topic]
        years = sorted({report.year for report in of_topic}, reverse=True)
        body = "".join(
            f"<h3>{year}</h3>\n" + _items([_report_item(r, root, language) for r in of_topic if r.year == year])
            for year in years
        )
        parts.append(_section(t(f"topic.{topic}", language), body))
    if shown.coming:
        soon = [_coming_item(one, language) for one in shown.coming[:_COMING_ON_FRONT]]
        parts.append(_section(t("calendar.title", language), _items(soon)))
    more = [
        f'<a href="{CALENDAR}">{escape(t("calendar.title", language))}</a>',
        f'<a href="{EDITIONS}">{escape(t("editions.title", language))}</a>',
        f'<a href="{FEED}">{escape(t("front.feed", language))}</a>',
    ]
    parts.append(_section(t("front.more", language), _items(more)))
    return page(shown, language, FIRST, t("site", language), "\n".join(parts))


def calendar_page(shown: Shown, language: Language) -> str:
    """What is coming, in order of time."""
    t = desk_texts()
    parts = [f"<p>{escape(t('calendar.lead' if shown.coming else 'calendar.none', language))}</p>"]
    if shown.coming:
        parts.append(_items([_coming_item(one, language) for one in shown.coming]))
    parts.append(f'<p><a class="download" href="{CALENDAR_ICS}">{escape(t("calendar.file", language))}</a></p>')
    return page(shown, language, CALENDAR, t("calendar.title", language), "\n".join(parts))


def editions_page(shown: Shown, language: Language) -> str:
    """Every public release with its status, and what changed."""
    t = desk_texts()
    parts = [f"<p>{escape(t('editions.lead', language))}</p>"]
    keys: set[str] = set()
    for release in shown.releases:
        key = escape(shown.keys[release.id])
        place = "" if key in keys else f' id="{key}"'
        keys.add(key)
        changed = said(release.reason or release.note, language)
        link = _release_link(release, up(f"{front_of(language)}{EDITIONS}"), language)
        lines = [
            f"{link}: {escape(status(release, language))}.",
            f"{escape(t('notice.reason' if release.reason else 'notice.changed', language))} {changed}"
            if changed
            else "",
            f"{escape(t('editions.key', language))} <span{place}>{key}</span>.",
        ]
        body = "\n".join(f"<p>{line}</p>" for line in lines if line)
        edition = t("stamp.edition", language, id=release.base, version=release.version)
        parts.append(f'<section id="u-{release.id}">\n<h2>{escape(edition)}</h2>\n{body}\n</section>')
    return page(shown, language, EDITIONS, t("editions.title", language), "\n".join(parts))


def withdrawn_page(shown: Shown, language: Language, release: Release, name: str) -> str:
    """What stands at the address `name` of a withdrawn release: that it is, since when and why, and no figure."""
    t = desk_texts()
    day = local_day(release.entries[-1].when, language)
    told = t("notice.withdrawn_text", language, id=release.base, version=release.version, day=day)
    root = up(f"{release.id}/{name}")
    listed = f"{root}{front_of(language)}{EDITIONS}#u-{release.id}"
    body = (
        f"<p>{escape(told)}</p>\n<p><strong>{escape(t('notice.reason', language))}</strong> "
        f"{said(release.reason or {}, language)}</p>\n"
        f"<p>{escape(t('notice.also', language))} {said(release.title, language)}.</p>\n"
        f'<p><a href="{listed}">{escape(t("stamp.editions", language))}</a></p>'
    )
    return page(shown, language, f"{release.id}/{name}", t("notice.withdrawn", language), body, translated=False)


def page(shown: Shown, language: Language, name: str, title: str, body: str, *, translated: bool = True) -> str:
    """A whole page. name : below the public folder, for the desk's own pages without the folder of the language."""
    t = desk_texts()
    other: Language = "en" if language == "sv" else "sv"
    own = f"{front_of(language)}{name}" if translated else name
    root = up(own)
    home = f"{root}{front_of(language)}"
    here = name if translated else ""
    links = [
        _menu_link(f"{home}{FIRST}", t("start", language), here == FIRST),
        _menu_link(f"{home}{CALENDAR}", t("calendar.title", language), here == CALENDAR),
        _menu_link(f"{home}{EDITIONS}", t("editions.title", language), here == EDITIONS),
    ]
    if translated:
        links.append(
            f'<li><a class="translation" href="{root}{front_of(other)}{name}" lang="{other}" hreflang="{other}">'
            f"{escape(t('other_language', language))}</a></li>"
        )
    banner = (
        f'<p class="made-up-banner"><strong>{escape(t("made_up", language))}</strong></p>\n' if shown.made_up else ""
    )
    site, head = t("site", language), title
    window = site if title == site else f"{head} – {site}"
    statement = (
        f'<ul class="footer-links">\n<li><a href="{root}{shown.accessible}/{front_of(language)}{ACCESSIBILITY}">'
        f"{escape(t('accessibility', language))}</a></li>\n"
        if shown.accessible
        else '<ul class="footer-links">\n'
    )
    crumbs = (
        ""
        if here == FIRST
        else f'<nav class="breadcrumbs" aria-label="{escape(t("crumbs", language))}">\n<ol>\n'
        f'<li><a href="{home}{FIRST}">{escape(t("start", language))}</a></li>\n'
        f'<li aria-current="page">{escape(head)}</li>\n</ol>\n</nav>\n'
    )
    return f"""<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>{escape(t("made_up", language)) + " · " if shown.made_up else ""}{escape(window)}</title>
<link rel="icon" type="image/svg+xml" href="{root}assets/icon.svg">
<link rel="stylesheet" href="{root}assets/style.css">
<link rel="alternate" type="application/atom+xml" title="{escape(t("front.feed", language))}" href="{home}{FEED}">
</head>
<body id="top" class="start">
<a class="skip-link" href="#content">{escape(t("skip", language))}</a>
<header class="site-header">
{banner}<div class="site-bar">
<a class="site-name" href="{home}{FIRST}">{escape(site)}</a>
<nav class="site-menu" aria-label="{escape(t("menu", language))}">
<ul>
{"".join(links)}
</ul>
</nav>
</div>
</header>
<div class="page">
{crumbs}<main id="content" tabindex="-1">
<header class="page-head">
<h1>{escape(head)}</h1>
</header>
{body}
</main>
</div>
<footer class="site-footer">
<div class="site-bar">
<dl class="facts">
<div><dt>{escape(t("publisher", language))}</dt> <dd>{escape(shown.imprint.publisher)}</dd></div>
</dl>
{statement}<li><a href="#top">{escape(t("top", language))}</a></li>
</ul>
</div>
</footer>
</body>
</html>
"""


def _topics() -> list[str]:
    prefix = "topic."
    return [key.removeprefix(prefix) for key in desk_texts().entries if key.startswith(prefix)]


def _menu_link(href: str, words: str, here: bool) -> str:
    current = ' aria-current="page"' if here else ""
    return f'<li><a href="{href}"{current}>{escape(words)}</a></li>\n'


def _release_item(release: Release, root: str, language: Language) -> str:
    edition = desk_texts()("stamp.edition", language, id=release.base, version=release.version)
    return f"{_release_link(release, root, language)}. {escape(edition)}, {escape(status(release, language))}"


def _release_link(release: Release, root: str, language: Language) -> str:
    return f'<a href="{root}{release.id}/{front_of(language)}{FIRST}">{said(release.title, language)}</a>'


def _coming_item(one: Coming, language: Language) -> str:
    return f"{escape(local_minute(one.when, language))}: {said(one.title, language)}"


def _report_item(report: Report, root: str, language: Language) -> str:
    edition = desk_texts()("stamp.edition", language, id=report.release.base, version=report.release.version)
    return (
        f'<a href="{root}{report.name}">{report.heading}</a>. {escape(edition)}, '
        f"{escape(status(report.release, language))}"
    )


def _section(title: str, body: str) -> str:
    return f"<section>\n<h2>{escape(title)}</h2>\n{body}\n</section>"


def _items(items: Sequence[str]) -> str:
    return "<ul>\n" + "\n".join(f"<li>{item}</li>" for item in items) + "\n</ul>"
