"""What utdrag.json says of an enrolment extract."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from gymreg_core.sources.enrolments.layout import FORMAT, VERSION
from gymreg_core.sources.register.layout import DESCRIPTION
from gymreg_core.sources.register.notes import Notes
from gymreg_core.vocabulary.finding_texts import finding


@dataclass(frozen=True)
class Span:
    """First and last day that an extract tells of, and whether its persons are invented."""

    since: date
    as_of: date
    made_up: bool


def read_span(folder: Path, notes: Notes) -> Span | None:
    """What utdrag.json says; None, with a finding, where it does not say enough."""
    try:
        content: Any = json.loads((folder / DESCRIPTION).read_bytes())
        if content["format"] != FORMAT or content["version"] != VERSION:
            notes.add(finding("extract-version-unknown", file=DESCRIPTION, limit=VERSION))
            return None
        span = Span(date.fromisoformat(content["since"]), date.fromisoformat(content["as_of"]), content["made_up"])
    except (OSError, ValueError, KeyError, TypeError):
        span = None
    if span is None or span.since > span.as_of or type(span.made_up) is not bool:
        notes.add(finding("enrolments-not-described", file=DESCRIPTION))
        return None
    return span
