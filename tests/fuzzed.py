"""Files that a user, an analyst or a desk writes, mutated, and what has to hold of whatever reads them.

No exception but a GymregError reaches the door; its exit code is that of its kind of file; and no message holds a value
of the file. Into values go canaries: names and identity numbers that stand nowhere else. Names of parameters are told
back on purpose ("did you mean …"), so that no canary stands in them.
"""

from __future__ import annotations

import copy
import json
import math
import os
import random
import shutil
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import yaml

from gymreg_core import rules
from gymreg_core.disclosure import policy as policies
from gymreg_core.disclosure.cells import Cells, Why
from gymreg_core.disclosure.cells_file import as_json as cells_json
from gymreg_core.effects.plan_file import read_plan
from gymreg_core.errors import BadInput, BadParameters, DisclosureRefused, GymregError, NotPermitted, RuleMissing
from gymreg_core.funding import scenarios as funding
from gymreg_core.matching import scenarios as matching
from gymreg_core.release.desk.calendar import planned
from gymreg_core.release.desk.content import Content
from gymreg_core.release.desk.desk_file import read_desk_file
from gymreg_core.release.desk.known import cells_of
from gymreg_core.release.desk.log import Log
from gymreg_core.release.desk.people import Actor
from gymreg_core.release.diff import diff_sites
from gymreg_core.release.gate.folder import read_manifest
from gymreg_core.release.resting import resting_on
from gymreg_core.release.site_reader import read_site
from gymreg_core.release.verify import verify_site
from gymreg_core.reporting.held_together import record_key
from gymreg_core.reporting.params import load_plan
from gymreg_core.reporting.run_cells import tables_of
from gymreg_core.reporting.site import Site
from gymreg_core.rules.audience import AUDIENCES
from gymreg_core.store.changing import FOLDER, JOURNAL, finish
from gymreg_core.store.erased import marks
from gymreg_core.store.ledger import Ledger
from gymreg_core.store.record import Entry, as_record, record
from gymreg_core.store.shelf import Shelf
from gymreg_core.vocabulary.packaged import yaml_of

ROOT = Path(__file__).resolve().parents[1]
CANARIES = ("20070131-1238", "200701311238", "0701311238", "Åsa Kvistfågel", "Kvistfågel")
Fuzzed = Callable[[Path], object]


@dataclass(frozen=True)
class Target:
    """A kind of file: name in the report, how it is called in its folder, good contents, what reads it, and the exit
    codes that a bad one may end with."""

    name: str
    file: str
    good: tuple[bytes, ...]
    read: Fuzzed
    codes: frozenset[int]
    prepare: Fuzzed = lambda folder: None


@dataclass
class Result:
    """Of a target: files tried, those refused by exit code, and what broke (kind, place, and the content)."""

    tried: int = 0
    refused: dict[int, int] = field(default_factory=dict)
    faults: list[tuple[str, bytes]] = field(default_factory=list)


# --- mutating


def mutated(good: bytes, rng: random.Random) -> bytes:
    """The content altered in one to three ways: bytes, lines, or values of its structure."""
    content = good
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        way = rng.choices((_value, _bytes, _lines, _deep), (12, 4, 3, 0.15))[0]
        try:
            content = way(content, rng)
        except RecursionError:
            content = _bytes(content, rng)
    return content


def _bytes(content: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(content) + 1)
    kind = rng.randrange(5)
    if kind == 0:
        return content[:at]
    if kind == 1:
        return content[:at] + bytes([rng.randrange(256)]) + content[at + 1 :]
    if kind == 2:
        return (
            content[:at]
            + rng.choice(
                (b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"{", b"]", b"&a ", b"*a", b"!!python/x ", b"\t", b": ", b"- ")
            )
            + content[at:]
        )
    end = rng.randrange(at, len(content) + 1)
    return content[:at] + content[end:] if kind == 3 else content[:end] + content[at:end] + content[end:]


