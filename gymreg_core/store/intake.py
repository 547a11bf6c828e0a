"""From files to a workspace: read, linked over the years, stored; files that are stored already are not read again."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from gymreg_core.provenance import InputFile
from gymreg_core.sources.linking import link_study_paths
from gymreg_core.sources.opening import result_files, shown_name
from gymreg_core.sources.published import read_results
from gymreg_core.store.fingerprint import code_fingerprint, fingerprint
from gymreg_core.store.workspace import StoredResults, Workspace, results_key

_READING = ("contracts", "sources", "store", "vocabulary", "rules", "findings", "provenance")
_LIBRARIES = ("numpy", "pandas", "pyarrow")


def ingest_files(paths: Sequence[Path], workspace: Path) -> StoredResults:
    """The results in these files and folders as stored in `workspace`, which they become the current ones of.

    Read are files whose bytes, or whose reading code, are new to the workspace.
    Errors: BadInput with all findings where a file cannot be used (nothing is stored then); BadParameters and
    GymregError where the workspace cannot be written.
    """
    store, code = Workspace(workspace), reading_code()
    offered = _offered(paths)
    if offered is not None and store.has(key := results_key(offered, code)):
        return store.make_current(key)
    results = read_results(*paths)
    return store.put_results(results, link_study_paths(results.table).table, code, offered)


def reading_code() -> str:
    """Fingerprint of all that decides how a file is read: our code, words and rules, and the libraries under them."""
    own = code_fingerprint(f"gymreg_core.{name}" for name in _READING)
    return fingerprint(own, {name: version(name) for name in _LIBRARIES})


def _offered(paths: Sequence[Path]) -> list[InputFile] | None:
    """The files that would be looked into; None where one is not there, which reading will say in its own words."""
    try:
        files = [path for path, _ in result_files(tuple(map(Path, paths)))]
        return [InputFile(shown_name(path), (file := InputFile.of(path)).sha256, file.size) for path in files]
    except OSError:
        return None
