"""Heat maps and matrices: which numbers stand where, what is framed and counted, and the same bytes every time."""

import pickle
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import matplotlib
import pytest
from matplotlib.colors import hsv_to_rgb, to_hex, to_rgb
from matplotlib.patches import Rectangle

from lightning_tickets.report.build_table import build_table
from lightning_tickets.report.captions import caption
from lightning_tickets.report.figures.draw import png, svg
from lightning_tickets.report.figures.heatmap_axes import inked
from lightning_tickets.report.write import write_exhibit
from lightning_tickets.studies.measurement import Exhibit, Matrix, Measurement, Plottable
from tests.report.reading import draw, page_source

ELSEWHERE = """
import pickle, sys
from pathlib import Path
from lightning_tickets.report.figures.draw import svg
from lightning_tickets.report.write import write_exhibit
from lightning_tickets.studies.measurement import Matrix
exhibits = pickle.loads(bytes.fromhex(sys.stdin.read()))
svg(Matrix("first", "First", "", ("a",), ("b",), ((None,),)))
for exhibit in reversed(exhibits):
    write_exhibit(exhibit, Path(sys.argv[1]))
"""
METRICS = {"mnli": "matched_accuracy", "rte": "accuracy", "mlm": "accuracy"}
SCORES = {
    "full": ((0.82, 0.84), (0.66, 0.7), (0.6, 0.6)),
    "mlm": ((0.83, 0.844), (0.65, 0.66), (0.6, 0.6)),
    "rte": ((0.80, 0.82), (0.68, 0.69), ()),
    "random_mask": ((0.5, 0.5), (0.52, 0.54), (0.1, 0.1)),
}


@dataclass(frozen=True)
class Drawn:
    """What is seen of one square."""

    text: str
    ink: str
    weight: str | int
    patch: Rectangle

    @property
    def color(self) -> str:
        return to_hex(self.patch.get_facecolor())

    @property
    def looks_framed(self) -> bool:
        return self.patch.get_linewidth() >= 1.5 and to_hex(self.patch.get_edgecolor()) == "#000000"


def squares(what: Plottable) -> list[list[Drawn | None]]:
    """By row and column, the counts at the right included."""
    axes = draw(what).axes[0]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]  # the first row is on top
    patches = {(int(p.get_x()), int(p.get_y())): p for p in axes.patches if isinstance(p, Rectangle)}
    texts = {(int(t.get_position()[0]), int(t.get_position()[1])): t for t in axes.texts}
    assert set(texts) == set(patches)
    drawn = {at: Drawn(t.get_text(), to_hex(t.get_color()), t.get_fontweight(), patches[at]) for at, t in texts.items()}
    return [[drawn.get((x, y)) for x, _ in enumerate(axes.get_xticks())] for y, _ in enumerate(axes.get_yticks())]


def texts(what: Plottable) -> list[list[str]]:
    return [[square.text if square else "" for square in line] for line in squares(what)]


def labels(what: Plottable) -> tuple[list[str], list[str]]:
    axes = draw(what).axes[0]
    return [t.get_text() for t in axes.get_yticklabels()], [t.get_text() for t in axes.get_xticklabels()]


def scored(row: str, task: str, *scores: float, sparsity: float = 0.7) -> Measurement:
    runs = tuple(f"{row}-{task}-{i}" for i, _ in enumerate(scores))
    missing = () if scores else ("cli seed=0", "cli seed=1")
    return Measurement(row, task, METRICS[task], 0.0 if row == "full" else sparsity, scores, runs, missing)


@pytest.fixture
def transfer() -> Exhibit:
    """Two sources and a control on three tasks; full networks 83.0 ± 1.4, 68.0 ± 2.8 and 60.0 ± 0.0."""
    cells = ((row, task, of) for row, line in SCORES.items() for task, of in zip(METRICS, line, strict=True))
    measurements = tuple(scored(row, task, *scores) for row, task, scores in cells)
    texts = ("figure2", "Figure 2", "Which mask transfers.", "heatmap")
    return Exhibit(*texts, tuple(SCORES), tuple(METRICS), measurements, notes=("A note.",))


