"""The front page: what is new, a card per report and year, lists of municipalities and schools, downloads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gymreg_core.reporting.params import AdmissionParams
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.slugs import slug, swedish_order
from gymreg_core.vocabulary.texts import Texts, texts


@dataclass(frozen=True)
class PageEntry:
    """A finished page as the front page needs it; `data` are its CSV files, relative to the page."""

    params: AdmissionParams
    meta: dict[str, Any]
    data: tuple[str, ...]

    @property
    def href(self) -> str:
        return f"{self.params.slug}.html"


def front_page(language: Language, pages: Sequence[PageEntry], schools: Sequence[tuple[str, str]], *, made_up: bool) -> str:
    """The body of index.qmd in the pages' dialect.

    Parameters
    ----------
    pages : finished pages of this language, and the Swedish ones of municipalities where this language has none.
    schools : (school, municipality) pairs of the newest final admission; linked where its municipality has a page.
    """
    t = texts("gymreg_core.reporting", "site_texts.yml")
    regions = [p for p in pages if p.params.scope == "region" and p.params.language == language]
    parts = [t("lead", language)]
    if made_up:
        parts.append(f"::: {{.callout-important}}\n## {t('made_up_title', language)}\n\n{t('made_up', language)}\n:::")
    parts += _news(t, language, regions)
    parts += _reports(t, language, regions)
    parts += _municipalities(t, language, pages, schools)
    parts += _downloads(t, language, regions)
    parts.append(f"## {t('about', language)}\n\n- [{t('methods', language)}](metod.html)\n- [{t('accessibility', language)}](tillganglighet.html)")
    return "\n\n".join(parts) + "\n"


def front_meta(language: Language) -> dict[str, Any]:
    """Front matter of the front page."""
    t = texts("gymreg_core.reporting", "site_texts.yml")
    return {"title": t("title", language), "description": t("description", language), "lang": language}


def _name(t: Texts, language: Language, page: PageEntry) -> str:
    return t(page.params.round, language, year=page.params.intake_year)


def _newest(pages: Sequence[PageEntry]) -> PageEntry | None:
    return max(pages, key=lambda p: (p.params.intake_year, p.params.round == "final"), default=None)


def _news(t: Texts, language: Language, regions: Sequence[PageEntry]) -> list[str]:
    newest = _newest([p for p in regions if p.params.round == "final"]) or _newest(regions)
    if newest is None:
        return []
    report = _name(t, language, newest)
    sentences = "\n".join(f"- {s}" for s in newest.meta.get("highlights", ()))
    title = t("news", language, report=report[0].lower() + report[1:])
    return [f"## {title}", sentences, f"[{t('read_report', language)}]({newest.href})"]


def _reports(t: Texts, language: Language, regions: Sequence[PageEntry]) -> list[str]:
    parts = [f"## {t('reports', language)}"] if regions else []
    for year in sorted({p.params.intake_year for p in regions}, reverse=True):
        cards = []
        for page in sorted((p for p in regions if p.params.intake_year == year), key=lambda p: p.params.round):
            about = page.meta.get("description", "")
            pdf = f"{page.params.slug}.pdf"
            label = f"{_name(t, language, page)} ({t('as_pdf', language)})"
            cards.append(
                f"::: {{.card}}\n### [{_name(t, language, page)}]({page.href})\n\n{about}\n\n[{label}]({pdf})\n:::"
            )
        parts.append(f":::: {{.cards}}\n" + "\n\n".join(cards) + "\n::::")
    return parts


def _municipalities(t: Texts, language: Language, pages: Sequence[PageEntry], schools: Sequence[tuple[str, str]]) -> list[str]:
    own = [p for p in pages if p.params.scope == "municipality" and p.params.language == language]
    listed = own or [p for p in pages if p.params.scope == "municipality"]
    if not listed:
        return []
    up = "" if own else "../"
    newest = max(p.params.intake_year for p in listed)
    of = {p.params.scope_name or "": p for p in listed if p.params.intake_year == newest}
    items = [f"- [{name}]({up}{of[name].href})" for name in sorted(of, key=swedish_order)]
    report = t("final" if any(p.params.round == "final" for p in of.values()) else "preliminary", language, year=newest)
    label = t("search_label", language)
    parts = [
        f"## {t('municipalities', language)}",
        t("municipalities_lead", language, report=report) + ("" if own else " " + t("only_swedish", language)),
        f'::: {{.search-list data-label="{label}"}}\n' + "\n".join(items) + "\n:::",
    ]
    known = [(school, place) for school, place in sorted(schools, key=lambda s: (swedish_order(s[0]), s[1])) if place in of]
    if known:
        lines = [f"- [{_plain(s)}]({up}{of[m].href}#skola-{slug(s)}) – {m}" for s, m in known]
        fold = t("schools_fold", language, count=len(known))
        parts += [
            f"## {t('schools', language)}",
            t("schools_lead", language),
            f':::: {{.fold summary="{fold}"}}\n::: {{.search-list data-label="{label}"}}\n' + "\n".join(lines) + "\n:::\n::::",
        ]
    return parts


def _downloads(t: Texts, language: Language, regions: Sequence[PageEntry]) -> list[str]:
    lines = [
        f"- {_name(t, language, page)}: " + ", ".join(f"[{path.rsplit('/', 1)[-1]}]({path})" for path in page.data)
        for page in sorted(regions, key=lambda p: (-p.params.intake_year, p.params.round))
        if page.data
    ]
    up = "" if language == "sv" else "../"
    lines.append(f"- [{t('manifest', language)}]({up}manifest.json)")
    return [f"## {t('downloads', language)}", t("downloads_lead", language), "\n".join(lines)]


def _plain(name: str) -> str:
    """A name with the characters escaped that markdown would read as markup."""
    return "".join("\\" + c if c in r"\`*_{}[]<>#|$@^~" else c for c in name)
