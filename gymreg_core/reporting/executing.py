"""Runs of notebooks in several processes, each of which is done once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from gymreg_core.reporting.manifest import key_of
from gymreg_core.reporting.runner import Executed, Run, execute
from gymreg_core.store.private import make_private, write

Place = tuple[Path, Path, Path | None]
"""Where notebooks lie, the workspace that they open, and published totals to compare with."""
_RUNS, _WITHHELD, _NAME = "runs", "withheld", 20


def execute_all(
    runs: Sequence[Run],
    work: Path,
    place_of: Mapping[str, Place],
    jobs: int,
    tell: tuple[Callable[[str], None], Callable[[str, int], None]],
    withheld: Mapping[str, Collection[str]] | None = None,
) -> list[Executed]:
    """Execute the runs that are not done yet, into folders below `work`.

    place_of : by kind of report. tell : what takes a note, and what counts steps. withheld : by the key of a run the
    cells that it leaves out for the sake of other reports; such a run is another one, done in a process of its own that
    remembers no table.
    """
    note, advance = tell
    lists = {run.key: sorted(withheld.get(run.key, ())) if withheld else [] for run in runs}
    done = [_executed(run, work, lists[run.key]) for run in runs]
    waiting = [
        (one.run, *place_of[one.run.report], one.folder, _written(work, lists[run.key]))
        for run, one in zip(runs, done, strict=True)
        if not (one.folder / "page.json").is_file()
    ]
    if len(waiting) < len(runs):
        note(f"{len(runs) - len(waiting)} of {len(runs)} reports are unchanged")
    for _ in _in_processes(_execute_one, waiting, jobs, always=bool(withheld)):
        advance("reports", len(waiting))
    return done


def forget_old_runs(work: Path, executed: Iterable[Executed]) -> None:
    """Remove the folders of runs that are not among `executed`."""
    keep = {e.folder.name for e in executed}
    for old in (work / _RUNS).iterdir():
        if old.name not in keep:
            shutil.rmtree(old, ignore_errors=True)


def run_folder(work: Path, key: str) -> Path:
    """Where the run of a key is below a workspace."""
    return work / _RUNS / key[:_NAME]


def _executed(run: Run, work: Path, withheld: Sequence[str]) -> Executed:
    run = replace(run, key=key_of(run.key, withheld)) if withheld else run
    return Executed(run, run_folder(work, run.key))


def _written(work: Path, withheld: Sequence[str]) -> Path | None:
    if not withheld:
        return None
    path = work / _WITHHELD / f"{key_of(withheld)[:_NAME]}.json"
    make_private(path.parent)
    write(path, json.dumps(withheld, ensure_ascii=False).encode())
    return path


def _in_processes(work: Callable[[Any], Any], items: Sequence[Any], jobs: int, always: bool) -> Iterable[Any]:
    if not items or (not always and (jobs == 1 or len(items) == 1)):
        yield from map(work, items)
        return
    with ProcessPoolExecutor(min(jobs, len(items)), mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(work, item) for item in items]
        try:
            for future in futures:
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _execute_one(arguments: tuple[Run, Path, Path, Path | None, Path, Path | None]) -> None:
    run, notebooks, workspace, reference, folder, withheld = arguments
    execute(run, notebooks, folder, workspace=workspace, reference=reference, withheld=withheld)
