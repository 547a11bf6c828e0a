"""Results of matches in a workspace: who got which seat, per intake year and round, with the certificate beside."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from gymreg_core.errors import BadInput
from gymreg_core.store.shelf import Shelf, TableSet

SEATS = ("pupil", "path", "rank", "pool")
"""Columns of the table `seats`, one row per applicant: rows of the register's pupils and study paths (-1: no seat),
place on the list (0: none), pool (-1: none)."""
TABLES = ("seats", "study_paths")
_FOLDER = "matches"


def put_match(workspace: Path, key: str, tables: dict[str, pd.DataFrame], about: dict[str, Any]) -> TableSet:
    """Store the tables of a match under `key` and make it the current one of its intake year and round.

    `tables`: at least `seats` (columns SEATS and more) and `study_paths` (a row per study path). `about`: JSON with
    intake_year and round, and what else belongs to it, such as the certificate.
    Errors: ValueError where a table, a column or one of the two is missing; otherwise as `Shelf.put`.
    """
    missing = [name for name in TABLES if name not in tables] + [n for n in ("intake_year", "round") if n not in about]
    missing += [f"seats.{name}" for name in SEATS if name not in tables.get("seats", pd.DataFrame())]
    if missing:
        raise ValueError(f"a match without {missing}")
    whole = {name: table.reset_index(drop=True) for name, table in tables.items()}
    _shelf(workspace, int(about["intake_year"]), str(about["round"])).put(key, whole, about)
    return TableSet(key, whole, about)


def has_match(workspace: Path, year: int, round_name: str, key: str) -> bool:
    """Whether a match is stored under `key`, every file as it was when it was stored."""
    return _shelf(workspace, year, round_name).has(key)


def kept_match(workspace: Path, year: int, round_name: str, key: str) -> TableSet | None:
    """The match stored under `key`, made current of its intake year and round; None where it is not there whole."""
    shelf = _shelf(workspace, year, round_name)
    if not shelf.has(key):
        return None
    shelf.make_current(key)
    return shelf.get(key)


def keep_match(workspace: Path, year: int, round_name: str, key: str) -> None:
    """Keep the match stored under `key` for good, since its result file is published. Errors: as `Shelf.keep`."""
    _shelf(workspace, year, round_name).keep(key)


def published_as(workspace: Path, sha256: Iterable[str]) -> dict[tuple[int, str], dict[str, Any]]:
    """What is known about the matches whose result file has one of these hashes, by intake year and round.

    It is the `about` of `put_match`, whose `result_file` holds name and sha256; no row of a person is read. Of several
    with the same file one that is kept for good is told.
    """
    wanted = set(sha256)
    found: dict[tuple[int, str], dict[str, Any]] = {}
    for year, round_name in matches(workspace):
        for about in _shelf(workspace, year, round_name).abouts():
            if (about.get("result_file") or {}).get("sha256") in wanted:
                found.setdefault((year, round_name), about)
    return found


def match(workspace: Path, year: int, round_name: str, key: str | None = None) -> TableSet:
    """The match stored under `key`, or the current one, of an intake year and round.

    Errors: BadInput where there is none, or it is damaged.
    """
    shelf = _shelf(workspace, year, round_name)
    if key is None and shelf.current is None:
        raise BadInput(
            f"no match of the intake {year}, round {round_name}, is stored here",
            where=str(workspace),
            remedy="Run gymreg match with this workspace, year and round first.",
        )
    return shelf.get(key)


def matches(workspace: Path) -> list[tuple[int, str]]:
    """The intake years and rounds that a match is stored of, in order."""
    folder = workspace / _FOLDER
    there = [path for path in folder.iterdir() if path.name[:4].isdigit()] if folder.is_dir() else []
    return sorted((int(path.name[:4]), path.name[5:]) for path in there if Shelf(path).current is not None)


def match_keys(workspace: Path, round_name: str) -> dict[int, str]:
    """The key of the current match of a round of each intake year; no row is read."""
    keys = {
        year: _shelf(workspace, year, round_name).current for year, name in matches(workspace) if name == round_name
    }
    return {year: key for year, key in keys.items() if key is not None}


def _shelf(workspace: Path, year: int, round_name: str) -> Shelf:
    return Shelf(workspace / _FOLDER / f"{year}-{round_name}", made_by="gymreg match")
