"""A ticket on a model: pruned weights stay zero whatever trains it, until it is taken off."""

import gc
import weakref

import pytest
import pytorch_lightning as lightning
import torch
from torch import nn
from transformers import AutoModelForMaskedLM, AutoModelForSequenceClassification, Trainer, TrainingArguments

import lightning_tickets as lt
from lightning_tickets.errors import UserError
from lightning_tickets.models.encoder import prunable
from lightning_tickets.pruning.mask import full
from lightning_tickets.pruning.ranking import keep_largest
from lightning_tickets.tickets.released import save_released

IDS = torch.randint(5, 40, (8, 6), generator=torch.Generator().manual_seed(0))
LABELS = torch.arange(8) % 2
OPTIMIZERS = {
    "adamw": lambda ps: torch.optim.AdamW(ps, lr=0.01, weight_decay=0.1),
    "momentum": lambda ps: torch.optim.SGD(ps, lr=0.1, momentum=0.9, weight_decay=0.1),
    "adagrad": lambda ps: torch.optim.Adagrad(ps, lr=0.1),
}


@pytest.fixture
def model(tiny_bert):
    torch.manual_seed(0)
    return AutoModelForSequenceClassification.from_pretrained(tiny_bert, num_labels=2)


@pytest.fixture
def ticket(model):
    weights = {name: w.detach() for name, w in prunable(model.bert).items()}
    return lt.Ticket(keep_largest(weights, full(weights), 1500), {"by": "magnitude"})


def pruned(model, ticket):
    """All weights that the ticket prunes, of the model as it is now."""
    weights = prunable(model.bert)
    return torch.cat([weights[name][~kept] for name, kept in ticket.mask.items()]).detach()


def by_hand(model, optimizer, steps=3):
    for _ in range(steps):
        optimizer.zero_grad()
        model(input_ids=IDS, labels=LABELS).loss.backward()
        optimizer.step()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_zeros_stay_under_any_optimiser(model, ticket, optimizer):
    assert pruned(model, ticket).any()
    before = model.classifier.weight.detach().clone()
    stepping = OPTIMIZERS[optimizer](model.parameters())
    by_hand(model, stepping, 1)  # its momentum knows the whole network
    ticket.apply(model)
    assert not pruned(model, ticket).any()
    by_hand(model, stepping)
    assert not pruned(model, ticket).any() and not torch.equal(model.classifier.weight, before)
    gradients = {name: p.grad for name, p in prunable(model.bert).items()}
    assert not any(gradients[name][~kept].any() for name, kept in ticket.mask.items())
    ticket.remove(model)
    by_hand(model, stepping, 1)
    assert pruned(model, ticket).any()


def test_a_frozen_layer_stays_as_it_is(model, ticket):
    for weight in model.bert.encoder.layer[0].parameters():
        weight.requires_grad_(False)
    ticket.apply(model)
    by_hand(model, torch.optim.SGD(model.parameters(), lr=0.1))
    assert not pruned(model, ticket).any()
    ticket.remove(model)


@pytest.mark.parametrize("by_callback", [False, True])
def test_zeros_stay_in_transformers_trainer(model, ticket, tmp_path, by_callback):
    rows = [{"input_ids": ids, "labels": label} for ids, label in zip(IDS, LABELS, strict=True)]
    arguments = TrainingArguments(
        str(tmp_path), max_steps=3, report_to=[], use_cpu=True, disable_tqdm=True, save_steps=9
    )
    before = model.classifier.weight.detach().clone()
    if not by_callback:
        ticket.apply(model)
    Trainer(model, arguments, train_dataset=rows, callbacks=[lt.TrainerTicket(ticket)] * by_callback).train()
    assert not pruned(model, ticket).any() and not torch.equal(model.classifier.weight, before)
    if by_callback:
        ticket.apply(model)  # it was taken off


