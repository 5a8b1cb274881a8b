"""What studies hand to reports."""

from lightning_tickets.studies.finding import Exhibit, Finding
from lightning_tickets.studies.statistics import judge, summarize

FULL = Finding("full", "cola", "matthews", 0.0, scores=(0.5, 0.52))
TICKET = Finding("imp", "cola", "matthews", 0.5, scores=(0.49, 0.5))
EMPTY = Finding("imp", "cola", "matthews", 0.7, missing=("run",))


def exhibit(*found: Finding) -> Exhibit:
    return Exhibit("table2", "Table 2", "a win", "table", ("full", "imp"), ("cola", "rte"), found)


def test_a_finding_is_summed_up() -> None:
    assert TICKET.summary == summarize((0.49, 0.5))


def test_nothing_made_is_not_summed_up() -> None:
    assert EMPTY.summary is None


def test_a_finding_is_judged_against_the_full_network() -> None:
    assert TICKET.verdicts(FULL) == judge((0.49, 0.5), (0.5, 0.52)) != judge((0.5, 0.52), (0.49, 0.5))


def test_nothing_made_on_either_side_is_not_judged() -> None:
    assert EMPTY.verdicts(FULL) is None and TICKET.verdicts(EMPTY) is None


def test_findings_are_looked_up_by_rising_sparsity() -> None:
    assert exhibit(EMPTY, FULL, TICKET).at("imp", "cola") == (TICKET, EMPTY)


def test_a_place_without_findings_is_empty() -> None:
    assert exhibit(TICKET).at("imp", "rte") == exhibit(TICKET).at("full", "cola") == ()
