"""A small workspace of real persons with something of all that is stored of them, and how it is looked through."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.funding.settle_months import settle_months
from gymreg_core.matching.match_round import match_round
from gymreg_core.store import changing
from gymreg_core.store.enrolments import ingest_enrolments, stored_enrolments
from gymreg_core.store.ledger import Ledger
from gymreg_core.store.postings import pupils
from gymreg_core.store.registers import ingest_register, stored_register
from gymreg_core.store.shelf import Shelf
from gymreg_core.synthetic.enrolment_extracts import write_enrolments
from gymreg_core.synthetic.extracts import write_register
from gymreg_core.synthetic.identities import identity_numbers
from tests.enrolments import small_enrolments
from tests.registers import small_register

YEAR, FIRST, LAST, NEXT = 2023, 202401, 202402, 202403
SECRET = b"a secret of the owner, long enough"


@dataclass(frozen=True)
class Peopled:
    """A workspace, the key file beside it, the folder of its extracts, and the numbers of its persons in their order:
    the same sixty are in the register and in the enrolments."""

    folder: Path
    numbers: tuple[str, ...]

    @property
    def workspace(self) -> Path:
        return self.folder / "ws"

    @property
    def key(self) -> Path:
        return self.folder / "key"

    @property
    def plain(self) -> list[str]:
        return [number.replace("-", "") for number in self.numbers]

    def ingest(self) -> tuple[str, str]:
        """The keys of the register and of the enrolments once the extracts came."""
        register = ingest_register(self.folder / "register", self.workspace, self.key)
        return register.key, ingest_enrolments(self.folder / "enrolments", self.workspace, self.key).key

    def names(self) -> dict[str, list[str]]:
        """The pseudonyms of register, enrolments and ledger as they are stored."""
        return {
            "register": stored_register(self.workspace, YEAR).register.pupils["applicant"].tolist(),
            "enrolments": stored_enrolments(self.workspace).enrolments.persons["applicant"].tolist(),
            "ledger": pupils(Ledger(self.workspace)).tolist(),
        }


def enrolled() -> Enrolments:
    return small_enrolments(60, made_up=False)


def peopled(folder: Path) -> Peopled:
    """Make it: a register that is matched and published, enrolments, two closed months, something computed, a run."""
    register = small_register(60, made_up=False, intake_year=YEAR)
    numbers = identity_numbers(register, 7)
    write_register(register, numbers, folder / "register")
    write_enrolments(enrolled(), numbers, folder / "enrolments")
    (folder / "key").touch(mode=0o600)
    (folder / "key").write_bytes(SECRET + b"\n")
    made = Peopled(folder, tuple(numbers))
    made.ingest()
    match_round(made.workspace, YEAR, "final", publish=True).require_passed()
    settle_months(made.workspace, FIRST, LAST)
    Shelf(made.workspace / "tracked").put("a" * 64, {"t": pd.DataFrame({"pupils": np.ones(1, np.int64)})}, {})
    (made.workspace / "runs" / "one").mkdir(parents=True)
    (made.workspace / "runs" / "one" / "cells.json").write_text("{}")
    return made


def found_in(workspace: Path, texts: list[str]) -> list[str]:
    """The files below `workspace` that any of the texts is in: in their bytes, their names or the cells of a table."""
    hits = []
    for path in sorted(workspace.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        told = [path.name.encode(), content]
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            told += [str(column.unique().to_pylist()).encode() for column in table.columns]
        if any(text.encode() in one for text in texts for one in told):
            hits.append(path.relative_to(workspace).as_posix())
    return hits


def rows_of(workspace: Path) -> dict[str, int]:
    """Rows by table of every set of persons, old ones too."""
    return {
        f"{path.parent.parent.relative_to(workspace).as_posix()}/{path.stem}": pq.read_metadata(path).num_rows
        for path in sorted(workspace.rglob("*.parquet"))
    }


def killed_at(at: int, work: Callable[[], object]) -> int:
    """Do the work in a process of its own that is killed at its at-th call to the disk (0: never); returns how many it
    made, 0 where it was killed."""
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        count = 0

        def counting(call: Callable[..., object]) -> Callable[..., object]:
            def counted(*arguments: object, **named: object) -> object:
                nonlocal count
                count += 1
                if count == at:
                    os.kill(os.getpid(), signal.SIGKILL)
                return call(*arguments, **named)

            return counted

        with suppress(BaseException):
            for name in ("write", "sync_folder", "remove"):
                setattr(changing, name, counting(getattr(changing, name)))
            for name in ("replace", "mkdir", "unlink"):
                setattr(Path, name, counting(getattr(Path, name)))
            work()
            os.write(theirs, str(count).encode())
            os._exit(0)
        os._exit(1)
    os.close(theirs)
    with os.fdopen(ours) as told:
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
        return int(told.read() or 0)


def manifest_of(folder: Path, key: str, inputs: list[str]) -> Path:
    """A site whose manifest names inputs with these hashes."""
    folder.mkdir(parents=True)
    content = {
        "key": key,
        "inputs": [{"name": "file", "sha256": one, "size": 1} for one in inputs],
        "reports": [{"page": "sida", "params": {}, "key": "k"}],
        "files": {},
    }
    (folder / "manifest.json").write_text(json.dumps(content))
    return folder
