"""The words of the report: whole in both languages, all of them used, and free of words that say the wrong thing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

import gymreg_core
from gymreg_core.reporting.admission.appendix import _DEFINED as _OF_ADMISSION
from gymreg_core.reporting.council.appendix import _DEFINED as _OF_COUNCIL
from gymreg_core.reporting.cutoffs.appendix import _DEFINED as _OF_CUTOFFS
from gymreg_core.reporting.dropout.appendix import _DEFINED as _OF_DROPOUT
from gymreg_core.reporting.effects.appendix import _DEFINED as _OF_EFFECTS
from gymreg_core.reporting.funding.appendix import _DEFINED as _OF_FUNDING
from gymreg_core.reporting.planning.appendix import _DEFINED as _OF_PLANNING
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import LANGUAGES, programmes
from gymreg_core.vocabulary.texts import Texts, terms, texts

ROOT = Path(gymreg_core.__file__).parent
_SHARED = ("reporting/sections.py", "reporting/report_view.py", "reporting/common_appendix.py")
TABLES: dict[str, tuple[str, ...]] = {
    "gymreg_core.admission/texts.yml": ("admission",),
    "gymreg_core.reporting.admission/texts.yml": ("reporting/admission", "reporting/sections.py"),
    "gymreg_core.reporting.funding/texts.yml": ("reporting/funding", *_SHARED),
    "gymreg_core.reporting.dropout/texts.yml": ("reporting/dropout", *_SHARED),
    "gymreg_core.reporting.dropout/texts_models.yml": ("reporting/dropout", *_SHARED),
    "gymreg_core.reporting.effects/texts.yml": ("reporting/effects", *_SHARED),
    "gymreg_core.reporting.effects/texts_designs.yml": ("reporting/effects", *_SHARED),
    "gymreg_core.reporting.effects/texts_assumed.yml": ("reporting/effects", *_SHARED),
    "gymreg_core.planning/demand_texts.yml": ("planning",),
    "gymreg_core.reporting.planning/texts.yml": ("reporting/planning", *_SHARED),
    "gymreg_core.reporting.planning/texts_appendix.yml": ("reporting/planning", *_SHARED),
    "gymreg_core.planning/cutoff_texts.yml": ("planning",),
    "gymreg_core.reporting.cutoffs/texts.yml": ("reporting/cutoffs", *_SHARED),
    "gymreg_core.reporting.council/texts.yml": ("reporting/council", *_SHARED),
    "gymreg_core.reporting/symbols_texts.yml": ("reporting/symbols.py",),
    "gymreg_core.vocabulary/phrases.yml": ("vocabulary",),
    "gymreg_core.vocabulary/terms.yml": (),
}


@pytest.fixture(params=TABLES, ids=lambda name: name)
def table(request: pytest.FixtureRequest) -> Texts:
    return Texts(*request.param.split("/"))


def test_every_text_stands_in_both_languages_with_the_same_blanks(table: Texts) -> None:
    assert table.entries
    assert table.incomplete() == []
    assert [key for key, entry in table.entries.items() if not all(entry[lang].strip() for lang in LANGUAGES)] == []


def asked(places: Iterable[Path]) -> list[re.Pattern[str]]:
    """Every string in the code of files or folders as a pattern; what is filled in matches anything but nothing."""
    found = set()
    for path in sorted(file for place in places for file in (place.rglob("*.py") if place.is_dir() else [place])):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(re.escape(node.value))
            elif isinstance(node, ast.JoinedStr):
                parts = [re.escape(str(v.value)) if isinstance(v, ast.Constant) else r"[\w.]+" for v in node.values]
                if any(isinstance(v, ast.Constant) and len(str(v.value)) > 1 for v in node.values):
                    found.add("".join(parts))
    return [re.compile(text) for text in sorted(found)]


@pytest.mark.parametrize("name", [name for name, places in TABLES.items() if places])
def test_every_text_is_asked_for(name: str) -> None:
    patterns = asked(ROOT / place for place in TABLES[name])
    count = re.compile(r"\.(none|one|many|\d)$")
    unused = [
        key
        for key in Texts(*name.split("/")).entries
        if not any(p.fullmatch(key) or p.fullmatch(count.sub("", key)) for p in patterns)
    ]
    assert unused == []


def test_every_defined_term_has_its_definition_and_every_programme_a_short_name() -> None:
    known = terms().entries
    defined = {*_OF_ADMISSION, *_OF_CUTOFFS, *_OF_FUNDING, *_OF_DROPOUT, *_OF_EFFECTS, *_OF_PLANNING, *_OF_COUNCIL}
    assert [t for t in defined if f"{t}.term" not in known or f"{t}.definition" not in known] == []
    assert [code for code in programmes() if f"short.{code}" not in known] == []


def test_no_short_name_is_too_long_for_a_chart() -> None:
    names = [(k, v) for k, e in terms().entries.items() if k.startswith("short.") for v in e.values()]
    assert [name for name in names if len(name[1]) > 25] == []


def test_words_that_say_the_wrong_thing_are_not_used(table: Texts) -> None:
    # Re-selection is the spring window alone; "dropout" is not what not finishing in three years is.
    everything = [(key, text) for key, entry in table.entries.items() for text in entry.values()]
    assert [k for k, text in everything if re.search(r"(?i)drop-?out|avhopp", text)] == []
    assert [
        k
        for k, text in everything
        if re.search(r"(?i)\bomval\b|re-selection", text) and k.split(".")[0] != "reselection"
    ] == []
    assert [k for k, text in everything if re.search(r"  | \.| ,|\.\.", text)] == []


def test_assumptions_in_words_hold_the_numbers_of_their_rules() -> None:
    said = texts("gymreg_core.reporting.funding", "texts.yml")
    closing, summer = rule("settlement", "closing_day")["other"], rule("settlement", "closing_day")["summer"]
    support, rise = rule("prices/use", "support_part")["kronor"], rule("prices/use", "yearly_rise")
    for key, numbers in (
        ("settlement.closing_day", [closing, int(summer[-2:])]),
        ("supplement.bands", rule("supplement", "bands")),
        ("prices_use.support_part", [support]),
        ("prices_use.yearly_rise", [rise]),
    ):
        for language in LANGUAGES:
            words = said(f"assumed.{key}", language)
            told = [int(found) for found in re.findall(r"\d+", re.sub(r"(?<=\d)[\s,](?=\d{3})", "", words))]
            assert told == [int(number) for number in numbers], (key, language)
