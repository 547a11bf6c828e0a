"""Kill changes of the whole store at every one of their calls to the disk, and write down what stood afterwards."""

from __future__ import annotations

import argparse
import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from gymreg_core.sources.register.keys import secret_of
from gymreg_core.store.erasing import erase
from gymreg_core.store.ledger import Ledger
from gymreg_core.store.rekey import rekey
from tests.peopled import Peopled, killed_at, peopled
from tests.pseudonyms import pseudonym

ROOT = Path(__file__).resolve().parents[1]
WHO = 5


def outcomes(made: Peopled, folder: Path, change: str) -> tuple[int, Counter[str]]:
    """How many calls a change makes, and what a kill at each of them left: old, new, or something else."""

    def work(here: Peopled) -> object:
        return (
            rekey(here.workspace, here.key) if change == "rekey" else erase(here.workspace, here.numbers[WHO], here.key)
        )

    def copied(name: str) -> Peopled:
        return Peopled(shutil.copytree(made.folder, folder / name), made.numbers)

    whole = copied("whole")
    total = killed_at(0, lambda: work(whole))
    found: Counter[str] = Counter()
    for at in range(1, total + 1):
        here = copied("at")
        killed_at(at, lambda here=here: work(here))  # type: ignore[misc]
        found[_state(made, here, change)] += 1
        shutil.rmtree(here.folder)
    return total, found


def _state(made: Peopled, here: Peopled, change: str) -> str:
    old, names = secret_of(made.key), here.names()
    key = secret_of(here.key)
    Ledger(here.workspace).verify(Ledger(made.workspace).head)
    if change == "rekey":
        expected = [pseudonym(number, key) for number in here.plain]
        same = names["register"] == names["enrolments"] == expected and set(names["ledger"]) <= set(expected)
        return ("old" if key == old else "new") if same else "mixed"
    there = {pseudonym(here.plain[WHO], old) in of for of in names.values()}
    return "mixed" if len(there) > 1 else "old" if there == {True} else "new"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "simulations" / "store.md")
    given = parser.parse_args()
    lines = [
        "# Changes of the whole store, killed",
        "",
        f"`make simulate`, {datetime.now(UTC):%Y-%m-%d}. A workspace of sixty persons (tests/peopled.py) is re-keyed,",
        "or one of them erased, by a process that is killed (SIGKILL) at each of its calls to the disk in turn. Then",
        "the workspace is opened. Old, new: register, enrolments, ledger and key file are all as before, all as after.",
        "",
        "| change | calls | old | new | mixed |",
        "|---|---:|---:|---:|---:|",
    ]
    with TemporaryDirectory() as folder:
        made = peopled(Path(folder) / "made")
        for change in ("rekey", "erase"):
            total, found = outcomes(made, Path(folder) / change, change)
            lines.append(f"| {change} | {total} | {found['old']} | {found['new']} | {found['mixed']} |")
    given.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
