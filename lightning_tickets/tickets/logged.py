"""What loggers and dashboards are told of a run: its whole config, its group and its tags. No torch here."""

from collections.abc import Iterable, Mapping
from typing import Any

from lightning_tickets.runs.hashed_as import stable_name
from lightning_tickets.runs.identity import described
from lightning_tickets.tickets.problem import Problem
from lightning_tickets.tickets.spec import DrawnMask, GivenMask, Run, Search, TicketMask

FIND = "find"  # the row of a search
LONGEST_TAG = 64  # characters that W&B takes


def run_config(run: Run, percent: float, scale: str, protocol: str) -> dict[str, Any]:
    """Every setting of a scored training; ``percent`` is the sparsity of its mask, 70 and not 0.7000001."""
    ticket = run.ticket
    return {
        "name": run.name,
        **_shared(run.row, run.problem, ticket.search if ticket else None, scale, protocol),
        "seed": run.seed,
        "sparsity": percent,
        "round": ticket.round if ticket else None,
        "ticket": ticket.name if ticket else None,
        **({"pruner": run.mask.pruner.name} if isinstance(run.mask, DrawnMask) else {}),
        "mask": _plain(described(run.mask), leave_out=("ticket", "chain")),
        "initialization": _plain(described(run.initialization)),
        **_settings(run.problem),
        "search": _search_settings(ticket.search) if ticket else None,
    }


def search_config(search: Search, scale: str, protocol: str) -> dict[str, Any]:
    """Every setting of a search; its rounds differ in nothing of it."""
    return {
        "name": search.name,
        **_shared(FIND, search.problem, search, scale, protocol),
        "seed": search.seed,
        **_settings(search.problem),
        "search": _search_settings(search),
    }


def spec_config(spec: Run | TicketMask, percent: float, scale: str, protocol: str) -> dict[str, Any]:
    """Of what is trained: of a round of a search it is the search's."""
    if isinstance(spec, TicketMask):
        return search_config(spec.search, scale, protocol)
    return run_config(spec, percent, scale, protocol)


def trained_percent(spec: Run | TicketMask, kept: int, prunable: int) -> float:
    """The sparsity that is trained, in percent, as it was asked for; of a mask from a file as it is.

    A round of a search trains at the sparsity of the round before.
    """
    if isinstance(spec, TicketMask):
        return spec.rounds[-2].percent if spec.round > 1 else 0
    return round(100 - 100 * kept / prunable, 2) if isinstance(spec.mask, GivenMask) else spec.percent


def result_row(metrics: Mapping[str, float], metric: str, percent: float, spec: Run | TicketMask) -> dict[str, float]:
    """What a finished training has: every metric, the one that tables show as ``score``, sparsity, and its round."""
    scores = {f"dev/{name}": value for name, value in metrics.items()}
    rounds = {"round": spec.round} if isinstance(spec, TicketMask) else {}
    return {**scores, "score": metrics[metric], "sparsity": percent, **rounds}


def tags(config: dict[str, Any], studies: Iterable[str]) -> tuple[str, ...]:
    """``task:cola`` and so on, and ``study:table2`` for every study that uses the run."""
    own = (f"{key}:{config[key]}" for key in ("task", "row", "scale", "protocol") if config[key])
    return (*map(study_tag, filter(None, studies)), *(tag[:LONGEST_TAG] for tag in own))


def study_tag(name: str) -> str:
    """Of all runs that a study uses."""
    return f"study:{name}"[:LONGEST_TAG]


def _shared(row: str, problem: Problem, search: Search | None, scale: str, protocol: str) -> dict[str, Any]:
    return {
        "task": problem.task.name,
        "row": row,
        "source": search.tasks if search else None,
        "pruner": search.pruner.name if search else None,
        "rewind": search.rewind if search else None,
        "metric": problem.task.metric,
        "scale": scale,
        "protocol": protocol,
    }


def _settings(problem: Problem) -> dict[str, Any]:
    return {key: _plain(described(getattr(problem, key))) for key in ("training", "data", "model")} | {
        "scoring": _plain(described(problem.task), leave_out=("name",))
    }


def _search_settings(search: Search) -> dict[str, Any]:
    """With the settings of its rounds' trainings, which may differ from those of the scored one."""
    own: dict[str, Any] = _plain(described(search), leave_out=("problem",))
    return own | {"schedule": {"name": search.schedule.tag, **own["schedule"]}} | _settings(search.problem)


def _plain(value: Any, leave_out: tuple[str, ...] = ()) -> Any:
    """Without the tags of a spec; a component as its name, version and options."""
    if isinstance(value, dict):
        kept = {key: _plain(inner) for key, inner in value.items() if key not in ("is", *leave_out)}
        if value.get("is") != "Component":
            return kept
        target = kept.pop("target")
        return {"name": stable_name(target), **kept, "options": dict(kept["options"])}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value
