"""From a composed config to the frozen specs; each value is checked where it is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from lightning_tickets.composition.inputs import folder, source, tell_parts
from lightning_tickets.composition.values import checked, fraction, integer, number, optional_integer
from lightning_tickets.errors import UserError
from lightning_tickets.fingerprints import file_checksum
from lightning_tickets.pruning.schedule import Linear
from lightning_tickets.tickets.journal import KINDS, MODES, Journal
from lightning_tickets.tickets.spec import (
    AnyMask,
    Chain,
    Component,
    Data,
    DrawnMask,
    GivenMask,
    Model,
    Problem,
    RedrawnMask,
    Run,
    Task,
    TicketMask,
)
from lightning_tickets.training.settings import Hardware, Training

POOLERS = ("pruned", "dense")
MASKS = ("none", "ticket", "drawn", "redrawn", "given")
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
}


def component(node: DictConfig) -> Component:
    """A ``_target_`` with its version and options."""
    options = {str(k): v for k, v in node.items() if k not in ("_target_", "version")}
    return Component(node._target_, integer(1)("version", node.version), tuple(sorted(options.items())))


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
    if not isinstance(config.trainer.progress, bool):
        raise UserError(f"trainer.progress={config.trainer.progress}: allowed are true, false")
    recompute = optional_integer(1)("trainer.recompute_from", config.trainer.recompute_from)
    return Hardware(accelerator, config.trainer.progress and single, recompute)


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


def problem(config: DictConfig) -> Problem:
    """What is trained, the subnetwork left open; data and weights enter by their fingerprints."""
    task, data, place = config.task, config.data, folder(config)
    rows = source(config)
    tell_parts(config, rows.counts(task.name))
    settings = training(config)
    print_of_model, positions = place.fingerprint(), place.max_length()
    if positions is not None and settings.max_length > positions:
        raise UserError(f"training.max_length={settings.max_length}: the model has {positions} positions")
    further = tuple((str(split), str(name)) for split, name in task.get("further", {}).items())
    return Problem(
        Task(task.name, component(task.kind), task.metric, further),
        Data(
            data.source,
            rows.fingerprint(task.name),
            optional_integer(1)("data.train_limit", data.train_limit),
            optional_integer(1)("data.dev_limit", data.dev_limit),
        ),
        Model(place.name, print_of_model, checked("pooler", config.pooler, POOLERS)),
        settings,
    )


def schedule(config: DictConfig) -> Linear:
    return Linear(integer(1, 99)("schedule.per_round", config.schedule.per_round))


def chain(config: DictConfig, on: Problem) -> Chain:
    """The search for a ticket on a problem."""
    seed = integer(0)("ticket.seed", config.ticket.seed)
    return Chain(on, component(config.pruner), schedule(config), seed, rewind=rewind(config))


def rewind(config: DictConfig) -> float | None:
    """A fraction of training, 0 for the pre-trained weights, None for standard pruning."""
    named = {"pretrained": 0.0, "none": None}
    value = config.rewind
    if isinstance(value, str) and value in named:
        return named[value]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1:
        raise UserError(f"rewind={value}: allowed are pretrained, none, and a fraction of training between 0 and 1")
    return float(value)


def on_schedule(config: DictConfig, sparsity: Any) -> int:
    """The sparsity asked for; UserError if no round of the schedule ends at it."""
    wanted: int = integer(1, 99)("sparsity", sparsity)
    schedule(config).rounds_to(wanted)
    return wanted


def run(config: DictConfig, on: Problem, sparsity: Any, seed: Any) -> Run:
    """A row of the tables on a problem: the subnetwork that ``config.subnetwork`` describes.

    UserError for a sparsity off the schedule where the row has one, or a ticket scored by the seed that found it.
    """
    row = config.subnetwork
    mask = _mask(config, on, sparsity)
    found = Run(row.name, on, mask, component(row.initialization), integer(0)("seed", seed))
    if found.ticket is not None and seed == found.ticket.chain.seed:
        raise UserError(f"seed={seed}: ticket.seed={seed} finds the ticket, so another seed has to score it")
    return found


def _mask(config: DictConfig, on: Problem, sparsity: Any) -> AnyMask | None:
    """What ``subnetwork.mask`` says: none, a chain's ticket, one drawn of θ0, one drawn after a ticket, or a file's."""
    row = config.subnetwork
    kind = checked("subnetwork.mask", row.mask, MASKS)
    if kind == "none":
        return None
    if kind == "given":
        return GivenMask(file_checksum(mask_file(config))[:16])
    percent = on_schedule(config, sparsity)
    if kind == "drawn":
        return DrawnMask(component(row.pruner), percent)
    ticket = TicketMask(chain(config, on), percent)
    return ticket if kind == "ticket" else RedrawnMask(ticket, component(row.redraw))


def mask_file(config: DictConfig) -> Path:
    """Where the mask of ``subnetwork=given`` lies; UserError unless it is a file."""
    path = Path(str(config.ticket.file or "")).expanduser()
    if not path.is_file():
        raise UserError(f"ticket.file={config.ticket.file}: allowed is the file of a mask, ours or a released one")
    return path


def seconds(config: DictConfig, on: Problem) -> float:
    """The estimate for one training before anything has been timed."""
    examples = 0
    if on.training.steps is None:
        examples = source(config).counts(on.task.name)["train"]
        examples = min(examples, on.data.train_limit or examples)
    per_step = float(number(0)("training.seconds_per_step", config.training.seconds_per_step))
    return on.training.total_steps(examples) * per_step
