"""What funding reports rest on: the settled months of a workspace, or the made-up region settled for the purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gymreg_core.provenance import Provenance
from gymreg_core.reporting.funding_plan import FundingPlan
from gymreg_core.reporting.manifest import name_and_hash
from gymreg_core.reporting.material import Given, Note, require_decision
from gymreg_core.reporting.plans import ReportParams

if TYPE_CHECKING:
    from gymreg_core.reporting.funding.stored import SettledWorkspace

FORMS = ("municipal", "independent", "region")
"""Provider forms that there are pages of."""


@dataclass(frozen=True, eq=False)
class FundingMaterial:
    """The settled months of `workspace`; `head` is the hash of the last of them."""

    settled: SettledWorkspace
    workspace: Path
    head: str

    @property
    def provenance(self) -> Provenance:
        return self.settled.provenance

    def wanted(self, plan: FundingPlan) -> Sequence[ReportParams]:
        decided(self.provenance, plan.decision)
        months = {year: len(self.settled.year(year).about["months"]) for year in self.settled.years}

        def names(year: int, scope: str) -> list[str]:
            lines = self.settled.year(year).lines
            if scope == "municipality":
                return sorted(lines.loc[lines["payer_in_area"], "payer"].unique().tolist())
            return sorted(set(lines["provider_form"]) & set(FORMS))

        return plan.expand(months, names)

    def key(self, params: ReportParams) -> Any:
        del params
        return [self.head, self.settled.enrolments_key]

    def schools(self) -> list[tuple[str, str]]:
        return []


def decided(provenance: Provenance, decision: str | None) -> None:
    """As `require_decision`."""
    require_decision(
        provenance,
        decision,
        report="funding",
        held="these are months settled for real pupils",
        why="Amounts follow from programmes and homes of pupils; the region decides what it publishes of them.",
    )


def funding_state(given: Given) -> Any:
    """Names and hashes of the extracts of enrolments, the last closing of the ledger, and which enrolments are current;
    the made-up region's follow from the code."""
    from gymreg_core.store.enrolments import current_key
    from gymreg_core.store.ledger import Ledger

    return [extract_names(given), Ledger(given.workspace).head, current_key(given.workspace)]


def funding_material(given: Given, note: Note) -> FundingMaterial | None:
    """The settled months of the workspace; without any, those of an extract of made-up enrolments in `data`, or of the
    made-up region where there is no `data`. None, and a note, where nothing is settled and nothing can be.

    Errors: DisclosureRefused for an extract of real enrolments that was not settled on purpose; as `ingest_enrolments`
    and `settle_months`.
    """
    from gymreg_core.reporting.from_enrolments import extract_settled, made_up_settled
    from gymreg_core.reporting.funding.stored import load
    from gymreg_core.store.ledger import Ledger

    if Ledger(given.workspace).head:
        place = given.workspace
    elif given.data is None:
        place = made_up_settled(given.workspace, note)
    elif folders := enrolment_extracts(given):
        place = extract_settled(folders[0], given.workspace, note)
    else:
        note("no month is settled here (gymreg settle), so there are no funding reports")
        return None
    return FundingMaterial(load(place), place, Ledger(place).head)


def extract_names(given: Given) -> list[Any]:
    """Names and hashes of the files of enrolments in the data."""
    from gymreg_core.sources.register.opening import extract_files

    folders = enrolment_extracts(given)
    return [name_and_hash(path) for folder in folders for path in extract_files(folder, _kind())]


def enrolment_extracts(given: Given) -> list[Path]:
    """Extracts of enrolments in the data."""
    from gymreg_core.sources.extract_kinds import extracts

    return extracts([given.data], _kind()) if given.data else []


def _kind() -> Any:
    from gymreg_core.sources.enrolments.layout import enrolment_kind

    return enrolment_kind()
