"""The panel of an effect study against the plain way, on random histories; nothing depends on the order of rows."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gymreg_core.cohort.build import histories
from gymreg_core.cohort.histories import Histories
from gymreg_core.cohort.starts import starts
from gymreg_core.contracts.effects import OUTCOMES
from gymreg_core.effects.build_panel import build_panel
from gymreg_core.effects.panel import SETTLED, Panel
from tests.effects_panel_reference import as_cells, panel_reference
from tests.enrolments import tiny_enrolments
from tests.random_cohorts import random_enrolments

ROUNDED = 1e-4
"""Thousand kronor: the plain way does not round the amounts of a year to the öre, which adds up to less than ten."""


def held_to_the_plain_way(h: Histories) -> Panel:
    panel = build_panel(h, starts(h))
    found, wanted = as_cells(panel), panel_reference(h)
    assert list(found) == sorted(found, key=lambda key: (*key[:3], panel.bands.tolist().index(key[3])))
    assert found.keys() == wanted.keys()
    for key, cell in wanted.items():
        for name in ("pupils", "covered"):
            assert found[key][name] == cell[name], (key, name)
        for name in ("dose", "school_dose", "formula", "predicted"):
            assert found[key][name] == pytest.approx(cell[name], abs=ROUNDED, nan_ok=True), (key, name)
        for name in (*OUTCOMES, *SETTLED):
            assert found[key]["known"][name] == cell["known"][name], (key, name)
            assert found[key]["total"][name] == pytest.approx(cell["total"][name]), (key, name)
    return panel


@pytest.mark.parametrize("earlier", [0, 7])
def test_a_small_region(earlier: int) -> None:
    """With a whole supplement, and from before there was any."""
    panel = held_to_the_plain_way(histories(random_enrolments(3, 160, earlier)))
    assert all(panel.known[name].any() and panel.total[name].any() for name in OUTCOMES)
    assert all(panel.settled_total[name].any() for name in SETTLED)
    assert np.isfinite(panel.formula).any()
    assert np.isfinite(panel.predicted).any() == bool(earlier)
    assert (panel.exposure.min() == 0) == bool(earlier)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0, 3, 7]))
def test_any_tiny_histories(seed: int, earlier: int) -> None:
    held_to_the_plain_way(histories(random_enrolments(seed, 14, earlier)))


def test_nothing_depends_on_the_order_of_rows() -> None:
    e = random_enrolments(5, 120)
    rng = np.random.default_rng(1)
    order = rng.permutation(len(e.schools))
    place = np.argsort(order).astype(np.int32)
    turned = {
        name: getattr(e, name).assign(school=place[getattr(e, name)["school"]]) for name in ("spells", "certificates")
    }
    turned["spells"] = turned["spells"].sample(frac=1, random_state=2).reset_index(drop=True)
    other = replace(e, schools=e.schools.iloc[order].reset_index(drop=True), **turned)
    first, second = (build_panel(h, starts(h)) for h in map(histories, (e, other)))
    for name in (f.name for f in fields(Panel)):
        one, two = getattr(first, name), getattr(second, name)
        pairs = zip(one.values(), two.values(), strict=True) if isinstance(one, dict) else [(one, two)]
        assert all(np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in pairs), name


def test_a_region_without_anyone() -> None:
    panel = build_panel(h := histories(tiny_enrolments()), starts(h))
    assert len(panel) == len(panel.cohorts) == 0
    assert all(len(panel.known[name]) == 0 for name in OUTCOMES)
