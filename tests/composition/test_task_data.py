"""What a task's YAML says of its data: checked by key, and the official counts against the paper's steps."""

import pytest

from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.data_and_model import data_source
from lightning_tickets.composition.problems import build_problem
from lightning_tickets.composition.task_data import dataset_spec
from lightning_tickets.errors import UserError

# Examples that a training epoch holds, padded to whole batches (the paper's training sets), and the batch.
EPOCHS = {
    "mnli": (392_704, 32),
    "qqp": (363_872, 32),
    "stsb": (5_760, 32),
    "wnli": (640, 32),
    "qnli": (104_768, 32),
    "mrpc": (3_680, 32),
    "rte": (2_496, 32),
    "sst2": (67_360, 32),
    "cola": (8_576, 32),
}


@pytest.mark.parametrize("task", EPOCHS)
def test_an_epoch_of_the_whole_data_has_the_papers_examples_and_steps(task):
    config = compose_config(["scale=paper", f"task={task}"])
    training, rows = build_problem(config).problem.training, data_source(config).counts(task)["train"]
    examples, batch = EPOCHS[task]
    assert training.batch_size == batch and training.epochs == 3
    assert training.total_steps(rows) == 3 * examples // batch
    assert build_problem(config).cost.seconds == training.total_steps(rows) * config.training.seconds_per_step


@pytest.mark.parametrize(
    ("task", "wanted"),
    [
        ("cola", (None, 3, 32, 128, 2e-5)),
        ("stsb", (None, 3, 32, 128, 2e-5)),
        ("squad", (None, 2, 16, 384, 3e-5)),
        ("mlm", (10_000, None, 16, 512, 5e-5)),
    ],
)
def test_the_paper_scale_has_the_papers_settings(task, wanted):
    training = build_problem(compose_config(["scale=paper", f"task={task}"])).problem.training
    found = (training.steps, training.epochs, training.batch_size, training.max_length, training.learning_rate)
    assert found == wanted and training.head_learning_rate == training.learning_rate
    optimizer = (training.beta1, training.beta2, training.epsilon, training.weight_decay, training.clip)
    assert optimizer == (0.9, 0.999, 1e-8, 0.0, 1.0)
    assert (training.warmup, training.pool, training.precision) == (0.0, 1, "32-true")


@pytest.mark.parametrize(
    ("override", "named"),
    [
        ("~task.files.folder", "task.files.folder is missing"),
        ("+task.files.colour=red", "task.files.colour is unknown"),
        ("task.kind.labels=3", "task.files has 2 labels, task.kind.labels=3"),
        ("task.files=CoLA", "task.files: expected a mapping"),
        ("task.files.columns=text", "task.files.columns=text: expected a mapping"),
        ("~task.files.columns.label", "task.files: columns first: expected first, label"),
        ("+task.files.columns.third=4", "task.files: columns first, label, third: expected first, label"),
        ("+task.files.labels=[a,b]", "task.files: a label is defined by one of"),
        ("~task.hub.revision", "task.hub.revision is missing"),
        ("+task.rows.test=3", "task.rows.test: expected one of train, dev"),
        ("task.rows.dev=many", "task.rows.dev=many: expected an integer"),
    ],
)
def test_a_mistake_in_a_task_is_named_by_its_key(override, named):
    with pytest.raises(UserError) as raised:
        dataset_spec(compose_config(["task=cola", override]).task)
    assert named in str(raised.value) and len(str(raised.value).splitlines()) == 1


def test_every_glue_task_says_the_same_of_its_files_and_of_the_hub():
    for task in EPOCHS:
        found = dataset_spec(compose_config([f"task={task}"]).task)
        assert found.files is not None and found.hub is not None
        assert dict(found.hub.rows) == dict(found.official) and {"train", "dev"} <= set(dict(found.official))
        assert [name for name, _ in found.files.columns.names] == [name for name, _ in found.hub.columns.names]
