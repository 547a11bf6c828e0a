"""Many re-runs of a round, with the same numbers bit for bit wherever they are run."""

from __future__ import annotations

from functools import partial

from gymreg_core.errors import BadParameters
from gymreg_core.matching.pieces import Progress, in_pieces, worked
from gymreg_core.matching.run_counts import Rounds, RunCounts, count_runs, no_runs


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

    jobs, cluster : see `pieces.worked`; the arrays go to a cluster without pseudonyms.
    Errors: BadParameters for no runs, or a cluster that does not answer.
    """
    if runs < 1 or seed < 0 or (jobs is not None and jobs < 1):
        raise BadParameters(
            f"{runs} re-runs with seed {seed} on {jobs or 'all'} cores",
            where="re-runs",
            why="All have to be 1 or more.",
        )
    pieces = in_pieces(runs)
    work = partial(count_runs, seed=seed, resample=resample, step=step)
    whole = no_runs(rounds, step)
    for part in worked(work, rounds, pieces, jobs=jobs, cluster=cluster):
        whole = whole + part
        if progress:
            progress("re-runs", len(pieces))
    return whole
