"""Leaving small counts out of tables whose populations lie in one another, so that no difference brings them back.

Measures of the same pupils over three and over four years, with and without introductory programmes, of a diploma and
of a diploma or study certificate: what two of them differ by is a count of pupils as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.disclosure.suppression import Ties, hidden_rows

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
_NONE = np.empty((0, 2), np.int64)


def without_told(
    table: pd.DataFrame,
    counts: Sequence[str],
    smallest: int,
    ties: Ties,
    nested: Ints,
    rests_nested: Ints | None = None,
) -> tuple[pd.DataFrame, int]:
    """`table` with counts from 1 to below `smallest` missing, and how many cells that took.

    counts : columns of counts; they come back as Int64. ties : sums of rows, and rests within a row (`together` is not
    used). nested : (m, 2) positions of rows whose counts lie in one another: where they differ by few and the first is
    shown, the second is left out. rests_nested : the same of their rests, the pairs of `nested` where it is None. Rows
    are judged in their order, those that a sum ties together at the same time.
    """
    others = nested if rests_nested is None else rests_nested
    kept, gone, blocks = table.copy(), 0, list(_blocks(ties, len(table)))
    for name in counts:
        values = table[name].to_numpy(np.int64)
        rests = [
            (table[whole] - table[list(parts)].sum(axis=1)).to_numpy(np.int64)
            for parts, whole in ties.rests
            if parts[0] == name
        ]
        hidden = _hidden([values, *rests], smallest, blocks, [nested, *([others] * len(rests))])
        kept[name] = pd.array(values, dtype="Int64")
        kept.loc[hidden, name] = pd.NA
        gone += int(hidden.sum())
    return kept, gone


def _hidden(told: Sequence[Ints], smallest: int, blocks: Sequence[tuple[Ints, Ties]], nested: Sequence[Ints]) -> Bools:
    block_of = np.empty(len(told[0]), np.int64)
    for place, (rows, _) in enumerate(blocks):
        block_of[rows] = place
    by_block = [_by_block(pairs, block_of) for pairs in nested]
    hidden = _any_small(told, smallest)
    for place, (rows, ties) in enumerate(blocks):
        for values, pairs in zip(told, by_block, strict=True):
            first, second = pairs.get(place, _NONE).T
            small = _any_small([np.abs(values[second] - values[first])], smallest)
            hidden[second[small & ~hidden[first]]] = True
        if len(rows) > 1:
            hidden[rows] = hidden_rows(hidden[rows], [values[rows] for values in told], smallest, ties)
    return hidden


def _any_small(counts: Sequence[Ints], smallest: int) -> Bools:
    """Where one of `counts`, (n,) each, is from 1 to below `smallest`."""
    return np.asarray(np.logical_or.reduce([(values > 0) & (values < smallest) for values in counts]), np.bool_)


def _by_block(nested: Ints, block_of: Ints) -> Mapping[int, Ints]:
    """The pairs by the block that their second row is in."""
    of = block_of[nested[:, 1]]
    order = np.argsort(of, kind="stable")
    places, starts = np.unique(of[order], return_index=True)
    return dict(zip(places.tolist(), np.split(nested[order], starts[1:]), strict=False))


def _blocks(ties: Ties, n: int) -> Iterator[tuple[Ints, Ties]]:
    """Rows that no sum ties to others, with the sums among them; by the first of their rows."""
    block = list(range(n))

    def root(row: int) -> int:
        while block[row] != row:
            block[row] = block[block[row]]
            row = block[row]
        return row

    members = [[*parts, *([] if total is None else [total])] for total, parts in ties.sums]
    for tied in members:
        roots = {root(row) for row in tied}
        for one in roots:
            block[one] = min(roots)
    rows_of: dict[int, list[int]] = {}
    for row in range(n):
        rows_of.setdefault(root(row), []).append(row)
    sums_of: dict[int, list[int]] = {}
    for at, tied in enumerate(members):
        sums_of.setdefault(root(tied[0]), []).append(at)
    for first, rows in rows_of.items():
        place = {row: at for at, row in enumerate(rows)}
        own = [ties.sums[at] for at in sums_of.get(first, [])]
        local = [(None if total is None else place[total], [place[part] for part in parts]) for total, parts in own]
        yield np.asarray(rows, np.int64), Ties(local)