def changed(exhibit: Exhibit, change: Callable[[Measurement], Measurement]) -> Exhibit:
    return replace(exhibit, measurements=tuple(map(change, exhibit.measurements)))


def without(exhibit: Exhibit, *cells: tuple[str, str], more: Sequence[Measurement] = ()) -> Exhibit:
    """Without the measurements of a row on a task, and with ``more``."""
    kept = (f for f in exhibit.measurements if (f.row, f.task) not in cells)
    return replace(exhibit, measurements=(*kept, *more))


def contrast(one: str, other: str) -> float:
    low, high = sorted(luminance(color) for color in (one, other))
    return (high + 0.05) / (low + 0.05)


def luminance(color: str) -> float:
    """As the Web Content Accessibility Guidelines define it."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def test_a_cell_holds_the_difference_from_the_full_network_which_has_no_row(transfer: Exhibit) -> None:
    """The count at the right leaves out a row's own task, and what is missing."""
    assert texts(transfer) == [
        ["+0.7", "−2.5", "0.0", "2 of 2"],
        ["−2.0", "+0.5", "—", "0 of 1"],
        ["−33.0", "−15.0", "−50.0", "0 of 3"],
    ]
    assert "a row's own task left out" in caption(transfer)
    rows, heads = labels(transfer)
    assert rows == ["MLM", "RTE", "m_RP ⊙ θ₀ (random mask)"]
    assert heads == ["MNLI\nmatched acc.\n70 %", "RTE\naccuracy\n70 %", "MLM\naccuracy\n70 %", "Framed,\nother tasks"]


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        (("full", "mlm", "random_mask"), "Ticket found on"),
        (("full", "mnli+rte", "random_mask"), "Ticket found on"),
        (("full", "rewind_0", "random_mask"), "Subnetwork"),
    ],
)
def test_rows_and_columns_have_a_title(transfer: Exhibit, rows: tuple[str, ...], title: str) -> None:
    shown = replace(transfer, rows=rows)
    axes = draw(shown).axes[0]
    assert (axes.get_ylabel(), axes.get_xlabel()) == (title, "Trained and scored on")
    unfolded, folded = page_source(shown).split("<summary>The scores as a table</summary>")
    assert f">{title}</th>" in unfolded and "<caption>Trained and scored on</caption>" in unfolded
    assert "<caption>" not in folded


def test_a_sparsity_for_each_row_stands_in_its_name(transfer: Exhibit) -> None:
    own = {"full": 0.0, "mlm": 0.7, "rte": 0.6, "random_mask": 0.5}
    rows, heads = labels(changed(transfer, lambda f: replace(f, sparsity=own[f.row])))
    assert rows == ["MLM, 70 %", "RTE, 60 %", "m_RP ⊙ θ₀ (random mask), 50 %"]
    assert heads[1] == "RTE\naccuracy"


def test_a_row_at_two_sparsities_has_two_lines(transfer: Exhibit) -> None:
    more = [scored("mlm", task, 0.5, 0.5, sparsity=0.5) for task in METRICS]
    both = replace(without(transfer, more=more), rows=("full", "mlm"))
    assert labels(both)[0] == ["MLM, 50 %", "MLM, 70 %"]
    assert [line[0] for line in texts(both)] == ["−33.0", "+0.7"]


def test_what_keeps_up_is_bold_and_framed_and_nothing_else_is(transfer: Exhibit) -> None:
    seen = squares(transfer)
    framed = [[bool(square and square.looks_framed) for square in line] for line in seen]
    assert framed == [[True, True, True, False], [False, True, False, False], [False] * 4]
    assert framed == [[bool(square and square.weight == "bold") for square in line] for line in seen]


def test_a_ticket_can_be_compared_with_that_of_the_columns_own_task(transfer: Exhibit) -> None:
    """Figures 2 and 5: framed where it does at least as well; the mark says what is near the full network."""
    own = replace(transfer, rule="not_below_own_ticket")
    assert texts(own) == [
        ["+0.7†", "−2.5†", "0.0†", "0 of 1", "2 of 2"],
        ["−2.0", "+0.5†", "—", "0 of 0", "0 of 1"],
        ["−33.0", "−15.0", "−50.0", "0 of 2", "0 of 3"],
    ]
    framed = [[bool(square and square.looks_framed) for square in line] for line in squares(own)]
    assert framed == [[False, False, True, False, False], [False, True, False, False, False], [False] * 5]
    assert "Framed and bold: not below the ticket found on the column's own task." in caption(own)
    assert "†: at most one standard deviation of the full network below its mean." in caption(own)


