"""The table of means at the end of a typed sweep: which runs are one line, and which options it names."""

import pytest

from lightning_tickets.cli.means import print_means
from lightning_tickets.studies.cell import Cell
from lightning_tickets.tickets.result import Result

FIRST, SECOND = ("rewind=0", "steps=9"), ("rewind=1", "steps=9")


def cells(row: str, *options: tuple[str, ...]) -> list[list[Cell]]:
    """By seed, those of one run."""
    return [[Cell("cola", row, 20, seed, one) for one in options] for seed in (1, 2)]


@pytest.mark.parametrize(
    ("runs", "named"),
    [
        (cells("imp", FIRST) + cells("imp", SECOND), ["rewind=0 steps=9", "rewind=1 steps=9"]),
        (cells("one_shot", FIRST, SECOND), ["steps=9"]),
        (cells("imp", (), FIRST) + cells("imp", SECOND), ["rewind=0 steps=9", "rewind=1 steps=9"]),
        (cells("imp", ()), [""]),
    ],
    ids=["of two options", "the same run by both", "of a curve too", "without options"],
)
def test_options_are_named_that_make_another_run(
    runs: list[list[Cell]], named: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    result = Result("matthews", {"matthews": 0.5}, (), 80, 100)
    print_means([(one, result) for one in runs])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()[2:]]
    row = runs[0][0].subnetwork
    assert lines == [
        ["cola", row, *options.split(), "matthews", "20", "%", "0.5000", "±", "0.0000", "2"] for options in named
    ]
