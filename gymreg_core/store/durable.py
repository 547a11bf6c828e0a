"""Writing that is on the disk when it is said to be, and what to say where it cannot be."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gymreg_core.errors import BadParameters, GymregError


@contextmanager
def told(folder: Path, what: str = "workspace") -> Iterator[None]:
    """Say in a user's words why the system refused to write; `what` the folder is to the user."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise GymregError(
                "the disk is full", where=str(folder), remedy=f"Free some space or name a {what} on another disk."
            ) from None
        raise BadParameters(
            f"the {what} cannot be written",
            where=str(folder),
            why=error.strerror,
            remedy="Name a folder in which you may write.",
        ) from None


def write(path: Path, content: bytes) -> None:
    """Write a file and wait until it is on the disk."""
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Bring renames to the disk; Windows does so by itself and cannot open a folder."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(path: Path) -> None:
    """Remove a file, a link or a folder with all in it, as far as that can be done."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()
