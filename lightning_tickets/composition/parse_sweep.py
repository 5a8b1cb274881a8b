"""From what is typed after ``run -m`` (or ``plan``, ``report``) to the sweep that it asks for."""

import gc
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from typing import Any

from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import DictConfig, ListConfig, OmegaConf

from lightning_tickets.checks import Check, name, text
from lightning_tickets.composition import asked
from lightning_tickets.composition.cell_product import CellProduct
from lightning_tickets.composition.cells import CellComposer
from lightning_tickets.composition.compose import compose_whole, with_globs, with_group, without_hydra
from lightning_tickets.composition.exhibits import check_metrics, check_row_options, exhibits_of
from lightning_tickets.composition.overrides import line_of, missing_keys, parse_overrides
from lightning_tickets.composition.sparsity import PERCENT, level_of, percentage
from lightning_tickets.composition.subnetworks import is_pruned
from lightning_tickets.composition.sweep import PROGRAM, Sweep
from lightning_tickets.errors import UserError
from lightning_tickets.runs.snapshot import Snapshot
from lightning_tickets.studies.sparsities import PUBLISHED, RULES, Sparsity
from lightning_tickets.tickets.reader import Reader

AXES = ("task", "subnetwork", "sparsity", "seed")
ALIASES = {"sparsity.percent": "sparsity"}
PER_CELL = ("source", "mix")  # always a cell's own options: a task's curve is of its own tickets
SEARCHPATH = "hydra.searchpath"
ANY = 50  # per cent, where cells are listed for their tasks and rows only

SEEDS = Check("a list with at least one seed", lambda value: isinstance(value, ListConfig) and len(value) > 0)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Without the search for unreachable cycles: it would look through all configs time and again and find none."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


@missing_keys()
@_no_collection()
def parse_sweep(
    arguments: Sequence[str], assume_published: bool = False, reading: Callable[[Snapshot], Reader] = Reader
) -> Sweep:
    """UserError for anything in the arguments that does not compose or is out of range.

    With ``assume_published`` the published sparsity stands in for that of a winning ticket that is not known yet.
    ``reading`` makes what reads the store.
    """
    overrides = with_globs(parse_overrides(arguments))
    if any(o.key_or_group == "job" for o in overrides):
        raise UserError("job: a sweep finds the tickets that its cells need by itself; give it to a single run")
    given = {o.key_or_group: o for o in overrides}
    is_study = "experiment" in given and given["experiment"].value() is not None
    return (_parse_study if is_study else _parse_product)(overrides, assume_published, reading)


def _parse_study(overrides: Sequence[Override], assume_published: bool, reading: Callable[[Snapshot], Reader]) -> Sweep:
    """The exhibits of a study; its axes are set by its own keys."""
    for override in overrides:
        if override.key_or_group == "experiment" and not isinstance(override.value(), str):
            raise UserError(f"{line_of(override)}: expected one experiment")
        if override.key_or_group.split(".")[0] in AXES or override.is_sweep_override():
            raise UserError(
                f"{line_of(override)}: an experiment has axes of its own: set study.tasks=[…], study.seeds=[…] or "
                "the keys of its exhibits"
            )
    whole = compose_whole([line_of(o) for o in overrides])
    config = without_hydra(whole)
    exhibits = exhibits_of(config)
    cells = [cell for exhibit in exhibits for cell in (*exhibit.cells(lambda *_: ANY), *exhibit.curve_cells())]
    check_row_options(dict.fromkeys(option for cell in cells for option in cell.options))
    composer = CellComposer(
        [line_of(o) for o in overrides if not _is_hidden(o)],
        [cell.task for cell in cells],
        [cell.subnetwork for cell in cells],
        [cell.options for cell in cells],
    )
    check_metrics(exhibits, map(composer.task, cells))
    known = composer.without_sparsity()
    exhibits = tuple(one.with_known(without_sparsity=known) for one in exhibits)
    return Sweep(
        name("study.name", config.study.name),
        text("study.title", config.study.title),
        exhibits,
        composer,
        whole,
        assume_published,
        tuple(map(line_of, overrides)),
        asked.changes(overrides),
        asked.is_of_paper(whole),
        reading,
    )


