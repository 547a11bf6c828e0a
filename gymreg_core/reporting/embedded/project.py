"""A Quarto project as the embedded renderer reads it: its configuration, its documents and their metadata."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from gymreg_core.errors import RenderingFailed
from gymreg_core.reporting.embedded.notebook import markdown_of
from gymreg_core.vocabulary.packaged import packaged_yaml

FORMATS = ("html", "typst")
SUFFIXES = (".qmd", ".md", ".ipynb")


@dataclass(frozen=True)
class Project:
    """A project folder, its ``_quarto.yml`` (with its metadata files merged in) and the sources to render, sorted."""

    root: Path
    config: dict[str, Any]
    sources: tuple[Path, ...]

    @property
    def filters(self) -> list[Path]:
        return [self.root / (f["path"] if isinstance(f, dict) else f) for f in as_list(self.config.get("filters"))]

    def resources(self) -> list[Path]:
        """Files that the pages need beside them, as the project lists them."""
        patterns = self.config.get("project", {}).get("resources", [])
        found = {p for pattern in patterns for p in self.root.glob(_as_glob(pattern)) if p.is_file()}
        return sorted(found)


@dataclass(frozen=True)
class Document:
    """One page: its markdown without front matter, its merged metadata and what each of its formats is asked for."""

    source: Path
    name: str
    text: str
    metadata: dict[str, Any]
    formats: dict[str, dict[str, Any]]


@cache
def dialect() -> dict[str, Any]:
    """The tables of ``dialect.yml``."""
    content: dict[str, Any] = packaged_yaml("gymreg_core.reporting.embedded", "dialect.yml")
    return content


def read_project(root: Path) -> Project:
    """Read ``_quarto.yml`` and find the documents that it names.

    Errors: RenderingFailed where there is no such project.
    """
    file = root / "_quarto.yml"
    if not file.is_file():
        raise RenderingFailed("there is no _quarto.yml", where=root.name, remedy="Name the folder of a Quarto project.")
    config = _yaml(file.read_text(encoding="utf-8"), file.name)
    for name in as_list(config.get("metadata-files")):
        config = merged(config, _yaml((root / name).read_text(encoding="utf-8"), name))
    patterns = config.get("project", {}).get("render") or [f"**/*{suffix}" for suffix in SUFFIXES]
    return Project(root, config, tuple(_sources(root, patterns)))


def read_document(project: Project, source: Path) -> Document:
    """One source with everything that Quarto would merge into it.

    Errors: RenderingFailed naming front-matter keys or format options outside the dialect.
    """
    name = source.relative_to(project.root).as_posix()
    text = source.read_text(encoding="utf-8")
    if source.suffix == ".ipynb":
        text = markdown_of(text, name)
    own, body = split_front_matter(text, name)
    known = dialect()
    _refuse_unknown(own, {*known["front_matter"]}, name, "front matter")
    settings = project.config
    for folder in reversed(source.parents):
        file = folder / "_metadata.yml"
        if folder != project.root and folder.is_relative_to(project.root) and file.is_file():
            settings = merged(settings, _yaml(file.read_text(encoding="utf-8"), file.name))
    wanted = _formats(own.get("format"), settings.get("format", {}), name)
    settings = merged(settings, own)
    metadata = {key: value for key, value in settings.items() if key not in known["project_only"]}
    formats: dict[str, dict[str, Any]] = {}
    for form, options in wanted.items():
        _refuse_unknown(options, set(known[f"{form}_options"]), name, f"format {form}")
        formats[form] = {**{k: metadata[k] for k in ("toc", "toc-depth") if k in metadata}, **options}
    _check_pdf(metadata, formats, name, source.stem)
    return Document(source, name, body, _plain(metadata), formats)


def split_front_matter(text: str, name: str) -> tuple[dict[str, Any], str]:
    """The YAML block at the top of a text, and what follows it."""
    lines = text.lstrip("\ufeff").split("\n")
    if not lines or lines[0].strip() != "---":
        return {}, text
    end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() in ("---", "...")), None)
    if end is None:
        raise RenderingFailed("the front matter has no end", where=name, remedy="Close it with a line of three dashes.")
    return _yaml("\n".join(lines[1:end]), name), "\n".join(lines[end + 1 :])


def merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Two settings, the upper one winning; mappings are merged key by key."""
    both = dict(below)
    for key, value in above.items():
        old = both.get(key)
        both[key] = merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return both


def _formats(own: Any, shared: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    """The options of every format that a document asks for by name, by a table of options, or not at all."""
    asked: dict[str, Any] = {own: None} if isinstance(own, str) else own if isinstance(own, dict) else shared
    unknown = sorted(set(asked) - set(FORMATS))
    if unknown:
        raise RenderingFailed(f"the format {', '.join(unknown)} is not known", where=name, remedy="Use html and typst.")
    own_options = {form: given if isinstance(given, dict) else {} for form, given in asked.items()}
    options = {form: merged(shared.get(form) or {}, own_options[form]) for form in FORMATS if form in asked}
    bare = [form for form, given in options.items() if "template" not in given]
    if bare:
        raise RenderingFailed(
            f"the format {', '.join(bare)} has no template", where=name, remedy="Name one in _quarto.yml."
        )
    return options


def _check_pdf(metadata: dict[str, Any], formats: dict[str, Any], name: str, stem: str) -> None:
    linked = metadata.get("pdf")
    if linked and ("typst" not in formats or linked != f"{stem}.pdf"):
        raise RenderingFailed(
            f"'pdf: {linked}' names a file that is not made",
            where=name,
            why=f"The formats of this page are {', '.join(formats)}, and its PDF is called {stem}.pdf.",
            remedy="Leave the key out, or correct it.",
        )


def _refuse_unknown(given: dict[str, Any], known: set[str], name: str, place: str) -> None:
    unknown = sorted(set(given) - known)
    if unknown:
        raise RenderingFailed(
            f"{place}: {', '.join(unknown)} is not part of the pages' dialect",
            where=name,
            why="The page would not look the same without Quarto.",
            remedy="Leave it out, or teach the embedded renderer about it (reporting/embedded/dialect.yml).",
        )


def _sources(root: Path, patterns: list[str]) -> list[Path]:
    chosen: set[Path] = set()
    for pattern in patterns:
        if pattern.startswith("!"):
            chosen = {p for p in chosen if not fnmatch(p.relative_to(root).as_posix(), pattern[1:])}
        else:
            chosen |= {p for p in root.glob(_as_glob(pattern)) if p.suffix in SUFFIXES}
    return sorted(p for p in chosen if not any(part[0] in "._" for part in p.relative_to(root).parts))


def as_list(value: Any) -> list[Any]:
    """Quarto takes one value where a list of one is meant."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _as_glob(pattern: str) -> str:
    return f"{pattern}/*" if pattern.endswith("**") else pattern


def _yaml(text: str, name: str) -> dict[str, Any]:
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise RenderingFailed("this is not YAML", where=f"{name}{line}", why=getattr(fault, "problem", None)) from None
    return content if isinstance(content, dict) else {}


def _plain(value: Any) -> Any:
    """JSON knows no dates."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
