"""Make `.venv`, the project's own environment: uv lays it out from requirements.txt and the project into it.

Needs Python with pip and nothing else, and uses only the standard library: Debian's Python may be marked as
externally managed, and may lack venv. pip's own settings (mirror, certificates) hold for what pip fetches.
Where uv cannot be had, or cannot reach a mirror that only pip knows, pip does the same more slowly.
A run with nothing to do ends at once; a run that was ended halfway is begun afresh by the next.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parents[1]
OLDEST = (3, 11)
QUARTO_SECONDS = 180
VENV = ROOT / ".venv"
BOOTSTRAP = ROOT / ".venv-bootstrap"
STAMP = VENV / "gymreg-setup.json"
INPUTS = ("pyproject.toml", "requirements.txt", ".ci/setup.py")
NO_NETWORK = re.compile(
    r"(?i)connection broken|ConnectionError|Connect ?Timeout|ProxyError|SSLError|network is unreachable"
)
CHATTER = re.compile(
    r" [+~-] | Downloaded |(Collecting|Ignoring|Looking in|Requirement already|Using cached) |"
    r" {2,}(?!Downloading )|\s*$"
)
EMBEDDED = "the embedded renderer makes the pages"
ENVIRONMENT = {
    **os.environ,
    "PIP_USER": "0",
    "PIP_REQUIRE_VIRTUALENV": "0",
    "PIP_ROOT_USER_ACTION": "ignore",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "UV_PYTHON_DOWNLOADS": "never",
}


def stop(what: str, remedy: str) -> NoReturn:
    """End with one clear error."""
    sys.exit(f"set-up: {what}\n  {remedy}")


def say(text: str) -> None:
    """Tell how far the set-up has come."""
    print(f"set-up: {text}", flush=True)


def python_of_this_machine() -> str:
    """The Python to build on, never the one inside `.venv`; starts this script again under a newer one if need be."""
    if sys.version_info[:2] < OLDEST:
        newer = next(filter(None, (shutil.which(f"python3.{minor}") for minor in range(14, OLDEST[1] - 1, -1))), None)
        if newer is None:
            found = ".".join(map(str, sys.version_info[:3]))
            stop(f"Python {found} is too old", "Install Python 3.11 or newer (on Debian 12 or newer: python3).")
        os.execv(newer, [newer, "-I", *sys.argv])
    inside = Path(sys.prefix).resolve() == VENV.resolve()
    return str(getattr(sys, "_base_executable", sys.executable)) if inside else sys.executable


def fingerprint(root: Path = ROOT) -> str:
    """What the environment is made from: a change of any of these makes it again."""
    return hashlib.sha256(b"\0".join((root / name).read_bytes() for name in INPUTS)).hexdigest()


def read_stamp(stamp: Path = STAMP) -> dict[str, Any]:
    """What the last finished set-up noted; empty where none finished here or its Python is gone."""
    if not (stamp.parent / "bin/python").exists():
        return {}
    try:
        noted = json.loads(stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) and noted.get("place") == str(stamp.parent) else {}


def run(*command: object, seconds: float | None = None, quiet: bool = False) -> tuple[bool, str]:
    """Start a program and wait: whether it went well, and what it said, which is shown unless `quiet`.

    After `seconds` the program is ended, and what it started with it.
    """
    try:
        child = subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env=ENVIRONMENT,
            text=True,
            errors="replace",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=seconds is not None,
        )
    except OSError as error:
        return False, str(error)
    said = []
    for line in (child.stdout or ()) if not quiet else ():
        said.append(line)
        if not CHATTER.match(line):
            print("  " + line, end="", flush=True)
    try:
        rest, _ = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        rest, _ = child.communicate()
    return child.returncode == 0, "".join(said) + rest


def works(program: Path) -> bool:
    """Whether a program is there and starts."""
    return program.exists() and run(program, "--version", seconds=60, quiet=True)[0]


def get_uv(python: str, finished: bool) -> Path | None:
    """uv from a finished `.venv`, else of the version in requirements.txt by pip; None where pip finds none."""
    for ready in ([VENV / "bin/uv"] if finished else []) + [BOOTSTRAP / "bin/uv"]:
        if works(ready):
            return ready
    shutil.rmtree(BOOTSTRAP, ignore_errors=True)
    if not run(python, "-m", "pip", "--version", quiet=True)[0]:
        stop(f"{python} has no pip", "Install it (on Debian: apt-get install python3-pip).")
    pinned = re.search(r"(?m)^uv==\S+", (ROOT / "requirements.txt").read_text(encoding="utf-8"))
    wanted = pinned.group() if pinned else "uv"
    say(f"fetching {wanted}")
    options = ("--quiet", "--no-deps", "--only-binary", ":all:", "--retries", "2", "--timeout", "30")
    done, output = run(python, "-m", "pip", "install", *options, "--target", BOOTSTRAP, wanted, quiet=True)
    if done and works(BOOTSTRAP / "bin/uv"):
        return BOOTSTRAP / "bin/uv"
    if NO_NETWORK.search(output):
        stop("no package index answers", "Check the network, or name your mirror in pip's settings (pip config).")
    say("no uv for this machine; pip does its work, more slowly")
    return None


def lay_out(python: str, uv: Path | None) -> None:
    """Make an empty `.venv`, unless a finished one is there to be brought up to date."""
    if uv:
        made, _ = run(uv, "venv", "--quiet", "--no-project", "--clear", "--python", python, VENV)
    else:
        made, _ = run(python, "-m", "venv", "--clear", "--without-pip", VENV)
    if not made:
        stop(
            "no environment could be made in .venv",
            "The message above says why (on Debian: apt-get install python3-venv).",
        )


def install(python: str, uv: Path | None) -> None:
    """Everything in requirements.txt, then the project itself, editable; nothing else is fetched."""
    inside = VENV / "bin/python"
    project = ("--no-deps", "--no-build-isolation", "--editable", ROOT)
    if uv:
        synced, _ = run(uv, "pip", "sync", "--python", inside, "requirements.txt")
        if synced and run(uv, "pip", "install", "--quiet", "--python", inside, *project)[0]:
            return
        say("uv could not; pip tries with its own settings, more slowly")
    pip = (python, "-m", "pip", "--python", inside, "install")
    if not (run(*pip, "--requirement", "requirements.txt")[0] and run(*pip, *project)[0]):
        stop("the packages could not be installed", "See the message above; `make setup` begins again.")


def get_quarto(uv: Path | None, before: str | None, retry: bool) -> str:
    """Who renders: `path`, `package` or `embedded`, said in one line; a failed download is not repeated unasked."""
    if shutil.which("quarto"):
        say("Quarto is on PATH and renders the pages")
        return "path"
    if before == "embedded" and not retry:
        say(f"no Quarto here; {EMBEDDED} (make setup QUARTO=retry tries again)")
        return "embedded"
    import tomllib

    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    if uv:
        say(f"no Quarto on PATH; trying its package (at most {QUARTO_SECONDS} s)")
        command = (uv, "pip", "install", "--quiet", "--python", VENV / "bin/python", *extras["quarto"])
        if run(*command, seconds=QUARTO_SECONDS, quiet=True)[0] and works(VENV / "bin/quarto"):
            say("Quarto is in .venv and renders the pages")
            return "package"
        run(uv, "pip", "uninstall", "--python", VENV / "bin/python", "quarto-cli", quiet=True)
    say(f"the package could not download Quarto; {EMBEDDED} (make setup QUARTO=retry tries again)")
    return "embedded"


def write_stamp(made_from: str, quarto: str) -> None:
    """Note that all is done: the last thing that happens, and whole or not at all."""
    draft = STAMP.with_suffix(".part")
    draft.write_text(json.dumps({"place": str(VENV), "made_from": made_from, "quarto": quarto}), encoding="utf-8")
    draft.replace(STAMP)


def main(arguments: list[str]) -> None:
    """Bring `.venv` up to date with what it is made from."""
    python, retry = python_of_this_machine(), "--retry-quarto" in arguments
    before, made_from, start = read_stamp(), fingerprint(), time.monotonic()
    if before.get("made_from") == made_from and not retry:
        say(".venv is up to date")
        return
    if not os.access(ROOT, os.W_OK):
        stop("this folder may not be written to", "Clone the repository to a folder of your own.")
    STAMP.unlink(missing_ok=True)
    uv = get_uv(python, finished=bool(before))
    if not before:
        lay_out(python, uv)
    say(f"installing the packages of requirements.txt into .venv (Python {sys.version.split()[0]})")
    install(python, uv)
    kept = VENV / "bin/uv"
    quarto = get_quarto(kept if works(kept) else None, before.get("quarto"), retry)
    shutil.rmtree(BOOTSTRAP, ignore_errors=True)
    write_stamp(made_from, quarto)
    say(f"ready in {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        stop("interrupted", "`make setup` begins again.")
