"""The LightningModule over an encoder and one head per task; the kind of task says what loss and score are."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytorch_lightning as lightning
import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_

from lightning_tickets.models.packing import encode
from lightning_tickets.runs.world import rank, world_size
from lightning_tickets.tasks.batches import Batch, Example, with_places
from lightning_tickets.tasks.kind import Score, score_predictions
from lightning_tickets.training.config import StepRange, Training
from lightning_tickets.training.distributed import all_gather
from lightning_tickets.training.divergence import check_predictions
from lightning_tickets.training.loaders import Collate, TaskData
from lightning_tickets.training.optimizers import linear_rate, make_optimizer


class TaskModule(lightning.LightningModule):
    """f(x; θ, γ): ``encoder`` is θ, ``heads`` are γ, one for each of the tasks that are trained together."""

    def __init__(self, encoder: nn.Module, parts: Sequence[TaskData], settings: Training, course: StepRange) -> None:
        super().__init__()
        self.encoder, self.heads = encoder, nn.ModuleList([part.head for part in parts])
        self.kinds, self.metrics = [part.kind for part in parts], [part.metrics for part in parts]
        self.settings, self.course = settings, course

    def forward(self, batch: Batch, number: int = 0) -> Tensor:
        """The logits of a batch of the task of that number."""
        logits: Tensor = self.heads[number](encode(self.encoder, batch), batch)
        return logits

    def loss(self, batches: Mapping[int, Batch]) -> Tensor:
        """The sum over the tasks that have a batch."""
        return torch.stack([self._weighed(number, batch) for number, batch in batches.items()]).sum()

    def _weighed(self, number: int, batch: Batch) -> Tensor:
        """Of several processes each has some rows of a batch, which count as many as they are."""
        logits: Tensor = self(batch, number).float()
        weight = batch.get("weight")
        if weight is not None and weight == 0:
            return logits.sum() * 0
        loss: Tensor = self.kinds[number].loss(logits, batch)
        return loss if weight is None else loss * weight

    def on_before_batch_transfer(self, batches: Mapping[int, Batch], dataloader_idx: int) -> Mapping[int, Batch]:
        """For a GPU, which then runs without being waited for: places are counted, memory is pinned."""
        if self.device.type != "cuda":
            return batches
        return {k: {name: v.pin_memory() for name, v in with_places(b).items()} for k, b in batches.items()}

    def training_step(self, batches: Mapping[int, Batch], index: int) -> Tensor:
        loss = self.loss(batches)
        if self.logger is not None:
            self.log("train/loss", loss, batch_size=sum(len(batch["input_ids"]) for batch in batches.values()))
            self.log("train/rate", self.optimizers().param_groups[0]["lr"])  # type: ignore[union-attr]
        return loss

    def configure_gradient_clipping(
        self, optimizer: Any, gradient_clip_val: float | None = None, gradient_clip_algorithm: str | None = None
    ) -> None:
        """By the norm of all gradients, as Lightning's own, which refuses a fused optimiser under autocast."""
        if gradient_clip_val:
            clip_grad_norm_([p for group in optimizer.param_groups for p in group["params"]], gradient_clip_val)

    def configure_optimizers(self) -> Any:
        optimizer = make_optimizer(self.encoder, self.heads, self.settings)
        rate = torch.optim.lr_scheduler.LambdaLR(optimizer, linear_rate(self.course, self.settings.warmup))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": rate, "interval": "step"}}


@torch.no_grad()
def evaluate(
    module: TaskModule, examples: Sequence[Example], batches: list[list[int]], number: int = 0, drawn: Any = None
) -> Score:
    """The score of the task of that number over all examples.

    It consumes no generator of the training's, unless the batches are ``drawn`` (docs/method.md, row 10), and then
    one after another. Otherwise several processes share the batches, each example in one of them.
    """
    module.eval()
    kind, predictions = module.kinds[number], dict[int, Any]()
    collate: Collate | Any = drawn or (lambda chosen: kind.collate(chosen, None))
    for chosen in batches if drawn else batches[rank() :: world_size()]:
        batch = {name: value.to(module.device) for name, value in collate([examples[i] for i in chosen]).items()}
        predictions.update(
            zip(chosen, kind.predict(check_predictions(module(batch, number).float()), batch), strict=True)
        )
    everything = {i: one for part in ([predictions] if drawn else all_gather(predictions)) for i, one in part.items()}
    score = score_predictions(kind, examples, [everything[i] for i in range(len(examples))])
    return score.with_metrics(module.metrics[number])
