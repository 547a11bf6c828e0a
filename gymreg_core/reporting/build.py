"""From data and params to a finished site: ingest, execute, stage, render, check, switch."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from gymreg_core import __version__
from gymreg_core.disclosure.policy import policy_of
from gymreg_core.errors import BadInput, BadParameters, RenderingFailed
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.executing import execute_all, forget_old_runs
from gymreg_core.reporting.front_entry import PageEntry
from gymreg_core.reporting.frontpage import front_meta, front_page
from gymreg_core.reporting.held_together import Held, held_together, record_key, write_record
from gymreg_core.reporting.kinds import KINDS
from gymreg_core.reporting.manifest import (
    FOLDERS_OF_CODE,
    MANIFEST,
    as_json,
    decisions,
    key_of,
    library_versions,
    made_from,
    parts_of_code,
    report_entry,
    tree_hash,
)
from gymreg_core.reporting.material import Material
from gymreg_core.reporting.params import load_plan
from gymreg_core.reporting.plans import ReportPlan
from gymreg_core.reporting.project import FOLDERS, front_matter, stage
from gymreg_core.reporting.renderers import Renderer, choose_renderer
from gymreg_core.reporting.runner import Executed, Run
from gymreg_core.reporting.site import Site, check_links, list_files
from gymreg_core.reporting.site_tables import scripts_of, tables_of
from gymreg_core.rules.audience import OPEN_WEB, Audience, made_for
from gymreg_core.store.locking import exclusive
from gymreg_core.store.private import make_private
from gymreg_core.vocabulary.programmes import LANGUAGES

HOME = Path(__file__).resolve().parents[2]
_EDITION = 8  # digits of the key that name a build on its PDFs


class ProgressLike(Protocol):
    """What a build tells while it works."""

    def note(self, text: str) -> None: ...
    def advance(self, step: str, total: int) -> None: ...


@dataclass(frozen=True)
class BuildRequest:
    """Everything that decides a build; paths are absolute. `data` holds result files, or extracts of made-up registers;
    None means the made-up region. `edition` is how PDFs name the build, by default by its key. `audience` is whom it is
    for, which decides how much is told.
    """

    plans: tuple[ReportPlan, ...]
    data: Path | None
    workspace: Path
    reference: Path | None
    out: Path
    renderer: str
    jobs: int
    home: Path
    address: str = ""
    edition: str = ""
    audience: Audience = OPEN_WEB

    @property
    def kinds(self) -> list[str]:
        """The kinds of report that are asked for, each once."""
        return sorted({plan.report for plan in self.plans})

    @classmethod
    def of(
        cls,
        plans: Iterable[ReportPlan],
        *,
        data: Path | None,
        workspace: Path | None,
        reference: Path | None,
        out: Path,
        renderer: str = "auto",
        jobs: int = 2,
        home: Path = HOME,
    ) -> BuildRequest:
        out = Path.cwd() / out
        store = Path.cwd() / workspace if workspace else out.with_name(f".{out.name}-work")
        if data is not None and not data.exists():
            raise BadInput(
                "there is no such folder", where=f"--data {data}", remedy="Name the folder of the result files."
            )
        if reference is not None and not reference.is_file():
            raise BadInput(
                "there is no such file", where=f"--reference {reference}", remedy="Name a CSV with published totals."
            )
        return cls(
            tuple(plans), data and data.resolve(), store, reference and reference.resolve(), out, renderer, jobs, home
        )


@dataclass(frozen=True)
class BuildResult:
    """`pages` counts HTML pages; `unchanged` means that the site already stood as asked for."""

    pages: int
    renderer: str
    unchanged: bool


def load_plans(folder: Path | None) -> list[ReportPlan]:
    """Every params file of a folder, checked; all faults are told at once."""
    folder = folder or HOME / "params"
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        raise BadParameters(
            "no params files (*.yml)", where=str(folder), remedy="Name a folder like the project's params/."
        )
    plans, faults = [], []
    for path in paths:
        try:
            plans.append(load_plan(path))
        except BadParameters as fault:
            faults.append(str(fault))
    if faults:
        raise BadParameters("\n".join(faults))
    return plans


def build_site(request: BuildRequest, progress: ProgressLike) -> BuildResult:
    """Make the site of a request, or nothing where it stands already; the site before stays until the new one is whole.

    Errors: BadInput, BadParameters, RuleMissing, RenderingFailed, DisclosureRefused; nothing is switched then.
    """
    policy_of(request.audience)
    with made_for(request.audience):
        return _build_site(request, progress)


def _build_site(request: BuildRequest, progress: ProgressLike) -> BuildResult:
    site = Site(request.out)
    site.refuse_foreign()
    renderer = choose_renderer(request.renderer)
    code = _code_key(request, renderer)
    made_of = asked_for(request)
    key = key_of(code, made_of["states"], made_of["plans"], made_of["address"])
    standing = site.manifest()
    if standing is not None and standing.get("key") == key == record_key(site.versions):
        return BuildResult(len(_html(standing["files"])), renderer.name, unchanged=True)
    make_private(request.workspace)
    with exclusive(request.workspace / "build.lock", wait=0):
        return _build(request, renderer, (code, key), made_of, progress)


def edition_of(key: str) -> str:
    """How the PDFs of a build name it."""
    return key[:_EDITION]


def asked_for(request: BuildRequest) -> dict[str, Any]:
    """What a manifest says of a request, so that the same can be asked for again (JSON).

    plans : as in the params files. states : by kind of report, what the data and the workspace held, by name and hash.
    region : seed and scale of the made-up region where there were no data. address : where the site will stand.
    audience : whom it is for.
    """
    from gymreg_core.synthetic.region import DEFAULT_SEED

    return {
        "plans": [plan.model_dump(mode="json") for plan in request.plans],
        "states": {kind: KINDS[kind].state(request) for kind in request.kinds},
        "region": {"seed": DEFAULT_SEED, "scale": 1.0} if request.data is None else None,
        "address": request.address,
        "audience": request.audience,
    }


def _build(
    request: BuildRequest, renderer: Renderer, keys: tuple[str, str], made_of: dict[str, Any], progress: ProgressLike
) -> BuildResult:
    code, key = keys
    work, site = request.workspace, Site(request.out)
    working = work / "build"
    shutil.rmtree(working, ignore_errors=True)
    working.mkdir(parents=True)
    progress.note(renderer.notice)
    materials = _gather(request, progress)
    executed, first, held = _held(request, materials, _runs(request, materials, code), progress)
    built = _render(request, renderer, materials, executed, (working, request.edition or edition_of(key)), progress)
    provenance = Provenance.joined(material.provenance for material in materials.values())
    manifest = {
        "key": key,
        "renderer": renderer.identity,
        **made_of,
        "parts_of_code": parts_of_code(request.home),
        "decisions": decisions(request.home),
        **made_from(request.home, provenance, request.reference),
        "reports": [report_entry(done) for done in executed],
        "disclosure": held.totals(),
        "tables": tables_of(executed, built),
        "scripts": scripts_of(request.home),
        "files": list_files(built),
    }
    (built / MANIFEST).write_text(as_json(manifest), encoding="utf-8")
    check_links(built)
    inputs = {kind: [one.sha256 for one in material.provenance.inputs] for kind, material in materials.items()}
    write_record(site.versions, key, held, inputs)
    site.switch(built, key)
    forget_old_runs(work, [*executed, *first])
    shutil.rmtree(working, ignore_errors=True)
    return BuildResult(len(_html(manifest["files"])), renderer.name, unchanged=False)


def _code_key(request: BuildRequest, renderer: Renderer) -> str:
    folders = [request.home / name for name in FOLDERS_OF_CODE]
    return key_of(
        __version__,
        tree_hash([f for f in folders if f.is_dir()]),
        library_versions(),
        renderer.identity,
        request.audience,
    )


def _gather(request: BuildRequest, progress: ProgressLike) -> dict[str, Material]:
    """What the reports asked for rest on, by kind; a kind that the data hold nothing for is left out.

    Errors: BadInput where nothing is left; BadParameters where made-up and real data would meet.
    """
    found = {kind: KINDS[kind].gather(request, progress.note) for kind in request.kinds}
    materials = {kind: material for kind, material in found.items() if material is not None}
    if not materials:
        raise BadInput(
            f"there is nothing here to make a report of: {', '.join(request.kinds)}",
            where=str(request.data or request.workspace),
            remedy="Run gymreg settle with this workspace first, or leave out --data and --workspace for the made-up "
            "region.",
        )
    if len({material.provenance.made_up for material in materials.values()}) > 1:
        raise BadParameters(
            "made-up and real figures would stand on one site",
            where=str(request.workspace),
            why="Without --data the results of the admission are those of the made-up region.",
            remedy="Name the result files with --data, or another --workspace.",
        )
    return materials


def _runs(request: BuildRequest, materials: Mapping[str, Material], code: str) -> list[Run]:
    wanted = {
        (params.language, params.slug): params
        for plan in request.plans
        if plan.report in materials
        for params in materials[plan.report].wanted(plan)
    }
    keys = [key_of(code, p.report, materials[p.report].key(p), p.model_dump(mode="json")) for p in wanted.values()]
    return [Run(params, key) for params, key in zip(wanted.values(), keys, strict=True)]


def _held(
    request: BuildRequest, materials: Mapping[str, Material], runs: Sequence[Run], progress: ProgressLike
) -> tuple[list[Executed], list[Executed], Held]:
    """The runs, those that were made at first, and what they tell together."""
    notebooks = request.home / "notebooks"
    places = {kind: (notebooks, material.workspace, request.reference) for kind, material in materials.items()}
    tell = (progress.note, progress.advance)

    def made(lists: Mapping[str, frozenset[str]] | None = None) -> list[Executed]:
        return execute_all(runs, request.workspace, places, request.jobs, tell, lists)

    first = made()
    executed, held = held_together(first, made, progress.note)
    return executed, first, held


def _render(
    request: BuildRequest,
    renderer: Renderer,
    materials: Mapping[str, Material],
    executed: Sequence[Executed],
    place: tuple[Path, str],
    progress: ProgressLike,
) -> Path:
    working, edition = place
    made_up = any(material.provenance.made_up for material in materials.values())
    common = {"made-up": made_up, "version": __version__, "edition": edition, "address": request.address}
    common["secret"] = request.audience != OPEN_WEB
    pages = [PageEntry(e.run.params, e.page, _data_files(e)) for e in executed]
    schools = [school for material in materials.values() for school in material.schools()]
    fronts = {
        language: front_matter(front_meta(language, pages))
        + "\n"
        + front_page(language, pages, schools, made_up=made_up)
        for language in LANGUAGES
    }
    project, built = working / "project", working / "site"
    stage(request.home / "reports", project, executed, fronts, common)
    for done in executed:
        beside = project / FOLDERS[done.run.params.language] / "data" / done.run.slug
        beside.mkdir(parents=True, exist_ok=True)
        provenance = materials[done.run.report].provenance
        about = {**made_from(request.home, provenance, request.reference), **report_entry(done)}
        (beside / MANIFEST).write_text(as_json(about), encoding="utf-8")
    renderer.render(project, built, request.jobs, progress)
    missing = [f"{FOLDERS[e.run.params.language]}/{e.run.slug}.html".lstrip("/") for e in executed]
    missing = [name for name in missing if not (built / name).is_file()]
    if missing:
        raise RenderingFailed(f"{len(missing)} pages were not made: {', '.join(missing[:5])}", where=renderer.name)
    return built


def _data_files(done: Executed) -> tuple[str, ...]:
    return tuple(sorted(p.relative_to(done.folder).as_posix() for p in (done.folder / "data").rglob("*.csv")))


def _html(files: Iterable[str]) -> list[str]:
    return [name for name in files if name.endswith(".html")]