def test_the_own_ticket_is_that_of_the_same_sparsity(transfer: Exhibit) -> None:
    """On RTE: at 50 % the masked LM ticket does not reach the own one of 50 %, at 70 % it reaches that of 70 %."""
    more = [scored("mlm", "rte", 0.7, 0.7, sparsity=0.5), scored("rte", "rte", 0.8, 0.8, sparsity=0.5)]
    lower = [scored("mlm", "rte", 0.69, 0.69), scored("rte", "rte", 0.6, 0.6)]
    both = without(transfer, ("mlm", "rte"), ("rte", "rte"), more=[*more, *lower])
    own = replace(both, rule="not_below_own_ticket", rows=("full", "mlm"), tasks=("rte",), counts_own_task=True)
    framed = {label: line[0].looks_framed for label, line in zip(labels(own)[0], squares(own), strict=True) if line[0]}
    assert framed == {"MLM, 50 %": False, "MLM, 70 %": True}


def test_scores_can_stand_in_place_of_differences_and_the_own_task_can_count(transfer: Exhibit) -> None:
    """Figure 6."""
    whole = replace(transfer, absolute=True, counts_own_task=True)
    assert texts(whole)[0] == ["83.7", "65.5", "60.0", "3 of 3"]
    assert caption(whole).startswith("Mean score, in points (0 to 100)") and labels(whole)[1][-1] == "Framed"
    assert "a row's own task included" in caption(whole)


def test_what_is_not_below_the_baseline_can_be_framed(transfer: Exhibit) -> None:
    """Figures 3, 7 and 8."""
    other = replace(transfer, rows=("full", "mlm", "rte"), baseline="mlm", rule="not_below_baseline")
    assert texts(other)[0] == ["−0.7†", "+2.5†", "0.0†", "2 of 3", "3 of 3"]
    assert "Framed and bold: not below MLM." in caption(other)


def test_a_full_network_of_one_run_judges_nothing(transfer: Exhibit) -> None:
    single = changed(transfer, lambda f: replace(f, scores=f.scores[:1]) if f.task == "mnli" else f)
    line = squares(single)[0]
    assert line[0] and (line[0].text, line[0].looks_framed) == ("+1.0", False)
    assert line[-1] and line[-1].text == "1 of 1"
    assert "Not judged, since the full network has one run there: MNLI." in caption(single)
    assert "Not judged" not in caption(transfer)


def test_a_rule_without_a_deviation_judges_by_one_run(transfer: Exhibit) -> None:
    """Only the mark needs a deviation, of the full network or of another baseline."""
    single = changed(transfer, lambda f: replace(f, scores=f.scores[:1]))
    for other, name, framed in (
        (replace(single, rule="not_below_own_ticket"), "the full network", ["0 of 1", "0 of 0", "0 of 2"]),
        (replace(single, rule="not_below_baseline", baseline="mlm"), "MLM", ["2 of 3", "0 of 1", "0 of 3"]),
    ):
        assert f"Not marked †, since {name} has one run there: MNLI, RTE, MLM." in caption(other)
        assert "Not judged" not in caption(other) and [line[-2] for line in texts(other)] == framed
        assert not any("Marked" in note for note in build_table(other).notes)
    some = changed(transfer, lambda f: replace(f, scores=f.scores[:1]) if f.row == "full" and f.task == "mlm" else f)
    rows = {"rows": ("full", "mlm", "rte"), "rule": "not_below_baseline"}
    only = replace(without(some, ("mlm", "mnli"), ("mlm", "rte")), counts_own_task=True, **rows)
    (marked,) = (note for note in build_table(only).notes if note.startswith("Marked †"))
    assert marked.endswith("below its mean): RTE: 1 of 2.")


