"""What was found to be hidden of a table, kept for other processes and for later builds."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import fields
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from gymreg_core.disclosure.hiding import hide
from gymreg_core.disclosure.hiding_work import Task
from gymreg_core.store.fingerprint import code_fingerprint, fingerprint
from gymreg_core.store.locking import exclusive
from gymreg_core.store.private import make_private, write

VARIABLE, FOLDER = "GYMREG_PROTECTED", "protected"
"""Names a folder; it is made where it is not there. Without it nothing is kept."""
_NAME = 12
Bools = NDArray[np.bool_]


def masks_of(workspace: Path) -> Path:
    """Where the masks of a workspace lie; what other code or another solver found lies elsewhere, and goes."""
    found = fingerprint(_code(), version("scipy"))
    place = workspace / FOLDER / found[:_NAME]
    for other in place.parent.glob("*"):
        if other.name != place.name:
            shutil.rmtree(other, ignore_errors=True)
    return place


@cache
def _code() -> str:
    return code_fingerprint(["gymreg_core.disclosure"])


def hide_once(task: Task, primary: Bools) -> Bools:
    """`hide`, or what it gave before for the same task. Masks are kept, no numbers."""
    place = os.environ.get(VARIABLE)
    if not place:
        return hide(task, primary, jobs=-1)
    folder = Path(place)
    make_private(folder)
    path = folder / _key(task, primary)
    with exclusive(path.with_suffix(".lock")):
        if path.is_file():
            return np.unpackbits(np.frombuffer(path.read_bytes(), np.uint8), count=len(primary)).astype(np.bool_)
        hidden = hide(task, primary, jobs=-1)
        part = path.with_suffix(".part")
        write(part, np.packbits(hidden).tobytes())
        part.replace(path)
    return hidden


def _key(task: Task, primary: Bools) -> str:
    digest = hashlib.sha256(np.ascontiguousarray(primary).tobytes())
    for one in fields(task):
        value = getattr(task, one.name)
        arrays = (value.indptr, value.indices, value.data) if isinstance(value, csr_array) else (np.asarray(value),)
        for array in arrays:
            digest.update(f"{one.name}{array.dtype}{array.shape}".encode() + np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
