"""Searches for overlap of development sets with training sets or the corpus; there should be none.

python benchmarks/pocket_leaks.py [NUMBER OF DOCUMENTS] [large]
"""

from __future__ import annotations

from dataclasses import dataclass

from lightning_tickets.pocket.documents import draw_documents
from lightning_tickets.pocket.facts import Words
from lightning_tickets.pocket.splits import is_long, sentences_of
from lightning_tickets.pocket.tasks import SIZES, TASKS, rows

Pair = tuple[Words, Words]
DOCUMENTS = 100_000


@dataclass(frozen=True)
class Leak:
    """The distinct long sentences and examples of a development set, and how many of them were seen before."""

    task: str
    split: str
    sentences: int
    examples: int
    in_training: int
    in_corpus: int
    whole: int


def find_leaks(documents: int = DOCUMENTS, size: str = "small") -> list[Leak]:
    """Every development set against every training set and a corpus of so many documents."""
    corpus = [(d.first, d.plain) for d in draw_documents(documents, "corpus/0")]
    train = [pair for task in TASKS for pair in pairs(task, "train", size)]
    read, trained, seen = _long_sentences(corpus), _long_sentences(train), _whole(corpus) | _whole(train)
    leaks = []
    for task, split in dev_splits():
        dev = pairs(task, split, size)
        sentences, examples = _long_sentences(dev), _whole(dev)
        shared = len(sentences & trained), len(sentences & read), len(examples & seen)
        leaks.append(Leak(task, split, len(sentences), len(examples), *shared))
    return leaks


def dev_splits() -> list[tuple[str, str]]:
    return [(task, split) for task in TASKS for split in TASKS[task].splits if split != "train"]


def pairs(task: str, split: str, size: str) -> list[Pair]:
    """The two segments of each row; for documents, without the word for the relation."""
    spec = SIZES[size][task]
    if spec.kind == "masked_lm":
        return [(d.first, d.plain) for d in draw_documents(spec.size(split), f"{task}/{split}/0", dev=split != "train")]
    drawn = rows(task, split, size=size)
    texts = [(r.get("question") or r["first"], r.get("context") or r.get("second") or "") for r in drawn]
    return [(first.split(), second.split()) for first, second in texts]


def _long_sentences(pairs: list[Pair]) -> set[str]:
    return {s for first, second in pairs for s in sentences_of(first, second) if is_long(s)}


def _whole(pairs: list[Pair]) -> set[str]:
    return {" ".join([*first, "|", *second]) for first, second in pairs}


def main(arguments: list[str]) -> None:
    print("development set     sentences  in training  in corpus   examples  whole in either")
    documents = next((int(word) for word in arguments if word.isdigit()), DOCUMENTS)
    for leak in find_leaks(documents, size="large" if "large" in arguments else "small"):
        counts = f"{leak.sentences:9d} {leak.in_training:12d} {leak.in_corpus:10d} {leak.examples:10d} {leak.whole:16d}"
        print(f"{leak.task + ' ' + leak.split:19s} {counts}")


if __name__ == "__main__":
    from command_line import run

    run(main)
