"""Where numbers come from: the inputs of a table, by name and hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file's bytes, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


@dataclass(frozen=True)
class InputFile:
    """A file that numbers were read from: its name (no folder), hash and size in bytes."""

    name: str
    sha256: str
    size: int

    @classmethod
    def of(cls, path: Path) -> InputFile:
        return cls(path.name, sha256_of(path), path.stat().st_size)


@dataclass(frozen=True)
class Provenance:
    """The inputs behind a table.

    `already_public` is true only where every input was published by its owner before we read it;
    `made_up` is true where the region is synthetic and every page has to say so.
    """

    inputs: tuple[InputFile, ...]
    already_public: bool
    made_up: bool = False
