"""Identity numbers are found in any mixture of spellings, and numbers of other kinds are not taken for them."""

from __future__ import annotations

import re
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from gymreg_core.release.gate.identity import identities
from gymreg_core.release.gate.spelling import plain, unwrapped

DAYS = st.dates(date(1900, 1, 1), date(2012, 12, 31))
SERIALS = st.integers(0, 9999).map("{:04d}".format)
BLANKS = ("", "\u200b", "\u00ad", "\u2060", "\ufeff", "\u200d")
DASHES = ("", "-", "+", " ", "\u00a0", "\u2013", "\u2212", "\u2011", " - ", "\uff0d", "/", "\u202f")
DIGITS = tuple("".join(chr(zero + n) for n in range(10)) for zero in (0x30, 0xFF10, 0x660, 0x1D7CE))
AROUND = ("", " ", "elev ", "(", "«", "\n", "nr:", "x")


@st.composite
def spelled(draw: st.DrawFn) -> str:
    day = draw(DAYS)
    shifted = f"{day:%Y%m}{day.day + 60 * draw(st.booleans()):02d}"
    written = shifted[draw(st.sampled_from((0, 2))) :] + "|" + draw(SERIALS)
    alphabet, blank = draw(st.sampled_from(DIGITS)), draw(st.sampled_from(BLANKS))
    digits = blank.join(alphabet[int(c)] if c.isdigit() else c for c in written)
    return (
        draw(st.sampled_from(AROUND))
        + digits.replace("|", draw(st.sampled_from(DASHES)))
        + draw(st.sampled_from(("", ".", ")", " ", "\n")))
    )


@given(spelled())
@settings(max_examples=400, deadline=None)
def test_any_spelling_is_found(text: str) -> None:
    assert list(identities(plain(text), "text"))


@given(spelled(), st.sampled_from(("percent", "unicode", "entities")))
@settings(max_examples=100, deadline=None)
def test_and_encoded_too(text: str, how: str) -> None:
    coded = {
        "percent": lambda: "".join(f"%{byte:02X}" for byte in text.encode()),
        "unicode": lambda: "".join(f"\\u{{{ord(c):x}}}" for c in text),
        "entities": lambda: "".join(f"&#{ord(c)};" for c in text),
    }[how]()
    assert any(list(identities(plain(opened), "text")) for opened in unwrapped(coded))


OTHERS = st.one_of(
    st.integers(0, 999_999_999).map(lambda n: f"{n:,}".replace(",", "\u00a0")),
    st.integers(10**9, 10**12 - 1).map(lambda n: f"{n:,} kronor".replace(",", "\u00a0")),
    st.floats(0, 100).map("{:.12f}".format),
    st.dates().map(str),
    st.tuples(st.dates(), st.integers(0, 999)).map(lambda pair: f"{pair[0]} {pair[1]}"),
    st.binary(min_size=32, max_size=32).map(bytes.hex),
    st.uuids().map(str),
    st.integers(2000, 2030).map(lambda year: f"{year}/{year + 1}"),
)


@given(st.lists(OTHERS, min_size=1, max_size=8))
@settings(max_examples=400, deadline=None)
def test_other_numbers_are_left_alone(numbers: list[str]) -> None:
    assert not list(identities(plain("; ".join(numbers)), "text"))


@given(st.text("0123456789-. ,", max_size=60))
@settings(max_examples=400, deadline=None)
def test_bare_digits_are_found_where_a_slow_look_finds_them(text: str) -> None:
    """Of co-ordinates: ten or twelve digits that stand alone, with a month and a day, twelve with a year of birth."""
    expected = []
    for run in re.finditer(r"\d+", text):
        before, after = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
        if len(run[0]) not in (10, 12) or before == "." or after == ".":
            continue
        month, day = int(run[0][-8:-6]), int(run[0][-6:-4])
        born = len(run[0]) == 10 or 1900 <= int(run[0][:4]) <= 2020
        if 1 <= month <= 12 and (1 <= day <= 31 or 61 <= day <= 91) and born:
            expected.append(run.start())
    assert list(identities(text, "numbers")) == expected
