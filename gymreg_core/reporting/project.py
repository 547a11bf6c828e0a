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


def stage(reports: Path, project: Path, executed: Sequence[Executed], fronts: dict[Language, str], common: dict[str, Any]) -> None:
    """Lay out everything that a renderer needs below `project`.

    Parameters
    ----------
    reports : the Quarto project as committed; copied whole.
    fronts : language -> front page with its front matter.
    common : front matter that every page carries (made-up mark, version, …).
    """
    shutil.copytree(reports, project, ignore=shutil.ignore_patterns("_site", ".quarto"))
    for done in executed:
        folder = project / FOLDERS[done.run.params.language]
        folder.mkdir(exist_ok=True)
        for kind in ("media", "data"):
            if (done.folder / kind).is_dir():
                shutil.copytree(done.folder / kind, folder / kind, dirs_exist_ok=True)
        page = json.loads((done.folder / "page.ipynb").read_text(encoding="utf-8"))
        page["cells"].insert(0, _front_matter_cell({**done.page, **common}))
        (folder / f"{done.run.slug}.ipynb").write_text(json.dumps(page, ensure_ascii=False, indent=1), encoding="utf-8")
    for language, text in fronts.items():
        folder = project / FOLDERS[language]
        folder.mkdir(exist_ok=True)
        (folder / "index.qmd").write_text(text, encoding="utf-8")


def front_matter(values: dict[str, Any]) -> str:
    """A YAML block between dashes, keys sorted."""
    return f"---\n{yaml.safe_dump(values, allow_unicode=True, sort_keys=True, width=1000)}---\n"


def _front_matter_cell(values: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": "raw", "id": "front", "metadata": {}, "source": front_matter(values)}
