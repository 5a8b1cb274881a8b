"""Tickets next to each other and masks of other origin, by the command."""

import math

import pytest
import torch
from torch.nn.utils import prune
from transformers import AutoModelForSequenceClassification

import lightning_tickets as lt
from lightning_tickets.cli.main import main
from lightning_tickets.models.encoder import prunable
from lightning_tickets.pocket import MODEL_DIR
from lightning_tickets.pruning.mask import by_layer
from lightning_tickets.pruning.overlap import Overlap, overlaps
from tests.checks import same
from tests.commands import SHORT, inside


def mask(*rows: str) -> dict[str, torch.Tensor]:
    """A matrix of each layer by its rows: 1 where a weight is kept."""
    return {f"encoder.layer.{n}.x.weight": torch.tensor([[c == "1" for c in row]]) for n, row in enumerate(rows)}


def test_overlap_is_intersection_over_union():
    matrices = overlaps(mask("1100", "1111"), mask("0110", "0000"))
    first, second = matrices.values()
    assert (first.kept, first.pruned, second.kept, second.pruned) == (1 / 3, 1 / 3, 0, 0)
    assert by_layer(matrices) == {str(n): {name: own} for n, (name, own) in enumerate(matrices.items())}
    total = sum(matrices.values(), Overlap())
    assert (total.kept, total.pruned) == (1 / 7, 1 / 7) and total.by_chance == (6 * 2 / 8) / (6 + 2 - 6 * 2 / 8)
    assert math.isnan(Overlap(0, 0, 0, 4).kept) and Overlap(0, 0, 0, 4).pruned == 1


def test_a_pooler_that_one_mask_lacks_is_left_out_on_both_sides():
    short, long = mask("1100"), mask("0110") | {"pooler.dense.weight": torch.tensor([[True, False]])}
    assert list(overlaps(short, long)) == list(overlaps(long, short)) == list(short)
    assert lt.Ticket(short).overlap(lt.Ticket(long)) == lt.Ticket(long).overlap(lt.Ticket(short)) == 1 / 3
    with pytest.raises(ValueError, match="layer.1"):
        overlaps(mask("1100", "1111"), short)


def test_layers_are_in_the_order_of_their_numbers():
    given = dict(sorted(mask(*["10"] * 12).items())) | {"pooler.dense.weight": torch.tensor([[True]])}
    assert list(by_layer(given)) == [*map(str, range(12)), "pooler"]


def test_independent_masks_overlap_by_chance():
    one, other = ({"a": torch.rand(400, 400, generator=torch.Generator().manual_seed(n)) < 0.3} for n in (1, 2))
    counts = overlaps(one, other)["a"]
    assert counts.kept == pytest.approx(counts.by_chance, abs=0.01)


@pytest.fixture
def two(tmp_path) -> list[str]:
    files = [tmp_path / "one.safetensors", tmp_path / "other.safetensors"]
    lt.Ticket(mask("1100", "1111"), {"seed": 1, "at": {"rate": 0.5}, "same": "x"}).save(files[0])
    lt.Ticket(mask("0110", "0000"), {"seed": 2, "at": {"rate": 0.5, "odd": "\x1b[31m"}, "same": "x"}).save(files[1])
    return [str(file) for file in files]


def test_the_command_prints_overlap_by_matrix_and_layer(two, capsys):
    assert main(["ticket", "overlap", *two]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [row[-3:] for row in rows[-3:]] == [
        ["33.33", "33.33", "33.33"],
        ["0.00", "0.00", "0.00"],
        ["14.29", "14.29", "23.08"],
    ]
    assert len(rows) == 1 + 2 + 2 + 1


def test_the_command_prints_what_differs(two, capsys):
    assert main(["ticket", "diff", *two]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "seed: 1 | 2",
        r"at.odd: - | \x1b[31m",
        "layer 0: 50.00 % zero | 50.00 % zero",
        "layer 1: 0.00 % zero | 100.00 % zero",
        "all: 25.00 % zero | 75.00 % zero",
    ]
    assert main(["ticket", "diff", two[0], two[0]]) == 0 and capsys.readouterr().out == "no difference\n"


def test_tickets_of_two_networks_are_compared_by_matrix(two, tmp_path, capsys):
    lt.Ticket({"encoder.layer.0.x.weight": torch.ones(2, 4, dtype=torch.bool)}).save(tmp_path / "small.safetensors")
    assert main(["ticket", "diff", two[0], str(tmp_path / "small.safetensors")]) == 0
    assert {"encoder.layer.0.x.weight: 1 × 4 | 2 × 4", "encoder.layer.1.x.weight: 1 × 4 | -"} <= {
        *capsys.readouterr().out.splitlines()
    }
    assert main(["ticket", "overlap", two[0], str(tmp_path / "small.safetensors")]) == 2
    assert "encoder.layer.0.x.weight is (2, 4) in the mask, (1, 4) in the first" in capsys.readouterr().err


@pytest.mark.parametrize("wrapped", [False, True], ids=["state", "checkpoint"])
def test_what_torch_prunes_becomes_a_ticket_that_a_run_takes(tmp_path, wrapped):
    model = AutoModelForSequenceClassification.from_pretrained(MODEL_DIR, num_labels=2)
    for module in model.bert.modules():
        if isinstance(module, torch.nn.Linear):
            prune.l1_unstructured(module, "weight", 0.4)
    expected = {name: module != 0 for name, module in prunable(model.bert).items()}
    state = {f"model.{name}": value for name, value in model.state_dict().items()} if wrapped else model.state_dict()
    torch.save({"state_dict": state, "epoch": 3} if wrapped else state, tmp_path / "pruned.pt")
    out = tmp_path / "ticket.safetensors"
    assert main(["ticket", "import", str(tmp_path / "pruned.pt"), str(out)]) == 0
    ticket = lt.Ticket.load(out)
    assert same(ticket.mask, expected) and ticket.provenance["imported_from"] == "pruned.pt"
    if wrapped:
        inside(tmp_path / "root", "run", "task=cola", "subnetwork=given", f"ticket.file={out}", *SHORT)
        inside(
            tmp_path / "root", "ticket", "export", str(out), str(tmp_path / "dir"), "form=transformers", "model=pocket"
        )
        assert "| cola | given |" in (tmp_path / "dir" / "README.md").read_text()


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["bert.x.weight"], "holds no mask: expected tensors named …weight_mask"),
        (["a.encoder.x.weight_mask", "b.encoder.x.weight_mask"], "holds masks of two networks"),
    ],
)
def test_a_state_without_the_masks_of_one_network_is_no_ticket(tmp_path, capsys, names, message):
    torch.save({name: torch.ones(2, 2) for name in names}, tmp_path / "state.pt")
    assert main(["ticket", "import", str(tmp_path / "state.pt"), str(tmp_path / "out.safetensors")]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out.safetensors").exists()


def test_show_prints_the_provenance_and_draws(two, tmp_path, capsys):
    assert main(["ticket", "show", two[1], "--picture", str(tmp_path / "p.png")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["ticket: same=x seed=2", r"at: odd=\x1b[31m rate=0.5"]
    assert lines[3] == f"layer 1          {'#' * 40} 100.0 % zero"
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")
    assert main(["ticket", "show", two[1], "--picture", str(tmp_path / "p.png")]) == 2
