"""Cells as a file: the same cells give the same bytes. Such files are private."""

from __future__ import annotations

import gzip
import json
from typing import Any

import numpy as np

from gymreg_core.disclosure.cells import Cells

_LEVEL = 6


def as_json(cells: Cells) -> dict[str, Any]:
    """`cells` as JSON can hold them; a value that is not shown is null."""
    amounts = np.zeros(len(cells), np.bool_) if cells.amounts is None else cells.amounts
    return {
        "keys": list(cells.keys),
        "values": [None if np.isnan(value) else _plain(value) for value in cells.values.tolist()],
        "why": cells.why.tolist(),
        "unit": [_plain(half) for half in cells.unit.tolist()],
        "guarded": cells.guarded.astype(int).tolist(),
        "amounts": amounts.astype(int).tolist(),
        "sums": [[whole, list(parts)] for whole, parts in cells.sums],
        "ratios": [list(one) for one in cells.ratios],
    }


def from_json(held: dict[str, Any]) -> Cells:
    """The cells of `as_json`. Errors: ValueError, TypeError, KeyError where it is something else."""
    try:
        return _from_json(held)
    except OverflowError:
        raise ValueError("a number that no cell has") from None


def _from_json(held: dict[str, Any]) -> Cells:
    keys = tuple(str(key) for key in held["keys"])
    amounts = np.asarray(held["amounts"], np.bool_)
    found = Cells(
        keys,
        np.asarray([np.nan if value is None else value for value in held["values"]], np.float64),
        np.asarray(held["why"], np.int8),
        np.asarray(held["unit"], np.float64),
        np.asarray(held["guarded"], np.bool_),
        tuple((int(whole), tuple(map(int, parts))) for whole, parts in held["sums"]),
        amounts if amounts.any() else None,
        tuple((int(part), int(whole), float(least), float(most)) for part, whole, least, most in held["ratios"]),
    )
    places = [place for whole, parts in found.sums for place in (whole, *parts)]
    if {len(one) for one in (found.values, found.why, found.unit, found.guarded, amounts)} != {len(keys)}:
        raise ValueError("columns of different lengths")
    if not all(0 <= place < len(keys) for place in places):
        raise ValueError("a sum of cells that are not there")
    return found


def packed(cells: Cells) -> bytes:
    """`cells` as compressed JSON."""
    text = json.dumps(as_json(cells), ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), _LEVEL, mtime=0)


def unpacked(content: bytes) -> Cells:
    """The cells of `packed`. Errors: OSError, ValueError, TypeError, KeyError where it is something else."""
    return from_json(json.loads(gzip.decompress(content)))


def _plain(value: float) -> float | int:
    return int(value) if value == int(value) else value