def _lines(content: bytes, rng: random.Random) -> bytes:
    lines = content.split(b"\n")
    at, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    kind = rng.randrange(4)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(other, lines[at])
    elif kind == 2:
        lines[at], lines[other] = lines[other], lines[at]
    else:
        lines.insert(at, f"{rng.choice(CANARIES)}".encode())
    return b"\n".join(lines)


def _deep(_: bytes, rng: random.Random) -> bytes:
    n = rng.choice((200, 3000, 100_000))
    return rng.choice((b"[" * n, b'{"a":' * n, b"[" * n + b"]" * n, b"- " * min(n, 3000), b"a: " * 50))


def _value(content: bytes, rng: random.Random) -> bytes:
    """One value, or the name of one, replaced, removed or put elsewhere."""
    as_json, lines = True, content.split(b"\n")
    line = 0
    try:
        held = json.loads(content)
    except (ValueError, RecursionError):
        line = rng.randrange(len(lines))
        try:
            held = json.loads(lines[line])  # a log, a line each
        except (ValueError, RecursionError):
            as_json = False
            try:
                held = yaml_of(content.decode())
            except (yaml.YAMLError, ValueError, RecursionError):
                return _bytes(content, rng)
        else:
            lines[line] = _dumped(_altered(held, rng), as_json=True).rstrip(b"\n")
            return b"\n".join(lines)
    return _dumped(_altered(held, rng), as_json=as_json)


def _altered(held: Any, rng: random.Random) -> Any:
    root = [copy.deepcopy(held)]
    places = list(_places(root))
    parent, key = rng.choice(places)
    kind = rng.randrange(6)
    if kind == 0 and isinstance(parent, dict):
        del parent[key]
    elif kind == 1 and isinstance(parent, dict):
        parent[rng.choice((f"{key}s", "", "a", 3, None, f"{key}.x", "x" * 300))] = parent.pop(key)
    elif kind == 2:
        other, name = rng.choice(places)
        parent[key] = copy.deepcopy(other[name]) if other is not root else rng.choice(_POOL)
    elif kind == 3 and isinstance(parent, list) and parent is not root:
        parent.insert(rng.randrange(len(parent) + 1), _drawn(rng))
    else:
        parent[key] = _drawn(rng)
    return root[0] if root else None


def _places(held: Any) -> Iterator[tuple[Any, Any]]:
    for key in list(held) if isinstance(held, dict) else range(len(held)):
        yield held, key
        if isinstance(held[key], dict | list):
            yield from _places(held[key])


_POOL: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, 10**40, 0.5, -0.5, math.nan, math.inf, 1e308, "", " ", "x", "1", "ja"),
    *(
        [],
        {},
        [[]],
        [None],
        {"a": None},
        {"value": 1},
        [1, "x"],
        "open_web",
        "2024",
        2024,
        "2024-02-30",
        "../..",
        "\x00",
    ),
    *("\ud800", "a" * 5000, "\u202e", "null", date(2024, 1, 31), "é" * 40, "%s{}", "*", "<script>", "/etc/passwd"),
)


def _drawn(rng: random.Random) -> Any:
    if rng.random() < 0.45:
        who = rng.choice(CANARIES)
        return rng.choice((who, int(who) if who.isdecimal() else who, [who], {"value": who}, f"x {who} y"))
    return copy.deepcopy(rng.choice(_POOL))


def _dumped(held: Any, *, as_json: bool) -> bytes:
    try:
        if as_json:
            return json.dumps(held, indent=1, default=str).encode()
        return yaml.safe_dump(held, allow_unicode=True, sort_keys=False).encode()
    except (TypeError, ValueError, yaml.YAMLError, UnicodeEncodeError):
        return json.dumps(str(held)).encode()


# --- what is read


