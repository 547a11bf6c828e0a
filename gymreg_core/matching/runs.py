"""Many re-runs of a round: on all cores, or on a cluster, with the same numbers bit for bit."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any

from gymreg_core.errors import BadParameters
from gymreg_core.matching.run_counts import Rounds, RunCounts, count_runs, no_runs

Progress = Callable[[str, int], None]
"""Told after each piece of work: what it belongs to, and how many pieces there are."""

_PIECES = 40
_WAIT = 10.0
"""Seconds until a scheduler or its workers count as absent."""


def re_run(
    rounds: Rounds,
    runs: int,
    *,
    seed: int,
    resample: bool,
    step: int,
    jobs: int | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> RunCounts:
    """The runs 0 to `runs` - 1 of `count_runs`, in pieces, added up as they come.

    jobs : threads, one for each core where None; the compiled part lets the others work. cluster : address of a Dask
    scheduler (tcp://host:port or tls://…) that runs them instead; the arrays go there, without pseudonyms.
    Errors: BadParameters for no runs, or a cluster that does not answer.
    """
    if runs < 1 or seed < 0 or (jobs is not None and jobs < 1):
        raise BadParameters(
            f"{runs} re-runs with seed {seed} on {jobs or 'all'} cores",
            where="re-runs",
            why="All have to be 1 or more.",
        )
    pieces = _pieces(runs)
    options = {"seed": seed, "resample": resample, "step": step}
    parts = _on_cluster(rounds, pieces, cluster, options) if cluster else _here(rounds, pieces, jobs, options)
    whole = no_runs(rounds, step)
    for part in parts:
        whole = whole + part
        if progress:
            progress("re-runs", len(pieces))
    return whole


def _pieces(runs: int) -> list[range]:
    """The runs in pieces of nearly equal size."""
    number = min(runs, _PIECES)
    ends = [runs * piece // number for piece in range(number + 1)]
    return [range(a, b) for a, b in pairwise(ends)]


def _here(rounds: Rounds, pieces: list[range], jobs: int | None, options: dict[str, Any]) -> Iterable[RunCounts]:
    from joblib import Parallel, delayed

    workers = min(jobs or os.cpu_count() or 1, len(pieces))
    parallel = Parallel(n_jobs=workers, backend="threading", return_as="generator_unordered", batch_size=1)
    parts: Iterable[RunCounts] = parallel(delayed(count_runs)(rounds, piece, **options) for piece in pieces)
    return parts


def _on_cluster(rounds: Rounds, pieces: list[range], address: str, options: dict[str, Any]) -> Iterator[RunCounts]:
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
        there = client.scatter([rounds], broadcast=True, hash=False)[0]
        waiting = client.map(_piece, pieces, rounds=there, options=options, pure=False)
        for future in as_completed(waiting, loop=client.loop):
            part: RunCounts = future.result()
            future.release()  # the cluster need not keep it
            yield part


def _absent(what: str, problem: Exception) -> BadParameters:
    return BadParameters(
        what,
        where="cluster",
        why=type(problem).__name__,
        remedy="Start a scheduler with `dask scheduler` and workers with `dask worker`, or leave the cluster out.",
    )


def _piece(runs: range, *, rounds: Rounds, options: dict[str, Any]) -> RunCounts:
    return count_runs(rounds, runs, **options)
