"""What trainings of one problem, or of a mix, have in common: data and θ0, loaded once in a process."""

import copy
import logging
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import Any

import pytorch_lightning as lightning

from lightning_tickets.bars import bar
from lightning_tickets.components import Component, call
from lightning_tickets.errors import UserError
from lightning_tickets.initialization.state import State, clone
from lightning_tickets.models.attention_heads import attention_heads
from lightning_tickets.models.encoder import fresh_encoder, load_encoder, pooler_policy, prunable
from lightning_tickets.models.heads import make_head
from lightning_tickets.models.last_layer import first_token_only
from lightning_tickets.models.packing import pack
from lightning_tickets.pruning.callback import PruningCallback
from lightning_tickets.pruning.mask import Mask, Weights, apply_, kept, size
from lightning_tickets.seeds import derive
from lightning_tickets.tasks.kind import Columns, Score
from lightning_tickets.tickets.context import RunContext
from lightning_tickets.tickets.examples import load_splits
from lightning_tickets.tickets.logged import result_row, spec_config, tags, trained_percent
from lightning_tickets.tickets.problem import Mix, Problem
from lightning_tickets.tickets.rewinding import TrainingStart
from lightning_tickets.tickets.spec import Run, TicketMask
from lightning_tickets.training.checkpoint import Checkpoint
from lightning_tickets.training.config import StepRange
from lightning_tickets.training.divergence import Diverged
from lightning_tickets.training.fit import compute_as, fit
from lightning_tickets.training.gradients import mean_gradients
from lightning_tickets.training.loaders import MultiTaskLoader, TaskData, batches_of
from lightning_tickets.training.module import TaskModule
from lightning_tickets.training.step_bar import StepBar

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trained:
    """A subnetwork after its training: its score, its prunable weights on the CPU, and gradients at them.

    ``gradients`` takes a mask, a number of batches and the seed that draws them.
    """

    score: Score
    weights: Weights
    gradients: Callable[[Mask, int, int], Weights]


