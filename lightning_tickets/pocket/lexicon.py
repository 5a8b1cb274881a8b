"""The words of the miniature English and their relations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Verb(NamedTuple):
    """One of the synonyms of a verb concept."""

    base: str
    third: str
    participle: str


class Noun(NamedTuple):
    """A noun concept: its class and its synonyms, each (singular, plural)."""

    kind: str
    forms: list[tuple[str, str]]


VERBS: dict[str, list[Verb]] = {
    "buy": [Verb("buy", "buys", "bought"), Verb("purchase", "purchases", "purchased")],
    "sell": [Verb("sell", "sells", "sold")],
    "like": [Verb("like", "likes", "liked"), Verb("enjoy", "enjoys", "enjoyed")],
    "hate": [Verb("hate", "hates", "hated"), Verb("dislike", "dislikes", "disliked")],
    "push": [Verb("push", "pushes", "pushed")],
    "pull": [Verb("pull", "pulls", "pulled")],
    "find": [Verb("find", "finds", "found"), Verb("discover", "discovers", "discovered")],
    "lose": [Verb("lose", "loses", "lost")],
    "fix": [Verb("fix", "fixes", "fixed"), Verb("repair", "repairs", "repaired")],
    "break": [Verb("break", "breaks", "broken")],
    "help": [Verb("help", "helps", "helped"), Verb("assist", "assists", "assisted")],
    "hurt": [Verb("hurt", "hurts", "injured")],
    "chase": [Verb("chase", "chases", "chased")],
    "avoid": [Verb("avoid", "avoids", "avoided")],
}
THING_VERBS = ["buy", "sell", "like", "hate", "push", "pull", "find", "lose", "fix", "break"]
BEING_VERBS = ["like", "hate", "push", "pull", "find", "lose", "help", "hurt", "chase", "avoid"]

NOUNS: dict[str, Noun] = {
    "dog": Noun("animal", [("dog", "dogs"), ("hound", "hounds")]),
    "cat": Noun("animal", [("cat", "cats")]),
    "horse": Noun("animal", [("horse", "horses")]),
    "rabbit": Noun("animal", [("rabbit", "rabbits"), ("bunny", "bunnies")]),
    "car": Noun("vehicle", [("car", "cars"), ("auto", "autos")]),
    "bike": Noun("vehicle", [("bike", "bikes")]),
    "boat": Noun("vehicle", [("boat", "boats"), ("ship", "ships")]),
    "apple": Noun("food", [("apple", "apples")]),
    "cake": Noun("food", [("cake", "cakes")]),
    "cookie": Noun("food", [("cookie", "cookies"), ("biscuit", "biscuits")]),
    "hat": Noun("garment", [("hat", "hats")]),
    "coat": Noun("garment", [("coat", "coats"), ("jacket", "jackets")]),
    "shirt": Noun("garment", [("shirt", "shirts")]),
    "doctor": Noun("person", [("doctor", "doctors"), ("physician", "physicians")]),
    "teacher": Noun("person", [("teacher", "teachers")]),
    "farmer": Noun("person", [("farmer", "farmers")]),
}
CLASSES = {
    "animal": ("animal", "animals"),
    "vehicle": ("vehicle", "vehicles"),
    "food": ("snack", "snacks"),
    "garment": ("garment", "garments"),
    "person": ("person", "people"),
}
MEMBERS = {c: [n for n, noun in NOUNS.items() if noun.kind == c] for c in CLASSES}
THINGS = MEMBERS["vehicle"] + MEMBERS["food"] + MEMBERS["garment"]
BEINGS = MEMBERS["animal"] + MEMBERS["person"]
PLACES = ["house", "park", "school", "market", "beach"]
TIMES = ["today", "tonight", "daily", "weekly"]

ADJECTIVES = {
    "big": ["big", "large"],
    "small": ["small", "little"],
    "new": ["new"],
    "old": ["old"],
    "happy": ["happy", "glad"],
    "sad": ["sad"],
    "strong": ["strong"],
    "weak": ["weak", "frail"],
    "kind": ["kind", "nice"],
    "cruel": ["cruel"],
}
THING_ADJECTIVES = ["big", "small", "new", "old"]
BEING_ADJECTIVES = ["big", "small", "happy", "sad", "strong", "weak", "kind", "cruel"]

WOMEN = ["anna", "mary", "sara", "lucy", "nina", "rosa"]
MEN = ["tom", "john", "paul", "mark", "hugo", "ivan"]
NAMES = WOMEN + MEN
JOB_OF = {name: MEMBERS["person"][i % 3] for i, name in enumerate(NAMES)}

# verb -> what the agent is and what the patient is, where "because" explains the verb by one of them
CAUSES = {
    "help": ("kind", "weak"),
    "hurt": ("cruel", "small"),
    "hate": ("sad", "cruel"),
    "like": ("happy", "kind"),
    "chase": ("strong", "small"),
    "avoid": ("weak", "strong"),
}

TOPICS = ["film", "story", "actor", "song", "book"]
TOPIC_ADJECTIVES = ["long", "short", "recent"]
ADVERBS = ["very", "really", "so", "quite"]
PRAISE = ["great", "wonderful", "brilliant", "funny", "charming", "moving", "lovely", "superb", "clever", "fresh"]
BLAME = ["awful", "boring", "dull", "terrible", "stupid", "silly", "poor", "dreadful", "clumsy", "stale"]
REACTIONS = {True: ["love", "cheer"], False: ["regret", "boo"]}

# words that say how the second segment of a document relates to the first
SAME, INSTEAD, OTHER = "namely", "rather", "or"
INFERENCE_MARK = {"entailment": "so", "neutral": "also", "contradiction": "however"}
CHANGED_MARK = {"agent": "who", "verb": "how", "patient": "what", "place": "where", "time": "when"}
ANSWERED, UNANSWERED = "well", "unsure"
MARKS = [SAME, INSTEAD, OTHER, *INFERENCE_MARK.values(), *CHANGED_MARK.values(), ANSWERED, UNANSWERED]

FUNCTION_WORDS = """. ? , the a an two is are do does not by at because he she although but and
thinks nobody it i we people all""".split()
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def both_ways(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each word of a pair mapped to the other one."""
    forth = dict(pairs)
    return forth | {b: a for a, b in forth.items()}


