"""The counts that the paper prints next to its heat maps, recomputed from the cells that it prints.

Where the two disagree, both are written here: the paper contradicts itself.
"""

import pytest

from lightning_tickets.published.numbers import published_table

DEVIATIONS = {
    (table, line["task"]): (float(line["value"]), float(line["std"]))
    for table in ("table2", "table4")
    for line in published_table(table)
    if line["row"] == "full" and line["statistic"] == "mean"
}


def cells(figure):
    return {(line["row"], line["task"]): float(line["value"]) for line in published_table(figure) if line["value"]}


def own_ticket(figure, row, task):
    """Figures 2 and 5: at least as good as the ticket of the column's own task."""
    return cells(figure)[row, task] >= cells(figure)[task, task]


def not_negative(figure, row, task):
    """Figures 7 and 8."""
    return cells(figure)[row, task] >= 0


def within_deviation(table):
    """Figure 6: at most one deviation of the full network below its mean, as the table prints the two."""

    def holds(figure, row, task):
        mean, deviation = DEVIATIONS[table, task]
        return cells(figure)[row, task] >= round(mean - deviation, 6)

    return holds


@pytest.mark.parametrize(
    ("figure", "holds", "own_task", "contradictions"),
    [
        ("figure2", own_ticket, False, {"one_shot": (4, 5)}),
        ("figure5", own_ticket, True, {"WNLI": (5, 4), "QNLI": (4, 3), "SQuAD": (4, 5), "one_shot": (5, 4)}),
        ("figure7", not_negative, True, {}),
        ("figure8", not_negative, True, {}),
        (
            "figure6",
            within_deviation("table4"),
            True,
            {
                "STS-B": (7, 6),
                "QNLI": (3, 2),
                "MRPC": (7, 5),
                "CoLA": (6, 5),
                "MLM": (6, 5),
                "one_shot": (4, 3),
            },
        ),
        (
            "figure6",
            within_deviation("table2"),
            True,
            {
                "MNLI": (2, 1),
                "STS-B": (7, 5),
                "QNLI": (3, 2),
                "MRPC": (7, 5),
                "RTE": (4, 3),
                "SST-2": (4, 2),
                "CoLA": (6, 4),
                "SQuAD": (9, 8),
                "MLM": (6, 4),
                "one_shot": (4, 2),
            },
        ),
    ],
)
def test_a_printed_count_is_that_of_the_printed_cells(figure, holds, own_task, contradictions):
    """``contradictions``: by row, the count as printed and as it follows from the cells."""
    printed = {line["row"]: int(line["printed_count"]) for line in published_table(figure)}
    counted = dict.fromkeys(printed, 0)
    for row, task in cells(figure):
        counted[row] += holds(figure, row, task) and (own_task or row != task)
    different = {row: (printed[row], counted[row]) for row in printed if printed[row] != counted[row]}
    assert different == contradictions


def test_the_dark_cells_of_figure_2_are_those_of_its_rule():
    dark = {(line["row"], line["task"]) for line in published_table("figure2") if line["dark_in_print"] == "1"}
    assert dark ^ {cell for cell in cells("figure2") if own_ticket("figure2", *cell)} == {("one_shot", "SQuAD")}
