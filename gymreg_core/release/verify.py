"""A release made again from its manifest, and what of it came out otherwise."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from gymreg_core import __version__
from gymreg_core.disclosure.kept import FOLDER as PROTECTED
from gymreg_core.errors import BadInput, BadParameters, NotReproduced
from gymreg_core.release.changes import Change, setting_changes
from gymreg_core.release.diff import Moved, diff_sites
from gymreg_core.release.methods_compared import method_changes
from gymreg_core.release.site_reader import SitePages, read_site
from gymreg_core.release.told import sentence, words
from gymreg_core.reporting.build import (
    HOME,
    BuildRequest,
    ProgressLike,
    asked_for,
    build_site,
    edition_of,
)
from gymreg_core.reporting.manifest import (
    FOLDERS_OF_CODE,
    MANIFEST,
    as_json,
    decisions,
    library_versions,
    parts_of_code,
    tree_hash,
)
from gymreg_core.reporting.params import make_plan
from gymreg_core.reporting.renderers import choose_renderer
from gymreg_core.reporting.site import list_files
from gymreg_core.rules.audience import OPEN_WEB, known_audience
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.programmes import Language

if TYPE_CHECKING:
    import pandas as pd

_AS_A_FILE = re.compile(r": (?!.*\d{6})[^/\\]{1,80}\.[a-z][a-z0-9]{1,7}( \(\d+\))?$")
_OF_WORKSPACE = "what the workspace holds"
_NOT_INPUTS = (
    "runs",
    "build",
    PROTECTED,
    "*.lock",
)  # of a workspace: what a build leaves there, which is to be made again
_SURROUNDINGS = ("rule", "setting", "code", "library")


@dataclass(frozen=True, eq=False)
class Verified:
    """How a release and what was made of its manifest compare.

    surroundings : code, rules and libraries here that are not those of the release; it may be equal all the same.
    altered : files of the release that are not as its own manifest says.
    files : addresses of files that came out otherwise, `checked` how many were compared; manifests by what they say.
    changes : pages, figures and cells that differ, from the release to what was made; what a file differs by without
    any of these is told as the file.
    """

    release: str
    surroundings: tuple[Change, ...]
    altered: tuple[str, ...]
    files: tuple[str, ...]
    changes: tuple[Change, ...]
    checked: int

    @property
    def equal(self) -> bool:
        return not (self.altered or self.files or self.changes)

    @cached_property
    def table(self) -> pd.DataFrame:
        """As `Moved.table`."""
        return Moved(self.release, "", self.changes).table

    def summary(self) -> dict[str, Any]:
        """Whether it is equal, and how many files and things differ."""
        return {
            "equal": self.equal,
            "files": self.checked,
            "different": len(self.files),
            "altered": len(self.altered),
            "changes": dict(Moved(self.release, "", self.changes).summary()),
        }

    def describe(self, language: Language = "sv") -> list[str]:
        """Sentences: equal or not, and each thing that differs."""
        say = words()
        counts = {"n": number(self.checked, language), "different": number(len(self.files), language)}
        told = [say(f"verify.{'equal' if self.equal else 'different'}", language, **counts)]
        told += [say("verify.altered", language, file=name) for name in self.altered]
        told += [sentence(change, language) for change in self.changes]
        if self.surroundings:
            told.append(say(f"verify.surroundings.{'equal' if self.equal else 'different'}", language))
            told += [sentence(change, language) for change in self.surroundings]
        return told

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "release": self.release,
            **self.summary(),
            "surroundings": [change.to_dict() for change in self.surroundings],
            "altered_files": list(self.altered),
            "different_files": list(self.files),
            "what": [change.to_dict() for change in self.changes],
        }

    def require_equal(self) -> Verified:
        """Itself. Errors: NotReproduced where the release is not equal."""
        if self.equal:
            return self
        raise NotReproduced(
            f"{len({*self.files, *self.altered})} of {self.checked} files are not as they were released",
            where=self.release,
            why="Code, rules or libraries here are not those of the release." if self.surroundings else None,
            remedy="Take the code and the libraries that the manifest names, and verify again."
            if self.surroundings
            else "Find out who changed it, or what in the code depends on the machine.",
        )


def verify_site(
    folder: Path,
    progress: ProgressLike,
    *,
    data: Path | None = None,
    workspace: Path | None = None,
    reference: Path | None = None,
    jobs: int = 2,
    home: Path = HOME,
    name: str = "",
) -> Verified:
    """Make the site in `folder` again in a temporary folder and compare every file, table, figure and text.

    data, workspace, reference : as the site was built with; the workspace is read from a copy. name : how the release
    is called, by default as its folder.
    Errors: BadInput where there is no manifest that tells enough, or inputs are missing or others than the release's,
    naming them; as `build_site`.
    """
    release = read_site(folder)
    manifest = _telling(release)
    with TemporaryDirectory(prefix="gymreg-verify-") as temporary:
        room = Path(temporary)
        if workspace is not None:
            shutil.copytree(workspace, room / "workspace", ignore=shutil.ignore_patterns(*_NOT_INPUTS), symlinks=True)
        request = BuildRequest.of(
            [make_plan(plan, where=f"{MANIFEST}, plans") for plan in manifest["plans"]],
            data=data,
            workspace=room / "workspace",
            reference=reference,
            out=room / "site",
            renderer=_renderer(manifest),
            jobs=jobs,
            home=home,
        )
        request = replace(
            request,
            address=str(manifest.get("address", "")),
            edition=edition_of(manifest["key"]),
            audience=known_audience(str(manifest.get("audience", OPEN_WEB))),
        )
        _refuse_other_inputs(manifest, json.loads(as_json(asked_for(request))), name or folder.name)
        others = surroundings(manifest, home)
        for change in others:
            progress.note(sentence(change, "en"))
        build_site(request, progress)
        return compare(release, read_site(request.out), others, name)


def surroundings(manifest: Mapping[str, Any], home: Path = HOME) -> tuple[Change, ...]:
    """Code, rules, libraries and renderer of this machine that are not those of a manifest."""
    here = {
        "gymreg": __version__,
        "code": tree_hash([home / name for name in FOLDERS_OF_CODE]),
        "rules": tree_hash([home / "gymreg_core" / "rules"]),
        "parts_of_code": parts_of_code(home),
        "decisions": decisions(home),
        "libraries": library_versions(),
        "renderer": choose_renderer(_renderer(manifest)).identity,
    }
    return tuple(method_changes({name: manifest[name] for name in here if name in manifest}, here))


def _renderer(manifest: Mapping[str, Any]) -> str:
    """'quarto' of 'quarto 1.8.25'."""
    return str(manifest["renderer"]).split(" ", maxsplit=1)[0]


def locked_site(desk: Path, name: str) -> Path:
    """The folder of a release as it lies locked at a desk.

    Errors: BadParameters where there is no such desk or release; BadInput where the log or the content was altered.
    """
    from gymreg_core.release.desk.desk import Desk
    from gymreg_core.release.desk.releases import release_named

    here = Desk.here(desk)
    release = release_named(here.look()[1], name)
    content = here.content_of(release)
    content.refuse_changed(release.tree)
    return content.site


def compare(release: SitePages, made: SitePages, others: tuple[Change, ...] = (), name: str = "") -> Verified:
    """A release beside what was made of its manifest; `others` as `surroundings`."""
    before, after = (_hashes(site) for site in (release, made))
    names = sorted({*before, *after})
    files = tuple(name for name in names if before.get(name) != after.get(name))
    moved = diff_sites(release, made)
    changes = tuple(change for change in moved.changes if change.kind not in _SURROUNDINGS)
    told = {page for change in changes for page in change.pages}
    drawn = {_picture(site, change) for change in changes if change.kind == "figure" for site in (release, made)}
    alone = [name for name in files if not {name, _page_of(name)} & told and name not in drawn]
    changes += tuple(Change("file", name, before=before.get(name), after=after.get(name)) for name in alone)
    altered = _altered(release)
    return Verified(name or release.folder.name, others, altered, files, changes, len(names))


def _picture(site: SitePages, change: Change) -> str:
    """The file of a figure that changed; '' where the site has no such figure."""
    page = site.pages.get(change.page)
    return page.figures[change.place].file if page and change.place in page.figures else ""


def _page_of(name: str) -> str:
    """The page that a PDF or the file of a table goes with."""
    path = PurePosixPath(name)
    if path.suffix == ".csv":
        return f"{str(path.parent).replace('data/', '', 1)}.html"
    return str(path.with_suffix(".html")) if path.suffix == ".pdf" else name


def _hashes(site: SitePages) -> dict[str, str]:
    """Hashes of all files but the manifests, which name what surrounds a build and are compared by what they say."""
    listed = list_files(site.folder)
    return {name: str(entry["sha256"]) for name, entry in listed.items() if not name.endswith(MANIFEST)}


def _altered(release: SitePages) -> tuple[str, ...]:
    """Files that the manifest of their own site does not know, or not so, and those that it misses."""
    listed = {name: entry["sha256"] for name, entry in release.manifest.get("files", {}).items()}
    there = {name: str(e["sha256"]) for name, e in list_files(release.folder).items() if name != MANIFEST}
    return tuple(sorted(name for name in {*listed, *there} if listed.get(name) != there.get(name)))


def _telling(release: SitePages) -> Mapping[str, Any]:
    """The manifest. Errors: BadInput where it does not tell what the site can be made again from."""
    wanted = ("key", "plans", "states", "renderer", "reports", "files")
    missing = [name for name in wanted if name not in release.manifest]
    if missing:
        raise BadInput(
            "this site does not say what it was made of",
            where=str(release.folder / MANIFEST),
            why=f"Its manifest is missing or lacks {', '.join(missing)}.",
            remedy="Name the folder of a site that gymreg build made.",
        )
    return release.manifest


def _refuse_other_inputs(manifest: Mapping[str, Any], here: Mapping[str, Any], release: str) -> None:
    """Errors: BadInput naming every input that is missing here or is another one than the release was made of."""
    if here["region"] != manifest.get("region"):
        made_up = manifest.get("region") is not None
        raise BadParameters(
            "this release was made of the made-up region" if made_up else "this release was made of files",
            where=release,
            why="It was made with another seed or of another size." if made_up and here["region"] else None,
            remedy="Leave out --data." if made_up else "Name their folder with --data.",
        )
    others = setting_changes(Change("input", ""), _files(manifest["states"]), _files(here["states"]))
    if others:
        told = [
            f"{_input_named(c.row)}: "
            f"{'missing' if c.after is None else 'not of the release' if c.before is None else 'another'}"
            for c in others
        ]
        raise BadInput(
            "the release was made of other inputs:\n  " + "\n  ".join(told),
            where=release,
            remedy="Name the inputs of the release with --data, --workspace and --reference.",
        )


def _input_named(label: str) -> str:
    """An input as it is told: what a manifest calls a file and is no name of one may be somebody's."""
    return label if _AS_A_FILE.search(label) or label.endswith(_OF_WORKSPACE) else "an input that is no file"


def _files(states: Any) -> dict[str, str]:
    """What states hold, by kind of report: files by their names, anything else by its place."""
    found: dict[str, str] = {}
    for name, value in _held(states, ""):
        number = 1
        while (label := name if number == 1 else f"{name} ({number})") in found:
            number += 1
        found[label] = value
    return found


def _held(states: Any, above: str) -> Iterator[tuple[str, str]]:
    if isinstance(states, Mapping):
        for name, inner in states.items():
            yield from _held(inner, f"{above} {name}".strip())
    elif isinstance(states, list) and [type(one) for one in states] == [str, str]:
        yield f"{above}: {states[0]}", states[1]
    elif isinstance(states, list):
        for inner in states:
            yield from _held(inner, above)
    elif states is not None:
        yield f"{above}: {_OF_WORKSPACE}", str(states)
