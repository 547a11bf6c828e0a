"""Two editions of the same numbers, and what their differences tell."""

from __future__ import annotations

import numpy as np
import pytest

from gymreg_core.disclosure.attack import Attack, attacked
from gymreg_core.disclosure.cells import Cells, Why
from gymreg_core.disclosure.policy import policy

OPEN = policy()
PARTS = ("a", "b", "c", "d")


def release(whole: int | None, *parts: int | None, linked: tuple[str, ...] = ()) -> Cells:
    """A whole and its parts; None is hidden, of `linked` for the sake of others."""
    values = np.array([np.nan if value is None else value for value in (whole, *parts)])
    names = ("all", *PARTS[: len(parts)])
    hidden = np.isnan(values)
    why = [
        Why.LINKED if name in linked else Why.FEW if gone else Why.SHOWN
        for name, gone in zip(names, hidden, strict=True)
    ]
    return Cells(
        names, values, np.array(why, np.int8), np.zeros(len(values)), hidden, ((0, tuple(range(1, len(values)))),)
    )


CASES = {
    "nothing has changed": (release(40, 20, None, None), release(40, 20, None, None), (), ()),
    "a few came late": (release(40, 20, 20), release(42, 22, 20), (), ("all", "a")),
    "enough came late": (release(40, 20, 20), release(46, 26, 20), (), ()),
    "few came and it stands in the whole": (release(40, 20, None, None), release(43, 20, None, None), (), ("all",)),
    "few came to a hidden one, and many to another": (
        release(40, 20, None, None),
        release(50, 27, None, None),
        (),
        (),
    ),
    "hidden now and shown before": (release(22, 20, 2), release(22, None, None, linked=("a",)), ("b",), ()),
    "hidden now with its whole": (release(22, 20, 2), release(None, 20, None), ("all", "b"), ()),
    "what protects is shown before": (release(22, 20, None), release(22, None, None, linked=("a",)), ("b",), ()),
    "some came and some went, and that is all": (
        release(58, 20, 20, None, 14),
        release(58, 26, 14, None, None, linked=("d",)),
        ("c",),
        (),
    ),
    "hidden in turns": (
        release(60, 20, 20, None),
        release(60, None, 20, None, linked=("a",)),
        ("c",),
        (),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_differences_of_two_editions(case: str) -> None:
    before, now, told, changed = CASES[case]
    found = attacked(now, OPEN, earlier=[before])
    assert found.releases == 1
    assert set(found.told) | set(found.presumed) == set(told)
    assert {key.removeprefix("change of ").split(" from ")[0] for key in found.changed} == set(changed)
    assert bool(found) == bool(told or changed)


def test_where_a_note_is_enough_a_small_change_does_not_refuse() -> None:
    before, now, *_ = CASES["a few came late"]
    found = attacked(now, OPEN.model_copy(update={"revisions": "tell"}), earlier=[before])
    assert found.changed
    assert not found


def test_what_contradicts_what_is_shown_is_not_presumed() -> None:
    """The hidden part must have become more, although nothing that is shown of the sum has before."""
    before, now = release(None, 20, 30), release(55, None, None)
    found = attacked(now, OPEN, earlier=[before])
    assert not found.contradictory


def test_every_release_counts() -> None:
    first, second, third = release(60, 20, 20, None), release(60, None, 20, None), release(60, None, None, None)
    assert attacked(third, OPEN, earlier=[first, second])
    assert not attacked(third, OPEN)


def _shown(found: Attack) -> str:
    return found.describe("sv") + found.describe("en")


def test_the_report_names_cells_and_no_number_of_them() -> None:
    before, now, *_ = CASES["hidden now and shown before"]
    found = attacked(now, OPEN, earlier=[before])
    assert "b" in _shown(found)
    assert "1 tidigare" in _shown(found)
    assert found.cells == 3