@contextmanager
def _rules_file(path: Path) -> Iterator[None]:
    """Rules as if `path` stood beside the code under its name."""
    read = rules.packaged_yaml

    def other(package: str, name: str) -> Any:
        return yaml_of(path.read_text(encoding="utf-8")) if name == path.name else read(package, name)

    rules._file.cache_clear()
    policies.policy_of.cache_clear()
    with mock.patch.object(rules, "packaged_yaml", other):
        try:
            yield
        finally:
            rules._file.cache_clear()
            policies.policy_of.cache_clear()


def _read_policy(path: Path) -> None:
    with _rules_file(path):
        for audience in AUDIENCES:
            policies.policy_of(audience)


def _read_rules(path: Path) -> None:
    with _rules_file(path):
        for key in rules.entries(path.stem):
            rules.rule(path.stem, key.split(" ")[0])


class _Quiet:
    def note(self, text: str) -> None: ...
    def advance(self, step: str, total: int) -> None: ...


def _site(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "index.html").write_text("<html lang=sv><title>x</title><p>x</p></html>", encoding="utf-8")
    (folder / "data" / "a.csv").write_text("a;b\n1;2\n", encoding="utf-8")


def _read_manifest(path: Path) -> None:
    folder = path.parent
    Site(folder).manifest()
    read_manifest(folder)
    resting_on([folder], {"0" * 64})
    site = read_site(folder)
    diff_sites(site, site)


def _verify(path: Path) -> None:
    asked = {name: _MANIFEST[name] for name in ("plans", "states", "region", "address", "audience")}
    with (
        mock.patch("gymreg_core.release.verify.build_site", side_effect=BadInput("no build is made here")),
        mock.patch("gymreg_core.release.verify.asked_for", return_value=asked),
        mock.patch("gymreg_core.release.verify.surroundings", return_value=()),
    ):
        verify_site(path.parent, _Quiet())


def _log(folder: Path) -> None:
    shutil.copyfile(_made_log() / "log.head", folder / "log.head")


@cache
def _made_log() -> Path:
    from datetime import UTC, datetime
    from tempfile import mkdtemp

    folder = Path(mkdtemp(prefix="gymreg-fuzz-"))
    log = Log(folder)
    for number in range(4):
        when = datetime(2026, 1, 1 + number, tzinfo=UTC)
        who = Actor(1000 + number % 2, f"konto{number % 2}")
        log.add(log.drafted(when, who, "request", "2026-1", {"n": number}))
    return folder


def _content(path: Path) -> None:
    content = Content(path.parent)
    content.changed()


def _some_cells() -> dict[str, Any]:
    cells = Cells(
        ("all", "one", "two"),
        np.array([30.0, np.nan, np.nan]),
        np.array([Why.SHOWN, Why.FEW, Why.LINKED], np.int8),
        np.zeros(3),
        np.array([False, True, False]),
        ((0, (1, 2)),),
    )
    return {"key": "k", "audience": "open_web", **cells_json(cells)}


def _journal(folder: Path) -> None:
    (folder / FOLDER).mkdir(mode=0o700)


def _read_journal(path: Path) -> None:
    place = path.parent / FOLDER / JOURNAL
    shutil.copy(path, place)
    finish(path.parent)


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _params(*kinds: str) -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted((ROOT / "params").glob("*.yml")) if path.name.startswith(kinds))


def _packaged(name: str) -> tuple[bytes, ...]:
    return (files("gymreg_core.rules").joinpath(name).read_bytes(),)


def _scenarios(about: str) -> tuple[bytes, ...]:
    every = [path.read_bytes() for path in sorted((ROOT / "params" / "scenarios").glob("*.yml"))]
    return tuple(one for one in every if (b"about: funding" in one) == (about == "funding"))


