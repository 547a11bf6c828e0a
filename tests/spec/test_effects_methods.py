"""The methods page tells which words the rules allow, and names designs and modules that are there."""

from __future__ import annotations

import re
from pathlib import Path

from gymreg_core.contracts.effects import DESIGNS
from gymreg_core.effects.conclusions import wording

ABOUT = {"dose": "the dose", "offer": "an offer of a seat, never the money"}


def wording_table() -> str:
    """rules/effects_wording.yml as the page shows it."""
    lines = ["| design | has to hold | may then be said | about |", "|---|---|---|---|"]
    for design in DESIGNS:
        words = wording(design)
        needs = ", ".join(f"`{check}`" for check in words.needs)
        lines.append(f"| {design} | {needs} | {words.most} | {ABOUT[words.about]} |")
    return "\n".join(lines)


def test_the_methods_page_shows_the_wording_table(repository: Path) -> None:
    assert wording_table() in (repository / "docs/methods-effects.md").read_text(encoding="utf-8")


def test_the_methods_page_tells_of_every_design_and_of_nothing_that_is_not_there(repository: Path) -> None:
    page = (repository / "docs/methods-effects.md").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^### (\w+)$", page) == list(DESIGNS)
    places = re.findall(r"`((?:gymreg_core|docs|effects|rules)/[\w./-]+)`", page)
    roots = (repository, repository / "gymreg_core")
    missing = [place for place in places if not any(list(root.glob(f"{place}*")) for root in roots)]
    assert len(places) > 8
    assert not missing
