"""What the terminal shows: findings as a table, progress as a bar."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from gymreg_core.disclosure import Released, require_released
from gymreg_core.findings import Findings
from gymreg_core.reporting.symbols import legend, name_of, symbol
from gymreg_core.reporting.tables import Column, symbols_in, written

_WIDTH_IN_A_FILE = 150
_STYLE = {"error": "bold red", "warning": "yellow", "info": "dim"}


def print_findings(findings: Findings, *, stderr: bool = False) -> None:
    """A table for each file, errors first: rule, how often, where, what it means and what to do."""
    console = Console(stderr=stderr, highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console.width = _WIDTH_IN_A_FILE
    if not len(findings):
        console.print("No findings.")
    for file in dict.fromkeys(f.file for f in findings.sorted()):
        table = Table(title=escape(file or "all files together"), title_justify="left", title_style="bold", expand=True)
        table.add_column("", no_wrap=True)
        table.add_column("rule", ratio=2, overflow="fold")
        table.add_column("count", justify="right")
        table.add_column("where", ratio=3, overflow="fold")
        table.add_column("what, and what was or should be done", ratio=6)
        for f in (f for f in findings.sorted() if f.file == file):
            where = replace(f, file=None).where
            told = f"{f.message} {f.advice}"
            style = _STYLE[f.severity]
            table.add_row(f"[{style}]{f.severity}[/]", f.rule, str(f.count), escape(where), escape(told))
        console.print(table)
    counts = Counter(str(f.severity) for f in findings)
    console.print(", ".join(f"{counts[severity]} {severity}" for severity in _STYLE))


def print_released(released: Released, columns: Sequence[Column], caption: str) -> None:
    """A released table in English, with what it shows above it."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH_IN_A_FILE
    shown = require_released(released, [column.name for column in columns])
    table = Table(title=escape(caption), title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column.head, justify="left" if column.form == "text" else "right")
    for values, reasons in zip(shown.table.itertuples(index=False), shown.why.itertuples(index=False), strict=True):
        told = zip(values, columns, reasons, strict=True)
        table.add_row(*(_cell(v, c, reason) for v, c, reason in told))
    console.print(table)
    if meaning := legend(symbols_in(shown, columns), "en"):
        console.print(escape(meaning))


def print_view(view: Any, *, as_json: bool, tables: Iterable[tuple[Released, Sequence[Column], str]] = ()) -> None:
    """What a view tells in English, its sentences and then `tables`, or its `to_dict` as JSON alone."""
    if as_json:
        print(json.dumps(view.to_dict(), ensure_ascii=False, indent=1))
        return
    print("\n".join(view.sentences("en")))
    for released, columns, caption in tables:
        print_released(released, columns, caption)


def _cell(value: Any, column: Column, reason: int) -> str:
    if pd.isna(value):
        return symbol(name_of(reason, column.form))
    return escape(str(value)) if column.form == "text" else written(value, column.form, "en")


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
        """One of `total` pieces of `step` is done; after the last one it begins anew."""
        again = self._done.get(step, 0) >= self._totals.get(step, 0)
        self._done[step] = 1 if again else self._done[step] + 1
        self._totals[step] = total if again else self._totals[step]
        if self._terminal:
            task = next((t for t in self._bars.tasks if t.description == step), None)
            if task and again:
                self._bars.reset(task.id, total=total)
            self._bars.advance(task.id if task else self._bars.add_task(step, total=total))
        elif self._done[step] == total or self._done[step] % 10 == 0:
            print(f"{step}: {self._done[step]} of {total}", file=sys.stderr, flush=True)
