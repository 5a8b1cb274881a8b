"""Results as data frames: of a store, of an experiment, and the numbers that the paper prints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.groups import conf_dir
from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.composition.settings import root
from lightning_tickets.errors import UserError
from lightning_tickets.published.numbers import PUBLISHED, published_table
from lightning_tickets.runs.hashed_as import stable_name
from lightning_tickets.runs.maintenance import artefacts
from lightning_tickets.runs.store import Store
from lightning_tickets.tickets.listing import at, chain_of, result_of, row_of, spec_of

NUMBERS = ("value", "std", "sparsity")


def results(place: str | Path | None = None, **filters: Any) -> pd.DataFrame:
    """A row for each scored training and each round of a search (row ``find``), by name.

    ``place`` is a folder of results (``paths.root``), its default the configured one, or the name of an experiment
    (``"paper"``), of which only its own runs are given. Columns: those of ``store list``, its ``path``, when and by
    which version it was made, every metric as a fraction, and the settings by their keys (``training.steps``).
    A filter keeps the rows whose column has the value, or one of a list. UserError for an unknown column or place.
    """
    names = None
    if place is not None and not Path(place).is_dir():
        if not (conf_dir() / "experiment" / f"{place}.yaml").is_file():
            raise UserError(f"results: {place} is neither a folder nor an experiment")
        sweep = parse_sweep([f"experiment={place}"], assume_published=True)
        names, place = {request.run.name for request in sweep.requested}, sweep.root
    folder = root(compose_config([])) if place is None else Path(place)
    store = Store(folder / "runs")
    frame = pd.json_normalize([_row(store, name) for name in artefacts(store) if names is None or name in names])
    for column, value in filters.items():
        if column not in frame:
            raise UserError(f"results: {column}: expected one of {', '.join(map(str, frame))}")
        frame = frame[frame[column].isin(value if isinstance(value, (list, tuple, set)) else [value])]
    return frame.reset_index(drop=True)


def published_numbers() -> pd.DataFrame:
    """Every number of the paper's tables 2 and 4 to 8 and figures 2 and 5 to 8, in points, by ``exhibit``."""
    tables = [pd.DataFrame(published_table(name)).assign(exhibit=name) for name in PUBLISHED]
    frame = pd.concat(tables, ignore_index=True)
    return frame.assign(**{column: pd.to_numeric(frame[column], errors="coerce") for column in NUMBERS})


def _row(store: Store, name: str) -> dict[str, Any]:
    spec, result, made = spec_of(store, name), result_of(store, name), store.timing(name)
    problem = at(spec, "problem") or at(chain_of(spec), "problem") or {}
    search = {key: value for key, value in chain_of(spec).items() if key not in ("problem", "mix", "seed", "rewind")}
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
