"""The staged Quarto project: the `reports/` folder plus executed pages, figures and the front page."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from gymreg_core.reporting.runner import Executed
from gymreg_core.vocabulary.programmes import Language

FOLDERS: dict[str, str] = {"sv": "", "en": "en"}
_PAGE_FORMATS = {"html": "default", "typst": "default"}


def stage(
    reports: Path, project: Path, executed: Sequence[Executed], fronts: dict[Language, str], common: dict[str, Any]
) -> None:
    """Lay out everything that a renderer needs below `project`.

    Parameters
    ----------
    reports : the Quarto project as committed; copied whole.
    fronts : language -> front page with its front matter.
    common : what a build tells every page (made-up, version, …); written to ``_build.yml``.
    """
    shutil.copytree(reports, project, ignore=shutil.ignore_patterns("_site", ".quarto"))
    (project / "_build.yml").write_text(_yaml(common), encoding="utf-8")
    made = {(done.run.slug, done.run.params.language) for done in executed}
    for done in executed:
        folder = project / FOLDERS[done.run.params.language]
        folder.mkdir(exist_ok=True)
        for kind in ("media", "data"):
            if (done.folder / kind).is_dir():
                shutil.copytree(done.folder / kind, folder / kind, dirs_exist_ok=True)
        page = json.loads((done.folder / "page.ipynb").read_text(encoding="utf-8"))
        page["cells"].insert(0, _front_matter_cell(_front_matter_of(done, made)))
        (folder / f"{done.run.slug}.ipynb").write_text(json.dumps(page, ensure_ascii=False, indent=1), encoding="utf-8")
    for language, text in fronts.items():
        folder = project / FOLDERS[language]
        folder.mkdir(exist_ok=True)
        (folder / "index.qmd").write_text(text, encoding="utf-8")


def address(slug: str, language: Language, *, seen_from: Language) -> str:
    """The relative address of a page, as a page in the folder of another or the same language links to it."""
    up = "../" if seen_from not in ("sv", language) else ""
    down = f"{FOLDERS[language]}/" if FOLDERS[language] and language != seen_from else ""
    return f"{up}{down}{slug}.html"


def front_matter(values: dict[str, Any]) -> str:
    """A YAML block between dashes, keys sorted."""
    return f"---\n{_yaml(values)}---\n"


def _front_matter_of(done: Executed, made: set[tuple[str, Language]]) -> dict[str, Any]:
    own = done.run.params.language
    other: Language = "en" if own == "sv" else "sv"
    values = {**done.page, "lang": own, "pdf": f"{done.run.slug}.pdf", "format": _PAGE_FORMATS}
    if (done.run.slug, other) in made:
        values["translation"] = address(done.run.slug, other, seen_from=own)
    return values


def _front_matter_cell(values: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": "raw", "id": "front", "metadata": {}, "source": front_matter(values)}


def _yaml(values: dict[str, Any]) -> str:
    return yaml.safe_dump(values, allow_unicode=True, sort_keys=True, width=1000)
