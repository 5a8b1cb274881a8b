"""What the YAMLs say of their data, and the samples written out."""

import pytest

from lightning_tickets.composition.task_data import dataset_spec
from lightning_tickets.data.dataset_spec import DatasetSpec
from tests.commands import TASKS, compose_each


@pytest.fixture(scope="session")
def specs() -> dict[str, DatasetSpec]:
    """Of every task in conf/."""
    return {name: dataset_spec(config.task) for name, config in compose_each([], "task", TASKS).items()}
