"""Where a training is, on disk, so that another process goes on from there to the same bytes."""

import logging
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytorch_lightning as lightning
import torch

from lightning_tickets.errors import Interrupted
from lightning_tickets.fingerprints import checksum
from lightning_tickets.runs.checkpoints import file_name, saved
from lightning_tickets.runs.files import make_folder
from lightning_tickets.runs.signals import handled_by
from lightning_tickets.runs.world import rank, world_size
from lightning_tickets.training.distributed import all_gather, all_reduce_max

LOG = logging.getLogger(__name__)
GOES_ON, SAVES, STOPS = range(3)  # what a process asks for; the most counts
PARTS = {"state_dict", "optimizer_states", "lr_schedulers", "loops", "callbacks"}  # of a file that Lightning resumes
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR2)  # of a terminal, a scheduler, submitit before a time-out


class Checkpoint(lightning.Callback):
    """Saves weights, optimiser, rate, position in the data, generators and the other callbacks' state now and then.

    A file is named by step and checksum, and renamed into place; a damaged one is passed over, and so is what is no
    checkpoint of ours. Saving draws from no generator, so how often it happens changes nothing.
    """

    def __init__(self, folder: Path, every: float | None) -> None:
        """``every`` so many seconds, and when a signal asks the process to end; None: never.

        After such a signal Interrupted is raised in any case.
        """
        self.folder, self.every = folder, every
        self._asked, self._saved = set[int](), time.monotonic()
        self._generators: dict[str, Any] | None = None

    def latest(self) -> Path | None:
        """The furthest checkpoint that is whole and of at least as many processes."""
        if self.every is None:
            return None
        whole = (path for _, digest, path in saved(self.folder) if digest == checksum(path)[:16])
        if path := next(filter(self._resumes, whole), None):
            LOG.debug("resumes from %s", path)
        return path

    def _resumes(self, path: Path) -> bool:
        """Whether the file has the parts that a training goes on from; its tensors stay on disk."""
        try:
            content = torch.load(path, map_location="cpu", mmap=True, weights_only=True)
            return content.keys() >= PARTS and len(content["callbacks"][self.state_key]["ranks"]) >= world_size()
        except Exception:  # a library's, for a file of any content
            return False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Within the block a signal takes effect after the current step or scored batch, at its end at the latest."""
        try:
            with handled_by(self._ask, SIGNALS):
                yield
        except Exception:  # which another job may follow
            self._stop_if_asked("a failure")
            raise
        self._stop_if_asked("the last batch")

    def _ask(self, number: int, *_: Any) -> None:
        self._asked.add(number)

    def state_dict(self) -> dict[str, Any]:
        states: dict[str, Any] = {"cpu": torch.get_rng_state()}
        if torch.cuda.is_available():
            states["cuda"] = torch.cuda.get_rng_state()
        return {"ranks": all_gather(states)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self._generators = state_dict["ranks"][rank()]

    def on_train_batch_start(self, *_: Any) -> None:
        """Dropout's generator, once everything else that might draw from it is built."""
        if self._generators is not None:
            torch.set_rng_state(self._generators["cpu"])
            if "cuda" in self._generators and torch.cuda.is_available():
                torch.cuda.set_rng_state(self._generators["cuda"])
            self._generators = None

    def on_train_batch_end(self, trainer: lightning.Trainer, *_: Any) -> None:
        """Several processes save and stop together, at the step where the first of them has a reason to."""
        agreed = all_reduce_max(STOPS if self._asked else SAVES if self._is_due() else GOES_ON)
        if agreed >= SAVES and self.every is not None:
            self._save(trainer)
        if agreed == STOPS:
            raise self._interrupted(f"step {trainer.global_step}")

    def on_validation_batch_end(self, *_: Any) -> None:
        """Each process stops alone, since they have not as many batches; torchrun then ends the others."""
        self._stop_if_asked("a scored batch")

    def _is_due(self) -> bool:
        return self.every is not None and time.monotonic() - self._saved >= self.every

    def _stop_if_asked(self, after: str) -> None:
        if self._asked:
            raise self._interrupted(after)

    def _interrupted(self, after: str) -> Interrupted:
        return Interrupted(f"stopped after {after}", frozenset(self._asked))

    def _save(self, trainer: lightning.Trainer) -> None:
        """The new one is there before the old one goes."""
        make_folder(self.folder)
        draft = self.folder / ".draft.ckpt"
        trainer.save_checkpoint(draft)
        if trainer.is_global_zero:
            place = self.folder / file_name(trainer.global_step, checksum(draft)[:16])
            draft.rename(place)
            LOG.debug("saved %s", place)
            for other in saved(self.folder):
                if other.path != place:
                    other.path.unlink(missing_ok=True)
        trainer.strategy.barrier()
        self._saved = time.monotonic()
