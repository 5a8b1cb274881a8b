"""What only a GPU shows, as one script: everything is printed and kept as it is measured. It works offline.

    python benchmarks/gpu.py [data=DIR] [model=DIR] [out=FILE.json] [task=TASK,TASK…] [parts=PART,PART…]

DIR of data is a folder as `data=local` reads it, that of the model has BERT's configuration and vocabulary; the weights
are drawn, since a step takes the same time whatever they are. Without the two the generated language is read, by a
network of BERT-base's size. All parts are measured, or those that are named. Without a GPU everything runs on the CPU
in small, which says nothing but that it runs.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import gpu_card
import gpu_runs
import torch
from command_line import run, told
from gpu_card import CUDA, Line
from transformers import BertConfig, BertForMaskedLM

from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.single import run_of
from lightning_tickets.models.files import tokenizer_files
from lightning_tickets.pocket import MODEL_DIR

TASKS = "cola,sst2,stsb,rte,qnli,squad,mlm"
BASE = {
    "hidden_size": 768,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "intermediate_size": 3072,
    "max_position_embeddings": 512,
}
SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
TOGETHER = (1, 4, 8) if CUDA else (1,)
SIDE_BY_SIDE = [*gpu_runs.SETTINGS["bfloat16"], *gpu_runs.BATCHES["packed"]]


def main(arguments: list[str]) -> None:
    given = {key: told(arguments, f"{key}=") for key in ("data", "model", "out", "task", "parts")}
    tasks = (given["task"] or TASKS).split(",")
    card = torch.cuda.get_device_name() if CUDA else "none, on the CPU in small"
    notes: Line = {"card": card, "torch": torch.__version__, "date": f"{datetime.now(UTC):%Y-%m-%d}"}
    with tempfile.TemporaryDirectory() as folder:
        sizes = SMALL if not CUDA else {} if given["model"] else BASE
        shared = common(given["data"], folder)
        config = draw_network(Path(given["model"] or MODEL_DIR), Path(folder), sizes)
        for task in tasks:
            run_of(compose_config([f"task={task}", *shared]))
        parts = measurements(tasks, config, shared, notes)
        for part in dict.fromkeys(["rates", *given["parts"].split(",")]) if given["parts"] else parts:
            for line in parts[part]():
                notes.setdefault(part, []).append(line)
                show(part, line)
                if given["out"]:
                    Path(given["out"]).write_text(json.dumps(notes, indent=1) + "\n")


def common(data: str, model: str) -> list[str]:
    """The overrides that all trainings share."""
    scale = ["scale=paper", "trainer=gpu"] if CUDA else ["scale=pocket", "trainer=cpu", "data.train_limit=400"]
    source = ["data=local", f"data.root={data}"] if data else ["data=pocket"]
    return [*scale, *source, "model=local", f"model.path={model}"]


def draw_network(model: Path, folder: Path, sizes: dict[str, int]) -> BertConfig:
    """Writes a BERT with drawn weights, and with the model's vocabulary and sizes but for those that are given."""
    for name in tokenizer_files(model, str(model)):
        shutil.copyfile(model / name, folder / name)
    config = BertConfig.from_pretrained(model, **sizes)
    torch.manual_seed(0)
    BertForMaskedLM(config).save_pretrained(folder)
    return config


def measurements(
    tasks: Sequence[str], config: BertConfig, common: list[str], notes: Line
) -> dict[str, Callable[[], Iterable[Line]]]:
    """The parts in their order; those after ``rates`` and ``steps`` read what these have noted."""
    first = [f"task={tasks[0]}", *common, *SIDE_BY_SIDE]
    return {
        "rates": lambda: [gpu_card.rates()],
        "full_batches": lambda: gpu_card.full_batches(config, notes["rates"][0]),
        "same_bytes": lambda: gpu_runs.same_bytes(tasks[0], common),
        "steps": lambda: chain.from_iterable(gpu_runs.by_setting(t, common, notes["rates"][0]) for t in tasks),
        "device": lambda: gpu_runs.overall(notes["steps"]),
        "scoring": lambda: (gpu_runs.scoring(task, common) for task in tasks),
        "threads": lambda: (gpu_card.threads(config, count) for count in TOGETHER),
        "processes": lambda: (gpu_runs.together(count, first) for count in TOGETHER),
        "launched": lambda: gpu_card.launched(config, *gpu_runs.lengths(tasks[0], common)),
        "compiled": lambda: gpu_card.compiled(config, *gpu_runs.lengths(tasks[0], common)),
    }


def show(part: str, line: Line) -> None:
    values = (f"{name}={value:.4g}" if isinstance(value, float) else f"{name}={value}" for name, value in line.items())
    print(part, *values, flush=True)


if __name__ == "__main__":
    run(main)
