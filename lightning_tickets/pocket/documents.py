"""The documents to pre-train on: pairs of related segments.

A document has one of three modes, kept apart so that the masking does not reveal the answer: judge (true or not,
ordinary masking only), name (true, the word for the relation is masked), copy (true, words that the other segment
implies are masked).
"""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from lightning_tickets.pocket import lexicon
from lightning_tickets.pocket.facts import NounPhrase, Words, chance, draw_event
from lightning_tickets.pocket.grammar import article, ask_whether, say
from lightning_tickets.pocket.pairs import Miss, question_and_sentence, restate
from lightning_tickets.pocket.reading import read
from lightning_tickets.pocket.relations import infer
from lightning_tickets.pocket.splits import belongs
from lightning_tickets.pocket.stories import explain, review


class Document(NamedTuple):
    """Two segments, whether the second is true given the first, and the masking probability of some words.

    ``plain`` is the second segment without the word for the relation; it decides the split."""

    first: Words
    second: Words
    plain: Words
    true: bool
    asked: dict[tuple[int, int], float]  # (segment, position) -> probability; other words have the base rate


COPY_RATE = 0.45  # words that the other segment implies, in mode copy
NAME_RATE = 0.90  # words for the relation, in mode name
ANSWER_RATE = 0.80  # answers, in documents with a question, its answer and a text
MODES = {"judge": 0.40, "name": 0.25, "copy": 0.35}
NEAR = Miss(many=0.55, roles=0.2)
OPINION_WORDS = {"and", "but", "nobody", "not", *lexicon.PRAISE, *lexicon.BLAME}


def draw_mode(rng: Random) -> str:
    return rng.choices(list(MODES), list(MODES.values()))[0]


def _marked(mode: str, first: Words, mark: str, second: Words, true: bool) -> Document:
    """Two segments; except in mode judge, the word for their relation precedes the second."""
    if mode == "judge":
        return Document(first, second, second, true, {})
    asked = {(1, 0): NAME_RATE} if mode == "name" else {(1, 1 + i): COPY_RATE for i in range(len(second))}
    return Document(first, [mark, *second], second, True, asked)


JUDGED = {
    "judge": ["entailment", "entailment", "neutral", "contradiction"],
    "name": ["entailment", "neutral", "contradiction"],
    "copy": ["entailment", "contradiction"],
}


def inference(rng: Random) -> Document:
    mode = draw_mode(rng)
    label = rng.choice(JUDGED[mode])
    first, second = infer(rng, label)
    return _marked(mode, [*first, "."], lexicon.INFERENCE_MARK[label], [*second, "."], label == "entailment")


def statements(rng: Random) -> Document:
    return _restatement(rng, say, ["."])


def questions(rng: Random) -> Document:
    return _restatement(rng, ask_whether, [])


def _restatement(rng: Random, speak: Callable[..., Words], stop: Words) -> Document:
    mode = draw_mode(rng)
    same = mode == "copy" or chance(rng, 0.45 if mode == "judge" else 0.3)
    first, second, slot = restate(rng, same, speak, NEAR)
    mark = (
        lexicon.SAME if same else lexicon.CHANGED_MARK.get(slot, lexicon.INSTEAD if slot == "roles" else lexicon.OTHER)
    )
    return _marked(mode, first + stop, mark, second + stop, same)


def reply(rng: Random) -> Document:
    """A question and a sentence that answers it or does not."""
    mode = draw_mode(rng)
    answered = mode == "copy" or chance(rng, 0.5)
    first, second = question_and_sentence(rng, answered, NEAR)
    return _marked(mode, first, lexicon.ANSWERED if answered else lexicon.UNANSWERED, [*second, "."], answered)


def reading(rng: Random) -> Document:
    """Question and answer, then the text; the answer is masked in either place, or may be wrong."""
    text, form = read(rng, rng.choices([1, 2, 3], [3, 6, 1])[0]), rng.random()
    if form >= 0.85:
        return _answer_to_judge(rng, text.question, text.answer, text.text)
    segment, at = (0, len(text.question)) if form < 0.5 else (1, text.start)
    asked = {(segment, at + i): ANSWER_RATE for i in range(len(text.answer))}
    return Document(text.question + text.answer, text.text, text.text, True, asked)


