"""Whether arrays are a market: every reason collected, in one pass over the choices, in less time than solving takes.

Two applicants with one key at one path are looked for with a table of bits: an entry whose bit is set already, and the
entry that set it, are the only ones to be compared. The table has at least sixteen bits an entry.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.findings import Finding, Findings
from gymreg_core.vocabulary.finding_texts import finding

_BITS_PER_ENTRY = 16
_FEW = 64
_STEP, _SPREAD = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
_NOT_ELIGIBLE = np.iinfo(np.int64).min


def check_market(choices: NDArray[np.int32], keys: NDArray[np.int64], capacity: NDArray[np.int32]) -> None:
    """Whether the arrays are what `deferred_acceptance` takes.

    Errors: BadParameters for other types or shapes; BadInput with every finding of a market that cannot be solved.
    """
    check_shapes(choices, keys, capacity)
    sound, _ = examine(choices, keys, capacity)
    if not sound or (keys.ndim == 1 and _equal_keys(choices, keys, len(capacity))):
        refuse(choices, keys, capacity)


def check_shapes(choices: NDArray[Any], keys: NDArray[Any], capacity: NDArray[Any]) -> None:
    """Types and shapes of the arrays, which are the caller's doing and not the data's.

    Errors: BadParameters.
    """
    given: tuple[tuple[str, Any, type, tuple[int, ...]], ...] = (
        ("choices", choices, np.int32, (2,)),
        ("keys", keys, np.int64, (1, 2)),
        ("capacity", capacity, np.int32, (1,)),
    )
    for name, array, kind, dimensions in given:
        if not isinstance(array, np.ndarray) or array.dtype != kind or array.ndim not in dimensions:
            wanted = " or ".join(str(d) for d in dimensions)
            raise BadParameters(f"{name} must be an array of {kind.__name__} with {wanted} dimensions", where=name)
    if keys.shape not in (choices.shape, choices.shape[:1]):
        raise BadParameters("keys must have the shape of choices, or one key an applicant", where="keys")


def refuse(choices: NDArray[np.int32], keys: NDArray[np.int64], capacity: NDArray[np.int32]) -> None:
    """Raise BadInput with every finding of a market that cannot be solved; counts and rows of arrays, never persons."""
    m = len(capacity)
    outside = (choices < -1) | (choices >= m)
    twice = _again(choices, m).any(axis=1)
    found: list[Finding] = []
    if outside.any():
        found.append(finding("matching-unknown-path", count=int(outside.any(axis=1).sum())))
    if twice.any():
        found.append(finding("matching-choice-twice", count=int(twice.sum())))
    if (capacity < 0).any():
        found.append(finding("matching-seats-negative", count=int((capacity < 0).sum())))
    equal = _equal_keys(choices, keys, m)
    if equal:
        found.append(finding("matching-equal-keys", count=equal))
    if found:
        raise BadInput(
            "; ".join(f.message.rstrip(".") for f in found),
            where="matching",
            remedy=found[0].advice,
            findings=Findings(tuple(found)),
        )


def _again(choices: NDArray[np.int32], m: int) -> NDArray[np.bool_]:
    """Choices of a path that there is which stand earlier in the row as well."""
    order = np.argsort(choices, axis=1, kind="stable")
    ordered = np.take_along_axis(choices, order, axis=1)
    again = np.zeros(choices.shape, np.bool_)
    np.put_along_axis(again, order[:, 1:], ordered[:, 1:] == ordered[:, :-1], axis=1)
    return again & (choices >= 0) & (choices < m)


def _equal_keys(choices: NDArray[np.int32], keys: NDArray[np.int64], m: int) -> int:
    """How many entries share their key with another at the path, or applicants their key in the common list."""
    if keys.ndim == 1:
        key = keys[keys != _NOT_ELIGIBLE]
        path = np.zeros(len(key), np.int32)
    else:
        counted = (choices >= 0) & (choices < m) & ~_again(choices, m) & (keys != _NOT_ELIGIBLE)
        key, path = keys[counted], choices[counted]
    order = np.lexsort((key, path))
    key, path = key[order], path[order]
    same = (key[1:] == key[:-1]) & (path[1:] == path[:-1])
    return int((np.append(same, False) | np.append(False, same)).sum())


@numba.njit(cache=True)
def examine(choices: Any, keys: Any, capacity: Any) -> Any:
    """Whether the arrays are a market, and whether rows have holes: a choice after a -1.

    May say no where they are a market after all, never yes where they are none. That is: choices lie in -1..m-1, none
    twice in a row, no capacity is below 0, no two applicants have one key (n, k) at one path. Keys of a common list
    (n,) are left to the sort that they go through.
    """
    there, lowest, highest = _extent(choices.ravel())
    if lowest < -1 or highest >= len(capacity) or _extent(capacity)[1] < 0:
        return False, False
    once, seen, mixed = _lists(choices, keys, capacity, False)
    holes = seen < there
    if holes:
        once, seen, mixed = _lists(choices, keys, capacity, True)
    return once and _distinct(mixed), holes


@numba.njit(cache=True)
def _extent(values: Any) -> Any:
    """How many of an int32 array are not -1, the lowest and the highest; 0 and -1 stand for none."""
    there: Any = 0
    lowest, highest = np.int32(0), np.int32(-1)
    for e in range(len(values)):
        there += np.int32(values[e] != -1)
        lowest, highest = min(lowest, values[e]), max(highest, values[e])
    return there, lowest, highest


@numba.njit(cache=True)
def _lists(choices: Any, keys: Any, capacity: Any, holes: Any) -> Any:
    """Whether no choice stands twice in a row, how many were looked at, and path and key of each mixed into one number.

    A row ends with its first -1, unless rows may have holes.
    """
    n, k = choices.shape
    common = keys.ndim == 1
    last = np.full(len(capacity), -1, np.int32)
    mixed = np.empty(1 if common else n * k + 1, np.uint64)
    e: Any = 0
    once, seen = True, 0
    for i in range(n):
        for c in range(k):
            j = choices[i, c]
            if j < 0:
                if holes:
                    continue
                break
            once &= last[j] != i
            last[j] = i
            seen += 1
            if not common:
                key = keys[i, c]
                mixed[e] = (np.uint64(key) + np.uint64(j) * _STEP) * _SPREAD
                e += np.int64(key != _NOT_ELIGIBLE)
    return once, seen, mixed[:e]


@numba.njit(cache=True)
def _distinct(mixed: Any) -> bool:
    """Whether all values differ: those that share no bit of a table with another do, the rest go to a smaller table."""
    while len(mixed) > _FEW:
        suspects = _sharing_a_bit(mixed)
        if 2 * len(suspects) > len(mixed):
            break
        for e in range(len(suspects)):
            value = suspects[e]
            suspects[e] = (value ^ (value >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = suspects
    ordered = np.sort(mixed)
    return not (ordered[1:] == ordered[:-1]).any()


@numba.njit(cache=True)
def _sharing_a_bit(mixed: Any) -> Any:
    bits = 6
    while (1 << bits) < _BITS_PER_ENTRY * len(mixed):
        bits += 1
    shift, six, one, low = np.uint64(64 - bits), np.uint64(6), np.uint64(1), np.uint64(63)
    table = np.zeros(1 << (bits - 6), np.uint64)
    shared = np.zeros(1 << (bits - 6), np.uint64)
    for e in range(len(mixed)):
        place = mixed[e] >> shift
        bit = one << (place & low)
        word = table[place >> six]
        table[place >> six] = word | bit
        if word & bit:
            shared[place >> six] |= bit
    suspects = np.empty(len(mixed), np.uint64)
    s: Any = 0
    for e in range(len(mixed)):
        place = mixed[e] >> shift
        suspects[s] = mixed[e]
        s += np.int64((shared[place >> six] >> (place & low)) & one)
    return suspects[:s].copy()
