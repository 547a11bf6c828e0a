"""Study-path codes: what their positions say, and which codes are one education under names of different years."""

from __future__ import annotations

import pytest

from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.study_paths import looks_like_code, parse_code, programme_of
from gymreg_core.vocabulary.successors import lineage
from tests.written import drawn

CODES = """
code       | programme | orientation | aims_at | note | kinds
EK         | EK        |             |         |      |
EKEKO      | EK        | EKO         |         |      |
NA         | NA        |             |         |      |
FTPER0L    | FT        | PER         |         |      | apprenticeship
HVFRI0A    | HV        | FRI         |         |      | apprenticeship
ESMUS0S    | ES        | MUS         |         |      | advanced
NAMATVS    | NA        | MAT         |         |      | advanced variant
NAMUSVE    | NA        | MUS         |         |      | aesthetic variant
INDRI00R   | IN        | DRI         |         |      | national
SASAM000N  | SA        | SAM         |         |      | sport
HVFRI0L0N  | HV        | FRI         |         |      | apprenticeship sport
EKeng      | EK        |             |         | eng  |
NAui       | NA        |             |         | ui   |
IBfp       | IB        |             |         | fp   |
EK25       | EK        |             |         |      |
EKEKI      | EK        | EKI         |         |      |
ESCIRSPR   | ES        | CIR         |         |      | advanced national variant
ESBIF0PR   | ES        | BIF         |         |      | advanced national
NAMUKSE    | NA        | MUK         |         |      | aesthetic variant
FSFS00L    | FS        | FS0         |         |      | apprenticeship
MAMA0X0R   | MA        | MA0         |         |      | national
FLFLNXLR   | FL        | FLN         |         |      | apprenticeship national
IMV        | IMV       |             |         |      |
IMY        | IMY       |             |         |      |
IMYBA      | IMY       |             | BA      |      |
IMVBAhus   | IMV       |             | BA      | hus  |
IMVBA0Lhus | IMV       |             | BA      | hus  | apprenticeship
IMVBAG     | IMV       |             | BA      |      |
IMYBFJL    | IMY       |             | BF      |      | apprenticeship
IMSPR      | IMS       |             |         |      |
IMPRE      | IMV       |             |         |      |
"""


@pytest.mark.parametrize("row", drawn(CODES)[1], ids=lambda row: row[0])
def test_what_a_code_says(row: list[str]) -> None:
    code, programme, orientation, aims_at, note, kinds = row
    parts = parse_code(code)
    assert programme_of(code) == programme
    assert programme in programmes()
    if code not in ("IMSPR", "IMPRE"):  # short names of their time: only the programme can be told
        said = (parts.programme, parts.orientation, parts.aims_at, parts.note, " ".join(sorted(parts.flags)))
        assert said == (programme, orientation, aims_at, note, kinds)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("EK", True),
        ("IMVBA0Lhus", True),
        ("", False),
        ("Totalt", False),
        ("ek", False),
        ("E", False),
        ("Ekonomi EK", False),
    ],
)
def test_what_looks_like_a_code(text: str, is_one: bool) -> None:
    assert looks_like_code(text) is is_one


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("EK", "EK25"),
        ("EKEKO", "EKEKI"),
        ("BAANL", "BAMAA"),
        ("BAMAR0L", "BAMAA0L"),
        ("ESCIRVS", "ESCIRSPR"),
        ("ESMUS0S", "ESMUK0PR"),
        ("NAMUSVE", "NAMUKSE"),
        ("HAHAN0L", "FSFOR0L"),
        ("HAHAN0L", "FSFS00L"),
        ("HA", "FS"),
        ("HVFRI", "HVFRS"),
        ("HVFRS", "FRFRR"),
        ("HV", "FR25"),
        ("HVFLO", "FOFO0X0R"),
        ("FXFLY0L", "FLFLNXLR"),
        ("SX", "SJ25"),
        ("IMVHV", "IMVFRG"),
        ("IMVBA0L", "IMVBAGL"),
    ],
)
def test_codes_of_one_line(before: str, after: str) -> None:
    assert lineage(before) == lineage(after)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("EK", "EKEKO"),
        ("EKEKO", "EKJUR"),
        ("EKEKO", "EKEKO0L"),
        ("EKEKI", "EKEKISE"),
        ("IMVBA", "IMYBA"),
        ("NANAT", "NANAS"),
        ("ESMUS", "ESMUS0S"),
        ("IMVBA", "IMVBF"),
    ],
)
def test_codes_of_different_lines(one: str, other: str) -> None:
    assert lineage(one) != lineage(other)
