"""What run, ticket and pretrain do. Heavy imports wait until they are needed."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig

from lightning_tickets.checks import integer
from lightning_tickets.composition.compose import composed, conf_dir
from lightning_tickets.composition.inputs import fetch
from lightning_tickets.composition.overrides import in_one_line, parsed
from lightning_tickets.composition.settings import root
from lightning_tickets.composition.single import run_of
from lightning_tickets.composition.sources import with_sources
from lightning_tickets.composition.sweep import sweep_of
from lightning_tickets.composition.swept import Sweep
from lightning_tickets.drawing import draw
from lightning_tickets.errors import UserError
from lightning_tickets.runs.store import Store
from lightning_tickets.runs.team import count, rank
from lightning_tickets.tickets.result import read_result, summary_line

MULTIRUN = ("-m", "--multirun")


def run(arguments: list[str]) -> int:
    """One cell, or with ``-m`` a sweep; all of it is checked before Hydra starts, so that nothing is written."""
    overrides = [a for a in arguments if a not in MULTIRUN]
    if any(a.startswith("-") for a in overrides):
        return _under_hydra(arguments)
    if overrides == arguments:
        config = composed(overrides)
        line = known(config)
        if line is None:
            fetch(config)
            return _under_hydra(with_sources(arguments))
        print(line)
        return 0
    if count() > 1:
        raise UserError("run -m: torchrun is for single runs; sweeps have hydra.launcher.gpus=[…]")
    sweep = sweep_of(overrides)
    sweep.setting.fetch()
    status = _under_hydra(arguments)
    return status or (draw(sweep_of(overrides)) if sweep.exhibits else _list_scores(sweep))


def known(config: DictConfig) -> str | None:
    """The last line of a run that is in the store already, without importing torch."""
    run = run_of(config)
    result = read_result(Store(root(config) / "runs"), run) if config.job == "score" else None
    return summary_line(run, result) if result else None


def _under_hydra(arguments: list[str]) -> int:
    os.environ["HYDRA_FULL_ERROR"] = "1"  # our own errors come through as they are
    sys.argv = ["lightning-tickets", *arguments]
    from hydra_plugins.study_sweeper import SweepFailed

    try:
        hydra.main(version_base="1.3", config_path=str(conf_dir()), config_name="config")(execute)()
    except SweepFailed as error:
        print(f"lightning-tickets: {error}", file=sys.stderr)
        return 1
    except HydraException as error:
        raise UserError(in_one_line(error)) from error
    except Refused as refused:
        raise UserError(str(refused.__cause__)) from refused
    return 0


class Refused(BaseException):
    """A UserError on its way through Hydra, which would tell any Exception in its own words first."""


def execute(config: DictConfig) -> str:
    """The task function that Hydra's launchers call."""
    from lightning_tickets.job import execute as job

    if HydraConfig.get().mode == RunMode.MULTIRUN:
        return job(config)
    try:
        line = job(config)
    except UserError as error:
        raise Refused from error
    if rank() == 0:
        print(line)
    return line


def _list_scores(sweep: Sweep) -> int:
    for run in {wanted.run.name: wanted.run for wanted in sweep.wanted}.values():
        result = read_result(sweep.store, run)
        if result is not None:
            print(summary_line(run, result))
    return 0


def ticket(arguments: list[str]) -> int:
    """What a mask's file keeps, or the same mask as a file of the released code's kind."""
    if not (len(arguments) == 2 and arguments[0] == "show") and not (len(arguments) == 3 and arguments[0] == "export"):
        raise UserError("ticket: allowed are ticket show FILE, and ticket export FILE OUT")
    from lightning_tickets.pruning.mask import kept, size
    from lightning_tickets.tickets.released import read_mask, save_released

    mask = read_mask(Path(arguments[1]))
    if arguments[0] == "show":
        for name, m in mask.items():
            print(f"{name:60s} {int(m.sum()):>10,} of {m.numel():>10,}  {100 * (~m).float().mean():5.1f} % zero")
        print(
            f"{kept(mask):,} of {size(mask):,} weights are kept, {100 - 100 * kept(mask) / size(mask):.2f} % are zero"
        )
        return 0
    out = Path(arguments[2])
    if out.exists() or not out.parent.is_dir():
        raise UserError(f"ticket export: {out}: allowed is a new file in a folder that exists")
    save_released(out, mask)
    print(out)
    return 0


def pretrain(arguments: list[str]) -> int:
    """The pocket BERT anew, from nothing; status 1 if its probes do not pass."""
    given: dict[str, Any] = {o.key_or_group: o.value() for o in parsed(arguments)}
    unknown = set(given) - {"out", "seed", "steps"}
    if unknown or "out" not in given:
        wrong = ", ".join(sorted(unknown)) or "out is missing"
        raise UserError(f"pretrain: {wrong}: allowed are out=DIR, seed=, steps=")
    from lightning_tickets.pocket.pretrain import pretrain as make

    options = {key: integer(0)(key, value) for key, value in given.items() if key != "out"}
    try:
        outcome = make(Path(str(given["out"])), **options)
    except ValueError as error:
        raise UserError(f"pretrain: {error}") from error
    print(f"probes {'pass' if outcome.passed else 'DO NOT PASS'}: {json.dumps(outcome.probes)}")
    return 0 if outcome.passed else 1
