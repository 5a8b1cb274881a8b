"""From what a ticket says of its search to the command that searches again."""

import shlex
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

from omegaconf import OmegaConf

from lightning_tickets.checks import as_typed
from lightning_tickets.composition.components import declaration_at
from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.groups import DEFAULT_SCALE, conf_dir, group_options, scales
from lightning_tickets.composition.search import FAMILIES
from lightning_tickets.composition.single import run_of
from lightning_tickets.errors import UserError
from lightning_tickets.runs.hashed_as import stable_name
from lightning_tickets.runs.identity import described
from lightning_tickets.runs.store import agrees
from lightning_tickets.tickets.spec import TicketMask

PROTOCOLS: tuple[list[str], ...] = ([], ["protocol=released_code"])
KEYS = {
    "chain.problem.data.examples": "ticket.examples",
    "chain.problem.task.kind.options": "protocol.mlm_evaluation",
    "chain.problem.task.metric": "protocol.mnli_metric",
    "chain.problem.training.": "training.",
    "chain.problem.data.": "data.",
    "chain.schedule.": "schedule.",
    "chain.head": "protocol.head",
    "chain.horizon": "protocol.horizon",
    "chain.prunes_first": "protocol.prunes_first",
}
TYPED: dict[str, Callable[[Any], Any]] = {  # what is typed for a value that the spec holds in another form
    "protocol.mlm_evaluation": lambda options: dict(options).get("evaluation"),
    "protocol.prunes_first": lambda on: f"[{','.join(FAMILIES)}]" if on else "[]",
}
OF_CONTENT = ("data.source", "data.fingerprint", "training.version", "training.packing")


def search_command(found_by: dict[str, Any]) -> str | None:
    """None where no options and values of the suite's own config give this search (own files, own YAMLs)."""
    others = _generated(found_by["chain"]["problem"])
    for generated, protocol, scale in product([[], others] if others else [[]], PROTOCOLS, scales()):
        try:
            chosen = [f"scale={scale}"] if scale != DEFAULT_SCALE else []
            lines = [*chosen, *generated, *protocol, *_asked(found_by)]
            lines += _settings(found_by, _spec(lines))
            if agrees(found_by, _spec(lines)):
                return f"lightning-tickets run job=find {shlex.join(lines)}"
        except UserError:
            continue
    return None


def _spec(lines: list[str]) -> dict[str, Any]:
    """Of the ticket that these overrides search for."""
    ticket = run_of(compose_config(["job=find", *lines])).ticket
    assert ticket is not None, "job=find refuses a run without one"
    spec = described(ticket)
    assert isinstance(spec, dict) and spec["is"] == TicketMask.tag
    return spec


def _generated(problem: dict[str, Any]) -> list[str]:
    """The package's other data and network, where a problem has them."""
    lines = ["data=pocket_large"] if problem["data"]["fingerprint"].endswith("-large") else []
    return [*lines, "model=pocket_wide"] if problem["model"]["name"] == "pocket_wide" else lines


def _asked(found_by: dict[str, Any]) -> list[str]:
    """Task, sparsity, seed, rewinding, pruner, optimizer and schedule."""
    search = found_by["chain"]
    problems = [search["problem"], *(search["mix"] or {"problems": []})["problems"]]
    tasks = [problem["task"]["name"] for problem in problems]
    lines = [f"task={tasks[0]}", f"sparsity={found_by['percent']}"]
    lines += [f"source={'+'.join(tasks)}"] if len(tasks) > 1 else []
    lines += [f"mix.loss={search['mix']['loss']}"] if len(tasks) > 1 and search["mix"]["loss"] != "summed" else []
    lines += [f"ticket.seed={search['seed']}", f"seed={search['seed'] + 1}"] if search["seed"] else []
    lines += _rewind(search["rewind"], search["rewinds"])
    optimizer = problems[0]["training"].get("optimizer")
    lines += [*_component("pruner", search["pruner"]), *(_component("optimizer", optimizer) if optimizer else [])]
    schedule = str(search["schedule"].get("is")).lower()
    lines += [f"schedule={schedule}"] if schedule != "linear" else []
    pooler = problems[0]["model"]["pooler"]
    return [*lines, *([f"pooler={pooler}"] if pooler != "pruned" else [])]


def _component(group: str, spec: dict[str, Any]) -> list[str]:
    """The option of the suite that has this target, or the name that it stands for, and its values; UserError: none."""
    for option in group_options()[group]:
        path, declared = declaration_at(group, OmegaConf.load(conf_dir() / f"{group}/{option}.yaml"))
        if stable_name(spec["target"]) in (path, declared.name):
            chosen = [f"{group}={option}"] if option != "magnitude" else []
            return [*chosen, *(f"{group}.{key}={as_typed(value)}" for key, value in spec["options"])]
    raise UserError(f"{group}: no option has the target {spec['target']}")


def _rewind(where: float | None, rewinds: str) -> list[str]:
    if where is None:
        return ["rewind=none"]
    option = "rate" if rewinds == "rate" else "fraction"
    return [f"rewind={option}", f"rewind.fraction={where}"] if where else []


def _settings(found: dict[str, Any], today: dict[str, Any]) -> list[str]:
    """The values that differ, by their keys in the config."""
    lines = []
    for place, value in _different(found, today):
        known = next((old for old in KEYS if place.startswith(old)), None)
        key = place.replace(known, KEYS[known]) if known else place
        if known and key not in OF_CONTENT:
            lines.append(f"{key}={as_typed(TYPED[key](value) if key in TYPED else value)}")
    return lines


def _different(found: Any, today: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Where two specs differ, with what the first one has there."""
    if isinstance(found, dict) and isinstance(today, dict):
        for key in found:
            yield from _different(found[key], today.get(key), f"{place}.{key}" if place else key)
    elif found != today:
        yield place, found
