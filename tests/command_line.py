"""What tests of commands are given to run one."""

from __future__ import annotations

from collections.abc import Callable

CommandLine = Callable[..., tuple[int, str, str]]
"""gymreg with any arguments: exit code, what it printed, what it complained of (the fixture `command_line`)."""
