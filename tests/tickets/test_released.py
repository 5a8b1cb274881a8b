"""The released code's mask files: read and written, and nothing in them run."""

from pathlib import Path

import pytest
import torch

from lightning_tickets.cli.main import main
from lightning_tickets.composition.single_run import single_run
from lightning_tickets.models.encoder import load_encoder, prunable
from lightning_tickets.pocket import MODEL_DIR
from lightning_tickets.pruning.mask import full
from lightning_tickets.pruning.ranking import keep_largest
from lightning_tickets.tickets.mask_file import save_ticket
from lightning_tickets.tickets.place import read_ticket
from lightning_tickets.tickets.released import load_released, save_released
from lightning_tickets.tickets.score import score_run
from tests.checks import Evil, by_pickle, one_line, same
from tests.commands import SHORT, inside


@pytest.fixture(scope="module")
def mask():
    weights = {name: w.detach() for name, w in prunable(load_encoder(MODEL_DIR)).items()}
    return keep_largest(weights, full(weights), 100_000)


def test_a_released_file_has_float_tensors_under_berts_names(mask, tmp_path):
    save_released(tmp_path / "mask.pt", mask)
    content = torch.load(tmp_path / "mask.pt", weights_only=True)
    assert len(content) == len(mask) and all(value.dtype == torch.float32 for value in content.values())
    name = "bert.encoder.layer.0.attention.self.query.weight_mask"
    assert torch.equal(content[name], mask["encoder.layer.0.attention.self.query.weight"].float())
    assert same(load_released(tmp_path / "mask.pt"), mask), "there and back"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ([1, 2], "a dictionary of tensors"),
        ({}, "a dictionary of tensors"),
        ({"bert.x.weight": torch.ones(2)}, "'bert.x.weight' is not a mask"),
        ({"bert.x.weight_mask": 3}, "'bert.x.weight_mask' is not a mask"),
        ({7: torch.ones(2)}, "'7' is not a mask"),
        ({"bert.x.weight_mask": torch.tensor([[0.0, 0.5]])}, "values other than 0 and 1"),
    ],
)
def test_what_is_no_mask_is_refused_in_one_line(content, named, tmp_path):
    torch.save(content, tmp_path / "mask.pt")
    assert named in one_line(load_released, tmp_path / "mask.pt")


def garbage(content, file):
    file.write_bytes(b"no mask at all")


@pytest.mark.parametrize("save", [torch.save, by_pickle, garbage])
def test_a_pickle_of_anything_else_is_refused_and_not_run(save, tmp_path):
    path, marker = tmp_path / "mask.pt", tmp_path / "marker"
    save({"bert.x.weight_mask": Evil(marker)}, path)
    assert "not a mask file: expected a ticket.safetensors" in one_line(read_ticket, path)
    assert not marker.exists()


@pytest.fixture
def ours(mask, tmp_path) -> Path:
    save_ticket(tmp_path / "ticket.safetensors", mask, {})
    return tmp_path / "ticket.safetensors"


def test_a_run_takes_its_mask_from_either_kind_of_file(ours, tmp_path):
    assert main(["ticket", "export", str(ours), str(tmp_path / "mask.pt")]) == 0
    scores = []
    for file in (ours, tmp_path / "mask.pt"):
        cell = ["task=cola", "subnetwork=given", f"ticket.file={file}", "seed=0", *SHORT]
        name, _, score = inside(tmp_path / "root", "run", *cell).last.split()
        result = (tmp_path / "root" / "runs" / name / "result.json").read_text()
        assert name.startswith("cola-given-seed0-") and '"kept": 100000' in result
        scores.append((score, result))
    assert scores[0] == scores[1]


def test_a_mask_that_does_not_fit_is_refused_by_matrix_and_shapes(mask, tmp_path, capsys):
    wrong = mask | {"encoder.layer.1.output.dense.weight": torch.ones(3, 5, dtype=torch.bool)}
    save_released(tmp_path / "mask.pt", wrong)
    cell = ["task=cola", "subnetwork=given", f"ticket.file={tmp_path / 'mask.pt'}", *SHORT]
    assert main(["run", *cell, f"paths.root={tmp_path / 'root'}"]) == 2
    message = capsys.readouterr().err.strip().splitlines()[-1]
    assert "encoder.layer.1.output.dense.weight is (3, 5) in the mask, (64, 256) in the model" in message


def test_a_mask_that_changed_since_the_command_began_is_not_trained_on(ours, mask, tmp_path):
    begun = single_run(["task=cola", "subnetwork=given", f"ticket.file={ours}", f"paths.root={tmp_path}", *SHORT])
    save_ticket(ours, {name: ~matrix for name, matrix in mask.items()}, {})
    line = one_line(score_run, begun.run, begun.context)
    assert line == f"ticket.file={ours}: the mask has changed since the command began: start it again"
    assert not begun.context.store.path(begun.run.name).exists()


def test_show_says_what_is_kept(ours, capsys):
    assert main(["ticket", "show", str(ours)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + 4 + 19 + 1 and lines[-1].startswith(
        "100,000 of 151,552 weights are kept, 34.02 % are zero"
    )


@pytest.mark.parametrize(
    "arguments", [[], ["show"], ["fly", "x"], ["export", "x"], ["show", "nowhere.pt"], ["export", "{ours}", "{ours}"]]
)
def test_a_wrong_use_is_one_line_and_the_usage(arguments, ours, capsys):
    assert main(["ticket", *(a.format(ours=ours) for a in arguments)]) == 2
    first, *rest = capsys.readouterr().err.splitlines()
    assert first.startswith(("lightning-tickets: ticket", "lightning-tickets: nowhere.pt"))
    assert [line.split()[0] for line in rest] in ([], ["usage:"])


def test_a_file_that_is_not_there_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for wrong in ("null", "nowhere.pt"):
        assert main(["run", "subnetwork=given", f"ticket.file={wrong}"]) == 2
        assert "ticket.file=" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
