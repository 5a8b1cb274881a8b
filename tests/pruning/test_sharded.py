"""Weights that lie in parts on four processes are ranked as they are in one, ties and all."""

from __future__ import annotations

import pytest
import torch
from torch import distributed, multiprocessing

from lightning_tickets.pruning.ranking import keep_largest

WORLD = 4
SHAPES = {"a": (10, 7), "b": (3, 5), "c": (2, 64)}


def case(seed):
    """Scores with many ties, some already gone."""
    generator = torch.Generator().manual_seed(seed)
    scores = {n: torch.randint(-4, 5, s, generator=generator) / 4 for n, s in SHAPES.items()}
    return scores, {n: torch.rand(s, generator=generator) < 0.8 for n, s in SHAPES.items()}


def part(values, rank):
    """The consecutive share of each matrix, flat; some are empty, all are of different lengths."""
    cuts = {n: [0, 3, v.numel() // 2, v.numel() // 2, v.numel()] for n, v in values.items()}
    return {n: v.reshape(-1)[cuts[n][rank] : cuts[n][rank + 1]].clone() for n, v in values.items()}


def counts(among):
    total = sum(int(m.sum()) for m in among.values())
    return [0, 1, total // 3, total // 2, total - 1, total]


def worker(rank, folder):
    distributed.init_process_group("gloo", f"file://{folder}/meeting", rank=rank, world_size=WORLD)
    found = {}
    for seed in range(3):
        scores, among = case(seed)
        for signed in (False, True):
            for count in counts(among):
                mine = part(scores, rank), part(among, rank)
                found[seed, signed, count] = keep_largest(*mine, count, signed, sharded=True)
    try:
        keep_largest(*(part(v, rank) for v in case(0)), 10**6, sharded=True)
    except ValueError:
        found["refused"] = True
    torch.save(found, f"{folder}/{rank}.pt")
    distributed.destroy_process_group()


def test_four_parts_are_ranked_as_the_whole(tmp_path):
    multiprocessing.spawn(worker, args=(str(tmp_path),), nprocs=WORLD)
    found = [torch.load(tmp_path / f"{rank}.pt") for rank in range(WORLD)]
    assert all(one.pop("refused") for one in found)
    for seed, signed, count in found[0]:
        scores, among = case(seed)
        whole = keep_largest(scores, among, count, signed)
        assert sum(int(m.sum()) for m in whole.values()) == count
        for name in SHAPES:
            together = torch.cat([one[seed, signed, count][name] for one in found])
            assert torch.equal(together, whole[name].reshape(-1)), (seed, signed, count, name)


@pytest.mark.parametrize("seed", range(3))
def test_the_cases_have_ties_at_the_threshold(seed):
    scores, among = case(seed)
    count = counts(among)[2]
    mask = keep_largest(scores, among, count)
    least = min(scores[n].abs()[mask[n]].min() for n in SHAPES if mask[n].any())
    assert sum(int(((scores[n].abs() == least) & among[n]).sum()) for n in SHAPES) > 1
