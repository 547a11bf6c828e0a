"""How long the reports take, and how much faster than a process per step. Run by `make bench`.

All figures come from one run on one machine, so the ratios hold where the absolute times do not.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from gymreg_core.reporting.build import HOME, BuildRequest, build_site
from gymreg_core.reporting.params import make_plan

MUNICIPALITIES = {"report": "admission", "scope": "municipality", "scope_name": "all"}
REGION = {"report": "admission", "scope": "region"}


class Quiet:
    def note(self, text: str) -> None: ...
    def advance(self, step: str, total: int) -> None: ...


def measured(work: Callable[[], Any]) -> tuple[float, float]:
    """Wall seconds, and the highest proportional memory of this process and its children in MB."""
    highest, stop = 0, threading.Event()

    def watch() -> None:
        nonlocal highest
        me = psutil.Process()
        while not stop.wait(0.1):
            total = 0
            for process in [me, *me.children(recursive=True)]:
                try:
                    total += process.memory_full_info().pss
                except (psutil.Error, AttributeError):
                    continue
            highest = max(highest, total)

    watcher = threading.Thread(target=watch)
    watcher.start()
    begun = time.perf_counter()
    try:
        work()
    finally:
        seconds = time.perf_counter() - begun
        stop.set()
        watcher.join()
    return seconds, highest / 1e6


def build(folder: Path, plan: dict[str, Any], data: Path | None) -> Callable[[], Any]:
    plans = [make_plan(plan, where="bench")]
    request = BuildRequest.of(plans, data=data, workspace=folder / "work", reference=None, out=folder / "site")
    return lambda: build_site(request, Quiet())


def one_process_per_step(folder: Path, workspace: Path, runs: list[dict[str, Any]]) -> Callable[[], Any]:
    """The plain way: papermill with a kernel, then nbconvert, page after page. It makes no PDF."""
    scripts = Path(sys.executable).parent

    def work() -> None:
        for number, params in enumerate(runs):
            out = folder / f"{number}.ipynb"
            environment = {**os.environ, "GYMREG_WORKSPACE": str(workspace)}
            arguments = [
                str(part)
                for name, value in params.items()
                for part in ("-r" if isinstance(value, str) else "-p", name, value)
                if value is not None
            ]
            notebook = HOME / "notebooks" / "admission_report.ipynb"
            subprocess.run(
                [scripts / "papermill", "--no-progress-bar", notebook, out, *arguments],
                check=True,
                env=environment,
                capture_output=True,
                cwd=HOME / "notebooks",
            )
            subprocess.run(
                [scripts / "jupyter", "nbconvert", "--to", "html", out],
                check=True,
                env=environment,
                capture_output=True,
            )

    return work


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=None, help="result files; without them the made-up region")
    parser.add_argument("--pages", type=int, default=27, help="pages for the plain way (it is slow)")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="gymreg-bench-"))
    try:
        build(folder / "a", REGION, given.data)()
        shutil.rmtree(folder / "a" / "work" / "runs")
        (folder / "a" / "site" / "manifest.json").unlink()
        figures: dict[str, float] = {}
        figures["region report, s"], figures["region report, MB"] = measured(build(folder / "a", REGION, given.data))
        pages, memory = measured(build(folder / "b", MUNICIPALITIES, given.data))
        figures["27 municipality pages, s"], figures["27 municipality pages, MB"] = pages, memory
        manifest = json.loads((folder / "b" / "site" / "manifest.json").read_text(encoding="utf-8"))
        runs = [r["params"] for r in manifest["reports"]][: given.pages]
        plain, _ = measured(one_process_per_step(folder, folder / "b" / "work", runs))
        figures["the same with a process per step, s"] = plain * len(manifest["reports"]) / len(runs)
        figures["times faster"] = figures["the same with a process per step, s"] / pages
        figures["nothing changed, s"], _ = measured(build(folder / "b", MUNICIPALITIES, given.data))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(
        json.dumps(figures, indent=1)
        if given.json
        else "\n".join(f"{name:<42}{value:10.2f}" for name, value in figures.items())
    )


if __name__ == "__main__":
    main()
