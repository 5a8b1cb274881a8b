"""The words of the miniature English and their relations, from ``lexicon.yaml``."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import yaml


class Verb(NamedTuple):
    """One of the synonyms of a verb concept."""

    base: str
    third: str
    participle: str


class Noun(NamedTuple):
    """A noun concept: its class and its synonyms, each (singular, plural)."""

    kind: str
    forms: list[tuple[str, str]]


def both_ways(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each word of a pair mapped to the other one."""
    forth = dict(pairs)
    return forth | {b: a for a, b in forth.items()}


def _pair(text: str) -> tuple[str, str]:
    first, second = text.split()
    return first, second


WORDS = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
VERBS = {concept: [Verb(*forms.split()) for forms in synonyms] for concept, synonyms in WORDS["verbs"].items()}
THING_VERBS: list[str] = WORDS["thing_verbs"]
BEING_VERBS: list[str] = WORDS["being_verbs"]
OPPOSITE_VERB = both_ways(WORDS["opposite_verbs"].items())

CLASSES: dict[str, tuple[str, str]] = {name: _pair(forms) for name, forms in WORDS["classes"].items()}
MEMBERS: dict[str, list[str]] = {kind: list(members) for kind, members in WORDS["nouns"].items()}
NOUNS = {
    name: Noun(kind, [_pair(forms) for forms in synonyms])
    for kind, members in WORDS["nouns"].items()
    for name, synonyms in members.items()
}
THINGS = MEMBERS["vehicle"] + MEMBERS["food"] + MEMBERS["garment"]
BEINGS = MEMBERS["animal"] + MEMBERS["person"]
WOMEN: list[str] = WORDS["women"]
MEN: list[str] = WORDS["men"]
NAMES = WOMEN + MEN
JOB_OF = {name: MEMBERS["person"][i % 3] for i, name in enumerate(NAMES)}
PLACES: list[str] = WORDS["places"]
TIMES: list[str] = WORDS["times"]

ADJECTIVES: dict[str, list[str]] = WORDS["adjectives"]
THING_ADJECTIVES: list[str] = WORDS["thing_adjectives"]
BEING_ADJECTIVES: list[str] = WORDS["being_adjectives"]
OPPOSITE_ADJECTIVE = both_ways(WORDS["opposite_adjectives"].items())

CAUSES: dict[str, list[str]] = WORDS["causes"]
TOPICS: list[str] = WORDS["topics"]
TOPIC_ADJECTIVES: list[str] = WORDS["topic_adjectives"]
ADVERBS: list[str] = WORDS["adverbs"]
PRAISE: list[str] = WORDS["praise"]
BLAME: list[str] = WORDS["blame"]
REACTIONS: dict[bool, list[str]] = WORDS["reactions"]

SAME, INSTEAD, OTHER, ANSWERED, UNANSWERED = "namely", "rather", "or", "well", "unsure"
INFERENCE_MARK: dict[str, str] = WORDS["inference_mark"]
CHANGED_MARK: dict[str, str] = WORDS["changed_mark"]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def kinds() -> list[list[str]]:
    """Groups of words that can replace each other; some words are in two groups."""
    verbs = [verb for forms in VERBS.values() for verb in forms]
    nouns = [form for noun in NOUNS.values() for form in noun.forms] + list(CLASSES.values())
    marks = [SAME, INSTEAD, OTHER, *INFERENCE_MARK.values(), *CHANGED_MARK.values(), ANSWERED, UNANSWERED]
    return [
        *[NAMES, PLACES, TIMES, TOPICS, TOPIC_ADJECTIVES, ADVERBS],
        *[PRAISE + BLAME, REACTIONS[True] + REACTIONS[False], marks],
        *[group.split() for group in WORDS["grammar"]],
        [word for words in ADJECTIVES.values() for word in words],
        *[[verb[i] for verb in verbs] for i in range(3)],
        *[[noun[i] for noun in nouns] for i in range(2)],
    ]


VOCABULARY = SPECIAL + sorted({w for kind in kinds() for w in kind} | set(WORDS["function_words"].split()))
