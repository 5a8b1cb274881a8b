"""The search for a ticket as a picture and as a table."""

from __future__ import annotations

from dataclasses import replace

import pytest
from matplotlib.patches import Rectangle

from lightning_tickets.report.figures.algorithm import PRUNED, TICKET, TRAINED, figure
from lightning_tickets.report.figures.draw import png, svg
from lightning_tickets.report.figures.render import settings
from lightning_tickets.report.write import write_exhibit
from lightning_tickets.studies.measurement import PruningRounds, Round
from tests.report.reading import Reader, csv_text, page

ROUNDS = (Round(1.0, 0.91, 0.9), Round(0.9, -0.05, 0.8), Round(0.8, 0.903, 0.1))


@pytest.fixture
def search() -> PruningRounds:
    return PruningRounds(
        "figure1",
        "Figure 1 & <b>",
        "Round by round.",
        metric="matched_accuracy",
        rounds=ROUNDS,
        tasks=("mnli",),
        notes=("A note.",),
    )


def drawn(search: PruningRounds):
    with settings():
        return figure(search, "Caption.")


def test_each_bar_is_as_high_as_what_is_kept_and_the_last_one_is_the_ticket(search: PruningRounds) -> None:
    _, below = drawn(search).axes
    bars = [patch for patch in below.patches if isinstance(patch, Rectangle)]
    whole, kept = bars[::2], bars[1::2]
    assert [bar.get_height() for bar in whole] == [1, 1, 1, 1]
    assert [bar.get_height() for bar in kept] == [1.0, 0.9, 0.8, 0.1]
    blue, orange = kept[0].get_facecolor(), kept[-1].get_facecolor()
    assert [bar.get_facecolor() for bar in kept] == [blue] * 3 + [orange] and blue != orange
    assert TRAINED != TICKET != PRUNED and not any(bar.get_hatch() for bar in whole)
    words = [text.get_text() for text in below.texts]
    assert [word for word in words if "%" in word] == ["100 %", "90 %", "80 %", "10 %"]
    assert words.count("train,\nprune") == 3 and sum("θ₀" in word for word in words) == 1


def test_scores_stand_above_their_rounds(search: PruningRounds) -> None:
    above, _ = drawn(search).axes
    (line,) = above.lines
    assert list(line.get_xdata()) == [0, 1, 2] and list(line.get_ydata()) == pytest.approx([91.0, -5.0, 90.3])
    assert [text.get_text() for text in above.texts] == ["91.0", "-5.0", "90.3"]
    assert above.get_ylabel() == "MNLI\nmatched acc."


def test_a_round_that_has_not_run_is_hatched_and_so_is_the_ticket(search: PruningRounds) -> None:
    waits = replace(search, rounds=(*ROUNDS[:2], Round(None, None, 0.1)), missing=("cli task=mnli",))
    above, below = drawn(waits).axes
    bars = [patch for patch in below.patches if isinstance(patch, Rectangle)][::2]
    assert [bool(bar.get_hatch()) for bar in bars] == [False, False, True, True]
    assert len(above.lines[0].get_xdata()) == 2
    assert csv_text(waits).splitlines()[-1] == "3,—,—,10.0"


def test_the_same_bytes_every_time_and_nothing_of_the_text_is_markup(search: PruningRounds, tmp_path) -> None:
    assert png(search) == png(replace(search)) and svg(search) == svg(replace(search))
    assert {path.name for path in write_exhibit(search, tmp_path)} == {
        f"figure1.{s}" for s in ("png", "svg", "csv", "md")
    }
    reader = Reader(page("Report", [search], {}, []))
    assert "Figure 1 & <b>" in reader.text and "b" not in {tag for tag, _ in reader.seen}
    assert "Score (matched acc.)" in reader.text
