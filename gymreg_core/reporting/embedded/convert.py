"""Calls of pandoc and typst, and their complaints told as ours."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from gymreg_core.errors import RenderingFailed
from gymreg_core.reporting.embedded.project import Document, Project, as_list, dialect

SECONDS = 120
_FINDING = "dialect: "
_EXECUTABLE = re.compile(r"^\s*`{3,}\s*\{(\w+)[^}\n]*\}", re.MULTILINE)
_SHORTCODE = re.compile(r"\{\{<\s*(\S+)")


def to_html_and_typst(project: Project, document: Document, targets: dict[str, Path]) -> None:
    """Write the document in each format of `targets` (html: the page; typst: the PDF's source).

    Errors: RenderingFailed with everything in the text that is outside the dialect.
    """
    foreign = [f"executable cell {{{m[1]}}}" for m in _EXECUTABLE.finditer(document.text)]
    foreign += [f"shortcode {m[1]}" for m in _SHORTCODE.finditer(document.text)]
    if foreign:
        raise _outside(document, foreign)
    with as_file(files(__package__)) as here, tempfile.TemporaryDirectory() as folder:
        job = Path(folder) / "job.json"
        content = _job(project, document, targets, here / "check.lua")
        job.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        command = [pandoc_path(), "lua", str(here / "render.lua"), str(job)]
        try:
            ended = subprocess.run(  # noqa: S603 - our own script on our own files
                command, capture_output=True, encoding="utf-8", cwd=document.source.parent, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise RenderingFailed(f"pandoc did not end within {SECONDS} s", where=document.name) from None
    findings = [line.removeprefix(_FINDING) for line in ended.stderr.splitlines() if line.startswith(_FINDING)]
    if findings:
        raise _outside(document, findings)
    if ended.returncode != 0 or ended.stderr.strip():
        told = ended.stderr.replace(str(project.root), "").strip().splitlines()
        raise RenderingFailed("pandoc could not make the page", where=document.name, why="\n  ".join(told[:6]))


def _job(project: Project, document: Document, targets: dict[str, Path], check: Path) -> dict[str, Any]:
    metadata = json.dumps(document.metadata, ensure_ascii=False)
    return {
        "text": f"---\n{metadata}\n---\n\n{document.text}",
        "check": str(check),
        "dialect": {key: dialect()[key] for key in ("blocks", "texts", "headings")},
        "filters": [str(path) for path in project.filters],
        "targets": [
            {
                "to": form,
                "output": str(target),
                "template": str(project.root / options["template"]),
                "toc": bool(options.get("toc")),
                "toc_depth": options.get("toc-depth", 3),
                "shift": options.get("shift-heading-level-by", 0),
            }
            for form, target in targets.items()
            for options in (document.formats[form],)
        ],
    }


def to_pdf(project: Project, document: Document, markup: Path, target: Path) -> None:
    """Compile the Typst source `markup` to a tagged PDF at `target`; pictures are sought beside the document.

    Errors: RenderingFailed with typst's reason.
    """
    import typst

    options = document.formats["typst"]
    try:
        pdf = typst.compile(
            markup.read_bytes(),
            root=document.source.parent,
            font_paths=_fonts(tuple(project.root / path for path in as_list(options.get("font-paths")))),
            pdf_standards=options.get("pdf-standard"),
        )
    except typst.TypstError as fault:
        raise RenderingFailed("typst could not make the PDF", where=document.name, why=str(fault.args[0])) from None
    target.write_bytes(pdf)


def _outside(document: Document, findings: list[str]) -> RenderingFailed:
    return RenderingFailed(
        "this is not part of the pages' dialect: " + "; ".join(dict.fromkeys(findings)),
        where=document.name,
        why="The page would be incomplete, or would not look the same without Quarto.",
        remedy="Correct the page, or teach the embedded renderer about it (reporting/embedded/check.lua).",
    )


@cache
def pandoc_path() -> str:
    """The pandoc that came with the Python package, else the one on PATH."""
    import pypandoc

    try:
        return str(pypandoc.get_pandoc_path())
    except OSError:
        raise RenderingFailed("pandoc is not installed", where="pypandoc_binary", remedy="Run `make setup`.") from None


@cache
def _fonts(folders: tuple[Path, ...]) -> Any:
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=list(folders))
