"""A file of a package that is not installed: fetched for a test run, never committed."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


@cache
def fetched(package: str, path: str) -> bytes:
    """The file `path` of `package` ('name==version'), without what the package needs; the test is skipped where the
    package cannot be had."""
    with TemporaryDirectory(prefix="gymreg-") as folder:
        uv = Path(sys.executable).with_name("uv")
        command = [str(uv), "pip", "install", "--quiet", "--no-deps", "--target", folder, package]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=60)
        except (OSError, subprocess.SubprocessError):
            pytest.skip(f"{package}, whose data are wanted, cannot be fetched")
        return (Path(folder) / path).read_bytes()
