"""How a composed config says that trainings go, and where things lie; each value is checked where it is read."""

from __future__ import annotations

from pathlib import Path

from omegaconf import DictConfig

from lightning_tickets.composition.values import boolean, checked, fraction, integer, number, optional_integer
from lightning_tickets.errors import UserError
from lightning_tickets.tickets.journal import KINDS, MODES, Journal
from lightning_tickets.training.settings import Hardware, Training

ACCELERATORS = ("cpu", "gpu")
PRECISIONS = ("32-true", "bf16-mixed", "16-mixed")
TRAINING = {
    "steps": optional_integer(1),
    "epochs": optional_integer(1),
    "batch_size": integer(1),
    "max_length": integer(4),
    "learning_rate": number(0),
    "head_learning_rate": number(0),
    "beta1": fraction,
    "beta2": fraction,
    "epsilon": number(0),
    "weight_decay": number(0),
    "clip": number(0),
    "warmup": fraction,
    "pool": integer(1),
    "threads": integer(1),
    "packed": boolean,
}


def training(config: DictConfig) -> Training:
    """UserError for a value out of range, or unless exactly one of steps and epochs is given."""
    given = config.training
    values = {name: check(f"training.{name}", given[name]) for name, check in TRAINING.items()}
    if (values["steps"] is None) == (values["epochs"] is None):
        raise UserError("training.steps, training.epochs: one of the two has to be a number, the other null")
    precision = checked("training.precision", given.precision, PRECISIONS)
    return Training(**values, precision=precision)


def hardware(config: DictConfig, single: bool) -> Hardware:
    """Only a single run shows a bar for each training, a sweep has one for all."""
    accelerator = checked("trainer.accelerator", config.trainer.accelerator, ACCELERATORS)
    progress = boolean("trainer.progress", config.trainer.progress)
    recompute = optional_integer(1)("trainer.recompute_from", config.trainer.recompute_from)
    deterministic = boolean("trainer.deterministic", config.trainer.deterministic)
    every = config.trainer.checkpoint_every
    every = None if every is None else float(number(0)("trainer.checkpoint_every", every))
    return Hardware(accelerator, progress and single, recompute, deterministic, every)


def root(config: DictConfig) -> Path:
    """The folder that everything is left in."""
    if not isinstance(config.paths.root, str) or not config.paths.root:
        raise UserError(f"paths.root={config.paths.root}: allowed is the path of a folder")
    return Path(config.paths.root)


def cache(config: DictConfig) -> Path:
    """The folder of tokenised data."""
    if not isinstance(config.paths.cache, str) or not config.paths.cache:
        raise UserError(f"paths.cache={config.paths.cache}: allowed is the path of a folder")
    return Path(config.paths.cache)


def journal(config: DictConfig) -> Journal:
    """Where curves go."""
    given = config.logger
    return Journal(
        checked("logger.kind", given.kind, KINDS),
        root(config) / "curves",
        given.project,
        given.group,
        "online" if checked("logger.mode", given.mode, MODES) == "online" else "offline",
    )


def lease(config: DictConfig) -> float:
    """Seconds without a sign of life after which another worker takes over."""
    seconds = float(number(0)("trainer.lease", config.trainer.lease))
    if seconds < 1:
        raise UserError(f"trainer.lease={config.trainer.lease}: allowed are seconds, at least 1")
    return seconds


def stop_below(config: DictConfig) -> float | None:
    """How far below its first round's score a round may be before its chain is searched no further; None for any."""
    given = config.ticket.stop_below
    return None if given is None else float(number(0)("ticket.stop_below", given))
