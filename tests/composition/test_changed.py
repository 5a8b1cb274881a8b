"""Which settings of an artefact its scale's defaults do not say."""

import pytest

from lightning_tickets.composition.changed import changed_settings
from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.single import run_of
from lightning_tickets.runs.identity import described
from lightning_tickets.tickets.listing import row_of

RELEASED = {"protocol.head": "carried", "protocol.horizon": "chain"}


@pytest.mark.parametrize(
    ("overrides", "run", "search"),
    [
        ("task=cola", {}, {}),
        ("task=wnli subnetwork=full", {}, None),
        ("task=mnli source=mlm+squad", {}, {}),
        ("task=mnli source=mlm+squad mix.loss=sampled", {"mix.loss": "sampled"}, {"mix.loss": "sampled"}),
        ("task=cola training.steps=10", {"training.steps": 10}, {"training.steps": 10}),
        ("task=cola +training.search.steps=10", {}, {"training.steps": 10}),
        ("task=cola protocol=released_code", RELEASED, RELEASED),
        ("task=cola rewind=rate rewind.fraction=0.1", {"rewind": "rate"}, {"rewind": "rate"}),
        ("task=cola pruner=random", {"pruner": "random"}, {"pruner": "random"}),
        ("task=cola sparsity=19 schedule=geometric", {"schedule": "geometric"}, {"schedule": "geometric"}),
        ("task=cola optimizer=sgd", {"optimizer": "sgd(momentum=0.9,nesterov=False)"}, None),
        ("task=cola schedule.per_round=5", {"schedule.per_round": 5}, {"schedule.per_round": 5}),
        ("task=cola pooler=dense data.holdout=0.1", {"pooler": "dense", "data.holdout": 0.1}, None),
        ("task=cola ticket.examples=100", {"ticket.examples": 100}, {"ticket.examples": 100}),
        ("task=cola training.clip=2 seed=4 subnetwork=full", {"training.clip": 2.0}, None),
    ],
)
def test_only_what_differs_is_named(overrides, run, search):
    spec = run_of(compose_config(["sparsity=50", *overrides.split()]))
    assert changed_settings(described(spec)) == run
    assert search is None or changed_settings(described(spec.ticket)) == search


def test_a_task_of_ones_own_is_held_against_the_nearest_of_the_suite():
    spec = described(run_of(compose_config(["task=cola", "subnetwork=full", "training.clip=2"])))
    spec["problem"]["task"]["name"] = "mine"
    assert changed_settings(spec) == {"training.clip": 2.0}


def test_a_mix_is_told_from_the_task_that_leads_it():
    sources = []
    for source in ("mlm", "mlm+squad"):
        spec = described(run_of(compose_config(["task=cola", f"source={source}", "sparsity=50"])))
        sources.append(row_of("a", spec, None, None)["source"])
    assert sources == ["mlm", "mlm+squad"]


@pytest.mark.parametrize("spec", [{}, {"problem": 5}, {"problem": {"training": [], "task": {"name": []}}}, {"mask": 1}])
def test_a_spec_of_a_stranger_has_none(spec):
    assert changed_settings(spec) == {}
