"""The pages that stand in the repository: complete in both languages, and true to the terms and rules they tell of."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from gymreg_core.reporting.embedded.project import dialect, split_front_matter
from gymreg_core.rules import entries
from gymreg_core.vocabulary.programmes import LANGUAGES, Language
from gymreg_core.vocabulary.texts import terms

FOLDER: dict[Language, str] = {"sv": "", "en": "en"}
PAGES = ("metod.qmd", "tillganglighet.qmd")


def words_of(repository: Path) -> dict[str, dict[str, str]]:
    swedish = yaml.safe_load((repository / "reports/_quarto.yml").read_text(encoding="utf-8"))["labels"]
    english = yaml.safe_load((repository / "reports/en/_metadata.yml").read_text(encoding="utf-8"))["labels"]
    return {"sv": swedish, "en": english}


def page(repository: Path, name: str, language: Language) -> tuple[dict[str, Any], str]:
    path = repository / "reports" / FOLDER[language] / name
    return split_front_matter(path.read_text(encoding="utf-8"), name)


def test_the_templates_words_are_there_in_both_languages(repository: Path) -> None:
    words = words_of(repository)
    assert list(words["sv"]) == list(words["en"])
    assert all(str(word).strip() for table in words.values() for word in table.values())


def test_every_word_that_template_and_filters_ask_for_exists(repository: Path) -> None:
    assets = repository / "reports/assets"
    templates = [(assets / name).read_text(encoding="utf-8") for name in ("page.html", "pdf.typ")]
    filters = [path.read_text(encoding="utf-8") for path in sorted((assets / "filters").glob("*.lua"))]
    asked = set(re.findall(r"\$labels\.([\w-]+)\$", "".join(templates)))
    asked |= set(re.findall(r'label\("([\w-]+)"\)', "".join(filters)))
    counted = {"figure", "table", "section"}
    asked |= counted | {f"{kind}-in-text" for kind in counted} | {"note", "warning", "important"}
    assert asked == set(words_of(repository)["sv"])


def shape(text: str) -> list[str]:
    """What kind of line follows what: headings by level, list items, table rows, definitions, text."""
    kinds = [re.match(r"#+ |- |\||: {3}|: ", line) for line in text.splitlines() if line.strip()]
    return [kind[0] if kind else "text" for kind in kinds]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_the_same_in_both_languages(repository: Path, name: str) -> None:
    shapes = {}
    for language in LANGUAGES:
        front, text = page(repository, name, language)
        assert front["lang"] == language
        assert set(front) <= set(dialect()["front_matter"])
        shapes[language] = shape(text)
    assert shapes["sv"] == shapes["en"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_is_defined_in_the_words_of_the_vocabulary(repository: Path, language: Language) -> None:
    _, text = page(repository, "metod.qmd", language)
    defined = [key.removesuffix(".definition") for key in terms().entries if key.endswith(".definition")]
    assert len(defined) > 15
    for key in defined:
        term, definition = (terms()(f"{key}.{what}", language) for what in ("term", "definition"))
        assert f"{term[0].upper()}{term[1:]}\n:   {definition}" in text, key


def written(value: Any, language: Language) -> str:
    """A rule's value as a page writes it: several of them parted by semicolons, decimals the language's way."""
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text.replace(".", ",") if language == "sv" else text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_choice_without_a_source_is_on_the_page_with_its_value(repository: Path, language: Language) -> None:
    _, text = page(repository, "metod.qmd", language)
    told = {key: value for value, key in re.findall(r"^\| [^|]+ \| ([\d.,; ]+) \| `(\w+)` \|$", text, re.MULTILINE)}
    assumed = {k: written(e["value"], language) for k, e in entries("report").items() if e["status"] == "assumption"}
    assert told == assumed


def test_the_fonts_may_be_shipped(repository: Path) -> None:
    fonts = repository / "reports/assets/fonts"
    licence = (fonts / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "with Reserved Font Name" not in licence.split("PREAMBLE")[0]
    assert sum(path.stat().st_size for path in fonts.iterdir()) < 1_500_000
