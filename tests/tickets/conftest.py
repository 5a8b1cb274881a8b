"""Watched trainings."""

from types import SimpleNamespace

import pytest

from lightning_tickets.tickets.workbench import Workbench


@pytest.fixture
def trained(monkeypatch) -> dict[str, SimpleNamespace]:
    """The start and the mask of every training, by its name; none is trained twice."""
    trainings, train = {}, Workbench.train

    def watched(self, spec, start, mask, *rest, **more):
        assert spec.name not in trainings
        trainings[spec.name] = SimpleNamespace(start=start, mask={n: m.clone() for n, m in mask.items()})
        return train(self, spec, start, mask, *rest, **more)

    monkeypatch.setattr(Workbench, "train", watched)
    return trainings
