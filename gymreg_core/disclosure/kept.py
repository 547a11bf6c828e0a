"""What was found to be hidden of a table, kept for the other processes of a build: the same table is protected once."""

from __future__ import annotations

import hashlib
import os
from dataclasses import fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from gymreg_core.disclosure.hiding import hide
from gymreg_core.disclosure.hiding_work import Task
from gymreg_core.store.locking import exclusive
from gymreg_core.store.private import make_private, write

VARIABLE = "GYMREG_PROTECTED"
"""Names a folder; it is made where it is not there. Without it nothing is kept."""
Bools = NDArray[np.bool_]


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
