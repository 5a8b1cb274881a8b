"""A problem's rows as tokenised examples, kept on disk for every run on the same rows with the same tokenizer."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from lightning_tickets.checks import word
from lightning_tickets.components import call
from lightning_tickets.data.cache import Examples, load_or_build
from lightning_tickets.data.source import Source
from lightning_tickets.errors import UserError
from lightning_tickets.models.encoder import load_tokenizer, token_types
from lightning_tickets.models.folders import Pretrained
from lightning_tickets.tasks.kind import Kind
from lightning_tickets.tickets.problem import Problem
from lightning_tickets.tickets.tokenised import examples_path, row_limit
from lightning_tickets.training.config import HELD_OUT
from lightning_tickets.training.loaders import Splits

_known: dict[tuple[Problem, Path], tuple[Kind, Splits]] = {}


def load_splits(problem: Problem, source: Source, folder: Pretrained, cache: Path) -> tuple[Kind, Splits]:
    """The task's kind and its splits, remembered for the next run of the process on the same problem.

    UserError if data or network are no longer those that the problem is of.
    """
    _check_unchanged(problem, source, folder)
    key = (problem, folder.path)
    if key not in _known:
        if len(_known) >= 16:
            _known.clear()
        kind: Kind = call(problem.task.kind)
        kind.prepare(load_tokenizer(folder.path), problem.training.max_length)
        types, own = token_types(folder.path), [metric.name for metric in problem.task.metrics]
        word(*kind.metrics, *own, *(name for _, name in problem.task.further))("task.metric", problem.task.metric)
        for name in set(own) & set(kind.metrics):
            raise UserError(f"task.metrics.{name}: {problem.task.kind.name} has a metric of this name")

        def split(name: str, of: str = "", rows: slice | None = None) -> Examples:
            """``of`` names the split of the source that it is a part of."""
            chosen = rows or slice(row_limit(problem, name))
            chosen_rows = islice(source.rows(problem.task.name, of or name), chosen.start, chosen.stop)
            most = problem.data.examples if name == "train" else None
            path = examples_path(problem, name, folder, cache)
            examples = load_or_build(path, islice(_encoded(kind, problem, chosen_rows), most))
            return _whole(problem, name, examples, types)

        further = {metric: split(name) for name, metric in problem.task.further}
        train, held_out = slice(problem.data.train_limit), None
        if problem.data.holdout:
            rows = source.counts(problem.task.name)["train"]
            train = slice(problem.data.trained(rows))
            held_out = split(HELD_OUT, "train", problem.data.held_out(rows))
        _known[key] = kind, Splits(split("train", rows=train), split("dev"), further, held_out)
    return _known[key]


def _check_unchanged(problem: Problem, source: Source, folder: Pretrained) -> None:
    task, path = problem.task.name, folder.path
    if source.fingerprint(task) != problem.data.fingerprint:
        raise UserError(f"task={task}: the data have changed since the command began: start it again")
    if folder.fingerprint() != problem.model.fingerprint:
        raise UserError(f"{path}: the network has changed since the command began: start it again")


def _encoded(kind: Kind, problem: Problem, rows: Any) -> Iterator[dict[str, Any]]:
    try:
        yield from kind.encode(rows)
    except UserError as error:
        raise UserError(f"task={problem.task.name}: {error}") from error


def _whole(problem: Problem, split: str, examples: Examples, types: int | None) -> Examples:
    if not len(examples):
        length = problem.training.max_length
        raise UserError(f"task={problem.task.name}: {split} gives no example of training.max_length={length} tokens")
    if types is not None and examples.types > types:
        given = f"the tokenizer gives {examples.types} token types, the network has {types} (type_vocab_size)"
        raise UserError(f"task={problem.task.name}: {given}; expected no more")
    return examples
