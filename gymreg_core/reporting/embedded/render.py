"""From a project folder to a folder of pages."""

from __future__ import annotations

import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from gymreg_core.reporting.embedded.convert import to_html_and_typst, to_pdf
from gymreg_core.reporting.embedded.project import Project, read_document, read_project


def render_project(project: Path, out: Path, jobs: int = 2, progress: Any = None) -> list[Path]:
    """Render every document that the project lists, and copy the files that its pages need.

    Parameters
    ----------
    project : folder with ``_quarto.yml``.
    out : folder to fill; made where it is missing.
    jobs : documents under way at once.
    progress : object with ``advance(step, total)``, or None.

    Returns the files written, sorted. Errors: RenderingFailed naming document and reason.
    """
    plan = read_project(project.resolve())
    out.mkdir(parents=True, exist_ok=True)
    written = [_copy(path, out / path.relative_to(plan.root)) for path in plan.resources()]
    with ThreadPoolExecutor(max(1, jobs)) as pool:
        waiting = [pool.submit(_render, plan, source, out) for source in plan.sources]
        try:
            for done in waiting:
                written += done.result()
                if progress is not None:
                    progress.advance("pages", len(waiting))
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return sorted(written)


def render_document(project: Path, source: Path, out: Path) -> list[Path]:
    """Render one document of a project (a path inside it) to `out`; the files that it needs are not copied.

    Returns the page and, where the document has that format, its PDF. Errors: RenderingFailed.
    """
    return _render(read_project(project.resolve()), source.resolve(), out)


def _render(project: Project, source: Path, out: Path) -> list[Path]:
    document = read_document(project, source)
    base = out.resolve() / source.relative_to(project.root)
    base.parent.mkdir(parents=True, exist_ok=True)
    page, pdf = base.with_suffix(".html"), base.with_suffix(".pdf")
    with tempfile.TemporaryDirectory() as folder:
        targets = {"html": page, "typst": Path(folder) / "page.typ"}
        asked = {form: target for form, target in targets.items() if form in document.formats}
        to_html_and_typst(project, document, asked)
        if "typst" in asked:
            to_pdf(project, document, asked["typst"], pdf)
    return [path for form, path in (("html", page), ("typst", pdf)) if form in document.formats]


def _copy(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return target
