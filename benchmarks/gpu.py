"""What only a GPU shows: its rates, a training step of BERT-base on real texts, and how several runs share a card.

    python benchmarks/gpu.py DATA MODEL OUT.json [TASK,TASK…]

DATA is a folder as `data=local` reads it, MODEL one with BERT's configuration and vocabulary; the weights are drawn,
since a step takes the same time whatever they are. Needs no network. Everything is printed and kept as it is measured.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from released_way import seconds_a_step
from throughput import Measured, measure
from transformers import BertConfig, BertForMaskedLM

TASKS = "cola,sst2,stsb,rte,qnli,squad,mlm"
PRECISIONS = {"float32": [], "tf32": ["training.matmul=tf32"], "bfloat16": ["training.precision=bf16-mixed"]}
PACKED = "training.packed=true"
SIDE = 8192
Notes = dict[str, Any]


def main(arguments: list[str]) -> None:
    data, model, out = (Path(one).resolve() for one in arguments[:3])
    tasks = (arguments[3] if len(arguments) > 3 else TASKS).split(",")
    notes: Notes = {
        "card": torch.cuda.get_device_name(),
        "torch": torch.__version__,
        "date": datetime.now(UTC).date().isoformat(),
        "steps": [],
        "together": [],
    }
    with tempfile.TemporaryDirectory() as folder:
        drawn_weights(model, Path(folder))
        common = [
            "scale=paper",
            "trainer=gpu",
            "data=local",
            f"data.root={data}",
            "model=local",
            f"model.path={folder}",
        ]
        notes["rates"] = rates()
        note(out, notes, notes["rates"])
        for task in tasks:
            for line in by_setting(task, common, notes["rates"]):
                notes["steps"].append(line)
                note(out, notes, line)
        for setting in ([*PRECISIONS["bfloat16"], PACKED], []):
            for processes in (1, 2, 4):
                notes["together"].append(together(processes, [f"task={tasks[0]}", *common, *setting]))
                note(out, notes, notes["together"][-1])


def note(out: Path, notes: Notes, line: Notes) -> None:
    print(*(f"{name}={value:.4g}" if isinstance(value, float) else f"{name}={value}" for name, value in line.items()))
    sys.stdout.flush()
    out.write_text(json.dumps(notes, indent=1) + "\n")


def drawn_weights(model: Path, folder: Path) -> None:
    shutil.copytree(model, folder, dirs_exist_ok=True)
    torch.manual_seed(0)
    BertForMaskedLM(BertConfig.from_pretrained(model)).save_pretrained(folder)


def rates() -> Notes:
    """TFLOP/s of a large product in each precision, TB/s of a copy (bytes read and written)."""
    one, other = (torch.randn(SIDE, SIDE, device="cuda") for _ in range(2))
    measured: Notes = {}
    for name in PRECISIONS:
        torch.set_float32_matmul_precision("high" if name == "tf32" else "highest")
        a, b = (x.bfloat16() if name == "bfloat16" else x for x in (one, other))
        measured[name] = 2 * SIDE**3 / device_seconds(lambda a=a, b=b: a @ b) / 1e12
    large = torch.randn(1 << 30, device="cuda")
    measured["copy"] = 2 * large.nbytes / device_seconds(large.clone) / 1e12
    return measured


def device_seconds(work: Callable[[], object]) -> float:
    """The median of ten, after three."""
    took = []
    for turn in range(13):
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begin.record()
        work()
        end.record()
        end.synchronize()
        took += [begin.elapsed_time(end) / 1000] if turn > 2 else []
    return statistics.median(took)


def by_setting(task: str, common: list[str], rate: Notes) -> list[Notes]:
    """A step of a task in each precision, padded and packed, and one of the released code's way."""
    lines = []
    for precision, setting in PRECISIONS.items():
        for packed in ([], [PACKED]):
            done = measure([f"task={task}", *common, *setting, *packed])
            lines.append(described(task, precision, "packed" if packed else "padded", done, rate[precision]))
    if task not in ("squad", "mlm"):
        released = seconds_a_step([f"task={task}", *common])
        lines.append({"task": task, "precision": "float32", "batches": "released", "seconds": released})
    return lines


def described(task: str, precision: str, batches: str, done: Measured, rate: float) -> Notes:
    reached = done.operations / done.seconds / 1e12
    names = {"task": task, "precision": precision, "batches": batches, "seconds": done.seconds}
    sizes = {"examples_a_second": done.examples / done.seconds, "tokens": done.tokens}
    return names | sizes | {"tflops": reached, "share": reached / rate}


def together(processes: int, overrides: list[str]) -> Notes:
    """Steps a second of so many processes that train side by side on the card."""
    program = "import sys; from throughput import measure; print(measure(sys.argv[1:], windows=6).seconds)"
    command = [sys.executable, "-c", program, *overrides]
    began = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent)
        for _ in range(processes)
    ]
    seconds = [float(one.communicate()[0].strip().splitlines()[-1]) for one in began]
    setting = " ".join(o for o in overrides if o.startswith(("task=", "training.")))
    return {"setting": setting, "processes": processes, "steps_a_second": sum(1 / one for one in seconds)}


if __name__ == "__main__":
    main(sys.argv[1:])
