"""How a composed config says that trainings go, and where things lie; each value is checked where it is read."""

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from lightning_tickets import checks
from lightning_tickets.checks import checked_settings, mapping, null, number, positive, wandb_name
from lightning_tickets.components import Component
from lightning_tickets.composition.components import component_at
from lightning_tickets.errors import UserError, unknown
from lightning_tickets.training.config import PACKING, Hardware, Training
from lightning_tickets.training.loggers import OFFERED, LoggerConfig

OF_SEARCH = sorted(f.name for f in fields(Training) if "check" in f.metadata)  # what training.search may have
ADAMW = "adamw"  # the stable name of the default optimiser, which is left out of a run's name
RATE = "trainer.device_tflops"


def training(config: DictConfig, search: bool = False) -> Training:
    """Of a scored training, or of a round of a search, where ``training.search`` may say otherwise.

    UserError for a value out of range, or unless exactly one of steps and epochs is given.
    """
    optimizer = component_at("optimizer", config.optimizer, ("settings",), given=1)
    is_default = optimizer == Component(ADAMW, 1)
    searched = (mapping | null)("training.search", config.training.search) or {}
    if further := [f"training.search.{key}" for key in searched if key not in OF_SEARCH]:
        raise UserError(unknown("config key", further[0], [f"training.search.{key}" for key in OF_SEARCH]))
    given = {**config.training, **(searched if search else {})}
    settings = Training(**checked_settings(Training, "training", given), optimizer=None if is_default else optimizer)
    if (settings.steps is None) == (settings.epochs is None):
        raise UserError("training.steps, training.epochs: expected an integer for one of the two, null for the other")
    return replace(settings, packing=PACKING) if settings.packed else settings


def hardware(config: DictConfig, single: bool) -> Hardware:
    """Only a single run names each training where there is no terminal for bars."""
    known = {f.name for f in fields(Hardware)} | {"lease", "device_tflops"}
    if further := [str(key) for key in config.trainer if key not in known]:
        raise UserError(unknown("config key", f"trainer.{further[0]}", [f"trainer.{key}" for key in sorted(known)]))
    settings = Hardware(**checked_settings(Hardware, "trainer", config.trainer))
    return replace(settings, progress=settings.progress and single)


def root(config: DictConfig) -> Path:
    """The folder that everything is left in."""
    return Path(checks.folder("paths.root", config.paths.root)).expanduser()


def cache(config: DictConfig) -> Path:
    """The folder of tokenised data."""
    return Path(checks.folder("paths.cache", config.paths.cache)).expanduser()


def logger(config: DictConfig) -> LoggerConfig:
    """The logger of curves; UserError for one that needs what no training has."""
    component = component_at("logger", config.logger, OFFERED)
    protocol = str(config.protocol.get("name", ""))
    settings = LoggerConfig(component, root(config) / "curves", scale=str(config.scale), protocol=protocol)
    if settings.kind == "wandb":
        check_wandb("logger.", dict(component.options))
    return settings


def check_wandb(prefix: str, options: Mapping[str, Any]) -> None:
    """UserError for a ``project`` or an ``entity`` that W&B does not take."""
    for key in options.keys() & {"project", "entity"}:
        wandb_name(f"{prefix}{key}", options[key])


def lease(config: DictConfig) -> float:
    """Seconds without a heartbeat after which another worker takes over."""
    return float(number(1)("trainer.lease", config.trainer.lease))


def device_tflops(config: DictConfig) -> float | None:
    """TFLOP/s that trainings reach on the device, from which plans tell hours; None without a measurement.

    Given as a number, or as the file that ``make bench-gpu`` has written.
    """
    given = config.trainer.get("device_tflops")
    rate: float | None = _measured_tflops(given, config) if isinstance(given, str) else (positive | null)(RATE, given)
    return rate


def _measured_tflops(file: str, config: DictConfig) -> float:
    """The rate in the precision of the config, of its packed or padded batches."""
    try:
        lines = json.loads(Path(file).read_text(encoding="utf-8"))["device"]
        rates = {(line["precision"], line["batches"]): line[RATE] for line in lines}
    except (OSError, ValueError, KeyError, TypeError):
        raise UserError(f"{RATE}={file}: expected a number > 0, or what `make bench-gpu` has written") from None
    halves, tf32 = config.training.precision == "bf16-mixed", config.training.matmul == "tf32"
    precision = "bfloat16" if halves else "tf32" if tf32 else "float32"
    wanted = (precision, "packed" if config.training.packed else "padded")
    if wanted not in rates:
        raise UserError(f"{RATE}={file}: it has no rate of {' '.join(wanted)} batches")
    return float(positive(f"{file}: {RATE}", rates[wanted]))


def stop_below(config: DictConfig) -> float | None:
    """How far below its first round's score a round may be before its search ends; None for any."""
    limit: float | None = (number(0) | null)("ticket.stop_below", config.ticket.stop_below)
    return limit
