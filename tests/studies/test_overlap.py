"""Overlap of tickets and where they are sparse, against counting by hand."""

import itertools

import pytest
import torch

from lightning_tickets.errors import UserError
from lightning_tickets.pruning.mask import full
from lightning_tickets.pruning.ranking import keep_largest
from lightning_tickets.studies.cell import Cell, CellResult
from lightning_tickets.studies.exhibits.overlap import Overlap
from lightning_tickets.tickets.mask_file import save_ticket

SHAPES = {"encoder.layer.0.a.weight": (6, 5), "encoder.layer.1.a.weight": (6, 5), "pooler.dense.weight": (4, 5)}
TASKS = ["cola", "mlm", "rte"]


@pytest.fixture(scope="module")
def masks():
    masks = {}
    for seed, task in enumerate(TASKS):
        generator = torch.Generator().manual_seed(seed)
        weights = {name: torch.randn(shape, generator=generator) for name, shape in SHAPES.items()}
        masks[task] = keep_largest(weights, full(weights), 24)
    return masks


@pytest.fixture(scope="module")
def lookup(masks, tmp_path_factory):
    root = tmp_path_factory.mktemp("tickets")
    for task, mask in masks.items():
        save_ticket(root / f"{task}.safetensors", mask, {})

    paths = {path.stem: path for path in root.iterdir()}
    return lambda cell: CellResult(cell.task, "accuracy", None, f"run {cell.task}", ticket=paths.get(cell.task))


def overlap(of, tasks=TASKS):
    return Overlap("figure4", "Title", "Shows.", of, tasks, [1, 2], 70)


def flat(mask):
    return torch.cat([m.reshape(-1) for m in mask.values()])


def intersection_over_union(a, b):
    return int((a & b).sum()) / int((a | b).sum())


@pytest.mark.parametrize("of", ["kept", "pruned"])
def test_intersection_over_union_of_two_tickets(masks, lookup, of):
    matrix = overlap(of).fill(lookup)
    assert matrix.rows == matrix.columns == tuple(TASKS)
    weights = [flat(mask) if of == "kept" else ~flat(mask) for mask in masks.values()]
    for i, j in itertools.product(range(3), repeat=2):
        assert matrix.values[i][j] == pytest.approx(intersection_over_union(weights[i], weights[j]))
    assert all(matrix.values[i][i] == 1 for i in range(3))


def test_chance_is_that_of_two_independent_masks():
    (note, _) = overlap("kept").fill(lambda cell: CellResult("", "", None, "run")).notes
    assert "17.6 % in common" in note
    generator = torch.Generator().manual_seed(0)
    a, b = (torch.rand(1_000_000, generator=generator) < 0.3 for _ in range(2))
    assert intersection_over_union(a, b) == pytest.approx(0.176, abs=0.002)


def test_sparsity_by_layer(masks, lookup):
    matrix = overlap("sparsity").fill(lookup)
    assert matrix.columns == ("layer 1", "layer 2", "pooler")
    for row, task in zip(matrix.values, TASKS, strict=True):
        for value, m in zip(row, masks[task].values(), strict=True):
            assert value == pytest.approx(1 - m.float().mean().item())


def test_overlap_by_layer_is_with_the_ticket_of_masked_lm(masks, lookup):
    matrix = overlap("layers", ["cola", "rte"]).fill(lookup)
    assert matrix.rows == ("cola", "rte")
    for row, task in zip(matrix.values, ("cola", "rte"), strict=True):
        for value, (name, m) in zip(row, masks[task].items(), strict=True):
            assert value == pytest.approx(intersection_over_union(m, masks["mlm"][name]))


def test_a_ticket_that_is_not_there_is_a_hole_with_its_command(lookup):
    matrix = overlap("kept", ["cola", "squad"]).fill(lookup)
    assert matrix.values == ((1.0, None), (None, None)) and matrix.missing == ("run squad",)


def test_it_asks_for_one_cell_a_ticket():
    assert overlap("kept").cells() == [Cell(task, "imp", 70, 1) for task in TASKS]
    assert [c.task for c in overlap("layers", ["cola"]).cells()] == ["cola", "mlm"]
    with pytest.raises(UserError, match="measure: expected one of kept, pruned, layers, sparsity, got 'both'"):
        overlap("both").cells()


def test_layers_stand_in_the_order_of_their_numbers(tmp_path):
    """A ticket's file has its matrices by name, layer 10 before layer 2."""
    mask = {f"encoder.layer.{n}.a.weight": torch.ones(2, 2, dtype=torch.bool) for n in range(12)}
    save_ticket(tmp_path / "cola.safetensors", mask | {"pooler.dense.weight": torch.ones(2, 2, dtype=torch.bool)}, {})
    found = CellResult("cola", "accuracy", None, "run", ticket=tmp_path / "cola.safetensors")
    matrix = overlap("sparsity", ["cola"]).fill(lambda cell: found)
    assert matrix.columns == (*(f"layer {n}" for n in range(1, 13)), "pooler")
