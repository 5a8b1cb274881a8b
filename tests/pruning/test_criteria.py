"""Criteria other than magnitude: each against its definition, written out."""

from types import SimpleNamespace

import pytest
import torch
from torch import nn

from lightning_tickets.models.attention_heads import attention_heads
from lightning_tickets.models.encoder import load_encoder, prunable
from lightning_tickets.pocket import MODEL_DIR
from lightning_tickets.pruning.attention_heads import block, heads
from lightning_tickets.pruning.mask import full, kept, size
from lightning_tickets.pruning.movement import Movement, movement
from lightning_tickets.pruning.ranking import keep_largest
from lightning_tickets.pruning.snip import snip
from lightning_tickets.pruning.two_four import two_four
from lightning_tickets.tickets.workbench import Workbench
from tests.checks import largest_by_sorting, same


def weights(shape=(12, 8), matrices=3, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return {f"layer.{i}.weight": torch.randn(shape, generator=generator) for i in range(matrices)}


def flat(mask):
    return torch.cat([m.reshape(-1) for m in mask.values()])


def test_movement_keeps_the_largest_signed_sums():
    sums = {"w": torch.tensor([[3.0, -9.0], [0.5, -0.1]])}
    assert movement(sums, full(sums), 3, SimpleNamespace(scores=sums))["w"].tolist() == [[True, False], [True, True]]


def test_movement_is_the_sum_of_minus_weight_times_gradient():
    torch.manual_seed(0)
    encoder = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2))
    watch, expected = Movement(["0.weight"]), torch.zeros(3, 4)
    module = SimpleNamespace(encoder=encoder)
    watch.on_fit_start(None, module)
    optimizer = torch.optim.SGD(encoder.parameters(), lr=0.1)
    for _ in range(4):
        optimizer.zero_grad()
        (encoder(torch.randn(5, 4)) ** 2).mean().backward()
        expected -= encoder[0].weight.detach() * encoder[0].weight.grad
        watch.on_before_optimizer_step(None, module, optimizer)
        optimizer.step()
    assert torch.allclose(watch.scores["0.weight"], expected, atol=1e-7) and expected.abs().max() > 0
    assert set(watch.scores) == {"0.weight"}


def test_snip_ranks_by_weight_times_gradient_at_theta(context, tiny_run):
    run = tiny_run("task=cola", "subnetwork=snip", "sparsity=50")
    bench = Workbench(run.problem, context)
    w, whole = bench.prunable, full(bench.prunable)
    gradient = bench.gradients(whole, 3, seed=5)
    count = size(w) // 2
    mask = snip(w, whole, count, lambda m, n: bench.gradients(m, n, seed=5), batches=3)
    scores = torch.cat([(w[n] * gradient[n]).abs().reshape(-1) for n in w])
    assert scores[flat(mask)].min() >= scores[~flat(mask)].max() and kept(mask) == count
    assert not torch.equal(flat(mask), flat(keep_largest(w, whole, count)))


def test_gradients_without_a_training_are_computed_with_the_threads_of_one(context, tiny_run, monkeypatch):
    """Not with as many as the process has, which differ between a single run and a sweep's worker."""
    monkeypatch.setattr(torch, "set_num_threads", (asked := []).append)
    bench = Workbench(tiny_run("task=cola", "training.threads=3").problem, context)
    bench.gradients(full(bench.prunable), 1, seed=5)
    assert asked == [3]


