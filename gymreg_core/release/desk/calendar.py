"""What is coming and when: embargoes in local time, the calendar of releases, and the same for calendar programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from gymreg_core.errors import BadParameters
from gymreg_core.rules import rule
from gymreg_core.scenario_file import place_of
from gymreg_core.vocabulary.numbers import day
from gymreg_core.vocabulary.programmes import Language

CALENDAR_FILE = "calendar.yml"
_LINE = 74  # octets of a line of iCalendar before it is folded (RFC 5545, 3.1)


@cache
def zone() -> ZoneInfo:
    """The time zone that embargoes are told in."""
    return ZoneInfo(str(rule("release_desk", "time_zone")))


def embargo_time(text: str) -> datetime:
    """'2027-06-01T08:00', local time, as a moment in UTC.

    Errors: BadParameters where it is no such time, comes with a zone of its own, or is there twice or never that night.
    """
    try:
        local = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        raise _no_time(text, "It is not written as 2027-06-01T08:00.") from None
    if local.tzinfo is not None:
        raise _no_time(text, f"It is told in local time ({zone().key}), without a zone.")
    try:
        first, second = (local.replace(tzinfo=zone(), fold=fold).astimezone(UTC) for fold in (0, 1))
    except (OverflowError, ValueError):
        raise _no_time(text, "There is no such year.") from None
    if first != second:
        raise _no_time(text, "The clocks are changed at this hour.")
    return first


def local_day(moment: datetime, language: Language) -> str:
    """A moment as a day in local time: '1 juni 2027'."""
    return day(f"{moment.astimezone(zone()):%Y-%m-%d}", language)


def local_minute(moment: datetime, language: Language) -> str:
    """A moment in local time: '1 juni 2027 kl. 08.00', '1 June 2027, 08:00'."""
    local = moment.astimezone(zone())
    return (
        f"{local_day(moment, language)} kl. {local:%H.%M}"
        if language == "sv"
        else (f"{local_day(moment, language)}, {local:%H:%M}")
    )


@dataclass(frozen=True)
class Coming:
    """Something that will be published. uid : stable over calendars."""

    uid: str
    when: datetime
    title: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        return {"uid": self.uid, "when": f"{self.when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", "title": dict(self.title)}

    @classmethod
    def of_json(cls, held: Mapping[str, Any]) -> Coming:
        when = datetime.strptime(str(held["when"]), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        return cls(str(held["uid"]), when, dict(held["title"]))


class _Title(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    sv: str = Field(min_length=1, max_length=200)
    en: str = Field(default="", max_length=200)


class _Planned(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,60}$")
    time: str
    title: _Title


def planned(folder: Path) -> list[Coming]:
    """What `calendar.yml` of a desk announces, in order of time; nothing where there is no such file.

    Errors: BadParameters telling every fault.
    """
    path = folder / CALENDAR_FILE
    if not path.exists():
        return []
    try:
        held = TypeAdapter(list[_Planned]).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")) or [])
        coming = [Coming(f"plan-{one.id}", embargo_time(one.time), one.title.model_dump()) for one in held]
    except ValidationError as fault:
        told = [f"{place_of(one['loc']) or 'the file'}: {one['msg']}" for one in fault.errors()]
        raise BadParameters("; ".join(told), where=str(path), remedy="docs/release-desk.md shows one.") from None
    except BadParameters as fault:
        raise BadParameters("a time cannot be kept", where=str(path), why=fault.why, remedy=fault.remedy) from None
    except (yaml.YAMLError, OSError, ValueError, RecursionError):
        raise BadParameters("this cannot be read as YAML", where=str(path), remedy="Correct it.") from None
    twice = {one.uid for one in coming if sum(one.uid == other.uid for other in coming) > 1}
    if twice:
        raise BadParameters(f"ids stand here twice: {', '.join(sorted(twice))}", where=str(path))
    return in_order(coming)


def in_order(coming: Iterable[Coming]) -> list[Coming]:
    """By time, then by name."""
    return sorted(coming, key=lambda one: (one.when, one.uid))


def icalendar(coming: Iterable[Coming], made: datetime, name: str, language: Language) -> str:
    """The calendar as RFC 5545 has it: an event of no length for each release. made : when it was told, UTC."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//gymreg//release desk//SV", f"X-WR-CALNAME:{_text(name)}"]
    for one in coming:
        title = one.title.get(language) or one.title.get("sv", "")
        lines += [
            "BEGIN:VEVENT",
            f"UID:{one.uid}@gymreg",
            f"DTSTAMP:{made.astimezone(UTC):%Y%m%dT%H%M%SZ}",
            f"DTSTART:{one.when.astimezone(UTC):%Y%m%dT%H%M%SZ}",
            f"SUMMARY:{_text(title)}",
            "END:VEVENT",
        ]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def later_than(coming: Iterable[Coming], moment: datetime) -> list[Coming]:
    """Those whose time has not come at `moment`, in order."""
    return in_order(one for one in coming if one.when > moment)


def _text(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return " ".join(escaped.split())


def _folded(line: str) -> str:
    parts, rest = [], line
    while len(rest.encode()) > _LINE:
        cut = len(rest.encode()[:_LINE].decode(errors="ignore"))
        parts.append(rest[:cut])
        rest = f" {rest[cut:]}"
    return "\r\n".join([*parts, rest])


def _no_time(text: str, why: str) -> BadParameters:
    return BadParameters(
        f"{text!r} is no time that can be kept", where="--embargo", why=why, remedy="Name another one."
    )
