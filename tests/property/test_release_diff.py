"""Random tables with random cells altered: told are those cells, each once and largest first, and no other."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gymreg_core.release.changes import Change, together
from gymreg_core.release.pages_compared import table_changes
from gymreg_core.release.site_reader import PageTable
from gymreg_core.vocabulary.numbers import change, number, number_in
from gymreg_core.vocabulary.programmes import LANGUAGES

COUNTS = st.integers(-(10**9), 10**9)
LANGUAGE = st.sampled_from(LANGUAGES)


@settings(max_examples=150, deadline=None)
@given(COUNTS, st.integers(0, 3), LANGUAGE)
def test_a_number_is_read_as_it_was_written(value: int, decimals: int, language) -> None:
    exact = value / 10**decimals
    for text in (number(exact, language, decimals), change(exact, language, decimals)):
        assert number_in(text, language) == exact


@st.composite
def altered(draw):
    """Two tables of counts, the rows of the second in another order, and what of which cell is different."""
    width, height = draw(st.integers(1, 4)), draw(st.integers(1, 6))
    heads = ("Namn", *(f"Tal {chr(97 + n)}" for n in range(width)))
    old = [[draw(COUNTS) for _ in range(width)] for _ in range(height)]
    new = [list(row) for row in old]
    cells = draw(st.lists(st.tuples(st.integers(0, height - 1), st.integers(0, width - 1)), unique=True, max_size=5))
    for row, column in cells:
        new[row][column] = draw(COUNTS)
    order = draw(st.permutations(range(height)))
    language = draw(LANGUAGE)

    def table(values, rows) -> PageTable:
        body = tuple((f"Rad {chr(97 + n)}", *(number(v, language) for v in values[n])) for n in rows)
        return PageTable("tbl-a", "", heads, body)

    different = {
        (f"Rad {chr(97 + r)}", heads[c + 1]): new[r][c] - old[r][c] for r, c in cells if new[r][c] != old[r][c]
    }
    return table(old, range(height)), table(new, order), different, language


@settings(max_examples=150, deadline=None)
@given(altered())
def test_the_cells_that_differ_are_told(case) -> None:
    old, new, different, language = case
    changes = together(table_changes(Change("table", "a.html", "tbl-a"), old, new, language))
    assert {(c.row, c.column): c.difference for c in changes} == different
    assert {c.kind for c in changes} <= {"number"}
    relative = [abs(c.relative or 0) for c in changes]
    assert relative == sorted(relative, reverse=True)
