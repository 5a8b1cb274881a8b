"""What studies pass to reports."""

from lightning_tickets.studies.measurement import Exhibit, Measurement
from lightning_tickets.studies.statistics.summary import matching, summarize

FULL = Measurement("full", "cola", "matthews", 0.0, scores=(0.5, 0.52))
TICKET = Measurement("imp", "cola", "matthews", 0.5, scores=(0.49, 0.5))
EMPTY = Measurement("imp", "cola", "matthews", 0.7, missing=("run",))


def test_a_measurement_is_summarized_unless_it_has_no_scores():
    assert TICKET.summary == summarize((0.49, 0.5))
    assert EMPTY.summary is None


def test_a_measurement_is_compared_with_the_full_network_unless_one_has_no_scores():
    assert TICKET.matching(FULL) == matching((0.49, 0.5), (0.5, 0.52)) != matching((0.5, 0.52), (0.49, 0.5))
    assert EMPTY.matching(FULL) is None and TICKET.matching(EMPTY) is None


def test_measurements_of_a_row_on_a_task_are_by_rising_sparsity():
    rows, tasks = ("full", "imp"), ("cola", "rte")
    exhibit = Exhibit("table2", "", "", "table", rows, tasks, measurements=(EMPTY, FULL, TICKET))
    assert exhibit.at("imp", "cola") == (TICKET, EMPTY)
    assert exhibit.at("imp", "rte") == exhibit.at("full", "rte") == ()
