"""Results as data frames: of a store, of an experiment, and the numbers that the paper prints."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from lightning_tickets.composition import settings
from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.groups import group_options
from lightning_tickets.composition.overrides import quoted
from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.errors import Damaged, UserError
from lightning_tickets.published.numbers import OTHERS, PAPER, PUBLISHED, published_table
from lightning_tickets.runs.hashed_as import stable_name
from lightning_tickets.runs.maintenance import artefacts
from lightning_tickets.runs.store import Store
from lightning_tickets.tickets.listing import at, result_of, row_of, search_of, spec_of

NUMBERS = ("value", "std", "sparsity")


def results(
    place: str | Path | None = None, *overrides: str, root: str | Path | None = None, **filters: Any
) -> pd.DataFrame:
    """A row for each scored training and each round of a search (row ``find``), by name.

    ``place`` is the name of an experiment (``"paper"``), of which its runs and the searches that they need are given,
    or else a folder of results (``paths.root``). ``overrides`` are those that the experiment was run with
    (``"scale=small"``). ``root`` is the folder that an experiment is read from; both default to the configured one.

    Columns: those of ``store list``, its ``path``, when and by which version it was made, every metric as a fraction,
    and the settings by their keys (``training.steps``), those of the search below ``search``. A filter keeps the rows
    whose column has the value, or one of a list. UserError for an unknown column or place, and where nothing is left.
    """
    is_experiment = isinstance(place, str) and place in group_options()["experiment"]
    if overrides and not is_experiment:
        raise UserError(f"results: {overrides[0]}: with overrides expected the name of an experiment first")
    for line in (line for line in overrides if line.startswith("paths.root=")):
        raise UserError(f"results: {line}: expected the folder as root=")
    if place is not None and not is_experiment:
        if root is not None:
            raise UserError(f"results: {place} is no experiment: with root= expected the name of one")
        root = place
    folder = Path(root).expanduser() if root is not None else settings.root(compose_config([]))
    if root is not None and not folder.is_dir():
        raise UserError(f"results: {folder} is neither a folder nor an experiment")
    store = Store(folder / "runs")
    own = _of_experiment([f"experiment={place}", *overrides], folder) if is_experiment else None
    names = [name for name in artefacts(store) if own is None or name in own]
    frame = pd.json_normalize([row for row in (_readable(store, name) for name in names) if row is not None])
    for column, value in filters.items() if len(frame) else ():
        if column not in frame:
            raise UserError(f"results: {column}: expected one of {', '.join(map(str, frame))}")
        frame = frame[frame[column].isin(value if isinstance(value, (list, tuple, set)) else [value])]
    if not len(frame):
        experiment = [" ".join([str(place), *overrides])] * is_experiment
        asked = experiment + [f"{column}={value}" for column, value in filters.items()]
        raise UserError(f"results: no runs{' of ' * bool(asked)}{', '.join(asked)} in {folder}")
    return frame.reset_index(drop=True)


def published_numbers(others: bool = False) -> pd.DataFrame:
    """Every number of the paper's tables 2 and 4 to 8 and figures 2 and 5 to 8, in points, by ``exhibit``.

    With ``others`` also numbers of later papers to compare with. Their ``outside`` is True: they are not of tickets of
    θ0. ``source`` is the paper.
    """
    sources = dict.fromkeys(PUBLISHED, PAPER) | (OTHERS if others else {})
    tables = [
        pd.DataFrame(published_table(name)).assign(exhibit=name, source=source, outside=name in OTHERS)
        for name, source in sources.items()
    ]
    frame = pd.concat(tables, ignore_index=True)
    return frame.assign(**{column: pd.to_numeric(frame[column], errors="coerce") for column in NUMBERS})


def _of_experiment(overrides: Sequence[str], folder: Path) -> set[str]:
    """The names of its trainings and of the rounds of their searches, at the sparsities that the folder tells."""
    sweep = parse_sweep([*overrides, f"paths.root={quoted(folder)}"], assume_published=True)
    return {made for job in sweep.plan.jobs for made in job.makes}


def _readable(store: Store, name: str) -> dict[str, Any] | None:
    """Its row; None, with a warning, for a damaged artefact."""
    try:
        return _row(store, name)
    except Damaged as damage:
        warnings.warn(str(damage), stacklevel=3)
        return None


def _row(store: Store, name: str) -> dict[str, Any]:
    spec, result, made = spec_of(store, name), result_of(store, name), store.timing(name)
    searched = at(search_of(spec), "problem") or {}
    problem = at(spec, "problem") or searched
    search = {key: value for key, value in search_of(spec).items() if key not in ("problem", "mix", "seed", "rewind")}
    search |= {key: searched[key] for key in ("training", "data") if key in searched}
    settings = {key: problem.get(key, {}) for key in ("training", "data", "model")} | {"search": search}
    return {
        **row_of(name, spec, result, made.seconds if made else None),
        "path": str(store.path(name)),
        "finished": made.finished if made else None,
        "version": made.version if made else None,
        **(result.metrics if result else {}),
        **_plain(settings),
    }


def _plain(value: Any) -> Any:
    """Without the tags of a spec; a component as its name, a list as text."""
    if isinstance(value, dict):
        if value.get("is") == "Component":
            return stable_name(value["target"])
        return {key: _plain(inner) for key, inner in value.items() if key != "is"}
    return str(value) if isinstance(value, list) else value
