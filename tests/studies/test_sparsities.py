"""Sparsities of winning tickets, from the suite's own curves."""

from functools import partial

import pytest

from lightning_tickets.errors import UserError
from lightning_tickets.report.layout import lay_out
from lightning_tickets.studies.cell import Cell, CellResult
from lightning_tickets.studies.exhibits.grid import Grid
from lightning_tickets.studies.exhibits.measured_grid import UNKNOWN
from lightning_tickets.studies.exhibits.statistics_table import StatisticsTable
from lightning_tickets.studies.measurement import TextTable
from lightning_tickets.studies.sparsities import curve_cells, highest_winning, no_sparsity_known, resolve_sparsities

FULL = {1: 0.80, 2: 0.82, 3: 0.84}  # 0.82 ± 0.02
SCORES = {10: 0.83, 20: 0.82, 30: 0.81, 40: 0.82, 50: 0.79, 60: 0.801, 70: 0.799, 80: 0.7, 90: 0.5}
SEEDS = [1, 2, 3]
METRICS = {"accuracy": 0.8, "f1": 0.7}


def lookup(cell):
    score = FULL[cell.seed] if cell.subnetwork == "full" else SCORES[cell.sparsity]
    return CellResult(f"{cell}", "accuracy", score, f"run {cell}")


def without(sparsity):
    missing = CellResult("r", "accuracy", None, "run")
    return lambda cell: missing if cell.sparsity == sparsity else lookup(cell)


def no_ticket_wins(cell):
    return CellResult("r", "accuracy", 1.0, "run", selection={"accuracy": 0.1 if cell.sparsity else 1.0})


def only_held_out_rows(cell):
    """On dev the ticket at 90 % has the highest score."""
    score = 0.1 * (cell.sparsity == 90)
    return CellResult("r", "accuracy", score, "run", selection={"accuracy": lookup(cell).score})


def two_metrics(cell):
    return CellResult("r", "accuracy", 0.8, "run", metrics=METRICS, undefined=("f1",))


def test_the_curve_is_the_full_network_and_every_sparsity():
    cells = curve_cells("cola", [1, 2])
    assert len(cells) == 2 + 9 * 2 and cells[0] == Cell("cola", "full", 0, 1)
    assert {c.sparsity for c in cells if c.subnetwork == "imp"} == set(range(10, 100, 10))


@pytest.mark.parametrize(
    ("rule", "lookup", "highest"),
    [
        ("winning", lookup, 60),  # at most a deviation of the full network below it
        ("winning_own", lookup, 40),  # equal scores have no deviation
        ("strict", lookup, 40),
        ("winning", only_held_out_rows, 60),
        ("strict", only_held_out_rows, 40),
        ("strict", no_ticket_wins, 0),
        *[("winning", without(sparsity), None) for sparsity in (0, 10, 90)],
    ],
)
def test_the_highest_winning_sparsity(rule, lookup, highest):
    assert highest_winning("cola", rule, SEEDS, lookup) == highest


def by_two_metrics(cell):
    """The ticket wins up to 50 % by Pearson's correlation, up to 40 % by Spearman's; the two rules differ at 60 %."""
    wobble = {1: -0.02, 2: 0.0, 3: 0.02}[cell.seed] * (3 if cell.sparsity == 60 else 1)
    scores = {"pearson": 0.8 + wobble, "spearman": 0.8 + wobble}
    if cell.sparsity >= 50:
        scores["spearman"] -= 0.3
    if cell.sparsity >= 60:
        scores["pearson"] -= 0.05 if cell.sparsity == 60 else 0.3
    return CellResult(f"{cell}", "pearson", scores["pearson"], f"run {cell}", metrics=scores)


@pytest.mark.parametrize(
    ("rule", "metric", "highest"),
    [
        ("winning", None, 50),
        ("winning", "pearson", 50),
        ("winning", "spearman", 40),
        ("winning_own", "pearson", 60),
        ("winning_own", "spearman", 40),
    ],
)
def test_each_metric_has_its_winning_sparsity(rule, metric, highest):
    assert highest_winning("stsb", rule, SEEDS, by_two_metrics, metric) == highest


def test_each_metric_of_a_task_is_shown_at_its_own_winning_sparsity():
    metrics = {"stsb": ["pearson", "spearman"]}
    made = grid(tasks=["stsb"], metrics=metrics, sparsities=["winning_own"])
    filled = made.fill(by_two_metrics, partial(highest_of, by_two_metrics))
    assert {(m.metric, m.sparsity) for m in filled.measurements if m.row == "imp"} == {
        ("pearson", 0.6),
        ("spearman", 0.4),
    }
    layout = lay_out(filled)
    assert [(c.metric, c.sparsity) for c in layout.columns] == [("pearson", 0.6), ("spearman", 0.4)]
    assert any(
        "wins by the column's metric, that is, its mean is at most one of its own" in note for note in filled.notes
    )


@pytest.mark.parametrize(
    ("metrics", "where"),
    [({}, "CoLA, RTE"), ({"cola": ["accuracy", "f1"]}, "CoLA by accuracy, CoLA by f1, RTE")],
)
def test_a_grid_says_where_no_ticket_wins(metrics, where):
    made = grid(metrics=metrics, sparsities=["winning", "strict"])
    notes = made.fill(two_metrics, lambda task, rule, metric=None: 0 if rule == "strict" else 50).notes
    (at,) = (at for at, note in enumerate(notes) if note.startswith("No ticket wins"))
    assert notes[at] == f"No ticket wins on {where}, so there are no cells at a winning sparsity there."
    assert notes[at - 1].endswith("at least the full network's.")


