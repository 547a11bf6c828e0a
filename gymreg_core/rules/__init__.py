"""What was decided, for which years, by whom: data files and the one function that reads them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from yaml import YAMLError

from gymreg_core.errors import RuleMissing
from gymreg_core.vocabulary.packaged import packaged_yaml

STATUSES = ("published", "derived", "assumption")
"""What stands behind a rule, the surest first."""

_read: ContextVar[dict[str, str] | None] = ContextVar("_read", default=None)


@cache
def _file(name: str) -> dict[str, Any]:
    """Errors: FileNotFoundError where there is no such file; RuleMissing where it is no table of entries."""
    try:
        content = packaged_yaml("gymreg_core.rules", f"{name}.yml")
    except (YAMLError, UnicodeDecodeError, RecursionError, ValueError):
        content = None
    if not isinstance(content, dict):
        raise RuleMissing(
            "this rules file cannot be read",
            where=f"rules/{name}.yml",
            remedy="It has to be YAML in UTF-8: a name for each entry, and below it value, status, valid_from, source.",
        )
    return content


def rule(name: str, key: str, intake_year: int | None = None) -> Any:
    """The value of the entry `key` of ``rules/<name>.yml``.

    An entry holds `value`, `status` (published | derived | assumption), `valid_from` and `source`; a list of entries
    is one decision after another, of which the last that is valid in `intake_year` counts (without a year: the last).
    Errors: RuleMissing where the entry stands nowhere, or nowhere for that year.
    """
    try:
        entry = _file(name)[key]
        if isinstance(entry, list):
            entry = max(
                (dated for dated in entry if intake_year is None or dated["valid_from"] <= intake_year),
                key=lambda dated: int(dated["valid_from"]),
            )
        value, status = entry["value"], str(entry["status"])
        STATUSES.index(status)
    except (FileNotFoundError, KeyError, TypeError, ValueError, OverflowError):
        raise RuleMissing(
            f"no rule {key!r}" + (f" for {intake_year}" if intake_year is not None else ""),
            where=f"rules/{name}.yml",
            remedy=f"Add the entry with value, status ({', '.join(STATUSES)}), valid_from and source.",
        ) from None
    if (read := _read.get()) is not None:
        _note(read, f"{name}.{key}", status)
    return value


def _note(read: dict[str, str], name: str, status: str) -> None:
    read[name] = max(read.get(name, status), status, key=STATUSES.index)


@contextmanager
def rules_read() -> Iterator[dict[str, str]]:
    """The status of every entry that `rule` gives inside the block, by ``file.key``; it fills as they are asked for.

    Of decisions that followed each other the least sure one that was given counts. A block inside another tells that
    one at its end.
    """
    read: dict[str, str] = {}
    before = _read.set(read)
    try:
        yield read
    finally:
        _read.reset(before)
        if (outer := _read.get()) is not None:
            for name, status in read.items():
                _note(outer, name, status)


def entries(name: str) -> dict[str, dict[str, Any]]:
    """Every entry of ``rules/<name>.yml`` with its status and source, in the order of the file.

    Of decisions that followed each other every one is given, under its key and the year it is valid from.
    Errors: RuleMissing where the file, or an entry of it, cannot be read.
    """
    found: dict[str, dict[str, Any]] = {}
    for key, entry in _file(name).items():
        for single in entry if isinstance(entry, list) else [entry]:
            if not isinstance(single, dict) or (isinstance(entry, list) and "valid_from" not in single):
                raise RuleMissing(
                    f"the entry {key!r} says nothing that can be read",
                    where=f"rules/{name}.yml",
                    remedy="Give it value, status, valid_from and source, or a list of those.",
                )
            found[f"{key} {single['valid_from']}" if isinstance(entry, list) else str(key)] = dict(single)
    return found
