"""Grammatical sentences, and the errors that make them ungrammatical."""

from random import Random

from lightning_tickets.pocket.facts import Words, draw_event, draw_state
from lightning_tickets.pocket.grammar import PLAIN, Style, ask_whether, say
from lightning_tickets.pocket.lexicon import NOUNS, VERBS, both_ways

ALL_VERBS = [verb for forms in VERBS.values() for verb in forms]
AGREEMENT = both_ways([("is", "are"), ("do", "does"), *((v.base, v.third) for v in ALL_VERBS)])
PARTICIPLE = {form: v.participle for v in ALL_VERBS for form in (v.base, v.third)}
NUMBER = both_ways(form for noun in NOUNS.values() for form in noun.forms)
DROPPED = ("the", "a", "an", "is", "are", "by", "at")


def acceptable(rng: Random, style: Style = PLAIN) -> Words:
    form = rng.random()
    if form < 0.7:
        return say(rng, draw_event(rng, negated=0.2), (), style)
    return say(rng, draw_state(rng)) if form < 0.85 else ask_whether(rng, draw_event(rng), (), style)


def spoil(rng: Random, words: Words) -> Words:
    """The sentence made ungrammatical by one error."""
    while True:
        fault = rng.choices(["agreement", "number", "order", "drop", "participle"], [4, 2, 2, 1, 1])[0]
        places = _faults(words, fault)
        bad = _commit(words, fault, rng.choice(places)) if places else words
        if bad != words:
            return bad


def _faults(words: Words, fault: str) -> list[int]:
    """The positions where an error is possible."""
    places = range(len(words))
    if fault == "agreement":
        return [i for i in places if words[i] in AGREEMENT]
    if fault == "number":
        return [i for i in places if words[i] in NUMBER and {"a", "an", "two"} & set(words[max(0, i - 2) : i])]
    if fault == "drop":
        return [i for i in places if words[i] in DROPPED] if len(words) > 3 else []
    if fault == "participle":
        return [i for i in places if words[i] in PARTICIPLE]
    return list(places[:-1])


def _commit(words: Words, fault: str, i: int) -> Words:
    table = {"agreement": AGREEMENT, "number": NUMBER, "participle": PARTICIPLE}.get(fault)
    if table is not None:
        return [*words[:i], table[words[i]], *words[i + 1 :]]
    if fault == "drop":
        return words[:i] + words[i + 1 :]
    return [*words[:i], words[i + 1], words[i], *words[i + 2 :]]
