"""Which folders are extracts, and of what: of a register or of enrolments."""

from __future__ import annotations

import json
from pathlib import Path

from gymreg_core.sources.enrolments.layout import enrolment_kind
from gymreg_core.sources.register.layout import DESCRIPTION, ExtractKind, register_kind


def kind_of(folder: Path) -> ExtractKind | None:
    """What a folder is an extract of: what its description names, else what it holds most files of.

    None where it holds neither a description nor two files of an extract.
    """
    kinds = (register_kind(), enrolment_kind())
    named = _format(folder)
    there = [sum((folder / name).is_file() for name in kind.names) for kind in kinds]
    if max(there) < 2 and not (folder / DESCRIPTION).is_file():  # noqa: PLR2004 one file may be anything
        return None
    return next((kind for kind in kinds if kind.format == named), kinds[there.index(max(there))])


def extracts(paths: list[Path], kind: ExtractKind) -> list[Path]:
    """The extracts of a kind that `paths` name, themselves or by the folder above, each once."""
    folders = [folder for path in paths for folder in ([path] if kind_of(path) else _below(path))]
    return list({folder.resolve(): folder for folder in folders if kind_of(folder) is kind}.values())


def names_in(folder: Path) -> frozenset[str]:
    """The names of the files that make a folder an extract; none where it is not one."""
    kind = kind_of(folder)
    return kind.names if kind else frozenset()


def _below(path: Path) -> list[Path]:
    try:
        return [inside for inside in sorted(path.iterdir()) if kind_of(inside)]
    except OSError:  # a file, or a folder that may not be looked into
        return []


def _format(folder: Path) -> str | None:
    try:
        content = json.loads((folder / DESCRIPTION).read_bytes())
        return str(content["format"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
