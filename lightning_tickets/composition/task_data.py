"""The keys ``files``, ``hub`` and ``rows`` of a task's YAML as a DatasetSpec."""

import json
from typing import Any

from omegaconf import DictConfig, OmegaConf

from lightning_tickets.checks import Check, integer, mapping, null
from lightning_tickets.data.dataset_spec import SPLITS, DatasetSpec, Files, HubSet
from lightning_tickets.data.rows import Columns
from lightning_tickets.errors import UserError

Rows = tuple[tuple[str, int], ...]
NUMBER = Check("a number", lambda value: type(value) in (int, float) and value == value)
LIST = Check("a list", lambda value: isinstance(value, list))
TEXT = Check("a text", lambda value: type(value) in (str, int))
PLACE = Check(
    "the name or the number of a column", lambda place: isinstance(place, str) or (type(place) is int and place >= 0)
)
LABELS = {"labels": LIST, "drop": LIST, "classes": integer(1), "low": NUMBER, "high": NUMBER, "width": integer(1)}


def dataset_spec(task: DictConfig) -> DatasetSpec:
    """UserError naming the first key that is missing or unknown."""
    splits = (*SPLITS, *((mapping | null)("task.further", task.get("further")) or {}))
    files = _node(task, "files", {"folder", "columns", *splits}, {*LABELS})
    hub = _node(task, "hub", {"path", "config", "revision", "columns", *splits}, {*LABELS, "rows"})
    official = _rows("task.rows", task.get("rows"), splits)
    spec = DatasetSpec(
        files
        and Files(
            _text("task.files.folder", files["folder"]),
            _splits("task.files", files, splits),
            _columns("task.files", files),
        ),
        hub and _hub_set(hub, splits, official),
        official,
    )
    for where, part in (("task.files", spec.files), ("task.hub", spec.hub)):
        if part:
            _check_classes(where, part.columns, task)
    return spec


def _check_classes(where: str, columns: Columns, task: DictConfig) -> None:
    """UserError if the rows have another number of labels than the kind of task."""
    given = len(columns.labels) or columns.classes
    outputs = task.kind.get("labels") if isinstance(task.get("kind"), DictConfig) else None
    if given and outputs and given != outputs:
        raise UserError(f"{where} has {given} labels, task.kind.labels={outputs}")


def _hub_set(hub: dict[str, Any], splits: tuple[str, ...], official: Rows) -> HubSet:
    rows = _rows("task.hub.rows", hub.get("rows"), splits) or official
    columns = _columns("task.hub", hub)
    config = None if hub["config"] is None else _text("task.hub.config", hub["config"])
    path, revision = (_text(f"task.hub.{key}", hub[key]) for key in ("path", "revision"))
    return HubSet(path, config, revision, _splits("task.hub", hub, splits), columns, rows)


def _text(key: str, value: Any) -> str:
    """A number as it is written."""
    return str(TEXT(key, value))


def _rows(where: str, given: Any, splits: tuple[str, ...]) -> Rows:
    counts = (mapping | null)(where, given) or {}
    unknown = set(map(str, counts)) - set(splits)
    if unknown:
        raise UserError(f"{where}.{min(unknown)}: expected one of {', '.join(splits)}")
    return tuple((str(split), integer(1)(f"{where}.{split}", count)) for split, count in counts.items())


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


def _splits(where: str, node: dict[str, Any], splits: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((split, _text(f"{where}.{split}", node[split])) for split in splits)


def _labels(key: str, labels: list[Any]) -> tuple[str, ...]:
    """UserError for what YAML reads as neither a text nor a number."""
    for label in labels:
        if not isinstance(label, (str, int, float)) or isinstance(label, bool):
            raise UserError(f"{key}: YAML reads a label as {json.dumps(label)}; quote it, as in ['no', 'yes']")
    if len(set(map(str, labels))) < len(labels):
        raise UserError(f"{key}: expected each label once")
    return tuple(map(str, labels))


def _columns(where: str, node: dict[str, Any]) -> Columns:
    """UserError naming the key whose value is no column and no label."""
    columns = mapping(f"{where}.columns", node["columns"])
    options = {key: check(f"{where}.{key}", node[key]) for key, check in LABELS.items() if key in node}
    options |= {key: _labels(f"{where}.{key}", value) for key, value in options.items() if LABELS[key] is LIST}
    places = tuple((str(name), PLACE(f"{where}.columns.{name}", place)) for name, place in columns.items())
    try:
        return Columns(places, **options)
    except UserError as error:
        raise UserError(f"{where}: {error}") from error
