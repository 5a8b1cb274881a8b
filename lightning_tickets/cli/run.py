"""run: one cell of a table, or with ``-m`` a sweep or a study."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lightning_tickets.bars import display
from lightning_tickets.cli.parser import add_overrides, overrides_of, warn
from lightning_tickets.errors import UserError
from lightning_tickets.logs import LOGGER

if TYPE_CHECKING:
    from lightning_tickets.composition.sweep import Sweep
    from lightning_tickets.studies.cell import Cell
    from lightning_tickets.tickets.context import RunContext
    from lightning_tickets.tickets.spec import Run, TicketMask

EXAMPLES = (
    "run task=cola subnetwork=imp sparsity=70 seed=1",
    "run -m task=cola,rte subnetwork=imp,random_mask sparsity=50,70 seed=1,2,3",
    "run -m task=cola sparsity=winning seed=1,2,3",
    "run -m experiment=table2 hydra.launcher.n_jobs=2",
    "run task=cola --cfg job",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_overrides(parser)
    parser.add_argument("-m", "--multirun", action="store_true", help="a sweep over values a,b,c, or an experiment")
    parser.add_argument("--cfg", choices=("job", "hydra", "all"), help="print the composed config and run nothing")
    parser.add_argument("--package", metavar="KEY", help="with --cfg: only this part of the config")
    parser.add_argument("--resolve", action="store_true", help="with --cfg: with interpolations resolved")
    parser.add_argument(
        "--info",
        nargs="?",
        const="all",
        choices=("all", "config", "defaults", "defaults-tree", "plugins", "searchpath"),
        help="print how Hydra composes the config",
    )


def epilog() -> str:
    """The config groups and their options."""
    from lightning_tickets.composition.groups import group_options

    lines = [f"  {group}: {', '.join(options)}" for group, options in group_options().items()]
    return "\n\nconfig groups (group=option):\n" + "\n".join(lines)


def run(arguments: argparse.Namespace) -> int:
    overrides = overrides_of(arguments)
    for option in ("package", "resolve"):
        if getattr(arguments, option) and not arguments.cfg:
            raise UserError(f"run: --{option}: only --cfg takes it")
    if arguments.cfg or arguments.info:
        from lightning_tickets.cli.show import show_config, show_info

        return show_info(overrides, arguments.info) if arguments.info else show_config(overrides, arguments)
    return _run_sweep(overrides) if arguments.multirun else _run_single(overrides)


def _make(target: Run | TicketMask, context: RunContext) -> str:
    """The summary line; if another worker has taken over meanwhile, of what that one has made."""
    from lightning_tickets.errors import Busy
    from lightning_tickets.execution.worker import execute_job
    from lightning_tickets.runs.world import world_size

    try:
        return execute_job(target, context)
    except Busy as busy:
        if world_size() > 1:
            raise
        warn([f"{busy}; waiting for its result"])
        return execute_job(target, context)


def _run_single(overrides: list[str]) -> int:
    """All of it is checked before anything is written; a run that is in the store is read from there."""
    from lightning_tickets.cli.journal import in_journal
    from lightning_tickets.composition.data_and_model import fetch
    from lightning_tickets.composition.settings import root
    from lightning_tickets.composition.single_run import single_run
    from lightning_tickets.execution.machine import prepare
    from lightning_tickets.runs.world import rank
    from lightning_tickets.tickets.result import read_result, summary_line

    single = single_run(overrides)
    config, cell, context = single.config, single.run, single.context
    result = read_result(context.store, cell) if config.job == "score" else None
    if result is not None:
        print(summary_line(cell, result))
        return 0
    prepare(root(config), context.hardware, context.logger, lambda: fetch(config))
    target = cell.ticket if config.job == "find" and cell.ticket is not None else cell
    with display(context.hardware.progress and not rank()):
        line = in_journal(single.whole, lambda: _make(target, context))
    if rank() == 0:
        print(line)
    return 0


def _run_sweep(overrides: list[str]) -> int:
    from lightning_tickets.cli.draw import draw
    from lightning_tickets.cli.journal import save_multirun
    from lightning_tickets.composition import settings
    from lightning_tickets.composition.parse_sweep import parse_sweep
    from lightning_tickets.execution.launcher import make_launcher
    from lightning_tickets.execution.machine import check_machine, make_root
    from lightning_tickets.execution.processes import InlineLauncher, ProcessLauncher
    from lightning_tickets.execution.sweep import SweepFailed, run_sweep
    from lightning_tickets.runs.world import world_size

    if world_size() > 1:
        raise UserError("run -m: torchrun is for single runs; sweeps have hydra.launcher.gpus=[…]")
    sweep = parse_sweep(overrides)
    launcher = make_launcher(sweep.whole.hydra.runtime.choices["hydra/launcher"], sweep.whole.hydra.launcher)
    if sweep.plan.missing(sweep.store):
        hardware = settings.hardware(sweep.whole, single=False)
        here = isinstance(launcher, InlineLauncher | ProcessLauncher)
        check_machine(hardware, settings.logger(sweep.whole), here)
    LOGGER.debug("%s: %d jobs, %d trainings", sweep.name, len(sweep.plan.jobs), sweep.plan.trainings())
    if sweep.plan.missing(sweep.store) or not sweep.sparsities_known:
        sweep.composer.fetch()
    make_root(sweep.root)
    save_multirun(sweep.whole)
    try:
        with display(settings.hardware(sweep.whole, single=True).progress):
            sweep = run_sweep(sweep, sweep.again, launcher)
    except SweepFailed as error:
        warn([error])
        return 1
    return draw(sweep) if sweep.exhibits else _list_scores(sweep)


def _list_scores(sweep: Sweep) -> int:
    from lightning_tickets.cli.means import print_means
    from lightning_tickets.tickets.result import summary_line

    requests = {request.run.name: request for request in sweep.requested}.values()
    results = [(one, result) for one in requests if (result := sweep.reader.result(one.run)) is not None]
    for request, result in results:
        print(summary_line(request.run, result))
    cells: dict[str, list[Cell]] = {}
    for request in sweep.requested:
        cells.setdefault(request.run.name, []).append(request.cell)
    print_means((cells[one.run.name], result) for one, result in results)
    warn(sweep.reader.unreadable.values())
    return 1 if sweep.reader.unreadable else 0
