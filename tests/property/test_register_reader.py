"""Whatever is done to an extract: it is read or refused with findings, never with another error, never with a value."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings

from gymreg_core.sources.register.layout import extract_names
from gymreg_core.sources.register.reading import read_register
from tests.damage import damage_of, damaged
from tests.extracts import write_extract
from tests.registers import small_register

DAMAGE = damage_of(extract_names())


@pytest.fixture(scope="module")
def extract() -> Iterator[tuple[Path, list[str]]]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder), write_extract(Path(folder), small_register(n=20, paths=6))


@settings(max_examples=80, deadline=None)
@given(damage=DAMAGE)
def test_a_damaged_extract_is_read_or_refused_with_findings(
    extract: tuple[Path, list[str]], damage: list[tuple[object, ...]]
) -> None:
    whole, numbers = extract
    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder) / "extract"
        shutil.copytree(whole, there)
        for how, file, *details in damage:
            if (there / str(file)).exists():
                damaged(there / str(file), str(how), *details)
        reading = read_register(there, b"k" * 16, strict=False)
    assert (reading.register is None) == reading.findings.has_errors
    told = json.dumps(reading.findings.to_records(), ensure_ascii=False)
    assert not [number for number in numbers if number in told or number.replace("-", "") in told]
    if reading.register is not None:
        register = reading.register
        for name, of in (("pupil", register.pupils), ("path", register.study_paths), ("school", register.schools)):
            for table in register.tables().values():
                if name in table and table[name].dtype == "int32":
                    assert table[name].between(0, len(of) - 1).all()
        assert not register.pupils["applicant"].duplicated().any()
        assert not register.applications.duplicated(["pupil", "round", "path"]).any()
        assert not register.applications.duplicated(["pupil", "round", "rank"]).any()
        assert not register.grades.duplicated(["pupil", "term"]).any()
        assert (register.study_paths.loc[register.study_paths["state"].eq("open"), "seats_final"] > 0).all()
