"""Tokenised examples on disk: made once, shared by runs, made again when what they depend on changes."""

import json
import shutil
from dataclasses import replace
from types import SimpleNamespace

import pytest

from lightning_tickets.data.pocket import Pocket
from lightning_tickets.errors import UserError
from lightning_tickets.models.folders import local
from lightning_tickets.tickets import examples
from lightning_tickets.tickets.score import score_run
from lightning_tickets.tickets.workbench import Workbench
from tests.checks import one_line


@pytest.fixture(autouse=True)
def forgotten(monkeypatch):
    """Every test as in a new process."""
    monkeypatch.setattr(examples, "_known", {})


def files(context) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in context.cache.iterdir()}


def prepare(run, context):
    examples._known.clear()
    return examples.load_splits(run.problem, context.source, context.folder, context.cache)


@pytest.fixture
def before(context, tiny_run) -> dict[str, int]:
    """The files of a run's train and dev set, which lie there already."""
    prepare(tiny_run("task=cola"), context)
    assert len(files(context)) == 2
    return files(context)


@pytest.mark.parametrize(
    ("count", "changed"),
    [
        (2, ["seed=2", "training.learning_rate=1", "subnetwork=full"]),
        (3, ["data.train_limit=30"]),
        (3, ["data.dev_limit=20"]),
        (4, ["training.max_length=20"]),
    ],
)
def test_what_the_examples_depend_on_gives_other_files_and_nothing_else_does(context, tiny_run, before, count, changed):
    prepare(tiny_run("task=cola", *changed), context)
    assert before.items() <= files(context).items() and len(files(context)) == count


@pytest.mark.parametrize(("file", "count"), [("tokenizer_config.json", 4), ("config.json", 2)])
def test_another_tokenizer_gives_other_files_and_other_weights_do_not(context, tiny_run, before, tmp_path, file, count):
    folder = shutil.copytree(context.folder.path, tmp_path / "other")
    (folder / file).write_text((folder / file).read_text() + " ")
    prepare(tiny_run("task=cola", f"model.path={folder}"), replace(context, folder=local(str(folder))))
    assert len(files(context)) == count


def test_a_damaged_file_is_made_again_with_the_same_bytes(context, tiny_run):
    prepare(tiny_run("task=rte"), context)
    path = max(context.cache.iterdir())
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    prepare(tiny_run("task=rte"), context)
    assert path.read_bytes() == whole


def test_what_is_read_from_disk_is_what_the_kind_encoded(context, tiny_run):
    for task in ("cola", "stsb", "squad", "mlm"):
        kind, splits = prepare(tiny_run(f"task={task}"), context)
        assert splits.dev[:] == list(kind.encode(list(context.source.rows(task, "dev"))[:24]))


def source_of(rows):
    return SimpleNamespace(rows=lambda task, split: iter(rows), fingerprint=Pocket().fingerprint)


def test_rows_that_cannot_be_encoded_leave_no_file(context, tiny_run):
    run = tiny_run("task=cola")
    source = source_of([{"first": "the dog", "second": None, "label": label} for label in (0, 1, 7)])
    with pytest.raises(UserError, match="task=cola: label 7"):
        prepare(run, replace(context, source=source))
    assert list(context.cache.iterdir()) == []


def test_a_metric_that_the_kind_does_not_have_is_refused_before_training(context, tiny_run):
    with pytest.raises(UserError, match=r"task.metric=bleu: expected one of accuracy, matthews, f1"):
        Workbench(tiny_run("task=cola", "task.metric=bleu").problem, context)


def test_text_too_short_for_a_block_is_named(context, tiny_run):
    run, source = tiny_run("task=mlm"), source_of([{"text": "the dog ."}])
    with pytest.raises(UserError, match=r"task=mlm: train gives no example of training.max_length=48 tokens"):
        prepare(run, replace(context, source=source))


def test_more_token_types_than_the_network_has_are_refused(context, tiny_run, tmp_path):
    """Only where there are pairs, and by examples of another network with this tokenizer too."""
    folder = shutil.copytree(context.folder.path, tmp_path / "one_type")
    config = json.loads((folder / "config.json").read_text()) | {"type_vocab_size": 1}
    (folder / "config.json").write_text(json.dumps(config))
    prepare(tiny_run("task=rte"), context)
    of_one_type = replace(context, folder=local(str(folder)))
    prepare(tiny_run("task=cola", f"model.path={folder}"), of_one_type)
    message = "task=rte: the tokenizer gives 2 token types, the network has 1 (type_vocab_size); expected no more"
    assert one_line(prepare, tiny_run("task=rte", f"model.path={folder}"), of_one_type) == message


def test_mnli_is_scored_on_the_mismatched_set_too(context, tiny_run):
    result = score_run(tiny_run("task=mnli", "subnetwork=full"), context)
    assert set(result.metrics) == {"matched_accuracy", "matthews", "mismatched_accuracy"}
    assert len({path.name.split("-")[1] for path in context.cache.iterdir()}) == 3
    _, splits = prepare(tiny_run("task=mnli"), context)
    assert [len(splits.dev), len(splits.further["mismatched_accuracy"])] == [24, 24]
    assert splits.dev[:] != splits.further["mismatched_accuracy"][:]


@pytest.mark.parametrize(("part", "said"), [("model", "the network has changed"), ("data", "the data have changed")])
def test_what_changed_since_the_command_began_is_not_trained_on(context, tiny_run, part, said):
    problem = tiny_run("task=cola").problem
    other = replace(problem, **{part: replace(getattr(problem, part), fingerprint="of before")})
    with pytest.raises(UserError, match=said):
        examples.load_splits(other, context.source, context.folder, context.cache)
