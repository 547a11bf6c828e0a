"""The pages of a site held against one another: an attacker reads them all, and what they tell together is left out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gymreg_core.disclosure.attack import Attack, attacked, refuse_attacked
from gymreg_core.disclosure.cells import Cells, Why
from gymreg_core.disclosure.cells_file import as_json
from gymreg_core.disclosure.linked import to_hide, together
from gymreg_core.disclosure.near import without_marks
from gymreg_core.disclosure.policy import Policy, policy
from gymreg_core.reporting.run_cells import cells_of, tables_of
from gymreg_core.reporting.runner import Executed
from gymreg_core.store.durable import sync_folder
from gymreg_core.store.private import write

RECORD = "disclosure.json"
_PASSES = 4
"""How often reports are made again with fewer cells: what the rows of such a cell lose can tell something in turn."""

Again = Callable[[Mapping[str, frozenset[str]]], list[Executed]]


@dataclass(frozen=True, eq=False)
class Held:
    """What all pages tell together, and what an attacker finds in it: nothing. withheld : how many cells were left out
    for the sake of other reports. reports : by kind, cells in its tables, and those hidden by reason."""

    cells: Cells
    attack: Attack
    withheld: int
    reports: Mapping[str, Mapping[str, Any]]

    def totals(self) -> dict[str, Any]:
        """What readers may know of it (JSON): no count of cells by reason."""
        there = self.cells.why != Why.NOWHERE
        return {"cells": int(there.sum()), "hidden": int((np.isnan(self.cells.values) & there).sum())}

    def describe(self) -> str:
        """A line for whoever builds."""
        totals = self.totals()
        return (
            f"the attacker read {totals['cells']} cells, {totals['hidden']} of them hidden, and comes too close to "
            f"none of the {self.attack.guarded} that have to stay open"
        )


def held_together(executed: list[Executed], again: Again, note: Callable[[str], None]) -> tuple[list[Executed], Held]:
    """Attack what the runs tell together; where it tells too much, have some made again that leave out more.

    again : makes the runs anew, some of which leave out the cells of a list, by the key of the run in `executed`.
    What is still told then is kept with the record, and the release desk refuses the site: a build is a draft.
    Errors: DisclosureRefused naming the cells that are told with two values; no number.
    """
    told, first, lists = policy(), executed, {one.run.key: frozenset[str]() for one in executed}
    for turn in range(_PASSES + 1):
        cells = together(cells_of(one.folder for one in executed))
        found = attacked(cells, told)
        if not found:
            held = Held(cells, found, len(frozenset().union(*lists.values())), _by_report(executed))
            note(held.describe())
            return executed, held
        more = () if found.contradictory or turn == _PASSES else _more(cells, found, told)
        if not more:
            break
        note(f"cells that linked tables tell: {len(found.told)}; left out further: {len(more)}")
        lists = {key: before | _of_run(one, more) for one, (key, before) in zip(first, lists.items(), strict=True)}
        executed = again(lists)
    if found.contradictory:
        refuse_attacked(found, where="all pages together")
    note(f"cells still bounded too closely: {len(found.told)}; the release desk refuses this site")
    return executed, Held(cells, found, len(frozenset().union(*lists.values())), _by_report(executed))


def write_record(versions: Path, key: str, held: Held, inputs: Mapping[str, Sequence[str]]) -> None:
    """Keep what a site tells beside its versions, for reviewers and for attacks on later releases; for its owner alone.

    key : of the site. inputs : SHA-256 of the input files by kind of report.
    """
    content = {
        "key": key,
        "audience": policy().audience,
        "attack": {
            "cells": held.attack.cells,
            "hidden": held.attack.hidden,
            "guarded": held.attack.guarded,
            "narrowest": held.attack.narrowest,
        },
        "withheld": held.withheld,
        "reports": held.reports,
        "inputs": {kind: sorted(hashes) for kind, hashes in inputs.items()},
        **as_json(held.cells),
    }
    versions.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    temporary = versions / f".{RECORD}.part"
    write(temporary, text.encode())
    temporary.replace(versions / RECORD)
    sync_folder(versions)


def record_key(versions: Path) -> str | None:
    """The key of the site that the record beside it is of; None where there is no whole one."""
    try:
        return str(json.loads((versions / RECORD).read_bytes())["key"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _more(cells: Cells, found: Attack, told: Policy) -> tuple[str, ...]:
    unmarked, marks = without_marks(cells, found.places)
    return (*marks, *to_hide(unmarked, told, found.places))


def _of_run(one: Executed, keys: Sequence[str]) -> frozenset[str]:
    return frozenset(keys).intersection(*[{key for part in cells_of([one.folder]) for key in part.keys}])


def _by_report(executed: Sequence[Executed]) -> dict[str, dict[str, Any]]:
    tables: dict[str, dict[str, Any]] = {}
    for one in executed:
        tables.setdefault(one.run.report, {}).update({table.file: table for table in tables_of(one.folder)})
    found = {}
    for kind, of_kind in tables.items():
        hidden: Counter[str] = Counter()
        for table in of_kind.values():
            hidden.update(table.hidden)
        found[kind] = {
            "cells": sum(table.cells for table in of_kind.values()),
            "hidden": dict(sorted(hidden.items())),
            "lost": hidden[Why.LINKED.name],
        }
    return found
