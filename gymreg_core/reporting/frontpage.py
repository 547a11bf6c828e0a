"""The front page: what is new, a card per report and year, lists of municipalities and schools, downloads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gymreg_core.reporting.kinds import KINDS
from gymreg_core.reporting.plans import ReportParams
from gymreg_core.reporting.project import address
from gymreg_core.vocabulary.phrases import label, listing, programme_name
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.slugs import slug, swedish_order
from gymreg_core.vocabulary.texts import Texts, texts

_WHOLE_TABLES = ("studievagar", "program", "manader")
_SEVERAL = "several"
_PARTS = ("provider_form", "programme")


@dataclass(frozen=True)
class PageEntry:
    """A finished page as the front page needs it; `data` are its CSV files, relative to the page."""

    params: ReportParams
    meta: dict[str, Any]
    data: tuple[str, ...]

    @property
    def href(self) -> str:
        return f"{self.params.slug}.html"


def front_page(
    language: Language, pages: Sequence[PageEntry], schools: Sequence[tuple[str, str]], *, made_up: bool
) -> str:
    """The body of index.qmd in the pages' dialect.

    Parameters
    ----------
    pages : finished pages of this language, and the Swedish ones of municipalities where this language has none.
    schools : (school, municipality) pairs of the newest final admission; linked where its municipality has a page.
    """
    t = texts("gymreg_core.reporting", "site_texts.yml")
    regions = [p for p in pages if p.params.scope == "region" and p.params.language == language]
    parts = [_said(t, "lead", language, pages)]
    if made_up:
        parts.append(f"::: {{.callout-important}}\n## {t('made_up_title', language)}\n\n{t('made_up', language)}\n:::")
    for kind in _kinds(regions):
        parts += _news(t, language, [p for p in regions if p.params.report == kind])
    parts += _reports(t, language, regions)
    parts += _municipalities(t, language, pages, schools)
    parts += _parts(t, language, pages)
    parts += _downloads(t, language, regions)
    about = [f"- [{t('methods', language)}](metod.html)", f"- [{t('accessibility', language)}](tillganglighet.html)"]
    parts += [f"## {t('about', language)}", "\n".join(about)]
    return "\n\n".join(parts) + "\n"


def front_meta(language: Language, pages: Sequence[PageEntry] = ()) -> dict[str, Any]:
    """Front matter of the front page that leads to `pages`."""
    t = texts("gymreg_core.reporting", "site_texts.yml")
    other: Language = "en" if language == "sv" else "sv"
    return {
        "title": t(f"title.{_about(pages)}", language),
        "description": _said(t, "description", language, pages),
        "lang": language,
        "format": "html",
        "toc": False,
        "section-numbers": False,
        "translation": address("index", other, seen_from=language),
    }


def _kinds(pages: Sequence[PageEntry]) -> list[str]:
    """The kinds of report among the pages, in the order of `KINDS`."""
    return [kind for kind in KINDS if any(page.params.report == kind for page in pages)]


def _about(pages: Sequence[PageEntry]) -> str:
    kinds = _kinds(pages) or ["admission"]
    return kinds[0] if len(kinds) == 1 else _SEVERAL


def _said(t: Texts, key: str, language: Language, pages: Sequence[PageEntry]) -> str:
    """A text about the kinds of report among the pages; one for several names them all."""
    about = _about(pages)
    if about != _SEVERAL:
        return t(f"{key}.{about}", language)
    topics = [t(f"topic.{kind}", language) for kind in _kinds(pages)]
    return t(f"{key}.{_SEVERAL}", language, topics=listing(topics, language))


def _name(t: Texts, language: Language, page: PageEntry) -> str:
    return t(page.params.card, language, year=page.params.about_year)


def _inside(words: str) -> str:
    """Words as they stand inside a sentence."""
    return words[0].lower() + words[1:]


def _newest(pages: Sequence[PageEntry]) -> PageEntry | None:
    return max(pages, key=lambda p: (p.params.about_year, p.params.card != "preliminary"), default=None)


def _news(t: Texts, language: Language, regions: Sequence[PageEntry]) -> list[str]:
    newest = _newest([p for p in regions if p.params.card != "preliminary"]) or _newest(regions)
    if newest is None:
        return []
    report = _name(t, language, newest)
    sentences = "\n".join(f"- {s}" for s in newest.meta.get("highlights", ()))
    title = t("news", language, report=_inside(report))
    return [f"## {title}", sentences, f"[{t('read_report', language)}]({newest.href})"]


def _reports(t: Texts, language: Language, regions: Sequence[PageEntry]) -> list[str]:
    parts = [f"## {t('reports', language)}"] if regions else []
    newest = {kind: max(p.params.about_year for p in regions if p.params.report == kind) for kind in _kinds(regions)}
    ages = [newest[p.params.report] - p.params.about_year for p in regions]
    for age in sorted(set(ages)):
        cards = []
        for page in sorted((p for p, its in zip(regions, ages, strict=True) if its == age), key=_order):
            about = page.meta.get("description", "")
            pdf = f"{page.params.slug}.pdf"
            label = f"{_name(t, language, page)} ({t('as_pdf', language)})"
            cards.append(
                f"::: {{.card}}\n### [{_name(t, language, page)}]({page.href})\n\n{about}\n\n[{label}]({pdf})\n:::"
            )
        parts.append(":::: {.cards}\n" + "\n\n".join(cards) + "\n::::")
    return parts


def _order(page: PageEntry) -> tuple[int, str]:
    return list(KINDS).index(page.params.report), page.params.card


def _municipalities(
    t: Texts, language: Language, pages: Sequence[PageEntry], schools: Sequence[tuple[str, str]]
) -> list[str]:
    """One list to search in: the municipalities with their newest page of each kind, and folded below them the
    schools."""
    own = [p for p in pages if p.params.scope == "municipality" and p.params.language == language]
    listed = own or [p for p in pages if p.params.scope == "municipality"]
    if not listed:
        return []
    of = {kind: _newest_by_name([p for p in listed if p.params.report == kind]) for kind in _kinds(listed)}
    names = sorted({name for pages in of.values() for name in pages}, key=swedish_order)
    lines = [f"- {', '.join(_links(t, language, name, of))}" for name in names]
    lead = [
        t(f"municipalities_lead.{kind}", language, report=_inside(_name(t, language, next(iter(pages.values())))))
        for kind, pages in of.items()
    ]
    to = {name: _address(page, language) for name, page in of.get("admission", {}).items()}
    known = [(s, m) for s, m in sorted(schools, key=lambda s: (swedish_order(s[0]), s[1])) if m in to]
    links = [f"- [{_plain(s)}]({to[m]}#skola-{slug(s)}) ({m})" for s, m in known]
    fold = [
        f':::: {{.fold summary="{t("schools_fold", language, count=len(known))}"}}',
        t("schools_lead", language),
        "\n".join(links),
        "::::",
    ]
    return [
        f"## {t('municipalities' if known else 'municipalities_only', language)}",
        " ".join([*lead, *([] if own else [t("only_swedish", language)])]),
        f'::::: {{.search-list data-label="{t("search_label" if known else "search_label_only", language)}"}}',
        "\n".join(lines),
        *(fold if known else ()),
        ":::::",
    ]


def _parts(t: Texts, language: Language, pages: Sequence[PageEntry]) -> list[str]:
    """The newest pages of each kind about a kind of provider or a programme."""
    lines = []
    for kind in _kinds(pages):
        for scope in _PARTS:
            all_ = [p for p in pages if (p.params.report, p.params.scope) == (kind, scope)]
            own = [p for p in all_ if p.params.language == language] or all_
            if own:
                found = _newest_by_name(own)
                named = sorted(((_part(scope, name, language), page) for name, page in found.items()), key=_by_name)
                links = ", ".join(f"[{word}]({_address(page, language)})" for word, page in named)
                told = t(f"part.{scope}", language, report=_name(t, language, named[0][1]))
                lines.append(f"- {told}: {links}")
    return [f"## {t('parts', language)}", "\n".join(lines)] if lines else []


def _part(scope: str, name: str, language: Language) -> str:
    """A kind of provider or a programme in words."""
    return programme_name(name, language) if scope == "programme" else label(name, language)


def _by_name(named: tuple[str, PageEntry]) -> tuple[int, ...]:
    return swedish_order(named[0])


def _newest_by_name(pages: Sequence[PageEntry]) -> dict[str, PageEntry]:
    """Of the pages of the newest year the one of each name, a final admission before a preliminary one."""
    newest = max(p.params.about_year for p in pages)
    chosen = sorted((p for p in pages if p.params.about_year == newest), key=lambda p: p.params.card == "preliminary")
    return {str(p.params.scope_name): p for p in reversed(chosen)}


def _links(t: Texts, language: Language, name: str, of: Mapping[str, Mapping[str, PageEntry]]) -> list[str]:
    """The name as a link to its first page, and a link for each further one."""
    pages = [by_name[name] for by_name in of.values() if name in by_name]
    further = [t(f"further.{p.params.report}", language, name=name) for p in pages[1:]]
    words = [name, *further]
    return [f"[{word}]({_address(page, language)})" for word, page in zip(words, pages, strict=True)]


def _address(page: PageEntry, seen_from: Language) -> str:
    return address(page.params.slug, page.params.language, seen_from=seen_from)


def _downloads(t: Texts, language: Language, regions: Sequence[PageEntry]) -> list[str]:
    """The whole tables of each report; those that go with one section are linked there."""
    lines = []
    for page in sorted(regions, key=lambda p: (-p.params.about_year, _order(p))):
        of = {path.rsplit("/", 1)[-1].removesuffix(".csv"): path for path in page.data}
        links = [f"[{t(f'whole_table.{stem}', language)}]({of[stem]})" for stem in _WHOLE_TABLES if stem in of]
        if links:
            lines.append(f"- {_name(t, language, page)}: {', '.join(links)}")
    up = "" if language == "sv" else "../"
    lines.append(f"- [{t('manifest', language)}]({up}manifest.json)")
    return [f"## {t('downloads', language)}", t("downloads_lead", language), "\n".join(lines)]


def _plain(name: str) -> str:
    """A name with the characters escaped that markdown would read as markup."""
    return "".join("\\" + c if c in r"\`*_{}[]<>#|$@^~" else c for c in name)
