"""Whatever is done to an extract: it is read or refused with findings, never with another error, never with a value."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gymreg_core.sources.register.layout import extract_names
from gymreg_core.sources.register.reading import read_register
from tests.extracts import write_extract
from tests.registers import small_register

FILES = sorted(extract_names())
CELLS = st.sampled_from(
    [
        "",
        " ",
        "-",
        "0",
        "-1",
        "1",
        "1,5",
        "9" * 9,
        "9" * 30,
        "Ja",
        "nej",
        "Öppen",
        "Stängd",
        "A",
        "Z",
        "2023-02-30",
        "2023-05-20",
    ]
) | st.text(st.characters(exclude_characters=';\n\r"', exclude_categories=("Cs",)), max_size=8)
DAMAGE = st.lists(
    st.one_of(
        st.tuples(st.just("cell"), st.sampled_from(FILES), st.integers(0, 40), st.integers(0, 25), CELLS),
        st.tuples(
            st.just("copied cell"), st.sampled_from(FILES), st.integers(1, 40), st.integers(0, 25), st.integers(1, 40)
        ),
        st.tuples(st.just("row twice"), st.sampled_from(FILES), st.integers(0, 40)),
        st.tuples(st.just("row lost"), st.sampled_from(FILES), st.integers(0, 40)),
        st.tuples(st.just("bytes"), st.sampled_from(FILES), st.integers(0, 3000), st.binary(max_size=3)),
        st.tuples(st.just("cut"), st.sampled_from(FILES), st.integers(0, 3000)),
        st.tuples(st.just("file lost"), st.sampled_from(FILES)),
    ),
    min_size=1,
    max_size=4,
)


@pytest.fixture(scope="module")
def extract() -> Iterator[tuple[Path, list[str]]]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder), write_extract(Path(folder), small_register(n=20, paths=6))


def damaged(path: Path, how: str, *details: object) -> None:
    content = path.read_bytes()
    lines = content.split(b"\n")
    if how == "file lost":
        path.unlink()
    elif how == "cut":
        path.write_bytes(content[: int(str(details[0]))])
    elif how == "bytes":
        place, instead = int(str(details[0])) % (len(content) + 1), bytes(details[1])  # type: ignore[call-overload]
        path.write_bytes(content[:place] + instead + content[place + len(instead) :])
    else:
        line = int(str(details[0])) % len(lines)
        if how == "row twice":
            lines.insert(line, lines[line])
        elif how == "row lost":
            del lines[line]
        else:
            cells = lines[line].split(b";")
            place = int(str(details[1])) % len(cells)
            if how == "cell":
                cells[place] = str(details[2]).encode()
            else:
                other = lines[int(str(details[2])) % len(lines)].split(b";")
                cells[place] = other[place % len(other)]
            lines[line] = b";".join(cells)
        path.write_bytes(b"\n".join(lines))


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
