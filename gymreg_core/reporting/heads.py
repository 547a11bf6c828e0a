"""What the tables of a site are made of: their heads, how each column is written and which count persons."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from gymreg_core.disclosure.columns import listed, lists

TABLES = "tables"
"""Folder of a run that holds what its tables are made of; it is no part of the site."""
Heads = Mapping[str, Any]


def heads_of(names: Iterable[str], heads: Iterable[str], forms: Iterable[str], policy: str) -> Heads:
    """What a manifest tells of a table: `heads` as readers see them, `forms` (reporting/tables.py), and in `persons`
    the places (from 0) of the columns whose small numbers are left out, being counts of persons by `policy`."""
    written = list(forms)
    counted = [place for place, name in enumerate(names) if written[place] == "count" and _persons(name, policy)]
    return {"heads": list(heads), "forms": written, "persons": counted}


def _persons(column: str, policy: str) -> bool:
    of = lists()[policy]
    behind = [name for names in of.get("behind", {}).values() for name in names]
    return listed(column, of.get("persons", behind), of["endings"])


def write_heads(heads: Mapping[str, Heads], folder: Path) -> None:
    """Leave what tables are made of in the folder of a run, a file for each."""
    for name, made in heads.items():
        path = folder / TABLES / f"{name.replace('/', '.')}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps([name, made], ensure_ascii=False), encoding="utf-8")


def read_heads(folder: Path) -> dict[str, Heads]:
    """What `write_heads` left in the folder of a run, by name."""
    return dict(json.loads(path.read_text(encoding="utf-8")) for path in sorted((folder / TABLES).glob("*.json")))
