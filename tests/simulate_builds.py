"""Make one site on machines that differ in all that should not matter, and write down what came out otherwise.

Run by `make simulate`. Each machine is this one under other settings, in a process of its own.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from gymreg_core.release.site_reader import read_site
from gymreg_core.release.told import sentence
from gymreg_core.release.verify import compare
from gymreg_core.reporting.build import HOME, BuildRequest, build_site
from gymreg_core.reporting.params import make_plan
from gymreg_core.synthetic.region import ENROLMENT_YEARS, write_region
from tests.small_site import Quiet

RECORD = HOME / "docs" / "simulations" / "builds.md"
PLANS = (
    {"report": "admission", "round": "final", "languages": ["sv", "en"]},
    {"report": "funding", "languages": ["sv"]},
    {"report": "dropout", "languages": ["sv"]},
    {"report": "effects", "languages": ["sv"], "plan": {"simulations": 100}},
)
ELSEWHERE = {
    "TZ": "Pacific/Kiritimati",
    "LC_ALL": "C",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONHASHSEED": "99",
    "USER": "somebody",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
}
PROCESSOR = {
    "OPENBLAS_CORETYPE": "Prescott",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 X86_V3 AVX512_ICL AVX512_SPR",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F,-AVX512VL,-AVX2_Usable,-FMA_Usable",
    "NUMBA_CPU_NAME": "generic",
    "NUMBA_CPU_FEATURES": "",
}
MACHINES = {
    "another folder, time zone, language, order of sets, home, user, umask; one process, one thread": ELSEWHERE,
    "a processor without AVX, AVX-512 and fused multiplication": PROCESSOR,
}

PAGE = """# Do two builds on different machines give the same site?

Reports of every kind for the region of the made-up region at {scale:g} of its size, intakes of {years}: made once here,
and again as if on other machines. Every file is compared byte by byte, PDFs and manifests among them. Made by
`make simulate`.

Seed {seed}, {date}.

| machine | files | not the same | what |
|---|---:|---:|---|
{rows}

The second processor is this one with its newer instructions refused to NumPy, OpenBLAS, the C library and Numba. Then
sums of fractions are added in another order, and e to the x comes out otherwise in its last digit. What stands on pages
and in files is rounded; a value that lies on the very border of two roundings could still fall on either side.
"""


def make(data: Path, out: Path, jobs: int) -> None:
    """The site of all plans."""
    plans = [make_plan(dict(plan), where="simulation") for plan in PLANS]
    request = BuildRequest.of(plans, data=data, workspace=None, reference=None, out=out, renderer="embedded")
    build_site(replace(request, jobs=jobs), Quiet())


def made_on(machine: dict[str, str], data: Path, out: Path) -> None:
    """The same in a process with these settings."""
    out.parent.mkdir(parents=True)
    home = {"HOME": str(out.parent), "NUMBA_CACHE_DIR": str(out.parent / "compiled"), "PYTHONPATH": str(HOME)}
    code = (
        "import sys; from tests.simulate_builds import *; make(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))"
    )
    command = [sys.executable, "-c", code, str(data), str(out), "1" if machine is ELSEWHERE else "2"]
    environment = {**os.environ, **home, **machine}
    subprocess.run(command, env=environment, cwd=out.parent, umask=0o077, check=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--out", type=Path, default=RECORD)
    given = parser.parse_args()
    rows, bad = [], 0
    with TemporaryDirectory(prefix="builds-") as temporary:
        room = Path(temporary)
        write_region(room / "data", seed=given.seed, years=ENROLMENT_YEARS, scale=given.scale, enrolments=True)
        make(room / "data", room / "here" / "site", 2)
        for number, (name, machine) in enumerate(MACHINES.items()):
            begun = time.monotonic()
            other = room / f"machine {number}" / "pages"
            made_on(machine, room / "data", other)
            found = compare(read_site(room / "here" / "site"), read_site(other))
            manifests = [
                file.relative_to(other).as_posix()
                for file in sorted(other.rglob("manifest.json"))
                if file.read_bytes() != (room / "here" / "site" / file.relative_to(other)).read_bytes()
            ]
            told = "; ".join([*(sentence(change, "en") for change in found.changes[:5]), *manifests[:3]]) or "–"
            rows.append(f"| {name} | {found.checked + len(manifests)} | {len(found.files) + len(manifests)} | {told} |")
            bad += len(found.files) + len(manifests)
            print(rows[-1], f"({time.monotonic() - begun:.0f} s)", flush=True)
    years = f"{min(ENROLMENT_YEARS)} to {max(ENROLMENT_YEARS)}"
    page = PAGE.format(
        scale=given.scale,
        years=years,
        seed=given.seed,
        date=datetime.now(UTC).date(),
        rows="\n".join(rows),
    )
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(page, encoding="utf-8")
    return int(bad > 0)


if __name__ == "__main__":
    raise SystemExit(main())
