"""How long `gymreg settle` takes for a year of 80,000 and of 400,000 pupils, and how much memory. Run by `make bench`.

Pupils are drawn at random, valid as contracts/enrolments.py says, on the study paths of 200 schools: a spell per year
of study, a tenth changes school, a twentieth moves, one in a hundred never comes, and a tenth of the spells was
recorded late, so that months are corrected. Posting itself: from enrolments in memory to the closings of twelve months.
Times are the least of three runs, warm; of the command, of one.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.enrolments import Enrolments, empty_enrolment_table, enrolment_table
from gymreg_core.findings import Findings
from gymreg_core.provenance import InputFile, Provenance
from gymreg_core.sources.enrolments.reading import EnrolmentReading
from gymreg_core.store.enrolments import put_enrolments, stored_enrolments
from gymreg_core.vocabulary.programmes import municipalities

SMALL, LARGE = 80_000, 400_000
SCHOOLS, PATHS = 200, 8
FIRST, LAST = "2024-01", "2024-12"
CODES = (
    *("NANAT", "EKEKO", "SABET", "TEINF", "ESMUS", "BAHUS", "EEELT", "VOVAR", "HUSPR", "IMV", "SAMED", "TETEK"),
    *("ESEST", "BABYG", "EEAUT", "FTPER", "HAHAN", "HTHOT", "INSVE", "RLKOK", "BFFRI", "NBDJU", "IMS", "IMA"),
)
MEGA = 1e6
Row = tuple[str, float, str, str]


def random_enrolments(n: int, seed: int = 0) -> Enrolments:
    """`n` pupils of the school years 2023/24 and 2024/25; about twelve paid months each in 2024."""
    rng = np.random.default_rng([seed, n])
    homes = np.array([name for name, one in municipalities().items() if one.party], dtype=object)
    town = rng.integers(0, len(homes), SCHOOLS)
    form = np.where(rng.random(SCHOOLS) < 0.4, "independent", "municipal")
    school, year = rng.integers(0, SCHOOLS, n), rng.integers(1, 4, n)
    code = (7 * school + rng.integers(0, PATHS, n)) % len(CODES)
    pupil = np.arange(n, dtype=np.int32)
    graduates = year == 3
    other = np.where(rng.random(n) < 0.1, rng.integers(0, SCHOOLS, n), school)
    later = np.where(graduates, 1, year + 1)
    first = _spells(rng, pupil, school, code, year, ("2023-08-16", "2024-06-12"), graduates)
    second = _spells(rng, pupil, other, code, later, ("2024-08-15", "2025-06-11"), later == 3)
    moved = np.flatnonzero(rng.random(n) < 0.05)
    home = rng.integers(0, len(homes), n)
    return Enrolments(
        since="2023-07-01",
        as_of="2025-06-30",
        made_up=True,
        persons=_persons(rng, n),
        homes=_homes(homes, home, moved, rng),
        spells=enrolment_table("spells", pd.concat([first, second], ignore_index=True)),
        year9=_year9(rng, n),
        **{name: empty_enrolment_table(name) for name in ("decisions", "certificates", "identities", "predecessors")},
        schools=enrolment_table(
            "schools",
            {
                "school_id": [str(90_000_001 + number) for number in range(SCHOOLS)],
                "school": [f"Skola {number}" for number in range(SCHOOLS)],
                "municipality": homes[town],
                "provider_form": form,
                "provider": [
                    f"{homes[town[number]]} kommun" if form[number] == "municipal" else f"Bolag {number % 40} AB"
                    for number in range(SCHOOLS)
                ],
            },
        ),
    )


def _year9(rng: np.random.Generator, n: int) -> pd.DataFrame:
    return enrolment_table(
        "year9",
        {
            "pupil": np.arange(n),
            "school_unit": np.full(n, "", dtype=object),
            "year": np.full(n, 2022),
            "merit": np.where(rng.random(n) < 0.02, np.nan, 2.5 * rng.integers(20, 137, n)),
            "eligible": np.full(n, "", dtype=object),
            "recorded": pd.Series(np.full(n, np.datetime64("2022-07-01", "s"))),
            "annulled": pd.Series(np.full(n, np.datetime64("NaT"), "datetime64[s]")),
        },
    )


def _persons(rng: np.random.Generator, n: int) -> pd.DataFrame:
    drawn = rng.integers(0, 2**62, (2, n))
    names = [f"{a:016x}{b:016x}" for a, b in drawn.T.tolist()]
    return enrolment_table(
        "persons",
        {
            "applicant": names,
            "number_kind": np.full(n, "personal", dtype=object),
            "protected": rng.random(n) < 0.002,
            "sex": np.where(rng.random(n) < 0.5, "F", "M"),
            "birth_year": np.full(n, 2006),
        },
    )


def _spells(
    rng: np.random.Generator,
    pupil: NDArray[np.int32],
    school: NDArray[Any],
    code: NDArray[Any],
    year: NDArray[Any],
    span: tuple[str, str],
    graduates: NDArray[np.bool_],
) -> pd.DataFrame:
    start, stop = (np.full(len(pupil), np.datetime64(day, "s")) for day in span)
    left = rng.random(len(pupil)) < 0.03
    stop[left] -= rng.integers(30, 250, int(left.sum())).astype("timedelta64[D]")
    late = rng.random(len(pupil)) < 0.1
    recorded = start + np.where(late, rng.integers(10, 120, len(pupil)), 0).astype("timedelta64[D]")
    present = np.where(rng.random(len(pupil)) < 0.01, np.datetime64("NaT", "s"), start)
    reason = np.where(left, "interrupted", np.where(graduates, "completed", "promoted"))
    return pd.DataFrame(
        {
            "pupil": pupil,
            "school": school.astype(np.int32),
            "study_path_code": np.array(CODES, dtype=object)[code],
            "year_of_study": year,
            "group": np.full(len(pupil), "ordinary", dtype=object),
            "start": start,
            "stop": stop,
            "present": present,
            "reason": reason,
            "recorded": recorded,
            "annulled": np.full(len(pupil), np.datetime64("NaT", "s")),
        }
    )


def _homes(
    names: NDArray[np.object_], home: NDArray[Any], moved: NDArray[Any], rng: np.random.Generator
) -> pd.DataFrame:
    begin = np.datetime64("2023-07-01", "s")
    later = begin + rng.integers(1, 500, len(moved)).astype("timedelta64[D]")
    start = np.concatenate([np.full(len(home), begin), later])
    return enrolment_table(
        "homes",
        {
            "pupil": np.concatenate([np.arange(len(home)), moved]),
            "municipality": np.concatenate([names[home], names[(home[moved] + 1) % len(names)]]),
            "start": start,
            "recorded": start + np.timedelta64(5, "D"),
            "annulled": np.full(len(start), np.datetime64("NaT", "s")),
        },
    )


def of_pupils(n: int) -> dict[str, float]:
    """Seconds of the whole command and of posting itself, megabytes of the command, postings."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "workspace"
        file = InputFile("random", "0" * 64, 0)
        reading = EnrolmentReading(
            random_enrolments(n), Findings(), Provenance((file,), already_public=False, made_up=True)
        )
        put_enrolments(workspace, reading, "bench")
        posting = json.loads(_run("--posting", workspace))
        whole = json.loads(_run("--settle", workspace))
    return {**whole, **posting}


