"""Tables, files and fragments for readers: escaped, in the number format of their language, and in their place."""

from __future__ import annotations

import base64
from pathlib import Path

import pandas as pd
import pypandoc
import pytest

from gymreg_core.disclosure import Released, release_published
from gymreg_core.reporting.fragments import Fragment, join
from gymreg_core.reporting.markup import attribute, bullets, callout, escape, fold, key_figures
from gymreg_core.reporting.tables import Column, Form, download, table, written
from tests.admissions import published
from tests.written import drawn

WRITTEN = """
value   | form           | Swedish | English
6626    | count          | 6 626   | 6,626
-135    | change         | −135    | −135
393     | change         | +393    | +393
0       | change         | ±0      | ±0
232.5   | points         | 232,5   | 232.5
235     | points         | 235     | 235
-7.5    | points_change  | −7,5    | −7.5
0.891   | percent        | 89,1 %  | 89.1%
0.891   | percent_short  | 89 %    | 89%
-0.003  | percent_change | −0,3    | −0.3
8.7917  | ratio          | 8,8     | 8.8
2023    | year           | 2023    | 2023
0.376   | decimals       | 0,38    | 0.38
9120000 | kronor         | 91 200  | 91,200
-150    | kronor         | −2      | −2
123456  | kronor_change  | +1 235  | +1,235
9120000 | thousands      | 91      | 91
-250000 | thousands_change | −2    | −2
"""


@pytest.mark.parametrize("case", drawn(WRITTEN)[1], ids=lambda c: f"{c[1]} {c[0]}")
def test_numbers_as_readers_see_them(case: list[str]) -> None:
    value, form, sv, en = case
    kind: Form = form  # type: ignore[assignment]
    assert written(float(value), kind, "sv").replace("\N{NO-BREAK SPACE}", " ") == sv
    assert written(float(value), kind, "en") == en
    assert written(pd.NA, kind, "sv") == "."


@pytest.fixture
def released() -> Released:
    frame = pd.DataFrame({
        "study_path_name": ["A | b *c* [d](e)", "=SUM(A1)", "Två\nrader"],
        "seats": pd.array([6626, None, 3], "Int64"),
        "cutoff": pd.array([232.5, 300.0, None], "Float64"),
        "fill_rate": [0.891, 1.0, None],
    })  # fmt: skip
    return release_published(frame, published())


COLUMNS = [
    Column("study_path_name", "Studieväg", "text"),
    Column("seats", "Platser"),
    Column("cutoff", "Gräns", "points"),
    Column("fill_rate", "Fyllnadsgrad", "percent"),
]


def test_a_table_is_a_table_whatever_its_cells_hold(released: Released) -> None:
    text = table(released, COLUMNS, caption="Platser | per *väg*", identifier="vag", language="sv").markdown
    lines = text.splitlines()
    assert lines[1] == "| :--- | ---: | ---: | ---: |"
    assert lines[-3] == r": Platser \| per \*väg\* {#tbl-vag}"
    assert lines[-1].startswith(". betyder ")
    html = pypandoc.convert_text(text.split("\n\n", 1)[0], "html", format="markdown", extra_args=["--wrap=none"])
    assert html.count("<tr") == 4
    assert html.count("<td") == 12
    assert "A | b *c* [d](e)" in html
    assert "<em>" not in html
    assert "<a " not in html


@pytest.mark.parametrize(
    "nasty",
    ["# x", "- x", "1. x", "$x$", "x^2^", "~~x~~", "<b>x</b>", "@fig-x", "`x`", "[^1]", "+ x", ": x", "\\", "{#id}"],
)
def test_text_from_data_stays_text(nasty: str) -> None:
    assert pypandoc.convert_text(escape(nasty), "plain", format="markdown", extra_args=["--wrap=none"]).strip() == nasty


def test_no_break_spaces_survive_and_line_breaks_do_not() -> None:
    assert escape("27\u00a0073 mot\n23\u00a0926 ") == "27\u00a0073 mot 23\u00a0926"
    assert attribute('Kallad "x"\n\\') == 'Kallad \\"x\\" \\\\'


def test_a_swedish_file_and_an_english_one(released: Released, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GYMREG_PAGE", "antagning-2023-slut")
    sv, en = (download(released, COLUMNS, name="vagar", label="Ladda ned", language=lang) for lang in ("sv", "en"))
    assert sv.markdown == "[Ladda ned](data/antagning-2023-slut/vagar.csv)"
    (content,) = sv.files.values()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig").split("\r\n") == [
        "Studieväg;Platser;Gräns;Fyllnadsgrad (%)",
        "A | b *c* [d](e);6626;232,5;89,1",
        "'=SUM(A1);.;300;100",
        "Två rader;3;.;.",
        "",
    ]
    assert next(iter(en.files.values())).decode("utf-8-sig").split("\r\n")[1] == "A | b *c* [d](e),6626,232.5,89.1"


def test_fragments_join_and_keep_their_files() -> None:
    whole = join([Fragment("a", {"x": b"1"}), Fragment(), Fragment("b", {"y": b"2"})])
    assert whole.markdown == "a\n\nb"
    assert dict(whole.files) == {"x": b"1", "y": b"2"}


def test_in_a_run_files_are_written_and_markdown_alone_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GYMREG_RUN_DIR", str(tmp_path))
    bundle = Fragment("![x](media/p/fig-x.svg)", {"media/p/fig-x.svg": b"<svg/>"})._repr_mimebundle_()
    assert list(bundle) == ["text/markdown"]
    assert (tmp_path / "media/p/fig-x.svg").read_bytes() == b"<svg/>"


def test_an_analyst_sees_the_figure_where_there_is_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GYMREG_RUN_DIR", raising=False)
    bundle = Fragment("![x](media/p/fig-x.svg)", {"media/p/fig-x.svg": b"<svg/>"})._repr_mimebundle_()
    assert set(bundle) == {"text/markdown", "text/html"}
    assert base64.b64encode(b"<svg/>").decode() in bundle["text/html"]


def test_blocks_of_the_dialect() -> None:
    assert fold('Visa "x"', Fragment("a")).markdown == '::: {.fold summary="Visa \\"x\\""}\na\n:::'
    assert callout("note", "Obs", Fragment("a")).markdown == "::: {.callout-note}\n## Obs\n\na\n:::"
    assert bullets(["a", "b"]).markdown == "- a\n- b"
    boxes = key_figures([("1", "a", "b"), ("2", "c", "")]).markdown
    assert boxes.startswith(":::: {.key-figures}\n::: {.key-figure}\n**1**\n\na\n\nb\n:::")
    assert boxes.endswith("**2**\n\nc\n:::\n::::")
