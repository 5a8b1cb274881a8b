"""Relations between facts: changes, entailments, contradictions and neutral facts."""

from collections.abc import Callable, Sequence
from random import Random

from lightning_tickets.pocket import lexicon
from lightning_tickets.pocket.facts import (
    PARTICIPANTS,
    Event,
    Fact,
    NounPhrase,
    State,
    Words,
    adjectives_for,
    chance,
    draw_event,
    draw_state,
    is_being,
    other_than,
    slots_of,
    verbs_for,
)
from lightning_tickets.pocket.grammar import PLAIN, Style, differently, say


def another_phrase(rng: Random, phrase: NounPhrase) -> NounPhrase:
    """A different participant of the same class, or sometimes the same one with another adjective."""
    if phrase.determiner is None:
        return NounPhrase(other_than(rng, lexicon.NAMES, phrase.noun))
    if phrase.adjective and chance(rng, 0.3):
        return phrase._replace(adjective=other_than(rng, adjectives_for(is_being(phrase)), phrase.adjective))
    alike = lexicon.BEINGS if is_being(phrase) else lexicon.THINGS
    if phrase.noun not in lexicon.NOUNS:
        return phrase._replace(noun=other_than(rng, alike, *lexicon.MEMBERS[phrase.noun]))
    pool = lexicon.MEMBERS[lexicon.NOUNS[phrase.noun].kind] if chance(rng, 0.5) else alike
    return phrase._replace(noun=other_than(rng, pool, phrase.noun))


def change(rng: Random, event: Event, slot: str) -> Event:
    """The event with one slot changed to something else."""
    if slot == "verb":
        options, opposite = verbs_for(event.patient), lexicon.OPPOSITE_VERB[event.verb]
        if opposite in options and chance(rng, 0.4):
            return event._replace(verb=opposite)
        return event._replace(verb=other_than(rng, options, event.verb))
    if slot == "place":
        return event._replace(place=other_than(rng, lexicon.PLACES, event.place))
    if slot == "time":
        return event._replace(time=other_than(rng, lexicon.TIMES, event.time))
    return _change_participant(rng, event, slot)


def _change_participant(rng: Random, event: Event, slot: str) -> Event:
    phrase, other = (event.agent, event.patient) if slot == "agent" else (event.patient, event.agent)
    changed = another_phrase(rng, phrase)
    while changed.noun == other.noun:
        changed = another_phrase(rng, phrase)
    return event._replace(agent=changed) if slot == "agent" else event._replace(patient=changed)


def far_from(rng: Random, event: Event, keep: Sequence[str] = ()) -> Event:
    """The event with two or three slots changed."""
    slots = [s for s in slots_of(event) if s not in keep]
    for slot in rng.sample(slots, min(len(slots), rng.choice([2, 2, 3]))):
        event = change(rng, event, slot)
    return event


def can_swap(event: Event) -> bool:
    return is_being(event.patient)


def swapped(event: Event) -> Event:
    return event._replace(agent=event.patient, patient=event.agent)


def weaken(rng: Random, fact: Fact) -> Fact:
    """A fact that follows: an adjunct dropped, a noun replaced by its class, a name by its job."""
    if isinstance(fact, State):
        if not fact.negated and chance(rng, 0.25):
            return fact._replace(adjective=lexicon.OPPOSITE_ADJECTIVE[fact.adjective], negated=True)
        return fact
    return fact if fact.negated else _weaken_event(rng, fact)


def _weaken_event(rng: Random, event: Event) -> Event:
    for _ in range(rng.choice([0, 1, 1, 2])):
        slot = rng.choice(["agent", "patient", "adjunct"])
        if slot == "agent":
            event = event._replace(agent=_weaken_phrase(event.agent))
        elif slot == "patient":
            event = event._replace(patient=_weaken_phrase(event.patient))
        elif event.place and not (event.time and chance(rng, 0.5)):
            event = event._replace(place=None)
        else:
            event = event._replace(time=None)
    return event


def _weaken_phrase(phrase: NounPhrase) -> NounPhrase:
    if phrase.determiner is None:
        return NounPhrase(lexicon.JOB_OF[phrase.noun], "the")
    if phrase.adjective:
        return phrase._replace(adjective=None)
    return phrase._replace(noun=lexicon.NOUNS[phrase.noun].kind) if phrase.noun in lexicon.NOUNS else phrase


def contradict(rng: Random, fact: Fact) -> Fact:
    """A contradicting fact: negation, the opposite verb or the opposite adjective."""
    if isinstance(fact, State):
        if not fact.negated and chance(rng, 0.5):
            return fact._replace(adjective=lexicon.OPPOSITE_ADJECTIVE[fact.adjective])
        return fact._replace(negated=not fact.negated)
    if fact.negated:
        return fact._replace(negated=False)
    weaker = _weaken_event(rng, fact)
    if chance(rng, 0.3):
        return weaker._replace(negated=True)
    adjective = fact.patient.adjective
    if adjective and weaker.patient == fact.patient and chance(rng, 0.5):
        return weaker._replace(patient=fact.patient._replace(adjective=lexicon.OPPOSITE_ADJECTIVE[adjective]))
    return weaker._replace(verb=lexicon.OPPOSITE_VERB[fact.verb])


def leave_open(rng: Random, fact: Fact) -> Fact:
    """A neutral fact: another participant, swapped roles, or more details."""
    if isinstance(fact, State):
        if chance(rng, 0.5):
            return fact._replace(subject=another_phrase(rng, fact.subject))
        pool = adjectives_for(is_being(fact.subject))
        return fact._replace(
            adjective=other_than(rng, pool, fact.adjective, lexicon.OPPOSITE_ADJECTIVE[fact.adjective])
        )
    if can_swap(fact) and chance(rng, 0.2):
        return swapped(fact)
    if not fact.negated and chance(rng, 0.15):
        return change(rng, fact, rng.choice(["place", "time"]))
    if chance(rng, 0.4):
        return far_from(rng, fact)
    return weaken(rng, change(rng, fact, rng.choice(PARTICIPANTS)))


INFERENCES: dict[str, Callable[[Random, Fact], Fact]] = {
    "entailment": weaken,
    "neutral": leave_open,
    "contradiction": contradict,
}


def draw_premise(rng: Random) -> Fact:
    if chance(rng, 0.12):
        return draw_state(rng)
    event = draw_event(rng, negated=0.12)
    if event.patient.noun in lexicon.NOUNS and chance(rng, 0.15):
        event = event._replace(patient=event.patient._replace(noun=lexicon.NOUNS[event.patient.noun].kind))
    return event


def infer(rng: Random, label: str, style: Style = PLAIN) -> tuple[Words, Words]:
    """Premise and hypothesis."""
    premise = draw_premise(rng)
    hypothesis = INFERENCES[label](rng, premise)
    first = say(rng, premise, (), style)
    return first, differently(rng, say, hypothesis, first, style)
