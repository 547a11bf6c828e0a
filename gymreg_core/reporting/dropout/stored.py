"""The tracked cohorts of a workspace, read once in a process, and which of them there are."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from gymreg_core.cohort.cards import cards
from gymreg_core.contracts.tracked import Tracked
from gymreg_core.provenance import Provenance
from gymreg_core.store.tracked import StoredTracked, stored_tracked, tracked_key

_THREE = 3
_SMALL = 0.05  # a made-up region for a look by hand is there in a few seconds
BY = {"region": "region", "municipality": "home", "provider_form": "provider_form", "programme": "programme"}
"""The grouping of contracts/tracked.py that a scope is a group of."""
FORMS = ("municipal", "independent", "region")
"""Provider forms that there are pages of."""


class Followed(Protocol):
    """Tracked cohorts as they come out of a workspace; anything with these attributes will do."""

    @property
    def tracked(self) -> Tracked: ...
    @property
    def provenance(self) -> Provenance:
        """Of the enrolments that were tracked."""
        ...

    def __hash__(self) -> int: ...


def cohorts_of(tracked: Tracked) -> dict[int, bool]:
    """The cohorts whose pupils are followed, and whether their three years have passed."""
    three = [card.key for card in cards() if card.horizon == _THREE]
    known = tracked.measures
    passed = set(known.loc[known["card"].isin(three), "cohort"])
    return {int(year): year in passed for year in sorted({*tracked.monthly["cohort"], *known["cohort"]})}


def names_of(tracked: Tracked, cohort: int, scope: str) -> list[str]:
    """The names of a scope that some pupil of a cohort belongs to."""
    rows = tracked.monthly
    found = rows.loc[(rows["cohort"] == cohort) & (rows["by"] == BY[scope]) & (rows["group"] != ""), "group"].unique()
    return sorted(set(found) & set(FORMS) if scope == "provider_form" else set(found))


def load(workspace: str | Path | None = None) -> StoredTracked:
    """The tracked cohorts of a workspace: the one given, the one that ``GYMREG_WORKSPACE`` names, or a made-up region.

    Errors: BadInput where nothing is tracked there.
    """
    path = workspace or os.environ.get("GYMREG_WORKSPACE")
    if not path:
        return _made_up()
    return _loaded(Path(path), tracked_key(Path(path)))


@cache
def _loaded(path: Path, key: str | None) -> StoredTracked:
    """`key` tells when others were tracked."""
    del key
    return stored_tracked(path)


@cache
def _made_up() -> StoredTracked:
    from gymreg_core.reporting.from_enrolments import made_up_tracked

    with TemporaryDirectory(prefix="gymreg-") as folder:
        return stored_tracked(made_up_tracked(Path(folder), scale=_SMALL))
