"""The exhibits of a study as its config describes them, checked before anything is trained."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from hydra.utils import get_object, instantiate
from omegaconf import DictConfig

from lightning_tickets.checks import mapping, name, null, text, word
from lightning_tickets.composition.components import declaration_at
from lightning_tickets.composition.overrides import line_of, one_line_errors, parse_overrides
from lightning_tickets.composition.problems import known_metrics
from lightning_tickets.errors import UserError
from lightning_tickets.studies.claims import TABLE_NAME
from lightning_tickets.studies.exhibits.base import ExhibitSpec
from lightning_tickets.studies.exhibits.grid import Grid
from lightning_tickets.studies.exhibits.measured_grid import MeasuredGrid
from lightning_tickets.studies.over_tasks import FIGURE, TABLE
from lightning_tickets.tickets.problem import Task

NOT_OF_ROWS = ("seed", "seeds", "sparsity", "study", "experiment", "paths", "hydra", "job")


def exhibits_of(config: DictConfig) -> tuple[ExhibitSpec, ...]:
    """UserError for a node that describes no table or figure."""
    nodes = (mapping | null)("study.exhibits", config.study.get("exhibits")) or {}
    exhibits = tuple(_exhibit(f"study.exhibits.{one}", node, config.study.seeds) for one, node in nodes.items())
    names = Counter((TABLE_NAME, *(shown for exhibit in exhibits for shown in _shown_names(exhibit))))
    for one, number in names.items():
        if number > 1:
            raise UserError(f"study.exhibits: two tables or figures would have the name {one}; expected another one")
    return exhibits


def _shown_names(exhibit: ExhibitSpec) -> Iterator[str]:
    """Of itself, and of what a report shows beside it over all tasks."""
    yield exhibit.name
    if isinstance(exhibit, Grid) and exhibit.over_tasks:
        yield from (shown.format(exhibit.name) for shown in (TABLE, FIGURE))


def _exhibit(key: str, node: Any, seeds: Any) -> ExhibitSpec:
    """``seeds`` are those of every exhibit of the study; null: the exhibit's own."""
    target, _ = declaration_at(key, node)
    kind = get_object(target)
    if not isinstance(kind, type) or not issubclass(kind, ExhibitSpec):
        raise UserError(f"{key}: {target} is no exhibit; its class inherits from studies/exhibits/base.py")
    common = {} if seeds is None else {"seeds": seeds}
    with one_line_errors():
        exhibit: ExhibitSpec = instantiate(node, **common, _convert_="all", _recursive_=False, _partial_=False)
    name(f"{key}.name", exhibit.name)
    for part in ("title", "caption", "question"):
        text(f"{key}.{part}", getattr(exhibit, part))
    return exhibit.with_known(place=key)


def check_metrics(exhibits: Iterable[ExhibitSpec], tasks: Iterable[Task]) -> None:
    """UserError for a metric of an exhibit that its task does not have."""
    known = {task.name: known_metrics(task) for task in tasks}
    for exhibit in exhibits:
        for task, metrics in exhibit.metrics.items() if isinstance(exhibit, MeasuredGrid) else ():
            for metric in metrics:
                word(*(known.get(task) or metrics))(exhibit.key(f"metrics.{task}"), metric)


def check_row_options(options: Iterable[str]) -> None:
    """UserError for what no row of an exhibit can set by itself."""
    for one in parse_overrides([*options]):
        if one.is_sweep_override():
            raise UserError(f"{line_of(one)}: expected one value in a row of an exhibit")
        if one.key_or_group.split(".")[0] in NOT_OF_ROWS:
            raise UserError(
                f"{line_of(one)}: cannot be set for one row; expected a setting of a training, or sparsity=50"
            )
