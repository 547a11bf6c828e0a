"""What reports on effects rest on: studies of the enrolments and registers of a workspace, by the plans asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from gymreg_core.provenance import Provenance
from gymreg_core.reporting.effects_plan import EffectsParams, EffectsPlan
from gymreg_core.reporting.funding_material import enrolment_extracts, extract_names
from gymreg_core.reporting.material import Given, Note, require_decision

decided = partial(
    require_decision,
    report="effects",
    held="these are studies of real pupils",
    why="What became of pupils is in the region's keeping; it decides what it publishes of it.",
)
"""As `require_decision`, of the provenance and the decision."""
_YEAR = 4


@dataclass(frozen=True, eq=False)
class EffectsMaterial:
    """The enrolments and registers of `workspace`; each plan is studied when its pages are asked for."""

    workspace: Path
    provenance: Provenance
    note: Note

    def wanted(self, plan: EffectsPlan) -> Sequence[EffectsParams]:
        from gymreg_core.effects.study_workspace import study_workspace

        decided(self.provenance, plan.decision)
        self.note(f"studying the effects by the plan {plan.plan.hash[:8]}")
        stored = study_workspace(self.workspace, plan.plan).stored
        return plan.expand(int(stored.studied.as_of[:_YEAR]), stored.key)

    def key(self, params: EffectsParams) -> Any:
        return params.study

    def schools(self) -> list[tuple[str, str]]:
        return []


def effects_state(given: Given) -> Any:
    """Names and hashes of the extracts of enrolments, and which enrolments are current, with the registers and matches
    beside them; the made-up region's follow from the code, and so does what a study makes of them."""
    from gymreg_core.store.enrolments import current_key
    from gymreg_core.store.matches import match_keys
    from gymreg_core.store.registers import register_keys

    enrolments = current_key(given.workspace)
    if enrolments is None:  # registers of other reports may lie here, which no study looks at
        return [extract_names(given), None]
    registers = sorted(register_keys(given.workspace).items())
    matches = sorted(match_keys(given.workspace, "final").items())
    return [extract_names(given), enrolments, registers, matches]


def effects_material(given: Given, note: Note) -> EffectsMaterial | None:
    """The enrolments and registers of the workspace; without any, those of an extract of made-up enrolments in `data`,
    or of the made-up region where there is no `data`. None, and a note, where there are no enrolments at all.

    Errors: DisclosureRefused for an extract of real enrolments that was not taken in on purpose; as
    `ingest_enrolments`, `ingest_registers` and `match_round`.
    """
    from gymreg_core.reporting.from_enrolments import extract_enrolments, made_up_studied
    from gymreg_core.store.enrolments import current_key, stored_enrolments

    if current_key(given.workspace):
        place = given.workspace
    elif given.data is None:
        place = made_up_studied(given.workspace, note)
    elif folders := enrolment_extracts(given):
        place = extract_enrolments(folders[0], given.workspace, note)
    else:
        note("there are no enrolments here (gymreg ingest), so there is no report on effects")
        return None
    return EffectsMaterial(place, stored_enrolments(place).provenance, note)
