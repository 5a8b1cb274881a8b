"""Scores against independent references: scikit-learn, SciPy, and the official SQuAD scorer written out here."""

import re
import string
from collections import Counter

import numpy as np
import pytest
import torch
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

from lightning_tickets.tasks.answers import best_scores
from lightning_tickets.tasks.batches import IGNORED
from lightning_tickets.tasks.classification import Classification
from lightning_tickets.tasks.kind import Score, score_predictions
from lightning_tickets.tasks.masked_lm import MaskedLM
from lightning_tickets.tasks.regression import Regression
from lightning_tickets.tasks.span import Span

CLOSE = 1e-6


def draw(how: str, labels: np.ndarray, choices: int, rng: np.random.Generator) -> np.ndarray:
    """Predictions that are random, correlated with the labels, the same everywhere, all right, or all wrong."""
    noise = rng.integers(0, choices, len(labels))
    return {
        "random": noise,
        "better": np.where(rng.random(len(labels)) < 0.7, labels, noise),
        "constant": np.full_like(labels, choices - 1),
        "right": labels,
        "wrong": (labels + 1) % choices,
    }[how]


def classified(labels: np.ndarray, guesses: np.ndarray, choices: int) -> Score:
    return score_predictions(Classification(choices), [{"label": int(x)} for x in labels], guesses.tolist())


@pytest.mark.parametrize("how", ["random", "better", "constant", "right", "wrong"])
@pytest.mark.parametrize("choices", [2, 3])
@pytest.mark.parametrize("size", [7, 71, 1043])
def test_classification_is_scikit_learns(how: str, choices: int, size: int) -> None:
    rng = np.random.default_rng(size)
    labels = np.r_[np.arange(choices), rng.integers(0, choices, size - choices)]
    guesses = draw(how, labels, choices, rng)
    score = classified(labels, guesses, choices)
    expected = {"accuracy": accuracy_score(labels, guesses), "matthews": matthews_corrcoef(labels, guesses)}
    if choices == 2:
        expected["f1"] = f1_score(labels, guesses, zero_division=0)
    assert score.metrics == pytest.approx(expected, abs=CLOSE)


def test_matthews_is_zero_on_collapse_and_f1_without_a_positive_prediction() -> None:
    labels = np.r_[np.ones(721, int), np.zeros(322, int)]
    for label in (0, 1):
        assert classified(labels, np.full_like(labels, label), 2).metrics["matthews"] == pytest.approx(0, abs=CLOSE)
    assert classified(np.array([0, 1, 1]), np.zeros(3, int), 2).metrics["f1"] == 0


def correlated(targets: np.ndarray, guesses: np.ndarray) -> Score:
    return score_predictions(Regression(), [{"label": float(x)} for x in targets], guesses.tolist())


@pytest.mark.parametrize("slope", [-2.0, -0.1, 0.0, 0.1, 2.0])
@pytest.mark.parametrize("decimals", [0, 1, 6])
def test_regression_is_scipys_with_and_without_ties(slope: float, decimals: int) -> None:
    rng = np.random.default_rng(5)
    targets = np.round(5 * rng.random(400), min(decimals, 2))
    guesses = np.round(slope * targets + rng.normal(size=400) + 10, decimals)
    expected = {"pearson": pearsonr(targets, guesses)[0], "spearman": spearmanr(targets, guesses)[0]}
    assert correlated(targets, guesses).metrics == pytest.approx(expected, abs=CLOSE)


@pytest.mark.parametrize("size", range(3, 12))
def test_spearman_of_a_few_is_scipys(size: int) -> None:
    rng = np.random.default_rng(size)
    targets, guesses = np.round(5 * rng.random(size), 1), np.round(rng.normal(size=size), 1)
    assert correlated(targets, guesses).metrics["spearman"] == pytest.approx(spearmanr(targets, guesses)[0], abs=CLOSE)


@pytest.mark.parametrize(("slope", "value"), [(1.0, 1.0), (-0.01, -1.0)])
def test_regression_all_right_and_all_wrong(slope: float, value: float) -> None:
    score = correlated(targets := np.linspace(0, 5, 50), slope * targets)
    assert score.metrics == pytest.approx({"pearson": value, "spearman": value}, abs=CLOSE)


