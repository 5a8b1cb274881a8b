"""Small exhibits, one of each shape that a report draws."""

from dataclasses import replace

import pytest

from lightning_tickets.studies.measurement import (
    Exhibit,
    Matrix,
    Measurement,
    Profile,
    Profiles,
    PruningRounds,
    Round,
    TextTable,
)
from lightning_tickets.studies.statistics.significance import Interval

NASTY = "<script>alert(1)</script>"


@pytest.fixture(scope="session")
def table() -> Exhibit:
    """Two tasks, each at its sparsity; one cell is missing, one half there, one undefined."""
    measurements = (
        Measurement("full", "mnli", "matched_accuracy", 0.0, (0.82, 0.84), ("f-0", "f-1")),
        Measurement("imp", "mnli", "matched_accuracy", 0.7, (0.81, 0.84), ("i-0", "i-1")),
        Measurement("random_mask", "mnli", "matched_accuracy", 0.7, (), (), ("cli seed=0", "cli seed=1")),
        Measurement("random_weights", "mnli", "matched_accuracy", 0.7, (0.6,), ("w-0",), ("cli seed=3",)),
        Measurement("full", "stsb", "pearson", 0.0, (0.88, 0.9), ("f-2", "f-3")),
        Measurement("imp", "stsb", "pearson", 0.5, (0.9, 0.91), ("i-2", "i-3")),
        Measurement("random_mask", "stsb", "pearson", 0.5, (0.0, 0.1), ("m-2", "m-3"), (), ("pearson of a constant",)),
    )
    rows, tasks = ("full", "imp", "random_mask", "random_weights"), ("mnli", "stsb")
    return Exhibit("table2", "Table 2", "Who wins.", "table", rows, tasks, measurements, notes=("A note.",))


@pytest.fixture(scope="session")
def sweep() -> Exhibit:
    """One task at three sparsities, two rows against the full network."""
    measurements = [Measurement("full", "rte", "accuracy", 0.0, (0.66, 0.68), ("full-0", "full-1"))]
    for row, drop in (("imp", 0.1), ("random_mask", 0.3)):
        for sparsity in (0.5, 0.7, 0.9):
            score = 0.7 - drop * sparsity
            runs = (f"{row}-{sparsity}-0", f"{row}-{sparsity}-1")
            measurements.append(Measurement(row, "rte", "accuracy", sparsity, (score, score + 0.02), runs))
    rows = ("full", "imp", "random_mask")
    return Exhibit("table4", "Table 4", "Where it falls.", "table", rows, ("rte",), tuple(measurements))


@pytest.fixture(scope="session")
def curves(sweep: Exhibit) -> Exhibit:
    return replace(sweep, name="figure11", title="Figure 11", drawn="curves")


@pytest.fixture(scope="session")
def nasty() -> Exhibit:
    """Names that mean something to HTML, Markdown, LaTeX and matplotlib."""
    measurements = (
        Measurement("full", NASTY, "accuracy", 0.0, (0.5,), ('r"&<1>',)),
        Measurement("imp", NASTY, "accuracy", 0.5, (0.4, 0.5), ("r2", "r3"), ("cli task=<b>\nnext",)),
        Measurement("my_row#1 [x]", "a|b_c $x$", "my_metric", 0.5, (0.3, 0.4), ("r4", "r5")),
    )
    rows, tasks = ("full", "imp", "my_row#1 [x]"), (NASTY, "a|b_c $x$")
    return Exhibit("nasty", f"{NASTY} & 50%", f"{NASTY} \\", "table", rows, tasks, measurements)


@pytest.fixture(scope="session")
def sheet() -> TextTable:
    """A column of numbers, one of words, and one cell that means something to every markup."""
    lines = (("mnli", "2e-05", "AdamW"), ("my_task", "—", NASTY), ("rte", "1.5", "a|b & 50% of $x$"))
    head, tasks, notes = ("task", "rate", "by"), ("mnli", "rte"), ("Read from the specs.",)
    return TextTable("table1", "Table 1", "How it is trained.", head=head, lines=lines, tasks=tasks, notes=notes)


@pytest.fixture(scope="session")
def matrix() -> Matrix:
    values = ((1.0, 0.34567), (None, 1.0))
    tasks, notes, missing = ("mnli", "cola"), ("By chance 20 %.",), ("cli task=cola", "cli task=cola")
    details = {"tasks": tasks, "notes": notes, "missing": missing}
    return Matrix("figure4", "Figure 4", "What is shared.", rows=tasks, columns=tasks, values=values, **details)


@pytest.fixture(scope="session")
def search() -> PruningRounds:
    """The rounds of a ticket's search."""
    rounds = (Round(1.0, 0.91, 0.9), Round(0.9, -0.05, 0.8), Round(0.8, 0.903, 0.1))
    full = Measurement("full", "mnli", "matched_accuracy", 0.0, (0.80, 0.82), ("f-0", "f-1"))
    details = {"metric": "matched_accuracy", "rounds": rounds, "full": full, "tasks": ("mnli",), "notes": ("A note.",)}
    return PruningRounds("figure1", "Figure 1 & <b>", "Round by round.", **details)


@pytest.fixture(scope="session")
def profiles() -> Profiles:
    """The full network with its band, a row of single runs, and one at one of its sparsities."""
    bands = (Interval(0.9, 1.0, 0.95), Interval(0.4, 0.8, 0.95), Interval(0.0, 0.0, 0.95))
    rows = (
        Profile("full", None, (1.0, 0.5, 0.0), bands),
        Profile("imp", 0.7, (1.0, 0.75, 0.25), bands),
        Profile("random_mask", None, (0.5, 0.0, 0.0), (None, None, None), "1 of 2 tasks"),
    )
    details = {"thresholds": (0.0, 0.95, 1.0), "profiles": rows, "tasks": ("mnli",), "notes": ("A note.",)}
    return Profiles("table2_profiles", "Profiles & <b>", "Runs above.", **details)
