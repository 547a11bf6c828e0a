"""Which sheets of a workbook count: excerpts of another sheet are left out, parts of a whole are joined."""

from __future__ import annotations

from collections.abc import Sequence

from gymreg_core.findings import Finding
from gymreg_core.sources.extract import KEY, Extract
from gymreg_core.sources.rows import NUMBERS
from gymreg_core.vocabulary.finding_texts import finding


def counted_sheets(extracts: Sequence[Extract]) -> tuple[list[Extract], list[Finding]]:
    """The extracts that together hold every study path once, the largest first, and why the others do not count.

    An excerpt repeats study paths of the sheets that count, with the same figures: left out (`subset-sheet`). A sheet
    with nothing in common with them is another part of the whole: joined (`sheets-joined`). One that overlaps, or
    repeats a study path with other figures, leaves open which is right: an error (`sheets-overlap`, `sheets-disagree`).
    """
    kept: list[Extract] = []
    findings: list[Finding] = []
    order = {id(extract): i for i, extract in enumerate(extracts)}
    for extract in sorted(extracts, key=lambda e: (-len(e.table), order[id(e)])):
        if not kept:
            kept.append(extract)
            continue
        known = {key: values for whole in kept for key, values in _figures(whole).items()}
        own = _figures(extract)
        shared = own.keys() & known.keys()
        if not shared:
            rule, count = "sheets-joined", len(own)
            kept.append(extract)
        elif len(shared) < len(own):
            rule, count = "sheets-overlap", len(shared)
        elif different := [key for key in shared if own[key] != known[key]]:
            rule, count = "sheets-disagree", len(different)
        else:
            rule, count = "subset-sheet", len(own)
        findings.append(finding(rule, file=extract.file, sheet=extract.sheet, count=count, other=kept[0].sheet))
    return sorted(kept, key=lambda e: order[id(e)]), findings


def _figures(extract: Extract) -> dict[tuple[object, ...], tuple[object, ...]]:
    figures = extract.table[list(NUMBERS)].astype("object")
    figures = figures.where(figures.notna(), None)
    keys = extract.table[list(KEY)].itertuples(index=False, name=None)
    return dict(zip(keys, figures.itertuples(index=False, name=None), strict=True))
