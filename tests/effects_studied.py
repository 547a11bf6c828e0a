"""What an effect study gives, for tests of pages: plausible random tables of contracts/effects.py that agree with one
another, with the claims, findings and refusals that are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.contracts.effects import EFFECT_TABLES, Studied, effect_table, empty_effects
from gymreg_core.effects.bands import band_names
from gymreg_core.effects.found import rows
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.provenance import Provenance
from gymreg_core.rules import rule

MADE_UP = Provenance((), already_public=False, made_up=True)
Row = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """What the study says of a design: a row of `conclusions`, and whether it stands in the plan."""

    claim: str = "causal"
    finding: str = "cannot_tell"
    because: str = ""
    refusal: str = ""


MIXED: Mapping[str, Told] = {
    "introduction": Told("causal", "cannot_tell"),
    "dose": Told("withdrawn", "more", "lead_dose"),
    "dose_groups": Told("associated", "more", "pre_trend"),
    "instrument": Told("none", "refused", "", "weak_instrument"),
    "offers": Told("causal", "nothing_of_interest"),
    "cutoff": Told("causal", "more"),
}
"""All claims and nearly all findings at once."""
_PANEL = ("introduction", "dose", "dose_groups", "instrument")
_EVENT = ("introduction", "dose_groups")
_NEEDS_OFFERS = ("offers", "cutoff")
_DOSE_OF_OFFER = 0.4
_T = 1.97
_LOW = {"completion_3": 0.76, "completion_4": 0.8, "interruption": 0.04, "switching": 0.09, "points": 0.55}
_OWN = ((0, 15.0), (140, 10.5), (180, 6.0), (200, 0.0))


@dataclass(frozen=True, eq=False)
class StoredStudy:
    """A study as it comes out of a workspace."""

    studied: Studied
    provenance: Provenance = MADE_UP


def studied(
    told: Mapping[str, Told] = MIXED,
    *,
    plan: AnalysisPlan | None = None,
    seed: int = 0,
    cohorts: Sequence[int] = range(2011, 2026),
    known: int = 2022,
    schools: int = 180,
    pupils: int = 20_000,
    made_up: bool = True,
) -> Studied:
    """A study of the region with these conclusions.

    told : per design; a design that is not there was asked for and refused for `no_offers` or `few_schools`.
    known : the newest cohort whose outcome is known. pupils : starters of a cohort.
    """
    plan = plan or AnalysisPlan()
    rng = np.random.default_rng([seed, schools, pupils])
    refused = {
        d: Told("none", "refused", "", "no_offers" if d in _NEEDS_OFFERS else "few_schools") for d in plan.designs
    }
    of = {design: told.get(design, refused[design]) for design in plan.designs}
    followed = [year for year in cohorts if year <= known]
    made = _Maker(rng, plan, of, list(cohorts), followed, schools, pupils)
    tables = {name: rows(name, getattr(made, name)()) if pupils else empty_effects(name) for name in EFFECT_TABLES}
    return Studied(
        since=f"{min(cohorts)}-07-01",
        as_of="2026-01-31",
        made_up=made_up,
        plan=plan.as_json(),
        plan_hash=plan.hash,
        statuses={
            "effects.fewest_schools": "assumption",
            "effects.weakest_first_stage": "published",
            "effects.base_cohorts": "derived",
            "effects_wording.introduction": "assumption",
            "supplement.limit": "published",
            "supplement.bands": "assumption",
        },
        **tables,
    )


def one_design(design: str, told: Told, **given: Any) -> Studied:
    """A study whose plan is one design alone."""
    plan = AnalysisPlan(main=design, designs=(design,))
    return studied({design: told}, plan=plan, **given)


@dataclass(frozen=True)
class _Maker:
    rng: np.random.Generator
    plan: AnalysisPlan
    of: Mapping[str, Told]
    cohorts: list[int]
    followed: list[int]
    schools: int
    pupils: int

    @property
    def mean_dose(self) -> float:
        return 1.3

    @property
    def interest(self) -> float:
        """Smallest effect of interest per thousand kronor."""
        return self.plan.smallest_of_interest / 100 / self.mean_dose

    def jump(self) -> list[Row]:
        merits = [0, *range(100, 340, 10)]
        counts = [60, *(self.pupils * np.exp(-0.5 * ((np.asarray(merits[1:]) - 225) / 45) ** 2) / 11).astype(int)]
        return [
            {
                "merit_from": merit,
                "pupils": int(count),
                "own": [own for start, own in _OWN if merit >= start][-1],
                "dose": 2.6 - 0.006 * (merit - 100) if merit else 2.7,
                "completion_3": float(np.clip(0.25 + 0.0023 * merit, 0, 0.98)),
            }
            for merit, count in zip(merits, counts, strict=True)
        ]

    def doses(self) -> list[Row]:
        bands = band_names()
        groups = {
            "region": [""],
            "merit_band": bands,
            "programme_type": ["preparatory", "vocational"],
            "programme": ["EK", "NA", "SA", "BA", "EE", "VO"],
            "provider_form": ["municipal", "independent"],
            "dose_group": ["1", "2", "3", "4"],
        }
        out: list[Row] = []
        for year in self.cohorts:
            for by, names in groups.items():
                size = self.pupils // len(names)
                for place, name in enumerate(names):
                    high = 1 - place / len(names)
                    out.append(
                        {
                            "cohort": year,
                            "by": by,
                            "group": name,
                            "schools": max(2, self.schools // (1 if by == "region" else 2)),
                            "pupils": size - 7 * place,
                            "covered": int(size * 0.13 * (1 if by == "region" else 2 * high)),
                            "dose": self._dose(year) * (1 if by == "region" else 0.4 + 1.2 * high),
                            "completion_3": _LOW["completion_3"] + 0.05 * (1 - high)
                            if year in self.followed
                            else np.nan,
                        }
                    )
            types = {"preparatory": ("EK", "NA", "SA"), "vocational": ("BA", "EE", "VO")}
            of = {row["group"]: row for row in out if row["cohort"] == year and row["by"] == "programme"}
            for row in out:
                if row["cohort"] == year and row["by"] == "programme_type":
                    row |= {name: sum(of[one][name] for one in types[row["group"]]) for name in ("pupils", "covered")}
        return out

    def dose_spread(self) -> list[Row]:
        quantiles = np.arange(1, 10) / 10
        return [
            {
                "cohort": year,
                "quantile": float(q),
                "dose": float(self._dose(year) * (0.15 + 1.9 * q**2)),
                "pupils": self.pupils,
                "schools": self.schools,
            }
            for year in self.cohorts
            for q in quantiles
        ]

    def power(self) -> list[Row]:
        out = []
        for design, outcome in self._told():
            error = self._error(design)
            for effect in (0, 0.002, 0.005, 0.01, 0.015, 0.02, 0.03):
                chance = float(np.clip(0.05 + 0.95 * (1 - np.exp(-((effect / (2.4 * error)) ** 2))), 0, 1))
                out.append({**self._what(design, outcome), "effect": effect, "power": chance, "simulations": 500})
        return out

    def detectable(self) -> list[Row]:
        about = {"power": self.plan.power, "schools": self.schools, "cohorts": len(self.followed), "simulations": 500}
        return [
            {
                **self._what(design, outcome),
                **about,
                "pupils": len(self.followed) * self.pupils,
                **(
                    {"refusal": self.of[design].refusal}
                    if self.of[design].refusal
                    else {"detectable": 2.8 * self._error(design), "std_error": self._error(design)}
                ),
            }
            for design in self.plan.designs
            for outcome in self.plan.outcomes
        ]

    def estimates(self) -> list[Row]:
        out = []
        for design in self.plan.designs:
            measure = "offer" if design in _NEEDS_OFFERS else "dose"
            out += [{**self._estimate(design, outcome), "measure": measure} for outcome in self.plan.outcomes]
            if self.of[design].refusal:
                continue
            if design in ("introduction", "instrument", *_NEEDS_OFFERS):
                first = _DOSE_OF_OFFER if design in _NEEDS_OFFERS else 0.9
                out.append(
                    {
                        **self._estimate(design, self.plan.outcome),
                        "measure": "first_stage",
                        **self._interval(first, 0.05),
                        "p_value": 0.0001,
                    }
                )
            for by, names in (("merit_band", ("0-159", "160-199", "200-239", "240-340")), ("programme_type", _TYPES)):
                for name in names:
                    row = self._estimate(design, self.plan.outcome)
                    row |= {"measure": measure, "by": by, "group": name, "pupils": row["pupils"] // len(names)}
                    out.append({**row, "p_adjusted": min(1.0, row["p_value"] * len(names))})
        return out

    def event(self) -> list[Row]:
        out = []
        for design in _EVENT:
            if design not in self.of or self.of[design].refusal:
                continue
            for group in ("",) if design == "introduction" else ("2", "3", "4"):
                for year in self.followed:
                    reference = year == _REFERENCE
                    exposure = float(np.clip((year - 2011.7) / 3, 0, 1))
                    numbers = self._interval(exposure * self._size(design), self._error(design))
                    out.append(
                        {
                            **self._what(design, self.plan.outcome),
                            "group": group,
                            "cohort": year,
                            "exposure": exposure,
                            "reference": reference,
                            **({"estimate": 0.0} if reference else numbers),
                            "pupils": self.pupils,
                        }
                    )
        return out

    def bounds(self) -> list[Row]:
        return [
            {
                **self._what("introduction", outcome),
                "violation": violation,
                "low": self._size("introduction") - (_T + 2 * violation) * self._error("introduction"),
                "high": self._size("introduction") + (_T + 2 * violation) * self._error("introduction"),
            }
            for violation in rule("effects", "violations")
            for design, outcome in self._told()
            if design == "introduction"
        ]

    def checks(self) -> list[Row]:
        out = []
        for design, outcome in self._told():
            needs = rule("effects_wording", design)["needs"]
            failing = self.of[design].because.split(",") if self.of[design].because else []
            for check in [*needs, *(_FURTHER.get(design, ()))]:
                bad = check in failing
                verdict = ("unclear" if self.of[design].claim == "associated" else "fails") if bad else "holds"
                out.append(
                    {
                        **self._what(design, outcome),
                        "check": check,
                        "statistic": 1.2 if verdict != "fails" else 5.4,
                        "p_value": {"holds": 0.41, "unclear": 0.2, "fails": 0.003}[verdict],
                        "power": 0.3 if verdict == "unclear" else 0.85,
                        "verdict": verdict,
                    }
                )
        return out

    def balance(self) -> list[Row]:
        return [
            {
                **self._what(design, self.plan.outcome),
                "covariate": covariate,
                **self._interval(0.001, 0.004),
                "p_value": 0.6,
                "pupils": self.pupils,
            }
            for design in self.plan.designs
            if not self.of[design].refusal
            for covariate in ("merit", "girls", "choices" if design in _NEEDS_OFFERS else "intake_rank")
        ]

    def cutoff_bins(self) -> list[Row]:
        if "cutoff" not in self.of or self.of["cutoff"].refusal:
            return []
        return [
            {
                "outcome": outcome,
                "points_from": points,
                "pupils": int(120 + self.rng.integers(0, 60)),
                "offered": float(points >= 0),
                "dose": 1.1 + _DOSE_OF_OFFER * (points >= 0),
                "value": _LOW[outcome] + 0.0006 * points + self._size("cutoff") * (points >= 0),
            }
            for outcome in self.plan.outcomes
            for points in np.arange(-40, 40, 2.5)
        ]

    def cutoff_checks(self) -> list[Row]:
        if "cutoff" not in self.of or self.of["cutoff"].refusal:
            return []
        kinds = [
            ("bandwidth", 10),
            ("bandwidth", 20),
            ("bandwidth", 40),
            ("donut", 2.5),
            ("placebo", -20),
            ("placebo", 20),
        ]
        return [
            {
                "outcome": self.plan.outcome,
                "kind": kind,
                "value": value,
                **self._interval(0.0 if kind == "placebo" else self._size("cutoff"), self._error("cutoff")),
                "pupils": 900,
            }
            for kind, value in kinds
        ]

    def specifications(self) -> list[Row]:
        out = []
        choices = [
            (d, a, w) for d in ("school_programme", "school") for a in ("bands", "shares", "none") for w in _WEIGHTS
        ]
        for design in self.plan.designs:
            if design not in _PANEL or self.of[design].refusal:
                continue
            for dose_of, adjusted, weights in choices:
                error = self._error(design)
                size = self._size(design) + error * self.rng.normal() / 2
                out.append(
                    {
                        **self._what(design, self.plan.outcome),
                        "dose_of": dose_of,
                        "adjusted": adjusted,
                        "weights": weights,
                        "cohorts": "all",
                        "programmes": "all",
                        "effects": "cohort",
                        **self._interval(size, error),
                        "pupils": self.pupils,
                        "planned": (dose_of, adjusted, weights) == choices[0],
                    }
                )
        return [{**row, "number": at + 1} for at, row in enumerate(sorted(out, key=lambda row: row["estimate"]))]

    def joint_tests(self) -> list[Row]:
        out = []
        for design in self.plan.designs:
            if self.of[design].refusal:
                continue
            about = {**self._what(design, self.plan.outcome), "p_value": 0.34}
            out += [
                {**about, "test": "equal_effects", "by": by, "number": number, "statistic": 1.1}
                for by, number in (("merit_band", 4), ("programme_type", 2))
            ]
            if design in _PANEL:
                out.append({**about, "test": "one_direction", "number": 12, "statistic": 0.9})
        return out

    def cost(self) -> list[Row]:
        out: list[Row] = []
        for design in self.plan.designs:
            told, offer = self.of[design], design in _NEEDS_OFFERS
            about = {**self._what(design, self.plan.outcome), "pupils": self.pupils, "dose": self.mean_dose}
            if offer:
                about |= {"pupils": 4_000, "dose": np.nan}
            quantities = ["percentage_points"] if offer else ["percentage_points", "pupils_a_year", _KRONOR]
            if told.refusal:
                out += [{**about, "quantity": quantity, "refusal": told.refusal} for quantity in quantities]
                continue
            numbers = self._interval(self._size(design), self._error(design))
            at_dose = {name: numbers[name] * (1 if offer else self.mean_dose) for name in ("estimate", "low", "high")}
            out.append({**about, "quantity": "percentage_points", **_times(at_dose, 100)})
            if offer:
                continue
            out.append({**about, "quantity": "pupils_a_year", **_times(at_dose, self.pupils)})
            if told.claim != "causal":
                out.append({**about, "quantity": _KRONOR, "refusal": "not_causal"})
            elif numbers["low"] > 0:
                costs = {"estimate": "estimate", "low": "high", "high": "low"}
                out.append({**about, "quantity": _KRONOR, **{to: 3000 / numbers[of] for to, of in costs.items()}})
            else:
                out.append({**about, "quantity": _KRONOR, "refusal": "no_gain_told"})
                if numbers["high"] > 0:
                    out.append({**about, "quantity": f"least_{_KRONOR}", "estimate": 3000 / numbers["high"]})
            if design == self.plan.main:
                whole = 3000 * self.mean_dose * self.pupils
                out.append(
                    {
                        **about,
                        "quantity": "supplement_kronor_a_year",
                        **dict.fromkeys(("estimate", "low", "high"), whole),
                    }
                )
        return out

    def conclusions(self) -> list[Row]:
        return [
            {
                **self._what(design, outcome),
                "measure": rule("effects_wording", design)["about"],
                "claim": self.of[design].claim,
                "finding": self.of[design].finding,
                "because": self.of[design].because,
                "planned": True,
                "refusal": self.of[design].refusal,
            }
            for design in self.plan.designs
            for outcome in self.plan.outcomes
        ]

    def _told(self) -> list[tuple[str, str]]:
        """Designs with numbers, each with every outcome."""
        return [(d, o) for d in self.plan.designs if not self.of[d].refusal for o in self.plan.outcomes]

    def _what(self, design: str, outcome: str) -> Row:
        return {"design": design, "outcome": outcome}

    def _dose(self, year: int) -> float:
        return self.mean_dose * float(np.clip((year - 2011.7) / 3, 0, 1)) * 1.018 ** max(0, year - 2015)

    def _size(self, design: str) -> float:
        by_offer = self.mean_dose if design in _NEEDS_OFFERS else 1.0
        factor = {"more": 2.0, "less": -2.0, "cannot_tell": 0.5}.get(self.of[design].finding, 0.1)
        return by_offer * factor * self.interest

    def _error(self, design: str) -> float:
        by_offer = self.mean_dose if design in _NEEDS_OFFERS else 1.0
        return by_offer * (0.9 if self.of[design].finding == "cannot_tell" else 0.35) * self.interest

    def _interval(self, estimate: float, error: float) -> Row:
        return {
            "estimate": estimate,
            "std_error": error,
            "low": estimate - _T * error,
            "high": estimate + _T * error,
        }

    def _estimate(self, design: str, outcome: str) -> Row:
        about = {**self._what(design, outcome), "by": "region", "group": "", "planned": True}
        about |= {"schools": self.schools, "pupils": len(self.followed) * self.pupils}
        if self.of[design].refusal:
            return {**about, "refusal": self.of[design].refusal}
        size, error = self._size(design), self._error(design)
        p = float(np.exp(-((size / error) ** 2) / 2))
        return {**about, **self._interval(size, error), "p_value": p, "p_wild": min(1, 1.1 * p), "p_random": p}


_TYPES = ("preparatory", "vocational")
_WEIGHTS = ("pupils", "cells")
_KRONOR = "kronor_per_pupil"
_REFERENCE = 2012
_FURTHER = {
    "introduction": ("placebo_year",),
    "cutoff": ("donut", "bandwidth", "mass_points"),
    "offers": ("overlap",),
}


def _times(numbers: Mapping[str, float], factor: float) -> dict[str, float]:
    return {name: factor * value for name, value in numbers.items()}


def changed(found: Studied, table: str, **columns: Any) -> pd.DataFrame:
    """A table of a study with other values in columns."""
    return effect_table(table, found.tables()[table].assign(**columns))