def opposites(words: str, others: str) -> dict[str, str]:
    """Of two lists of words, as many in each, every word mapped to the one in its place in the other."""
    return both_ways(zip(words.split(), others.split(), strict=True))


OPPOSITE_VERB = opposites("buy like push find fix help chase", "sell hate pull lose break hurt avoid")
OPPOSITE_ADJECTIVE = opposites("big new happy strong kind", "small old sad weak cruel")


def kinds() -> list[list[str]]:
    """Groups of words that can replace each other; some words are in two groups."""
    verbs = [verb for forms in VERBS.values() for verb in forms]
    nouns = [form for noun in NOUNS.values() for form in noun.forms] + list(CLASSES.values())
    return [
        NAMES,
        PLACES,
        TIMES,
        TOPICS,
        TOPIC_ADJECTIVES,
        ADVERBS,
        PRAISE + BLAME,
        REACTIONS[True] + REACTIONS[False],
        MARKS,
        *[["and", "but"], ["is", "are"], ["do", "does"], ["the", "a", "an", "two"], ["he", "she"], ["i", "we"]],
        [word for words in ADJECTIVES.values() for word in words],
        *[[verb[i] for verb in verbs] for i in range(3)],
        *[[noun[i] for noun in nouns] for i in range(2)],
    ]


VOCABULARY = SPECIAL + sorted({word for kind in kinds() for word in kind} | set(FUNCTION_WORDS))
