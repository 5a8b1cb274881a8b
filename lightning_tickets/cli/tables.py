"""Tables for a terminal, and durations in the unit that fits."""

import io
import shutil
import sys
from collections.abc import Iterable, Sequence

WIDTH = 80  # columns, where standard output is no terminal


def print_table(head: Sequence[str], lines: Iterable[Sequence[object]], left: int = 1) -> None:
    """An empty line and the table, without empty columns; all but the first ``left`` are aligned to the right."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    texts = [[str(value) for value in line] for line in lines]
    shown = [number for number, values in enumerate(zip(*texts, strict=True)) if any(values)]
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for number in shown:
        table.add_column(head[number], justify="left" if number < left else "right", overflow="fold")
    for line in texts:
        table.add_row(*(Text(line[number]) for number in shown))
    width = shutil.get_terminal_size((WIDTH, 24)).columns if is_terminal else WIDTH
    console = Console(file=io.StringIO(), width=width, force_terminal=is_terminal)
    console.print(table)
    print("\n" + "\n".join(line.rstrip() for line in console.file.getvalue().splitlines()))  # type: ignore[attr-defined]


def duration(seconds: float) -> str:
    """``40 s``, ``12 min``, ``3.4 hours`` or ``2.5 days``."""
    for limit, size, text in ((60, 1, "{:.0f} s"), (7200, 60, "{:.0f} min"), (172_800, 3600, "{:.1f} hours")):
        if seconds < limit:
            return text.format(seconds / size)
    return f"{seconds / 86400:.1f} days"