class Workbench:
    """A problem with its data and θ0 in memory, and whatever is mixed in; every training starts from copies."""

    def __init__(self, problem: Problem, context: RunContext, mix: Mix | None = None) -> None:
        self.problem, self.context, self.mix = problem, context, mix
        self._problems = (problem, *(mix.problems if mix else ()))
        self._prepared = [load_splits(one, context.source, context.folder, context.cache) for one in self._problems]
        self.kind, self.splits = self._prepared[0]
        self._encoder = _encoder(context.folder.path, problem.model.fingerprint)

    @property
    def theta(self) -> State:
        """θ0, all of the encoder's values by name; read it, never write into it."""
        theta: State = self._encoder.state_dict()
        return theta

    @property
    def prunable(self) -> Weights:
        """The prunable part of θ0."""
        return {name: p.detach() for name, p in prunable(self._encoder, self._prunes_pooler).items()}

    @property
    def pooler(self) -> str:
        """What becomes of the pooler's matrix: pruned, dense or absent."""
        return pooler_policy(self._encoder, self._prunes_pooler)

    @property
    def _prunes_pooler(self) -> bool:
        return self.problem.model.pooler == "pruned"

    def attention_heads(self) -> Sequence[Any]:
        """Which parts of which matrices are an attention head's."""
        return attention_heads(self._encoder)

    def fresh(self, seed: int) -> State:
        """θ0′: the architecture's own random weights."""
        return clone(fresh_encoder(self._encoder.config, seed).state_dict())

    @property
    def steps(self) -> int:
        """Optimiser steps of a whole training."""
        return self.problem.training.total_steps(len(self.splits.train))

    def train(
        self,
        spec: Run | TicketMask,
        start: TrainingStart,
        mask: Mask,
        seeds: tuple[int, int],
        callbacks: Sequence[lightning.Callback] = (),
    ) -> Trained:
        """f(x; m ⊙ θ, γ) of a run, or of a round of a search, from its start; ``seeds`` are its seed and the round."""
        name, percent = spec.name, trained_percent(spec, kept(mask), size(mask))
        encoder = self._copy()
        encoder.load_state_dict(start.theta)
        parts = self.parts(encoder, seeds[0] if start.head_seed is None else start.head_seed, start.gamma)
        course = StepRange(self.steps, start.begin, start.horizon)
        matrices = prunable(encoder, self._prunes_pooler)
        hardware = self.context.hardware
        sampled = self.mix is not None and self.mix.loss == "sampled"
        with self._logger(spec, percent) as logger, bar(name, self.steps - start.begin) as update:
            LOG.debug("%s: trains %d steps from step %d", name, self.steps - start.begin, start.begin)
            if update is None and hardware.progress:
                print(name, file=sys.stderr)
            callbacks = [PruningCallback(matrices, mask), *callbacks, *([StepBar(update)] if update else [])]
            checkpoint = Checkpoint(self.context.checkpoints(name), hardware.checkpoint_every)
            try:
                scores = fit(encoder, parts, course, sampled, seeds, callbacks, hardware, logger, checkpoint)
            except Diverged as diverged:
                raise UserError(f"{name}: the training has diverged, {diverged}; nothing is published") from diverged
            score = self._all_metrics(scores)
            if logger is not None:
                row = result_row(score.metrics, self.problem.task.metric, percent, spec)
                logger.log_metrics(row, step=self.steps)
                logger.save()
        weights = {name: p.detach().cpu() for name, p in matrices.items()}
        return Trained(score, weights, partial(self._gradients, encoder, parts))

    def _logger(self, spec: Run | TicketMask, percent: float) -> AbstractContextManager[Any]:
        """The logger of a training, told all that it is."""
        logger = self.context.logger
        config = spec_config(spec, percent, logger.scale, logger.protocol) | {"steps": self.steps}
        return logger.logger(spec.name, config, spec.group, tags(config, [logger.study]))

    def _copy(self) -> Any:
        """Of θ0's encoder, to train, reading batches as the problem says."""
        encoder, settings = copy.deepcopy(self._encoder), self.problem.training
        if settings.packed:
            pack(encoder)
        if settings.unread == "skip" and all(kind.head == "pooled" for kind, _ in self._prepared):
            first_token_only(encoder)
        return encoder

    def parts(self, encoder: Any, seed: int, gamma: Sequence[State] | None) -> list[TaskData]:
        """The tasks with their heads on this encoder."""
        tasks = []
        for number, (problem, (kind, splits)) in enumerate(zip(self._problems, self._prepared, strict=True)):
            drawn_by = derive(seed, "head", *([number] if number else []))
            head = make_head(kind, encoder, self.context.folder.path, drawn_by)
            if gamma is not None:
                head.load_state_dict(gamma[number], strict=False)  # a tied decoder is the encoder's
            metrics = {metric.name: partial(_value, metric.component) for metric in problem.task.metrics}
            tasks.append(TaskData(kind, head, splits, problem.training, metrics))
        return tasks

    def gradients(self, mask: Mask, batches: int, seed: int) -> Weights:
        """∂L/∂θ at m ⊙ θ0 with heads drawn by the seed, the mean over so many batches, without any training."""
        encoder = self._copy()
        return self._gradients(encoder, self.parts(encoder, seed, None), mask, batches, seed)

    def _gradients(self, encoder: Any, parts: Sequence[TaskData], mask: Mask, batches: int, seed: int) -> Weights:
        """At the encoder's weights under the mask, with the parts' heads; neither is changed."""
        compute_as(self.problem.training)
        encoder, heads = copy.deepcopy((encoder, [part.head for part in parts]))
        parts = [replace(part, head=head) for part, head in zip(parts, heads, strict=True)]
        matrices = prunable(encoder, self._prunes_pooler)
        apply_(matrices, mask)
        module = TaskModule(encoder, parts, self.problem.training, StepRange(self.steps)).cpu()
        loaders = [batches_of(part, batches, seed, (0, k)) for k, part in enumerate(parts)]
        return mean_gradients(module, matrices, islice(MultiTaskLoader(loaders, module.kinds, batches, None), batches))

    def _all_metrics(self, scores: Sequence[Score]) -> Score:
        """The leading task's metrics by their names, those of the others as ``cola.matthews``."""
        first = scores[0]
        for problem, score in zip(self._problems[1:], scores[1:], strict=True):
            for metric in score.metrics:
                first = first.with_metric(f"{problem.task.name}.{metric}", score, metric)
        return first


def _value(metric: Component, columns: Columns) -> float:
    return float(call(metric, **{name: list(values) for name, values in columns.items()}))


@lru_cache(maxsize=2)
def _encoder(path: Path, fingerprint: str) -> Any:
    return load_encoder(path)
