"""The head of a page: title and other front matter, handed from the notebook to the run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gymreg_core.vocabulary.programmes import Language

PAGE_MIME = "application/vnd.gymreg.page+json"


@dataclass(frozen=True)
class PageHead:
    """Title and other front matter of a page; displayed, it hands itself to the run as JSON."""

    values: dict[str, Any]

    @classmethod
    def of(
        cls, title: str, subtitle: str, *, language: Language, said: Sequence[str], facts: Iterable[tuple[str, str]]
    ) -> PageHead:
        """The head of a page in a language; the first of the sentences `said` describes it elsewhere."""
        return cls(
            {
                "title": title,
                "subtitle": subtitle,
                "description": said[0] if said else f"{title}. {subtitle}.",
                "lang": language,
                "highlights": list(said),
                "facts": [{"name": name, "value": value} for name, value in facts],
            }
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        del include, exclude
        text = f"{self.values['title']}\n{self.values['subtitle']}"
        return {PAGE_MIME: self.values, "text/plain": text}
