"""Many runs of one piece of work: on all cores, or on a cluster, with the same numbers bit for bit."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, TypeVar

from gymreg_core.errors import BadParameters

Shared = TypeVar("Shared")
Part = TypeVar("Part")
Work = Callable[[Shared, range], Part]
"""Does the runs with these numbers. What comes out must not depend on how they are divided, nor on what else runs."""
Progress = Callable[[str, int], None]
"""Told after each piece of work: what it belongs to, and how many pieces there are."""

_PIECES = 40
_WAIT = 10.0
"""Seconds until a scheduler or its workers count as absent."""


def in_pieces(runs: int) -> list[range]:
    """The runs 0 to `runs` - 1 in pieces of nearly equal size, the same wherever they are run."""
    number = min(runs, _PIECES)
    ends = [runs * piece // number for piece in range(number + 1)]
    return [range(a, b) for a, b in pairwise(ends)]


def worked(
    work: Work[Shared, Part], shared: Shared, pieces: Sequence[range], *, jobs: int | None, cluster: str | None
) -> Iterator[Part]:
    """What `work(shared, piece)` gives for each piece, as they come and in any order.

    jobs : threads, one for each core where None; compiled parts let the others work. cluster : address of a Dask
    scheduler (tcp://host:port or tls://…) that runs them instead; `work` and `shared` go there.
    Errors: BadParameters for a cluster that does not answer.
    """
    return _on_cluster(work, shared, pieces, cluster) if cluster else _here(work, shared, pieces, jobs)


def _here(work: Work[Shared, Part], shared: Shared, pieces: Sequence[range], jobs: int | None) -> Iterator[Part]:
    from joblib import Parallel, delayed

    workers = min(jobs or os.cpu_count() or 1, len(pieces))
    parallel = Parallel(n_jobs=workers, backend="threading", return_as="generator_unordered", batch_size=1)
    parts: Iterator[Part] = parallel(delayed(work)(shared, piece) for piece in pieces)
    return parts


def _on_cluster(work: Work[Shared, Part], shared: Shared, pieces: Sequence[range], address: str) -> Iterator[Part]:
    from distributed import Client, as_completed

    try:
        client = Client(address, timeout=_WAIT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as problem:
        raise _absent(f"no Dask scheduler answers at {address}", problem) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_WAIT)
        except TimeoutError as problem:
            raise _absent(f"the Dask scheduler at {address} has no workers", problem) from None
        there = client.scatter([shared], broadcast=True, hash=False)[0]
        waiting = client.map(partial(_piece, work), pieces, shared=there, pure=False)
        for future in as_completed(waiting, loop=client.loop):
            part: Part = future.result()
            future.release()  # the cluster need not keep it
            yield part


def _absent(what: str, problem: Exception) -> BadParameters:
    return BadParameters(
        what,
        where="cluster",
        why=type(problem).__name__,
        remedy="Start a scheduler with `dask scheduler` and workers with `dask worker`, or leave the cluster out.",
    )


def _piece(work: Callable[[Any, range], Part], runs: range, *, shared: Any) -> Part:
    return work(shared, runs)
