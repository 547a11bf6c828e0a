"""An executed notebook as markdown: its front matter, its markdown cells and its `text/markdown` outputs."""

from __future__ import annotations

import json
from typing import Any

from gymreg_core.errors import RenderingFailed

MARKDOWN = "text/markdown"


def markdown_of(text: str, name: str) -> str:
    """What a reader sees of a notebook; code is never shown.

    Errors: RenderingFailed naming the cell where Quarto would show something else than markdown.
    """
    try:
        cells: list[dict[str, Any]] = json.loads(text)["cells"]
    except (ValueError, KeyError, TypeError):
        raise RenderingFailed("this is not a notebook", where=name) from None
    parts: list[str] = []
    for number, cell in enumerate(cells, 1):
        kind, source = cell.get("cell_type"), _joined(cell.get("source", ""))
        if kind == "markdown" or (kind == "raw" and number == 1):
            parts.append(source.strip())
        elif kind == "raw":
            raise RenderingFailed("a raw cell after the first is not known", where=f"{name}, cell {number}")
        elif kind == "code":
            parts += [_shown(output, f"{name}, cell {number}") for output in cell.get("outputs", [])]
    return "\n\n".join(part for part in parts if part) + "\n"


def _shown(output: dict[str, Any], where: str) -> str:
    data = output.get("data", {})
    if MARKDOWN in data:
        return _joined(data[MARKDOWN]).strip()
    kind = next(iter(sorted(data)), None) or output.get("name") or output.get("output_type")
    raise RenderingFailed(
        f"an output of the kind {kind}",
        where=where,
        why=f"Only {MARKDOWN} becomes part of a page.",
        remedy="Display markdown, or nothing at all.",
    )


def _joined(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)
