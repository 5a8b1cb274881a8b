"""Pre-training from random weights on masked words and segment pairs, until the probes pass.

Command: ``lightning-tickets pretrain out=FOLDER [network=wide] [seed=N] [steps=N]``.
"""

import hashlib
import json
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
import transformers
from torch import Tensor
from transformers import BertForPreTraining

from lightning_tickets.errors import unknown
from lightning_tickets.pocket.documents import draw_documents
from lightning_tickets.pocket.masking import Batch, batches, collate, encode, hide
from lightning_tickets.pocket.model import SIZES, Size, fresh, save
from lightning_tickets.pocket.probes import PASS, Probes, passed

SEED = 0  # of the shipped networks
DECAY_SHARE = 0.3  # of the steps at most
WARM_UP = 500
BATCH = 32
CORPUS = 100_000  # documents
PROBE_EVERY = 250

Report = Callable[[str], None]


@dataclass(frozen=True)
class Pretraining:
    """Whether the probes passed, their final scores, and the number of steps."""

    passed: bool
    probes: dict[str, float]
    steps: int


@dataclass
class Schedule:
    """The learning rate as a share of its maximum: warm up, hold until ``decay_from`` or too late, decay to zero."""

    most: int
    decay_from: int | None = None

    @property
    def decay(self) -> int:
        return max(1, round(DECAY_SHARE * self.most))

    @property
    def end(self) -> int:
        return self.decay + (self.most - self.decay if self.decay_from is None else self.decay_from)

    def share(self, step: int) -> float:
        warm = min(1.0, (step + 1) / min(WARM_UP, max(1, self.most // 10)))
        return min(warm, (self.end - step) / self.decay)


def pretrain(
    out: Path, seed: int = SEED, steps: int | None = None, network: str = "small", report: Report = print
) -> Pretraining:
    """Pre-train a network of SIZES into the new folder ``out``; ValueError if it exists, or for ``steps`` < 1.

    It takes ``steps`` at most, fewer when the probes pass early. The same arguments on the same machine give the same
    bytes.
    """
    if out.exists():
        raise ValueError(f"{out} exists already; remove it or name another folder")
    if network not in SIZES:
        raise ValueError(unknown("network", network, SIZES))
    size = SIZES[network]
    most = size.steps if steps is None else steps
    if most < 1:
        raise ValueError(f"expected steps >= 1, got {most}")
    out.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        with _one_thread():
            model, outcome = _train(size, seed, most, report)
        save(model, work)
        _write_provenance(work, _command(network, seed, most), seed, most, outcome)
        for path in (work, *work.iterdir()):
            path.chmod(0o755 if path.is_dir() else 0o644)
        work.rename(out)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return outcome


@contextmanager
def _one_thread() -> Iterator[None]:
    """Sums depend on the number of threads, and so small a network gains nothing from a second one."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _train(size: Size, seed: int, most: int, report: Report) -> tuple[BertForPreTraining, Pretraining]:
    probes, count = Probes(count=1000 if most > 1000 else 100), min(CORPUS, most * BATCH)
    report(f"drawing {count} documents")
    corpus = [encode(document) for document in draw_documents(count, f"corpus/{seed}")]
    order = batches(np.array([len(d.ids) for d in corpus]), BATCH, np.random.default_rng(seed))
    model, schedule, start = fresh(seed, size), Schedule(most), time.monotonic()
    model.train()
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=size.rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    step = 0
    while step < schedule.end:
        optimizer.param_groups[0]["lr"] = size.rate * schedule.share(step)
        _loss(model, collate([corpus[i] for i in next(order)]), generator).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        step += 1
        if step % PROBE_EVERY == 0 and step < schedule.end:
            scores = probes.score(model)
            if schedule.decay_from is None and passed(scores) and step < schedule.most - schedule.decay:
                schedule.decay_from = step
            report(_progress(step, time.monotonic() - start, schedule, scores))
    return model, _outcome(probes.score(model), step, report)


def _outcome(scores: dict[str, float], steps: int, report: Report) -> Pretraining:
    outcome = Pretraining(passed(scores), scores, steps)
    listed = ", ".join(f"{name} {scores[name]:.3f} (required {least})" for name, least in PASS.items())
    report(f"{'The probes passed' if outcome.passed else 'THE PROBES DID NOT PASS'} after {steps} steps: {listed}")
    return outcome


def _loss(model: BertForPreTraining, batch: Batch, generator: torch.Generator) -> Tensor:
    """Cross-entropy of the masked words, plus that of whether the document is true and sound (BERT's label 0)."""
    hidden = hide(batch, generator)
    out = model.bert(input_ids=hidden.inputs, token_type_ids=batch.segments, attention_mask=batch.attended)
    words = model.cls.predictions(out.last_hidden_state[hidden.asked])
    pairs = model.cls.seq_relationship(out.pooler_output)
    return F.cross_entropy(words, batch.ids[hidden.asked]) + F.cross_entropy(pairs, (~hidden.sound).long())


def _progress(step: int, seconds: float, schedule: Schedule, scores: dict[str, float]) -> str:
    """A line per evaluation of the probes, with the time left at the pace so far."""
    left = seconds / step * (schedule.end - step)
    phase = "at most " if schedule.decay_from is None else ""
    probes = " ".join(f"{name} {score:.3f}" for name, score in scores.items())
    return f"step {step:5d}/{schedule.end}  {probes}  {phase}{left:.0f} s left"


def _command(network: str, seed: int, most: int) -> str:
    given = "" if network == next(iter(SIZES)) else f"network={network} "
    return f"lightning-tickets pretrain out=FOLDER {given}seed={seed} steps={most}"


def _write_provenance(folder: Path, command: str, seed: int, most: int, outcome: Pretraining) -> None:
    """Record the origin of the weights; nothing in it depends on time."""
    weights = (folder / "model.safetensors").read_bytes()
    provenance = {
        "command": command,
        "seed": seed,
        "steps_at_most": most,
        "steps": outcome.steps,
        "passed": outcome.passed,
        "probes": outcome.probes,
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "numpy": np.__version__,
        },
        "sha256": hashlib.sha256(weights).hexdigest(),
    }
    (folder / "provenance.json").write_text(json.dumps(provenance, indent=2) + "\n")
