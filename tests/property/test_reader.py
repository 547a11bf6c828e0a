"""Whatever dialect a table is written in, the same is read; whatever is done to a file, it is read or turned down."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gymreg_core.contracts.result_checks import check_results
from gymreg_core.contracts.results import COLUMNS
from gymreg_core.errors import BadInput
from gymreg_core.sources.linking import link_study_paths
from gymreg_core.sources.published import read_results
from tests.written import delimited, workbook

FEW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
LETTERS = "abcdefghijklmnopqrstuvwxyzåäöéABCDEFGÅÄÖ:;,.()/-&'\" "
SPELLINGS = {
    "intake_year": ["År", "Årtal", "Ar"],
    "municipality": ["Kommun"],
    "school": ["Skola"],
    "provider_form": ["Organistionsform", "Organisationsform", "Huvudman"],
    "study_path_code": ["StudieVagKod", "Studievägskod"],
    "study_path_name": ["Studievag", "Studieväg"],
    "cutoff": ["Antagningsgrans", "Antagningsgräns"],
    "median": ["Median"],
    "seats": ["AntalPlatser", "Antal platser"],
    "admitted": ["AntalAntagna", "Antagna"],
    "reserves": ["AntalReserver", "Reserver"],
    "free_seats": ["AntalLedigaPlatser", "Lediga platser"],
}
NUMBERS = ("cutoff", "median", "seats", "admitted", "reserves", "free_seats")
FORMS = {"K": "municipal", "F": "independent", "L": "region"}
names = (
    st.text(LETTERS, min_size=1, max_size=20)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: text.strip("-. "))
)


@st.composite
def study_paths(draw: st.DrawFn) -> dict[str, Any]:
    seats = draw(st.integers(1, 200))
    admitted = draw(st.integers(0, seats))
    cutoff = draw(st.integers(0, 130)) * 2.5 if admitted else 0.0
    code = draw(
        st.sampled_from(["NA", "EK", "EKEKO", "ESMUS", "FTPER0L", "IMVBA", "IMYBAhus", "EK25", "SASAP0PR", "NAMUSVE"])
    )
    return {
        "intake_year": 2023.0,
        "municipality": draw(st.sampled_from(["Täby", "Solna", "Upplands-Bro"])),
        "school": draw(names),
        "provider_form": draw(st.sampled_from(sorted(FORMS))),
        "study_path_code": code,
        "study_path_name": f"{draw(names)} {code}",
        "cutoff": cutoff,
        "median": cutoff + draw(st.integers(0, 4)) * 1.25 if admitted else 0.0,
        "seats": float(seats),
        "admitted": float(admitted),
        "reserves": float(draw(st.integers(0, 500))),
        "free_seats": float(draw(st.integers(0, seats - admitted))),
    }


tables = st.lists(study_paths(), min_size=1, max_size=8, unique_by=lambda row: (row["school"], row["study_path_code"]))


@st.composite
def dialects(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "order": draw(st.permutations(sorted(SPELLINGS))),
        "spellings": {meaning: draw(st.sampled_from(words)) for meaning, words in sorted(SPELLINGS.items())},
        "with_year": draw(st.booleans()),
        "leading": draw(st.integers(0, 2)),
        "title": draw(st.booleans()),
        "as_text": draw(st.sampled_from([None, ",", "."])),
        "file": draw(st.sampled_from(["xlsx", "; utf-8", "; utf-8-sig", ", utf-8", "; latin-1", ", cp1252"])),
    }


def written(rows: list[dict[str, Any]], dialect: dict[str, Any], folder: Path) -> Path:
    meanings = [m for m in dialect["order"] if dialect["with_year"] or m != "intake_year"]

    def cell(row: dict[str, Any], meaning: str) -> Any:
        value = row[meaning]
        return f"{value:.2f}".replace(".", dialect["as_text"]) if meaning in NUMBERS and dialect["as_text"] else value

    before: list[Any] = [None] * dialect["leading"]
    title = [[*before, "Statistik över antagningen"]] if dialect["title"] else []
    lines = [*title, [*before, *(dialect["spellings"][m] for m in meanings)]]
    lines += [[*before, *(cell(row, m) for m in meanings)] for row in rows]
    if dialect["file"] == "xlsx":
        return workbook(folder / "slutantagning-2023.xlsx", {"Blad": lines})
    separator, encoding = dialect["file"].split()
    return delimited(folder / "slutantagning-2023.csv", lines, separator, encoding)


@FEW
@given(tables, dialects())
def test_every_dialect_says_the_same(rows: list[dict[str, Any]], dialect: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        results = read_results(written(rows, dialect, Path(folder)))
    table = results.table
    assert {c.name: str(table[c.name].dtype) for c in COLUMNS} == {c.name: c.dtype for c in COLUMNS}
    assert not check_results(table).has_errors
    assert table["intake_year"].eq(2023).all()
    assert table["round"].eq("final").all()
    assert table["provider_form"].tolist() == [FORMS[row["provider_form"]] for row in rows]
    for meaning in ("municipality", "school", "study_path_code", "study_path_name"):
        assert table[meaning].tolist() == [row[meaning] for row in rows]
    for meaning in ("seats", "admitted", "reserves", "free_seats"):
        assert table[meaning].tolist() == [row[meaning] for row in rows]
    assert table["cutoff"].fillna(0).tolist() == [row["cutoff"] for row in rows]
    assert table["median"].fillna(0).tolist() == [row["median"] for row in rows]
    assert table["median"].isna().tolist() == [row["admitted"] == 0 for row in rows]


@FEW
@given(st.lists(tables, min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_links_are_one_to_one_and_do_not_depend_on_the_order_of_rows(
    intakes: list[list[dict[str, Any]]], random: Any
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for i, rows in enumerate(intakes):
            lines = [list(SPELLINGS), *([row[m] for m in SPELLINGS] for row in rows)]
            lines[0] = [SPELLINGS[m][0] for m in SPELLINGS]
            for line in lines[1:]:
                line[0] = 2021.0 + i
            workbook(Path(folder) / f"slut-{2021 + i}.xlsx", {"Blad": lines})
        table = read_results(folder).table
    links = link_study_paths(table).table
    assert not links.duplicated(["intake_year", "round", "study_path_id"]).any()
    assert links["evidence"].eq("new").sum() == links["study_path_id"].nunique()
    shuffled = list(range(len(table)))
    random.shuffle(shuffled)
    again = link_study_paths(table.iloc[shuffled]).table
    same = again.sort_values(["source_file", "source_row"], ignore_index=True)
    assert same.equals(links.sort_values(["source_file", "source_row"], ignore_index=True))


def sample() -> bytes:
    row = ["Täby", "Åva gymnasium", "K", "EKEKO", "Ekonomiprogrammet EK - Ekonomi", 232.5, 260.0, 30.0, 30.0, 12.0, 0.0]
    header = [words[0] for meaning, words in SPELLINGS.items() if meaning != "intake_year"]
    with tempfile.TemporaryDirectory() as folder:
        return workbook(Path(folder) / "x.xlsx", {"Blad": [header, row], "Två": [header]}).read_bytes()


SAMPLE = sample()
PARTS = sorted(zipfile.ZipFile(io.BytesIO(SAMPLE)).namelist())
damages = st.lists(
    st.tuples(st.integers(0, 1 << 30), st.integers(0, 3), st.binary(min_size=1, max_size=9)), min_size=1, max_size=6
)


def damaged(content: bytes, damage: list[tuple[int, int, bytes]]) -> bytes:
    for place, kind, piece in damage:
        at = place % (len(content) + 1)
        if kind == 0:
            content = content[:at] + piece + content[at + len(piece) :]
        elif kind == 1:
            content = content[:at] + piece + content[at:]
        elif kind == 2:
            content = content[:at] + content[at + len(piece) * 7 :]
        else:
            content = content[:at] + content[max(0, at - 40) : at] + content[at:]
    return content


def read_or_refused(content: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        findings = read_results(path, strict=False).findings
        if findings.has_errors:
            with pytest.raises(BadInput):
                read_results(path)


@settings(FEW, max_examples=60)
@given(damages)
def test_a_damaged_package_is_read_or_turned_down(damage: list[tuple[int, int, bytes]]) -> None:
    read_or_refused(damaged(SAMPLE, damage), "slut-2023.xlsx")


@settings(FEW, max_examples=60)
@given(st.sampled_from(PARTS), damages)
def test_a_damaged_part_is_read_or_turned_down(part: str, damage: list[tuple[int, int, bytes]]) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SAMPLE)) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            new.writestr(name, damaged(old.read(name), damage) if name == part else old.read(name))
    read_or_refused(content.getvalue(), "slut-2023.xlsx")


@settings(FEW, max_examples=40)
@given(damages, st.sampled_from([";", ",", "\t"]))
def test_a_damaged_text_is_read_or_turned_down(damage: list[tuple[int, int, bytes]], separator: str) -> None:
    lines = [
        [words[0] for words in SPELLINGS.values()],
        [2023.0, "Täby", "Åva", "K", "EK", "Ekonomi", 0.0, 210.5, 30.0, 20.0, 0.0, 10.0],
    ]
    with tempfile.TemporaryDirectory() as folder:
        content = delimited(Path(folder) / "x.csv", lines, separator).read_bytes()
    read_or_refused(damaged(content, damage), "slut-2023.csv")


@settings(FEW, max_examples=40)
@given(st.binary(max_size=400), st.sampled_from(["slut-2023.xlsx", "slut-2023.csv", "slut-2023.xls"]))
def test_any_bytes_are_read_or_turned_down(content: bytes, name: str) -> None:
    read_or_refused(content, name)
