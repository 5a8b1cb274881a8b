"""A training that has diverged publishes nothing, says so in one line, and leaves the rest of the sweep alone."""

import json

import pytest
import torch

from lightning_tickets.models.encoder import load_encoder
from lightning_tickets.pocket import MODEL_DIR
from lightning_tickets.runs.store import write_json
from lightning_tickets.tickets.score import score_run
from lightning_tickets.training.divergence import Diverged, check_predictions
from tests.checks import one_line
from tests.commands import inside

WILD = ["training.learning_rate=1e30", "training.head_learning_rate=1e30", "training.warmup=0", "training.clip=1e30"]


@pytest.mark.parametrize(("row", "steps"), [("full", 3), ("full", 20), ("imp", 3)])
def test_a_diverged_training_is_refused_with_its_run_and_step(row, steps, context, tiny_run):
    run = tiny_run("task=cola", f"subnetwork={row}", "sparsity=10", f"training.steps={steps}", *WILD)
    message = one_line(lambda: score_run(run, context))
    assert "the training has diverged, step " in message and "is not finite; nothing is published" in message
    assert not list(context.store.root.rglob("result.json"))


def test_a_sweep_goes_on_without_it(tmp_path):
    """The source task's search diverges; the full network of the other setting does not."""
    root = tmp_path / "root"
    line = ["task=cola", "subnetwork=full", "seed=1", "training.steps=3", "training.learning_rate=1e-4,1e30"]
    line += ["training.head_learning_rate=1e-4", "training.warmup=0", "training.clip=1e30"]
    done = inside(root, "run", "-m", *line, status=1)
    assert len(list((root / "runs").rglob("result.json"))) == 1 and "diverged" in done.stderr
    (note,) = (root / "failures").iterdir()
    assert "is not finite" in json.loads(note.read_text())["why"]


def test_predictions_that_are_not_finite_are_refused():
    assert torch.equal(check_predictions(torch.ones(2, 3)), torch.ones(2, 3))
    with pytest.raises(Diverged, match="a prediction is not finite"):
        check_predictions(torch.tensor([[0.0, float("inf")]]))


def test_weights_that_are_not_finite_are_refused_when_they_are_read(tmp_path):
    encoder = load_encoder(MODEL_DIR)
    with torch.no_grad():
        encoder.encoder.layer[0].output.dense.weight[0, 0] = float("nan")
    encoder.save_pretrained(tmp_path)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).write_bytes((MODEL_DIR / name).read_bytes())
    message = one_line(lambda: load_encoder(tmp_path))
    assert "encoder.layer.0.output.dense.weight holds a value that is not finite" in message


def test_what_is_not_a_number_is_never_written_as_json(tmp_path):
    with pytest.raises(ValueError):
        write_json(tmp_path / "result.json", {"accuracy": float("nan")})
