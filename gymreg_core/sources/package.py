"""The zip package of a workbook, opened so that no package can unpack to more than it may."""

from __future__ import annotations

import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from copy import copy
from pathlib import Path
from types import TracebackType
from typing import Self
from xml.parsers import expat

from gymreg_core.errors import BadInput
from gymreg_core.rules import rule
from gymreg_core.sources.refusal import refuse

CHUNK = 1 << 16
ENCRYPTED = 0x1
DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    expat.ExpatError,
    EOFError,
    OSError,
    LookupError,
    ValueError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
)


class Package:
    """Parts of a workbook by name. Every byte that is unpacked counts, whatever the package's directory claims.

    `limit`: bytes that it may unpack to, by default those of rules/file_limits.yml. Use as a context; errors inside it
    leave it as BadInput: `workbook-damaged`, `workbook-encrypted`,
    `unpacked-too-large` or `not-a-workbook`.
    """

    def __init__(self, path: Path, file: str, limit: int | None = None) -> None:
        self._path, self.file = path, file
        self._limit: int = rule("file_limits", "unpacked_bytes") if limit is None else limit
        self._left = self._limit

    def __enter__(self) -> Self:
        try:
            self._zip = zipfile.ZipFile(self._path)
        except DAMAGE as damage:
            raise refuse("workbook-damaged", self.file) from damage
        with ExitStack() as on_error:
            on_error.callback(self._zip.close)
            self._look_over()
            on_error.pop_all()
        self.names = frozenset(self._zip.namelist())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()
        if isinstance(error, DAMAGE) and not isinstance(error, BadInput):
            raise refuse("workbook-damaged", self.file) from error

    def _look_over(self) -> None:
        parts = self._zip.infolist()
        if len(parts) > rule("file_limits", "parts"):
            raise refuse("too-many-parts", self.file, limit=rule("file_limits", "parts"))
        if any(part.flag_bits & ENCRYPTED for part in parts):
            raise refuse("workbook-encrypted", self.file)
        if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
            raise refuse("not-a-workbook", self.file)
        if sum(part.file_size for part in parts) > self._left:
            raise self._too_large()

    def _too_large(self) -> BadInput:
        return refuse("unpacked-too-large", self.file, limit=self._limit // 1_000_000)

    def stream(self, part: str) -> Iterator[bytes]:
        """The part's bytes in pieces, to their true end: zipfile checks the checksum, we the sum of all unpacked.

        Left to itself zipfile stops where the directory says that the part ends, and a directory that lies would make a
        bomb look like a part that is cut off.
        """
        unbounded = copy(self._zip.getinfo(part))
        unbounded.file_size = sys.maxsize
        with self._zip.open(unbounded) as stream:
            while piece := stream.read(CHUNK):
                self._left -= len(piece)
                if self._left < 0:
                    raise self._too_large()
                yield piece
