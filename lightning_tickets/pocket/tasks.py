"""Eleven tasks in the miniature English, one for each task of the paper."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from typing import Any, Final, NamedTuple

from lightning_tickets.pocket.documents import draw_documents
from lightning_tickets.pocket.facts import Words, chance
from lightning_tickets.pocket.faults import acceptable, spoil
from lightning_tickets.pocket.grammar import Style, ask_whether, say
from lightning_tickets.pocket.lexicon import ADJECTIVES
from lightning_tickets.pocket.pairs import Miss, compare, question_and_sentence, restate, restate_both
from lightning_tickets.pocket.reading import read, search
from lightning_tickets.pocket.relations import INFERENCES, infer
from lightning_tickets.pocket.splits import belongs
from lightning_tickets.pocket.stories import explain, review

VERSION: Final = 1  # raise it whenever the generated data change


class Drawn(NamedTuple):
    """One or two segments and the label, or the first and last word of an answer."""

    first: Words
    second: Words | None
    target: float | tuple[int, int] | None


Draw = Callable[[Random, int, Style], Drawn]


@dataclass(frozen=True)
class PocketTask:
    """A task: how examples of a label are drawn, the frequencies of labels, sizes and metric."""

    name: str
    draw: Draw | None  # None: its examples are documents
    shares: tuple[float, ...]  # of the labels (of the numbers of changes, where the label is a score)
    train: int
    dev: int
    kind: str = "classification"  # or regression, span, masked_lm
    metric: str = "accuracy"
    splits: tuple[str, ...] = ("train", "dev")

    def size(self, split: str) -> int:
        """The number of a split's examples."""
        return self.train if split == "train" else self.dev


NEAR = Miss(many=0.0, roles=0.5)  # pairs that fail in one thing only
STYLE = Style(passive=0.4)
ODD = Style(passive=0.7, time_first=0.8)


def _mnli(rng: Random, label: int, style: Style) -> Drawn:
    first, second = infer(rng, list(INFERENCES)[label], style)
    return Drawn([*first, "."], [*second, "."], label)


def _rte(rng: Random, label: int, style: Style) -> Drawn:
    first, second = infer(rng, rng.choice(["neutral", "contradiction"]) if label else "entailment", style)
    return Drawn([*first, "."], [*second, "."], label)


def _qqp(rng: Random, label: int, style: Style) -> Drawn:
    if chance(rng, 0.6):
        first, second = restate_both(rng, bool(label))
    else:
        first, second, _ = restate(rng, bool(label), ask_whether, NEAR, style)
    return Drawn(first, second, label)


def _mrpc(rng: Random, label: int, style: Style) -> Drawn:
    first, second, _ = restate(rng, bool(label), say, NEAR, style)
    return Drawn([*first, "."], [*second, "."], label)


def _stsb(rng: Random, changes: int, style: Style) -> Drawn:
    first, second, score = compare(rng, changes, roles=0.3, style=style)
    return Drawn([*first, "."], [*second, "."], score)


def _wnli(rng: Random, label: int, style: Style) -> Drawn:
    story = explain(rng, style=style)
    second = [story.referent if label else story.other, "is", rng.choice(ADJECTIVES[story.adjective]), "."]
    return Drawn([*story.words, "."], second, label)


def _qnli(rng: Random, label: int, style: Style) -> Drawn:
    ask = search if chance(rng, 0.6) else question_and_sentence
    first, second = ask(rng, not label, NEAR, style)
    return Drawn(first, [*second, "."], label)


def _sst2(rng: Random, label: int, style: Style) -> Drawn:
    return Drawn([*review(rng, bool(label), mixed=0.5, doubt=0.15), "."], None, label)


def _cola(rng: Random, label: int, style: Style) -> Drawn:
    words = acceptable(rng, style)
    words = words if label else spoil(rng, words)
    return Drawn(words if words[-1] == "?" else [*words, "."], None, label)


def _squad(rng: Random, label: int, style: Style) -> Drawn:
    drawn = read(rng, rng.choice([2, 2, 3]), style, alike=0.6)
    return Drawn(drawn.question, drawn.text, (drawn.start, drawn.end))


