"""docs/enrolment-extract.md says what the reader reads: its tables are the layout's, and the example on it is read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gymreg_core.contracts.enrolments import ENROLMENT_TABLES
from gymreg_core.sources.enrolments.layout import layout
from gymreg_core.sources.enrolments.reading import check_enrolments
from gymreg_core.sources.register.layout import File
from tests.layouts import table_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "enrolment-extract.md"


@pytest.mark.parametrize("file", layout().values(), ids=lambda file: file.name)
def test_every_file_is_described_as_it_is_read(file: File) -> None:
    section = re.search(rf"### `{file.name}`(.*?)(?=\n##|\Z)", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert section, f"{file.name} is not on the page"
    assert table_of(file) in section[1], f"the table of {file.name} should be\n{table_of(file)}"
    assert ("may be absent" in section[1]) == file.optional


def test_the_page_names_no_other_file() -> None:
    named = set(re.findall(r"### `([^`]+)`", PAGE.read_text(encoding="utf-8")))
    assert named == {"utdrag.json", *(file.name for file in layout().values())}


def test_the_example_on_the_page_is_an_extract(tmp_path: Path) -> None:
    description, *files = re.findall(r"```\w* *\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert json.loads(description)["made_up"] is True
    (tmp_path / "utdrag.json").write_text(description, encoding="utf-8")
    by_header = {tuple(column.header for column in file.fields): file.name for file in layout().values()}
    for block in files:
        name = by_header[tuple(block.splitlines()[0].split(";"))]
        (tmp_path / name).write_text(block, encoding="utf-8")
    assert len(list(tmp_path.iterdir())) == 10
    assert [found.rule for found in check_enrolments(tmp_path)] == ["placeholder-number"]


def test_every_column_of_the_contract_is_written_or_told_from_the_number() -> None:
    for name, columns in ENROLMENT_TABLES.items():
        told = {"number_kind", "birth_year"} if name == "persons" else set()
        assert {column.name for column in columns} == {column.name for column in layout()[name].fields} | told


def test_every_word_of_the_contract_is_written_once() -> None:
    for name, columns in ENROLMENT_TABLES.items():
        for column in columns:
            if column.values and column.name != "number_kind":
                field = layout()[name].field(column.name)
                written = [*field.words.values(), *([""] if field.empty == "" else [])]
                assert sorted(written) == sorted(column.values), f"{name}.{column.name}"
