"""Sentence pairs: paraphrases, degrees of similarity, questions with answers."""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from lightning_tickets.pocket.facts import (
    PARTICIPANTS,
    Event,
    NounPhrase,
    Words,
    askable,
    chance,
    draw_event,
    is_sensible,
    slots_of,
)
from lightning_tickets.pocket.grammar import PLAIN, Style, ask_both, ask_for, differently, say
from lightning_tickets.pocket.lexicon import NOUNS, OPPOSITE_VERB
from lightning_tickets.pocket.relations import can_swap, change, far_from, swapped


class Miss(NamedTuple):
    """Probabilities of how a non-paraphrase differs: in many slots, in its roles, or else in one slot."""

    many: float
    roles: float


def restate(
    rng: Random, same: bool, speak: Callable[..., Words], miss: Miss, style: Style = PLAIN
) -> tuple[Words, Words, str]:
    """Two statements or questions that mean the same or not, and what was changed ('' or a slot)."""
    event = draw_event(rng, negated=0.12 if speak is say else 0.0, place=0.35)
    changed, slot = (event, "") if same else _miss(rng, event, miss)
    first = speak(rng, event, (), style)
    return first, differently(rng, speak, changed, first, style), slot


def _miss(rng: Random, event: Event, miss: Miss) -> tuple[Event, str]:
    if chance(rng, miss.many):
        return far_from(rng, event), "many"
    if can_swap(event) and chance(rng, miss.roles):
        return swapped(event), "roles"
    slot = rng.choice(slots_of(event))
    return change(rng, event, slot), slot


def restate_both(rng: Random, same: bool) -> tuple[Words, Words]:
    """Two questions about two things that somebody does, which mean the same or differ in one thing."""
    one = two = draw_event(rng)
    while two.verb == one.verb or two.patient.noun == one.patient.noun or not is_sensible(two):
        two = draw_event(rng)._replace(agent=one.agent)
    first = ask_both(rng, one, two)
    if not same:
        one, two = _one_thing_else(rng, one, two)

    def in_any_order(rng: Random, _: Event, avoid: Words, __: Style) -> Words:
        former, latter = rng.sample((one, two), 2)
        return ask_both(rng, former, latter, avoid)

    return first, differently(rng, in_any_order, one, first)


def _one_thing_else(rng: Random, one: Event, two: Event) -> tuple[Event, Event]:
    exchanged = one._replace(patient=two.patient), two._replace(patient=one.patient)
    if all(map(is_sensible, exchanged)) and chance(rng, 0.5):
        return exchanged
    changed = change(rng, one, rng.choice(["verb", "patient", "agent"]))
    return changed, two._replace(agent=changed.agent)


def phrase_likeness(a: NounPhrase, b: NounPhrase) -> float:
    if (a.determiner is None) != (b.determiner is None):
        return 0.0
    if a.determiner is None:
        return float(a == b)
    noun = 1.0 if a.noun == b.noun else 0.4 * (NOUNS[a.noun].kind == NOUNS[b.noun].kind)
    adjective = 1.0 if a.adjective == b.adjective else 0.0 if a.adjective and b.adjective else 0.5
    return 0.75 * noun + 0.25 * adjective


def adjunct_likeness(a: str | None, b: str | None) -> float:
    return 1.0 if a == b else 0.0 if a and b else 0.5


def likeness(a: Event, b: Event) -> float:
    """The similarity of two events, 0 to 5."""
    verb = 1.0 if a.verb == b.verb else 0.3 * (OPPOSITE_VERB[a.verb] == b.verb)
    participants = phrase_likeness(a.agent, b.agent) + phrase_likeness(a.patient, b.patient)
    adjuncts = 0.1 * adjunct_likeness(a.place, b.place) + 0.1 * adjunct_likeness(a.time, b.time)
    return round(5 * (0.27 * participants + 0.26 * verb + adjuncts), 2)


def compare(rng: Random, changes: int, roles: float, style: Style = PLAIN) -> tuple[Words, Words, float]:
    """Two statements and their similarity; ``roles`` is the probability of swapped roles."""
    event = draw_event(rng, place=0.4, time=0.3)
    slots = slots_of(event)
    changed = swapped(event) if can_swap(event) and chance(rng, roles) else event
    for slot in rng.sample(slots, min(len(slots), changes)):
        changed = change(rng, changed, slot)
    first = say(rng, event, (), style)
    return first, differently(rng, say, changed, first, style), likeness(event, changed)


def question_and_sentence(rng: Random, answered: bool, miss: Miss, style: Style = PLAIN) -> tuple[Words, Words]:
    """A question and a sentence that answers it, or one that is only similar."""
    event = draw_event(rng, place=0.35)
    slot = rng.choice(askable(event))
    stated = event if answered else non_answer(rng, event, slot, miss)
    return ask_for(rng, event, slot), say(rng, stated, (), style)


def non_answer(rng: Random, event: Event, slot: str, miss: Miss) -> Event:
    """An event that does not answer the question for the slot."""
    if chance(rng, miss.many):
        return far_from(rng, event, keep=(slot,))
    if slot in ("place", "time") and chance(rng, 0.5):
        return event._replace(place=None) if slot == "place" else event._replace(time=None)
    if can_swap(event) and slot in PARTICIPANTS and chance(rng, miss.roles):
        return swapped(event)
    return change(rng, event, rng.choice([s for s in slots_of(event) if s != slot]))
