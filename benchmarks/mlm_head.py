"""Gives a network without a masked LM head one that is trained, and leaves the encoder as it is.

    python benchmarks/mlm_head.py MODEL TEXT OUT [steps=1000]

MODEL is a folder as transformers saves it, TEXT a plain text, OUT a new folder to be used as `model.path`. Batches of
32 blocks of 128 tokens, AdamW at 1e-3 with linear decay. The word embeddings, which are the head's decoder, and the
pooler stay as they are.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import torch
from command_line import run, told
from transformers import (
    AutoModel,
    AutoModelForMaskedLM,
    AutoTokenizer,
    DataCollatorForLanguageModeling,
    Trainer,
    TrainingArguments,
)

from lightning_tickets.models.files import tokenizer_files

WIDTH = 128


def main(model: str, text: str, out: str, *further: str) -> None:
    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(model)
    network = AutoModelForMaskedLM.from_pretrained(model, dtype=torch.float32)
    for parameter in [*network.base_model.parameters(), *network.get_output_embeddings().parameters()]:
        parameter.requires_grad_(False)
    network.get_output_embeddings().bias.requires_grad_(True)
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            max_steps=int(told(list(further), "steps=") or 1000),
            per_device_train_batch_size=32,
            learning_rate=1e-3,
            logging_steps=100,
            report_to="none",
            save_strategy="no",
            disable_tqdm=True,
        )
        rows = blocks(tokenizer, Path(text).read_text(encoding="utf-8"))
        Trainer(network, arguments, DataCollatorForLanguageModeling(tokenizer), rows).train()
    encoder = AutoModel.from_pretrained(model, dtype=torch.float32).state_dict()
    whole = {f"{network.base_model_prefix}.{name}": value for name, value in encoder.items()}
    network.cpu().save_pretrained(out, state_dict=whole | network.state_dict())
    for name in tokenizer_files(Path(model), model):
        shutil.copyfile(Path(model) / name, Path(out) / name)


def blocks(tokenizer: Any, text: str) -> list[dict[str, list[int]]]:
    """The text in blocks of WIDTH tokens with [CLS] and [SEP]; what is left over is dropped."""
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    within = WIDTH - 2
    starts = range(0, len(ids) - within + 1, within)
    special = [1, *[0] * within, 1]
    first, last = tokenizer.cls_token_id, tokenizer.sep_token_id
    return [{"input_ids": [first, *ids[i : i + within], last], "special_tokens_mask": special} for i in starts]


if __name__ == "__main__":
    run(lambda given: main(*given))
