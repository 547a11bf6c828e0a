"""What the reports of a kind rest on, once it is taken in and computed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from gymreg_core.errors import DisclosureRefused
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.plans import ReportParams

Note = Callable[[str], None]


class Given(Protocol):
    """What a build was given: `data` is a folder or None for the made-up region; `workspace` need not exist."""

    @property
    def data(self) -> Path | None: ...
    @property
    def workspace(self) -> Path: ...
    @property
    def reference(self) -> Path | None: ...


class Material(Protocol):
    """Stored tables that the pages of one kind are made of; `workspace` is the one that notebooks open.

    Its methods take the plans and params of that kind.
    """

    @property
    def workspace(self) -> Path: ...
    @property
    def provenance(self) -> Provenance: ...

    def wanted(self, plan: Any) -> Sequence[ReportParams]:
        """The single runs that a plan asks for. Errors: BadParameters where the data hold no such thing."""
        ...

    def key(self, params: Any) -> Any:
        """What of the data decides the page with these parameters (JSON)."""
        ...

    def schools(self) -> list[tuple[str, str]]:
        """(school, municipality) pairs that the front page leads to."""
        ...


def require_decision(provenance: Provenance, decision: str | None, *, report: str, held: str, why: str) -> None:
    """Real pupils' data become pages only where a decision says so.

    held : what there is a decision wanting for: "these are cohorts of real pupils".
    Errors: DisclosureRefused for real pupils without a decision.
    """
    if provenance.made_up or (decision or "").strip():
        return
    raise DisclosureRefused(
        f"{held}, and no report is made of them without a decision to publish",
        where=f"{report} report: decision",
        why=why,
        remedy='Say who decided and when in the params file: decision: "Styrelsen 2026-06-11, § 45".',
    )
