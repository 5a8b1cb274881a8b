"""Dashboard runs to Weights & Biases: each is one W&B run under its own id, sent once, several at a time."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from lightning_tickets.dashboards.content import Curves, DashboardRun, TicketFile
from lightning_tickets.errors import Damaged, reason
from lightning_tickets.fingerprints import checksum
from lightning_tickets.runs.files import make_folder, read
from lightning_tickets.runs.store import write_json
from lightning_tickets.training.axes import ROUND

THREADS = 8
SECONDS = 60  # that a server has to answer in


@dataclass(frozen=True)
class Destination:
    """Where runs go; W&B's own files and the records of what was sent lie in the folder ``wandb`` below ``root``."""

    root: Path
    mode: str  # offline or online
    project: str
    entity: str | None

    def record(self, run: str) -> Path:
        """The file that says what was last sent of a run."""
        place = sha256(json.dumps([self.mode, self.entity, self.project]).encode()).hexdigest()[:8]
        return self.root / "wandb" / "pushed" / place / f"{run}.json"


@dataclass(frozen=True)
class Pushed:
    """What was last sent of a run: the digest of it, its tags, and how many of its rounds."""

    digest: str
    tags: tuple[str, ...]
    rounds: Annotated[int, Field(ge=0)]


PUSHED = TypeAdapter(Pushed)


@dataclass(frozen=True)
class Outcome:
    """What became of one run: sent, unchanged since it was sent, or the reason of a failure."""

    run: DashboardRun
    state: Literal["sent", "unchanged", "failed"]
    why: str = ""


def push(runs: Iterable[DashboardRun], to: Destination, again: bool = False) -> Iterator[Outcome]:
    """As they end; nothing further is begun after a failure. With ``again`` what was sent before is sent too."""
    with ThreadPoolExecutor(THREADS) as pool:
        left, running = iter(runs), set[Future[Outcome]]()
        while (
            begun := {pool.submit(_push_one, run, to, again) for run in islice(left, THREADS - len(running))} | running
        ):
            ended, running = wait(begun, return_when=FIRST_COMPLETED)
            outcomes = [one.result() for one in ended]
            if any(one.state == "failed" for one in outcomes):
                left = iter(())
            yield from outcomes


def _push_one(run: DashboardRun, to: Destination, again: bool) -> Outcome:
    """Tags of studies that were sent before stay; rounds that were are sent ``again`` only if the server lacks them."""
    before = _before(to.record(run.id))
    run = replace(run, tags=tuple(dict.fromkeys([*run.tags, *(before.tags if before else ())])))
    now = Pushed(_digest(run), run.tags, len(run.rounds))
    if before and before.digest == now.digest and not again:
        return Outcome(run, "unchanged")
    try:
        _send(run, to, before.rounds if before and not again else 0)
    except Exception as error:  # of the network, the server or the client: a library's
        return Outcome(run, "failed", reason(error))
    make_folder(to.record(run.id).parent)
    write_json(to.record(run.id), asdict(now))
    return Outcome(run, "sent")


def _before(record: Path) -> Pushed | None:
    """None where there is none, or one that cannot be read: then the run is sent again."""
    try:
        return read(record, PUSHED) if record.exists() else None
    except Damaged:
        return None


def _digest(run: DashboardRun) -> str:
    files = [(one.name, checksum(one.path)) for one in (*run.found, *([run.used] if run.used else []))]
    pictures = {name: sha256(data).hexdigest() for name, data in run.pictures.items()}
    content = asdict(replace(run, found=(), used=None, pictures={}))
    return sha256(json.dumps([content, files, pictures], sort_keys=True).encode()).hexdigest()


def _send(run: DashboardRun, to: Destination, known_rounds: int) -> None:
    """One W&B run, continued if the server has it: its summary and config are what they are now, tags are added."""
    import wandb

    made: Any = wandb.init(
        project=to.project,
        entity=to.entity,
        id=run.id,
        name=run.name,
        group=run.group,
        job_type=run.kind,
        mode="online" if to.mode == "online" else "offline",
        dir=to.root,
        config=dict(run.config),
        allow_val_change=True,
        resume="allow",
        reinit="create_new",
        settings=wandb.Settings(silent=True, console="off", init_timeout=SECONDS, **PRIVATE),
    )
    try:
        made.tags = tuple(dict.fromkeys([*(made.tags or ()), *run.tags]))
        for name in dict.fromkeys(key for row in run.rounds for key in row if key != ROUND):
            made.define_metric(name, step_metric=ROUND)
        known = max(known_rounds, int(made.summary.get(ROUND) or 0))
        for row in run.rounds:
            if row[ROUND] > known:
                made.log(dict(row))
        if shown := _shown(run):
            made.log(shown)
        made.summary.update(dict(run.summary))
        for ticket in run.found:
            made.log_artifact(_artifact(ticket))
        if run.used and to.mode == "online":  # W&B's client takes no input of a run offline
            made.use_artifact(_artifact(run.used))
    except BaseException:
        made.finish(exit_code=1)
        raise
    made.finish()


def _shown(run: DashboardRun) -> dict[str, Any]:
    import wandb

    tables = {name: wandb.Table(columns=list(t.columns), data=list(t.rows)) for name, t in run.tables.items()}
    pictures = {name: wandb.Image(_image(data)) for name, data in run.pictures.items()}
    return {**tables, **pictures, **{name: _plot(name, curves) for name, curves in run.curves.items()}}


def _plot(name: str, curves: Curves) -> Any:
    import wandb

    xs, ys = ([[point[at] for point in points] for points in curves.values()] for at in (0, 1))
    return wandb.plot.line_series(xs=xs, ys=ys, keys=list(curves), title=name, xname="sparsity")


PRIVATE: dict[str, Any] = {  # a push tells nothing of the machine that it runs on
    "disable_git": True,
    "program": "lightning-tickets",
    "disable_job_creation": True,
    "save_code": False,
    "x_disable_meta": True,
    "x_disable_machine_info": True,
    "x_disable_stats": True,
    "x_save_requirements": False,
}


def _artifact(ticket: TicketFile) -> Any:
    """The same content under the same name is the same version, whichever run sends it."""
    import wandb

    artifact = wandb.Artifact(ticket.name, type="ticket", metadata={"sparsity": ticket.percent})
    artifact.add_file(str(ticket.path), policy="immutable", skip_cache=True)
    return artifact


def _image(data: bytes) -> Any:
    from PIL import Image

    return Image.open(io.BytesIO(data))
