"""What the gate found: the kind, the file and the place, never what stands there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from gymreg_core.vocabulary.packaged import packaged_yaml

WITHHELD = "a name that is withheld"


@dataclass(frozen=True, order=True)
class Refusal:
    """One reason not to let a folder out.

    kind : an entry of kinds.yml. file : address below the folder, '' for the folder itself; what looks personal in a
    name is withheld. place : line, cell, page or object in numbers; it holds nothing that was read.
    """

    file: str
    kind: str
    place: str = ""

    @property
    def what(self) -> str:
        """The kind in words."""
        return str(_kinds()[self.kind]["what"])

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return str(_kinds()[self.kind]["remedy"])


@dataclass(frozen=True)
class Checked:
    """What a check saw: every refusal, sorted, and how many files and bytes were read."""

    refusals: tuple[Refusal, ...]
    files: int
    size: int

    def __iter__(self) -> Iterator[Refusal]:
        return iter(self.refusals)

    def __len__(self) -> int:
        return len(self.refusals)

    @classmethod
    def of(cls, found: Iterable[Refusal], files: int, size: int) -> Checked:
        """The refusals `found`, each once."""
        return cls(tuple(sorted(set(found))), files, size)

    def to_dict(self) -> dict[str, Any]:
        """As JSON scalars, lists and dicts."""
        told = [{"kind": one.kind, "file": one.file, "place": one.place, "what": one.what} for one in self]
        return {"files": self.files, "bytes": self.size, "refusals": told}


@cache
def _kinds() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = packaged_yaml("gymreg_core.release.gate", "kinds.yml")
    return found


def kinds() -> tuple[str, ...]:
    """Every kind of refusal that there is."""
    return tuple(_kinds())