def _answer_to_judge(rng: Random, question: Words, answer: Words, text: Words) -> Document:
    given, right = answer, chance(rng, 0.5)
    while not right and given == answer:
        given = read(rng, 1).answer
    return Document(question + given, text, text, right, {})


def because(rng: Random) -> Document:
    """An explanation and the person it describes."""
    story = explain(rng, chance(rng, 0.3))
    restore = chance(rng, 0.5)
    right = restore or chance(rng, 0.5)
    second = [story.referent if right else story.other, "is", rng.choice(lexicon.ADJECTIVES[story.adjective]), "."]
    asked = {(1, 0): NAME_RATE, (1, 2): COPY_RATE} if restore else {}
    return Document([*story.words, "."], second, second, right, asked)


def reaction(rng: Random) -> Document:
    """A review and a reader's reaction to it."""
    mode, good = draw_mode(rng), chance(rng, 0.5)
    right = mode != "judge" or chance(rng, 0.5)
    words = review(rng, good, mixed=0.4, doubt=0.2)
    second = [rng.choice(["i", "we", "people"]), rng.choice(lexicon.REACTIONS[good == right]), "it", "."]
    asked: dict[tuple[int, int], float] = {(1, 1): NAME_RATE} if mode == "name" else {}
    if mode == "copy":
        asked = {(0, i): COPY_RATE for i, word in enumerate(words) if word in OPINION_WORDS}
    return Document([*words, "."], second, second, right, asked)


def fact(rng: Random) -> Document:
    """'anna is a doctor' or 'a dog is an animal', with a sentence about the same."""
    if chance(rng, 0.5):
        name = rng.choice(lexicon.NAMES)
        job = rng.choice(lexicon.NOUNS[lexicon.JOB_OF[name]].forms)[0]
        first, at, about = [name, "is", article(job), job, "."], 3, NounPhrase(name)
    else:
        first, at = _definition(rng)
        about = NounPhrase(rng.choice(lexicon.BEINGS), "the")
    event = draw_event(rng)
    while event.patient.noun == about.noun:
        event = draw_event(rng)
    second = [*say(rng, event._replace(agent=about)), "."]
    return Document(first, second, second, True, {(0, at): NAME_RATE})


def _definition(rng: Random) -> tuple[Words, int]:
    noun = lexicon.NOUNS[rng.choice(list(lexicon.NOUNS))]
    one, many = rng.choice(noun.forms)
    if chance(rng, 0.5):
        return ["all", many, "are", lexicon.CLASSES[noun.kind][1], "."], 3
    kind = lexicon.CLASSES[noun.kind][0]
    return [article(one), one, "is", article(kind), kind, "."], 4


Kind = Callable[[Random], Document]
MIX: dict[Kind, float] = {
    inference: 0.19,
    statements: 0.15,
    questions: 0.14,
    reply: 0.12,
    reading: 0.15,
    because: 0.10,
    reaction: 0.12,
    fact: 0.03,
}
RANDOM_PAIR = 0.05  # share of the true documents to judge whose second segment is another document's


def draw_document(rng: Random, dev: bool = False) -> Document:
    kind = rng.choices(list(MIX), list(MIX.values()))[0]
    while True:
        document = kind(rng)
        if belongs(document.first, document.plain, dev):
            return document


def draw_documents(count: int, seed: int | str, dev: bool = False) -> list[Document]:
    rng = Random(seed)
    documents = [draw_document(rng, dev) for _ in range(count)]
    return [_with_stranger(rng, d, documents) for d in documents]


def _with_stranger(rng: Random, document: Document, others: list[Document]) -> Document:
    """Sometimes the second segment of another document, as in BERT's next-sentence task."""
    if document.true and not document.asked and chance(rng, RANDOM_PAIR):
        stranger = rng.choice(others).plain
        return document._replace(second=stranger, plain=stranger, true=False)
    return document
