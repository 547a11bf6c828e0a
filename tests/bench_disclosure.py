"""How long an attacker needs for all that the full site tells, and that the attacker comes too close to nothing.

    python tests/bench_disclosure.py [SITE [WORKSPACE]]

Without a site the whole made-up region is built first. At most 300 s on two cores.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from gymreg_core.disclosure.attack import attacked
from gymreg_core.disclosure.linked import together
from gymreg_core.disclosure.policy import policy
from gymreg_core.reporting.build import BuildRequest, build_site, load_plans
from gymreg_core.reporting.executing import run_folder
from gymreg_core.reporting.manifest import MANIFEST
from gymreg_core.reporting.run_cells import Table, cells_of, tables_of

MOST_SECONDS = 300


class Quiet:
    def note(self, text: str) -> None: ...
    def advance(self, step: str, total: int) -> None: ...


def main(arguments: list[str]) -> int:
    if arguments:
        site = Path(arguments[0])
        return attack(site, Path(arguments[1]) if len(arguments) > 1 else site.with_name(f".{site.name}-work"))
    with TemporaryDirectory(prefix="gymreg-") as folder:
        request = BuildRequest.of(
            load_plans(None), data=None, workspace=None, reference=None, out=Path(folder) / "site"
        )
        build_site(request, Quiet())
        return attack(request.out, request.workspace)


def attack(site: Path, workspace: Path) -> int:
    reports = json.loads((site / MANIFEST).read_text(encoding="utf-8"))["reports"]
    folders = [run_folder(workspace, str(report["key"])) for report in reports]
    start = perf_counter()
    cells = together(cells_of(folders))
    read = perf_counter()
    found = attacked(cells, policy())
    attacked_at = perf_counter()
    for universe, (of_universe, hidden) in sorted(by_universe(folders).items()):
        told = ", ".join(f"{n} {reason}" for reason, n in sorted(hidden.items())) or "none"
        print(f"{universe:28s} {of_universe:7d} cells, hidden: {told}")
    lost = sum(hidden["LINKED"] for _, hidden in by_universe(folders).values())
    print(f"{len(folders)} runs, {found.cells} cells, {found.hidden} hidden, {lost} of them beyond the primary ones")
    print(f"read in {read - start:.1f} s, attacked in {attacked_at - read:.1f} s (at most {MOST_SECONDS} s together)")
    print(
        f"{len(found.told)} bounded too closely, {len(found.contradictory)} contradict, narrowest {found.narrowest:.2f}"
    )
    return int(bool(found) or attacked_at - start > MOST_SECONDS)


def by_universe(folders: list[Path]) -> dict[str, tuple[int, Counter[str]]]:
    tables: dict[str, Table] = {table.file: table for folder in folders for table in tables_of(folder)}
    found: dict[str, tuple[int, Counter[str]]] = {}
    for table in tables.values():
        cells, hidden = found.get(table.universe, (0, Counter()))
        found[table.universe] = (cells + table.cells, hidden + Counter(table.hidden))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