def _run(what: str, workspace: Path) -> str:
    command = [sys.executable, __file__, what, str(workspace)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def settle(workspace: Path) -> None:
    """Wall time of the command, its highest memory and what it posted, as JSON."""
    command = [str(Path(sys.executable).parent / "gymreg"), "settle", "--workspace", str(workspace)]
    begun = time.perf_counter()
    told = subprocess.run(
        [*command, "--months", f"{FIRST}:{LAST}", "--json"], check=True, capture_output=True, text=True
    )
    took = time.perf_counter() - begun
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = {"whole": took, "memory": 1024 * used.ru_maxrss / MEGA, "postings": json.loads(told.stdout)["postings"]}
    print(json.dumps({**found, "processor": used.ru_utime + used.ru_stime}))


def posting(workspace: Path) -> None:
    """Twelve closings from enrolments in memory, compiled before, as JSON."""
    from gymreg_core.funding.prices import Tariff
    from gymreg_core.funding.settlement import settle as close
    from gymreg_core.funding.settlement_rules import SettlementRules, months_between
    from gymreg_core.funding.supplement import Supplement

    options = (Tariff.packaged(), Supplement.packaged(2024), SettlementRules.packaged(2024))
    months = months_between(202401, 202412)
    list(close(months[:1], random_enrolments(500), None, *options))
    enrolments = stored_enrolments(workspace).enrolments
    took, postings = float("inf"), 0
    for _ in range(3):
        begun = time.perf_counter()
        postings = sum(len(closing.postings) for closing in close(months, enrolments, None, *options))
        took = min(took, time.perf_counter() - begun)
    print(json.dumps({"posting": took, "posted": postings}))


def rows() -> list[Row]:
    small, large = of_pupils(SMALL), of_pupils(LARGE)
    out: list[Row] = []
    limits = ((SMALL, small, ("5", "1000", "1")), (LARGE, large, ("25", "4000", "")))
    for n, found, (whole, memory, post) in limits:
        head = f"{n:,} pupils, {found['postings']:,.0f} postings: "
        out += [
            (head + "gymreg settle", found["whole"], "s", whole),
            (head + "processor time of it", found["processor"], "s", ""),
            (head + "memory", found["memory"], "MB", memory),
            (head + "posting itself", found["posting"], "s", post),
        ]
    per = [found["posting"] / found["posted"] for found in (small, large)]
    whole_per = [found["processor"] / found["postings"] for found in (small, large)]
    return [
        *out,
        ("time per posting, larger by smaller, posting itself", per[1] / per[0], "x", "1.3"),
        ("time per posting, larger by smaller, whole command", whole_per[1] / whole_per[0], "x", "1.3"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--settle", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--posting", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.settle:
        settle(given.settle)
    elif given.posting:
        posting(given.posting)
    elif given.json:
        print(json.dumps({name: value for name, value, _, _ in rows()}, indent=1))
    else:
        for name, value, unit, bound in rows():
            print(f"{name:<78}{value:>10.2f} {unit:<3}{'at most ' * bool(bound) + bound}")


if __name__ == "__main__":
    main()