def test_a_training_that_fails_can_be_repeated(model, ticket, tmp_path):
    """As by ``auto_find_batch_size``, when a batch is too large."""
    rows = [{"input_ids": ids, "labels": label} for ids, label in zip(IDS, LABELS, strict=True)]
    arguments = TrainingArguments(str(tmp_path), max_steps=1, report_to=[], use_cpu=True, disable_tqdm=True)
    arguments.auto_find_batch_size, arguments.save_strategy = True, "no"
    failures = [RuntimeError("CUDA out of memory."), KeyboardInterrupt()]
    model.register_forward_pre_hook(lambda *_: _raise(failures.pop()) if failures else None)
    trainer = Trainer(model, arguments, train_dataset=rows, callbacks=[lt.TrainerTicket(ticket)])
    with pytest.raises(KeyboardInterrupt):
        trainer.train()
    trainer.train()
    assert not failures and not pruned(model, ticket).any()
    ticket.apply(model)  # it was taken off


def _raise(error):
    raise error


class Wrapped(lightning.LightningModule):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def training_step(self, batch, index):
        return self.model(input_ids=batch[0], labels=batch[1]).loss

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1, weight_decay=0.1)


@pytest.mark.parametrize("by_callback", [False, True])
def test_zeros_stay_in_lightning(model, ticket, by_callback):
    wrapped = Wrapped(model)
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(IDS, LABELS), batch_size=4)
    quiet = dict.fromkeys(("logger", "enable_progress_bar", "enable_model_summary", "enable_checkpointing"), False)
    before = model.classifier.weight.detach().clone()
    if not by_callback:
        ticket.apply(wrapped)
    callbacks = [lt.LightningTicket(ticket)] * by_callback
    lightning.Trainer(accelerator="cpu", max_epochs=2, callbacks=callbacks, **quiet).fit(wrapped, loader)
    assert not pruned(model, ticket).any() and not torch.equal(model.classifier.weight, before)
    if by_callback:
        ticket.apply(wrapped)  # it was taken off


class Late(Wrapped):
    """Its model is made by ``configure_model``."""

    def __init__(self, model):
        super().__init__(None)
        self.made = [model]

    def configure_model(self):
        self.model = self.made[0]


class IsMasked(lightning.Callback):
    def on_train_batch_start(self, trainer, pl_module, batch, index):
        assert not pruned(pl_module.model, trainer.callbacks[0].ticket).any()


def test_a_model_that_the_trainer_makes_or_restores_is_masked_from_the_first_batch(model, ticket, tmp_path):
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(IDS, LABELS), batch_size=4)
    quiet = dict.fromkeys(("logger", "enable_progress_bar", "enable_model_summary", "enable_checkpointing"), False)
    dense = lightning.Trainer(accelerator="cpu", max_epochs=1, **quiet)
    dense.fit(Late(model), loader)
    dense.save_checkpoint(tmp_path / "dense.ckpt")
    assert pruned(model, ticket).any()
    callbacks = [lt.LightningTicket(ticket), IsMasked()]
    trainer = lightning.Trainer(accelerator="cpu", max_epochs=2, callbacks=callbacks, **quiet)
    trainer.fit(Late(model), loader, ckpt_path=tmp_path / "dense.ckpt", weights_only=False)
    assert trainer.global_step == 4 and not pruned(model, ticket).any()


class Distilled(Wrapped):
    def __init__(self, model, teacher):
        super().__init__(model)
        self.teacher, self.student = teacher, model  # the student is under two names


def test_of_two_models_in_a_module_one_is_named(model, ticket, tiny_bert):
    teacher = AutoModelForSequenceClassification.from_pretrained(tiny_bert, num_labels=2)
    module = Distilled(model, teacher)
    with pytest.raises(ValueError, match=r"Distilled contains 2 models of transformers \(model, teacher\): apply"):
        ticket.apply(module)
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(IDS, LABELS), batch_size=4)
    quiet = dict.fromkeys(("logger", "enable_progress_bar", "enable_model_summary", "enable_checkpointing"), False)
    callback = lt.LightningTicket(ticket, "student")
    lightning.Trainer(accelerator="cpu", max_epochs=1, callbacks=[callback], **quiet).fit(module, loader)
    assert not pruned(model, ticket).any() and pruned(teacher, ticket).any()
    ticket.apply(module.student)  # it was taken off


