"""Probes on held-out documents, which decide when pre-training ends."""

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
    """Accuracies on held-out documents.

    - words: masked words, under the masking of pre-training;
    - pairs: true or not, for relational documents without masking (about half are true);
    - copying: masked words of an answer that also occur in the text or in the question."""

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


def judge(model: BertForPreTraining, batch: Batch, inputs: Tensor) -> Tensor:
    """BERT's logits (documents, 2): class 0 if the second segment belongs to the first."""
    out = model.bert(input_ids=inputs, token_type_ids=batch.segments, attention_mask=batch.attended)
    logits: Tensor = model.cls.seq_relationship(out.pooler_output)
    return logits


def _some(kinds: Sequence[Kind], accepts: Callable[[Document], bool], count: int) -> list[Document]:
    """Held-out documents, equally many of each kind."""
    rng = Random(SEED)
    drawn: list[Document] = []
    while len(drawn) < count:
        document = kinds[len(drawn) % len(kinds)](rng)
        if accepts(document) and belongs(document.first, document.plain, True):
            drawn.append(document)
    return drawn


def _encoded(documents: list[Document], size: int = 100) -> list[Batch]:
    rows: list[Encoded] = sorted(map(encode, documents), key=lambda e: len(e.ids))
    return [collate(rows[k : k + size]) for k in range(0, len(rows), size)]


def _as_trained(batch: Batch, seed: int) -> tuple[Tensor, Tensor]:
    hidden = hide(batch, torch.Generator().manual_seed(seed))
    return hidden.inputs, hidden.asked


def _answers_masked(batch: Batch) -> tuple[Tensor, Tensor]:
    answers = batch.rates >= ANSWER_RATE
    return batch.ids.masked_fill(answers, MASK), answers


def restored(model: BertForPreTraining, batch: Batch, inputs: Tensor, asked: Tensor) -> Tensor:
    out = model.bert(input_ids=inputs, token_type_ids=batch.segments, attention_mask=batch.attended)
    logits = model.cls.predictions(out.last_hidden_state[asked])
    right: Tensor = logits.argmax(-1) == batch.ids[asked]
    return right


def _mean(hits: list[Tensor]) -> float:
    return round(float(torch.cat(hits).float().mean()), 4)
