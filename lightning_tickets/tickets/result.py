"""What a finished training leaves next to its spec: the score and what it was trained with. No torch here."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, FiniteFloat, TypeAdapter

from lightning_tickets.runs.store import OBJECT, SPEC, TIMING, Store, Timing, write_json
from lightning_tickets.tickets.spec import Run, TicketMask
from lightning_tickets.training.config import held_out

RESULT = "result.json"
TICKET = "ticket.safetensors"  # next to a round's result
EXAMPLES = "examples.json"  # of the dev set, a value each: what the metrics are of
LARGEST_SHARE = 0.3  # of the weights: what a ticket at 70 % keeps


@dataclass(frozen=True)
class Moved:
    """How far a training has moved the prunable weights that its mask keeps.

    ``distance`` is ‖θ_end - θ_start‖ / ‖θ_start‖. ``overlap`` is the intersection over union of the largest
    ``LARGEST_SHARE`` of them before and after.
    """

    distance: Annotated[FiniteFloat, Field(ge=0)]
    overlap: Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True)
class Result:
    """``metrics`` are fractions; ``kept`` of ``prunable`` weights were not zero; ``undefined`` metrics stand as 0.

    ``pooler`` says what became of its matrix: pruned, dense (never pruned) or absent (the encoder has none).
    ``moved`` is of a round of a search, since 0.11.
    """

    metric: str
    metrics: Mapping[str, FiniteFloat]
    undefined: tuple[str, ...]
    kept: Annotated[int, Field(ge=0)]
    prunable: Annotated[int, Field(gt=0)]
    pooler: str = "pruned"
    moved: Moved | None = None

    def __post_init__(self) -> None:
        if self.metric not in self.metrics:
            raise ValueError(f"expected {self.metric!r} among the metrics")

    @property
    def score(self) -> float:
        """The metric that tables show."""
        return self.metrics[self.metric]

    @property
    def picks(self) -> float:
        """The same on rows of train that are held out, where some are: what decides how far a search goes."""
        return self.selection.get(self.metric, self.score)

    @property
    def selection(self) -> dict[str, float]:
        """The metrics on held-out rows of train by their plain names; empty where none are held out."""
        prefix = held_out("")
        return {name.removeprefix(prefix): value for name, value in self.metrics.items() if name.startswith(prefix)}

    def write(self, folder: Path, seconds: float, machine: str) -> None:
        """Into an artefact's draft; seconds and machine are kept apart from what must be the same every time."""
        write_json(folder / RESULT, {name: value for name, value in asdict(self).items() if value is not None})
        finished = datetime.now(UTC).isoformat(timespec="seconds")
        write_json(folder / TIMING, asdict(Timing(round(seconds, 3), finished, version("lightning-tickets"), machine)))


RESULTS = TypeAdapter(Result)
COLUMNS = TypeAdapter(dict[str, list[Any]])


def write_examples(folder: Path, columns: Mapping[str, Sequence[float]]) -> None:
    text = json.dumps(
        {name: list(values) for name, values in sorted(columns.items())}, separators=(",", ":"), allow_nan=False
    )
    (folder / EXAMPLES).write_text(text + "\n", encoding="utf-8")


def columns_of(store: Store, name: str) -> dict[str, list[float]] | None:
    """The columns that a run's metrics are of; None if it has not been made, or was before they were kept."""
    if not store.has(name) or EXAMPLES not in store.verify(name):
        return None
    return store.read(name, EXAMPLES, COLUMNS)


def read_result(store: Store, run: Run) -> Result | None:
    """The verified result of a run, None if it has not been made."""
    if not store.has(run.name):
        return None
    store.open(run.name, run)
    return store.read(run.name, RESULT, RESULTS)


def read_round(store: Store, spec: TicketMask) -> Result:
    """The result of a round of a search, which is of the mask that the round has trained under."""
    store.open(spec.name, spec)
    return store.read(spec.name, RESULT, RESULTS)


def open_ticket(store: Store, spec: TicketMask) -> Path:
    """The verified file of a round's mask; the result beside it is one."""
    check(store, spec.name)
    return store.open(spec.name, spec) / TICKET


def check(store: Store, name: str, most: int | None = None) -> None:
    """Damaged unless an artefact's files are as they were sealed (see ``Store.verify``), and of their types.

    A round that has not trained has a ticket and no result.
    """
    files = store.verify(name, most)
    store.read(name, SPEC, OBJECT)
    if RESULT in files or TICKET not in files:
        store.read(name, RESULT, RESULTS)


def summary_line(run: Run, result: Result) -> str:
    """A finished run in one line: its name, its metric, its score."""
    return f"{run.name} {result.metric} {result.score:.4f}"
