"""One composed config as the one run that it describes, and where that run reads and writes."""

from omegaconf import DictConfig

from lightning_tickets.checks import word
from lightning_tickets.composition import data_and_model, settings, subnetworks
from lightning_tickets.composition.overrides import missing_keys
from lightning_tickets.composition.problems import build_problem, build_source_problems
from lightning_tickets.composition.sparsity import percent_of
from lightning_tickets.errors import UserError
from lightning_tickets.runs.store import Store
from lightning_tickets.tickets.context import RunContext
from lightning_tickets.tickets.spec import Run

JOBS = ("score", "find")


@missing_keys()
def run_of(config: DictConfig) -> Run:
    """UserError for a value out of range; with ``job=find`` the run must be one that has a ticket."""
    own, sources = build_problem(config), build_source_problems(config)
    check_hidden(config)
    word(*JOBS)("job", config.job)
    percent = percent_of(config) if subnetworks.is_pruned(config.subnetwork) else 0
    run = subnetworks.Subnetwork(config).run(own, sources, percent, config.seed)
    if config.job == "find" and run.ticket is None:
        raise UserError(f"job=find: subnetwork={run.row} has no ticket to find")
    return run


def check_hidden(config: DictConfig) -> None:
    """UserError for a wrong value among those that change no result."""
    settings.hardware(config, single=False)
    settings.logger(config)
    settings.stop_below(config)
    settings.lease(config)
    settings.device_tflops(config)
    settings.cache(config)


@missing_keys()
def context_of(config: DictConfig, single: bool) -> RunContext:
    """``single`` for a run that was typed alone, which shows its trainings."""
    return RunContext(
        store=Store(settings.root(config) / "runs"),
        source=data_and_model.data_source(config),
        folder=data_and_model.model_folder(config),
        cache=settings.cache(config),
        mask_file=subnetworks.mask_file(config) if config.subnetwork.mask == "given" else None,
        hardware=settings.hardware(config, single),
        logger=settings.logger(config),
        stop_below=settings.stop_below(config),
        lease=settings.lease(config),
        waits=single,
    )