def test_one_seed_has_no_deviation_so_the_rule_is_strict():
    """And the note names the rule that was applied."""
    (note,) = (one for one in grid(seeds=[1], sparsities=["winning"])._rule_notes(lambda *_: 50))
    assert note.endswith("its mean is at least the full network's, since one seed has no deviation.")


def highest_of(lookup, task, rule, metric=None):
    return highest_winning(task, rule, SEEDS, lookup, metric)


def test_a_row_may_be_on_one_task_only():
    cells = grid(rows={"part": ["subnetwork=imp", "source=mlm", "task=rte"]}, sparsities=[50]).cells()
    assert {cell.task for cell in cells} == {"rte"} and {cell.options for cell in cells} == {("source=mlm",)}


def test_sparsities_that_are_not_known_or_do_not_exist_are_left_out():
    assert resolve_sparsities(["winning", 50], "cola", no_sparsity_known) == [50]
    assert resolve_sparsities(["winning", "strict", 90], "cola", lambda task, rule, metric=None: 0) == [90]
    by_rule = {"winning": 60, "strict": 40}
    assert resolve_sparsities(["winning", "strict"], "cola", lambda task, rule, metric=None: by_rule[rule]) == [40, 60]


def grid(kind=Grid, **more):
    given = {"tasks": ["cola", "rte"], "rows": ["full", "imp"], "seeds": SEEDS, "sparsities": ["winning"]} | more
    return kind("name", "Title", "Shows.", **given, **({"drawn": "table"} if kind is Grid else {}))


def test_a_grid_says_what_has_to_run_first():
    assert set(grid().curve_cells()) == {*curve_cells("cola", SEEDS), *curve_cells("rte", SEEDS)}
    assert grid(sparsities=[50]).curve_cells() == []
    assert UNKNOWN in grid().fill(lookup).notes


def test_a_grid_has_its_cells_once_the_sparsity_is_known():
    cells = grid().cells(lambda task, rule, metric=None: {"cola": 60, "rte": 30}[task])
    assert {(c.task, c.sparsity) for c in cells if c.subnetwork == "imp"} == {("cola", 60), ("rte", 30)}
    assert UNKNOWN not in grid().fill(lookup, lambda task, rule, metric=None: 60).notes


def test_a_ticket_can_be_taken_at_its_own_tasks_sparsity():
    made = grid(sources=["mlm", "cola"], sparsity_of="source", rows={"full": ["subnetwork=full"]})
    assert {c.task for c in made.curve_cells()} == {"mlm", "cola"}, "the full network has no sparsity"
    cells = made.cells(lambda task, rule, metric=None: {"mlm": 70, "cola": 50, "rte": 10}[task])
    assert {(c.task, c.options, c.sparsity) for c in cells if c.options} == {
        (task, (f"source={source}",), at) for task in ("cola", "rte") for source, at in (("mlm", 70), ("cola", 50))
    }


def test_a_row_may_have_a_sparsity_of_its_own():
    cells = grid(rows={"one_shot": ["subnetwork=one_shot", "sparsity=70"]}, sparsities=[50]).cells()
    assert {c.sparsity for c in cells} == {70} and all(not c.options for c in cells)


def test_a_statistics_table_has_a_line_for_each_statistic():
    made = grid(StatisticsTable, tasks=["cola"], sparsities=[60])
    table, missing = made.fill(lookup), made.fill(without(60))
    full = (("full", "mean", "82.0 ± 2.0"), ("full", "median", "82.0"), ("full", "best", "84.0"))
    assert isinstance(table, TextTable)
    assert table.lines[:4] == (*full, ("imp", "mean", "80.1 ± 0.0 (60 %)"))
    assert missing.lines[3] == ("imp", "mean", "— (60 %)") and missing.missing == ("run",) * 3
    some = made.fill(lambda cell: without(60)(cell) if cell.seed == 2 else lookup(cell))
    assert [line[2] for line in some.lines[3:]] == [f"{value} (60 %, n=2 of 3)" for value in ("80.1 ± 0.0", 80.1, 80.1)]


def test_a_statistics_table_has_the_papers_value_before_its_own():
    made = grid(StatisticsTable, sparsities=["winning"], published="table5")
    of_paper = {line[:2]: line[2:] for line in made.fill(lambda cell: two_metrics(cell)).lines}
    assert of_paper["imp", "mean"] == ("—", "—")
    assert of_paper["imp", "best in the paper"] == ("—", "69.0 (60 %)"), "by the metric of its task"
    assert of_paper["full", "reported by Hugging Face, in the paper"] == ("—", "61.01")


def test_a_task_can_have_several_metrics_which_are_undefined_one_by_one():
    measurements = grid(sparsities=[50], metrics={"cola": ["f1", "accuracy"]}).fill(two_metrics).measurements
    tickets = {(m.task, m.metric): (m.scores[0], m.undefined) for m in measurements if m.row == "imp"}
    assert tickets == {
        ("cola", "f1"): (0.7, ("r",) * 3),
        ("cola", "accuracy"): (0.8, ()),
        ("rte", "accuracy"): (0.8, ()),
    }


def test_an_unknown_metric_is_refused():
    with pytest.raises(UserError, match="r: unknown metric 'bleu'; choose from accuracy, f1"):
        grid(sparsities=[50], metrics={"cola": ["bleu"]}).fill(two_metrics)
