"""What utdrag.json says of an enrolment extract."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from gymreg_core.sources.enrolments.layout import FORMAT, VERSION
from gymreg_core.sources.formats.opening import source_of
from gymreg_core.sources.formats.source import Source, Unreadable
from gymreg_core.sources.register.notes import Notes
from gymreg_core.vocabulary.finding_texts import finding


@dataclass(frozen=True)
class Span:
    """First and last day that an extract tells of, and whether its persons are invented."""

    since: date
    as_of: date
    made_up: bool


def read_span(data: Path | str, notes: Notes) -> Span | None:
    """As `described`, of the extract at a path or address."""
    with source_of(data) as source:
        return described(source, notes)


def described(source: Source, notes: Notes) -> Span | None:
    """What an extract says of itself; None, with a finding, where it does not say enough."""
    try:
        content: Any = source.description(notes)
        if content["format"] != FORMAT or content["version"] != VERSION:
            notes.add(finding("extract-version-unknown", file=source.described_in, limit=VERSION))
            return None
        span = Span(date.fromisoformat(content["since"]), date.fromisoformat(content["as_of"]), content["made_up"])
    except Unreadable:
        return None
    except (ValueError, KeyError, TypeError):
        span = None
    if span is None or span.since > span.as_of or type(span.made_up) is not bool:
        notes.add(finding("enrolments-not-described", file=source.described_in))
        return None
    return span