def test_what_is_not_there_is_hatched_and_has_a_dash(transfer: Exhibit) -> None:
    seen = squares(transfer)
    missing = seen[1][2]
    assert missing and missing.text == "—" and missing.patch.get_hatch()
    assert not any(s.patch.get_hatch() for line in seen for s in line if s and s.text != "—")
    assert "Hatched: its score or that of the full network is missing." in caption(transfer)
    assert caption(transfer).endswith("2 runs are missing.")


def test_without_the_full_network_there_is_no_difference(transfer: Exhibit) -> None:
    alone = texts(without(transfer, ("full", "rte")))
    assert [line[1] for line in alone] == ["—", "—", "—"]
    assert [line[-1] for line in alone] == ["1 of 1", "0 of 1", "0 of 2"]


def test_a_row_is_not_counted_on_the_task_that_its_ticket_is_of(transfer: Exhibit) -> None:
    """Figure 3: its rows are named by their rewind points, and all tickets are of SQuAD."""
    own = replace(transfer, own_tasks=(("random_mask", "rte"),))
    assert [line[-1] for line in texts(own)] == ["2 of 2", "0 of 1", "0 of 2"]
    assert [line[-1] for line in texts(replace(own, counts_own_task=True))] == ["3 of 3", "1 of 2", "0 of 3"]


def test_another_baseline_takes_the_place_of_the_full_network(transfer: Exhibit) -> None:
    other = replace(transfer, rows=("full", "mlm", "rte"), baseline="mlm")
    assert texts(other) == [["−0.7", "+2.5", "0.0", "3 of 3"], ["−2.7", "+3.0", "—", "0 of 1"]]
    assert caption(other).startswith("Mean score minus that of MLM on the task")
    assert "Framed and bold: at most one standard deviation of MLM below its mean." in caption(other)
    assert draw(other).axes[1].get_xlabel() == "Points above or below MLM"


def test_a_cell_that_is_not_part_of_the_exhibit_is_empty(transfer: Exhibit) -> None:
    fewer = without(transfer, ("mlm", "mlm"))
    assert squares(fewer)[0][2] is None
    assert "Empty: not part of this exhibit." in caption(fewer) and "Empty" not in caption(transfer)


def test_a_score_that_is_undefined_is_marked(transfer: Exhibit) -> None:
    constant = replace(scored("mlm", "rte", 0.0, 0.0), undefined=("matthews of a constant",))
    no_number = scored("rte", "mnli", float("nan"))
    marked = without(transfer, ("mlm", "rte"), ("rte", "mnli"), more=(constant, no_number))
    assert [line[:2] for line in texts(marked)[:2]] == [["+0.7", "−68.0¶"], ["—", "+0.5"]]
    assert "¶ a score is undefined." in caption(marked) and "¶" not in caption(transfer)
    full = changed(transfer, lambda f: replace(f, undefined=("x",)) if (f.row, f.task) == ("full", "mlm") else f)
    assert [line[2] for line in texts(full)] == ["0.0¶", "—¶", "−50.0¶"]


def test_collapses_do_not_wash_out_what_lies_near_zero(transfer: Exhibit) -> None:
    tasks = tuple(f"t{i}" for i in range(8))
    full = [Measurement("full", task, "accuracy", 0.0, (0.7, 0.72)) for task in tasks]
    drops = (0.0, 0.01, 0.02, 0.03, 0.03, 0.04, 0.3, 0.6)
    measurements = [Measurement("mlm", t, "accuracy", 0.5, (0.71 - d,)) for t, d in zip(tasks, drops, strict=True)]
    clipped = replace(transfer, rows=("full", "mlm"), tasks=tasks, measurements=(*full, *measurements))
    (line,) = squares(clipped)
    colors = [square.color for square in line[:-1] if square]
    assert len(set(colors)) == 7, "equal differences only have equal colors: none lies beyond the ends"
    assert contrast(colors[0], "#ffffff") < 1.1 < contrast(colors[1], "#ffffff")
    assert caption(clipped).endswith("up to ±60 points, on a square-root scale.")


