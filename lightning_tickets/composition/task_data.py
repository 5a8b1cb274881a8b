"""The keys ``files``, ``hub`` and ``rows`` of a task's YAML as a DatasetSpec."""

from typing import Any

from omegaconf import DictConfig, OmegaConf

from lightning_tickets.checks import integer
from lightning_tickets.data.dataset_spec import SPLITS, DatasetSpec, Files, HubSet
from lightning_tickets.data.rows import Columns
from lightning_tickets.errors import UserError

Rows = tuple[tuple[str, int], ...]
LABELS = {"labels", "classes", "low", "high", "drop", "width"}


def dataset_spec(task: DictConfig) -> DatasetSpec:
    """UserError naming the first key that is missing or unknown."""
    splits = (*SPLITS, *task.get("further", {}))
    files = _node(task, "files", {"folder", "columns", *splits}, LABELS)
    hub = _node(task, "hub", {"path", "config", "revision", "columns", *splits}, LABELS | {"rows"})
    official = _rows("task.rows", task.get("rows", {}), splits)
    for where, node in (("task.files", files), ("task.hub", hub)):
        _check_classes(where, node or {}, task)
    return DatasetSpec(
        files and Files(str(files["folder"]), _splits(files, splits), _columns("task.files", files)),
        hub and _hub_set(hub, splits, official),
        official,
    )


def _check_classes(where: str, node: dict[str, Any], task: DictConfig) -> None:
    """UserError if the rows have another number of labels than the kind of task."""
    given = len(node.get("labels", ())) or node.get("classes")
    outputs = task.kind.get("labels") if isinstance(task.get("kind"), DictConfig) else None
    if given and outputs and given != outputs:
        raise UserError(f"{where} has {given} labels, task.kind.labels={outputs}")


def _hub_set(hub: dict[str, Any], splits: tuple[str, ...], official: Rows) -> HubSet:
    rows = _rows("task.hub.rows", hub.get("rows", {}), splits) or official
    columns = _columns("task.hub", hub)
    config = None if hub["config"] is None else str(hub["config"])
    return HubSet(str(hub["path"]), config, str(hub["revision"]), _splits(hub, splits), columns, rows)


def _rows(where: str, given: Any, splits: tuple[str, ...]) -> Rows:
    unknown = set(given) - set(splits)
    if unknown:
        raise UserError(f"{where}.{min(unknown)}: expected one of {', '.join(splits)}")
    return tuple((str(split), integer(1)(f"{where}.{split}", count)) for split, count in given.items())


def _node(task: DictConfig, name: str, needed: set[str], optional: set[str]) -> Any:
    if task.get(name) is None:
        return None
    if not isinstance(task[name], DictConfig):
        raise UserError(f"task.{name}: expected a mapping with {', '.join(sorted(needed))}")
    node: Any = OmegaConf.to_container(task[name])
    for keys, problem in ((needed - set(node), "is missing"), (set(node) - needed - optional, "is unknown")):
        if keys:
            known = ", ".join(sorted(needed | optional))
            raise UserError(f"task.{name}.{min(map(str, keys))} {problem}: the keys are {known}")
    return node


def _splits(node: dict[str, Any], splits: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((split, str(node[split])) for split in splits)


def _columns(where: str, node: dict[str, Any]) -> Columns:
    columns = node["columns"]
    if not isinstance(columns, dict) or not all(isinstance(place, (str, int)) for place in columns.values()):
        raise UserError(f"{where}.columns: expected a mapping to names or numbers of columns")
    options: dict[str, Any] = {key: node[key] for key in LABELS & set(node)}
    options |= {key: tuple(map(str, value)) for key, value in options.items() if isinstance(value, list)}
    try:
        return Columns(tuple((str(name), place) for name, place in columns.items()), **options)
    except (UserError, TypeError) as error:
        raise UserError(f"{where}: {error}") from error
