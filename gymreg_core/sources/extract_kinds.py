"""Which folders are extracts, and of what: of a register or of enrolments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gymreg_core.sources.enrolments.layout import enrolment_kind
from gymreg_core.sources.formats.database import is_url
from gymreg_core.sources.formats.folder import PARQUET, TEXT, WORKBOOK, Folder
from gymreg_core.sources.formats.opening import source_of
from gymreg_core.sources.formats.source import Unreadable
from gymreg_core.sources.register.layout import DESCRIPTION, ExtractKind, register_kind
from gymreg_core.sources.register.notes import Notes


def kind_of(data: Path | str) -> ExtractKind | None:
    """What a folder or database is an extract of: what its description names, else what it holds most files of.

    None where it holds neither a description nor two files of an extract. A database that does not say is taken for one
    of enrolments, and reading it tells what is amiss.
    """
    kinds = (register_kind(), enrolment_kind())
    named = _format(data)
    if is_url(data):
        return next((kind for kind in kinds if kind.format == named), enrolment_kind())
    folder = Path(data)
    there = [sum(any((folder / name).is_file() for name in called(file)) for file in kind.names) for kind in kinds]
    if max(there) < 2 and not (folder / DESCRIPTION).is_file():  # noqa: PLR2004 one file may be anything
        return None
    return next((kind for kind in kinds if kind.format == named), kinds[there.index(max(there))])


def called(name: str) -> list[str]:
    """What a file of an extract is called in each of the formats."""
    path = Path(name)
    return [str(path.with_suffix(ending)) for ending in (TEXT, PARQUET, WORKBOOK)] if path.suffix == TEXT else [name]


def extracts(paths: list[Path], kind: ExtractKind) -> list[Path]:
    """The folders with an extract of a kind that `paths` name, themselves or by the folder above, each once."""
    folders = [folder for path in paths for folder in ([path] if kind_of(path) else _below(path))]
    return list({folder.resolve(): folder for folder in folders if kind_of(folder) is kind}.values())


def names_in(folder: Path) -> frozenset[str]:
    """The names of the files that make a folder an extract; none where it is not one."""
    kind = kind_of(folder)
    if kind is None:
        return frozenset()
    return frozenset(
        {name for file in kind.names for name in called(file)} | {p.name for p in Folder(folder).files(kind)}
    )


def _below(path: Path) -> list[Path]:
    try:
        return [inside for inside in sorted(path.iterdir()) if kind_of(inside)]
    except OSError:  # a file, or a folder that may not be looked into
        return []


def _format(data: Path | str) -> str | None:
    try:
        with source_of(data) as source:
            content: Any = source.description(Notes())
            return str(content["format"])
    except (Unreadable, KeyError, TypeError):
        return None
