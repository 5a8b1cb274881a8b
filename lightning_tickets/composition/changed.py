"""What a spec says that its scale's defaults do not: the settings that ``store list`` shows with an artefact."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from omegaconf import DictConfig

from lightning_tickets.components import Component
from lightning_tickets.composition import data_and_model, settings
from lightning_tickets.composition.compose import GroupComposer
from lightning_tickets.composition.groups import group_options, scales
from lightning_tickets.runs.hashed_as import stable_name
from lightning_tickets.runs.identity import described
from lightning_tickets.tickets.listing import at, search_of

DATA = ("train_limit", "dev_limit", "holdout")
PROTOCOL = ("head", "horizon", "prunes_first")
NO_SETTINGS = ("is", "version", "partial_batch", "packing")
SAME_AT_ALL_SCALES = {
    "optimizer": None,
    "pruner": "magnitude",
    "schedule": "linear",
    "ticket.examples": None,
    "rewind": "weights",
    "protocol.prunes_first": False,
    "mix.loss": "summed",
}


def changed_settings(spec: dict[str, Any]) -> dict[str, Any]:
    """By config key, in so far as they differ from the defaults of the scale with the fewest differences.

    A task of the user's own is compared with the most similar one of the suite.
    """
    search = search_of(spec)
    problem = at(spec, "problem") or at(search, "problem")
    own, task = _settings(problem, search), str(at(problem, "task", "name"))
    nearest: dict[str, Any] | None = None
    for scale in scales():
        defaults = _defaults(scale, "row" not in spec)
        for one in [defaults[task]] if task in defaults else defaults.values():
            differences = {key: value for key, value in own.items() if key in one and value != one[key]}
            if nearest is None or len(differences) < len(nearest):
                nearest = differences
        if not nearest:
            break
    return nearest or {}


def _settings(problem: Any, search: Any) -> dict[str, Any]:
    """What they say, by the config keys that it comes from; nothing for a key that they lack."""
    training, data = at(problem, "training"), at(problem, "data")
    found = {f"training.{key}": _named(value) for key, value in _items(training) if key not in NO_SETTINGS}
    found["optimizer"] = found.pop("training.optimizer", None)
    found |= {f"data.{key}": value for key, value in _items(data) if key in DATA}
    found |= {
        "data": at(data, "source"),
        "model": at(problem, "model", "name"),
        "pooler": at(problem, "model", "pooler"),
    }
    found |= {f"protocol.{key}": value for key, value in _items(search) if key in PROTOCOL}
    found |= {"ticket.examples": at(search, "problem", "data", "examples"), "rewind": at(search, "rewinds")}
    schedule = at(search, "schedule", "is")
    found |= {"pruner": _named(at(search, "pruner")), "schedule": schedule and str(schedule).lower()}
    found |= {"schedule.per_round": at(search, "schedule", "per_round"), "mix.loss": at(search, "mix", "loss")}
    return {key: value for key, value in found.items() if value is not None or key.startswith(("training.", "data."))}


def _named(value: Any) -> Any:
    """A component by its stable name, with its options; other values as they are."""
    if at(value, "is") != Component.tag:
        return value
    options = ",".join(f"{key}={option}" for key, option in at(value, "options") or [])
    return stable_name(str(at(value, "target"))) + (f"({options})" if options else "")


def _items(value: Any) -> Iterable[tuple[str, Any]]:
    return value.items() if isinstance(value, dict) else ()


@cache
def _defaults(scale: str, search: bool) -> dict[str, dict[str, Any]]:
    """By task of the suite; of a training that is scored, or of a round of a search."""
    tasks = group_options()["task"]
    composer = GroupComposer([f"scale={scale}"], {"task": tasks})
    return {task: _default(composer.at(task=task), search) for task in tasks}


def _default(config: DictConfig, search: bool) -> dict[str, Any]:
    training = described(settings.training(config, search))
    found = {f"training.{key}": value for key, value in training.items() if key not in NO_SETTINGS}
    found |= {"model": data_and_model.model_folder(config).name, "pooler": config.pooler, "data": config.data.source}
    found |= {f"data.{key}": config.data[key] for key in DATA}
    found |= {f"protocol.{key}": config.protocol[key] for key in ("head", "horizon")}
    return {**found, **SAME_AT_ALL_SCALES, "schedule.per_round": config.schedule.per_round}
