"""Sections on switches, groups, schools, risks, curves and data: what they say, what they do not, and to whom."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

import pandas as pd
import pytest

from gymreg_core.contracts.tracked import Tracked
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.dropout.report import DropoutReport
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.rules import entries
from gymreg_core.vocabulary.programmes import LANGUAGES
from gymreg_core.vocabulary.slugs import swedish_order
from tests.tracked_tables import random_tracked

SECTIONS = ("switches", "groups", "schools", "risk", "curves", "responsibility", "warning", "quality")
SCOPES = [("region", None), ("municipality", "Nacka"), ("provider_form", "independent"), ("programme", "EK")]
REGION_ALONE = ("groups", "risk", "warning")
MADE_UP = Provenance((), already_public=False, made_up=True)


@dataclass(frozen=True, eq=False)
class Stored:
    """Tracked cohorts as if from a workspace."""

    tracked: Tracked
    provenance: Provenance = MADE_UP


@cache
def stored(pupils: int = 2500) -> Stored:
    return Stored(random_tracked(0, cohorts=range(2021, 2026), pupils=pupils, schools=20))


def report(of: Stored, scope: str = "region", name: str | None = None, language: str = "sv") -> DropoutReport:
    return DropoutReport.on(of, scope=scope, scope_name=name, language=language)


def words(fragment: Fragment) -> str:
    """The markdown with ordinary spaces."""
    return fragment.markdown.replace("\u00a0", " ")


def rows(markdown: str, identifier: str) -> list[list[str]]:
    """The cells of the table with that address, below its head."""
    lines = markdown[: markdown.index(f"{{#tbl-{identifier}}}")].splitlines()[:-2]
    table = []
    while lines and lines[-1].startswith("|"):
        table.append([cell.strip() for cell in lines.pop()[1:-1].split(" | ")])
    return table[::-1][2:]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("pupils", [2500, 120])
@pytest.mark.parametrize(("scope", "name"), SCOPES)
def test_every_section_speaks_or_is_empty_and_never_of_causes(
    scope: str, name: str | None, pupils: int, language: str
) -> None:
    page = report(stored(pupils), scope, name, language)
    said = {section: words(getattr(page, section)()) for section in SECTIONS}
    assert {section for section in REGION_ALONE if said[section]} <= (set(REGION_ALONE) if scope == "region" else set())
    whole = "\n".join(said.values()).lower()
    never = ["avhopp", "omval", "dropout", "drop-out", "leder till", "därför att", "orsakar", "leads to", "nan"]
    assert [word for word in never if re.search(rf"\b{word}", whole)] == []
    assert "{" not in re.sub(r"\{[#.][^}]*\}", "", whole), "every blank is filled"


def test_switches_tell_the_shares_of_the_table() -> None:
    large = stored(6000)
    tracked = large.tracked
    mine = tracked.switches.query("by == 'region' and cohort == 2022 and within == 1").set_index("kind")["pupils"]
    share = 100 * (1 - mine["none"] / mine.sum())
    told = words(report(large).switches())
    assert f"bytte {share:.1f}".replace(".", ",") + " procent inom ett år" in told
    done = tracked.switches.query("by == 'region' and cohort == 2022 and within == 2").set_index("kind")
    stayed = 100 * done.loc["none", "completed"] / done.loc["none", "pupils"]
    assert f"{stayed:.1f} %".replace(".", ",") in told


def test_schools_stand_by_place_and_name_and_nothing_is_ranked() -> None:
    page = report(stored())
    told = page.schools()
    listed = [(cells[1], cells[0]) for cells in rows(words(told), "skolor")]
    assert len(listed) == 12
    assert listed == sorted(listed, key=lambda one: (swedish_order(one[0]), swedish_order(one[1])))
    assert "rangordnas inte" in words(told)
    assert "nästa årskull" in words(told)
    (file,) = [content for name, content in told.files.items() if name.endswith(".csv")]
    names = [line.split(";")[:2] for line in file.decode("utf-8-sig").splitlines()[1:]]
    assert len(names) == 20
    drawing = next(content for name, content in told.files.items() if name.endswith("fig-skolor.svg")).decode()
    assert not [name for name in page.view.schools.table["school"] if f">{name}<" in drawing], "no dot is named"


def test_a_municipality_sees_its_own_schools_among_all() -> None:
    told = report(stored(), "municipality", "Nacka").schools()
    assert {cells[1] for cells in rows(words(told), "skolor")} == {"Nacka"}
    drawing = next(content for name, content in told.files.items() if name.endswith(".svg")).decode()
    assert "Andra skolor" in drawing
    assert "Nacka" in drawing


def test_a_school_that_is_not_shown_has_dots_and_is_counted() -> None:
    tracked = stored().tracked
    schools = tracked.schools.copy()
    schools.loc[3, "completed"] = schools.loc[3, "starters"] - 1
    page = report(Stored(replace(tracked, schools=schools)))
    told = words(page.schools())
    assert "För 2 skolor visas inga siffror" in told
    (cells,) = [cells for cells in rows(told, "skolor") if cells[0] == schools.loc[3, "school"]] or [None]
    if cells is not None:
        assert cells[2:] == [".."] * 5


def test_a_group_that_is_not_drawn_is_named_below_the_picture() -> None:
    page = report(stored(120))
    told = words(page.groups())
    hidden = [cells[0] for cells in rows(told, "grupper-3") if cells[2] == ".."]
    assert hidden, "some group of so few pupils is left out"
    line = next(line for line in told.splitlines() if line.startswith("Inte i bilden: "))
    assert line.removeprefix("Inte i bilden: ").split(". ")[0].split("; ") == hidden
    assert "SCB, inte slutfört inom 4 år räknar dem som inte slutförde" in words(report(stored()).measures())


def test_every_assumption_of_cohorts_is_said_in_words() -> None:
    """What has no words of its own would stand in English on a Swedish page."""
    page = report(stored()).view
    assumed = [
        f"assumed.{file}.{name}"
        for file in ("cohort", "cohort_models", "completion")
        for name, entry in entries(file).items()
        if entry["status"] == "assumption"
    ]
    assert len(assumed) > 15
    assert [key for key in assumed if not page.says(key)] == []


def test_only_temporary_numbers_are_said_to_be_none() -> None:
    """Protected identities are counted for the region alone, so that no part can say that everyone is followed."""
    tracked = stored().tracked
    nobody = Stored(replace(tracked, not_followed=tracked.not_followed.iloc[:0]))
    for scope, name in SCOPES:
        said = words(report(nobody, scope, name).quality()) + words(report(nobody, scope, name).in_brief())
        assert "Alla som började" not in said.replace("Alla som började går inte att följa till slutet", "")
        assert "Ingen av dem som började hade tillfälligt personnummer" in said


def test_early_warning_says_how_often_it_errs_and_what_it_is_not_for() -> None:
    told = words(report(stored()).warning())
    assert told.count("\n- Den ") == 5
    row = stored().tracked.warning.query("judge == 'score'").iloc[0]
    wrong = 100 * (1 - row["found"] / row["flagged"])
    assert f"fick {wrong:.1f} procent av dem ändå examen i tid".replace(".", ",") in told
    judges = {cells[0] for cells in rows(told, "varning")}
    assert judges == {"Poängen", "Skolans andel"}
    groups = {cells[0] for cells in rows(told, "varning-grupper")}
    assert {"Alla", "Kvinnor", "Män"} <= groups


def test_risks_are_told_in_percentage_points_with_their_intervals() -> None:
    hazard = (
        stored()
        .tracked.hazard.iloc[[0]]
        .assign(term="sex", level="M", reference="F", effect=0.012, low=0.004, high=0.02)
    )
    told = words(report(Stored(replace(stored().tracked, hazard=hazard))).risk())
    assert "+1,2 (+0,4 till +2,0)" in told.replace("\\", "")
    assert "Störst är skillnaden för kön: män mot kvinnor, +1,2 procentenheter" in told
    unclear = hazard.assign(low=-0.004)
    assert "Alla intervall rymmer noll" in words(report(Stored(replace(stored().tracked, hazard=unclear))).risk())


def test_the_activity_responsibility_is_not_added_to_interruptions() -> None:
    told = words(report(stored()).responsibility())
    assert "Det är inte samma sak som avbrott" in told
    listed = rows(told, "aktivitetsansvar")
    assert listed[-1][0] == "Hela regionen"
    own = words(report(stored(), "municipality", "Nacka").responsibility())
    shown = stored().tracked.responsibility.query("municipality == 'Nacka'")["pupils"].sum()
    assert f"hörde {shown} ungdomar dit (Nacka)" in own or "visas inte" in own


def test_rules_of_cleaning_are_told_in_plain_words() -> None:
    told = words(report(stored()).quality())
    names = [cells[0] for cells in rows(told, "rensning")]
    assert len(names) == len(stored().tracked.cleaning)
    assert not [name for name in names if "_" in name or "{" in name]


def test_a_curve_is_told_after_three_years_with_its_interval() -> None:
    page = report(stored())
    frame = page.view.curves.table.query(
        "by == 'region' and entry == 'national' and state == 'diploma' and month == 36"
    )
    row = pd.Series(frame.iloc[0])
    shares = [f"{100 * row[name]:.1f}".replace(".", ",") for name in ("probability", "low", "high")]
    assert f"{shares[0]} procent ({shares[1]}–{shares[2]}) examen efter 36 månader" in words(page.curves())
