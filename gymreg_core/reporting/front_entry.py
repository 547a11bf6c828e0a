"""The pages that the front page leads to: in what order, under which name, at which address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gymreg_core.reporting.kinds import KINDS
from gymreg_core.reporting.plans import ReportParams
from gymreg_core.reporting.project import address
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import Texts, texts


@dataclass(frozen=True)
class PageEntry:
    """A finished page as the front page needs it; `data` are its CSV files, relative to the page."""

    params: ReportParams
    meta: dict[str, Any]
    data: tuple[str, ...]

    def name(self, language: Language) -> str:
        """What the report is called, with its year: 'Slutlig antagning 2025'; in the other language it says so."""
        t = words()
        name = t(self.params.card, language, year=self.params.about_year)
        return name if self.params.language == language else t("other_language", language, report=name)

    def link(self, text: str, seen_from: Language) -> str:
        """A link to the page as the front page of a language has it."""
        return f"[{text}]({address(self.params.slug, self.params.language, seen_from=seen_from)})"

    def beside(self, file: str, seen_from: Language) -> str:
        """The address of a file that is told relative to the page."""
        return address("", self.params.language, seen_from=seen_from).removesuffix(".html") + file


def words() -> Texts:
    """The words of the front page."""
    return texts("gymreg_core.reporting", "site_texts.yml")


def kinds_of(pages: Sequence[PageEntry]) -> list[str]:
    """The kinds of report among the pages, in the order of `KINDS`."""
    return [kind for kind in KINDS if any(page.params.report == kind for page in pages)]


def newest_first(pages: Sequence[PageEntry]) -> list[PageEntry]:
    """By year, the newest first; within a year by kind, and a final admission before a preliminary one."""

    def place(page: PageEntry) -> tuple[int, int, bool, str]:
        asked = page.params
        return -asked.about_year, list(KINDS).index(asked.report), asked.card == "preliminary", asked.slug

    return sorted(pages, key=place)


def shown(pages: Sequence[PageEntry], scope: str, language: Language) -> list[PageEntry]:
    """The pages of a scope that readers of a language are led to: of each kind those in their language, or else all."""
    found = []
    for kind in kinds_of(pages):
        of = [page for page in pages if (page.params.report, page.params.scope) == (kind, scope)]
        found += [page for page in of if page.params.language == language] or of
    return found
