"""What every pruner that a YAML names has to keep, found by reading the folder."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from omegaconf import OmegaConf

from lightning_tickets.composition.compose import conf_dir
from lightning_tickets.composition.settings import component
from lightning_tickets.pruning.mask import full, kept
from lightning_tickets.tickets.component import call


def pruner_nodes():
    for path in sorted(conf_dir().glob("pruner/*.yaml")):
        yield path, OmegaConf.load(path)
    for path in sorted(conf_dir().glob("subnetwork/*.yaml")):
        node = OmegaConf.load(path)
        if "pruner" in node:
            yield path, node.pruner


NODES = list(pruner_nodes())
pruners = pytest.mark.parametrize("node", [n for _, n in NODES], ids=[f"{p.parent.name}-{p.stem}" for p, _ in NODES])


def weights(seed=0):
    generator = torch.Generator().manual_seed(seed)
    return {f"layer.{i}.weight": torch.randn(13, 7, generator=generator) for i in range(4)}


@pruners
def test_keeps_exactly_the_count_and_nests(node):
    w = weights()
    mask = full(w)
    for count in (300, 200, 37, 1, 0):
        before, mask = mask, call(component(node), w, mask, count, seed=5)
        assert kept(mask) == count
        assert all(bool((before[name] | ~m).all()) for name, m in mask.items())


@pruners
def test_same_seed_same_mask_and_weights_untouched(node):
    w, copy = weights(), weights()
    one, two = (call(component(node), w, full(w), 100, seed=5) for _ in range(2))
    assert all(torch.equal(one[name], two[name]) and torch.equal(w[name], copy[name]) for name in w)


def test_random_masks_differ_by_seed_and_spread_evenly():
    node = next(n for p, n in NODES if p.stem == "random_mask")
    w = {f"m{i}": torch.zeros(100, 100) for i in range(5)}
    one, two = (call(component(node), w, full(w), 10_000, seed=seed) for seed in (1, 2))
    assert any(not torch.equal(one[name], two[name]) for name in w)
    shares = [one[name].float().mean().item() for name in w]
    assert all(abs(share - 0.2) < 0.02 for share in shares)


def test_every_pruner_file_is_named_by_a_yaml():
    room = Path(__file__).parents[2] / "lightning_tickets" / "pruning"
    plumbing = {"__init__", "mask", "ranking", "schedule", "callback"}
    named = {node._target_.split(".")[-2] for _, node in NODES}
    assert {path.stem for path in room.glob("*.py")} - plumbing == named
