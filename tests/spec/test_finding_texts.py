"""Every rule has its texts in both languages, every text its rule, and rules that are data say where they are from."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from gymreg_core.findings import Finding
from gymreg_core.vocabulary.finding_texts import finding, finding_advice, finding_text, finding_texts, severities
from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.texts import texts

PACKAGE = Path(__file__).resolve().parents[2] / "gymreg_core"
RULE_FILES = ("enrolments", "extract_limits", "file_limits", "linking", "merit_scale", "register", "result_limits")


def test_the_texts_are_whole() -> None:
    assert not finding_texts().incomplete()
    assert not texts("gymreg_core.sources", "results_texts.yml").incomplete()
    parts = {key.split(".", 1)[1] for key in finding_texts().entries}
    assert parts == {f"{rule}.{part}" for rule in severities() for part in ("message", "advice")}


def test_every_rule_is_used_and_every_used_rule_has_texts() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for room in ("sources", "contracts", "matching", "funding", "cohort", "store")
        for path in sorted((PACKAGE / room).rglob("*.py"))
    )
    composed = {
        f"{aspect}-{end}"
        for aspect in ("year", "round")
        for end in ("missing", "not-readable", "from-title", "from-file-name", "contradicts-file-name")
    }
    composed |= {f"too-many-{what}" for what in ("rows", "columns", "cells")}
    written = set(re.findall(r'"([a-z]+(?:-[a-z0-9]+)+)"', code))
    assert not {rule for rule in severities() if rule not in written | composed}
    called = set(re.findall(r'(?:finding|refuse|per_file)\(\s*"([a-z0-9-]+)"', code))
    assert called <= set(severities())
    assert len(called) > 40


@pytest.mark.parametrize("rule", sorted(severities()))
def test_texts_are_sentences_for_people(rule: str) -> None:
    blanks = {"limit": 5, "words": "'x'", "other": "y", "year": "2023"}
    for language in ("sv", "en"):
        for part in ("message", "advice"):
            text = finding_texts()(f"{severities()[rule]}.{rule}.{part}", language, **blanks)
            assert text[0].isupper() or text[0].isdigit()
            assert text.endswith(".")
            assert len(text) < 200


def test_a_finding_is_said_in_both_languages_and_survives_being_written_down() -> None:
    found = finding("unpacked-too-large", file="a.xlsx", limit=1200)
    assert found.message == "Unpacked, the file is larger than 1,200 million bytes, far more than any result file."
    assert finding_text(found, "sv").startswith("Uppackad är filen större än 1\N{NO-BREAK SPACE}200 miljoner byte")
    assert finding_advice(found, "sv").startswith("Kontrollera")
    assert Finding.from_dict(found.to_dict()) == found


@pytest.mark.parametrize("name", RULE_FILES)
def test_a_decision_says_its_source_its_years_and_its_status(name: str) -> None:
    content = yaml.safe_load(files("gymreg_core.rules").joinpath(f"{name}.yml").read_text(encoding="utf-8"))
    for entry in content.values():
        for single in entry if isinstance(entry, list) else [entry]:
            assert {"value", "valid_from", "status", "source"} <= set(single)
            assert single["status"] in ("published", "derived", "assumption")
            assert isinstance(single["valid_from"], int)


def test_programmes_and_codes_that_follow_each_other_are_known() -> None:
    entries = yaml.safe_load((PACKAGE / "vocabulary/code_successors.yml").read_text(encoding="utf-8"))
    for entry in entries:
        assert entry["status"] in ("published", "derived", "assumption")
        assert entry["source"]
        for old, new in entry.get("codes", {}).items():
            assert {old[:2], new[:2]} <= set(programmes())
    assert {p.followed_by for p in programmes().values() if p.followed_by} <= set(programmes())
