"""A small version of tests/fuzz_inputs.py: mutated files are read, or refused in a user's words that repeat nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from gymreg_core.errors import BadInput, BadParameters
from tests.fuzzed import CANARIES, Target, targets, tried

EVERY = targets()
FILES = 12
_ALWAYS_REFUSED = {"manifest.json, verified", "manifest of a set", "pointer of a shelf", "closing.json", "cells.json"}
"""Good ones need what lies beside them, which is not there."""


@pytest.mark.parametrize("target", EVERY, ids=lambda target: target.name)
def test_nothing_breaks_and_nothing_is_repeated(target: Target, tmp_path: Path) -> None:
    result = tried(target, 5 if "read" in target.name else FILES, 1, tmp_path)
    assert result.faults == []


@pytest.mark.parametrize(
    "target", [one for one in EVERY if one.name not in _ALWAYS_REFUSED], ids=lambda target: target.name
)
def test_good_files_are_read(target: Target, tmp_path: Path) -> None:
    for content in target.good:
        result = tried(Target(**{**vars(target), "good": (content,)}), 1, 0, tmp_path, change=lambda good, _: good)
        assert (result.refused, result.faults) == ({}, [])


def _breaks(_: Path) -> None:
    raise KeyError(CANARIES[0])


def _repeats(_: Path) -> None:
    raise BadParameters(f"{CANARIES[3]} is not known")


def _ends_otherwise(_: Path) -> None:
    raise BadInput("this is no input")


@pytest.mark.parametrize("read", [_breaks, _repeats, _ends_otherwise])
def test_a_fault_would_be_found(read: object, tmp_path: Path) -> None:
    broken = Target("broken", "a.yml", (b"a: 1\n",), read, frozenset({10}))  # type: ignore[arg-type]
    assert len(tried(broken, 3, 1, tmp_path).faults) == 3
