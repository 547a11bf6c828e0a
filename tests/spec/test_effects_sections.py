"""What the sections of an effect study tell: each number on its own scale once, what is withdrawn marked, every key of
the contract in words, and every assumption in a sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import pytest

from gymreg_core.contracts.effects import CHECKS, CLAIMS, DESIGNS, EFFECT_TABLES, FINDINGS, OUTCOMES, REFUSALS, VERDICTS
from gymreg_core.effects import study_words
from gymreg_core.effects.bands import band_names
from gymreg_core.effects.panel import SETTLED
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.reporting.charts import canvas
from gymreg_core.reporting.effects import EffectsReport, told
from gymreg_core.reporting.effects.parts import group_name
from gymreg_core.reporting.effects.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.rules import entries, rule
from gymreg_core.vocabulary.programmes import LANGUAGES, Language
from tests.effects_studied import MIXED, StoredStudy, Told, changed, studied

COHORTS = (2011, 2012, 2014, 2022)
DOSE = 2.5
"""Thousand kronor, mean dose of the studies here."""
SHARES = {"estimate": 0.02, "low": -0.004, "high": 0.1}
PLAIN, AT_DOSE = "+2,0 (−0,4 till +10,0)", "+5,0 (−1,0 till +25,0)"
"""SHARES in percentage points, as they are and at the mean dose."""
WITHDRAWN = "Upplägget är tillbakadraget"


@dataclass
class Drawn:
    """Specifications of the charts that were asked for, instead of drawings."""

    specs: list[dict[str, Any]] = field(default_factory=list)

    def draw(self, spec: dict[str, Any], **_: Any) -> str:
        self.specs.append(spec)
        return "<svg/>"

    @property
    def values(self) -> list[dict[str, Any]]:
        """Of the last one."""
        return list(self.specs[-1]["data"]["values"])


@pytest.fixture(autouse=True)
def drawn(monkeypatch: pytest.MonkeyPatch) -> Drawn:
    found = Drawn()
    monkeypatch.setattr(canvas.vl_convert, "vegalite_to_svg", found.draw)
    return found


@cache
def stored(made: Any) -> StoredStudy:
    return StoredStudy(made)


def report(made: Any, language: Language = "sv") -> EffectsReport:
    return EffectsReport.on(stored(made), language=language)


@cache
def of_shares(plan: AnalysisPlan = AnalysisPlan(also=("points",))) -> Any:  # noqa: B008 a frozen plan
    """A study all of whose estimates are SHARES, with DOSE as its mean dose."""
    made = studied(plan=plan, cohorts=COHORTS)
    tables = {
        name: changed(made, name, **{end: frame[end].mask(frame[end].notna(), SHARES[end]) for end in ends})
        for name, ends in {
            **dict.fromkeys(("estimates", "event", "specifications", "cutoff_checks", "balance"), SHARES),
            "bounds": ("low", "high"),
        }.items()
        for frame in [made.tables()[name]]
    }
    tables["cost"] = changed(made, "cost", dose=made.cost["dose"].mask(made.cost["dose"].notna(), DOSE))
    return replace(made, **tables)


def rows_of(fragment: Fragment, identifier: str) -> list[dict[str, str]]:
    """Rows of a table of the page by their heads."""
    (found,) = re.findall(rf"((?:^\|.*\n)+)\n: .*\{{#tbl-{identifier}\}}", fragment.markdown, re.MULTILINE)
    lines = [[cell.strip() for cell in row.strip("|\n").split(" | ")] for row in found.replace("\\", "").splitlines()]
    head, _, *lines = lines
    return [dict(zip(head, line, strict=True)) for line in lines]


def note(fragment: Fragment, identifier: str, head: str = "Procentenheter (intervall)") -> list[str]:
    return [row[head] for row in rows_of(fragment, identifier)]


@pytest.mark.parametrize(
    ("section", "table", "wanted"),
    [
        ("results", "resultat", [AT_DOSE, AT_DOSE, AT_DOSE, None, PLAIN, PLAIN]),
        ("results", "fler-utfall", [AT_DOSE]),
        ("groups", "grupper", [AT_DOSE] * 6),
        ("specifications", "alla-val", [AT_DOSE] * 12),
        ("over_time", "infort", [PLAIN, "jämförs med", PLAIN, PLAIN]),
        ("over_time", "dosgrupper", [PLAIN, "jämförs med", PLAIN, PLAIN] * 3),
        ("over_time", "granser", ["−1,0 till +25,0"] * 5),
        ("at_cutoffs", "gransval", [PLAIN] * 6),
    ],
)
def test_effects_are_told_at_the_mean_dose_once_and_those_of_offers_and_cohorts_as_they_are(
    section: str, table: str, wanted: list[str | None]
) -> None:
    found = note(getattr(report(of_shares()), section)(), table)
    assert len(found) == len(wanted)
    assert [one for one, at in zip(found, wanted, strict=True) if at is not None and one != at] == []


@pytest.mark.parametrize(
    ("section", "by_offer"), [("results", ("Erbjudna med samma chans", "Vid antagningsgränsen")), ("groups", ())]
)
def test_pictures_stand_on_the_scale_of_their_tables(section: str, by_offer: Sequence[str], drawn: Drawn) -> None:
    getattr(report(of_shares()), section)()
    for row in drawn.values:
        factor = 1 if row["label"] in by_offer else DOSE
        assert {end: row[end] for end in SHARES} == pytest.approx({end: factor * SHARES[end] for end in SHARES})


def test_power_stands_at_the_mean_dose_and_the_smallest_effect_of_an_offer_as_it_is(drawn: Drawn) -> None:
    made = of_shares()
    made = replace(made, detectable=changed(made, "detectable", detectable=0.02))
    rows = {row["Upplägg"]: row for row in rows_of(report(made).power(), "styrka")}
    assert rows["När tillägget infördes"]["Minsta som syns, procentenheter"] == "5,0"
    assert rows["Vid antagningsgränsen"]["Minsta som syns, procentenheter"] == "2,0"
    assert (rows["När tillägget infördes"]["Gäller"], rows["Vid antagningsgränsen"]["Gäller"]) == (
        "vid medeldosen",
        "av ett erbjudande",
    )
    effects = sorted(set(made.power["effect"]))
    assert sorted({row["points"] for row in drawn.values}) == pytest.approx([100 * DOSE * one for one in effects])


def test_the_cohort_compared_with_is_drawn_at_nought_on_the_ground_from_before(drawn: Drawn) -> None:
    made = of_shares()
    event = made.event.assign(estimate=made.event["estimate"].mask(made.event["reference"], 0.0))
    text = report(replace(made, event=event)).over_time().markdown
    first = drawn.specs[0]["data"]["values"]
    assert [(row["estimate"], row["low"], row["high"]) for row in first if row["cohort"] == 2012] == [(0, None, None)]
    assert "0 av 1 intervall före tillägget och 0 av 2 efter" in text
    assert '"datum": 2012.5' in json.dumps(drawn.specs[0])


@pytest.mark.parametrize("last", [2011, 2012])
def test_intervals_on_one_side_of_nought_are_counted_before_and_after(last: int) -> None:
    made = of_shares()
    lead = made.event["cohort"].eq(2011) & made.event["design"].eq("introduction")
    event = changed(made, "event", low=made.event["low"].mask(lead, 0.001))
    if last == 2011:
        event = event[event["cohort"] != 2012].assign(reference=lambda frame: frame["cohort"].eq(2011))
    text = report(replace(made, event=event.reset_index(drop=True))).over_time().markdown
    wanted = {2012: "1 av 1 intervall före tillägget", 2011: "Före finns bara en årskull"}[last]
    assert f"”När tillägget infördes”: {wanted}" in text or (last == 2011 and wanted in text)


def test_what_is_withdrawn_has_a_point_of_its_own_and_a_key(drawn: Drawn) -> None:
    report(of_shares()).results()
    text = json.dumps(drawn.specs[-1], ensure_ascii=False)
    assert {row["label"] for row in drawn.values if row["label_to"] == "tillbakadraget"} == {"År med mer och mindre"}
    assert '"filter": {"field": "label_to", "equal": "tillbakadraget"}' in text
    assert '"text": {"value": "tillbakadraget"}' in text
    report(studied({design: Told("causal", "more") for design in DESIGNS}, cohorts=COHORTS)).results()
    assert "tillbakadraget" not in json.dumps(drawn.specs[-1], ensure_ascii=False)


@pytest.mark.parametrize("section", ["over_time", "groups", "at_cutoffs"])
@pytest.mark.parametrize("claim", ["withdrawn", "associated"])
def test_pictures_of_a_design_that_is_withdrawn_say_so(section: str, claim: str) -> None:
    made = studied({design: Told(claim, "more", "pre_trend") for design in DESIGNS}, cohorts=COHORTS)
    assert (WITHDRAWN in getattr(report(made), section)().markdown) == (claim == "withdrawn")


def test_choices_name_the_designs_withdrawn_and_their_file_holds_those_that_gave_no_number() -> None:
    made = of_shares()
    rows = made.specifications
    last = rows["number"].eq(rows["number"].max())
    refused = changed(
        made,
        "specifications",
        **{end: rows[end].mask(last) for end in SHARES},
        refusal=rows["refusal"].mask(last, "collinear"),
    )
    found = report(replace(made, specifications=refused)).specifications()
    assert "Tillbakadragna upplägg: ”År med mer och mindre”." in found.markdown
    (file,) = [text.decode() for name, text in found.files.items() if name.endswith("alla-val.csv")]
    assert len(file.strip().splitlines()) == 1 + len(rows)
    assert "dosen går inte att skilja från det som hålls lika" in file
    listed = [row["Val, där de skiljer från planens"] for row in rows_of(found, "alla-val")]
    planned = int(rows["planned"].sum())
    assert [one == "planens val" for one in listed] == [at < planned for at in range(len(listed))]
    assert "Dos för: hela skolan; Meritvärden: räknas inte bort; Lika vikt för: grupper av elever" in file


@pytest.mark.parametrize("refusal", [one for one in REFUSALS if one])
def test_a_refusal_stands_in_the_table_in_place_of_a_number(refusal: str) -> None:
    made = studied(MIXED | {"dose": Told("none", "refused", "", refusal)}, cohorts=COHORTS)
    word = study_words.say()(f"refusals.{refusal}", "sv")
    row = {row["Upplägg"]: row for row in rows_of(report(made).results(), "resultat")}["År med mer och mindre"]
    assert (row["Procentenheter (intervall)"], row["Vad som får sägas"]) == (word, "inget tal")


@pytest.mark.parametrize(
    ("claim", "finding", "said"),
    [
        ("causal", "more", "mer (orsak)"),
        ("associated", "less", "mindre (går ihop med)"),
        ("causal", "cannot_tell", "går inte att säga"),
        ("associated", "nothing_of_interest", "inget av intresse"),
        ("withdrawn", "more", "tillbakadraget"),
        ("none", "refused", "inget tal"),
    ],
)
def test_no_cause_is_named_where_the_interval_tells_no_direction(claim: str, finding: str, said: str) -> None:
    refusal = "few_schools" if claim == "none" else ""
    view = report(studied({"introduction": Told(claim, finding, "", refusal)}, cohorts=COHORTS)).view
    assert told.said(view, "introduction") == said
    offer = report(studied({"cutoff": Told("causal", "more")}, cohorts=COHORTS)).view
    assert told.said(offer, "cutoff") == "mer (orsak, av platsen)"


def test_numbers_that_may_not_be_shown_have_the_symbol_for_it() -> None:
    made = of_shares()
    few = made.estimates["group"].eq("vocational")
    made = replace(made, estimates=changed(made, "estimates", pupils=made.estimates["pupils"].mask(few, 3)))
    found = {row["Vilka elever"]: row for row in rows_of(report(made).groups(), "grupper")}
    for name in ("Yrkesprogram", "Högskoleförberedande program"):
        assert found[name]["Procentenheter (intervall)"] == "..", "a sum would bring it back"
    assert found["Meritvärde 0–159"]["Procentenheter (intervall)"] == AT_DOSE


def test_what_few_stand_behind_is_not_shown_in_the_tables_of_what_was_settled_before_and_of_the_way_there() -> None:
    made = of_shares()
    few = made.balance["covariate"].eq("girls")
    lost = made.estimates["measure"].eq("first_stage") & made.estimates["design"].eq("cutoff")
    made = replace(
        made,
        balance=changed(made, "balance", pupils=made.balance["pupils"].mask(few, 3)),
        estimates=changed(made, "estimates", high=made.estimates["high"].mask(lost)),
    )
    page = report(made)
    for section, table in (("at_cutoffs", "likhet"), ("designs", "avgjort")):
        for row in rows_of(getattr(page, section)(), table):
            girls = row["Vad som var avgjort tidigare"] == "andel flickor"
            assert (row["Skillnad (intervall)"] == "..") == girls
    way = {
        row["Upplägg"]: row["Skillnad i dos, tkr (intervall)"] for row in rows_of(page.on_the_way(), "forsta-steget")
    }
    assert way["Vid antagningsgränsen"] == ".", "an end of its interval is lost, and not hidden"
    assert way["När tillägget infördes"] == "+0,02 (±0,00 till +0,10)"


def test_points_are_a_share_of_all_points_and_no_pupils() -> None:
    found = rows_of(report(of_shares()).results(), "fler-utfall")
    assert [row["Utfall"] for row in found] == ["poäng, som andel av 2\u00a0500"]
    page = report(of_shares(AnalysisPlan(outcome="points", also=())))
    bins = rows_of(page.at_cutoffs(), "antagningsgrans")
    assert not [row for row in bins if "%" in row["Utfall"]]
    assert "som andel av 2 500" in page.results().markdown


def test_groups_are_planned_kind_by_kind() -> None:
    made = of_shares()
    marked = made.estimates.assign(planned=made.estimates["by"].ne("programme_type"))
    text = report(replace(made, estimates=marked)).groups().markdown
    assert "Indelningen efter meritvärde står i analysplanen." in text
    assert "Indelningen efter slags program står utanför planen." in text


def test_what_was_settled_before_is_told_in_units_of_its_own() -> None:
    page = report(of_shares())
    for section, table in (("at_cutoffs", "likhet"), ("designs", "avgjort")):
        rows = rows_of(getattr(page, section)(), table)
        for row in rows:
            unit = 100 if re.match("andel|nybörjarnas plats", row["Vad som var avgjort tidigare"]) else 1
            size = row["Skillnad (intervall)"].split(" ")[0].replace(",", ".").replace("−", "-")
            assert float(size) == pytest.approx(unit * SHARES["estimate"]), row
        assert len(rows) == 3 * len({row["Upplägg"] for row in rows})


@pytest.mark.parametrize("designs", [("offers",), ("cutoff",), ("introduction",), ("dose",)], ids=str)
def test_a_plan_of_one_design_has_sentences_of_that_one_alone(designs: tuple[Any, ...]) -> None:
    (design,) = designs
    plan = AnalysisPlan(main=design, designs=designs, also=())
    page = report(studied({design: Told("causal", "more")}, plan=plan, cohorts=COHORTS))
    power, cut, results = page.power().markdown, page.at_cutoffs().markdown, page.results().markdown
    offer = design in ("offers", "cutoff")
    assert bool(cut) == offer
    assert ("strax över en studievägs antagningsgräns" in cut) == (design == "cutoff")
    assert ("tusen kronor per elev" in results) != offer
    assert ("årskullar går en skillnad" in power) != offer, "intakes are no cohorts"
    assert [row["Upplägg"] for row in rows_of(page.results(), "resultat")] == [
        study_words.say()(f"designs.{design}", "sv")
    ]


def test_choices_at_the_cut_off_say_on_which_side_and_how_far() -> None:
    made = of_shares()
    cases = {
        ("bandwidth", 21.16): "fönster på 21,2 poäng",
        ("bandwidth", 40.0): "fönster på 40 poäng",
        ("donut", 0.0): "utan dem på själva gränsen",
        ("donut", 2.5): "utan dem inom 2,5 poäng",
        ("placebo", -25.0): "påhittad gräns 25 poäng under",
        ("placebo", 50.0): "påhittad gräns 50 poäng över",
    }
    given = changed(made, "cutoff_checks", kind=[k for k, _ in cases], value=[v for _, v in cases])
    found = rows_of(report(replace(made, cutoff_checks=given)).at_cutoffs(), "gransval")
    assert [row["Val"].replace("\u00a0", " ") for row in found] == list(cases.values())


def keys() -> Iterator[str]:
    """Every text of the page whose key a study decides."""
    levels = {column.name: column.values or () for column in EFFECT_TABLES["specifications"]}
    covariates = {*SETTLED, "intake_rank", "merit", "girls", "older", "home", "choices", "known"}
    yield from (f"covariate.{one}" for one in covariates)
    for choice in ("dose_of", "adjusted", "weights", "cohorts", "programmes", "effects"):
        yield from (f"specification.{choice}.{one}" for one in (f"{level}" for level in levels[choice]))
        yield f"specifications.{choice}"
    yield from (f"verdict.{one}" for one in VERDICTS)
    yield from (f"jump.tested.{one}" for one in VERDICTS)
    yield from (f"design.{one}.{part}" for one in DESIGNS for part in ("compares", "assumes"))
    yield from (f"event.unit.{one}" for one in ("introduction", "dose_groups"))
    yield from (f"brief.question.{one}" for one in OUTCOMES)
    yield from (f"group.dose_group.{one}" for one in range(2, 1 + int(rule("effects", "dose_groups"))))
    yield from (f"groups.{one}" for one in ("merit_band", "programme_type"))
    yield from (f"groups.of.{one}" for one in ("merit_band", "programme_type"))
    yield from (f"cutoff.kind.{one}" for one in ("bandwidth", "donut", "nearest", "placebo_below", "placebo_above"))


@pytest.fixture(params=LANGUAGES)
def view(request: pytest.FixtureRequest) -> View:
    return report(of_shares(), request.param).view


def test_every_key_of_the_contract_has_a_word(view: View) -> None:
    assert [key for key in keys() if not view.says(key)] == []
    known = study_words.say().entries
    of: dict[str, Sequence[str]] = {
        **dict.fromkeys(("outcomes", "short"), OUTCOMES),
        "designs": DESIGNS,
        "checks": CHECKS,
        "findings": FINDINGS,
        "claims": (*CLAIMS, "causal_offer"),
        "refusals": [one for one in REFUSALS if one],
    }
    assert [f"{kind}.{one}" for kind, names in of.items() for one in names if f"{kind}.{one}" not in known] == []


def test_every_group_has_a_name_and_no_key(view: View) -> None:
    groups = [("merit_band", one) for one in [*band_names(), "0-159", "240-340"]]
    groups += [("programme_type", one) for one in ("preparatory", "vocational")]
    groups += [("provider_form", one) for one in ("municipal", "independent")]
    groups += [("programme", "EK"), ("region", "")]
    for by, group in groups:
        name = group_name(view, by, group)
        assert name.strip()
        assert not re.search(r"_|\b(none|preparatory|vocational|municipal|independent|EK)\b", name.split(" pro")[0])


def internal() -> set[str]:
    """Keys of the contract that are no words of Swedish or English."""
    levels = {one for column in EFFECT_TABLES["specifications"] for one in column.values or ()}
    every = {*DESIGNS, *OUTCOMES, *CHECKS, *REFUSALS, *FINDINGS, *levels, "merit_band", "programme_type", "first_stage"}
    return {one for one in every if "_" in one}


def test_no_key_stands_on_the_page(view: View) -> None:
    page = EffectsReport(view)
    sections = ("in_brief", "jump", "power", "doses", "designs", "results", "over_time", "at_cutoffs", "groups")
    sections += ("on_the_way", "specifications", "limits", "plan", "definitions", "methods")
    for section in sections:
        made: Callable[[], Fragment] = getattr(page, section)
        text = re.sub(r"\{#[^}]*\}|\]\([^)]*\)", "", made().markdown)
        assert sorted(one for one in internal() if re.search(rf"\b{one}\b", text)) == [], section


_NOT_HERE = {
    *("odds_ratios", "weights_from_odds", "outcome_last_day", "outcome_not_observed", "sensitivity_limits"),
    *("sensitivity_shifts", "confidence"),
}
"""Rules of the supplement that no effect study asks for."""


def assumed(file: str) -> list[str]:
    found = [name.split(" ")[0] for name, values in entries(file).items() if values["status"] == "assumption"]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("file", ["effects", "effects_wording", "supplement", "cleaning"])
def test_every_assumption_is_a_sentence_in_both_languages(file: str) -> None:
    names = [name for name in assumed(file) if not (file == "supplement" and name in _NOT_HERE)]
    assert names
    statuses = dict.fromkeys([*(f"{file}.{name}" for name in names), "measures.skolverket_3_stayed"], "assumption")
    for language in LANGUAGES:
        page = report(replace(of_shares(), statuses=statuses), language)
        said = {row[1]: row[0] for row in (list(one.values()) for one in rows_of(page.assumptions(), "antaganden"))}
        assert {f"{file}.yml, {name}" for name in names} <= set(said)
        for sentence in said.values():
            assert re.fullmatch(r"[A-ZÅÄÖ][^{}]*\.", sentence), sentence
            assert not re.search(r"–\.$|^[a-z ]+:", sentence), sentence


_OTHERWISE = {"least_chance": [2, 98], "test_power": [1, 5], "density_jump": [25], "untreated_below": [20]}
"""Rules that are told in other numbers than their own: shares in per cent or as one in so many."""


@pytest.mark.parametrize("name", [name for name in assumed("effects") if name != "placebo_cutoffs"])
def test_assumptions_in_words_hold_the_numbers_of_their_rules(name: str) -> None:
    value = rule("effects", name)
    numbers = _OTHERWISE.get(name) or (value if isinstance(value, list) else [value])
    assert isinstance(value, (int, float, list))
    for language in LANGUAGES:
        sentence = report(of_shares(), language).view.say(f"assumed.effects.{name}")
        plain = re.sub(r"(?<=\d)[\s,](?=\d{3}\b)", "", sentence)
        plain = re.sub(r"(?<=\d),(?=\d)", ".", plain)
        assert [float(one) for one in re.findall(r"\d+(?:\.\d+)?", plain)] == [float(one) for one in numbers], sentence
    least, jump = rule("effects", "least_chance"), rule("effects", "density_jump")
    assert (100 * least, 100 - 100 * least, 100 * jump) == (2, 98, 25)
    assert (1 - rule("effects", "test_power"), rule("effects", "untreated_below")) == pytest.approx((1 / 5, 0.2))
