"""The head of a page: title and other front matter, handed from the notebook to the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

PAGE_MIME = "application/vnd.gymreg.page+json"


@dataclass(frozen=True)
class PageHead:
    """Title and other front matter of a page; displayed, it hands itself to the run as JSON."""

    values: dict[str, Any]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        del include, exclude
        text = f"{self.values['title']}\n{self.values['subtitle']}"
        return {PAGE_MIME: self.values, "text/plain": text}
