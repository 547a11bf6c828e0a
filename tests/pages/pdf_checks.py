"""What must hold for every PDF of a site: tags, language, title, alternative texts and header cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pikepdf

UA_PART = "{http://www.aiim.org/pdfua/ns/id/}part"
_FIGURE = re.compile(r'<figure class="quarto-float quarto-float-fig"')
_TABLE = re.compile(r'<figure class="quarto-float quarto-float-tbl"')


def check_pdfs(site: Path) -> list[str]:
    """Everything that is wrong with the PDFs of a site, one line each; a PDF is compared with its page too."""
    found = []
    for path in sorted(site.rglob("*.pdf")):
        name = path.relative_to(site).as_posix()
        found += [f"{name}: {fault}" for fault in check_pdf(path)]
        page = path.with_suffix(".html")
        if page.is_file():
            found += [f"{name}: {fault}" for fault in _differences(path, page)]
    return found


def check_pdf(path: Path) -> list[str]:
    """Faults of one PDF against what PDF/UA-1 asks and a program can see."""
    with pikepdf.open(path) as pdf:
        root = pdf.Root
        window = root.get("/ViewerPreferences", {})
        with pdf.open_metadata() as xmp:
            marked_ua, title = str(xmp.get(UA_PART)), str(xmp.get("dc:title") or "")
        rules = {
            "not tagged": bool(root.get("/MarkInfo", {}).get("/Marked", False)) and "/StructTreeRoot" in root,
            "no language": bool(str(root.get("/Lang", ""))),
            "no title": bool(title) and bool(str(pdf.docinfo.get("/Title", ""))),
            "the window does not show the title": bool(window.get("/DisplayDocTitle", False)),
            "no PDF/UA-1 mark": marked_ua == "1",
            "pages without tab order": all(str(page.get("/Tabs", "")) == "/S" for page in pdf.pages),
        }
        found = [fault for fault, holds in rules.items() if not holds]
        if "/StructTreeRoot" in root:
            elements = list(_elements(root.StructTreeRoot))
            found += _figure_faults(elements) + _table_faults(elements) + _heading_faults(elements)
        return found


def _elements(node: pikepdf.Object) -> Iterator[pikepdf.Dictionary]:
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from _elements(kid)


def _kind(element: pikepdf.Dictionary) -> str:
    return str(element.S)


def _figure_faults(elements: list[pikepdf.Dictionary]) -> list[str]:
    bare = sum(1 for e in elements if _kind(e) == "/Figure" and not str(e.get("/Alt", "")).strip())
    return [f"{bare} figures without alternative text"] if bare else []


def _table_faults(elements: list[pikepdf.Dictionary]) -> list[str]:
    tables = [e for e in elements if _kind(e) == "/Table"]
    bare = sum(1 for t in tables if not any(_kind(e) == "/TH" for e in _elements(t)))
    return [f"{bare} tables without header cells"] if bare else []


def _heading_faults(elements: list[pikepdf.Dictionary]) -> list[str]:
    levels = [int(match[1]) for e in elements if (match := re.fullmatch(r"/H(\d)", _kind(e)))]
    jumps = [(a, b) for a, b in zip([0, *levels], levels, strict=False) if b > a + 1]
    return [f"a heading of level {b} follows one of level {a}" for a, b in jumps[:1]]


def _differences(path: Path, page: Path) -> list[str]:
    html = page.read_text(encoding="utf-8")
    with pikepdf.open(path) as pdf:
        counted = Counter(_kind(e) for e in _elements(pdf.Root.StructTreeRoot))
    wanted = {"/Figure": len(_FIGURE.findall(html)), "/Table": len(_TABLE.findall(html))}
    return [
        f"{counted[kind]} of the page's {number} {kind}" for kind, number in wanted.items() if counted[kind] != number
    ]
