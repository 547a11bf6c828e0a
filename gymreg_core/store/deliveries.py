"""Extracts of enrolments as they came, one upon another: whether the next one fits, and what it adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.findings import Finding, Findings
from gymreg_core.sources.enrolments.layout import layout
from gymreg_core.sources.register.layout import DESCRIPTION
from gymreg_core.store.merging import Merged
from gymreg_core.vocabulary.finding_texts import finding


@dataclass(frozen=True)
class Delivery:
    """An extract that is stored: its key (files and the code that read them), first and last day, and what its rows
    did to what was stored before, by table; nothing of the first."""

    key: str
    since: str
    as_of: str
    rows: tuple[Merged, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As JSON; `of` is the way back."""
        return asdict(self)

    @classmethod
    def of(cls, content: dict[str, Any]) -> Delivery:
        """Errors: KeyError or TypeError where it is of another version."""
        return cls(**{**content, "rows": tuple(Merged(**row) for row in content["rows"])})


@dataclass(frozen=True)
class Known:
    """What is stored of enrolments: from and to which day, of invented persons or not, by which key to the pseudonyms,
    and the extracts in the order in which they came."""

    since: str
    as_of: str
    made_up: bool
    key_id: str
    deliveries: tuple[Delivery, ...]

    @classmethod
    def of(cls, about: dict[str, Any]) -> Known:
        """From what a set was stored with. Errors: KeyError or TypeError where it is of another version."""
        return cls(
            since=str(about["since"]),
            as_of=str(about["as_of"]),
            made_up=bool(about["made_up"]),
            key_id=str(about["key_id"]),
            deliveries=tuple(map(Delivery.of, about["deliveries"])),
        )

    def has(self, key: str) -> bool:
        """Whether the extract with this key is among them."""
        return any(one.key == key for one in self.deliveries)

    def unfit(self, enrolments: Enrolments, key_id: str) -> list[Finding]:
        """Why an extract cannot come upon these: it is older, days are missing between, or it is of other persons."""
        next_day = date.fromisoformat(self.as_of) + timedelta(days=1)
        broken = {
            "extract-of-other-persons": enrolments.made_up != self.made_up,
            "extract-by-another-key": key_id != self.key_id and enrolments.made_up == self.made_up,
            "extract-older": enrolments.as_of < self.as_of,
            "extract-gap": enrolments.since > next_day.isoformat(),
        }
        limit = {"extract-older": self.as_of, "extract-gap": next_day.isoformat()}
        return [
            finding(rule_id, file=DESCRIPTION, words=limit.get(rule_id, ""))
            for rule_id, is_so in broken.items()
            if is_so
        ]


def notes_of(rows: Sequence[Merged]) -> Findings:
    """What is to be told of an extract that came upon another: rows known late, and rows that are gone."""
    told = [
        finding(rule_id, file=layout()[one.table].name, count=count)
        for one in rows
        for rule_id, count in (("rows-known-late", one.late), ("rows-gone", one.gone))
        if count
    ]
    return Findings(tuple(told))