@pytest.mark.parametrize("guesses", [[2.7] * 4, [float("nan")] * 4, [1.0, float("nan"), 2.0, 3.0], [1.0]])
def test_correlations_without_a_value_are_flagged(guesses: list[float]) -> None:
    score = correlated(np.arange(float(len(guesses))), np.array(guesses))
    assert score == Score({"pearson": 0.0, "spearman": 0.0}, ("pearson", "spearman"))


@pytest.mark.parametrize("how", ["random", "right", "wrong"])
def test_masked_lm_weighs_every_asked_token_alike(how: str, tokenizer, dev_rows) -> None:
    kind, generator = MaskedLM(), torch.Generator().manual_seed(1)
    kind.prepare(tokenizer, 48)
    examples = list(kind.encode(dev_rows("mlm")))
    truth, guesses, predictions = [], [], []
    for start in range(0, len(examples), 7):
        batch = kind.collate(examples[start : start + 7], None)
        asked = batch["asked"][batch["asked"] != IGNORED]
        logits = torch.rand(len(asked), len(tokenizer), generator=generator)
        if how != "random":
            logits[torch.arange(len(asked)), asked] = 2.0 if how == "right" else -1.0
        truth += asked.tolist()
        guesses += logits.argmax(-1).tolist()
        predictions += kind.predict(logits, batch)
    assert score_predictions(kind, examples, predictions).metrics["accuracy"] == pytest.approx(
        accuracy_score(truth, guesses)
    )


def test_masked_lm_without_an_asked_token_is_flagged() -> None:
    assert score_predictions(MaskedLM(), [{}], [(0, 0)]) == Score({"accuracy": 0.0}, ("accuracy",))


def normalised(text: str) -> list[str]:
    """The official script's: lower, drop ASCII punctuation, drop a/an/the, squeeze blanks."""
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def official(guess: str, gold: list[str]) -> tuple[float, float]:
    """F1 and exact match of one answer, the best over the gold ones (evaluate-v1.1.py)."""

    def f1(truth: str) -> float:
        ours, theirs = normalised(guess), normalised(truth)
        same = sum((Counter(ours) & Counter(theirs)).values())
        return 2 * same / (len(ours) + len(theirs)) if same else 0.0

    return max(map(f1, gold)), float(any(normalised(guess) == normalised(truth) for truth in gold))


CONTEXTS = {
    "The dog sees a cat, and an owl (the big one) hears the dog's bell.": ["the dog", "A cat", "an OWL!", "dog's bell"],
    "john  likes the U.S. army: a well-known thing .": ["john", "US army", "the well known thing", "wellknown"],
    "mary, and mary and mary again": ["mary mary", "and mary", "again."],
}
WORDS = ["the", "a", "dog", "Dog!", "...", "", "an  owl", "42", "cat cat", "é", "U.S."]


@pytest.mark.parametrize("guess", WORDS)
@pytest.mark.parametrize("gold", [[word] for word in WORDS] + [["the", "..."], ["dog", "a dog", "cat"]])
def test_one_answer_is_scored_officially_even_where_nothing_is_left_of_it(guess: str, gold: list[str]) -> None:
    assert best_scores(guess, gold) == pytest.approx(official(guess, gold), abs=CLOSE)


@pytest.mark.parametrize("how", ["random", "first", "nothing"])
def test_span_is_the_official_scorer(how: str, tokenizer) -> None:
    rng, kind = np.random.default_rng(3), Span(stride=8)
    kind.prepare(tokenizer, 48)
    rows = [
        {"question": "who ?", "context": context, "answers": {"text": gold, "answer_start": [0] * len(gold)}}
        for context, gold in CONTEXTS.items()
        for _ in range(20)
    ]
    examples, predictions, expected = list(kind.encode(rows)), [], []
    assert len(examples) == len(rows)
    for example, row in zip(examples, rows, strict=True):
        inside = [i for i, offset in enumerate(example["offsets"]) if offset]
        first, last = sorted(rng.choice(inside, 2)) if how == "random" else (inside[0], inside[0])
        guess = row["context"][example["offsets"][first][0] : example["offsets"][last][1]]
        if how == "nothing":
            first, last, guess = 0, 0, ""
        predictions.append((1.0, int(first), int(last)))
        expected.append(official(guess, row["answers"]["text"]))
    f1, exact = np.mean(expected, axis=0)
    assert score_predictions(kind, examples, predictions).metrics == pytest.approx(
        {"f1": f1, "exact_match": exact}, abs=CLOSE
    )