def test_the_gradient_is_the_mean_over_batches_of_the_subnetwork_without_dropout(context, tiny_run):
    """Against one backward pass over all of the batches at once, each of eight examples."""
    bench = Workbench(tiny_run("task=rte", "training.pool=1").problem, context)
    w = bench.prunable
    half = keep_largest(w, full(w), size(w) // 2)
    ours, again = (bench.gradients(half, 5, seed=9) for _ in range(2))
    assert same(ours, again)
    encoder = load_encoder(context.folder.path)
    (part,) = bench.parts(encoder, 9, None)
    for name, p in prunable(encoder).items():
        p.data.mul_(half[name])
    examples = list(part.splits.train)
    batch = part.kind.collate(examples, None)
    encoded = encoder(**{n: batch[n] for n in ("input_ids", "token_type_ids", "attention_mask")})
    part.head.eval()
    part.kind.loss(part.head(encoded, batch), batch).backward()
    assert len(examples) == 5 * 8
    for name, p in prunable(encoder).items():
        assert torch.allclose(ours[name], p.grad, atol=1e-6), name


@pytest.mark.parametrize("shape", [(12, 8), (5, 4), (7, 64)])
def test_half_of_the_weights_are_two_of_each_four_the_largest(shape):
    w = weights(shape)
    mask = two_four(w, full(w), size(w) // 2)
    for name, m in mask.items():
        groups, sizes = m.view(-1, 4), w[name].abs().view(-1, 4)
        assert (groups.sum(1) == 2).all()
        for group, values in zip(groups, sizes, strict=True):
            assert values[group].min() >= values[~group].max()


def test_the_pattern_is_reached_over_rounds_of_changing_weights():
    mask = full(weights())
    for round_number, share in enumerate((0.9, 0.7, 0.6, 0.5, 0.4, 0.1)):
        w = weights(seed=round_number)
        mask = two_four(w, mask, round(share * size(w)))
        per_group = torch.cat([m.view(-1, 4).sum(1) for m in mask.values()])
        assert per_group.max() <= (4 if share > 0.5 else 2)
        assert per_group.min() >= (2 if share >= 0.5 else 0)


HEADS = [{"layer.0.weight": (0, 4 * h, 4 * h + 4), "layer.1.weight": (1, 2 * h, 2 * h + 2)} for h in range(3)]
EACH = 4 * 8 + 12 * 2  # the weights of a head


def is_cut(mask, head):
    return not any(block(mask[name], place).any() for name, place in head.items())


def test_heads_go_whole_the_smallest_mean_magnitude_first():
    w = weights()
    w["layer.0.weight"][4:8] *= 0.01
    w["layer.1.weight"][:, 2:4] *= 0.01
    mask = heads(w, full(w), size(w) - EACH, HEADS)
    assert is_cut(mask, HEADS[1])
    assert kept(mask) == size(w) - EACH and mask["layer.2.weight"].all()


def test_the_last_head_goes_in_part_and_is_the_next_to_go_on():
    w = weights()
    part = heads(w, full(w), size(w) - EACH // 2, HEADS)
    touched = [head for head in HEADS if any(not block(part[n], place).all() for n, place in head.items())]
    assert len(touched) == 1 and kept(part) == size(w) - EACH // 2
    assert is_cut(heads(weights(seed=5), part, size(w) - EACH, HEADS), touched[0])


def test_beyond_all_heads_the_smallest_of_the_rest_go():
    w = weights()
    count = size(w) - 3 * EACH - 10
    mask = heads(w, full(w), count, HEADS)
    assert all(is_cut(mask, head) for head in HEADS)
    free = full(w)  # what belongs to no head
    for head in HEADS:
        for name, place in head.items():
            block(free[name], place).fill_(False)
    assert same(mask, largest_by_sorting(w, free, count))


def test_the_heads_of_the_pocket_bert_tile_its_attention():
    encoder = load_encoder(MODEL_DIR)
    of_model, matrices = attention_heads(encoder), prunable(encoder)
    assert len(of_model) == encoder.config.num_hidden_layers * encoder.config.num_attention_heads
    seen = {name: torch.zeros_like(w) for name, w in matrices.items()}
    for head in of_model:
        assert len(head) == 4
        for name, place in head.items():
            block(seen[name], place).add_(1)
    attention = {name for head in of_model for name in head}
    assert all((seen[name] == (1 if name in attention else 0)).all() for name in matrices)
    assert {name.rsplit(".", 3)[-2] for name in attention} == {"query", "key", "value", "dense"}


def test_a_head_that_is_cut_is_a_head_of_the_model():
    """Cutting a head's block from the output matrix is the same as cutting it from the value matrix."""
    outputs, sentence = [], torch.arange(6, 14)[None]
    for part in ("value", "output.dense"):
        encoder = load_encoder(MODEL_DIR)
        head = attention_heads(encoder)[5]
        (name,) = [n for n in head if part in n]
        block(prunable(encoder)[name].data, head[name]).zero_()
        if part == "value":
            encoder.get_parameter(name.replace("weight", "bias")).data[head[name][1] : head[name][2]] = 0
        outputs.append(encoder(sentence).last_hidden_state)
    assert torch.allclose(*outputs, atol=1e-5)
    assert not torch.allclose(outputs[0], load_encoder(MODEL_DIR)(sentence).last_hidden_state, atol=1e-3)
