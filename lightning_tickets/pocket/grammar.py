"""Statements and questions about facts."""

from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from lightning_tickets.pocket.facts import Event, Fact, NounPhrase, T, Words, chance
from lightning_tickets.pocket.lexicon import ADJECTIVES, CLASSES, NOUNS, VERBS


class Style(NamedTuple):
    """Probabilities of the marked forms of a sentence."""

    passive: float = 0.25
    time_first: float = 0.4


PLAIN = Style()
Piece = tuple[str, Words]  # the slot of an event (or '') and its words


def pick(rng: Random, synonyms: Sequence[T], avoid: Sequence[str]) -> T:
    """One of the synonyms, usually one without the words to avoid."""
    if len(synonyms) > 1 and avoid and chance(rng, 0.7):
        return rng.choice([s for s in synonyms if not _uses(s, avoid)] or synonyms)
    return rng.choice(synonyms)


def _uses(synonym: object, avoid: Sequence[str]) -> bool:
    words = synonym if isinstance(synonym, tuple) else (synonym,)
    return any(word in avoid for word in words)


def phrase_words(rng: Random, phrase: NounPhrase, avoid: Sequence[str] = ()) -> Words:
    if phrase.determiner is None:
        return [phrase.noun]
    forms = CLASSES[phrase.noun] if phrase.noun in CLASSES else pick(rng, NOUNS[phrase.noun].forms, avoid)
    words = [pick(rng, ADJECTIVES[phrase.adjective], avoid)] if phrase.adjective else []
    words.append(forms[phrase.plural])
    return [article(words[0]) if phrase.determiner == "a" else phrase.determiner, *words]


def article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"


def be(phrase: NounPhrase) -> str:
    return "are" if phrase.plural else "is"


def do(phrase: NounPhrase) -> str:
    return "do" if phrase.plural else "does"


def place_words(event: Event) -> Words:
    return ["at", "the", event.place] if event.place else []


def time_words(event: Event) -> Words:
    return [event.time] if event.time else []


def pieces(rng: Random, event: Event, avoid: Sequence[str] = (), style: Style = PLAIN) -> list[Piece]:
    """The pieces of the statement in order."""
    verb = pick(rng, VERBS[event.verb], avoid)
    agent, patient = phrase_words(rng, event.agent, avoid), phrase_words(rng, event.patient, avoid)
    negation = ["not"] * event.negated
    if chance(rng, style.passive):
        core = [("patient", patient), ("", [be(event.patient), *negation]), ("verb", [verb.participle])]
        core += [("", ["by"]), ("agent", agent)]
    else:
        finite = verb.base if event.agent.plural or event.negated else verb.third
        auxiliary = [do(event.agent), "not"] if event.negated else []
        core = [("agent", agent), ("", auxiliary), ("verb", [finite]), ("patient", patient)]
    if event.place:
        core += [("", ["at"]), ("place", ["the", event.place])]
    time = [("time", time_words(event))]
    return time + core if chance(rng, style.time_first) else core + time


def say(rng: Random, fact: Fact, avoid: Sequence[str] = (), style: Style = PLAIN) -> Words:
    """A statement, without its full stop."""
    if isinstance(fact, Event):
        return [word for _, words in pieces(rng, fact, avoid, style) for word in words]
    adjective = pick(rng, ADJECTIVES[fact.adjective], avoid)
    return [*phrase_words(rng, fact.subject, avoid), be(fact.subject), *["not"] * fact.negated, adjective]


def differently(rng: Random, speak: Callable[..., Words], fact: Fact, first: Words, style: Style = PLAIN) -> Words:
    """The fact in other words than ``first``, if there are any."""
    for _ in range(20):
        words = speak(rng, fact, first, style)
        if words != first:
            break
    return words


def ask_whether(rng: Random, fact: Event, avoid: Sequence[str] = (), style: Style = PLAIN) -> Words:
    verb = pick(rng, VERBS[fact.verb], avoid)
    agent, patient = phrase_words(rng, fact.agent, avoid), phrase_words(rng, fact.patient, avoid)
    rest = [*place_words(fact), *time_words(fact), "?"]
    if chance(rng, style.passive):
        return [be(fact.patient), *patient, verb.participle, "by", *agent, *rest]
    return [do(fact.agent), *agent, verb.base, *patient, *rest]


def ask_both(rng: Random, one: Event, two: Event, avoid: Sequence[str] = ()) -> Words:
    """'does anna help mary and push a car ?', of two events with the same agent."""
    verbs = [pick(rng, VERBS[event.verb], avoid).base for event in (one, two)]
    patients = [phrase_words(rng, event.patient, avoid) for event in (one, two)]
    agent = phrase_words(rng, one.agent, avoid)
    return [do(one.agent), *agent, verbs[0], *patients[0], "and", verbs[1], *patients[1], "?"]


def ask_for(rng: Random, event: Event, slot: str) -> Words:
    """The question whose answer is the agent, the patient, the place or the time of the event."""
    verb = rng.choice(VERBS[event.verb])
    place, time = place_words(event), time_words(event)
    if slot == "agent":
        return ["who", verb.third, *phrase_words(rng, event.patient), *place, *time, "?"]
    agent = phrase_words(rng, event.agent)
    if slot == "patient":
        return ["what", do(event.agent), *agent, verb.base, *place, *time, "?"]
    known = [*agent, verb.base, *phrase_words(rng, event.patient)]
    if slot == "place":
        return ["where", do(event.agent), *known, *time, "?"]
    return ["when", do(event.agent), *known, *place, "?"]
