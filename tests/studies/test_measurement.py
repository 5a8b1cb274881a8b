"""What studies hand to reports."""

from lightning_tickets.studies.measurement import Exhibit, Measurement
from lightning_tickets.studies.statistics.summary import matching, summarize

FULL = Measurement("full", "cola", "matthews", 0.0, scores=(0.5, 0.52))
TICKET = Measurement("imp", "cola", "matthews", 0.5, scores=(0.49, 0.5))
EMPTY = Measurement("imp", "cola", "matthews", 0.7, missing=("run",))


def exhibit(*measurements: Measurement) -> Exhibit:
    return Exhibit(
        "table2",
        "Table 2",
        "a win",
        drawn="table",
        rows=("full", "imp"),
        tasks=("cola", "rte"),
        measurements=measurements,
    )


def test_a_finding_is_summed_up() -> None:
    assert TICKET.summary == summarize((0.49, 0.5))


def test_nothing_made_is_not_summed_up() -> None:
    assert EMPTY.summary is None


def test_a_finding_is_judged_against_the_full_network() -> None:
    assert TICKET.matching(FULL) == matching((0.49, 0.5), (0.5, 0.52)) != matching((0.5, 0.52), (0.49, 0.5))


def test_nothing_made_on_either_side_is_not_judged() -> None:
    assert EMPTY.matching(FULL) is None and TICKET.matching(EMPTY) is None


def test_findings_are_looked_up_by_rising_sparsity() -> None:
    assert exhibit(EMPTY, FULL, TICKET).at("imp", "cola") == (TICKET, EMPTY)


def test_a_place_without_findings_is_empty() -> None:
    assert exhibit(TICKET).at("imp", "rte") == exhibit(TICKET).at("full", "cola") == ()
