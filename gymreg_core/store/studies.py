"""Effect studies in a workspace: the tables of contracts/effects.py, those made last being current."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from gymreg_core.contracts.effects import EFFECT_TABLES, Studied, effect_table
from gymreg_core.errors import BadInput
from gymreg_core.findings import Findings
from gymreg_core.provenance import Provenance
from gymreg_core.store.about import as_about, from_about
from gymreg_core.store.fingerprint import code_fingerprint, fingerprint
from gymreg_core.store.shelf import FORMAT, Shelf, TableSet

_FOLDER = "studies"
_DECIDES = ("cohort", "contracts", "effects", "funding", "matching", "rules", "store", "vocabulary")
_LIBRARIES = ("numba", "numpy", "pandas", "scipy", "statsmodels")


@dataclass(frozen=True, eq=False, repr=False)
class StoredStudy:
    """A study as it lies in a workspace: the hash it is known by, and where the enrolments and registers come from."""

    key: str
    studied: Studied
    provenance: Provenance

    def __repr__(self) -> str:
        return f"StoredStudy({self.studied})"


def study_key(enrolments_key: str, admissions: Iterable[tuple[int, str, str]], plan_hash: str) -> str:
    """The key of a study of enrolments by a plan, by the code and rules that are here.

    admissions : intake year, key of its register and key of its match, of the intakes that it looks at.
    """
    code = code_fingerprint(f"gymreg_core.{room}" for room in _DECIDES)
    intakes = sorted(list(one) for one in admissions)
    libraries = {name: version(name) for name in _LIBRARIES}
    return fingerprint("study", FORMAT, enrolments_key, intakes, plan_hash, code, libraries)


def put_study(workspace: Path, studied: Studied, key: str, provenance: Provenance) -> StoredStudy:
    """Store a study under `key` and make it current.

    provenance : of the enrolments and registers together. Errors: as `Shelf.put`.
    """
    about = {
        "since": studied.since,
        "as_of": studied.as_of,
        "made_up": studied.made_up,
        "plan": dict(studied.plan),
        "plan_hash": studied.plan_hash,
        "statuses": dict(sorted(studied.statuses.items())),
        **as_about(Findings(), provenance),
    }
    _shelf(workspace).put(key, studied.tables(), about)
    return StoredStudy(key, studied, provenance)


def kept_study(workspace: Path, key: str) -> StoredStudy | None:
    """What is stored under `key`, made current; None where it is not there whole."""
    shelf = _shelf(workspace)
    if not shelf.has(key):
        return None
    shelf.make_current(key)
    return stored_study(workspace, key)


def stored_study(workspace: Path, key: str | None = None) -> StoredStudy:
    """What is stored under `key`, or the current study. Errors: BadInput where there is none, or it is damaged."""
    shelf = _shelf(workspace)
    if key is None and shelf.current is None:
        raise BadInput(
            "no effect study is stored here",
            where=str(workspace),
            remedy="Run gymreg study with this workspace first.",
        )
    stored = shelf.get(key)
    try:
        return _restored(stored)
    except (KeyError, TypeError, ValueError):
        raise BadInput(
            "the stored study is of another version", where=str(workspace), remedy="Run gymreg study again."
        ) from None


def current_study(workspace: Path) -> str | None:
    """The key of the current study, None where none is stored. Errors: BadInput where what says so is damaged."""
    return _shelf(workspace).current


def _shelf(workspace: Path) -> Shelf:
    return Shelf(Path(workspace) / _FOLDER, made_by="gymreg study")


def _restored(stored: TableSet) -> StoredStudy:
    about = stored.about
    tables = {name: effect_table(name, stored.tables[name]) for name in EFFECT_TABLES}
    if any(list(table.columns) != list(stored.tables[name].columns) for name, table in tables.items()):
        raise ValueError("columns")
    studied = Studied(
        since=str(about["since"]),
        as_of=str(about["as_of"]),
        made_up=bool(about["made_up"]),
        plan=dict(about["plan"]),
        plan_hash=str(about["plan_hash"]),
        statuses={str(name): str(status) for name, status in about["statuses"].items()},
        **tables,
    )
    return StoredStudy(stored.key, studied, from_about(about)[1])
