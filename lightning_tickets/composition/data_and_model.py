"""The data source and the pre-trained network that a config selects."""

import warnings

from omegaconf import DictConfig

from lightning_tickets.checks import word
from lightning_tickets.components import call
from lightning_tickets.composition.components import component_at
from lightning_tickets.composition.task_data import dataset_spec
from lightning_tickets.data.hub import Hub
from lightning_tickets.data.local import Local
from lightning_tickets.data.pocket import Pocket
from lightning_tickets.data.source import Source
from lightning_tickets.errors import PartialData, UserError
from lightning_tickets.models.folders import Pretrained

SOURCES = ("pocket", "local", "hub")


def data_source(config: DictConfig) -> Source:
    """The source of rows. Each task's YAML says how its files or its hub data set are read."""
    kind = word(*SOURCES)("data.source", config.data.source)
    if kind == "pocket":
        return Pocket(config.data.size)
    specs = {task.name: dataset_spec(task) for task in _tasks(config)}
    return Hub(specs) if kind == "hub" else Local(config.data.root, specs)


def model_folder(config: DictConfig) -> Pretrained:
    """The pre-trained network's folder."""
    component = component_at("model", config.model, ())
    network = call(component)
    if not isinstance(network, Pretrained):
        raise UserError(f"model: {component.target} gives no network; the functions are in models/folders.py")
    return network


def fetch(config: DictConfig) -> None:
    """Download data and weights that are missing; UserError if they are not available."""
    for task in _tasks(config):
        data_source(config).fetch(task.name)
    model_folder(config).fetch()


def _tasks(config: DictConfig) -> list[DictConfig]:
    """The target task, and the tasks that its ticket is searched on."""
    return [config.task, *config.sources.values()]


def corpora(config: DictConfig) -> list[str]:
    """A note for tables on the text used for masked language modelling: the paper names no corpus."""
    texts = [task.name for task in _tasks(config) if task.family == "masked_lm"]
    return [f"The text of {name}: {data_source(config).about(name)}." for name in texts]


def warn_partial_data(config: DictConfig, counts: dict[str, int]) -> None:
    """Warn of each split without the official row count."""
    official = dict(dataset_spec(config.task).official) if config.data.source == "local" else {}
    for split, count in counts.items():
        if count != official.get(split, count):
            message = f"task={config.task.name}: {split} has {count} rows, officially {official[split]}"
            warnings.warn(message, PartialData, stacklevel=2)