def test_a_fit_that_fails_takes_the_ticket_off(model, ticket):
    wrapped = Wrapped(model)
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(IDS), batch_size=4)  # without labels
    quiet = dict.fromkeys(("logger", "enable_progress_bar", "enable_model_summary", "enable_checkpointing"), False)
    trainer = lightning.Trainer(accelerator="cpu", max_epochs=1, callbacks=[lt.LightningTicket(ticket)], **quiet)
    with pytest.raises(IndexError):
        trainer.fit(wrapped, loader)
    ticket.apply(wrapped)
    with pytest.raises(ValueError, match="already"):  # and leaves one alone that it has not put on
        lightning.Trainer(accelerator="cpu", callbacks=[lt.LightningTicket(ticket)], **quiet).fit(wrapped, loader)
    ticket.remove(wrapped)


def test_a_model_that_goes_takes_its_weights_along(ticket, tiny_bert):
    model = AutoModelForSequenceClassification.from_pretrained(tiny_bert, num_labels=2)
    ticket.apply(model)
    weight = weakref.ref(prunable(model.bert)["pooler.dense.weight"])
    del model
    gc.collect()
    assert weight() is None


def test_a_ticket_with_a_pooler_goes_on_a_model_without(ticket, tiny_bert):
    model = AutoModelForMaskedLM.from_pretrained(tiny_bert)
    assert "pooler.dense.weight" in ticket.mask and "pooler.dense.weight" not in prunable(model.bert)
    ticket.apply(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.1)
    model(input_ids=IDS, labels=IDS).loss.backward()
    optimizer.step()
    zeros = [weight[~ticket.mask[name]] for name, weight in prunable(model.bert).items()]
    assert torch.cat(zeros).numel() > 1000 and not torch.cat(zeros).any()


def test_two_models_do_not_disturb_each_other(model, ticket, tiny_bert):
    other = AutoModelForSequenceClassification.from_pretrained(tiny_bert, num_labels=2)
    ticket.apply(model)
    by_hand(other, torch.optim.SGD(other.parameters(), lr=0.1))
    assert pruned(other, ticket).all() and not pruned(model, ticket).any()


def test_it_is_the_same_after_saving(ticket, tmp_path):
    ticket.save(tmp_path / "ticket.safetensors")
    save_released(tmp_path / "mask.pt", ticket.mask)
    for place in (tmp_path, tmp_path / "ticket.safetensors", tmp_path / "mask.pt"):
        again = lt.Ticket.load(place)
        assert again.overlap(ticket) == 1 and again.total_sparsity == ticket.total_sparsity
    assert lt.Ticket.load(tmp_path).provenance == {"by": "magnitude"}
    with pytest.raises(UserError, match=r"mine\.pt: expected a name that ends in \.safetensors"):
        ticket.save(tmp_path / "mine.pt")
    assert not (tmp_path / "mine.pt").exists()


@pytest.mark.parametrize(("given", "name"), [({"name": "find\x1b/round-01"}, "find"), ({}, "without a name")])
def test_it_shows_its_name_and_counts(given, name):
    shown = repr(lt.Ticket({"a": torch.arange(2000).reshape(2, 1000) > 499}, given))
    assert shown.startswith(f"<Ticket {name}") and shown.isprintable()
    assert shown.endswith(": 1,500 of 2,000 weights kept, 25.00 % zero>")


def test_overlap_and_sparsity_are_counted():
    one = lt.Ticket({"a": torch.tensor([[True, True, False, False]])})
    other = lt.Ticket({"a": torch.tensor([[False, True, True, False]])})
    assert one.overlap(other) == 1 / 3 and one.sparsity() == {"a": 0.5} and one.total_sparsity == 0.5


def test_what_does_not_fit_is_refused(model, ticket):
    with pytest.raises(ValueError, match="contains no model of transformers"):
        ticket.apply(nn.Linear(2, 2))
    with pytest.raises(ValueError, match="mask does not fit the model: a is"):
        lt.Ticket({"a": torch.ones(1, 4, dtype=torch.bool)}).apply(model)
    with pytest.raises(ValueError, match="there is no ticket on this model"):
        ticket.remove(model)
    ticket.apply(model)
    with pytest.raises(ValueError, match="there is a ticket on this model already"):
        ticket.apply(model)
