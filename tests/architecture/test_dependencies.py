"""pyproject.toml, the compiled requirements and environment.yml name the same libraries, and the code uses them."""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OURS = {"gymreg_core", "tests", "conftest"}

ON_CONDA_FORGE = {"playwright": "playwright-python"}
BY_PIP_IN_CONDA = {
    "pypandoc-binary",
    "pypdfium2",
    "typst",
    "axe-playwright-python",
    "matching",
    "pyfixest",
    "wildboottest",
}
ONLY_CONDA = {"python", "pip", "quarto"}

RUN_TIME = ("gymreg_core", "notebooks")
IMPORTED_AS = {
    "ipython": "IPython",
    "pypandoc-binary": "pypandoc",
    "pyyaml": "yaml",
    "scikit-learn": "sklearn",
    "vl-convert-python": "vl_convert",
}
NEVER_IMPORTED = {
    "altair": "the analysts' charts; the reports' are written as the same specifications, and tests hold them to it",
    "ipykernel": "the kernel that notebooks run in under JupyterLab and nbval",
    "jupyterlab": "the analysts' workbench",
    "mypy": "the gate",
    "nbval": "a plugin of pytest",
    "pandas-stubs": "the types of pandas, for mypy",
    "pre-commit": "the gate before a commit",
    "psycopg": "the driver that SQLAlchemy takes for the URL of a PostgreSQL",
    "pytest-xdist": "a plugin of pytest",
    "ruff": "the gate",
    "types-pyyaml": "the types of PyYAML, for mypy",
    "uv": "makes .venv and requirements.txt",
}


def bounds_of(lines: list[str]) -> dict[str, SpecifierSet]:
    requirements = [Requirement(line) for line in lines]
    return {canonicalize_name(requirement.name): requirement.specifier for requirement in requirements}


def declared() -> dict[str, SpecifierSet]:
    extras = PROJECT["optional-dependencies"]
    return bounds_of([*PROJECT["dependencies"], *extras["test"], *extras["dev"]])


def compiled() -> Iterator[Requirement]:
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.lstrip().startswith("#"):
            yield Requirement(line)


def code_of(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text
    cells = [cell["source"] for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    return "\n".join(source if isinstance(source, str) else "".join(source) for source in cells)


def imported_by(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(code_of(path))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("import_module", "pytest.importorskip"):
            names |= {part.value for part in node.args if isinstance(part, ast.Constant)}
    return {name.partition(".")[0] for name in names}


@cache
def third_party(folders: tuple[str, ...]) -> set[str]:
    paths = [path for folder in folders for pattern in ("*.py", "*.ipynb") for path in (ROOT / folder).rglob(pattern)]
    beside = {path.stem for path in paths if path.suffix == ".py" and path.is_relative_to(ROOT / "tests")}
    names = {name for path in paths if ".ipynb_checkpoints" not in path.parts for name in imported_by(path)}
    return names - set(sys.stdlib_module_names) - OURS - beside


def import_names(distributions: dict[str, SpecifierSet]) -> set[str]:
    return {IMPORTED_AS.get(name, name.replace("-", "_")) for name in distributions}


def test_what_the_package_and_notebooks_import_is_a_dependency() -> None:
    missing = third_party(RUN_TIME) - import_names(bounds_of(PROJECT["dependencies"]))
    assert not missing, f"imported, yet not among the dependencies in pyproject.toml: {sorted(missing)}"


def test_what_tests_import_is_declared() -> None:
    missing = third_party(("tests",)) - import_names(declared())
    assert not missing, f"imported by tests, yet not declared in pyproject.toml: {sorted(missing)}"


@pytest.mark.parametrize("name", sorted(declared()))
def test_what_is_declared_is_used(name: str) -> None:
    at_run_time = name in bounds_of(PROJECT["dependencies"])
    used = import_names({name: SpecifierSet()}) <= third_party(RUN_TIME if at_run_time else (*RUN_TIME, "tests"))
    if name in NEVER_IMPORTED:
        assert not used, f"{name} is imported: take it out of NEVER_IMPORTED"
    else:
        where = " and ".join(RUN_TIME) if at_run_time else "the tests"
        assert used, f"{name} is declared in pyproject.toml and nobody imports it in {where}"


def test_compiled_requirements_stay_within_the_bounds() -> None:
    pinned: dict[str, list[Requirement]] = {}
    for requirement in compiled():
        pinned.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    for name, bounds in declared().items():
        assert name in pinned, f"{name} is not in requirements.txt: run `make lock`"
        for requirement in pinned[name]:
            [pin] = requirement.specifier
            assert pin.operator == "=="
            assert bounds.contains(pin.version), f"{requirement} is outside {bounds}: run `make lock`"


@pytest.mark.parametrize("python", ["3.11.2", "3.11.9", "3.12.4", "3.13.1"])
@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_one_version_of_each_library_for_every_machine(python: str, system: str) -> None:
    machine = {
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
        "sys_platform": system,
        "platform_system": {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}[system],
        "os_name": "nt" if system == "win32" else "posix",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }
    chosen = [canonicalize_name(r.name) for r in compiled() if r.marker is None or r.marker.evaluate(machine)]
    assert len(chosen) == len(set(chosen))
    assert set(declared()) <= set(chosen)


def test_environment_yml_holds_the_same_bounds() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    [by_pip] = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    conda = bounds_of([entry for entry in environment["dependencies"] if isinstance(entry, str)])
    assert environment["channels"][0] == "conda-forge"
    assert by_pip[-1] == "-e ."
    expected = {canonicalize_name(ON_CONDA_FORGE.get(name, name)): bounds for name, bounds in declared().items()}
    assert {name: conda[name] for name in conda.keys() - ONLY_CONDA} == {
        name: bounds for name, bounds in expected.items() if name not in BY_PIP_IN_CONDA
    }
    assert bounds_of(by_pip[:-1]) == {name: declared()[name] for name in BY_PIP_IN_CONDA}
    assert conda["python"] == SpecifierSet(PROJECT["requires-python"])
    assert conda["quarto"] == bounds_of(PROJECT["optional-dependencies"]["quarto"])["quarto-cli"]


def test_one_oldest_python_everywhere() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    oldest = PROJECT["requires-python"].removeprefix(">=")
    assert tools["ruff"]["target-version"] == "py" + oldest.replace(".", "")
    assert f"--python-version {oldest}" in (ROOT / "Makefile").read_text(encoding="utf-8")
    set_up = (ROOT / ".ci/setup.py").read_text(encoding="utf-8")
    assert re.search(r"^OLDEST = \((\d+), (\d+)\)$", set_up, re.MULTILINE).groups() == tuple(oldest.split("."))


def test_package_data_goes_into_the_wheel(tmp_path: Path) -> None:
    hatchling = pytest.importorskip("hatchling.builders.wheel")
    built = next(hatchling.WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"]))
    from zipfile import ZipFile

    inside = {name for name in ZipFile(built).namelist() if name.startswith("gymreg_core/")}
    committed = {
        p.relative_to(ROOT).as_posix()
        for p in (ROOT / "gymreg_core").rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }
    assert committed <= inside
