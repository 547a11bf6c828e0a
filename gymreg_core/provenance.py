"""Where numbers come from: the inputs of a table, by name and hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
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

    @classmethod
    def joined(cls, parts: Iterable[Provenance]) -> Provenance:
        """The inputs of all `parts`, each file once; public only where all are, made up where one is."""
        every = tuple(parts)
        inputs = tuple(dict.fromkeys(file for part in every for file in part.inputs))
        return cls(inputs, all(part.already_public for part in every), any(part.made_up for part in every))
