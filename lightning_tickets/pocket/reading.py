"""Texts with a question; the other sentences only resemble an answer."""

from random import Random
from typing import NamedTuple

from lightning_tickets.pocket.facts import Event, Words, askable, chance, draw_event, is_sensible, slots_of
from lightning_tickets.pocket.grammar import PLAIN, Style, ask_for, pieces, say
from lightning_tickets.pocket.pairs import Miss, non_answer
from lightning_tickets.pocket.relations import far_from

MOST_WORDS = 42  # of question, text and answer together


class Reading(NamedTuple):
    """A question, a text, and the first and last word of the answer in the text."""

    question: Words
    text: Words
    start: int
    end: int

    @property
    def answer(self) -> Words:
        return self.text[self.start : self.end + 1]


def read(rng: Random, sentences: int, style: Style = PLAIN, alike: float = 0.2) -> Reading:
    """A text of some events; with probability ``alike`` another event is very similar to the one in question."""
    while True:
        event = draw_event(rng, place=0.4)
        slot = rng.choice(askable(event))
        asked = event._replace(
            place=event.place if slot == "place" or chance(rng, 0.5) else None,
            time=event.time if slot == "time" or chance(rng, 0.5) else None,
        )
        others = [_distractor(rng, event, alike) for _ in range(sentences - 1)]
        if all(is_sensible(e) and not _answers(e, asked, slot) for e in others):
            reading = _tell(rng, ask_for(rng, asked, slot), event, slot, others, style)
            if len(reading.question) + len(reading.text) + len(reading.answer) <= MOST_WORDS:
                return reading


def _distractor(rng: Random, event: Event, alike: float = 0.2) -> Event:
    if chance(rng, alike):
        return far_from(rng, event)
    other = draw_event(rng, place=0.4)
    return other._replace(verb=event.verb) if chance(rng, 0.5) else other._replace(agent=event.agent)


def _answers(event: Event, asked: Event, slot: str) -> bool:
    """Whether the event agrees with everything that the question says."""
    stated, known = event._asdict(), asked._asdict()
    return all(stated[s] == known[s] for s in slots_of(asked) if s != slot)


def _tell(rng: Random, question: Words, event: Event, slot: str, others: list[Event], style: Style) -> Reading:
    events = [event, *others]
    rng.shuffle(events)
    text: Words = []
    start = end = 0
    for stated in events:
        for name, words in pieces(rng, stated, (), style):
            if stated is event and name == slot:
                start, end = len(text), len(text) + len(words) - 1
            text += words
        text.append(".")
    return Reading(question, text, start, end)


def search(rng: Random, answered: bool, miss: Miss, style: Style = PLAIN) -> tuple[Words, Words]:
    """A question and a sentence of two clauses, of which one answers it or only looks like it."""
    while True:
        event = draw_event(rng, place=0.35)
        slot = rng.choice(askable(event))
        events = [event if answered else non_answer(rng, event, slot, miss), _distractor(rng, event)]
        if is_sensible(events[1]) and not _answers(events[1], event, slot):
            rng.shuffle(events)
            first, second = (say(rng, e, (), style) for e in events)
            return ask_for(rng, event, slot), [*first, "and", *second]
