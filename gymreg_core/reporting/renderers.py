"""Who turns the staged project into pages: Quarto where it is installed, the embedded renderer elsewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Protocol

from gymreg_core.errors import BadParameters, RenderingFailed

OLDEST_QUARTO = (1, 7)
_QUARTO_SECONDS = 1800


class Renderer(Protocol):
    """`identity` goes into the build's key; `notice` is the one line a user reads about the choice."""

    name: str
    identity: str
    notice: str

    def render(self, project: Path, out: Path, jobs: int, progress: Any) -> None: ...


class EmbeddedRenderer:
    """pandoc and typst from ordinary Python packages."""

    name = "embedded"
    identity = "embedded"

    def __init__(self, reason: str = "as asked for") -> None:
        self.notice = f"rendering with the embedded renderer ({reason})"

    def render(self, project: Path, out: Path, jobs: int, progress: Any) -> None:
        from gymreg_core.reporting.embedded import render_project

        render_project(project, out, jobs=jobs, progress=progress)


class QuartoRenderer:
    """The Quarto program; renders the project folder as it is, without running a notebook again."""

    name = "quarto"

    def __init__(self, program: str, version: str) -> None:
        self.program = program
        self.identity = f"quarto {version}"
        self.notice = f"rendering with Quarto {version}"

    def render(self, project: Path, out: Path, jobs: int, progress: Any) -> None:  # noqa: ARG002 Quarto counts its own
        progress.note("Quarto renders the project; its own progress is kept in quarto.log")
        log = project.parent / "quarto.log"
        with log.open("wb") as stream:
            try:
                ended = subprocess.run(
                    [self.program, "render", "--no-execute"],
                    cwd=project,
                    stdin=subprocess.DEVNULL,
                    stdout=stream,
                    stderr=subprocess.STDOUT,
                    timeout=_QUARTO_SECONDS,
                    check=False,
                )
            except (OSError, subprocess.TimeoutExpired) as problem:
                raise RenderingFailed(f"Quarto did not finish ({type(problem).__name__})", where=self.program) from None
        site = project / "_site"
        if ended.returncode != 0 or not site.is_dir():
            lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise RenderingFailed(
                f"Quarto ended with code {ended.returncode}",
                where=self.identity,
                why="\n  ".join(line.replace(str(project), "") for line in lines[-8:]),
                remedy="Use --renderer embedded to go on without it.",
            )
        site.replace(out)


def choose_renderer(wanted: str) -> Renderer:
    """`auto` takes Quarto where a new enough one is found, `quarto` insists, `embedded` does without."""
    if wanted not in ("auto", "quarto", "embedded"):
        raise BadParameters(f"{wanted!r} is not a renderer", where="--renderer", remedy="Use auto, quarto or embedded.")
    if wanted == "embedded":
        return EmbeddedRenderer()
    found, reason = find_quarto()
    if found is not None:
        return found
    if wanted == "quarto":
        raise BadParameters(reason, where="--renderer quarto", remedy="Install Quarto, or use --renderer embedded.")
    return EmbeddedRenderer(reason)


def find_quarto() -> tuple[QuartoRenderer | None, str]:
    """Quarto on PATH or beside this Python, and the reason where there is none to use."""
    program = shutil.which("quarto") or shutil.which("quarto", path=str(Path(sys.executable).parent))
    if program is None:
        return None, "Quarto is not installed"
    try:
        answer = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=60, check=False
        ).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return None, "Quarto does not start"
    match = re.match(r"(\d+)\.(\d+)", answer)
    if match is None or (int(match[1]), int(match[2])) < OLDEST_QUARTO:
        return None, f"Quarto {'.'.join(map(str, OLDEST_QUARTO))} or newer is needed"
    return QuartoRenderer(program, answer), ""
