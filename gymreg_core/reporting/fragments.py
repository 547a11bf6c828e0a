"""A piece of a page: markdown with the files it refers to."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gymreg_core.reporting.heads import Heads, write_heads

_NOTHING: Mapping[str, bytes] = MappingProxyType({})
_NO_HEADS: Mapping[str, Heads] = MappingProxyType({})
_MIMES = {".svg": "image/svg+xml", ".csv": "text/csv"}


@dataclass(frozen=True)
class Fragment:
    """Markdown in the pages' dialect, the files it refers to (page-relative path -> bytes), and what its tables are
    made of (heads.py; the address of the place or the file, as seen from the page, -> heads).

    `+` joins two. Displayed in a run of the workbench (``GYMREG_RUN_DIR``) it writes its files below that
    folder and shows markdown alone; displayed to an analyst it shows a preview with its images inside.
    """

    markdown: str = ""
    files: Mapping[str, bytes] = field(default_factory=lambda: _NOTHING)
    heads: Mapping[str, Heads] = field(default_factory=lambda: _NO_HEADS)

    def __add__(self, other: Fragment) -> Fragment:
        parts = [text for text in (self.markdown.strip(), other.markdown.strip()) if text]
        files, heads = {**self.files, **other.files}, {**self.heads, **other.heads}
        return Fragment("\n\n".join(parts), MappingProxyType(files), MappingProxyType(heads))

    def write(self, folder: Path) -> None:
        """Write the files, and what the tables are made of, below `folder`."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        write_heads(self.heads, folder)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        del include, exclude
        run = os.environ.get("GYMREG_RUN_DIR")
        if run:
            self.write(Path(run))
            return {"text/markdown": self.markdown + "\n"}
        return {"text/markdown": self.markdown + "\n", "text/html": self.preview()}

    def preview(self) -> str:
        """HTML of the fragment alone, with its images inside."""
        import pypandoc

        html = str(pypandoc.convert_text(self.markdown, "html", format="markdown", extra_args=["--wrap=none"]))
        return re.sub(r'(src|href)="([^"]+)"', self._inlined, html)

    def _inlined(self, match: re.Match[str]) -> str:
        content = self.files.get(match[2])
        if content is None:
            return match[0]
        mime = _MIMES.get(Path(match[2]).suffix, "application/octet-stream")
        return f'{match[1]}="data:{mime};base64,{base64.b64encode(content).decode()}"'


def join(parts: Iterable[Fragment]) -> Fragment:
    """All fragments one after the other."""
    whole = Fragment()
    for part in parts:
        whole += part
    return whole


def page_slug() -> str:
    """The address of the page that is being made, without ending; files lie in a folder of that name."""
    return os.environ.get("GYMREG_PAGE", "page")
