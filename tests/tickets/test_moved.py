"""How far a training has moved its weights, against a few lines of numpy, and where users see it."""

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from lightning_tickets.cli.main import main
from lightning_tickets.runs.store import write_json
from lightning_tickets.tickets.moved import moved
from lightning_tickets.tickets.place import moved_of
from lightning_tickets.tickets.result import RESULT, RESULTS, TICKET, Moved
from lightning_tickets.tickets.score import score_run


def test_it_is_what_the_definitions_give() -> None:
    generator = torch.Generator().manual_seed(1)
    start = {name: torch.randn(shape, generator=generator) for name, shape in {"a": (7, 9), "b": (20, 3)}.items()}
    end = {name: w + 0.4 * torch.randn(w.shape, generator=generator) for name, w in start.items()}
    mask = {name: torch.rand(w.shape, generator=generator) > 0.2 for name, w in start.items()}
    keeps = np.concatenate([m.flatten().numpy() for m in mask.values()])
    one, other = (np.concatenate([w.flatten().numpy() for w in weights.values()])[keeps] for weights in (start, end))
    count = round(0.3 * len(one))
    largest, later = ({*np.argsort(-np.abs(values))[:count]} for values in (one, other))
    found = moved(start, end, mask)
    assert found.distance == pytest.approx(np.linalg.norm(other - one) / np.linalg.norm(one), rel=1e-5)
    assert found.overlap == len(largest & later) / len(largest | later) < 1


def test_a_training_that_moves_nothing() -> None:
    weights = {"a": torch.randn(10, 10, generator=torch.Generator().manual_seed(2))}
    assert moved(weights, weights, {"a": torch.ones(10, 10, dtype=torch.bool)}) == Moved(0.0, 1.0)


def test_a_round_records_it_and_ticket_show_prints_it(tiny_run, context, capsys) -> None:
    run = tiny_run("task=cola", "sparsity=20")
    score_run(run, context)
    file = context.store.path(run.ticket.name) / TICKET
    found = moved_of(file)
    assert found is not None and found.distance > 0 and found.overlap > 0.3
    assert main(["ticket", "show", str(file)]) == 0
    shown = capsys.readouterr().out
    assert f"moved the weights by {100 * found.distance:.1f} % (relative L2)" in shown
    assert f"share {100 * found.overlap:.1f} % (intersection over union)" in shown
    assert '"moved"' not in (context.store.path(run.name) / RESULT).read_text(), "of rounds only"


def test_a_round_of_an_earlier_version_has_none(tmp_path) -> None:
    earlier = {"kept": 5, "metric": "f1", "metrics": {"f1": 0.5}, "prunable": 10, "undefined": []}
    write_json(tmp_path / RESULT, earlier)
    assert RESULTS.validate_json((tmp_path / RESULT).read_bytes()).moved is None
    with pytest.raises(ValidationError):
        RESULTS.validate_python(earlier | {"moved": {"distance": -1.0, "overlap": 0.5}})
