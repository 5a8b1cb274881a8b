"""What a training ran on, for the record next to its result: scores differ a little between processors."""

import platform
from pathlib import Path

import torch


def machine_name(accelerator: str) -> str:
    """The GPU or the processor as its maker names it."""
    if accelerator == "gpu" and torch.cuda.is_available():
        return str(torch.cuda.get_device_name())
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()
