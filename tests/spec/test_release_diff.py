"""What is told of two releases: every number, definition, rule and page that moved, and nothing that did not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gymreg_core.release.diff import Moved, diff_sites
from gymreg_core.release.site_reader import read_site
from gymreg_core.release.told import words
from gymreg_core.vocabulary.numbers import number_in

NBSP = "\N{NO-BREAK SPACE}"
TABLE = (("Program", "Antagna", "Andel"), ("Teknik", f"6{NBSP}626", f"89,1{NBSP}%"), ("Vård", "12", ".."))
MANIFEST: dict[str, Any] = {
    "gymreg": "1.0",
    "renderer": "embedded",
    "decisions": {"settlement.yml": {"count_day": {"value": 15, "status": "published"}}, "merit.yml": {}},
    "parts_of_code": {"cohort": "a" * 64, "rules": "b" * 64},
    "libraries": {"numpy": "2.4.6"},
    "inputs": [{"name": "slut-2025.xlsx", "sha256": "c" * 64, "size": 1}],
    "reports": [
        {"report": "admission", "page": "antagning-2025", "key": "k", "params": {"language": "sv", "compare_to": 2024}}
    ],
    "plans": [{"report": "effects", "languages": ["sv"], "plan": {"main": "dose", "designs": ["dose"]}}],
}


def page(
    table: tuple[tuple[str, ...], ...] = TABLE,
    *,
    text: str = "Vi såg 14 skolor.",
    definitions: Mapping[str, str] = {"Sökande": "Den som söker."},
    alt: str = "Stapel",
    lang: str = "sv",
) -> str:
    head, *rows = ["".join(f"<td>{cell}</td>" for cell in row) for row in table]
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    terms = "".join(f"<dt>{term}</dt><dd>{meaning}</dd>" for term, meaning in definitions.items())
    return (
        f'<html lang="{lang}"><head><title>Sida</title></head><body><main><section id="sec-a"><p>{text}</p>'
        f'<figure id="tbl-a"><figcaption>Tabell</figcaption>'
        f"<table><thead><tr>{head}</tr></thead>{body}</table></figure>"
        f'<figure id="fig-a"><figcaption>Bild</figcaption><img src="media/a.svg" alt="{alt}"></figure>'
        f"<dl>{terms}</dl></section></main></body></html>"
    )


def site(folder: Path, files: Mapping[str, str], manifest: Mapping[str, Any] = MANIFEST) -> Path:
    given = {"antagning-2025.html": page(), "media/a.svg": "<svg/>", "manifest.json": json.dumps(manifest), **files}
    for name, content in given.items():
        if content:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content, encoding="utf-8")
    return folder


def moved(tmp_path: Path, files: Mapping[str, str] = {}, before: Mapping[str, str] = {}, **manifest: Any) -> Moved:
    old, new = site(tmp_path / "old", before), site(tmp_path / "new", files, {**MANIFEST, **manifest})
    return diff_sites(read_site(old), read_site(new))


def told(result: Moved) -> list[tuple[Any, ...]]:
    return [(c.kind, c.place, c.row, c.column, c.before, c.after) for c in result.changes]


def with_cell(row: int, column: int, text: str) -> str:
    rows = [list(cells) for cells in TABLE]
    rows[row][column] = text
    return page(tuple(tuple(cells) for cells in rows))


def test_of_two_releases_that_are_alike_nothing_is_told(tmp_path: Path) -> None:
    result = moved(tmp_path)
    assert (result.changes, result.summary(), result.table.empty) == ((), {}, True)
    assert result.describe("sv") == ["Ingenting har ändrats."]


@pytest.mark.parametrize(
    ("row", "column", "text", "kind", "difference"),
    [
        (1, 1, f"6{NBSP}650", "number", 24),
        (1, 2, f"88,6{NBSP}%", "number", -0.5),
        (1, 1, "..", "hidden", None),
        (1, 2, "~100", "hidden", None),
        (2, 2, "45,0", "shown", None),
        (1, 1, "–", "cell", None),
        (2, 2, "~0", "cell", None),
    ],
)
def test_a_changed_cell_is_told_by_what_became_of_it(
    tmp_path: Path, row: int, column: int, text: str, kind: str, difference: float | None
) -> None:
    result = moved(tmp_path, {"antagning-2025.html": with_cell(row, column, text)})
    assert told(result) == [(kind, "tbl-a", TABLE[row][0], TABLE[0][column], TABLE[row][column], text)]
    (change,) = result.changes
    assert change.difference == (None if difference is None else pytest.approx(difference))


def test_the_largest_change_comes_first(tmp_path: Path) -> None:
    rows = (TABLE[0], ("Teknik", f"6{NBSP}600", f"88,1{NBSP}%"), ("Vård", "24", ".."))
    result = moved(tmp_path, {"antagning-2025.html": page(rows)})
    assert [(c.row, c.column) for c in result.changes] == [
        ("Vård", "Antagna"),
        ("Teknik", "Andel"),
        ("Teknik", "Antagna"),
    ]
    assert result.describe("sv")[1] == (
        "Störst i förhållande till talet: Tal, antagning-2025.html, tbl-a, Vård, Antagna: 12 → 24"
    )


def test_rows_and_columns_that_came_and_went(tmp_path: Path) -> None:
    rows = (("Program", "Antagna", "Platser"), ("Bygg", "3", "4"), ("Teknik", f"6{NBSP}627", "7"))
    result = moved(tmp_path, {"antagning-2025.html": page(rows)})
    assert told(result) == [
        ("number", "tbl-a", "Teknik", "Antagna", f"6{NBSP}626", f"6{NBSP}627"),
        ("row", "tbl-a", "Bygg", "", None, "Bygg | 3 | 4"),
        ("row", "tbl-a", "Vård", "", "Vård | 12 | ..", None),
        ("column", "tbl-a", "", "Andel", "Andel", None),
        ("column", "tbl-a", "", "Platser", None, "Platser"),
    ]


def test_rows_are_named_by_as_many_words_as_tell_them_apart(tmp_path: Path) -> None:
    before = (("Skola", "Väg", "Antagna"), ("Åva", "TE", "10"), ("Åva", "NA", "10"))
    after = (("Skola", "Väg", "Antagna"), ("Åva", "NA", "11"), ("Åva", "TE", "10"))
    pages = [{"antagning-2025.html": page(rows)} for rows in (after, before)]
    assert told(moved(tmp_path, *pages)) == [("number", "tbl-a", "Åva · NA", "Antagna", "10", "11")]


def test_definitions_sentences_and_figures(tmp_path: Path) -> None:
    changed = page(
        definitions={"Sökande": "Alla som sökt.", "Plats": "En stol."}, text="Vi såg 15 skolor.", alt="Linje"
    )
    result = moved(tmp_path, {"antagning-2025.html": changed, "media/a.svg": "<svg></svg>"})
    assert told(result) == [
        ("figure", "fig-a", "", "", "Bild", "Bild"),
        ("definition", "", "Plats", "", None, "En stol."),
        ("definition", "", "Sökande", "", "Den som söker.", "Alla som sökt."),
        ("text", "fig-a", "", "", "Stapel", "Linje"),
        ("text", "sec-a", "", "", "Vi såg 14 skolor.", "Vi såg 15 skolor."),
    ]
    assert "Definition, antagning-2025.html, Sökande: Den som söker. → Alla som sökt." in result.describe("sv")


def test_a_definition_that_changed_on_several_pages_is_told_once(tmp_path: Path) -> None:
    changed = page(definitions={"Sökande": "Alla som sökt."})
    result = moved(tmp_path, {"antagning-2025.html": changed, "metod.html": changed}, {"metod.html": page()})
    (change,) = result.changes
    assert (change.kind, change.pages) == ("definition", ("antagning-2025.html", "metod.html"))


def test_pages_that_came_and_went(tmp_path: Path) -> None:
    old = {"borta.html": page(), "borta.pdf": "%PDF"}
    result = moved(tmp_path, {"ny.html": page()}, old)
    assert told(result) == [("page", "", "", "", "Sida", None), ("page", "", "", "", None, "Sida")]
    assert [c.page for c in result.changes] == ["borta.html", "ny.html"]
    assert "Sida, borta.html: Sida är borta" in result.describe("sv")


def test_a_page_of_another_year_is_beside_that_of_the_year_before(tmp_path: Path) -> None:
    result = moved(tmp_path, {"antagning-2025.html": "", "antagning-2026.html": with_cell(1, 1, "7")})
    assert [(c.kind, c.page, c.row) for c in result.changes] == [("number", "antagning-2026.html", "Teknik")]


def test_columns_of_another_year_follow_those_of_the_year_before_but_a_year_is_itself(tmp_path: Path) -> None:
    before = (("Program", "2023", "2024", "Mot 2023"), ("Teknik", "5", "6", "1"))
    after = (("Program", "2024", "2025", "Mot 2024"), ("Teknik", "6", "9", "3"))
    pages = [{"antagning-2025.html": page(rows)} for rows in (after, before)]
    assert told(moved(tmp_path, *pages)) == [
        ("number", "tbl-a", "Teknik", "Mot 2024", "1", "3"),
        ("column", "tbl-a", "", "2023", "2023", None),
        ("column", "tbl-a", "", "2025", None, "2025"),
    ]


def test_a_number_of_a_page_is_not_told_again_of_its_file(tmp_path: Path) -> None:
    name = "data/antagning-2025/a.csv"
    before = {name: "Program;Antagna;Andel (%)\nTeknik;6626;89,1\nBygg;3;4\n"}
    files = {name: "Program;Antagna;Andel (%)\nTeknik;6626;89,6\nBygg;5;4\n"}
    result = moved(tmp_path, {**files, "antagning-2025.html": with_cell(1, 2, f"89,6{NBSP}%")}, before)
    assert [(c.page, c.row, c.after) for c in result.changes] == [
        (name, "Bygg", "5"),
        ("antagning-2025.html", "Teknik", f"89,6{NBSP}%"),
    ]


def test_a_file_that_nothing_else_tells_of(tmp_path: Path) -> None:
    old = {"assets/style.css": "a", "antagning-2025.pdf": "%PDF 1"}
    result = moved(tmp_path, {"assets/style.css": "b", "antagning-2025.pdf": "%PDF 2"}, old)
    assert [(c.kind, c.page) for c in result.changes] == [("file", "antagning-2025.pdf"), ("file", "assets/style.css")]


DECISIONS = MANIFEST["decisions"]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (
            {"decisions": {**DECISIONS, "settlement.yml": {"count_day": {"value": 16, "status": "published"}}}},
            ("rule", "settlement.yml", "count_day.value", "15", "16"),
        ),
        (
            {"decisions": {**DECISIONS, "merit.yml": {"scale": [{"valid_from": 2025, "value": 4}]}}},
            ("rule", "merit.yml", "scale 2025.value", None, "4"),
        ),
        ({"libraries": {"numpy": "2.5"}}, ("library", "", "numpy", "2.4.6", "2.5")),
        ({"parts_of_code": {"cohort": "d" * 64}}, ("code", "", "cohort", "a" * 64, "d" * 64)),
        ({"gymreg": "1.1"}, ("setting", "", "gymreg", "1.0", "1.1")),
        ({"audience": "authority"}, ("setting", "", "audience", None, "authority")),
        (
            {"inputs": [{"name": "slut-2025.xlsx", "sha256": "e" * 64, "size": 1}]},
            ("input", "", "slut-2025.xlsx", "c" * 64, "e" * 64),
        ),
        (
            {"reports": [{**MANIFEST["reports"][0], "params": {"language": "sv", "compare_to": 2023}}]},
            ("parameter", "", "compare_to", "2024", "2023"),
        ),
        (
            {"plans": [{**MANIFEST["plans"][0], "plan": {"main": "dose", "designs": ["dose", "offers"]}}]},
            ("parameter", "plans", "effects sv.plan.designs", "dose", "dose, offers"),
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_change_of_method_is_told_by_its_name(tmp_path: Path, changed: Any, expected: tuple[Any, ...]) -> None:
    result = moved(tmp_path, **changed)
    told_of = [(c.kind, c.place, c.row, c.before, c.after) for c in result.changes]
    assert expected in told_of
    assert all(c.kind == expected[0] for c in result.changes)


def test_the_answer_as_json_a_table_and_a_page(tmp_path: Path) -> None:
    result = moved(tmp_path, {"antagning-2025.html": page(text="<b>Vi & ni</b> såg skolor.")})
    assert json.loads(json.dumps(result.to_dict()))["summary"] == {"text": 1}
    assert list(result.table["pages"]) == [1]
    html = result.page("sv")
    assert '<html lang="sv">' in html
    assert "<h2>Texter</h2>" in html
    assert "Vi &amp; ni såg skolor." in html
    assert "Vi & ni" not in html


def test_every_word_is_there_in_both_languages() -> None:
    assert words().incomplete() == []


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        (f"6{NBSP}626", "sv", 6626),
        ("6,626", "en", 6626),
        ("−0,3", "sv", -0.3),
        ("+0.3", "en", 0.3),
        ("±0", "sv", 0),
        (f"89,1{NBSP}%", "sv", 89.1),
        ("2025", "sv", 2025),
        ("1,2", "en", None),
        ("12–34", "sv", None),
        (f"<{NBSP}0,001", "sv", None),
        ("~100", "sv", None),
        ("..", "sv", None),
        ("", "sv", None),
        ("SA 25", "sv", None),
    ],
)
def test_numbers_are_read_as_the_language_writes_them(text: str, language: Any, value: float | None) -> None:
    assert number_in(text, language) == value
