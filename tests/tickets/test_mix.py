"""Several tasks trained together on one encoder, each with a head: against a plain loop, bit for bit."""

import pytest

from lightning_tickets.pruning.mask import full
from lightning_tickets.runs.store import OBJECT
from lightning_tickets.tickets.rewinding import rewound_to
from lightning_tickets.tickets.search import find_ticket
from lightning_tickets.tickets.workbench import Workbench
from lightning_tickets.training.loaders import MultiTaskLoader
from tests.checks import same
from tests.tickets.artefacts import round_ticket
from tests.tickets.plain_loop import PlainLoop

STEPS = 9
SHORT = [f"training.steps={STEPS}", "training.warmup=0.0", "sparsity=20"]


def test_summed_losses_equal_the_plain_loop(context, tiny_run):
    run = tiny_run("task=rte", "source=mlm+cola+squad", *SHORT)
    search = run.mask.search
    assert search.tasks == "mlm+cola+squad" and search.mix.loss == "summed"
    find_ticket(run.mask, context)
    benches = [Workbench(problem, context) for problem in search.problems]
    mask = full(benches[0].prunable)
    for number in (1, 2):
        plain = PlainLoop(benches, context.folder.path, search.seed)
        plain.train(mask, number)
        mask = plain.prune(mask, number)
        assert same(mask, round_ticket(context, run, number)), f"round {number}"


def test_a_round_scores_every_task_of_the_mix(context, tiny_run):
    run = tiny_run("task=rte", "source=mlm+cola", *SHORT)
    find_ticket(run.mask, context)
    result = context.store.read(run.mask.name, "result.json", OBJECT)
    assert result["metric"] == "accuracy"
    assert {"accuracy", "cola.matthews", "cola.accuracy", "cola.f1"} <= set(result["metrics"])


def test_each_task_has_its_own_loader_which_is_cycled(context, tiny_run):
    """40 rows in batches of 8 are five steps: nine of them begin a second epoch of each task."""
    run = tiny_run("task=rte", "source=mlm+cola", *SHORT)
    bench = Workbench(run.mask.search.problem, context, run.mask.search.mix)
    lengths = [len(part.splits.train) for part in bench.parts(bench._encoder, 0, None)]
    assert lengths == [40, 40] and bench.steps == STEPS > 40 / 8


def test_the_leading_task_says_how_it_is_trained(tiny_run):
    mlm, cola = (tiny_run("task=rte", f"source={source}").mask.search for source in ("mlm+cola", "cola+mlm"))
    assert (mlm.problem.task.name, cola.problem.task.name) == ("mlm", "cola")
    assert mlm.name != cola.name


def test_a_sampled_step_is_of_one_task_drawn_by_its_own_generator():
    loaders = [list(range(100)), list(range(100, 200)), list(range(200, 300))]
    taken, again, other = (
        [next(iter(step.items())) for step in MultiTaskLoader(loaders, [], 90, drawn_by=seed)] for seed in (7, 7, 8)
    )
    assert taken == again != other
    counts = [sum(part == k for part, _ in taken) for k in range(3)]
    assert all(18 <= n <= 42 for n in counts), counts
    for k in range(3):
        assert [batch for part, batch in taken if part == k] == loaders[k][: counts[k]], "in the loader's order"
    assert all(len(step) == 1 for step in MultiTaskLoader(loaders, [], 5, drawn_by=7))
    assert all(set(step) == {0, 1, 2} for step in MultiTaskLoader(loaders, [], 5, drawn_by=None))


def test_sampling_is_another_chain_and_trains(context, tiny_run):
    summed, sampled = (tiny_run("task=rte", "source=mlm+cola", *SHORT, f"mix={how}") for how in ("summed", "sampled"))
    assert summed.mask.search.name != sampled.mask.search.name
    assert not same(find_ticket(summed.mask, context), find_ticket(sampled.mask, context))


def test_how_a_mix_is_trained_says_nothing_where_there_is_none(tiny_run):
    assert tiny_run("task=rte", "mix=sampled") == tiny_run("task=rte", "mix=summed")


@pytest.mark.parametrize("rewind", ["0.4", "none"])
def test_a_mix_rewinds_encoder_and_all_heads(context, tiny_run, rewind, trained):
    run = tiny_run("task=rte", "source=mlm+cola", f"rewind={rewind}", *SHORT)
    find_ticket(run.mask, context)
    point = rewound_to(run.mask.rounds[0], context.store)
    assert len(point.heads) == 2
    second = trained[run.mask.rounds[1].name].start
    assert same(second.theta, point.encoder)
    assert all(same(given, kept) for given, kept in zip(second.gamma, point.heads, strict=True))
    assert "out.weight" in second.gamma[1]
