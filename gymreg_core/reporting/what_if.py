"""What of a what-if analysis may be shown: released tables, and the sentences made from them."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.disclosure import Released, Ties, release_counts
from gymreg_core.disclosure.small import small
from gymreg_core.matching.compare import ACROSS, RESTS
from gymreg_core.matching.run_counts import TODAY
from gymreg_core.matching.whatif import WhatIf
from gymreg_core.matching.whatif_words import of_cohort, of_people
from gymreg_core.planning.proposal import ProposalEffects
from gymreg_core.provenance import Provenance
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import Texts, texts


def say() -> Texts:
    """Heads, captions and labels of what-if tables and figures."""
    return texts("gymreg_core.reporting", "what_if_texts.yml")


@dataclass(frozen=True, eq=False)
class WhatIfView:
    """What a what-if analysis may show.

    people : `Comparison.table`, small counts left out. places, paths : as in `Comparison`. cutoffs, totals : as in
    `Uncertainty`, None without re-runs. proposed : `ProposalEffects.table`, None but of a proposal. found : the
    analysis itself.
    """

    people: Released
    places: Released
    paths: Released
    cutoffs: Released | None
    totals: Released | None
    found: WhatIf
    proposed: Released | None = None

    def sentences(self, language: Language = "sv") -> tuple[str, ...]:
        """Who moves, what becomes of cut-offs and seats, and how much of it is chance, most important first."""
        comparison, row = self.found.comparison, self.people.table.iloc[0]
        counts = {str(name): None if pd.isna(row[name]) else int(row[name]) for name in row.index[2:]}
        return (
            *of_people(counts, comparison.scenario, language),
            *of_cohort(comparison.new, comparison.gone, language),
            *self.found.sentences(language),
            *([say()("made_up", language)] if comparison.made_up else []),
        )

    def describe(self, language: Language = "sv") -> str:
        """The sentences as one paragraph."""
        return " ".join(self.sentences(language))

    def to_dict(self) -> dict[str, Any]:
        """All of it as JSON can hold it; None is a count that is not shown, or a cut-off that there is not."""
        comparison, runs = self.found.comparison, self.found.uncertainty
        return {
            "scenario": self.found.scenario.model_dump(mode="json", exclude_defaults=True),
            "intake_year": comparison.intake_year,
            "round": comparison.round,
            "made_up": comparison.made_up,
            "certified": all(certificate.passed for certificate in self.found.certificates),
            "seed": self.found.seed,
            "runs": runs.runs if runs else 0,
            "sentences": list(self.sentences("en")),
            **{
                name: _records(part)
                for name in ("proposed", "people", "places", "paths", "cutoffs", "totals")
                if (part := getattr(self, name)) is not None
            },
        }


def release_what_if(found: WhatIf, provenance: Provenance) -> WhatIfView:
    """What of an analysis may be shown (rules/disclosure.yml). Errors: DisclosureRefused as `release_counts`."""
    comparison, runs = found.comparison, found.uncertainty
    places, paths = comparison.places, comparison.paths
    few = small(paths["admitted"])
    cutoffs = None
    if runs is not None:
        scenario = runs.cutoffs["path_id"].isin(paths.loc[few, "path_id"]) & runs.cutoffs["series"].ne(TODAY)
        cutoffs = _without_few(runs.cutoffs, scenario.to_numpy(np.bool_), provenance)
    ties = Ties(sums=comparison.sums(), across=ACROSS, rests=RESTS)
    return WhatIfView(
        people=release_counts(comparison.table, provenance, ties=ties),
        places=_without_few(places, small(places["admitted"]), provenance),
        paths=_without_few(paths, few, provenance),
        cutoffs=cutoffs,
        totals=release_counts(runs.totals, provenance) if runs else None,
        found=found,
    )


def release_proposal(effects: ProposalEffects, provenance: Provenance) -> WhatIfView:
    """As `release_what_if`, with the effects on what the proposal names: as `Comparison.paths`, sums of its rows."""
    return replace(release_what_if(effects.found, provenance), proposed=release_counts(effects.table, provenance))


def _without_few(table: pd.DataFrame, few: NDArray[np.bool_], provenance: Provenance) -> Released:
    """Let out cut-offs, those of a scenario left out where few are admitted: each is the lowest merit of these.

    Those of today (_previous) are the office's own."""
    names = [name for name in map(str, table.columns) if name.startswith("cutoff") and not name.endswith("_previous")]
    kept = table.assign(**{name: table[name].mask(few) for name in names})
    return release_counts(kept, provenance, hidden=dict.fromkeys(names, few))


def _records(released: Released) -> list[dict[Hashable, Any]]:
    frame = released.table
    return frame.astype("object").where(frame.notna(), None).to_dict("records")
