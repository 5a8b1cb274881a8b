"""Explanations with a pronoun, and reviews."""

from random import Random
from typing import NamedTuple

from lightning_tickets.pocket import lexicon
from lightning_tickets.pocket.facts import Event, NounPhrase, Words, chance
from lightning_tickets.pocket.grammar import PLAIN, Style, say


class Because(NamedTuple):
    """An explanation: its words, the person it describes, the other person, and the adjective."""

    words: Words
    referent: str
    other: str
    adjective: str


def explain(rng: Random, named: bool = False, style: Style = PLAIN) -> Because:
    """'anna helps mary because she is kind': verb and adjective determine the referent."""
    verb = rng.choice(list(lexicon.CAUSES))
    gender = lexicon.WOMEN if chance(rng, 0.5) else lexicon.MEN
    agent, patient = rng.sample(gender, 2)
    who = rng.randrange(2)
    adjective = lexicon.CAUSES[verb][who]
    referent, other = (agent, patient) if who == 0 else (patient, agent)
    place, time = (rng.choice(words) if chance(rng, 0.2) else None for words in (lexicon.PLACES, lexicon.TIMES))
    event = Event(NounPhrase(agent), verb, NounPhrase(patient), place, time)
    subject = referent if named else "she" if gender is lexicon.WOMEN else "he"
    state = [subject, "is", *_described(rng, adjective)]
    return Because([*say(rng, event, (), style), "because", *state], referent, other, adjective)


def _described(rng: Random, adjective: str) -> Words:
    if chance(rng, 0.15):
        return ["not", rng.choice(lexicon.ADJECTIVES[lexicon.OPPOSITE_ADJECTIVE[adjective]])]
    return [rng.choice(lexicon.ADJECTIVES[adjective])]


def opinion(rng: Random, good: bool, doubt: float) -> Words:
    """'the film is not very dull'; ``doubt`` is how often it is negated, and half as often denied by nobody."""
    negated, denied = chance(rng, doubt), chance(rng, doubt / 2)
    holder = ["nobody", "thinks"] if denied else [rng.choice(lexicon.NAMES), "thinks"] if chance(rng, 0.3) else []
    topic = [*([rng.choice(lexicon.TOPIC_ADJECTIVES)] if chance(rng, 0.25) else []), rng.choice(lexicon.TOPICS)]
    adverb = [rng.choice(lexicon.ADVERBS)] if chance(rng, 0.3) else []
    word = rng.choice(lexicon.PRAISE if good ^ negated ^ denied else lexicon.BLAME)
    return [*holder, "the", *topic, "is", *["not"] * negated, *adverb, word]


def review(rng: Random, good: bool, mixed: float, doubt: float = 0.15) -> Words:
    """One or two opinions; of two that differ (``mixed`` of all) the one that is not conceded decides."""
    main, form = opinion(rng, good, doubt), rng.random()
    if not chance(rng, mixed):
        return [*main, "and", *opinion(rng, good, doubt)] if form < 0.5 else main
    conceded = opinion(rng, not good, doubt)
    if form < 0.5:
        return [*conceded, "but", *main]
    if form < 0.75:
        return ["although", *conceded, ",", *main]
    return [*main, "although", *conceded]
