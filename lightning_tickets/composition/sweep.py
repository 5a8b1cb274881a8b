"""From what is typed after ``run -m`` (or ``plan``, ``report``) to the cells that it asks for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from itertools import product
from typing import Any

from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from hydra.utils import instantiate
from omegaconf import DictConfig

from lightning_tickets.composition import settings
from lightning_tickets.composition.compose import composed
from lightning_tickets.composition.overrides import one_line, parsed
from lightning_tickets.composition.setting import Setting
from lightning_tickets.composition.swept import Sweep, outcome
from lightning_tickets.errors import UserError
from lightning_tickets.published.numbers import published_sparsity
from lightning_tickets.runs.store import Store
from lightning_tickets.studies.cell import WITHOUT_SPARSITY, Cell
from lightning_tickets.studies.sparsities import RULES, highest_winning

AXES = ("task", "subnetwork", "sparsity", "seed")
SEARCHPATH = "hydra.searchpath"


def sweep_of(arguments: Sequence[str], guess: bool = False) -> Sweep:
    """UserError for anything in the arguments that does not compose or is out of range.

    With ``guess`` the printed sparsity stands in for that of a winning ticket that is not known yet.
    """
    overrides = parsed(arguments)
    if any(o.key_or_group == "job" for o in overrides):
        raise UserError("job: a sweep finds the tickets that its cells need by itself; give it to a single run")
    given = {o.key_or_group: o for o in overrides}
    if "experiment" in given and given["experiment"].value() is not None:
        return _experiment(overrides, guess)
    return _typed(overrides)


def _experiment(overrides: Sequence[Override], guess: bool) -> Sweep:
    """The cells of a study; its axes are set by its own keys."""
    for override in overrides:
        if override.key_or_group in AXES or override.is_sweep_override():
            raise UserError(
                f"{override.input_line}: an experiment has axes of its own: set study.tasks=[…], study.seeds=[…] or "
                "the keys of its exhibits"
            )
    config = composed([_line(o) for o in overrides])
    nodes = config.study.get("exhibits", {})
    with one_line():
        exhibits = tuple(instantiate(node, _convert_="all") for node in nodes.values())
    common, root = [_line(o) for o in overrides if not _of_study(o)], settings.root(config)
    curves = list(dict.fromkeys(cell for exhibit in exhibits for cell in exhibit.curve_cells()))
    known = _winning(Setting(common, curves), Store(root / "runs"), curves) if curves else {}

    def found(task: str, rule: str) -> int | None:
        at = known.get((task, rule))
        return published_sparsity(task) if guess and at is None else at

    cells = curves + [cell for exhibit in exhibits for cell in exhibit.cells(found)]
    setting = Setting(common, cells)
    wanted = tuple(map(setting.wanted, setting.cells))
    settled = None not in known.values()
    return Sweep(config.study.name, config.study.title, root, wanted, exhibits, setting, config.scale, found, settled)


def _winning(setting: Setting, store: Store, curves: Sequence[Cell]) -> dict[tuple[str, str], int | None]:
    """By task and rule, from whatever is in the store."""
    seeds: dict[str, dict[int, None]] = {}
    for cell in curves:
        seeds.setdefault(cell.task, {})[cell.seed] = None
    lookup = cache(partial(outcome, setting, store))
    return {
        (task, rule): highest_winning(task, rule, list(own), lookup) for task, own in seeds.items() for rule in RULES
    }


def _line(override: Override) -> str:
    """The override as it was typed."""
    return str(override.input_line)


def _of_study(override: Override) -> bool:
    key = override.key_or_group
    return key == "experiment" or (key.startswith(("study", "hydra")) and key != SEARCHPATH)


def _typed(overrides: Sequence[Override]) -> Sweep:
    """The product of everything that was given several values."""
    axes = {o.key_or_group: _values(o) for o in overrides if o.key_or_group in AXES}
    rest = [o for o in overrides if o.key_or_group not in AXES and not _of_study(o)]
    common = [_line(o) for o in rest if not o.is_sweep_override()]
    varied = list(product(*(_lines(o) for o in rest if o.is_sweep_override())))
    base = composed([*common, *varied[0]])
    setting = Setting(common, [cell for options in varied for cell in _cells(axes, base, options)])
    return Sweep(
        "sweep", "Sweep", settings.root(base), tuple(map(setting.wanted, setting.cells)), (), setting, base.scale
    )


def _cells(axes: dict[str, list[Any]], base: DictConfig, options: tuple[str, ...]) -> list[Cell]:
    tasks = axes.get("task", [base.task.name])
    rows = axes.get("subnetwork", [base.subnetwork.name])
    levels = axes.get("sparsity", [base.sparsity])
    seeds = axes.get("seed", [base.seed])
    return [
        Cell(t, r, 0 if r in WITHOUT_SPARSITY else s, n, options) for t, r, s, n in product(tasks, rows, levels, seeds)
    ]


def _values(override: Override) -> list[Any]:
    """The values of an axis, as Hydra's grammar reads each."""
    values = [parsed([line])[0].value() for line in _lines(override)]
    wrong = [value for value in values if isinstance(value, (list, dict)) or value is None]
    if wrong:
        raise UserError(f"{_line(override)}: {wrong[0]} is no {override.key_or_group}; several are written a,b,c")
    return values


def _lines(override: Override) -> list[str]:
    """The overrides that a swept key stands for, one a value."""
    if not override.is_sweep_override():
        return [_line(override)]
    prefix = _line(override).partition("=")[0]
    try:
        return [f"{prefix}={text}" for text in override.sweep_string_iterator()]
    except HydraException as error:
        raise UserError(f"{_line(override)}: allowed are lists, {prefix}=a,b,c, and range(1,4)") from error
