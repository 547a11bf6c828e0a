"""The section on how the admission was checked: where a match is known, in both languages, silent on the few."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gymreg_core.matching.build_market import build_market
from gymreg_core.matching.certificate import Certificate, certify
from gymreg_core.matching.match_round import match_round
from gymreg_core.matching.solve import solve
from gymreg_core.reporting.admission import AdmissionReport
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.rules import entries
from gymreg_core.rules.audience import told_to
from gymreg_core.store.ingest import ingest_all
from gymreg_core.store.intake import ingest_files
from gymreg_core.synthetic.extracts import write_register
from gymreg_core.synthetic.identities import identity_numbers
from gymreg_core.synthetic.shape import value
from gymreg_core.vocabulary.programmes import LANGUAGES
from gymreg_core.vocabulary.texts import texts
from tests.admissions import admission, stored
from tests.registers import small_register

TABLE = "programme | seats | admitted | cutoff\nEK | 100 | 90 | \nBA | 30 | 30 | 200"
PLAIN = {
    "applicants": 200, "admitted": 120, "unassigned": 80, "eligible_nowhere": 30, "first_choice": 70,
    "rank_distribution": [70, 20, 10, 8, 6, 4, 2], "trade_up": 12, "truth_telling_safe": True, "at_rank_ties": 0,
}  # fmt: skip
RULES = {
    "admission.free_quota_rounds": "assumption", "eligibility.of_type": "published", "grades.scale": "published",
    "merit.one_of": "derived", "tie_breaks.region_default": "assumption",
}  # fmt: skip
# What a match can ask for that nobody could source, with the values that the page's sentences say.
ASSUMED = {
    "admission.free_quota_rounds": ["final"],
    "admission.declined_stays_in_reserve": True,
    "tie_breaks.region_default": "lottery_only",
    "tie_breaks.science_first": ["MA+FY+KE+BI", "choice_rank", "grade_value", "lottery"],
    "tie_breaks.society_first": ["EN+SV+GE+HI+RE+SH", "choice_rank", "grade_value", "lottery"],
    "tie_breaks.swedish_first": ["SV", "choice_rank", "grade_value", "lottery"],
}
FILES = ("admission", "admission_calendar", "eligibility", "grades", "merit", "tie_breaks")


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    return certify(solve(build_market(small_register(), "final")))


def section(
    certificate: Certificate,
    language: Any = "sv",
    scope: str | None = None,
    *,
    made_up: bool = True,
    rules: dict[str, str] | None = RULES,
    **figures: Any,
) -> Fragment:
    """The section over a drawn table, with these figures in the certificate; None: a match stored without its rules."""
    told = replace(certificate, figures={**certificate.figures, **PLAIN, **figures}).to_dict()
    about: dict[str, Any] = {
        "seed": 7,
        "register": "ab" * 32,
        "result_file": {"name": "x", "sha256": "cd" * 32},
        "certificate": told,
    }
    about |= {} if rules is None else {"rules": rules}
    where = {} if scope is None else {"scope": scope, "scope_name": "Täby"}
    report = AdmissionReport.on(
        stored(admission(TABLE), made_up=made_up, matches={(2023, "final"): about}), language=language, **where
    )
    return report.checked()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_check_stands_there_with_its_outcome_in_words(certificate: Certificate, language: Any) -> None:
    text = section(certificate, language).markdown
    rows = text.split("{#tbl-kontroll}")[0].count("\n| ") - 2
    assert rows == len(certificate.table)
    assert not set(certificate.table["check"]) & set(text.split())
    failed = replace(certificate, table=certificate.table.assign(status="failed"))
    assert (
        section(failed, language).markdown.count({"sv": "| inte uppfyllt |", "en": "| does not hold |"}[language])
        == rows
    )


def test_what_it_tells_is_what_the_certificate_says(certificate: Certificate) -> None:
    text = section(certificate).markdown.replace("\u00a0", " ")
    assert "35,0 procent av de sökande antogs till sitt förstahandsval. Av de antagna är det 58,3 procent." in text
    assert "| Första valet | 70 | 35,0 % | 58,3 % |" in text
    assert "| Lägre val | 6 | 3,0 % | 5,0 % |" in text
    assert "| Inget val | 80 | 40,0 % | . |" in text
    assert "80 sökande antogs inte till något av sina val. 30 av dem var inte behöriga" in text
    assert "12 sökande skulle kunna få ett val som de hellre vill ha" in text
    assert "Lottningen utgår från startvärdet 7." in text
    assert "abababababab" in text
    assert "cdcdcdcdcdcd" in text


def test_both_languages_have_the_same_tables_and_figures(certificate: Certificate) -> None:
    sv, en = (section(certificate, language) for language in LANGUAGES)
    assert re.findall(r"\{#([\w-]+)", sv.markdown) == re.findall(r"\{#([\w-]+)", en.markdown)
    assert sv.markdown.count("\n|") == en.markdown.count("\n|")
    assert list(sv.files) == list(en.files)


@pytest.mark.parametrize(
    ("figures", "never"),
    [
        # One lower choice with few: a second one goes with it, since the admitted are public.
        ({"rank_distribution": [70, 20, 10, 8, 9, 3]}, ["| 3 |", "| 8 |"]),
        # Few without a seat: the number of applicants would tell it.
        (
            {"applicants": 123, "unassigned": 3, "eligible_nowhere": 1, "rank_distribution": [90, 30]},
            ["123", "Inget val", "73,2"],
        ),
        # Few of those without a seat eligible somewhere.
        ({"unassigned": 33, "eligible_nowhere": 30, "applicants": 153}, ["30 av dem"]),
        ({"trade_up": 2}, ["2 sökande skulle", "\n2 sökande"]),
    ],
)  # fmt: skip
def test_small_counts_and_what_would_give_them_away_are_left_out(
    certificate: Certificate, figures: dict[str, Any], never: list[str]
) -> None:
    fragment = section(certificate, **figures)
    drawn = b"".join(fragment.files.values()).decode()
    assert [word for word in never if word in fragment.markdown] == []
    counts = [int(n) for n in re.findall(r">(\d+) ·", drawn)]
    assert counts
    assert all(n >= told_to("smallest_count") for n in counts)
    assert not re.search(r"\b(nan|None|NaN|<NA>)\b", fragment.markdown + drawn)


def test_a_tie_break_by_choice_is_said_to_punish_honesty(certificate: Certificate) -> None:
    text = section(certificate, truth_telling_safe=False, at_rank_ties=14).markdown
    assert "lönar" in text or "löna sig" in text
    assert "14 sökande står just där platserna tog slut" in text
    assert "ingen vinna" not in text
    assert "Färre än 5 sökande står" in section(certificate, truth_telling_safe=False, at_rank_ties=3).markdown


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_nobody_could_source_is_said_with_where_it_stands(certificate: Certificate, language: Any) -> None:
    text = section(certificate, language).markdown
    said = texts("gymreg_core.reporting.admission", "texts.yml").entries
    rows = re.findall(r"^\| (.+) \| rules/(\w+)\\?\.yml, (.+) \|$", text.replace("\\_", "_"), re.MULTILINE)
    assert [(f"{file}.{key}", sentence) for sentence, file, key in rows] == [
        (name, said[f"checked.assumed.{name}"][language]) for name, status in RULES.items() if status == "assumption"
    ]
    assert {"sv": "2 av reglerna", "en": "2 of the rules"}[language] in text
    assert {"sv": "2 publicerade, och 1 är", "en": "2 are published, and 1 are"}[language] in text


def test_a_match_without_assumptions_says_so_and_one_that_tells_no_rules_is_silent(certificate: Certificate) -> None:
    text = section(certificate, rules={"grades.scale": "published"}).markdown
    assert "Ingen av reglerna som uträkningen följde är ett antagande." in text
    assert "{#tbl-antaganden}" not in text
    assert "En av reglerna" in section(certificate, rules={"tie_breaks.region_default": "assumption"}).markdown
    assert "antaganden" not in section(certificate, rules=None).markdown


def test_a_made_up_region_says_what_is_invented_and_what_it_is_fitted_to(certificate: Certificate) -> None:
    assert f"anpassade till den publicerade antagningen {value('base_year')}." in section(certificate).markdown
    assert "påhittade" not in section(certificate, made_up=False).markdown


def test_every_assumption_that_a_match_can_use_has_its_sentence() -> None:
    decided = {entry["value"] for key, entry in entries("grades").items() if key.split(" ")[0] == "scale"}
    assumed = {
        f"{name}.{key.split(' ')[0]}": entry["value"]
        for name in FILES
        for key, entry in entries(name).items()
        if entry["status"] == "assumption" and (name != "grades" or key in decided)
    }
    assert assumed == ASSUMED, "say the value in checked.assumed (reporting/admission/texts.yml), then here"
    start = "checked.assumed."
    said = {
        key.removeprefix(start): entry
        for key, entry in texts("gymreg_core.reporting.admission", "texts.yml").entries.items()
        if key.startswith(start)
    }
    # The sentence of a rule that has its source by now stays: a match that was published before leaned on it.
    rules = {f"{name}.{key.split(' ')[0]}" for name in FILES for key in entries(name)}
    assert set(assumed) <= set(said) <= rules
    assert all(said[name][language].strip().endswith(".") for name in said for language in LANGUAGES)


def test_there_is_none_without_a_match_or_for_one_municipality(certificate: Certificate) -> None:
    assert section(certificate, scope="municipality").markdown == ""
    assert AdmissionReport.on(stored(admission(TABLE))).checked().markdown == ""
    other_year = {(2022, "final"): {}, (2023, "preliminary"): {}}
    assert AdmissionReport.on(stored(admission(TABLE), matches=other_year)).checked().markdown == ""


def test_the_ground_to_show_real_results_of_a_match_is_told(certificate: Certificate) -> None:
    about = {(2023, "final"): {"certificate": certificate.to_dict()}}
    assert "uträknad ur registret" in AdmissionReport.on(stored(admission(TABLE), matches=about)).provenance().markdown
    assert "redan har publicerat" in AdmissionReport.on(stored(admission(TABLE))).provenance().markdown


def test_a_workspace_knows_the_match_behind_its_result_file(tmp_path: Path) -> None:
    register = small_register(200, paths=24)
    write_register(register, identity_numbers(register, 1), tmp_path / "extract")
    ingest_all(tmp_path / "extract", tmp_path / "ws")
    done = match_round(tmp_path / "ws", register.intake_year, "final")
    assert done.result_file is not None
    ingest_files([done.result_file.write(tmp_path / "out")], tmp_path / "ws")
    text = AdmissionReport.open(tmp_path / "ws").checked().markdown
    assert done.result_file.sha256[:12] in text
    assert text.count("| rules/") == sum(status == "assumption" for status in done.rules.values()) > 0
    ingest_files([tmp_path / "out"], tmp_path / "elsewhere")
    assert AdmissionReport.open(tmp_path / "elsewhere").checked().markdown == ""


def test_the_methods_pages_name_the_smallest_count_that_is_shown(repository: Path) -> None:
    smallest = told_to("smallest_count")
    assert f"Antal under {smallest} är utelämnade" in (repository / "reports/metod.qmd").read_text(encoding="utf-8")
    assert f"Counts below {smallest} are left out" in (repository / "reports/en/metod.qmd").read_text(encoding="utf-8")
