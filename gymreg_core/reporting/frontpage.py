"""The front page: the newest report of each theme, then every page by municipality, programme, provider and year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gymreg_core.reporting.front_entry import PageEntry, kinds_of, newest_first, shown, words
from gymreg_core.reporting.front_lists import PARTS, called, municipalities, parts_of, plain
from gymreg_core.reporting.project import address
from gymreg_core.vocabulary.phrases import listing
from gymreg_core.vocabulary.programmes import Language

_WHOLE_TABLES = ("studievagar", "program", "manader")
_SEVERAL = "several"
_NEWS = 2  # sentences of a report that its card tells
_LINKS = 4  # pages beside the newest report that a card leads to itself
_PLACES = {
    "themes": "rapporter",
    "municipalities": "kommuner",
    "programme": "program",
    "provider_form": "huvudman",
    "years": "ar",
    "downloads": "filer",
}


def front_page(
    language: Language, pages: Sequence[PageEntry], schools: Sequence[tuple[str, str]], *, made_up: bool
) -> str:
    """The body of index.qmd in the pages' dialect.

    Every page of this language is linked from it, and of each kind of report and scope that has none in this language
    every page in the other one.

    Parameters
    ----------
    pages : finished pages of all languages.
    schools : (school, municipality) pairs of the newest final admission; linked where its municipality has a page.
    """
    t = words()
    regions = shown(pages, "region", language)
    found = municipalities(language, pages, schools)
    sections = {
        "themes": _themes(language, pages, regions),
        "municipalities": found,
        **{scope: parts_of(scope, language, pages) for scope in PARTS},
        "years": _years(language, regions),
        "downloads": _downloads(language, regions),
    }
    titles = {name: t(f"section.{name}", language) for name in sections}
    if any(part.startswith(":::: {.fold") for part in found):
        titles["municipalities"] = t("section.municipalities_and_schools", language)
    parts = [_said("lead", language, pages), *_ways(sections, titles)]
    if made_up:
        parts.append(f"::: {{.callout-important}}\n## {t('made_up_title', language)}\n\n{t('made_up', language)}\n:::")
    for name, section in sections.items():
        parts += [f"## {titles[name]} {{#{_PLACES[name]}}}", *section] if section else []
    about = [f"- [{t('methods', language)}](metod.html)", f"- [{t('accessibility', language)}](tillganglighet.html)"]
    parts += [f"## {t('about', language)}", "\n".join(about)]
    return "\n\n".join(parts) + "\n"


def front_meta(language: Language, pages: Sequence[PageEntry] = ()) -> dict[str, Any]:
    """Front matter of the front page that leads to `pages`."""
    other: Language = "en" if language == "sv" else "sv"
    return {
        "title": words()(f"title.{_about(pages)}", language),
        "description": _said("description", language, pages),
        "lang": language,
        "format": "html",
        "toc": False,
        "section-numbers": False,
        "translation": address("index", other, seen_from=language),
    }


def _about(pages: Sequence[PageEntry]) -> str:
    kinds = kinds_of(pages) or ["admission"]
    return kinds[0] if len(kinds) == 1 else _SEVERAL


def _said(key: str, language: Language, pages: Sequence[PageEntry]) -> str:
    """A text about the kinds of report among the pages; one for several may name them all."""
    t, about = words(), _about(pages)
    if about != _SEVERAL:
        return t(f"{key}.{about}", language)
    topics = [t(f"topic.{kind}", language) for kind in kinds_of(pages)]
    return t(f"{key}.{_SEVERAL}", language, topics=listing(topics, language))


def _ways(sections: dict[str, list[str]], titles: dict[str, str]) -> list[str]:
    """Links to the sections, where there are more ways to a page than its card."""
    held = [name for name, section in sections.items() if section]
    if not {*held} - {"themes", "downloads"}:
        return []
    return ["\n".join(f"- [{titles[name]}](#{_PLACES[name]})" for name in held)]


def _themes(language: Language, pages: Sequence[PageEntry], regions: Sequence[PageEntry]) -> list[str]:
    """A card for each kind of report."""
    cards = []
    for kind in kinds_of(pages):
        of = [page for page in pages if page.params.report == kind]
        card = _card(kind, language, of, newest_first([page for page in regions if page.params.report == kind]))
        cards.append("\n\n".join(["::: {.card}", *card, ":::"]))
    return [":::: {.cards}\n" + "\n\n".join(cards) + "\n::::"] if cards else []


def _card(kind: str, language: Language, of: Sequence[PageEntry], regions: Sequence[PageEntry]) -> list[str]:
    """The newest report of a theme with what is new in it, further ones, and where its other pages are."""
    t = words()
    parts = [f"### {t(f'theme.{kind}', language)}"]
    if regions:
        newest, *further = regions
        name = newest.name(language)
        parts += [f"**{newest.link(name, language)}**", _news(newest, language)]
        parts.append(f"[{name} ({t('as_pdf', language)})]({newest.beside(f'{newest.params.slug}.pdf', language)})")
        links = [page.link(page.name(language), language) for page in further[:_LINKS]]
        links += [f"[{t('all_years', language)}](#{_PLACES['years']})"] if further[_LINKS:] else []
        parts += ["\n".join(f"- {link}" for link in links)] if links else []
        return [*parts, *_further(kind, language, of, "also")]
    parts.append(t(f"description.{kind}", language))
    few = [page for scope in PARTS for page in shown(of, scope, language)]
    if len(few) == len(of) <= _LINKS:
        named = [(f"{page.name(language)}: {plain(called(page, language))}", page) for page in newest_first(few)]
        return [*parts, "\n".join(f"- {page.link(name, language)}" for name, page in named)]
    return [*parts, *_further(kind, language, of, "only")]


def _news(page: PageEntry, language: Language) -> str:
    """The first sentences of a report in this language; of one in the other language what it is about."""
    if page.params.language != language:
        return words()(f"description.{page.params.report}", language)
    sentences = page.meta.get("highlights", ())[:_NEWS]
    return "\n".join(f"- {sentence}" for sentence in sentences) or str(page.meta.get("description", ""))


def _further(kind: str, language: Language, of: Sequence[PageEntry], how: str) -> list[str]:
    """Where the pages of a theme are that are not about the whole region."""
    t, said = words(), []
    if shown(of, "municipality", language):
        said.append(t(f"municipalities_lead.{kind}", language))
    links = [f"[{t(f'part.{scope}', language)}](#{_PLACES[scope]})" for scope in PARTS if shown(of, scope, language)]
    if links:
        said.append(t(f"parts_lead.{how}", language, parts=listing(links, language)))
    return [" ".join(said)] if said else []


def _years(language: Language, regions: Sequence[PageEntry]) -> list[str]:
    """The reports about the region by the year that they are about."""
    if not regions[1:]:
        return []
    years = sorted({page.params.about_year for page in regions}, reverse=True)
    lines = []
    for year in years:
        of = newest_first([page for page in regions if page.params.about_year == year])
        lines.append(f"- **{year}:** {', '.join(page.link(page.name(language), language) for page in of)}")
    return ["\n".join(lines)]


def _downloads(language: Language, regions: Sequence[PageEntry]) -> list[str]:
    """The whole tables of each report; those that go with one section are linked there."""
    t, lines = words(), []
    for page in newest_first(regions):
        of = {path.rsplit("/", 1)[-1].removesuffix(".csv"): path for path in page.data}
        links = [
            f"[{t(f'whole_table.{stem}', language)}]({page.beside(of[stem], language)})"
            for stem in _WHOLE_TABLES
            if stem in of
        ]
        if links:
            lines.append(f"- {page.name(language)}: {', '.join(links)}")
    up = "" if language == "sv" else "../"
    lines.append(f"- [{t('manifest', language)}]({up}manifest.json)")
    return [t("downloads_lead", language), "\n".join(lines)]
