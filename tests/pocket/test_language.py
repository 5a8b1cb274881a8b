"""The generated text: the same everywhere, well formed, and in the words of the lexicon."""

import json
import subprocess
import sys
from collections import Counter

import pytest

from lightning_tickets.pocket.lexicon import VOCABULARY
from lightning_tickets.pocket.splits import sentences_of
from lightning_tickets.pocket.tasks import TASKS, rows

NAMES = ("mnli", "qqp", "stsb", "wnli", "qnli", "mrpc", "rte", "sst2", "cola", "squad", "mlm")
DIGEST = """
import hashlib, json
from lightning_tickets.pocket.documents import draw_documents
from lightning_tickets.pocket.tasks import rows
text = json.dumps([rows(t, "dev", 3) for t in ("rte", "wnli", "cola", "sst2", "stsb")]) + repr(draw_documents(500, 5))
print(hashlib.sha256(text.encode()).hexdigest())
"""


def texts(row: dict) -> list[str]:
    return [row[k] for k in ("first", "second", "question", "context") if row.get(k) is not None]


def test_the_eleven_tasks() -> None:
    assert tuple(TASKS) == NAMES


def test_text_does_not_depend_on_the_hash_seed() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST], env={"PYTHONHASHSEED": seed}, check=True, capture_output=True, text=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


@pytest.mark.parametrize("task", TASKS)
def test_rows(task: str) -> None:
    found = rows(task, "dev")
    assert len(found) == TASKS[task].dev
    keys = [json.dumps(texts(row)) for row in found]
    if task != "mlm":
        assert len(set(keys)) == len(keys)
    for row in found:
        for text in texts(row):
            words = text.split(" ")
            assert set(words) <= set(VOCABULARY)
            assert words[-1] in (".", "?") or task == "mlm"
        lengths = [len(text.split()) for text in texts(row)]
        assert sum(lengths) + len(lengths) + 1 <= 48


@pytest.mark.parametrize("task", [t for t, spec in TASKS.items() if spec.kind == "classification"])
def test_labels_come_as_often_as_the_task_says(task: str) -> None:
    spec, found = TASKS[task], rows(task, "train")
    counts = Counter(row["label"] for row in found)
    for label, share in enumerate(spec.shares):
        expected = share / sum(spec.shares)
        assert abs(counts[label] / len(found) - expected) < 4 * (expected * (1 - expected) / len(found)) ** 0.5


def test_another_seed_draws_other_rows() -> None:
    assert rows("rte", "dev") == rows("rte", "dev")
    assert rows("rte", "dev") != rows("rte", "dev", seed=1)


def test_likeness_runs_from_0_to_5() -> None:
    scores = [row["label"] for row in rows("stsb", "train")]
    assert min(scores) >= 0
    assert max(scores) == 5
    assert len(set(scores)) > 20


def test_answers_are_whole_words_of_the_context() -> None:
    for row in rows("squad", "dev"):
        (text,), (start,) = row["answers"]["text"], row["answers"]["answer_start"]
        assert row["context"][start : start + len(text)] == text
        assert f" {row['context']} "[start] == " "
        assert f" {row['context']} "[start + len(text) + 1] == " "
        assert len(sentences_of(row["context"].split())) in (2, 3)


def test_an_unknown_split_is_refused() -> None:
    with pytest.raises(ValueError, match="train, dev"):
        rows("rte", "test")


def test_mismatched_development_set_differs_in_form() -> None:
    def passives(split: str) -> float:
        found = rows("mnli", split)
        return sum(" by " in row["first"] for row in found) / len(found)

    assert passives("dev_mismatched") > passives("dev") + 0.1
