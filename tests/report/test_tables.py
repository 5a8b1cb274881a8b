"""CSV, Markdown and LaTeX of the same exhibit."""

import csv
import io
from dataclasses import replace

import pytest

from lightning_tickets.report.latex import escape
from lightning_tickets.report.names import row_name, row_symbol, task_name
from lightning_tickets.studies.measurement import Exhibit, Measurement
from tests.report.reading import csv_text, latex, markdown

MARKDOWN = """\
## Table 2

Who wins.

| Task | MNLI | STS-B |
| --- | ---: | ---: |
| Metric | matched acc. | Pearson |
| Sparsity | 70 % | 50 % |
| f_BERT (full network) | 83.0 ± 1.4 | 89.0 ± 1.4 |
| m_IMP ⊙ θ₀ (IMP) | **82.5 ± 2.1**†§ | **90.5 ± 0.7**‡ |
| m_RP ⊙ θ₀ (random mask) | — | 5.0 ± 7.1¶ |
| m_IMP ⊙ θ₀′ (random weights) | 60.0 (n=1 of 2) |  |

- Mean ± sample standard deviation in points (0 to 100), n = 2 runs per cell unless a cell says otherwise.
"""


def parsed(exhibit: Exhibit) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_text(exhibit))))


def rows_of(tabular: str) -> list[str]:
    inside = tabular.split(r"\begin{tabular}")[1].split(r"\end{tabular}")[0]
    return [line for line in inside.splitlines() if line.endswith(r"\\")]


def test_csv_values_are_points_with_three_statistics_per_cell(table: Exhibit) -> None:
    """Its columns are those of the published numbers, and n."""
    first, *lines = csv_text(table).splitlines()
    assert first == "row,statistic,sparsity,task,metric,value,std,kind,n"
    assert [line for line in lines if line.startswith("imp,") and ",MNLI," in line] == [
        "imp,mean,0.7,MNLI,matched_accuracy,82.5,2.1213,absolute,2",
        "imp,median,0.7,MNLI,matched_accuracy,82.5,,absolute,2",
        "imp,best,0.7,MNLI,matched_accuracy,84.0,,absolute,2",
    ]


def test_csv_parses_back_to_the_measurements(sweep: Exhibit) -> None:
    lines = [line for line in parsed(sweep) if line["statistic"] == "mean"]
    means = {(line["row"], float(line["sparsity"])): line for line in lines}
    assert len(means) == len(sweep.measurements)
    for measurement in sweep.measurements:
        line, summary = means[measurement.row, measurement.sparsity], measurement.summary
        assert summary is not None and summary.std is not None
        assert float(line["value"]) == pytest.approx(100 * summary.mean, abs=1e-4)
        assert float(line["std"]) == pytest.approx(100 * summary.std, abs=1e-4)


def test_csv_leaves_out_what_has_no_score_and_the_deviation_of_one(table: Exhibit) -> None:
    lines = parsed(table)
    assert not [line for line in lines if (line["row"], line["task"]) == ("random_mask", "MNLI")]
    assert [line["std"] for line in lines if line["row"] == "random_weights"] == ["", "", ""]


def test_csv_spells_rows_that_are_tasks_as_published() -> None:
    measurement = Measurement("sst2", "stsb", "pearson", 0.6, (1 / 3,))
    (line, *_) = parsed(Exhibit("x", "", "", "table", ("sst2",), ("stsb",), (measurement,)))
    assert (line["row"], line["task"], line["value"]) == ("SST-2", "STS-B", "33.3333")


def test_markdown_is_the_table_as_expected(table: Exhibit) -> None:
    assert markdown(table).startswith(MARKDOWN)
    assert markdown(table).endswith("cli seed=3\n```\n")


def test_markdown_of_a_sweep_has_a_line_above_each_block(sweep: Exhibit) -> None:
    lines = markdown(sweep).splitlines()
    assert [line for line in lines if line.startswith("| *")] == [f"| *Sparsity {s} %* |  |" for s in (50, 70, 90)]
    assert lines.count("| f_BERT (full network) | 67.0 ± 1.4 |") == 1


def test_markdown_shows_names_as_they_stand(nasty: Exhibit) -> None:
    text = markdown(nasty)
    assert "<script>" not in text.split("```")[0]
    assert r"| a\|b_c \$x\$ |" in text
    assert "cli task=<b> next" in text.splitlines()


def test_latex_writes_the_symbols_of_the_paper(table: Exhibit) -> None:
    lines = rows_of(latex(table))
    assert lines[2] == r"Sparsity & 70\,\% & 50\,\% \\"
    assert lines[4].startswith(r"$m_{\mathrm{IMP}} \odot \theta_0$ & \textbf{82.5} $\pm$ 2.1\textsuperscript{")
    assert lines[5].startswith(r"$m_{\mathrm{RP}} \odot \theta_0$ & --- & 5.0")
    assert lines[6].startswith(r"$m_{\mathrm{IMP}} \odot \theta_0'$ & 60.0 (n=1 of 2) & ")


def test_latex_escapes_every_special_character() -> None:
    assert escape("a_b & 5% #1 {x} $y$") == r"a\_b \& 5\% \#1 \{x\} \$y\$"
    assert escape("\\ ~ ^\n<b> [*") == r"\textbackslash{} \textasciitilde{} \textasciicircum{} " + (
        r"\textless{}b\textgreater{} {[}{*}"
    )


def test_latex_keeps_the_commands_as_comments(table: Exhibit, nasty: Exhibit) -> None:
    assert "\n% cli seed=0\n% cli seed=1\n" in latex(table)
    assert latex(nasty).splitlines()[-1] == "% cli task=<b> next"
    assert latex(replace(nasty, measurements=())).isascii()


def test_names_that_are_not_known_are_shown_as_they_are() -> None:
    assert (task_name("sst2"), task_name("my_task")) == ("SST-2", "my_task")
    assert (row_name("cola"), row_name("mine"), row_symbol("mine")) == ("CoLA", "mine", None)
