"""A training step reads no value back from the device: on the meta device there is none, so reading one is an error."""

from types import SimpleNamespace

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from lightning_tickets.models.encoder import prunable
from lightning_tickets.pruning.callback import PruningCallback
from lightning_tickets.tasks.batches import with_places
from lightning_tickets.tickets.workbench import Workbench
from lightning_tickets.training.config import StepRange
from lightning_tickets.training.loaders import MultiTaskLoader, batches_of
from lightning_tickets.training.module import TaskModule

TASKS = ["cola", "stsb", "squad", "mlm"]
READING = ("aten::_local_scalar_dense", "aten::nonzero", "aten::masked_select", "aten::equal")


class OnGpu(torch.Tensor):
    """A tensor that says it is on a GPU; so do the results of operations on it."""

    is_cuda = property(lambda _: True)


@pytest.fixture
def training(context, tiny_run):
    """The module and a batch of a training on the tiny BERT."""

    def make(*overrides):
        bench = Workbench(tiny_run(*overrides).problem, context)
        encoder = bench._copy()
        parts = bench.parts(encoder, 1, None)
        module = TaskModule(encoder.train(), parts, bench.problem.training, StepRange(4))
        batch = next(iter(MultiTaskLoader([batches_of(parts[0], 1, 1, (1, 0))], module.kinds, 1, None)))[0]
        return module, with_places(batch)

    return make


def holding(module):
    """What holds a mask of half of the weights, as a training begins."""
    matrices = prunable(module.encoder)
    callback = PruningCallback(matrices, {name: torch.rand(w.shape) < 0.5 for name, w in matrices.items()})
    callback.on_fit_start(SimpleNamespace(optimizers=[]), SimpleNamespace(device=next(module.parameters()).device))
    return callback


def backward(module, batch, callback):
    """What a training does between a batch's arrival and the optimiser's step."""
    loss = module.training_step({0: batch}, 0)
    loss.backward()
    callback.on_before_optimizer_step(None, module, None)
    module.configure_gradient_clipping(SimpleNamespace(param_groups=[{"params": module.parameters()}]), 1.0)
    return loss


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize("task", TASKS)
def test_a_packed_step(training, task, dtype):
    module, batch = training(f"task={task}", "training.packed=true")
    there = {name: value.to("meta").as_subclass(OnGpu) for name, value in batch.items()}
    module = module.to("meta", dtype)
    assert backward(module, there, holding(module)).device.type == "meta"
    assert module.encoder.get_input_embeddings().weight.grad is not None
    with pytest.raises((RuntimeError, NotImplementedError)):  # what this test lives on
        there["input_ids"].sum().item()


class Reads(TorchDispatchMode):
    """Notes the operations whose result, or its size, a GPU would have to be waited for."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def __torch_dispatch__(self, operation, types, arguments=(), options=None):
        name = operation.name()
        chosen = arguments[1] if name == "aten::index.Tensor" else ()
        if name in READING or any(at is not None and at.dtype == torch.bool for at in chosen):
            self.seen.append(name)
        return operation(*arguments, **(options or {}))


@pytest.mark.parametrize("task", TASKS)
def test_a_padded_step_and_the_optimiser(training, task, monkeypatch):
    """Transformers looks once whether there is padding."""
    module, batch = training(f"task={task}")
    optimizer, callback = module.configure_optimizers()["optimizer"], holding(module)
    for name in ("cpu", "item", "tolist", "numpy"):
        monkeypatch.setattr(torch.Tensor, name, lambda *_: pytest.fail("a value is read back"))
    with Reads() as reads:
        backward(module, batch, callback)
    assert reads.seen == ["aten::_local_scalar_dense"]
    with Reads() as reads:
        optimizer.step()
    assert reads.seen == [] and module.encoder.get_input_embeddings().weight in optimizer.state