_MANIFEST = {
    "key": "a" * 64,
    "renderer": "embedded",
    "gymreg": "0.1",
    "code": "b" * 64,
    "rules": "c" * 64,
    "libraries": {"numpy": "2.4"},
    "made_up": True,
    "inputs": [{"name": "slutantagningsresultat-2024.xlsx", "sha256": "d" * 64, "size": 10}],
    "reference": None,
    "parts_of_code": {"cohort": "e" * 64},
    "decisions": {"disclosure.yml": {"zeros": "hidden"}},
    "plans": [{"report": "admission", "scope": "region"}],
    "states": {"admission": [["a.xlsx", "d" * 64]]},
    "region": {"seed": 1, "scale": 1.0},
    "address": "",
    "audience": "open_web",
    "reports": [{"page": "sida", "params": {"report": "admission", "scope": "region"}, "key": "f" * 64}],
    "disclosure": {"hidden": 3},
    "tables": {"index.html#tbl-a": {"heads": ["a", "b"], "forms": ["text", "count"], "persons": ["b"]}},
    "scripts": ["0" * 64],
    "files": {"index.html": {"size": 10, "sha256": "1" * 64}, "data/a.csv": {"size": 8, "sha256": "2" * 64}},
}
_DESK = b"""people:
  - {name: anna, uid: 1000, roles: [request, publish]}
  - {name: bo, uid: 1001, roles: [review, approve]}
public: ../public
publisher: Kontoret
address: https://example.org/statistik
"""
_CALENDAR = b"""- {id: antagning-2027, time: 2027-07-01T09:00, title: {sv: Antagningen 2027, en: Admission 2027}}
- {id: budget, time: "2027-10-01T09:00", title: {sv: Budget}}
"""
_RECORD = as_record([Entry("erase", "2026-01-01T00:00:00Z", "", ("enrolments",), rows={"enrolments/persons": 1})])
_CLOSING = {
    "format": 1,
    "month": 202401,
    "previous": "",
    "tables": {"postings": {"sha256": "0" * 64, "dtypes": [["pupil", "int32"]]}},
    "about": {"made_up": True},
}
_SET = {
    "format": 1,
    "key": "k" * 64,
    "dtypes": {"t": [["a", "int64"]]},
    "files": {"t.parquet": {"size": 1, "sha256": "0" * 64}},
    "about": {"provenance": {"inputs": []}},
}


def _read_set(path: Path) -> None:
    place = path.parent / ("k" * 64)
    place.mkdir(mode=0o700, exist_ok=True)
    shutil.copy(path, place / "manifest.json")
    shelf = Shelf(path.parent)
    shelf.has("k" * 64)
    shelf.get("k" * 64)


def _read_pointer(path: Path) -> None:
    shelf = Shelf(path.parent)
    if shelf.current is not None:
        shelf.abouts()
        shelf.about()


def _read_closing(path: Path) -> None:
    import hashlib

    place = path.parent / "ledger" / "2024-01"
    place.mkdir(parents=True, exist_ok=True)
    for folder in (place, place.parent):
        folder.chmod(0o700)
    content = path.read_bytes()
    (place / "closing.json").write_bytes(content)
    (place / "closing.json.sha256").write_bytes(f"{hashlib.sha256(content).hexdigest()}  closing.json\n".encode())
    for one in place.iterdir():
        one.chmod(0o600)
    Ledger(path.parent).verify()


PARAMETERS = frozenset({BadParameters.exit_code})
INPUT = frozenset({BadInput.exit_code})
RULES = frozenset({RuleMissing.exit_code})
RELEASE = INPUT | {BadParameters.exit_code, DisclosureRefused.exit_code, NotPermitted.exit_code}


