"""What pre-training watches on held-out documents, to know when the network has got the point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

import torch
from torch import Tensor
from transformers import BertForPreTraining

from lightning_tickets.pocket import documents
from lightning_tickets.pocket.documents import ANSWER_RATE, Document, Kind, draw_documents
from lightning_tickets.pocket.masking import Batch, Encoded, collate, encode, hide
from lightning_tickets.pocket.model import MASK
from lightning_tickets.pocket.splits import belongs

SEED = 77
PASS = {"words": 0.65, "pairs": 0.80, "copying": 0.70}
RELATIONS = (documents.inference, documents.statements, documents.questions, documents.reply)


class Probes:
    """Held-out documents with the answers to masked words, segment pairs and copying.

    - words: share of the words restored under the masking of pre-training;
    - pairs: share of the relational documents judged right, nothing masked (about half are true);
    - copying: share of the words of an answer restored that stand in the text or in the question."""

    def __init__(self, count: int) -> None:
        self.words = _encoded(draw_documents(count, SEED, dev=True))
        self.pairs = _encoded(_some(RELATIONS, lambda d: not d.asked, count))
        self.copying = _encoded(_some((documents.reading,), lambda d: bool(d.asked), count // 2))

    @torch.no_grad()
    def score(self, model: BertForPreTraining) -> dict[str, float]:
        """All three, each 0 to 1."""
        training = model.training
        model.train(False)
        scores = {
            "words": _mean([restored(model, b, *_as_trained(b, i)) for i, b in enumerate(self.words)]),
            "pairs": _mean([judge(model, b, b.ids).argmax(-1) == (~b.true).long() for b in self.pairs]),
            "copying": _mean([restored(model, b, *_answers_masked(b)) for b in self.copying]),
        }
        model.train(training)
        return scores


def passed(scores: dict[str, float]) -> bool:
    return all(scores[name] >= least for name, least in PASS.items())


def judge(model: BertForPreTraining, batch: Batch, shown: Tensor) -> Tensor:
    """Logits (documents, 2), as BERT has them: 0 that the second segment belongs to the first, 1 that not."""
    out = model.bert(input_ids=shown, token_type_ids=batch.segments, attention_mask=batch.attended)
    logits: Tensor = model.cls.seq_relationship(out.pooler_output)
    return logits


def _some(kinds: Sequence[Kind], wanted: Callable[[Document], bool], count: int) -> list[Document]:
    """Held-out documents of some kinds, equally many of each."""
    rng = Random(SEED)
    found: list[Document] = []
    while len(found) < count:
        document = kinds[len(found) % len(kinds)](rng)
        if wanted(document) and belongs(document.first, document.plain, True):
            found.append(document)
    return found


def _encoded(found: list[Document], size: int = 100) -> list[Batch]:
    rows: list[Encoded] = sorted(map(encode, found), key=lambda e: len(e.ids))
    return [collate(rows[k : k + size]) for k in range(0, len(rows), size)]


def _as_trained(batch: Batch, seed: int) -> tuple[Tensor, Tensor]:
    hidden = hide(batch, torch.Generator().manual_seed(seed))
    return hidden.shown, hidden.asked


def _answers_masked(batch: Batch) -> tuple[Tensor, Tensor]:
    answers = batch.rates >= ANSWER_RATE
    return batch.ids.masked_fill(answers, MASK), answers


def restored(model: BertForPreTraining, batch: Batch, shown: Tensor, asked: Tensor) -> Tensor:
    out = model.bert(input_ids=shown, token_type_ids=batch.segments, attention_mask=batch.attended)
    logits = model.cls.predictions(out.last_hidden_state[asked])
    right: Tensor = logits.argmax(-1) == batch.ids[asked]
    return right


def _mean(hits: list[Tensor]) -> float:
    return round(float(torch.cat(hits).float().mean()), 4)
