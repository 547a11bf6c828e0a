"""docs/register-extract.md says what the reader reads: its tables are layout.yml's, and the example on it is read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gymreg_core.contracts.register import REGISTER_TABLES, SUBJECTS
from gymreg_core.sources.register.layout import File, layout
from gymreg_core.sources.register.reading import check_register
from tests.layouts import table_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "register-extract.md"


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
    blocks = re.findall(r"```\w* *\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    description, *files = blocks
    assert json.loads(description)["made_up"] is True
    (tmp_path / "utdrag.json").write_text(description, encoding="utf-8")
    by_header = {tuple(column.header for column in file.fields): file.name for file in layout().values()}
    for block in files:
        name = by_header[tuple(block.splitlines()[0].split(";"))]
        (tmp_path / name).write_text(block, encoding="utf-8")
    assert {path.name for path in tmp_path.iterdir()} >= {file.name for file in layout().values() if not file.optional}
    assert [found.rule for found in check_register(tmp_path)] == ["placeholder-number"]


def test_subjects_are_the_contracts() -> None:
    assert tuple(column.name for column in layout()["grades"].fields if column.kind == "grade") == SUBJECTS


def test_every_column_of_the_contract_is_written_or_told_from_others() -> None:
    told = {"pupils": {"number_kind", "birth_year"}, "applications": {"late"}}
    for name, columns in REGISTER_TABLES.items():
        written = {column.name for column in layout()[name].fields}
        assert {column.name for column in columns} == written | told.get(name, set())
