"""Which folders are register extracts, and what shows when several are seen together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from gymreg_core.findings import Finding, Findings
from gymreg_core.sources.enrolments.description import read_span
from gymreg_core.sources.enrolments.layout import enrolment_kind
from gymreg_core.sources.extract_kinds import extracts
from gymreg_core.sources.formats.database import is_url
from gymreg_core.sources.opening import named_files, shown_name
from gymreg_core.sources.register.layout import register_kind
from gymreg_core.sources.register.notes import Notes
from gymreg_core.sources.register.opening import read_description
from gymreg_core.vocabulary.finding_texts import finding


def split_paths(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """The register extracts that `paths` name, themselves or by the folder above, and the paths of result files.

    A folder may be both. A path that holds no extract of any kind counts among the second, where reading it says what
    is amiss.
    """
    named = list(paths)
    results = [path for path in named if not _holds_extract(path) or named_files([path])[0]]
    return extracts(named, register_kind()), results


def across(folders: list[Path], enrolments: Sequence[Path] = ()) -> list[Finding]:
    """Intake years that more than one of the extracts is of, enrolments twice, and made-up extracts among real ones."""
    seen: dict[int, str] = {}
    found: list[Finding] = []
    made_up: list[tuple[str, bool]] = []
    for name, folder in _named(folders):
        if description := read_description(folder, Notes()):
            if (year := description.intake_year) in seen:
                found.append(finding("extract-repeated", file=name, other=seen[year], year=str(year)))
            seen.setdefault(year, name)
            made_up.append((name, description.made_up))
    others = _named(enrolments)
    found += [finding("enrolments-repeated", file=name, other=others[0][0]) for name, _ in others[1:]]
    made_up += [(name, span.made_up) for name, folder in others if (span := read_span(folder, Notes()))]
    if not all(invented for _, invented in made_up):
        found += [finding("made-up-among-real", file=name) for name, invented in made_up if invented]
    return found


def of_folder(findings: Findings, data: Path | str, *, several: bool) -> Findings:
    """The findings, their files named with the folder where several extracts have files of the same name."""
    if not several or is_url(data):
        return findings
    name = shown_name(Path(data).resolve())
    return Findings(tuple(replace(found, file=f"{name}/{found.file}") if found.file else found for found in findings))


def _holds_extract(path: Path) -> bool:
    return any(extracts([path], kind) for kind in (register_kind(), enrolment_kind()))


def _named(folders: Iterable[Path]) -> list[tuple[str, Path]]:
    return [(shown_name(folder.resolve()), folder) for folder in folders]
