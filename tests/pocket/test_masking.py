"""What the network is shown while it pre-trains."""

from random import Random

import numpy as np
import torch

from lightning_tickets.pocket.documents import Document, draw_documents
from lightning_tickets.pocket.masking import KIND_OF, batches, collate, encode, hide, plausible_error
from lightning_tickets.pocket.model import CLS, MASK, SEP, WORD_ID


def test_rates_fall_on_the_words_that_the_document_asks_for() -> None:
    document = Document(["who", "?"], ["well", "anna", "."], ["anna", "."], True, {(0, 0): 0.5, (1, 1): 0.9})
    encoded = encode(document)
    assert [encoded.ids[i] for i in (0, 3, 7)] == [CLS, SEP, SEP]
    assert encoded.segments == [0] * 4 + [1] * 4
    assert encoded.rates[1] == 0.5 and encoded.rates[5] == 0.9
    assert encoded.rates[0] == encoded.rates[3] == 0


def test_only_words_are_hidden_and_only_hidden_words_change() -> None:
    batch = collate([encode(d) for d in draw_documents(64, 1)])
    hidden = hide(batch, torch.Generator().manual_seed(0))
    assert not (hidden.asked & (batch.ids <= MASK)).any()
    assert torch.equal(hidden.inputs[~hidden.asked], batch.ids[~hidden.asked])
    assert 0.05 < hidden.asked.sum() / batch.attended.sum() < 0.2


def test_a_document_with_a_wrong_word_is_not_sound() -> None:
    batch = collate([encode(d) for d in draw_documents(64, 1)])
    hidden = hide(batch, torch.Generator().manual_seed(0))
    wrong = ((hidden.inputs != batch.ids) & (hidden.inputs != MASK)).any(1)
    assert wrong.any()
    assert torch.equal(hidden.sound, batch.true & ~wrong)


def test_masking_does_not_tell_whether_a_pair_to_judge_is_true() -> None:
    judged = [d for d in draw_documents(3000, 1) if not d.asked]
    for true in (True, False):
        rates = [r for d in judged if d.true is true for r in encode(d).rates]
        assert max(rates) == 0.08


def test_an_error_is_another_word_of_the_same_kind() -> None:
    ids = [WORD_ID[w] for w in "anna helps mary at the park .".split()]
    rng = Random(0)
    for position, word in enumerate(ids):
        for _ in range(20):
            error = plausible_error(rng, ids, position)
            assert error != word and KIND_OF[error] == KIND_OF[word]


def test_batches_are_full_and_of_similar_lengths() -> None:
    lengths = np.random.default_rng(0).integers(5, 45, 1000)
    drawn = batches(lengths, 32, np.random.default_rng(1))
    found = [next(drawn) for _ in range(31)]
    assert all(len(b) == 32 for b in found)
    assert np.mean([np.ptp(lengths[b]) for b in found]) < 10
    assert len({i for b in found for i in b}) > 900