def test_colors_are_centered_at_zero(transfer: Exhibit) -> None:
    measurements = [scored("mlm", task, score) for task, score in (("mnli", 0.93), ("rte", 0.58), ("mlm", 0.6))]
    full = [f for f in transfer.measurements if f.row == "full"]
    even = replace(transfer, rows=("full", "mlm"), measurements=(*full, *measurements))
    (line,) = squares(even)
    better, worse, same = (to_rgb(square.patch.get_facecolor()) for square in line[:-1] if square)
    assert better[2] > better[0] and worse[0] > worse[2]
    assert max(same) - min(same) < 0.01
    assert [tick.get_text() for tick in draw(even).axes[1].get_xticklabels()] == [
        "−10.0",
        "−2.5",
        "0.0",
        "+2.5",
        "+10.0",
    ]


def test_numbers_are_black_or_white_whichever_is_read(transfer: Exhibit) -> None:
    seen = [square for line in squares(transfer) for square in line if square]
    assert {square.ink for square in seen} == {"#000000", "#ffffff"}
    assert all(contrast(square.ink, square.color) >= 4.5 for square in seen)
    for color in (to_hex(hsv_to_rgb((h / 12, s / 4, v / 8))) for h in range(12) for s in range(5) for v in range(9)):
        assert contrast(inked(color), color) >= 4.5


def test_no_frame_is_lost_on_a_dark_square(transfer: Exhibit) -> None:
    measurements = scored("full", "rte", 0.2, 0.9), scored("rte", "rte", 0.3, 0.3)
    seen = squares(replace(transfer, measurements=measurements))
    framed = [square for line in seen for square in line if square and square.looks_framed]
    assert framed and all(contrast("#000000", square.color) >= 3 for square in framed)


def test_the_caption_says_how_to_read_the_map(transfer: Exhibit) -> None:
    whole = replace(transfer, measurements=tuple(f for f in transfer.measurements if f.scores), rows=("full", "mlm"))
    assert caption(whole) == (
        "Mean score minus that of the full network on the task, in points (0 to 100), n = 2 runs per cell. "
        "Framed and bold: at most one standard deviation of the full network below its mean. "
        "At the right: how many cells of a row are framed, of the cells that can be judged, a row's own task left out. "
        "Colours: the difference from the full network, up to ±3 points, on a square-root scale."
    )
    assert [text.get_text() for text in draw(whole).texts] == ["Figure 2", caption(whole)]


@pytest.mark.parametrize("change", [{"measurements": ()}, {"measurements": (), "rows": (), "tasks": ()}])
def test_a_map_without_scores_still_draws(transfer: Exhibit, change: dict[str, tuple[str, ...]]) -> None:
    empty = replace(transfer, **change)
    assert caption(empty).startswith("No scores yet.")
    assert png(empty).startswith(b"\x89PNG")


def test_names_with_markup_are_shown_as_they_stand(nasty: Exhibit) -> None:
    nasty = replace(nasty, drawn="heatmap")
    drawn = draw(nasty)
    rows, heads = labels(nasty)
    assert heads[:2] == ["<script>alert(1)</script>\naccuracy\n50 %", "a|b_c $x$\nmy_metric\n50 %"]
    assert rows == ["m_IMP ⊙ θ₀ (IMP)", "my_row#1 [x]"]
    named = [*drawn.axes[0].get_xticklabels(), *drawn.axes[0].get_yticklabels(), *drawn.texts]
    assert not any(text.get_parse_math() for text in named)
    assert b"<script" not in svg(nasty)


def test_a_map_leaves_pictures_and_the_ordinary_tables(transfer: Exhibit, tmp_path: Path) -> None:
    assert [path.suffix for path in write_exhibit(transfer, tmp_path)] == [".png", ".svg", ".csv", ".md", ".tex"]
    as_table = replace(transfer, drawn="table")
    write_exhibit(as_table, tmp_path / "table")
    same = [(tmp_path / at / "figure2.csv").read_bytes() for at in (".", "table")]
    assert same[0] == same[1] and b"MLM,mean,0.7,MNLI,matched_accuracy,83.7" in same[0]
    rule = "at most one standard deviation of the full network below its mean"
    counts = (
        f"Framed in the heat map ({rule}), of the cells that can be judged, a row's own task left out: MLM: 2 of 2; "
    )
    assert counts in (tmp_path / "figure2.md").read_text(encoding="utf-8")
    assert not any("heat map" in note for note in build_table(as_table).notes)


