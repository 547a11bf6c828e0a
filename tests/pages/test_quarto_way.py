"""The project called as Quarto calls it: pandoc's command line, metadata in a file, each notebook output in its divs.

Quarto itself is not there to be tested everywhere; what it hands to the shared filters and the template is.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from gymreg_core.reporting.embedded.convert import pandoc_path
from gymreg_core.reporting.embedded.project import Document, Project, read_document, read_project

FORMAT_ARGUMENTS = {"html": ["--to=html", "--section-divs"], "typst": ["--to=typst", "--shift-heading-level-by=-1"]}
PAGES = ("rapport.qmd", "en/rapport.qmd", "rapport-taby.ipynb", "index.qmd", "metod.qmd", "en/tillganglighet.qmd")


def as_quarto_writes_it(source: Path, document: Document) -> str:
    """Markdown with the divs that Quarto puts around the cells of a notebook."""
    if source.suffix != ".ipynb":
        return document.text
    parts = []
    for cell in json.loads(source.read_text(encoding="utf-8"))["cells"][1:]:
        outputs = [
            f"\n::: {{.cell-output .cell-output-display .cell-output-markdown}}\n{o['data']['text/markdown']}\n:::\n"
            for o in cell.get("outputs", [])
        ]
        whole = "".join(outputs)
        parts.append(f"::: {{#{cell['id']} .cell}}\n{whole}:::\n" if outputs else "".join(cell["source"]))
    return "\n\n".join(parts)


def through_the_command_line(project: Project, document: Document, form: str, folder: Path) -> str:
    target = folder / f"{document.source.stem}.{'html' if form == 'html' else 'typ'}"
    metadata = folder / "metadata.json"
    metadata.write_text(json.dumps(document.metadata), encoding="utf-8")
    options = document.formats[form]
    command = [
        pandoc_path(), "--from=markdown", *FORMAT_ARGUMENTS[form], "--standalone", "--wrap=none", f"--output={target}",
        f"--template={project.root / options['template']}", f"--metadata-file={metadata}",
        *(["--toc", f"--toc-depth={options['toc-depth']}"] if options["toc"] else []),
        *(f"--lua-filter={path}" for path in project.filters),
    ]  # fmt: skip
    text = as_quarto_writes_it(document.source, document)
    ended = subprocess.run(
        command, input=text, capture_output=True, encoding="utf-8", cwd=document.source.parent, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    return target.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_the_filters_alone_make_the_same_page(
    fixture_project: Path, fixture_site: Path, tmp_path: Path, name: str
) -> None:
    project = read_project(fixture_project)
    document = read_document(project, fixture_project / name)
    page = (fixture_site / name).with_suffix(".html").read_text(encoding="utf-8")
    assert through_the_command_line(project, document, "html", tmp_path).split() == page.split()


@pytest.mark.parametrize("name", PAGES[:3])
def test_the_filters_alone_make_a_pdf(fixture_project: Path, tmp_path: Path, name: str) -> None:
    import typst

    project = read_project(fixture_project)
    document = read_document(project, fixture_project / name)
    markup = through_the_command_line(project, document, "typst", tmp_path)
    fonts = [fixture_project / "assets/fonts"]
    pdf = typst.compile(markup.encode(), root=document.source.parent, font_paths=fonts, pdf_standards="ua-1")
    assert pdf.startswith(b"%PDF-1.7")


def test_only_keys_that_quarto_knows_or_leaves_alone_hold_paths(fixture_project: Path) -> None:
    """Quarto turns every setting that names a file of the project into a path; a word of the template must not."""
    config = read_project(fixture_project).config
    words = [*config["labels"].values(), config["lang"]]
    assert not [word for word in words if str(word) != "en" and (fixture_project / str(word)).exists()]
    assert all(str(word).strip() for word in words)
