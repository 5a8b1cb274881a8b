"""What a training reads: rows and a pre-trained network, from wherever the config says."""

from __future__ import annotations

import warnings

from hydra.utils import instantiate
from omegaconf import DictConfig

from lightning_tickets.composition.task_data import dataset_spec
from lightning_tickets.composition.values import checked
from lightning_tickets.data.hub import Hub
from lightning_tickets.data.local import Local
from lightning_tickets.data.pocket import Pocket
from lightning_tickets.data.source import Source
from lightning_tickets.errors import PartialData
from lightning_tickets.models.folders import Pretrained

SOURCES = ("pocket", "local", "hub")


def source(config: DictConfig) -> Source:
    """Where rows come from; files and data sets are read as the task's own YAML says."""
    kind = checked("data.source", config.data.source, SOURCES)
    if kind == "pocket":
        return Pocket()
    specs = {task.name: dataset_spec(task) for task in _tasks(config)}
    return Hub(specs) if kind == "hub" else Local(config.data.root, specs)


def folder(config: DictConfig) -> Pretrained:
    """The pre-trained network's folder."""
    found: Pretrained = instantiate(config.model)
    return found


def fetch(config: DictConfig) -> None:
    """Data and weights at hand, downloaded if need be; UserError where they cannot be had."""
    for task in _tasks(config):
        source(config).fetch(task.name)
    folder(config).fetch()


def _tasks(config: DictConfig) -> list[DictConfig]:
    """The task that is scored, and those that its ticket is found on."""
    return [config.task, *config.sources.values()]


def corpora(config: DictConfig) -> list[str]:
    """What a table has to say of the text of masked language modelling, for which the paper names none."""
    texts = [task.name for task in _tasks(config) if task.family == "masked_lm"]
    return [f"The text of {name}: {source(config).about(name)}." for name in texts]


def tell_parts(config: DictConfig, counts: dict[str, int]) -> None:
    """A warning where a split has not the official number of rows."""
    official = dict(dataset_spec(config.task).official) if config.data.source == "local" else {}
    for split, count in counts.items():
        if count != official.get(split, count):
            told = f"task={config.task.name}: {split} has {count} rows, officially {official[split]}"
            warnings.warn(told, PartialData, stacklevel=2)
