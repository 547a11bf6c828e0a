"""Lists of the front page in which a reader finds her own: municipality, school, programme, kind of provider."""

from __future__ import annotations

from collections.abc import Sequence

from gymreg_core.reporting.front_entry import PageEntry, kinds_of, newest_first, shown, words
from gymreg_core.vocabulary.phrases import label, programme_name
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.slugs import slug, swedish_order

PARTS = ("programme", "provider_form")


def municipalities(language: Language, pages: Sequence[PageEntry], schools: Sequence[tuple[str, str]]) -> list[str]:
    """One list to search in: the municipalities with their pages, and folded below them the schools."""
    t = words()
    own = shown(pages, "municipality", language)
    lines = _rows(language, own)
    at_school = _schools(language, own, shown(pages, "school", language), schools)
    if not lines and not at_school:
        return []
    which = "" if at_school else "_only"
    parts = [_lead(language, "municipality_lead", own)] if own else []
    parts.append(f'::::: {{.search-list data-label="{t(f"search_label{which}", language)}"}}')
    parts += ["\n".join(lines)] if lines else []
    if at_school:
        fold = f':::: {{.fold summary="{t("schools_fold", language, count=len(at_school))}"}}'
        parts += [fold, t("schools_lead", language), "\n".join(at_school), "::::"]
    return [*parts, ":::::"]


def parts_of(scope: str, language: Language, pages: Sequence[PageEntry]) -> list[str]:
    """The programmes, or the kinds of provider, with their pages."""
    own = shown(pages, scope, language)
    return [_lead(language, f"part_lead.{scope}", own), "\n".join(_rows(language, own))] if own else []


def _lead(language: Language, key: str, pages: Sequence[PageEntry]) -> str:
    """What the list is, whether there are older pages in it, and whether its pages are in the other language."""
    t, others = words(), sum(page.params.language != language for page in pages)
    said = [t(key, language)]
    if any(page.params.about_year < _newest(pages)[page.params.report] for page in pages):
        said.append(t("older", language))
    if others:
        said.append(t(f"only_other.{'all' if others == len(pages) else 'some'}", language))
    return " ".join(said)


def _newest(pages: Sequence[PageEntry]) -> dict[str, int]:
    """The newest year of each kind of report."""
    return {kind: max(p.params.about_year for p in pages if p.params.report == kind) for kind in kinds_of(pages)}


def _rows(language: Language, pages: Sequence[PageEntry]) -> list[str]:
    """A list item for each name. Where every name has one page the name is the link; elsewhere the links follow it."""
    of: dict[str, list[PageEntry]] = {}
    for page in pages:
        of.setdefault(called(page, language), []).append(page)
    rows = []
    for name in sorted(of, key=swedish_order):
        if len(pages) == len(of):
            rows.append(f"- {of[name][0].link(plain(name), language)}")
        else:
            rows.append(f"- **{plain(name)}:** {', '.join(_links(language, of[name], pages))}")
    return rows


def _links(language: Language, mine: Sequence[PageEntry], pages: Sequence[PageEntry]) -> list[str]:
    """A link for each page by its theme; only pages older than the newest of their kind tell their year."""
    t, newest, links = words(), _newest(pages), []
    for kind in kinds_of(mine):
        for page in newest_first([p for p in mine if p.params.report == kind]):
            theme, year = t(f"short.{page.params.card}", language), page.params.about_year
            links.append(page.link(theme if year == newest[kind] else f"{theme} {year}", language))
    return links


def _schools(
    language: Language, towns: Sequence[PageEntry], own: Sequence[PageEntry], schools: Sequence[tuple[str, str]]
) -> list[str]:
    """The schools: their section on the newest admission page of their municipality, and pages of their own."""
    at = {
        str(page.params.scope_name): page
        for page in reversed(newest_first([p for p in towns if p.params.report == "admission"]))
    }
    rows = {
        (name, town): f"{_section(at[town].link(plain(name), language), name)} ({town})"
        for name, town in schools
        if town in at
    }
    for name in {str(page.params.scope_name) for page in own}:
        links = ", ".join(_links(language, [p for p in own if p.params.scope_name == name], own))
        places = [key for key in rows if key[0] == name]
        rows |= {key: f"{rows[key]}: {links}" for key in places} or {(name, ""): f"**{plain(name)}:** {links}"}
    return [f"- {rows[key]}" for key in sorted(rows, key=lambda key: (swedish_order(key[0]), key[1]))]


def _section(link: str, school: str) -> str:
    """The link with the school's place on the page."""
    return f"{link.removesuffix(')')}#skola-{slug(school)})"


def called(page: PageEntry, language: Language) -> str:
    """What the page is about in words: a municipality, a programme, a kind of provider."""
    name = str(page.params.scope_name)
    if page.params.scope == "programme":
        return programme_name(name, language)
    return label(name, language) if page.params.scope == "provider_form" else name


def plain(name: str) -> str:
    """A name with the characters escaped that markdown would read as markup."""
    return "".join("\\" + c if c in r"\`*_{}[]<>#|$@^~" else c for c in name)
