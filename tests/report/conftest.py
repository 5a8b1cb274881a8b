"""Small exhibits, one of each shape that a report draws, a sheet and a matrix."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lightning_tickets.studies.finding import Exhibit, Finding, Matrix, Sheet

NASTY = "<script>alert(1)</script>"


@pytest.fixture
def table() -> Exhibit:
    """Two tasks, each at its sparsity; one cell is missing, one half there, one undefined."""
    findings = (
        Finding("full", "mnli", "matched_accuracy", 0.0, (0.82, 0.84), ("f-0", "f-1")),
        Finding("imp", "mnli", "matched_accuracy", 0.7, (0.81, 0.84), ("i-0", "i-1")),
        Finding("random_mask", "mnli", "matched_accuracy", 0.7, (), (), ("cli seed=0", "cli seed=1")),
        Finding("random_weights", "mnli", "matched_accuracy", 0.7, (0.6,), ("w-0",), ("cli seed=3",)),
        Finding("full", "stsb", "pearson", 0.0, (0.88, 0.9), ("f-2", "f-3")),
        Finding("imp", "stsb", "pearson", 0.5, (0.9, 0.91), ("i-2", "i-3")),
        Finding("random_mask", "stsb", "pearson", 0.5, (0.0, 0.1), ("m-2", "m-3"), (), ("pearson of a constant",)),
    )
    rows = ("full", "imp", "random_mask", "random_weights")
    return Exhibit("table2", "Table 2", "Who wins.", "table", rows, ("mnli", "stsb"), findings, ("A note.",))


@pytest.fixture
def sweep() -> Exhibit:
    """One task at three sparsities, two rows against the full network."""
    findings = [Finding("full", "rte", "accuracy", 0.0, (0.66, 0.68), ("full-0", "full-1"))]
    for row, drop in (("imp", 0.1), ("random_mask", 0.3)):
        for sparsity in (0.5, 0.7, 0.9):
            score = 0.7 - drop * sparsity
            runs = (f"{row}-{sparsity}-0", f"{row}-{sparsity}-1")
            findings.append(Finding(row, "rte", "accuracy", sparsity, (score, score + 0.02), runs))
    rows = ("full", "imp", "random_mask")
    return Exhibit("table4", "Table 4", "Where it falls.", "table", rows, ("rte",), tuple(findings))


@pytest.fixture
def curves(sweep: Exhibit) -> Exhibit:
    return replace(sweep, name="figure11", title="Figure 11", drawn="curves")


@pytest.fixture
def nasty() -> Exhibit:
    """Names that mean something to HTML, Markdown, LaTeX and matplotlib."""
    findings = (
        Finding("full", NASTY, "accuracy", 0.0, (0.5,), ('r"&<1>',)),
        Finding("imp", NASTY, "accuracy", 0.5, (0.4, 0.5), ("r2", "r3"), ("cli task=<b>\nnext",)),
        Finding("my_row#1 [x]", "a|b_c $x$", "my_metric", 0.5, (0.3, 0.4), ("r4", "r5")),
    )
    tasks = (NASTY, "a|b_c $x$")
    return Exhibit("nasty", f"{NASTY} & 50%", f"{NASTY} \\", "table", ("full", "imp", "my_row#1 [x]"), tasks, findings)


@pytest.fixture
def sheet() -> Sheet:
    """A column of numbers, one of words, and one cell that means something to every markup."""
    lines = (("mnli", "2e-05", "AdamW"), ("my_task", "—", NASTY), ("rte", "1.5", "a|b & 50% of $x$"))
    notes = ("Read from the specs.",)
    return Sheet("table1", "Table 1", "How it is trained.", ("task", "rate", "by"), lines, ("mnli", "rte"), notes)


@pytest.fixture
def matrix() -> Matrix:
    values = ((1.0, 0.34567), (None, 1.0))
    missing = ("cli task=cola", "cli task=cola")
    tasks = ("mnli", "cola")
    return Matrix("figure4", "Figure 4", "What is shared.", tasks, tasks, values, tasks, ("By chance 20 %.",), missing)
