"""The scores of a sweep without an experiment as a table: a line by cell, its runs with other seeds together."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from lightning_tickets.cli.tables import print_table
from lightning_tickets.studies.cell import Cell
from lightning_tickets.studies.statistics.summary import Summary, summarize
from lightning_tickets.tickets.result import Result


def print_means(scored: Iterable[tuple[Sequence[Cell], Result]]) -> None:
    """Mean ± sample deviation, as fractions, and the number of runs; nothing unless a cell has several.

    Each result comes with the cells that its run is of: options that lead to the same run are not named.
    """
    scores: dict[tuple[tuple[Cell, ...], str], list[float]] = {}
    for cells, result in scored:
        scores.setdefault((_typed(cells), result.metric), []).append(result.score)
    if max(map(len, scores.values()), default=0) < 2:
        return
    head = ("task", "subnetwork", "options", "metric", "sparsity", "mean ± deviation", "n")
    lines = [(*_labels(*key), _spread(one := summarize(values)), one.n) for key, values in scores.items()]
    print_table(head, lines, left=4)


def _typed(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Without their seeds; cells of a curve have no options and stand back behind those that have."""
    return tuple(replace(cell, seed=0) for cell in cells if cell.options) or (replace(cells[0], seed=0),)


def _labels(cells: Sequence[Cell], metric: str) -> tuple[str, ...]:
    cell = cells[0]
    shared = [option for option in cell.options if all(option in other.options for other in cells)]
    return cell.task, cell.subnetwork, " ".join(shared), metric, f"{cell.sparsity} %" if cell.sparsity else ""


def _spread(summary: Summary) -> str:
    return f"{summary.mean:.4f}" + ("" if summary.std is None else f" ± {summary.std:.4f}")
