"""What reports on completion rest on: the tracked cohorts of a workspace, or those of the made-up region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gymreg_core.provenance import Provenance
from gymreg_core.reporting.dropout_plan import DropoutPlan
from gymreg_core.reporting.funding_material import enrolment_extracts, extract_names
from gymreg_core.reporting.material import Given, Note, require_decision
from gymreg_core.reporting.plans import ReportParams

if TYPE_CHECKING:
    from gymreg_core.store.tracked import StoredTracked


@dataclass(frozen=True, eq=False)
class DropoutMaterial:
    """The tracked cohorts of `workspace`."""

    stored: StoredTracked
    workspace: Path

    @property
    def provenance(self) -> Provenance:
        return self.stored.provenance

    def wanted(self, plan: DropoutPlan) -> Sequence[ReportParams]:
        from gymreg_core.reporting.dropout.stored import cohorts_of, names_of

        decided(self.provenance, plan.decision)
        tracked = self.stored.tracked
        return plan.expand(cohorts_of(tracked), lambda cohort, scope: names_of(tracked, cohort, scope))

    def key(self, params: ReportParams) -> Any:
        del params
        return self.stored.key

    def schools(self) -> list[tuple[str, str]]:
        return []


def decided(provenance: Provenance, decision: str | None) -> None:
    """As `require_decision`."""
    require_decision(
        provenance,
        decision,
        report="dropout",
        held="these are cohorts of real pupils",
        why="What became of pupils is in the region's keeping; it decides what it publishes of it.",
    )


def dropout_state(given: Given) -> Any:
    """Names and hashes of the extracts of enrolments, and which enrolments are current; the made-up region's follow
    from the code, and so does what tracking makes of them."""
    from gymreg_core.store.enrolments import current_key

    return [extract_names(given), current_key(given.workspace)]


def dropout_material(given: Given, note: Note) -> DropoutMaterial | None:
    """The cohorts of the enrolments in the workspace; without any, those of an extract of made-up enrolments in `data`,
    or of the made-up region where there is no `data`. None, and a note, where there are no enrolments at all.

    Errors: DisclosureRefused for an extract of real enrolments that was not taken in on purpose; as
    `ingest_enrolments` and `track_workspace`.
    """
    from gymreg_core.reporting.from_enrolments import extract_tracked, made_up_tracked, tracked_in
    from gymreg_core.store.enrolments import current_key

    if current_key(given.workspace):
        place = tracked_in(given.workspace, note)
    elif given.data is None:
        place = made_up_tracked(given.workspace, note)
    elif folders := enrolment_extracts(given):
        place = extract_tracked(folders[0], given.workspace, note)
    else:
        note("there are no enrolments here (gymreg ingest), so there are no reports on completion")
        return None
    from gymreg_core.reporting.dropout.stored import load

    return DropoutMaterial(load(place), place)
