"""``training.unread=skip``: the same gradients for every task, and a name of its own."""

import pytest

from lightning_tickets.components import component
from lightning_tickets.pruning.mask import full
from lightning_tickets.tasks.classification import Classification
from lightning_tickets.tickets.workbench import Workbench
from lightning_tickets.training.loaders import words_read
from tests.checks import check_equal_gradients, same
from tests.commands import TASKS

SKIP = "training.unread=skip"


@component("test.first_masked")
class FirstMasked(Classification):
    """Shows [MASK] in the place of a text's first word, which no stored example has."""

    def collate(self, examples, seed):
        batch = super().collate(examples, seed)
        batch["input_ids"][:, 1] = self.tokenizer.mask_token_id
        return batch


OWN = f"task.kind._target_={__name__}.FirstMasked"


@pytest.mark.parametrize("more", [(), ("training.packed=true",)])
@pytest.mark.parametrize("task", TASKS)
def test_gradients_of_every_task_are_the_same(context, tiny_run, task, more):
    benches = [Workbench(tiny_run(f"task={task}", *more, *one).problem, context) for one in ((), (SKIP,))]
    check_equal_gradients(*(bench.gradients(full(bench.prunable), 2, 1) for bench in benches))


@pytest.mark.parametrize("task", ["cola", "squad", "mlm"])
def test_a_training_has_a_name_of_its_own_and_the_same_bytes_every_time(train_once, tiny_run, task):
    computed, plain, skipped = (tiny_run(f"task={task}", *more) for more in (["training.unread=compute"], [], [SKIP]))
    assert computed.name == plain.name != skipped.name
    first, again = (train_once(f"task={task}", SKIP) for _ in range(2))
    assert first.score == again.score and same(first.weights, again.weights)


@pytest.mark.parametrize(
    ("task", "some"),
    [(["task=cola"], True), (["task=squad"], True), (["task=mlm"], False), (["task=cola", OWN], False)],
)
def test_words_are_those_of_the_training_texts(context, tiny_run, task, some):
    """Masked LM puts in any word, and so may a kind of one's own, so that all are trained."""
    bench = Workbench(tiny_run(*task).problem, context)
    words = words_read(bench.parts(bench._copy(), 1, None))
    told = sorted({word for example in bench.splits.train for word in example["input_ids"]})
    assert words == (told if some else None)
