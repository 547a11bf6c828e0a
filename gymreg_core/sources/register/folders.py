"""Which folders are register extracts, and what shows when several are seen together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from gymreg_core.findings import Finding, Findings
from gymreg_core.sources.opening import named_files, shown_name
from gymreg_core.sources.register.layout import is_register
from gymreg_core.sources.register.notes import Notes
from gymreg_core.sources.register.opening import read_description
from gymreg_core.vocabulary.finding_texts import finding


def split_paths(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """The register extracts that `paths` name, themselves or by the folder above, and the paths of result files.

    A folder may be both. A path that holds neither counts among the second, where reading it says what is amiss.
    """
    folders: dict[Path, Path] = {}
    results: list[Path] = []
    for path in paths:
        below = [path] if is_register(path) else _below(path)
        folders |= {folder.resolve(): folder for folder in below}
        if not below or named_files([path])[0]:
            results.append(path)
    return list(folders.values()), results


def across(folders: list[Path]) -> list[Finding]:
    """Intake years that more than one of the extracts is of, and made-up extracts among real ones."""
    seen: dict[int, str] = {}
    found: list[Finding] = []
    named = [(shown_name(folder.resolve()), read_description(folder, Notes())) for folder in folders]
    described = [(name, description) for name, description in named if description]
    for name, description in described:
        if (year := description.intake_year) in seen:
            found.append(finding("extract-repeated", file=name, other=seen[year], year=str(year)))
        if description.made_up and not all(other.made_up for _, other in described):
            found.append(finding("made-up-among-real", file=name))
        seen.setdefault(year, name)
    return found


def of_folder(findings: Findings, folder: Path, *, several: bool) -> Findings:
    """The findings, their files named with the folder where several extracts have files of the same name."""
    if not several:
        return findings
    name = shown_name(folder.resolve())
    return Findings(tuple(replace(found, file=f"{name}/{found.file}") if found.file else found for found in findings))


def _below(path: Path) -> list[Path]:
    try:
        return [inside for inside in sorted(path.iterdir()) if is_register(inside)]
    except OSError:  # a file, or a folder that may not be looked into
        return []
