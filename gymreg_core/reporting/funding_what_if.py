"""What of a funding what-if may be shown: released tables, and the sentences beside them."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.disclosure import Released, Ties, pupils_of, release_money
from gymreg_core.errors import DisclosureRefused
from gymreg_core.funding.what_if import FundingWhatIf
from gymreg_core.funding.what_if_words import step_names
from gymreg_core.provenance import Provenance
from gymreg_core.rules.audience import told_to
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import Texts, texts

_YEARS, _FEW = ("", "_previous"), 1
_CROSSED = [
    *("by", "group", "programme", "pupils", "pupils_previous", "moved", "price", "price_previous", "price_change"),
    "price_change_share",
]


def say() -> Texts:
    """Heads, captions and labels of the tables and figures of a funding what-if."""
    return texts("gymreg_core.reporting", "funding_what_if_texts.yml")


@dataclass(frozen=True, eq=False)
class FundingWhatIfView:
    """What a funding what-if may show.

    groups : `FundingWhatIf.table`, amounts left out that few pupils stand behind, or that a step moves for few: by,
        group, programme; pupils and covered, how many at least; moved and moved_covered; price, supplement and amount
        (öre), with _previous and _change; relative_change; amounts per pupil.
    crossed : programme money of them all, and of school and programme crossed.
    steps : value_previous and value in öre. found : the analysis itself.
    """

    groups: Released
    crossed: Released
    steps: Released
    found: FundingWhatIf

    def sentences(self, language: Language = "sv") -> tuple[str, ...]:
        """What it costs, where that comes from, and who gains and loses, most important first."""
        return self.found.sentences(language)

    def describe(self, language: Language = "sv") -> str:
        """The sentences as one paragraph."""
        return " ".join(self.sentences(language))

    def named_steps(self, language: Language) -> list[str]:
        """The names of the steps, today and the new total among them."""
        p = say()
        return [p("today", language), *step_names(self.found.scenario, language), p("then", language)]

    def to_dict(self) -> dict[str, Any]:
        """All of it as JSON can hold it; amounts in öre, None where one is not shown."""
        names = self.named_steps("en")
        return {
            "about": "funding",
            "scenario": self.found.scenario.model_dump(mode="json", exclude_defaults=True),
            "year": self.found.year,
            "made_up": self.found.made_up,
            "expected_rise": self.found.expected_rise,
            "sentences": list(self.sentences("en")),
            "steps": [{"name": name, **row} for name, row in zip(names, _records(self.steps), strict=True)],
            "groups": _records(self.groups),
            "school_programmes": _records(self.crossed.where(self.crossed.table["by"].eq("school_programme"))),
        }


def release_funding_what_if(found: FundingWhatIf, provenance: Provenance) -> FundingWhatIfView:
    """What of an analysis may be shown (rules/disclosure.yml, money).

    Each analysis is looked at by itself. Two whose scenarios differ little, such as by a point of the limit, tell by
    their difference of the few in between: whoever hands on more than one has to see to that.
    Errors: DisclosureRefused where a change of the scenario is about few pupils, and as `release_money`.
    """
    smallest = int(told_to("smallest_count"))
    few = [int(step) for step, n in zip(found.steps["step"], found.steps["pupils"], strict=True) if 0 < n < smallest]
    if few:
        raise DisclosureRefused(
            f"what changes for fewer than {smallest} pupils: changes.{', changes.'.join(map(str, few))}"
            if 0 < few[0] < len(found.steps) - 1
            else f"there are fewer than {smallest} pupils",
            where=found.scenario.name,
            why="What such a change costs would tell of single pupils.",
            remedy="Make it about more of them.",
        )
    steps = found.steps.rename(columns={"amount_from": "value_previous", "amount_to": "value", "step": "rank"})
    groups, crossed = _released(found, provenance)
    return FundingWhatIfView(
        groups=groups,
        crossed=crossed,
        steps=release_money(steps[["rank", "kind", "value_previous", "value"]], provenance),
        found=found,
    )


def _released(found: FundingWhatIf, provenance: Provenance) -> tuple[Released, Released]:
    """The groups, and programme money of all with what crosses; what the second leaves out is not in the first.

    The region's amounts are told by the steps and the sentences, so that they are not left out for others' sake.
    """
    whole = _columns(found)
    told = set(np.flatnonzero(whole["by"] == "region"))
    sums = [(None if total in told else total, parts) for total, parts in found.sums()]
    crossed = release_money(whole[_CROSSED], provenance, ties=Ties(sums=sums))
    single = np.flatnonzero(whole["by"] != "school_programme")
    place: dict[int | None, int] = {int(row): at for at, row in enumerate(single)}
    own = [(place.get(total), [place[part] for part in parts]) for total, parts in sums if set(parts) <= set(place)]
    groups = whole.iloc[single].reset_index(drop=True)
    for end in _YEARS:
        groups.loc[crossed.table[f"price{end}"].isna().to_numpy()[single], f"pupils{end}"] = _FEW
    return release_money(groups, provenance, ties=Ties(sums=own)), crossed


def _columns(found: FundingWhatIf) -> pd.DataFrame:
    """The groups with the counts behind them, changes and shares."""
    t = found.table
    out = t[["by", "group", "programme", "moved", "moved_covered"]].copy()
    for end in _YEARS:
        out[f"pupils{end}"] = pupils_of(t[f"pupil_months{end}"])
        out[f"covered{end}"] = pupils_of(t[f"covered_months{end}"])
    for name in ("price", "supplement", "amount"):
        for end in _YEARS:
            out[f"{name}{end}"] = t[f"{name}{end}"]
        out[f"{name}_change"] = t[name] - t[f"{name}_previous"]
    for name in ("price", "amount"):
        out[f"{name}_change_share"] = out[f"{name}_change"] / t[f"{name}_previous"].where(t[f"{name}_previous"] > 0)
    out["relative_change"] = t["relative"]
    now, before = (t[f"amount_per_pupil{end}"].astype("Float64") for end in _YEARS)
    rise = now / before.where(before > 0)
    out["amount_per_pupil"], out["amount_per_pupil_previous"] = t["amount_per_pupil"], t["amount_per_pupil_previous"]
    out["amount_per_pupil_change_share"] = (rise - 1).astype("float64")
    out["amount_per_pupil_real_change"] = (rise / (1 + found.expected_rise / 100) - 1).astype("float64")
    return out


def _records(released: Released) -> list[dict[Hashable, Any]]:
    frame = released.table
    return frame.astype("object").where(frame.notna(), None).to_dict("records")
