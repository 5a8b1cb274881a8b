"""The scores of a sweep without an experiment as a table: a line by cell, its runs with other seeds together."""

from collections.abc import Sequence
from dataclasses import replace

from lightning_tickets.cli.tables import print_table
from lightning_tickets.studies.cell import Cell
from lightning_tickets.studies.statistics.summary import Summary, summarize
from lightning_tickets.tickets.result import Result


def print_means(scored: Sequence[tuple[Cell, Result]]) -> None:
    """Mean ± sample deviation, as fractions, and the number of runs; nothing unless a cell has several."""
    scores: dict[tuple[Cell, str], list[float]] = {}
    for cell, result in scored:
        scores.setdefault((replace(cell, seed=0), result.metric), []).append(result.score)
    if max(map(len, scores.values()), default=0) < 2:
        return
    head = ("task", "subnetwork", "options", "metric", "sparsity", "mean ± deviation", "n")
    lines = [(*_labels(*key), _spread(one := summarize(values)), one.n) for key, values in scores.items()]
    print_table(head, lines, left=4)


def _labels(cell: Cell, metric: str) -> tuple[str, ...]:
    return cell.task, cell.subnetwork, " ".join(cell.options), metric, f"{cell.sparsity} %" if cell.sparsity else ""


def _spread(summary: Summary) -> str:
    return f"{summary.mean:.4f}" + ("" if summary.std is None else f" ± {summary.std:.4f}")
