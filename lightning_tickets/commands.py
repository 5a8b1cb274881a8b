"""What each command does. Heavy imports wait until they are needed: planning answers without torch."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

from lightning_tickets.composition.compose import composed, conf_dir, parsed
from lightning_tickets.composition.inputs import fetch
from lightning_tickets.composition.settings import root
from lightning_tickets.composition.single import run_of
from lightning_tickets.composition.sources import with_sources
from lightning_tickets.composition.sweep import Sweep, sweep_of
from lightning_tickets.composition.values import integer
from lightning_tickets.errors import UserError
from lightning_tickets.runs.store import Store
from lightning_tickets.studies.finding import Exhibit
from lightning_tickets.tickets.record import columns_of, last_line, read_result

MULTIRUN = ("-m", "--multirun")
PAPER = "experiment=paper"
CLAIMED = {"table2", "table3", "figure2"}  # where these are drawn together, the claims stand beside them


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
    sweep = sweep_of(overrides)
    sweep.setting.fetch()
    status = _under_hydra(arguments)
    return status or (_draw(sweep_of(overrides)) if sweep.exhibits else _list_scores(sweep))


def known(config: DictConfig) -> str | None:
    """The last line of a run that is in the store already, without importing torch."""
    run = run_of(config)
    result = read_result(Store(root(config) / "runs"), run) if config.job == "score" else None
    return last_line(run, result) if result else None


def _under_hydra(arguments: list[str]) -> int:
    os.environ["HYDRA_FULL_ERROR"] = "1"  # our own errors come through as they are
    sys.argv = ["lightning-tickets", *arguments]
    from hydra_plugins.study_sweeper import SweepFailed

    try:
        hydra.main(version_base="1.3", config_path=str(conf_dir()), config_name="config")(execute)()
    except SweepFailed as error:
        print(f"lightning-tickets: {error}", file=sys.stderr)
        return 1
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
    print(line)
    return line


def plan(arguments: list[str]) -> int:
    """The distinct trainings of a sweep, how many exist, and an estimate for the rest."""
    sweep = sweep_of([a for a in arguments if a != "--json"], guess=True)
    store, jobs = sweep.store, sweep.plan.jobs
    missing = {job.name: job.missing(store) for job in jobs}
    todo = sum(map(len, missing.values()))
    seconds = round(sweep.plan.seconds_left(store))
    summary = {
        "sweep": sweep.name,
        "requested": sweep.plan.requested,
        "trainings": sweep.plan.trainings(),
        "missing": todo,
        "core_seconds": seconds,
    }
    if "--json" in arguments:
        listed = [
            {"name": j.name, "needs": j.needs, "overrides": j.overrides, "missing": missing[j.name]} for j in jobs
        ]
        print(json.dumps(summary | {"jobs": listed}, indent=1))
        return 0
    for job in jobs:
        state = "done" if not missing[job.name] else f"missing {len(missing[job.name])} of {len(job.makes)}"
        print(f"{job.name:48s} {state}")
    print(
        f"{sweep.name}: {summary['trainings']} distinct trainings ({summary['requested']} if nothing were shared), "
        f"{todo} missing, about {seconds / 60:.1f} core-minutes"
    )
    if not sweep.settled:
        print("the sparsities of winning tickets are taken from the print until their curves have run")
    return 0


def report(arguments: list[str]) -> int:
    """Tables and figures of a study from what is in the store; what is not there is marked."""
    sweep = sweep_of(arguments)
    if not sweep.exhibits:
        raise UserError("report: give experiment=…; a plain sweep draws nothing")
    return _draw(sweep)


def _draw(sweep: Sweep) -> int:
    from lightning_tickets.report.tables import markdown
    from lightning_tickets.report.write import write_report
    from lightning_tickets.studies.claims import claims_sheet
    from lightning_tickets.studies.judgement import judged

    exhibits = sweep.drawn()
    if CLAIMED <= {exhibit.name for exhibit in exhibits}:
        exhibits = [*exhibits, claims_sheet(exhibits, sweep.silent)]
    scored = [exhibit for exhibit in exhibits if isinstance(exhibit, Exhibit)]
    folder = sweep.root / "reports" / sweep.name
    names = {name for exhibit in scored for finding in exhibit.findings for name in finding.runs}
    links = {name: os.path.relpath(sweep.store.path(name), folder) for name in sorted(names)}
    judgements = {exhibit.name: judged(exhibit, partial(columns_of, sweep.store)) for exhibit in scored}
    page = write_report(folder, sweep.title, exhibits, links, judgements=judgements)
    for exhibit in exhibits:
        print(f"\n{markdown(exhibit)}")
    print(f"{page.resolve()}")
    return 0


def claims(arguments: list[str]) -> int:
    """The paper's claims, each held against what is in the store, with what every cell says."""
    from lightning_tickets.studies.claims import RULE
    from lightning_tickets.studies.claims import claims as held

    given = [a for a in arguments if a != "--json"]
    chosen = [] if any(a.startswith("experiment=") for a in given) else [PAPER]
    sweep = sweep_of([*chosen, *given])
    found = held(sweep.drawn(), sweep.silent)
    if "--json" in arguments:
        print(json.dumps([asdict(claim) for claim in found], indent=1, ensure_ascii=False))
        return 0
    for number, claim in enumerate(found, start=1):
        print(f"{number}. {claim.text}: {claim.verdict.upper()}")
        print("   cells for it {}, against it {}, neither {}".format(*claim.cells))
        for told in claim.numbers:
            print(f"     {told}")
    print(RULE)
    return 0


def _list_scores(sweep: Sweep) -> int:
    for run in {wanted.run.name: wanted.run for wanted in sweep.wanted}.values():
        result = read_result(sweep.store, run)
        if result is not None:
            print(last_line(run, result))
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
