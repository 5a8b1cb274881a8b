"""What a ticket says of its search leads back to the command, for every kind of search."""

import shlex

import pytest

from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.search_command import search_command
from lightning_tickets.composition.single import run_of
from lightning_tickets.runs.identity import described


def searched(*overrides: str):
    return run_of(compose_config(["job=find", *overrides])).ticket


@pytest.mark.parametrize(
    "overrides",
    [
        "task=rte sparsity=70",
        "task=cola sparsity=50 rewind=0.1 ticket.seed=4 seed=5",
        "task=cola sparsity=50 rewind=none pruner=movement pooler=dense",
        "task=cola sparsity=50 rewind=rate rewind.fraction=0.2 pruner=two_four",
        "task=cola sparsity=50 pruner=random",
        "task=cola sparsity=50 pruner=layerwise",
        "task=mlm sparsity=40 protocol=released_code",
        "task=sst2 source=mlm+cola sparsity=30 training.steps=9 data.train_limit=50 training.clip=null",
        "task=mlm sparsity=19 ticket.examples=172 schedule=geometric",
        "task=mnli sparsity=60 scale=paper",
        "task=mnli sparsity=60 protocol.mnli_metric=mismatched_accuracy training.packed=true",
        "task=mlm sparsity=40 protocol.mlm_evaluation=drawn data=pocket_large",
        "task=mlm sparsity=40 protocol=released_code protocol.prunes_first=[] protocol.mlm_evaluation=null",
        "task=cola sparsity=40 protocol.prunes_first=[classification] model=pocket_wide",
        "task=cola sparsity=40 optimizer=sgd optimizer.momentum=0.5 training.learning_rate=0.05",
        "task=cola sparsity=40 scale=pocket_low_rate source=cola+mlm training.packed=true",
    ],
)
def test_the_command_searches_for_the_same_ticket(overrides):
    ticket = searched(*overrides.split())
    command = search_command(described(ticket))
    assert command is not None and command.startswith("lightning-tickets run job=find ")
    assert searched(*shlex.split(command)[3:]) == ticket


def test_a_search_by_what_is_not_in_the_suite_has_no_command():
    spec = described(searched("task=rte", "sparsity=70"))
    spec["chain"]["problem"]["model"]["fingerprint"] = "0" * 16
    assert search_command(spec) is None
