"""A table is protected once for all processes of a build; what is kept of it are masks alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gymreg_core.disclosure import kept
from gymreg_core.disclosure.suppression import Tied, hidden_cells
from gymreg_core.disclosure.ties import Ties

PUPILS = np.array([120, 3, 40, 77])
FEW = {"pupils": np.array([False, True, False, False])}


def hidden(last: int = 77) -> list[bool]:
    counts = np.array([120 - 77 + last, 3, 40, last])
    return hidden_cells(Tied({"pupils": counts}, Ties(sums=[(0, [1, 2, 3])])), FEW)["pupils"].tolist()


def test_the_same_table_is_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by_hand = hidden()
    monkeypatch.setenv(kept.VARIABLE, str(tmp_path / "kept"))
    assert hidden() == by_hand
    monkeypatch.setattr(kept, "hide", lambda *_, **__: pytest.fail("it was worked out again"))
    assert hidden() == by_hand
    with pytest.raises(pytest.fail.Exception):
        hidden(78)  # another table
    held = [path for path in (tmp_path / "kept").iterdir() if path.suffix != ".lock"]
    assert [path.stat().st_size for path in held] == [1]
    assert {path.stat().st_mode & 0o777 for path in held} == {0o600}


def test_masks_that_other_code_found_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = kept.masks_of(tmp_path)
    before.mkdir(parents=True)
    assert kept.masks_of(tmp_path) == before
    monkeypatch.setattr(kept, "_code", lambda: "other")
    assert kept.masks_of(tmp_path) != before
    assert not before.exists()
