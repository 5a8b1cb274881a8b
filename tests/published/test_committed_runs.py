"""The lines of the results' README make table 2 from the committed data frame, to the digit of the committed table."""

import csv
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
POCKET = ROOT / "docs" / "results" / "pocket"
ROWS = ("full", "imp", "random_mask", "random_weights", "shuffled_weights")


def test_table_2_follows_from_the_committed_runs(monkeypatch):
    (lines,) = re.findall(r"```python\n(.*?)```", (POCKET / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    exec(lines, names)
    table2 = names["table2"]
    with (POCKET / "table2.csv").open(encoding="utf-8", newline="") as file:
        means = [line for line in csv.DictReader(file) if line["statistic"] == "mean"]
    assert len(means) == len(table2) * len(ROWS) == 55
    for (task, sparsity), made in table2.iterrows():
        printed = {line["row"]: line for line in means if line["task"].replace("-", "").lower() == task}
        assert sorted(printed) == sorted(ROWS)
        for row, line in printed.items():
            digits = [float(f"{made[f'{row}_{part}']:.4f}") for part in ("mean", "std")]
            assert digits == [float(line["value"]), float(line["std"])]
            assert row == "full" or sparsity == round(100 * float(line["sparsity"]))
