"""What became of cohorts, in a workspace: the tables of contracts/tracked.py, those tracked last being current."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from gymreg_core.contracts.tracked import TRACKED_TABLES, Tracked, tracked_table
from gymreg_core.errors import BadInput
from gymreg_core.findings import Findings
from gymreg_core.provenance import Provenance
from gymreg_core.store.about import as_about, from_about
from gymreg_core.store.fingerprint import code_fingerprint, fingerprint
from gymreg_core.store.shelf import FORMAT, Shelf, TableSet

_FOLDER = "tracked"
_DECIDES = ("cohort", "contracts", "rules", "store", "vocabulary")
_LIBRARIES = ("numba", "numpy", "pandas", "scikit-learn", "scipy", "statsmodels")


@dataclass(frozen=True, eq=False, repr=False)
class StoredTracked:
    """Tracked cohorts as they lie in a workspace: the hash they are known by, and where the enrolments come from."""

    key: str
    tracked: Tracked
    provenance: Provenance

    def __repr__(self) -> str:
        return f"StoredTracked({self.tracked})"


def tracking_key(enrolments_key: str, as_of: str | None) -> str:
    """The key of what is tracked of enrolments as known on a day (ISO, None: the last they tell of), by the code and
    rules that are here."""
    code = code_fingerprint(f"gymreg_core.{room}" for room in _DECIDES)
    return fingerprint("tracked", FORMAT, enrolments_key, as_of, code, {name: version(name) for name in _LIBRARIES})


def put_tracked(workspace: Path, tracked: Tracked, key: str, provenance: Provenance) -> StoredTracked:
    """Store what was tracked under `key` and make it current.

    provenance : of the enrolments. Errors: as `Shelf.put`.
    """
    about = {
        "since": tracked.since,
        "as_of": tracked.as_of,
        "made_up": tracked.made_up,
        "statuses": dict(sorted(tracked.statuses.items())),
        **as_about(Findings(), provenance),
    }
    _shelf(workspace).put(key, tracked.tables(), about)
    return StoredTracked(key, tracked, provenance)


def kept_tracked(workspace: Path, key: str) -> StoredTracked | None:
    """What is stored under `key`, made current; None where it is not there whole."""
    shelf = _shelf(workspace)
    if not shelf.has(key):
        return None
    shelf.make_current(key)
    return stored_tracked(workspace, key)


def stored_tracked(workspace: Path, key: str | None = None) -> StoredTracked:
    """What is stored under `key`, or the current one. Errors: BadInput where there is none, or it is damaged."""
    shelf = _shelf(workspace)
    if key is None and shelf.current is None:
        raise BadInput(
            "no tracked cohorts are stored here",
            where=str(workspace),
            remedy="Run gymreg track with this workspace first.",
        )
    stored = shelf.get(key)
    try:
        return _restored(stored)
    except (KeyError, TypeError, ValueError):
        raise BadInput(
            "the stored cohorts are of another version", where=str(workspace), remedy="Run gymreg track again."
        ) from None


def tracked_key(workspace: Path) -> str | None:
    """The key of the current ones, None where none are stored. Errors: BadInput where what says so is damaged."""
    return _shelf(workspace).current


def _shelf(workspace: Path) -> Shelf:
    return Shelf(Path(workspace) / _FOLDER, made_by="gymreg track")


def _restored(stored: TableSet) -> StoredTracked:
    about = stored.about
    tables = {name: tracked_table(name, stored.tables[name]) for name in TRACKED_TABLES}
    if any(list(table.columns) != list(stored.tables[name].columns) for name, table in tables.items()):
        raise ValueError("columns")
    tracked = Tracked(
        since=str(about["since"]),
        as_of=str(about["as_of"]),
        made_up=bool(about["made_up"]),
        statuses={str(name): str(status) for name, status in about["statuses"].items()},
        **tables,
    )
    return StoredTracked(stored.key, tracked, from_about(about)[1])