def test_the_page_shows_the_map_and_folds_its_scores(transfer: Exhibit) -> None:
    unfolded, folded = page_source(transfer).split("<summary>The scores as a table</summary>")
    assert re.search(r'<td class="up-1"><strong>\+0\.7</strong><a class="behind" href="#figure2/mlm/mnli/', unfolded)
    assert '<td class="down-6">−50.0' in unfolded and '<td class="missing">—' in unfolded
    assert "83.7 ± 1.0" in folded and "83.7 ± 1.0" not in unfolded
    assert all(f'href="figure2.{suffix}"' in folded for suffix in ("png", "svg", "csv", "md", "tex"))


def test_the_bytes_are_the_same_in_a_process_that_draws_in_another_order(
    transfer: Exhibit, curves: Exhibit, tmp_path: Path
) -> None:
    exhibits = [curves, transfer, replace(transfer, name="figure5", rows=("full", "rte"))]
    with matplotlib.rc_context({"font.size": 20, "axes.facecolor": "red"}):
        paths = [path.name for exhibit in exhibits for path in write_exhibit(exhibit, tmp_path / "here")]
    assert paths[:3] == ["figure11.png", "figure11.svg", "figure11.csv"]
    code = [sys.executable, "-c", ELSEWHERE, str(tmp_path / "there")]
    subprocess.run(code, input=pickle.dumps(exhibits).hex(), text=True, check=True, timeout=60)
    here, there = ({p.name: p.read_bytes() for p in (tmp_path / at).iterdir()} for at in ("here", "there"))
    assert here == there and len(here) == 13
    assert png(transfer) == png(transfer) == here["figure2.png"] and png(curves) == here["figure11.png"]


def shares(*values: Sequence[float | None], rows: Sequence[str] = "a", columns: Sequence[str] = "x") -> Matrix:
    return Matrix("overlap", "Overlap", "Of the kept.", tuple(rows), tuple(columns), tuple(map(tuple, values)))


def test_a_matrix_prints_shares_as_percentages() -> None:
    given = shares([1.0, 0.345], [0.0, None], [float("nan"), 0.9996], rows=["a", "$b$", "c"], columns="xy")
    assert texts(given) == [["100.0", "34.5"], ["0.0", "—"], ["—", "100.0"]]
    hatched = [[bool(square and square.patch.get_hatch()) for square in line] for line in squares(given)]
    assert hatched == [[False, False], [False, True], [True, False]]
    assert [text.get_text() for text in draw(given).texts] == ["Overlap", "Of the kept."]
    assert "<caption>" not in page_source(given)
    assert labels(given) == (["a", "$b$", "c"], ["x", "y"])


def test_a_matrix_darkens_with_its_numbers_and_stays_readable() -> None:
    (line,) = squares(shares([i / 100 for i in range(101)], columns=101 * "x"))
    lights = [luminance(square.color) for square in line if square]
    assert len(lights) == 101 and lights == sorted(lights, reverse=True) and lights[0] - lights[-1] > 0.7
    assert all(contrast(square.ink, square.color) >= 4.5 for square in line if square)


def test_the_colors_of_a_matrix_range_over_what_compares_two_rows() -> None:
    first, second = squares(shares([1.0, 0.81], [0.88, 1.0], rows="ab", columns="ab"))
    low, itself, high = (square.color for square in (first[1], first[0], second[0]) if square)
    assert itself == second[1].color == "#d0d0d0" and luminance(low) - luminance(high) > 0.3
    key = draw(shares([1.0, 0.81], [0.88, 1.0], rows="ab", columns="ab")).axes[1]
    assert [text.get_text() for text in key.get_xticklabels()] == ["80.0", "85.0", "90.0"]


@pytest.mark.parametrize("values", [[[1.2]], [[-0.1]], [[0.5, 0.5]], [[0.5], [0.5]], []])
def test_a_matrix_that_cannot_be_shown_is_refused(values: list[list[float]], tmp_path: Path) -> None:
    for refuse in (png, lambda matrix: write_exhibit(matrix, tmp_path)):
        with pytest.raises(ValueError):
            refuse(shares(*values))
    assert list(tmp_path.iterdir()) == []
