"""The embedded renderer: what it makes of the dialect, and what it refuses by name."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from gymreg_core.errors import RenderingFailed
from gymreg_core.reporting.embedded import render_document, render_project
from gymreg_core.reporting.embedded.notebook import markdown_of
from gymreg_core.reporting.embedded.project import dialect
from tests.pages.conftest import FIXTURE

PICTURE = "media/fixture/fig-program.svg"
FIGURE = f'![Bild.]({PICTURE}){{#fig-x fig-alt="Text"}}'
TABLE = "| a | b |\n|:--|--:|\n| x | 1 |\n\n: Tal {#tbl-x}"

# name of the case -> text of a page, and the words that name what is wrong with it
REFUSED = {
    "shortcode": ("{{< video a.mp4 >}}", "shortcode video"),
    "executable cell": ("```{python}\n1 + 1\n```", "executable cell {python}"),
    "code block": ("```\nprint(1)\n```", "code block"),
    "raw html": ("Text <b>fet</b>.", "raw html"),
    "raw html block": ("<div>x</div>\n\n<p>y</p>", "block without class"),
    "tabset": ("::: {.panel-tabset}\n## A\n\nx\n:::", "block .panel-tabset"),
    "layout": ("::: {.cards layout-ncol=2}\nx\n:::", "block attribute layout-ncol"),
    "unknown callout": ("::: {.callout-tip}\nx\n:::", "block .callout-tip"),
    "collapsed callout": ("::: {.callout-note collapse=true}\nx\n:::", "block attribute collapse"),
    "formula": ("Talet $x$.", "formula"),
    "unknown span": ("[ord]{.stort}", "text class .stort"),
    "reference to nothing": ("Se @fig-saknas.", "a reference to fig-saknas, which is not on the page"),
    "link to nothing": ("Se [där](#saknas).", "a link to saknas, which is not on the page"),
    "link to a missing file": ("[tal](data/saknas.csv)", "a link to a file that is missing: data/saknas.csv"),
    "link to this machine": ("[tal](file:///x.csv)", "a link to file:///x.csv"),
    "bibliography": ("Enligt [@andersson2020].", "a reference in brackets"),
    "top heading": ("# Rubrik", "a heading of the first level"),
    "figure without alternative text": (f"![Bild.]({PICTURE}){{#fig-x}}", "#fig-x has no alternative text"),
    "figure without file": (FIGURE.replace("program", "saknas"), "the file of the figure #fig-x is missing"),
    "figure without id": (FIGURE.replace("#fig-x ", ""), "has no id that begins with fig-"),
    "figure from elsewhere": (FIGURE.replace("media/", "https://x.se/"), "#fig-x is not a file of the project"),
    "figure with a width": (FIGURE.replace("fig-alt", "width=50% fig-alt"), "figure attribute width"),
    "image in a sentence": (f"Text ![Bild]({PICTURE}) text.", "an image that is no figure of its own"),
    "table without caption": ("| a |\n|---|\n| 1 |", "has no caption"),
    "table without id": ("| a |\n|---|\n| 1 |\n\n: Tal", "a table has no id that begins with tbl-"),
    "footnote in a table": (TABLE.replace("x |", "x[^1] |") + "\n\n[^1]: Not.", "a footnote in the table #tbl-x"),
    "id given twice": (f"{FIGURE}\n\n{FIGURE}", "the id fig-x is given twice"),
    "figure on the web only": (f"::: {{.html-only}}\n{FIGURE}\n:::", "a figure inside .html-only"),
    "unclosed block": ("::: {.fold}\nx", "Div at"),
}


@pytest.fixture(scope="session")
def workplace(fixture_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("refused") / "project"
    shutil.copytree(fixture_project, folder)
    return folder


def render(workplace: Path, text: str, front: str = "title: Prov\nlang: sv\nformat: html") -> str:
    source = workplace / "prov.qmd"
    source.write_text(f"---\n{front}\n---\n\n{text}\n", encoding="utf-8")
    out = workplace.parent / "out"
    (page,) = render_document(workplace, source, out)[:1]
    return page.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", REFUSED)
def test_more_than_the_dialect_is_refused_by_name(workplace: Path, case: str) -> None:
    text, told = REFUSED[case]
    with pytest.raises(RenderingFailed) as refusal:
        render(workplace, text)
    assert refusal.value.where == "prov.qmd"
    assert told in str(refusal.value)
    assert str(workplace) not in str(refusal.value)


def test_all_findings_of_a_page_are_told_at_once(workplace: Path) -> None:
    with pytest.raises(RenderingFailed) as refusal:
        render(workplace, "Se @fig-a och $x$.\n\n::: {.panel-tabset}\nx\n:::")
    assert all(word in refusal.value.what for word in ("fig-a", "formula", ".panel-tabset"))


@pytest.mark.parametrize(
    ("front", "told"),
    [
        ("title: a\nbibliography: b.bib", "bibliography"),
        ("title: a\nformat: docx", "docx"),
        ("title: a\nformat:\n  html:\n    theme: cosmo\n    code-fold: true", "code-fold"),
        ("title: a\nformat: html\npdf: prov.pdf", "names a file that is not made"),
        ("title: a\npdf: annan.pdf", "names a file that is not made"),
        ("title: [a", "not YAML"),
    ],
)
def test_front_matter_outside_the_dialect_is_refused(workplace: Path, front: str, told: str) -> None:
    with pytest.raises(RenderingFailed, match=re.escape(told)):
        render(workplace, "Text.", front)


def test_a_picture_that_typst_cannot_read_names_the_page(workplace: Path) -> None:
    (workplace / "media" / "trasig.svg").write_text("<svg", encoding="utf-8")
    with pytest.raises(RenderingFailed, match="typst could not make the PDF") as refusal:
        render(workplace, '![Bild.](media/trasig.svg){#fig-x fig-alt="Text"}', "title: Prov\nlang: sv")
    assert refusal.value.where == "prov.qmd"


def test_two_renderings_are_the_same_to_the_byte(fixture_project: Path, fixture_site: Path, tmp_path: Path) -> None:
    written = render_project(fixture_project, tmp_path / "again", jobs=1)
    assert len(written) > 10
    for path in written:
        assert path.read_bytes() == (fixture_site / path.relative_to(tmp_path / "again")).read_bytes(), path.name


def test_a_pdf_tells_no_time_but_its_documents(fixture_site: Path) -> None:
    import pikepdf

    with pikepdf.open(fixture_site / "rapport.pdf") as dated:
        assert str(dated.docinfo["/CreationDate"]).startswith("D:20230704")
    with pikepdf.open(fixture_site / "rapport-taby.pdf") as undated:
        assert "/CreationDate" not in undated.docinfo


def together(*words: str) -> list[str]:
    return [word.replace(" ", "\N{NO-BREAK SPACE}") for word in words]


def test_swedish_counts_and_refers_in_swedish(fixture_site: Path) -> None:
    html = (fixture_site / "rapport.html").read_text(encoding="utf-8")
    captions = re.findall(r'caption-number">([^<]+)<', html)
    assert captions == together("Figur 1.", "Tabell 1.", "Figur 2.", "Tabell 2.")
    assert re.findall(r'class="quarto-xref">([^<]+)<', html) == together("figur 1", "tabell 1", "avsnitt 3", "Figur 2")
    assert re.findall(r'<h[23]><span class="header-section-number">([\d.]+)</span>', html) == ["1", "1.1", "2", "3"]
    assert '<h2 class="unnumbered">Hur rapporten är gjord</h2>' in html


def test_english_counts_and_refers_in_english(fixture_site: Path) -> None:
    html = (fixture_site / "en" / "rapport.html").read_text(encoding="utf-8")
    assert re.findall(r'class="quarto-xref">([^<]+)<', html) == together("Section 1", "Figure 1", "Table 1")
    assert "“quoted words”" in html
    assert "it’s" in html
    assert 'href="../assets/style.css"' in html
    assert '<a class="translation" href="../rapport.html" lang="sv" hreflang="sv">På svenska</a>' in html


def test_tables_have_a_name_and_headers_on_both_sides(fixture_site: Path) -> None:
    html = (fixture_site / "rapport.html").read_text(encoding="utf-8")
    region = re.search(r'<figure class="quarto-float quarto-float-tbl" id="tbl-grans">(.*?)</figure>', html, re.DOTALL)
    assert region is not None
    assert '<figcaption id="tbl-grans-caption">' in region[1]
    assert '<div class="scroll-region" role="region" tabindex="0" aria-labelledby="tbl-grans-caption">' in region[1]
    assert region[1].count('scope="col"') == 2
    assert region[1].count('scope="row"') == 3
    assert re.search(r'<th style="text-align: left;" scope="row">Östra gymnasiet</th>', region[1])
    assert "<col " not in region[1]


def test_what_is_for_the_web_stays_out_of_the_pdf(fixture_site: Path, tmp_path: Path) -> None:
    import pikepdf

    html = (fixture_site / "rapport.html").read_text(encoding="utf-8")
    assert "Den här meningen står bara på webbsidan." in html
    assert "<summary>Visa siffrorna i tabell 1</summary>" in html
    with pikepdf.open(fixture_site / "rapport.pdf") as pdf:
        assert len(pdf.pages) == 3


def test_a_page_without_contents_is_not_numbered(workplace: Path) -> None:
    html = render(workplace, "## Ett {#sec-a}\n\nSe @sec-a.", "title: Prov\nlang: sv\nformat: html\ntoc: false")
    assert "header-section-number" not in html
    assert '<a href="#sec-a" class="quarto-xref">Ett</a>' in html
    assert 'class="contents' not in html


def test_words_that_typst_would_read_as_markup_stay_words(workplace: Path) -> None:
    cell = r"7. \#let \*a\* = \"b\" \$c\$ \<d\> \@e \\"
    text = f"| Ord | Tal |\n|:--|--:|\n| {cell} | 1 |\n| *{cell}* | 2 |\n\n: Tal {{#tbl-x}}\n"
    source = workplace / "prov.qmd"
    source.write_text(f"---\ntitle: 'Prov #1: \"a\" & b'\nlang: sv\npdf: prov.pdf\n---\n\n{text}", encoding="utf-8")
    assert [path.suffix for path in render_document(workplace, source, workplace.parent / "out")] == [".html", ".pdf"]


def notebook(*outputs: dict[str, object]) -> str:
    cell = {"cell_type": "code", "source": "", "outputs": list(outputs), "metadata": {}, "execution_count": None}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_a_notebook_is_its_markdown() -> None:
    data = {"text/markdown": ["## A\n", "b"], "text/plain": "<Markdown>"}
    shown = {"output_type": "display_data", "data": data, "metadata": {}}
    assert markdown_of(notebook(shown, shown), "n.ipynb") == "## A\nb\n\n## A\nb\n"


@pytest.mark.parametrize(
    "output",
    [
        {"output_type": "stream", "name": "stderr", "text": "hemligt"},
        {"output_type": "execute_result", "data": {"text/plain": "hemligt"}, "metadata": {}},
        {"output_type": "error", "ename": "ValueError", "evalue": "hemligt", "traceback": []},
    ],
)
def test_any_other_output_is_refused_without_its_content(output: dict[str, object]) -> None:
    with pytest.raises(RenderingFailed) as refusal:
        markdown_of(notebook(output), "n.ipynb")
    assert refusal.value.where == "n.ipynb, cell 1"
    assert "hemligt" not in str(refusal.value)


def test_the_fixture_and_the_static_pages_use_the_whole_dialect(repository: Path) -> None:
    """A block or text class that is let through is used, and so tested, on a page that stands here."""
    pages = [*FIXTURE.rglob("*.qmd"), *FIXTURE.glob("*.ipynb"), *(repository / "reports").glob("*.qmd")]
    written = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    used = set(re.findall(r"\{(?:#[\w-]+ )?\.([a-z][\w-]*)", written))
    known = {name for kind in ("blocks", "texts", "headings") for name in dialect()[kind]}
    assert known == used
