"""Lists of choices from what pupils like, on arrays."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

NEVER = -1e9
"""In `liking`: the pupil does not consider the path at all."""


@numba.njit(cache=True)
def form_lists(  # noqa: C901, PLR0912 one pass over the paths
    liking: Any,
    paths: Any,
    pupils: Any,
    test_points: Any,
    open_to: Any,
    choices: Any,
) -> None:
    """Fill `choices` int32 (n, k) with each pupil's list, best liked first, -1 behind its end.

    liking : float32 (n, m), what a pupil likes apart from `paths`, NEVER where the path is not considered.
    paths : (attraction, slope, reach: float (m,); expected: int (m,), the cut-off that pupils expect in hundredths of a
        point, 0 = none; test: int (m,), column of test_points, -1 = none; alone: bool (m,), the test competes without
        merit; requirement: int (m,), column of open_to).
    pupils : (points: int (n,), merit in hundredths; standing, aspiration, hope: float (n,); margin: int (n,),
        hundredths; length: int (n,)).
    test_points : int (n, t), hundredths. open_to : bool (n, r), which requirements the pupil meets.
    A path is liked by liking + attraction + slope * standing; below the expected cut-off reach + aspiration are added,
    and hope where the requirement is not met. A list has `length` paths. Where it holds nothing that the pupil may
    count on (requirement met, expected + margin reached) the best liked such path is added at its end, and after it,
    where the list has none, the best liked one where no cut-off is expected at all.
    """
    attraction, slope, reach, expected, test, alone, requirement = paths
    points, standing, aspiration, hope, margin, length = pupils
    n, k = choices.shape
    m = len(attraction)
    liked = np.empty(k, np.float64)
    for i in range(n):
        wanted = min(length[i], k - 2)
        size, safe, safe_liked, sure, sure_liked = 0, -1, 2 * NEVER, -1, 2 * NEVER
        for j in range(m):
            u = liking[i, j] + attraction[j] + slope[j] * standing[i]
            if liking[i, j] <= NEVER:
                continue
            own = 0 if alone[j] else points[i]
            if test[j] >= 0:
                own += test_points[i, test[j]]
            if own < expected[j]:
                u += reach[j] + aspiration[i]
            if not open_to[i, requirement[j]]:
                u += hope[i]
            elif expected[j] == 0 or own >= expected[j] + margin[i]:
                if u > safe_liked:
                    safe, safe_liked = j, u
                if expected[j] == 0 and u > sure_liked:
                    sure, sure_liked = j, u
            if size < wanted:
                place = size
                size += 1
            elif size and u > liked[size - 1]:
                place = size - 1
            else:
                continue
            while place > 0 and liked[place - 1] < u:
                liked[place] = liked[place - 1]
                choices[i, place] = choices[i, place - 1]
                place -= 1
            liked[place] = u
            choices[i, place] = j
        for c in range(size, k):
            choices[i, c] = -1
        lowest = liked[size - 1] if size else 2 * NEVER
        if safe >= 0 and safe_liked < lowest:
            choices[i, size] = safe
            size += 1
        if sure >= 0 and sure != safe and sure_liked < lowest:
            choices[i, size] = sure


@numba.njit(cache=True)
def seated_by_cutoffs(choices: Any, reached: Any) -> Any:
    """The first choice of each list that is reached, as its column int32 (n,), -1 = none. reached : bool (n, k)."""
    n, k = choices.shape
    column = np.full(n, -1, np.int32)
    for i in range(n):
        for c in range(k):
            if choices[i, c] < 0:
                break
            if reached[i, c]:
                column[i] = c
                break
    return column
