"""The effect study of a workspace, read once in a process."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from gymreg_core.contracts.effects import Studied
from gymreg_core.provenance import Provenance
from gymreg_core.store.studies import StoredStudy, current_study, stored_study

_SMALL = 0.1  # a made-up region for a look by hand has schools enough for an estimate, and is there in a minute


class Stored(Protocol):
    """A study as it comes out of a workspace; anything with these attributes will do."""

    @property
    def studied(self) -> Studied: ...
    @property
    def provenance(self) -> Provenance:
        """Of the enrolments and registers that were studied."""
        ...

    def __hash__(self) -> int: ...


def load(workspace: str | Path | None = None, study: str | None = None) -> StoredStudy:
    """The study stored under a key, or the current one, of a workspace: the one given, the one that
    ``GYMREG_WORKSPACE`` names, or a made-up region's.

    Errors: BadInput where no study is stored there.
    """
    path = workspace or os.environ.get("GYMREG_WORKSPACE")
    if not path:
        return _made_up()
    return _loaded(Path(path), study or current_study(Path(path)))


@cache
def _loaded(path: Path, key: str | None) -> StoredStudy:
    """`key` tells when another study is current."""
    return stored_study(path, key)


@cache
def _made_up() -> StoredStudy:
    from gymreg_core.effects.plan import AnalysisPlan
    from gymreg_core.effects.study_workspace import study_workspace
    from gymreg_core.reporting.from_enrolments import made_up_studied

    with TemporaryDirectory(prefix="gymreg-") as folder:
        place = made_up_studied(Path(folder), scale=_SMALL)
        return study_workspace(place, AnalysisPlan()).stored
