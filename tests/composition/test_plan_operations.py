"""A plan's operations: an upper bound until texts are tokenised, then those of the batches that trainings make."""

import json

import pytest

from lightning_tickets.composition import operations
from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.problems import build_problem, mixed
from lightning_tickets.composition.single import run_of
from lightning_tickets.data.pocket import Pocket
from lightning_tickets.errors import UserError
from lightning_tickets.models.folders import pocket
from lightning_tickets.seeds import derive
from lightning_tickets.tasks.batches import TrainingOrder
from lightning_tickets.tickets import examples

EPOCH = ["training.steps=null", "training.epochs=1", "training.batch_size=8", "data.train_limit=400"]


@pytest.fixture
def planned(tmp_path, monkeypatch):
    """The problem of some overrides, after its texts have been tokenised or before."""

    monkeypatch.setattr(examples, "_known", {})  # nothing is remembered of other folders

    def plan(*overrides, tokenised=False):
        config = compose_config([*EPOCH, f"paths.root={tmp_path}", *overrides])
        if tokenised:
            examples.load_splits(run_of(config).problem, Pocket(), pocket(), tmp_path / "cache")
        return build_problem(config)

    return plan


def test_an_upper_bound_before_the_texts_are_tokenised(planned):
    bound, known = planned("task=cola").cost.operations, planned("task=cola", tokenised=True).cost.operations
    assert bound.at_most and not known.at_most and 0 < known.count < bound.count
    sizes = pocket().sizes()
    assert bound.count == 50 * sizes.step("classification", [48] * 8, packed=False)


@pytest.mark.parametrize("left", [0, 6, 4000])
def test_an_incomplete_file_of_tokenised_texts_counts_as_none(planned, tmp_path, left):
    bound = planned("task=cola").cost.operations
    planned("task=cola", tokenised=True)
    (file,) = (tmp_path / "cache").glob("cola-train-*.arrow")
    file.write_bytes(file.read_bytes()[:left])
    operations._mean.cache_clear()
    operations._lengths.cache_clear()
    assert planned("task=cola").cost.operations == bound


@pytest.mark.parametrize("task", ["cola", "rte", "mlm", "squad"])
@pytest.mark.parametrize("batches", ["pool=1", "pool=10", "packed=true"])
def test_they_are_those_of_the_batches_of_an_epoch(planned, tmp_path, task, batches):
    found = planned(f"task={task}", f"training.{batches}", tokenised=True)
    problem = found.problem
    lengths = examples.load_splits(problem, Pocket(), pocket(), tmp_path / "cache")[1].train.lengths
    settings, seed = problem.training, derive(1, "order", 1)
    order = TrainingOrder(lengths, settings.batch_size, found.cost.steps, settings.pool, seed)
    sizes = pocket().sizes()
    steps = (sizes.step(found.family, [lengths[i] for i in batch], settings.packed) for batch in order)
    assert found.cost.operations.count == pytest.approx(sum(steps), rel=0.03)


def test_seconds_follow_from_the_rate_of_the_device(planned):
    timed, rated = planned("task=cola"), planned("task=cola", "trainer.device_tflops=0.5")
    assert timed.cost.seconds == 50 * 0.016
    assert rated.cost.seconds == pytest.approx(rated.cost.operations.count / 0.5e12)
    assert rated.problem == timed.problem and rated.search_cost == rated.cost


def test_the_rate_is_taken_from_what_the_benchmark_of_a_gpu_wrote(planned, tmp_path):
    """That of the precision and the batches of the config."""
    rates = {("float32", "padded"): 2.0, ("tf32", "packed"): 3.0}
    lines = [{"precision": p, "batches": b, "trainer.device_tflops": rate} for (p, b), rate in rates.items()]
    (tmp_path / "card.json").write_text(json.dumps({"device": lines}))
    given = f"trainer.device_tflops={tmp_path}/card.json"
    assert planned("task=cola", given).cost == planned("task=cola", "trainer.device_tflops=2").cost
    tf32 = ["training.matmul=tf32", "training.packed=true"]
    assert planned("task=cola", *tf32, given).cost == planned("task=cola", *tf32, "trainer.device_tflops=3").cost
    with pytest.raises(UserError, match="no rate of tf32 padded batches"):
        planned("task=cola", "training.matmul=tf32", given)
    for damaged, message in (
        ({"device": 5}, "or what `make bench-gpu` has written"),
        ({"device": [lines[0] | {"trainer.device_tflops": 0}]}, "expected a number > 0"),
    ):
        (tmp_path / "card.json").write_text(json.dumps(damaged))
        with pytest.raises(UserError, match=message):
            planned("task=cola", given)


def test_a_mix_trains_as_many_steps_as_its_first_task(planned):
    """Each step has a batch of every task, or of one of them."""
    mlm, cola = (planned(f"task={task}", "training.steps=10", "training.epochs=null").cost for task in ("mlm", "cola"))
    longer = cola.times(5)
    both, one = mixed([mlm, longer], sampled=False), mixed([mlm, longer], sampled=True)
    assert (both.steps, one.steps, mixed([longer, mlm], sampled=False).steps) == (10, 10, 50)
    assert both.seconds == pytest.approx(mlm.seconds + cola.seconds) and one.seconds == pytest.approx(both.seconds / 2)
    assert both.operations.count == pytest.approx(mlm.operations.count + cola.operations.count)
    assert mixed([mlm], sampled=False) == mlm


def test_the_rate_is_no_part_of_a_runs_name(planned):
    plain, rated = (run_of(compose_config(more)) for more in ([], ["trainer.device_tflops=11"]))
    assert plain == rated and plain.name == rated.name
