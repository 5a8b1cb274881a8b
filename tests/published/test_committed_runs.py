"""The lines of the results' README make table 2 from the committed data frame, to the digit of the committed table."""

import csv
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
POCKET = ROOT / "docs" / "results" / "pocket"


def test_table_2_follows_from_the_committed_runs(monkeypatch):
    (lines,) = re.findall(r"```python\n(.*?)```", (POCKET / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    exec(lines, names)
    made = {(task.upper(), sparsity): tuple(row) for (task, sparsity), row in names["table2"].iterrows()}
    with (POCKET / "table2.csv").open(encoding="utf-8", newline="") as file:
        means = [line for line in csv.DictReader(file) if line["statistic"] == "mean"]
    tickets = {line["task"].replace("-", "").upper(): line for line in means if line["row"] == "imp"}
    full = {line["task"].replace("-", "").upper(): line for line in means if line["row"] == "full"}
    assert len(made) == len(tickets) == 11
    for (task, sparsity), row in made.items():
        assert sparsity == round(100 * float(tickets[task]["sparsity"]))
        printed = [one[part] for one in (tickets[task], full[task]) for part in ("value", "std")]
        assert [float(f"{value:.4f}") for value in row] == [float(text) for text in printed]
