"""The command line: what the user wants, handed to the room that knows how."""

from __future__ import annotations

import atexit
import gc
import sys
import traceback
from pathlib import Path
from typing import NoReturn

import typer

from gymreg_core.commands.app import app
from gymreg_core.errors import BadInput, BadParameters, GymregError, RenderingFailed

# isort: off
# They register their commands, which --help lists in this order.
from gymreg_core.commands import extracts, matches, forecasts, scenarios, money, cohorts, effects, reports  # noqa: F401
from gymreg_core.commands import compared, releases, desk, store  # noqa: F401
# isort: on

__all__ = ["app", "main"]

_INTERRUPTED = 130
_COLLECT_AFTER = 10_000


def main() -> NoReturn:
    """Entry point: a user's error is printed with its remedy and its exit code, never as a traceback."""
    # The libraries make objects by the hundred thousand that stay to the end. To look through them for cycles at every
    # 700 new ones, and once more at the exit, takes a third of a second.
    gc.set_threshold(_COLLECT_AFTER)
    atexit.register(gc.freeze)
    try:
        code = app(standalone_mode=False)
    except GymregError as problem:
        if isinstance(problem, BadInput) and len(problem.findings):
            from gymreg_core.reporting.console import print_findings

            print_findings(problem.findings, stderr=True)
        print(f"gymreg: {problem}", file=sys.stderr)
        sys.exit(problem.exit_code)
    except OSError as problem:
        place = problem.filename or "the file system"
        print(f"gymreg: {place}: {problem.strerror or type(problem).__name__}", file=sys.stderr)
        print("  Nothing was published. Check that there is room and that you may write there.", file=sys.stderr)
        sys.exit(RenderingFailed.exit_code)
    except Exception as problem:  # noqa: BLE001 the last door: no traceback reaches a user
        sys.exit(_unexpected(problem))
    sys.exit(code if isinstance(code, int) else 0)


def _unexpected(problem: Exception) -> int:
    show = getattr(problem, "show", None)
    if callable(show):  # a mistake in the command line; which library says so depends on typer's version
        show()
        return BadParameters.exit_code
    if isinstance(problem, typer.Abort):
        print("gymreg: stopped; what stood before stands as it was", file=sys.stderr)
        return _INTERRUPTED
    last = traceback.extract_tb(problem.__traceback__)[-1]
    print(
        f"gymreg: an error in the program itself: {type(problem).__name__} in {Path(last.filename).name}, "
        f"line {last.lineno}\n"
        "  Nothing was published. Please report this line; it holds no data.",
        file=sys.stderr,
    )
    return 1
