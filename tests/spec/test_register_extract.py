"""A register written as an extract is read as the same register; persons are known by a keyed pseudonym alone."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from gymreg_core.contracts.register import Register
from gymreg_core.errors import BadInput
from gymreg_core.sources.register.identities import NOT_READABLE, PERSONAL, classified, normalised
from gymreg_core.sources.register.keys import KEY_VARIABLE, MADE_UP_KEY, mark_of
from gymreg_core.sources.register.reading import check_register, read_register
from gymreg_core.synthetic.extracts import write_register
from gymreg_core.synthetic.identities import identity_numbers
from tests.extracts import cell, lines_of, put_lines, write_extract
from tests.pseudonyms import pseudonym
from tests.registers import small_register, varied_register

KEY = b"a secret of sixteen bytes or more"


def expected(register: Register, numbers: list[str], key: bytes) -> Register:
    names = [pseudonym(number.replace("-", ""), key) for number in numbers]
    return replace(register, pupils=register.pupils.assign(applicant=pd.Series(names, dtype="str")))


def assert_same(read: Register | None, written: Register) -> None:
    assert read is not None
    assert (read.intake_year, read.made_up) == (written.intake_year, written.made_up)
    for name, table in written.tables().items():
        pd.testing.assert_frame_equal(read.tables()[name], table, obj=name)


@pytest.mark.parametrize("register", [small_register(), small_register(n=7, seed=3, paths=4), varied_register()])
def test_what_is_written_is_read(tmp_path: Path, register: Register) -> None:
    numbers = write_extract(tmp_path, register)
    reading = read_register(tmp_path)
    assert_same(reading.register, expected(register, numbers, MADE_UP_KEY))
    assert {found.severity for found in reading.findings} <= {"info"}
    assert reading.provenance.made_up
    assert not reading.provenance.already_public
    assert len(reading.provenance.inputs) == 9


def test_an_older_year_has_the_grades_of_its_scale(tmp_path: Path) -> None:
    register = small_register(intake_year=2012)
    grades = register.grades.copy()
    subjects = grades.columns[3:]
    grades[subjects] = np.minimum(grades[subjects], 4).astype("int8")
    register = replace(register, grades=grades)
    numbers = write_extract(tmp_path, register)
    assert_same(read_register(tmp_path).register, expected(register, numbers, MADE_UP_KEY))
    letters = {letter for line in lines_of(tmp_path / "betyg.csv")[1:] for letter in line.split(";")[3:]}
    assert letters <= {"", "IG", "G", "VG", "MVG"}


def test_the_same_register_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_extract(tmp_path / name, varied_register())
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert len(files) == 9
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in files)


def test_what_a_clean_extract_holds_by_design_is_a_note_with_its_count(tmp_path: Path) -> None:
    write_extract(tmp_path, varied_register())
    counts = {found.rule: (found.severity, found.count) for found in check_register(tmp_path)}
    late = int(varied_register().applications["late"].sum())
    assert counts == {
        "coordination-number": ("info", 3),
        "placeholder-number": ("info", 3),
        "identity-protected": ("info", 6),
        "choice-late": ("info", late),
    }


def test_rows_may_stand_in_any_order(tmp_path: Path) -> None:
    numbers = write_extract(tmp_path)
    for path in sorted(tmp_path.glob("*.csv")):
        header, *rest = lines_of(path)
        put_lines(path, [header, *reversed(rest)])
    register = read_register(tmp_path).register
    assert register is not None
    forth = expected(small_register(), numbers, MADE_UP_KEY)

    def chosen(of: Register) -> set[tuple[str, str, int, str]]:
        rows = of.applications
        who, where = of.pupils["applicant"].to_numpy(), of.study_paths["path_id"].to_numpy()
        return set(zip(who[rows["pupil"]], rows["round"], rows["rank"], where[rows["path"]], strict=True))

    assert chosen(register) == chosen(forth)


# --- the key to the pseudonyms


def test_a_real_extract_needs_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register = small_register(made_up=False)
    numbers = write_extract(tmp_path / "extract", register)
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    for missing in (None, tmp_path / "no such file"):
        with pytest.raises(BadInput, match="the key to them is missing") as refused:
            read_register(tmp_path / "extract", missing)
        assert KEY_VARIABLE in str(refused.value)
    with pytest.raises(BadInput, match="shorter than 16"):
        read_register(tmp_path / "extract", b"fifteen bytes..")
    (tmp_path / "key").write_bytes(KEY + b"\n")
    monkeypatch.setenv(KEY_VARIABLE, "another secret that is long enough")
    as_expected = expected(register, numbers, KEY)
    assert_same(read_register(tmp_path / "extract", KEY).register, as_expected)
    assert_same(read_register(tmp_path / "extract", tmp_path / "key").register, as_expected)
    monkeypatch.setenv(KEY_VARIABLE, KEY.decode())
    assert_same(read_register(tmp_path / "extract").register, as_expected)


def test_a_made_up_extract_needs_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    numbers = write_extract(tmp_path)
    for key in (None, KEY, tmp_path / "no such file"):
        assert_same(read_register(tmp_path, key).register, expected(small_register(), numbers, MADE_UP_KEY))


def test_checking_needs_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    write_extract(tmp_path, small_register(made_up=False))
    assert [found.rule for found in check_register(tmp_path)] == ["check-digit-wrong"]


def test_keys_are_told_apart_without_giving_one_away() -> None:
    assert mark_of(KEY) == mark_of(KEY) != mark_of(KEY + b"!")
    assert KEY.hex() not in mark_of(KEY)
    assert mark_of(KEY) != hmac.new(KEY, b"", hashlib.sha256).hexdigest()[:32]


def test_a_register_with_errors_is_given_to_nobody(tmp_path: Path) -> None:
    write_extract(tmp_path)
    cell("betyg.csv", 2, "MA", "Z")(tmp_path)
    reading = read_register(tmp_path, strict=False)
    assert reading.register is None
    assert reading.findings.has_errors
    assert "1 findings" in repr(reading)


# --- identity numbers


def luhn_digit(nine: str) -> int:
    """The check digit as the tax agency explains it (SKV 704): times 2 and 1 in turn, digits added, up to a ten."""
    products = "".join(str(int(digit) * (2 - place % 2)) for place, digit in enumerate(nine))
    return -sum(map(int, products)) % 10


@pytest.mark.parametrize(
    ("number", "kind", "year", "right"),
    [
        ("19121212-1212", "personal", 1912, True),  # the tax agency's examples
        ("19701063-2391", "coordination", 1970, True),
        ("191212121212", "personal", 1912, True),
        ("19121212-1213", "personal", 1912, False),
        ("20070131-TF12", "placeholder", 2007, False),
        ("20070131-t123", "placeholder", 2007, False),
        ("20070229-1234", None, 0, False),  # no such day
        ("20080229-1234", "personal", 2008, False),
        ("20071301-1234", None, 0, False),
        ("20070191-1234", "coordination", 2007, False),
        ("20070192-1234", None, 0, False),
        ("20070191-TF12", None, 0, False),
        ("20240101-1234", None, 0, False),  # born after the intake
        ("18991231-1234", None, 0, False),
        ("070131-1234", None, 0, False),
        ("20070131-12345", None, 0, False),
        ("20070131-TFF2", None, 0, False),
        ("", None, 0, False),
        ("Å0070131-1234", None, 0, False),
    ],
)
def test_what_a_number_says_of_itself(number: str, kind: str | None, year: int, right: bool) -> None:
    told = classified(normalised(pa.array([number])), 2023)
    kinds = {"personal": 0, "coordination": 1, "placeholder": 2, None: NOT_READABLE}
    assert (told.kind[0], told.birth_year[0], told.check_digit_right[0]) == (kinds[kind], year, right)


@pytest.mark.parametrize("seed", range(3))
def test_made_up_numbers_look_real_and_are_nobodys(seed: int) -> None:
    register = varied_register()
    register = replace(register, pupils=pd.concat([register.pupils] * 40, ignore_index=True))
    numbers = identity_numbers(register, seed)
    assert numbers == identity_numbers(register, seed) != identity_numbers(register, seed + 1)
    assert len(set(numbers)) == len(numbers) == len(register.pupils)
    told = classified(normalised(pa.array(numbers)), register.intake_year)
    assert np.array(["personal", "coordination", "placeholder"])[told.kind].tolist() == list(
        register.pupils["number_kind"]
    )
    assert told.birth_year.tolist() == register.pupils["birth_year"].to_list()
    personal: NDArray[np.bool_] = told.kind == PERSONAL
    for number, is_personal, sex in zip(numbers, personal, register.pupils["sex"], strict=True):
        if is_personal:
            assert luhn_digit(number[2:8] + number[9:12]) != int(number[12])
            assert sex == "unknown" or int(number[11]) % 2 == (sex == "M")
    digits = [luhn_digit(number[2:8] + number[9:12]) == int(number[12]) for number in numbers if "T" not in number]
    assert not any(digits)
    assert not told.check_digit_right.any()


def test_a_year_with_more_pupils_than_numbers_is_refused() -> None:
    register = small_register(n=10)
    pupils = register.pupils.assign(number_kind="placeholder", birth_year=2007, sex="F")
    with pytest.raises(ValueError, match="larger"):
        identity_numbers(replace(register, pupils=pd.concat([pupils] * 2000, ignore_index=True)), 0)


def test_a_name_that_another_folder_holds_is_not_looked_into(tmp_path: Path) -> None:
    write_extract(tmp_path)
    (tmp_path / "elever-2022.csv").write_text("not;for;us\n")
    (tmp_path / "planterat.json").write_text("{}")
    assert len(check_register(tmp_path)) == 0


def test_a_folder_that_cannot_be_made_is_the_systems_word(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        write_register(small_register(), ["x"] * 60, tmp_path / "file")


def test_content_beside_the_letters_is_kept(tmp_path: Path) -> None:
    """A name with the separator and quotation marks comes back whole; the file then quotes its cells."""
    write_extract(tmp_path, varied_register())
    assert '"Skolan; ""med"" citat"' in (tmp_path / "skolor.csv").read_text(encoding="utf-8")
    register = read_register(tmp_path).register
    assert register is not None
    assert register.schools["school"].iloc[0] == 'Skolan; "med" citat'
