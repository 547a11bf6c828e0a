"""What a finished page is read back as; the pages' markup is that of reports/assets/filters/html.lua."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gymreg_core.errors import BadInput
from gymreg_core.release.site_reader import Heading, Link, PageTable, Text, read_csv, read_page, read_site

PAGE = """<!DOCTYPE html>
<html lang="sv"><head><meta charset="utf-8"><title>Antagning – Gymnasieskolan</title>
<meta name="description" content="6&nbsp;626 antagna."><link rel="stylesheet" href="assets/style.css"></head>
<body><a class="skip-link" href="#content">Hoppa</a><header><p>Banderoll</p>
<nav><a href="metod.html">Metod</a></nav></header>
<main id="content"><header><h1>Antagning</h1><dl class="facts"><div><dt>Skolor</dt> <dd>179</dd></div></dl></header>
<section id="sec-program"><h2><span class="header-section-number">3</span> Program &amp; mer</h2>
<p>Först <strong>6&nbsp;626</strong>
 antagna.</p>text utan stycke<ul><li>punkt ett</li><li><p>punkt två</p></li></ul>
<details class="fold"><summary>Visa</summary><div class="fold-body">
<figure id="tbl-program"><figcaption id="tbl-program-caption">
<span class="caption-number">Tabell 4.</span> Per program</figcaption>
<div><table><thead><tr><th>Program</th><th>Antagna</th></tr></thead>
<tbody><tr><th>Teknik<br>(TE)</th><td>6&nbsp;626</td></tr><tr><th>Vård</th><td>..</td></tr></tbody></table></div></figure>
</div></details>
<figure id="fig-a"><figcaption><span class="caption-number">Figur 1.</span> Mest teknik</figcaption>
<img src="../media/a/fig-a.svg" alt="Stapel"></figure>
<table><tr><td>löst</td></tr></table>
<dl><dt>Sökande</dt><dd>Den som söker.</dd><dt>Plats</dt><dd>En stol.</dd></dl></section></main>
<footer><p>Fot</p><span>ett <b><p>inre</p></b> tre</span></footer>
<script src="assets/search.js">var a = "osynligt"</script></body></html>"""


@pytest.fixture(scope="module")
def page() -> object:
    return read_page("en/antagning.html", PAGE.encode())


def test_the_head_of_a_page(page) -> None:
    assert (page.language, page.title, page.description) == (
        "sv",
        "Antagning – Gymnasieskolan",
        "6\N{NO-BREAK SPACE}626 antagna.",
    )
    assert page.headings == (Heading(1, "", "Antagning"), Heading(2, "sec-program", "Program & mer"))


def test_tables_keep_their_cells_and_lose_their_number(page) -> None:
    rows = (("Teknik (TE)", "6\N{NO-BREAK SPACE}626"), ("Vård", ".."))
    assert page.tables == {
        "tbl-program": PageTable("tbl-program", "Per program", ("Program", "Antagna"), rows),
        "table 1": PageTable("table 1", "", (), (("löst",),)),
    }


def test_figures_say_where_their_picture_lies(page) -> None:
    (figure,) = page.figures.values()
    assert (figure.id, figure.caption, figure.alt, figure.file) == (
        "fig-a",
        "Mest teknik",
        "Stapel",
        "media/a/fig-a.svg",
    )


def test_no_word_is_lost_and_none_is_told_twice(page) -> None:
    assert page.definitions == {"Sökande": "Den som söker.", "Plats": "En stol."}
    assert page.texts == (
        Text("head", "Hoppa"),
        Text("head", "Banderoll"),
        Text("content", "Skolor: 179"),
        Text("sec-program", "Först 6\N{NO-BREAK SPACE}626 antagna."),
        Text("sec-program", "text utan stycke"),
        Text("sec-program", "punkt ett"),
        Text("sec-program", "punkt två"),
        Text("sec-program", "Visa"),
        Text("foot", "Fot"),
        Text("foot", "ett"),
        Text("foot", "inre"),
        Text("foot", "tre"),
    )


def test_links_and_what_a_page_loads(page) -> None:
    assert Link("metod.html", "Metod", loads=False) in page.links
    assert {link.href for link in page.links if link.loads} == {
        "assets/style.css",
        "../media/a/fig-a.svg",
        "assets/search.js",
    }


def test_files_are_read_by_the_separator_of_their_language() -> None:
    swedish = read_csv("data/a/b.csv", '\ufeffNamn;Andel (%)\r\nTE;89,1\r\n"a;b";\r\n'.encode())
    assert (swedish.heads, swedish.rows) == (("Namn", "Andel (%)"), (("TE", "89,1"), ("a;b", "")))
    english = read_csv("en/data/a/b.csv", b'Name,Share\n"a, b",1.5\n')
    assert (english.heads, english.rows) == (("Name", "Share"), (("a, b", "1.5"),))


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.html", b"", "empty"),
        ("a.html", b"<p>\xff</p>", "UTF-8"),
        ("data/a.csv", b"a;b\n\xff", "UTF-8"),
        ("manifest.json", b"{", "manifest"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match=told) as caught:
        read_site(tmp_path)
    assert caught.value.where == name


def test_a_site_is_its_pages_files_and_manifests(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "index.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "data" / "a.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    (tmp_path / "manifest.json").write_text(json.dumps({"key": "k"}), encoding="utf-8")
    site = read_site(tmp_path)
    assert (set(site.pages), set(site.csvs), site.manifest) == ({"index.html"}, {"data/a.csv"}, {"key": "k"})
    assert site.files == ("data/a.csv", "index.html", "manifest.json")
    with pytest.raises(BadInput, match="no such site"):
        read_site(tmp_path / "gone")
