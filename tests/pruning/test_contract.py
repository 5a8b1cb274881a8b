"""What every pruner that a YAML names has to keep."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from omegaconf import OmegaConf
from transformers import BertForMaskedLM, BertForSequenceClassification, BertModel

from lightning_tickets.components import accepts, call
from lightning_tickets.composition.components import component_at
from lightning_tickets.composition.compose import compose_config, conf_dir
from lightning_tickets.models.attention_heads import attention_heads
from lightning_tickets.models.encoder import fresh_encoder, load_encoder, prunable
from lightning_tickets.pocket import MODEL_DIR
from lightning_tickets.pruning.mask import check_fits, fitted, full, kept, size
from lightning_tickets.pruning.ranking import keep_largest
from tests.checks import same


def pruner_nodes():
    for path in sorted(conf_dir().glob("pruner/*.yaml")):
        yield path, OmegaConf.load(path)
    for path in sorted(conf_dir().glob("subnetwork/*.yaml")):
        if "pruner" in OmegaConf.load(path):
            yield path, compose_config([f"subnetwork={path.stem}"]).subnetwork.pruner


NODES = list(pruner_nodes())
pruners = pytest.mark.parametrize("node", [n for _, n in NODES], ids=[f"{p.parent.name}-{p.stem}" for p, _ in NODES])


def weights(seed=0):
    generator = torch.Generator().manual_seed(seed)
    return {f"layer.{i}.weight": torch.randn(13, 7, generator=generator) for i in range(4)}


def parts():
    """Heads of uneven size: rows of two matrices and columns of a third."""
    for first, past in ((0, 4), (4, 9), (9, 13)):
        yield {
            "layer.0.weight": (0, first, past),
            "layer.2.weight": (0, first, past),
            "layer.3.weight": (1, first // 2, past // 2),
        }


def made(node, w, mask, count, seed):
    """As a training calls it: a seed, where the weights started, new networks, gradients, a callback."""
    offered = {
        "seed": seed,
        "start": weights(seed=90),
        "fresh": weights,
        "callback": SimpleNamespace(scores=weights(seed=91)),
    }
    offered |= {"heads": list(parts()), "gradients": lambda mask, batches: weights(seed=90 + batches)}
    return call(component_at("", node), w, mask, count, **offered)


@pruners
def test_keeps_exactly_the_count_and_nests(node):
    w = weights()
    mask = full(w)
    for count in (300, 200, 37, 1, 0):
        before, mask = mask, made(node, w, mask, count, seed=5)
        assert kept(mask) == count
        assert all(bool((before[name] | ~m).all()) for name, m in mask.items())


@pruners
def test_same_seed_same_mask_and_weights_untouched(node):
    w = weights()
    one, two, other = (made(node, w, full(w), 100, seed=seed) for seed in (5, 5, 2))
    assert same(one, two) and same(w, weights())
    assert same(one, other) == (not accepts(component_at("", node), "seed")), "where a seed is asked for it matters"


def test_some_pruners_draw_and_some_do_not():
    drawing = {path.stem for path, node in NODES if accepts(component_at("", node), "seed")}
    assert {"random", "random_mask", "random_mask_network_ratios"} == drawing


@pytest.fixture(scope="module")
def bert():
    return load_encoder(MODEL_DIR)


@pruners
def test_a_mask_is_portable_between_model_classes(node, bert):
    """A mask of the bare encoder loads into a model without a pooler, and into the encoder of any task's class."""
    w = {name: p.detach() for name, p in prunable(bert).items()}
    offered = {"seed": 3, "start": {n: 0.5 * p for n, p in w.items()}, "callback": SimpleNamespace(scores=w)}
    offered |= {"fresh": lambda seed: fresh_encoder(bert.config, seed).state_dict(), "heads": attention_heads(bert)}
    count = size(w) // 2
    mask = call(component_at("", node), w, full(w), count, gradients=lambda m, n: w, **offered)
    assert kept(mask) == count
    bare = BertModel(bert.config, add_pooling_layer=False)
    for other in (bare, BertForMaskedLM(bert.config).bert, BertForSequenceClassification(bert.config).bert):
        moved = fitted(mask, prunable(other))
        assert moved.keys() == prunable(other).keys()
        assert all(torch.equal(m, mask[name]) for name, m in moved.items() if name in mask)


def test_random_masks_spread_evenly():
    node = next(n for p, n in NODES if p.stem == "random_mask")
    w = {f"m{i}": torch.zeros(100, 100) for i in range(5)}
    shares = [m.float().mean().item() for m in made(node, w, full(w), 10_000, seed=1).values()]
    assert all(abs(share - 0.2) < 0.02 for share in shares)


SUBNETWORKS = [OmegaConf.load(path) for path in sorted(conf_dir().glob("subnetwork/*.yaml"))]
REDRAWS = [config.redraw for config in SUBNETWORKS if "redraw" in config]  # each makes a mask of a ticket's


@pytest.mark.parametrize("node", REDRAWS, ids=lambda node: node._target_)
def test_a_redrawn_mask_keeps_as_many_of_each_matrix_and_is_another_by_its_seed(node):
    w = weights()
    ticket = keep_largest(w, full(w), 200)
    one, again, other = (call(component_at("", node), ticket, seed=seed) for seed in (1, 1, 2))
    for mask in (one, again, other):
        assert {n: int(m.sum()) for n, m in mask.items()} == {n: int(m.sum()) for n, m in ticket.items()}
        check_fits(mask, w)
    assert same(one, again)
    assert not any(torch.equal(one[n], other[n]) or torch.equal(one[n], ticket[n]) for n in w)


def test_a_redrawn_mask_is_uniform_within_a_matrix():
    ticket = {"m": torch.arange(10_000).view(100, 100) < 3_000}
    (node,) = REDRAWS
    mask = call(component_at("", node), ticket, seed=3)["m"]
    assert all(abs(half.float().mean().item() - 0.3) < 0.03 for half in (mask[:50], mask[50:], mask[:, :50]))


def test_every_pruner_file_is_named_by_a_yaml():
    folder = Path(__file__).parents[2] / "lightning_tickets" / "pruning"
    plumbing = {"__init__", "mask", "ranking", "schedule", "callback", "overlap"}
    named = {node._target_.split(".")[-2] for node in [*(n for _, n in NODES), *REDRAWS]}
    assert {path.stem for path in folder.glob("*.py")} - plumbing == named