def targets() -> list[Target]:
    """Every kind of file that is mutated."""
    kinds = [
        Target(f"params {kind}", "params.yml", _params(kind), load_plan, PARAMETERS)
        for kind in ("admission", "funding", "dropout", "effects")
    ]
    kinds += [
        Target("analysis plan", "plan.yml", _params("effects"), read_plan, PARAMETERS),
        Target("scenario of admission", "s.yml", _scenarios("admission"), matching.load_scenario, PARAMETERS),
        Target("scenario of funding", "s.yml", _scenarios("funding"), funding.load_scenario, PARAMETERS),
        Target("policy", "disclosure_audiences.yml", _packaged("disclosure_audiences.yml"), _read_policy, RULES),
    ]
    named = ("release_desk.yml", "release_gate.yml", "retention.yml", "supplement.yml", "cohort.yml")
    kinds += [Target(f"rules {name}", name, _packaged(name), _read_rules, RULES) for name in named]
    manifest = (_json(_MANIFEST),)
    kinds += [
        Target("manifest.json, read", "manifest.json", manifest, _read_manifest, RELEASE, _site),
        Target("manifest.json, verified", "manifest.json", manifest, _verify, RELEASE, _site),
        Target("desk.yml", "desk.yml", (_DESK,), lambda p: read_desk_file(p.parent), PARAMETERS),
        Target("calendar.yml", "calendar.yml", (_CALENDAR,), lambda p: planned(p.parent), PARAMETERS),
        Target(
            "log.jsonl",
            "log.jsonl",
            ((_made_log() / "log.jsonl").read_bytes(),),
            lambda p: Log(p.parent).entries(),
            INPUT,
            _log,
        ),
        Target("lock.json", "lock.json", (_json({"site/index.html": [10, "0" * 64]}),), _content, INPUT),
        Target("disclosure.json", "disclosure.json", (_json(_some_cells()),), _read_private, RELEASE),
        Target("cells.json", "cells.json", (_json([]),), lambda p: tables_of(p.parent), INPUT),
        Target("changes.json", "changes.json", (_RECORD,), lambda p: record(p.parent), INPUT),
        Target(
            "erased.json",
            "erased.json",
            (_json({"format": 1, "real": ["0" * 32], "made_up": []}),),
            lambda p: marks(p.parent),
            INPUT,
        ),
        Target(
            "journal of a change",
            "j.json",
            (_json({"format": 1, "mark": "0", "moves": []}),),
            _read_journal,
            INPUT,
            _journal,
        ),
        Target("manifest of a set", "m.json", (_json(_SET),), _read_set, INPUT),
        Target("pointer of a shelf", "current.json", (_json({"format": 1, "keys": ["k" * 64]}),), _read_pointer, INPUT),
        Target("closing.json", "c.json", (_json(_CLOSING),), _read_closing, INPUT),
    ]
    return kinds


def _read_private(path: Path) -> None:
    record_key(path.parent)
    cells_of(path)


# --- what has to hold


def tried(
    target: Target, count: int, seed: int, folder: Path, change: Callable[[bytes, random.Random], bytes] = mutated
) -> Result:
    """Try so many mutated files of a kind; the same for the same seed."""
    rng = random.Random(f"{target.name}:{seed}")
    result = Result()
    folder.chmod(0o700)
    for _ in range(count):
        content = change(rng.choice(target.good), rng)
        result.tried += 1
        if fault := _fault(target, content, folder, result):
            result.faults.append((fault, content))
    return result


def _fault(target: Target, content: bytes, folder: Path, result: Result) -> str | None:
    for old in folder.iterdir():
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    target.prepare(folder)
    path = folder / target.file
    path.write_bytes(content)
    path.chmod(0o600)
    try:
        target.read(path)
    except GymregError as refused:
        result.refused[refused.exit_code] = result.refused.get(refused.exit_code, 0) + 1
        told = str(refused) + "".join(map(str, getattr(refused, "findings", ())))
        if refused.exit_code not in target.codes:
            return f"exit code {refused.exit_code}"
        if seen := [one for one in CANARIES if one in told]:
            return f"a message holds {seen[0]!r}: {told[:300]}"
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 whatever reaches the door
        last = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in last if os.sep + "gymreg_core" + os.sep in frame.filename]
        at = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "?"
        return f"{type(error).__name__} at {at}: {str(error)[:120]}"
    return None
