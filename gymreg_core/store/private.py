"""What holds persons is for its owner alone: folders are made so, and refused where they are not.

Modes are those of POSIX. On Windows nothing is made or looked at: there the folder that the workspace lies in decides,
by its access list. A file system that keeps no modes (FAT, some network shares) is refused when a folder is made on it.
"""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterable
from pathlib import Path

from gymreg_core.errors import NotPermitted

FOLDER, FILE = 0o700, 0o600
_OTHERS = 0o077
_KEEPS_MODES = os.name != "nt"


def make_private(folder: Path) -> None:
    """Make a folder, and those that it lies in and are not there, for their owner alone, whatever the umask.

    Those that are there stay as they are. Errors: NotPermitted where the file system keeps no modes; OSError where the
    folder cannot be made.
    """
    if folder.exists():
        return
    if folder.parent != folder:
        make_private(folder.parent)
    folder.mkdir(mode=FOLDER, exist_ok=True)
    if not _KEEPS_MODES:
        return
    folder.chmod(FOLDER)
    if _mode(folder) & _OTHERS:
        folder.rmdir()
        raise NotPermitted(
            "this file system keeps no modes, so nobody can be kept out",
            where=str(folder.parent),
            why="What holds persons is readable by its owner only, and a folder that was made so is not.",
            remedy="Name a workspace on a disk that keeps modes, or mount this one with dir_mode=0700,file_mode=0600.",
        )


def write(path: Path, content: bytes) -> None:
    """Write a file for its owner alone, whatever the umask, and wait until it is on the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), FILE)
    with os.fdopen(descriptor, "wb") as stream:
        if _KEEPS_MODES:
            os.fchmod(descriptor, FILE)
        stream.write(content)
        stream.flush()
        os.fsync(descriptor)


def require_private(root: Path, paths: Iterable[Path]) -> None:
    """Refuse to go on where others than the owner may read, write or enter any of `paths`; those not there pass.

    root : the folder that the command which mends it is named for.
    Errors: NotPermitted naming the first of them and the command.
    """
    if not _KEEPS_MODES:
        return
    for path in paths:
        try:
            mode = _mode(path)
        except OSError:
            continue
        if mode & _OTHERS:
            raise NotPermitted(
                f"others than the owner may use this (mode {mode:04o})",
                where=str(path),
                why="What holds persons is readable by its owner only; somebody may have read it already.",
                remedy=f"Look who could reach it, then run: chmod -R u=rwX,go= {shlex.quote(str(root))}",
            )


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
