"""How long the gate takes for a site as large as that of all reports. Run by `make bench`.

The site that stands in build/site; where none does, the page of one admission laid beside itself until it is as large.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from gymreg_core.release.gate import Checked, check_release
from gymreg_core.reporting.build import BuildRequest, build_site
from gymreg_core.reporting.manifest import MANIFEST
from gymreg_core.reporting.params import make_plan
from gymreg_core.reporting.site import list_files

BOUND = 30.0
"""Seconds at most, with two processes."""
PAGES = 125
STANDING = Path(__file__).resolve().parents[1] / "build" / "site"


class Quiet:
    def note(self, text: str) -> None: ...
    def advance(self, step: str, total: int) -> None: ...


def large_site(folder: Path) -> Path:
    """The page of one admission `PAGES` times, each with its own pictures, files and entries in the manifest."""
    plan = make_plan({"report": "admission", "scope": "region"}, where="bench")
    request = BuildRequest.of([plan], data=None, workspace=folder / "ws", reference=None, out=folder / "one", jobs=2)
    build_site(request, Quiet())
    site = Path(shutil.copytree(folder / "one", folder / "site"))
    manifest: dict[str, Any] = json.loads((site / MANIFEST).read_text(encoding="utf-8"))
    name = manifest["reports"][0]["page"]
    page = (site / f"{name}.html").read_text(encoding="utf-8")
    known = dict(manifest["tables"])
    for number in range(1, PAGES):
        other = f"{name}-{number}"
        (site / f"{other}.html").write_text(page.replace(name, other), encoding="utf-8")
        shutil.copy(site / f"{name}.pdf", site / f"{other}.pdf")
        for kind in ("media", "data"):
            shutil.copytree(site / kind / name, site / kind / other)
        manifest["tables"] |= {where.replace(name, other): heads for where, heads in known.items() if name in where}
    (site / MANIFEST).unlink()
    manifest["files"] = list_files(site)
    (site / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return site


def measured(site: Path) -> tuple[float, Checked]:
    """Seconds, and what was found."""
    start = time.perf_counter()
    checked = check_release(site, jobs=2)
    return time.perf_counter() - start, checked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--site", type=Path, default=STANDING, help="a finished site (build/site)")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="gymreg-bench-"))
    try:
        seconds, checked = measured(given.site if given.site.is_dir() else large_site(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    figures = {"seconds": seconds, "files": checked.files, "MB": checked.size / 1e6, "refused": len(checked)}
    told = f"the gate, {checked.files} files of {checked.size / 1e6:.0f} MB, s"
    print(json.dumps(figures, indent=1) if given.json else f"{told:<60}{seconds:12.2f}   at most {BOUND:g}")


if __name__ == "__main__":
    main()
