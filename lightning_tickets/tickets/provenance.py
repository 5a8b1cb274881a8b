"""What a ticket's file says of its search, checked: a file may come from anywhere. No torch here."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from lightning_tickets.errors import UserError

KEY = "found_by"


class Part(BaseModel):
    """Of a spec; fields that are not named here stay, those that are newer than the file get their defaults."""

    model_config = ConfigDict(strict=True, extra="allow")


class Task(Part):
    name: str
    metric: str


class Model(Part):
    name: str
    fingerprint: str
    pooler: str = "pruned"


class Problem(Part):
    task: Task
    data: dict[str, Any]
    model: Model
    training: dict[str, Any]


class Mix(Part):
    problems: list[Problem]
    loss: str


class Pruner(Part):
    target: str
    options: list[list[Any]] = []


class Search(Part):
    problem: Problem
    pruner: Pruner
    schedule: dict[str, Any]
    seed: int
    rewind: float | None = 0.0
    rewinds: str = "weights"
    prunes_first: bool = False
    mix: Mix | None = None


class FoundBy(Part):
    chain: Search  # its name in stored specs
    percent: int


def found_by(provenance: Mapping[str, Any]) -> dict[str, Any] | None:
    """The spec of the round that has found the ticket; None if the file does not say, UserError if it is none."""
    if KEY not in provenance:
        return None
    try:
        return FoundBy.model_validate(provenance[KEY]).model_dump()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, (KEY, *first["loc"])))
        raise UserError(f"the ticket's provenance cannot be read: {place}: {first['msg']}") from error
