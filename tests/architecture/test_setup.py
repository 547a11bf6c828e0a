"""The set-up: what it does on machines that lack something, and that every place tells the same commands."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., tuple[bool, str]]


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with all that the set-up reads."""
    for name in ("pyproject.toml", "requirements.txt", ".ci/setup.py", "Makefile"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def setup(project: Path) -> ModuleType:
    """The set-up script of that folder, as a module."""
    spec = importlib.util.spec_from_file_location("project_setup", project / ".ci/setup.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def finish(setup: ModuleType, quarto: str = "embedded") -> None:
    """Leave what a finished set-up leaves."""
    (setup.VENV / "bin").mkdir(parents=True)
    (setup.VENV / "bin/python").symlink_to(sys.executable)
    setup.write_stamp(setup.fingerprint(), quarto)


def recorded(commands: list[str], failing: str = r"^$", said: str = "") -> Run:
    """Stands in for programs: notes each command, and those that match `failing` fail with what was `said`."""

    def run(*command: object, **_: object) -> tuple[bool, str]:
        commands.append(" ".join(map(str, command)))
        return (False, said) if re.search(failing, commands[-1]) else (True, "")

    return run


def test_a_second_run_ends_at_once(setup: ModuleType, project: Path) -> None:
    finish(setup)
    start = time.monotonic()
    done = subprocess.run([sys.executable, "-I", project / ".ci/setup.py"], capture_output=True, text=True, check=True)
    assert done.stdout == "set-up: .venv is up to date\n"
    assert time.monotonic() - start < 1.0  # `make report` with nothing changed has 3 s in all


@pytest.mark.parametrize("name", ["pyproject.toml", "requirements.txt", ".ci/setup.py"])
def test_a_change_of_any_input_sets_up_again(setup: ModuleType, project: Path, name: str) -> None:
    before = setup.fingerprint()
    (project / name).write_text((project / name).read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert setup.fingerprint() != before


def test_a_stamp_counts_only_where_it_was_made_and_with_its_python(setup: ModuleType, project: Path) -> None:
    assert setup.read_stamp() == {}
    finish(setup)
    assert setup.read_stamp()["made_from"] == setup.fingerprint()
    shutil.copytree(setup.VENV, project / "moved/.venv", symlinks=True)
    assert setup.read_stamp(project / "moved/.venv" / setup.STAMP.name) == {}
    setup.STAMP.write_text("{", encoding="utf-8")
    assert setup.read_stamp() == {}
    setup.write_stamp("x", "embedded")
    (setup.VENV / "bin/python").unlink()
    assert setup.read_stamp() == {}


def test_a_run_that_is_ended_halfway_leaves_no_stamp(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    finish(setup)
    (setup.ROOT / "requirements.txt").write_text("uv==1\n", encoding="utf-8")

    def killed(*_: object, **__: object) -> tuple[bool, str]:
        raise KeyboardInterrupt

    monkeypatch.setattr(setup, "run", killed)
    with pytest.raises(KeyboardInterrupt):
        setup.main([])
    assert setup.read_stamp() == {}


def test_uv_does_the_work_and_everything_is_pinned(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[str] = []
    monkeypatch.setattr(setup, "run", recorded(commands))
    monkeypatch.setattr(setup, "works", lambda program: bool(commands) and "uv" in program.name)
    monkeypatch.setattr(setup.shutil, "which", lambda *_: None)
    monkeypatch.setattr(setup, "lay_out", lambda *_: setup.VENV.mkdir())
    setup.main([])
    [version] = re.findall(r"(?m)^uv==\S+", text_of("requirements.txt"))
    assert any(f"--target {setup.BOOTSTRAP} {version}" in command for command in commands)
    assert any("pip sync" in command and command.endswith("requirements.txt") for command in commands)
    assert any("--no-build-isolation --editable" in command for command in commands)
    assert json.loads(setup.STAMP.read_text(encoding="utf-8"))["made_from"] == setup.fingerprint()


def test_pip_takes_over_where_uv_fails(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[str] = []
    monkeypatch.setattr(setup, "run", recorded(commands, failing=r"uv pip sync"))
    setup.install("python3", Path("uv"))
    pip = f"python3 -m pip --python {setup.VENV / 'bin/python'} install"
    assert commands[1:] == [
        f"{pip} --requirement requirements.txt",
        f"{pip} --no-deps --no-build-isolation --editable {setup.ROOT}",
    ]


def test_pip_takes_over_where_there_is_no_uv(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[str] = []
    monkeypatch.setattr(
        setup, "run", recorded(commands, failing="--target", said="ERROR: No matching distribution found")
    )
    assert setup.get_uv("python3", finished=False) is None
    setup.lay_out("python3", None)
    assert commands[-1] == f"python3 -m venv --clear --without-pip {setup.VENV}"


def test_no_pip_is_one_clear_error(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "run", recorded([], failing="pip --version"))
    with pytest.raises(SystemExit, match=r"(?s)has no pip.*apt-get install python3-pip"):
        setup.get_uv("python3", finished=False)


def test_an_old_python_is_one_clear_error(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(setup.shutil, "which", lambda *_: None)
    with pytest.raises(SystemExit, match=r"(?s)Python 3\.9\.2 is too old.*3\.11 or newer"):
        setup.python_of_this_machine()


def test_the_script_itself_can_be_read_by_an_old_python() -> None:
    ast.parse(text_of(".ci/setup.py"), feature_version=(3, 7))


def test_no_network_is_one_clear_error(project: Path) -> None:
    python = getattr(sys, "_base_executable", sys.executable)
    if subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
        pytest.skip("no pip beside the Python that .venv was made from")
    nobody_listens = "http://127.0.0.1:9/simple"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    environment = {**kept, "PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": nobody_listens}
    script = [python, "-I", project / ".ci/setup.py"]
    done = subprocess.run(script, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "set-up: no package index answers",
        "  Check the network, or name your mirror in pip's settings (pip config).",
    ]
    assert not (project / ".venv").exists()


def test_quarto_is_not_downloaded_again_unasked(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[str] = []
    monkeypatch.setattr(setup, "run", recorded(commands, failing="quarto-cli>="))
    monkeypatch.setattr(setup.shutil, "which", lambda *_: None)
    assert setup.get_quarto(Path("uv"), None, retry=False) == "embedded"
    assert sum("install --quiet" in command for command in commands) == 1
    assert setup.get_quarto(Path("uv"), "embedded", retry=False) == "embedded"
    assert sum("install --quiet" in command for command in commands) == 1
    assert setup.get_quarto(Path("uv"), "embedded", retry=True) == "embedded"
    assert sum("install --quiet" in command for command in commands) == 2


def test_quarto_on_path_is_enough(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup.shutil, "which", lambda name, *_: f"/usr/bin/{name}")
    assert setup.get_quarto(None, None, retry=False) == "path"
    assert capsys.readouterr().out.splitlines() == ["set-up: Quarto is on PATH and renders the pages"]


def test_a_program_that_hangs_is_ended_with_its_children(setup: ModuleType, tmp_path: Path) -> None:
    start = time.monotonic()
    done, _ = setup.run("sh", "-c", "sleep 60 & wait", seconds=0.3, quiet=True)
    assert not done
    assert time.monotonic() - start < 20  # the child that holds the pipe open would keep us for 60


def targets() -> set[str]:
    return set(re.findall(r"(?m)^([a-z]+):", text_of("Makefile")))


def test_make_alone_lists_every_command() -> None:
    if shutil.which("make") is None:
        pytest.skip("no make")
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"(?m)^  make ([a-z]+) +\S", listed)) == targets()


@pytest.mark.parametrize(
    "name", ["README.md", ".ci/run", ".ci/setup.py", "docs/decisions/0001-set-up-without-hosts.md"]
)
def test_commands_that_are_told_are_there(name: str) -> None:
    told = set(re.findall(r"(?m)(?:`|^ *|[0-9]m )make ([a-z]+)\b", text_of(name)))
    assert told
    assert told <= targets()


def test_readme_and_ci_run_the_same_tests() -> None:
    blocks = "\n".join(re.findall(r"(?s)```sh\n(.*?)```", text_of("README.md"))).splitlines()
    assert {"make report", "make test"} <= set(blocks)
    assert text_of(".ci/run").rstrip().splitlines()[-1].endswith(" make test")
    assert os.access(ROOT / ".ci/run", os.X_OK)


def test_make_test_takes_the_notebooks_too() -> None:
    recipe = re.search(r"(?m)^test:.*\n((?:\t.*\n)+)", text_of("Makefile"))
    assert recipe is not None
    assert "--nbval-lax" in recipe.group(1)


def test_hooks_are_programs_of_the_project() -> None:
    hooks = [hook for repo in yaml.safe_load(text_of(".pre-commit-config.yaml"))["repos"] for hook in repo["hooks"]]
    assert {hook["language"] for hook in hooks} == {"system"}
    assert all(hook["entry"].startswith(".venv/bin/") for hook in hooks)