def _parse_product(
    overrides: Sequence[Override], assume_published: bool, reading: Callable[[Snapshot], Reader]
) -> Sweep:
    """The product of everything that was given several values."""
    axes = {_axis(o): _values(o) for o in overrides if _axis(o) in AXES}
    rest = [o for o in overrides if _axis(o) not in AXES]
    swept = [o for o in rest if o.is_sweep_override() or o.key_or_group in PER_CELL]
    for one in (o for o in swept if o.key_or_group.startswith("paths")):
        raise UserError(f"{line_of(one)}: expected one value, since a sweep has one store")
    common = [line_of(o) for o in rest if o not in swept and not _is_hidden(o)]
    options = tuple(product(*map(lines_of, swept)))
    levels = tuple(map(_level, axes["sparsity"])) if "sparsity" in axes else ()
    rules = [level for level in levels if level in RULES]
    if rules and (other := [o for o in swept if o.key_or_group not in PER_CELL]):
        allowed = "task, subnetwork, source, mix and seed"
        raise UserError(f"{line_of(other[0])}: with sparsity={rules[0]} only {allowed} can sweep")
    tasks, rows = tuple(axes.get("task", ())), tuple(axes.get("subnetwork", ()))
    rows_of_curves = ("full", "imp") if rules else ()
    hidden = [line_of(o) for o in rest if o not in swept and _is_hidden(o)]
    composer = CellComposer(common, tasks, (*rows, *rows_of_curves), ((), *options), hidden)
    base = composer.base
    for override in (o for o in overrides if o.key_or_group.startswith(("study.", "seeds."))):
        raise UserError(f"{line_of(override)}: expected with experiment=…; the seeds of a sweep are seed=1,2")
    cells = CellProduct(
        tasks=tasks or (base.task.name,),
        rows=rows or (base.subnetwork.name,),
        sparsities=levels or (level_of(base),),
        seeds=tuple(axes.get("seed", (base.seed,))),
        options=options,
        without_sparsity=composer.without_sparsity(),
    )
    return Sweep("sweep", "Sweep", [cells], composer, composer.whole, assume_published, reading=reading)


@missing_keys()
def with_known_sparsity(config: DictConfig, overrides: Sequence[str]) -> DictConfig:
    """A single run's config with the percentage in place of a rule, looked up in the store.

    UserError with the command that makes the curve if it is not there, or if no ticket wins.
    """
    level = level_of(config) if is_pruned(config.subnetwork) else 0
    if level not in RULES:
        return config
    task, seeds = config.task.name, ",".join(map(str, SEEDS("sparsity.seeds", config.sparsity.seeds)))
    apart = (*AXES, *PER_CELL, "sparsity.seeds", "job")
    own = [line_of(o) for o in parse_overrides(overrides) if _axis(o) not in apart]
    line = [f"task={task}", f"sparsity={level}", f"seed={seeds}", *own]
    sweep = parse_sweep(line)
    percent = sweep.winning_sparsity(task, level)
    if percent is None:
        for damage in sweep.reader.unreadable.values():
            raise UserError(damage)
        curve_line = [f"task={task}", "subnetwork=full,imp", "sparsity=range(10,100,10)", f"seed={seeds}", *own]
        raise UserError(f"sparsity={level}: task={task} has no curve yet: {PROGRAM} -m {shlex.join(curve_line)}")
    if not percent:
        raise UserError(f"sparsity={level}: no ticket of task={task} wins at any sparsity of its curve")
    return with_group(config, "sparsity", OmegaConf.create({"name": PERCENT, "percent": percent}))


def _axis(override: Override) -> str:
    return ALIASES.get(override.key_or_group, override.key_or_group)


def _is_hidden(override: Override) -> bool:
    """Whether it is no part of a cell's command: what a study draws, and how Hydra shows and launches."""
    key = override.key_or_group
    return key == "experiment" or (key.startswith(("study", "seeds", "hydra")) and key != SEARCHPATH)


def _level(value: Any) -> Sparsity:
    return value if value in (PUBLISHED, *RULES) else percentage(value)


def _values(override: Override) -> list[Any]:
    """The values of an axis, as Hydra's grammar reads each."""
    values = [parse_overrides([line])[0].value() for line in lines_of(override)]
    wrong = [value for value in values if isinstance(value, (list, dict)) or value is None]
    if wrong:
        raise UserError(f"{line_of(override)}: {wrong[0]} is not a {_axis(override)}; several are written a,b,c")
    if len(set(values)) < len(values):
        raise UserError(f"{line_of(override)}: expected each value once")
    return values


def lines_of(override: Override) -> list[str]:
    """The overrides that a swept key stands for, one for each value."""
    if not override.is_sweep_override():
        return [line_of(override)]
    prefix = line_of(override).partition("=")[0]
    refused = UserError(f"{line_of(override)}: expected a list {prefix}=a,b,c or a range(1,4)")
    try:
        lines = [f"{prefix}={text}" for text in override.sweep_string_iterator()]
    except HydraException as error:
        raise refused from error
    if not lines:
        raise refused
    return lines
