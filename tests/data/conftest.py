"""What the YAMLs say of their data, and the samples written out."""

from __future__ import annotations

import pytest

from lightning_tickets.composition.task_data import layout
from lightning_tickets.data.layout import Layout
from tests.commands import TASKS, compose_each


@pytest.fixture(scope="session")
def layouts() -> dict[str, Layout]:
    """Of every task in conf/."""
    return {name: layout(config.task) for name, config in compose_each([], "task", TASKS).items()}