_TASKS = (
    PocketTask("mnli", _mnli, (1, 1, 1), 8000, 600, splits=("train", "dev", "dev_mismatched")),
    PocketTask("qqp", _qqp, (0.63, 0.37), 1500, 600),
    PocketTask("stsb", _stsb, (2, 1, 1, 1, 2), 1200, 400, kind="regression", metric="pearson"),
    PocketTask("wnli", _wnli, (0.56, 0.44), 600, 200),
    PocketTask("qnli", _qnli, (1, 1), 2000, 600),
    PocketTask("mrpc", _mrpc, (0.34, 0.66), 900, 400),
    PocketTask("rte", _rte, (1, 1), 640, 400),
    PocketTask("sst2", _sst2, (1, 1), 800, 600),
    PocketTask("cola", _cola, (0.32, 0.68), 1600, 500, metric="matthews"),
    PocketTask("squad", _squad, (1,), 1500, 500, kind="span", metric="f1"),
    PocketTask("mlm", None, (1,), 8000, 600, kind="masked_lm"),
)
_LARGE = {
    "mnli": (6000, 2000),
    "qqp": (4000, 2000),
    "stsb": (1200, 1000),
    "wnli": (600, 500),
    "qnli": (4000, 2000),
    "mrpc": (900, 1000),
    "rte": (640, 1000),
    "sst2": (3000, 2000),
    "cola": (1600, 2000),
    "squad": (4000, 1000),
    "mlm": (8000, 1000),
}
TASKS: Final[Mapping[str, PocketTask]] = {task.name: task for task in _TASKS}
LARGE: Final[Mapping[str, PocketTask]] = {
    name: replace(task, train=_LARGE[name][0], dev=_LARGE[name][1]) for name, task in TASKS.items()
}  # sizes in the order of GLUE's, and development sets that tell small differences
SIZES: Final[Mapping[str, Mapping[str, PocketTask]]] = {"small": TASKS, "large": LARGE}


def rows(task: str, split: str, seed: int = 0, size: str = "small") -> list[dict[str, Any]]:
    """The distinct examples of a split, words separated by single blanks; ``size`` is one of SIZES."""
    spec = SIZES[size][task]
    if split not in spec.splits:
        raise ValueError(f"{task} has the splits {', '.join(spec.splits)}, not {split!r}")
    if spec.draw is None:
        return _document_rows(spec, split, seed)
    to_row = _span_row if spec.kind == "span" else _label_row
    return [to_row(drawn) for drawn in _draw_split(spec, spec.draw, split, seed)]


def _draw_split(spec: PocketTask, draw: Draw, split: str, seed: int) -> list[Drawn]:
    """Labels are drawn before their examples, so that the split does not change their frequencies."""
    rng = Random(f"{spec.name}/{split}/{seed}")
    style = ODD if split == "dev_mismatched" else STYLE
    seen: set[str] = set()
    examples: list[Drawn] = []
    for label in rng.choices(range(len(spec.shares)), spec.shares, k=spec.size(split)):
        drawn = _draw_new(partial(draw, rng, label, style), split != "train", seen)
        seen.add(_key(drawn))
        examples.append(drawn)
    return examples


def _draw_new(draw: Callable[[], Drawn], dev: bool, seen: set[str]) -> Drawn:
    """The next new example of the split."""
    while True:
        drawn = draw()
        if belongs(drawn.first, drawn.second, dev) and _key(drawn) not in seen:
            return drawn


def _key(drawn: Drawn) -> str:
    return " ".join([*drawn.first, "|", *(drawn.second or [])])


def _label_row(drawn: Drawn) -> dict[str, Any]:
    second = None if drawn.second is None else " ".join(drawn.second)
    return {"first": " ".join(drawn.first), "second": second, "label": drawn.target}


def _span_row(drawn: Drawn) -> dict[str, Any]:
    """The answer as in SQuAD: its text and its first character's index."""
    assert drawn.second is not None and isinstance(drawn.target, tuple)
    start, end = drawn.target
    before = " ".join([*drawn.second[:start], ""])
    answers = {"text": [" ".join(drawn.second[start : end + 1])], "answer_start": [len(before)]}
    return {"question": " ".join(drawn.first), "context": " ".join(drawn.second), "answers": answers}


def _document_rows(spec: PocketTask, split: str, seed: int) -> list[dict[str, Any]]:
    documents = draw_documents(spec.size(split), f"mlm/{split}/{seed}", dev=split != "train")
    return [{"first": " ".join(d.first), "second": " ".join(d.second)} for d in documents]
