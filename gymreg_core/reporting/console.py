"""What the terminal shows: findings as a table, progress as a bar."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from gymreg_core.findings import Findings

_STYLE = {"error": "bold red", "warning": "yellow", "info": "dim"}


def print_findings(findings: Findings, *, stderr: bool = False) -> None:
    """Errors first; one line per finding with place, message and advice."""
    console = Console(stderr=stderr, highlight=False)
    if not len(findings):
        console.print("No findings.")
        return
    table = Table(show_lines=False, pad_edge=False)
    for name in ("severity", "rule", "where", "count", "what and what to do"):
        table.add_column(
            name, justify="right" if name == "count" else "left", overflow="fold", no_wrap=name == "severity"
        )
    for f in findings.sorted():
        table.add_row(
            f"[{_STYLE[f.severity]}]{f.severity}[/]",
            f.rule,
            escape(f.where),
            str(f.count),
            escape(f"{f.message} {f.advice}"),
        )
    console.print(table)


class Progress:
    """Named steps with a count on standard error; plain lines where that is no terminal."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        )
        self._totals: dict[str, int] = {}
        self._done: dict[str, int] = {}

    def __enter__(self) -> Self:
        if self._terminal:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._terminal:
            self._bars.stop()

    def note(self, text: str) -> None:
        """One line that stays."""
        if self._terminal:
            self._bars.console.print(text)
        else:
            print(text, file=sys.stderr, flush=True)

    def advance(self, step: str, total: int) -> None:
        """One of `total` pieces of `step` is done."""
        self._done[step] = self._done.get(step, 0) + 1
        if self._terminal:
            task = next((t for t in self._bars.tasks if t.description == step), None)
            self._bars.advance(task.id if task else self._bars.add_task(step, total=total))
        elif self._done[step] == total or self._done[step] % 10 == 0:
            print(f"{step}: {self._done[step]} of {total}", file=sys.stderr, flush=True)
