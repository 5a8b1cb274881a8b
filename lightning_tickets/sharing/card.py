"""The model card of an exported ticket: what was found, how, what it scores, and what the folder holds."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from huggingface_hub import ModelCard, ModelCardData

from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.search_command import search_command
from lightning_tickets.errors import UserError, printable
from lightning_tickets.models.folders import Pretrained
from lightning_tickets.models.hub import Hub
from lightning_tickets.pruning.mask import Mask, kept, size, sparsity
from lightning_tickets.sharing.scores import Scores, trained
from lightning_tickets.tickets.listing import at, problems_of

TEMPLATE = Path(__file__).with_name("card.md")
TAGS = ["lottery-ticket", "pruning", "sparsity"]
LICENSES = {"pocket": "apache-2.0"}
UNKNOWN = "unknown"


def model_card(
    mask: Mask,
    provenance: Mapping[str, Any],
    round_spec: dict[str, Any] | None,
    folder: Pretrained,
    scores: Sequence[Scores],
    license: str | None,
    **form: Any,
) -> ModelCard:
    """``round_spec`` is of the round that found it; ``form`` has what the template asks for of the export's form."""
    search = round_spec["chain"] if round_spec else {}
    data = ModelCardData(
        license=license or LICENSES.get(folder.name, UNKNOWN),
        library_name="transformers",
        tags=TAGS,
        datasets=_datasets(search) or None,
        base_model=folder.repo if isinstance(folder, Hub) else None,
    )
    card: ModelCard = ModelCard.from_template(
        data,
        template_path=str(TEMPLATE),
        title=printable(str(provenance.get("name") or "A ticket")),
        kept=f"{kept(mask):,}",
        size=f"{size(mask):,}",
        sparsity=f"{100 * sparsity(mask):.2f}",
        version=version("lightning-tickets"),
        facts=[(name, printable(str(fact))) for name, fact in _facts(provenance, search, folder) if fact is not None],
        searched=round_spec is not None,
        command=search_command(round_spec) if round_spec else None,
        scores=[_line(one) for one in scores],
        **form,
    )
    return card


def _facts(provenance: Mapping[str, Any], search: Mapping[str, Any], folder: Pretrained) -> list[tuple[str, Any]]:
    tasks = [f"{at(p, 'task', 'name')} ({at(p, 'task', 'metric')})" for p in problems_of(search)]
    data = sorted({f"{at(p, 'data', 'source')} ({at(p, 'data', 'fingerprint')})" for p in problems_of(search)})
    where = f"{folder.repo} at {folder.revision}" if isinstance(folder, Hub) else folder.name
    return [
        ("network", f"{where} ({folder.fingerprint()})"),
        ("found on", " and ".join(tasks) or None),
        ("data", ", ".join(data) or None),
        ("pruner", at(search, "pruner", "target")),
        ("rewinds", _rewinding(search["rewind"], search.get("rewinds")) if search else None),
        ("schedule", search.get("schedule") and _settings(search["schedule"])),
        ("a round trains", trained(search["problem"]) if search else None),
        ("seed", search.get("seed")),
        ("imported from", provenance.get("imported_from")),
    ]


def _rewinding(where: float | None, rewinds: str | None) -> str:
    if where is None:
        return "nothing: every round goes on"
    if rewinds == "rate":
        return f"the learning rate only, to {where} of a training; weights go on"
    return f"to {where} of a training" if where else "to the pre-trained weights"


def _settings(spec: Mapping[str, Any]) -> str:
    values = (f"{key}={value}" for key, value in sorted(spec.items()) if key != "is")
    return f"{spec.get('is')}, {', '.join(values)}"


def _datasets(search: Mapping[str, Any]) -> list[str]:
    """The hub's names of the data; the data of the pocket language is made by the suite."""
    names = set()
    for problem in problems_of(search):
        if at(problem, "data", "source") == "hub":
            try:
                names.add(str(compose_config([f"task={at(problem, 'task', 'name')}"]).task.hub.path))
            except UserError:  # a task of one's own
                continue
    return sorted(names)


def _line(scores: Scores) -> list[str]:
    """A row of the table, scores in points."""
    by_seed = ", ".join(f"{100 * score:.1f} ({seed})" for seed, score in sorted(scores.by_seed.items()))
    deviation = "" if scores.deviation is None else f"{100 * scores.deviation:.1f}"
    return [scores.task, scores.row, scores.training, scores.metric, by_seed, f"{100 * scores.mean:.1f}", deviation]
