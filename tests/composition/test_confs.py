"""Every YAML there is composes, and what it names can be called."""

import tempfile
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest
import torch
from hydra.utils import get_object, instantiate
from omegaconf import DictConfig, OmegaConf

from lightning_tickets.composition.compose import compose_config, conf_dir
from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.composition.single import run_of
from lightning_tickets.composition.sweep import Sweep
from lightning_tickets.pocket import MODEL_DIR
from lightning_tickets.tickets.mask_file import save_ticket
from lightning_tickets.tickets.spec import TicketMask
from lightning_tickets.training.config import Training
from tests.composition.typed import assert_same_alone, targets

OPTIONS = [path.relative_to(conf_dir()).with_suffix("") for path in sorted(conf_dir().rglob("*.yaml"))]
GROUPED = [option for option in OPTIONS if len(option.parts) > 1 and option.name != "base"]
BASES = [option for option in OPTIONS if option.name == "base"]
EXPERIMENTS = [option.name for option in GROUPED if option.parts[0] == "experiment"]


@cache
def study(name: str) -> Sweep:
    return parse_sweep([f"experiment={name}", "paths.root=nothing-here"], assume_published=True)


@cache
def composed(*overrides: str) -> DictConfig:
    return compose_config(overrides)


@cache
def mask_file() -> Path:
    path = Path(tempfile.mkdtemp()) / "mask.safetensors"
    save_ticket(path, {"encoder.layer.0.output.dense.weight": torch.ones(2, 2, dtype=torch.bool)}, {})
    return path


def needed(option: Path, root: Path) -> list[str]:
    """Values that an option leaves to the user, and what goes with the pocket model's 48 positions."""
    given = {
        "model/local": [f"model.path={MODEL_DIR}"],
        "model/hub": ["model.path=some/bert", f"model.revision={'0' * 40}"],
        "data/local": [f"data.root={root}"],
        "subnetwork/given": [f"ticket.file={mask_file()}"],
        "schedule/geometric": ["sparsity=72"],
        "rewind/fraction": ["rewind.fraction=0.1"],
        "sparsity/winning": ["subnetwork=full"],
        "sparsity/winning_own": ["subnetwork=full"],
        "sparsity/strict": ["subnetwork=full"],
        "training/small": ["training.max_length=48"],
        "training/paper": ["training.max_length=48"],
        "training/released": ["training.max_length=48"],
    }
    return given.get(str(option), [])


@pytest.fixture(scope="module")
def glue(tmp_path_factory):
    root = tmp_path_factory.mktemp("glue")
    (root / "CoLA").mkdir()
    for split in ("train", "dev"):
        (root / "CoLA" / f"{split}.tsv").write_text("x\t1\t\tanna helps mary .\nx\t0\t*\tanna help mary .\n")
    return root


@pytest.mark.parametrize("option", GROUPED, ids=str)
def test_composes_to_a_run(option, glue):
    group, name = str(option.parent), option.name
    config = composed(f"{group}={name}", *needed(option, glue))
    assert run_of(config).name.startswith(config.task.name)
    assert all(callable(get_object(target)) for target in targets(config))


@pytest.mark.parametrize(
    "option", [o for o in GROUPED if o.parts[0] in ("task", "subnetwork", "sparsity", "rewind")], ids=str
)
def test_a_file_is_named_by_what_it_holds(option):
    assert OmegaConf.load(conf_dir() / f"{option}.yaml").name == option.name


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_cell_of_a_study_typed_alone_is_the_same_run(name):
    requests = study(name).requested
    assert_same_alone(requests[:: max(1, len(requests) // 12)])


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_says_what_it_shows_its_command_its_cost_and_what_to_expect(name):
    first, *lines = (conf_dir() / f"experiment/{name}.yaml").read_text(encoding="utf-8").splitlines()
    assert first == "# @package _global_" and lines[0].startswith("# ")
    heading = "\n".join(line for line in lines[:5] if line.startswith("#"))
    assert "# Command: " in heading and "# Expect: " in heading and f"experiment={name}" in heading
    assert f"# Cost: {study(name).plan.trainings()} trainings, about " in heading


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_sets_nothing_but_its_study(name):
    """Or else a cell typed alone would be another run than the study's."""
    node = OmegaConf.load(conf_dir() / f"experiment/{name}.yaml")
    assert set(node) <= {"defaults", "study"}
    assert all(isinstance(entry, str) for entry in node.get("defaults", []))
    for exhibit in composed(f"experiment={name}").study.exhibits.values():
        assert instantiate(exhibit, _convert_="all").cells()


def test_every_training_setting_is_read():
    of_protocol = {"version", "partial_batch", "optimizer", "packing"}
    assert {f.name for f in fields(Training) if "check" not in f.metadata} == of_protocol
    for option in (o for o in GROUPED if o.parts[0] == "training"):
        given = set(composed(f"training={option.name}", *needed(option, Path())).training)
        assert given - {"of", "steps_of", "search", "search_of"} == {f.name for f in fields(Training)} - of_protocol | {
            "seconds_per_step"
        }


def test_there_are_bases():
    assert {str(option) for option in BASES} == {"trainer/base", "training/base"}


@pytest.mark.parametrize("base", BASES, ids=str)
def test_an_option_states_only_what_differs_from_its_base(base):
    shared = OmegaConf.to_container(OmegaConf.load(conf_dir() / f"{base}.yaml"))
    options = [option for option in GROUPED if option.parent == base.parent]
    for option in options:
        own = OmegaConf.to_container(OmegaConf.load(conf_dir() / f"{option}.yaml"))
        assert own.pop("defaults") == [
            {"released": "paper", "pocket_low_rate": "pocket"}.get(option.name, "base"),
            "_self_",
        ]
        assert not [key for key in own.keys() & shared.keys() if own[key] == shared[key]]
    assert len(options) > 1


def test_the_seed_that_finds_a_ticket_is_not_one_that_scores_it():
    config = compose_config([])
    run = run_of(config)
    assert isinstance(run.mask, TicketMask)
    assert run.mask.search.seed == config.ticket.seed != run.seed
