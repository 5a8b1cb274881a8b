"""Events and states of the miniature world, and how they are drawn."""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple, TypeVar

from lightning_tickets.pocket import lexicon

Words = list[str]
T = TypeVar("T")


class NounPhrase(NamedTuple):
    """A name (no determiner), or determiner, adjective and noun; ``noun`` may also be a class."""

    noun: str
    determiner: str | None = None
    adjective: str | None = None
    plural: bool = False


class Event(NamedTuple):
    """Who does what to whom, perhaps where and when."""

    agent: NounPhrase
    verb: str
    patient: NounPhrase
    place: str | None = None
    time: str | None = None
    negated: bool = False


class State(NamedTuple):
    """How somebody or something is."""

    subject: NounPhrase
    adjective: str
    negated: bool = False


Fact = Event | State
PARTICIPANTS = ("agent", "patient")


def chance(rng: Random, probability: float) -> bool:
    return rng.random() < probability


def other_than(rng: Random, options: Sequence[T], *unwanted: T | None) -> T:
    return rng.choice([o for o in options if o not in unwanted])


def is_being(phrase: NounPhrase) -> bool:
    if phrase.noun in lexicon.JOB_OF:
        return True
    return (lexicon.NOUNS[phrase.noun].kind if phrase.noun in lexicon.NOUNS else phrase.noun) in ("animal", "person")


def verbs_for(patient: NounPhrase) -> Words:
    return lexicon.BEING_VERBS if is_being(patient) else lexicon.THING_VERBS


def adjectives_for(being: bool) -> Words:
    return lexicon.BEING_ADJECTIVES if being else lexicon.THING_ADJECTIVES


def is_sensible(event: Event) -> bool:
    return event.verb in verbs_for(event.patient) and event.agent.noun != event.patient.noun


def draw_phrase(rng: Random, being: bool, adjective: float) -> NounPhrase:
    if being and chance(rng, 0.45):
        return NounPhrase(rng.choice(lexicon.NAMES))
    plural = chance(rng, 0.3)
    determiner = rng.choice(["the", "two"] if plural else ["the", "a"])
    described = rng.choice(adjectives_for(being)) if chance(rng, adjective) else None
    return NounPhrase(rng.choice(lexicon.BEINGS if being else lexicon.THINGS), determiner, described, plural)


def draw_event(rng: Random, negated: float = 0.0, place: float = 0.25, time: float = 0.12) -> Event:
    """An event; the numbers are the probabilities of negation, a place and a time."""
    agent = draw_phrase(rng, True, 0.12)
    patient = draw_phrase(rng, True, 0.15) if chance(rng, 0.5) else draw_phrase(rng, False, 0.3)
    while patient.noun == agent.noun:
        patient = draw_phrase(rng, True, 0.15)
    return Event(
        agent,
        rng.choice(verbs_for(patient)),
        patient,
        rng.choice(lexicon.PLACES) if chance(rng, place) else None,
        rng.choice(lexicon.TIMES) if chance(rng, time) else None,
        chance(rng, negated),
    )


def draw_state(rng: Random) -> State:
    subject = draw_phrase(rng, chance(rng, 0.6), 0.0)
    return State(subject, rng.choice(adjectives_for(is_being(subject))), chance(rng, 0.2))


def slots_of(event: Event) -> list[str]:
    return ["agent", "verb", "patient", *["place"] * bool(event.place), *["time"] * bool(event.time)]


def askable(event: Event) -> list[str]:
    return [*PARTICIPANTS, *["place"] * bool(event.place), *["time"] * bool(event.time)]
