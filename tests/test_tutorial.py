"""The tutorial notebook runs from top to bottom in an empty folder, and prints what it promises."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

NOTEBOOK = Path(__file__).parents[1] / "docs" / "tutorial.ipynb"


def test_the_notebook_runs(tmp_path):
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    program = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    environment = {name: value for name, value in os.environ.items() if name != "LIGHTNING_TICKETS_ROOT"}
    environment |= {"MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1"}
    line = [sys.executable, "-c", program]
    done = subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "30.0 % of the weights are zero" in done.stdout and done.stdout.count("full network 0.") == 2
    zeros = [float(percent) for percent in re.findall(r"^ *([\d.]+) %  encoder", done.stdout, re.MULTILINE)]
    assert len(zeros) == 3 and f"{zeros[0]:.1f} % of encoder" in done.stdout, "they stay zero while the model trains"
    assert (tmp_path / "cola.png").stat().st_size > 5000
