"""Components by their stable names: the names of runs do not depend on where the code lies."""

import inspect
import json
import re
import shutil
from collections import defaultdict
from dataclasses import is_dataclass
from pathlib import Path

import pytest
from hydra.utils import get_object
from omegaconf import OmegaConf

from lightning_tickets.composition.components import NAMES, component_at
from lightning_tickets.composition.compose import conf_dir
from lightning_tickets.declarations import declaration
from lightning_tickets.errors import UserError
from lightning_tickets.pruning import schedule
from lightning_tickets.runs.hashed_as import HASHED_AS
from lightning_tickets.tickets import problem, spec
from lightning_tickets.training import config
from tests.commands import OURS, interpret
from tests.composition.typed import targets

ROOT = Path(__file__).parents[2]
ROLES = ("tasks", "pruning", "initialization", "training")  # rooms whose components change results


def all_targets() -> list[str]:
    nodes = (OmegaConf.load(path) for path in sorted(conf_dir().rglob("*.yaml")))
    found = {target for node in nodes for target in targets(node)}
    of_results = (target for target in found if target.split(".")[1] in ROLES and ".loggers." not in target)
    return sorted(target for target in of_results if not hasattr(get_object(target), "tag"))  # schedules are specs


def test_every_component_has_a_stable_name_and_no_two_share_one():
    by_name = defaultdict(set)
    for target in all_targets():
        assert declaration(target).name, f"{target}: declare it with @component(name, version=1)"
        by_name[declaration(target).name].add(target)
    assert len(by_name) >= 18
    assert {name: found for name, found in by_name.items() if len(found) > 1} == {}


def test_every_type_of_spec_has_a_tag_and_no_two_share_one():
    members = (member for module in (problem, schedule, spec, config) for member in vars(module).values())
    types = {member for member in members if isinstance(member, type) and is_dataclass(member)}
    tags = [vars(t)["tag"] for t in types if t.__name__ not in ("StepRange", "Hardware")]
    assert len(tags) >= 14 and len(set(tags)) == len(tags)


def test_what_is_read_from_the_source_is_what_the_code_says():
    for target in all_targets():
        found, read = get_object(target), declaration(target)
        assert found.declared == (read.name, read.version, read.callback)
        assert tuple(inspect.signature(found).parameters) == read.parameters


def test_names_that_were_hashed_as_paths_are_those_of_components():
    assert set(HASHED_AS) <= {declaration(target).name for target in all_targets()}
    assert len(set(HASHED_AS.values())) == len(HASHED_AS)


def test_a_component_without_a_declared_name_goes_by_its_path():
    node = OmegaConf.create({"_target_": "torch.optim.SGD", "momentum": 0.9, "version": 3})
    found = component_at("optimizer", node)
    assert (found.name, found.version, found.options) == ("torch.optim.SGD", 3, (("momentum", 0.9),))


def test_a_version_in_the_yaml_stands_for_the_declared_one():
    node = OmegaConf.create({"_target_": "lightning_tickets.tasks.span.Span"})
    assert component_at("task.kind", node).version == declaration(node._target_).version
    assert component_at("task.kind", OmegaConf.create({**node, "version": 7})).version == 7


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ({"_target_": "nowhere.at_all"}, "pruner._target_=nowhere.at_all: expected the import path of a function"),
        ({"_target_": "lightning_tickets.pruning.magnitude.nothing"}, "pruner._target_=.*nothing: expected the import"),
        ({"_target_": "magnitude"}, "pruner._target_=magnitude: expected the import path"),
        (
            {"_target_": "lightning_tickets.pruning.snip.snip", "batch": 3},
            "pruner.batch: lightning_tickets.pruning.snip.snip has no such option; it has .*batches",
        ),
    ],
)
def test_what_is_no_component_is_refused(node, message):
    with pytest.raises(UserError, match=f"^{message}"):
        component_at("pruner", OmegaConf.create(node))


def names(root: Path) -> list[str]:
    """Of the jobs of a small plan, made by the package in ``root``."""
    line = ["plan", "task=cola", "subnetwork=imp,random_weights", "sparsity=50", "seed=1", "--json"]
    done = interpret(root, root / "multirun", *OURS, *line, PYTHONPATH=str(root))
    return [job["name"] for job in json.loads(done.stdout)["jobs"]]


def test_moving_and_renaming_code_renames_no_run(tmp_path):
    """A copy in which a pruner, a kind of task and an initialization lie elsewhere under other names."""
    for folder in ("lightning_tickets", "conf"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    package = tmp_path / "lightning_tickets"
    moves = {
        "pruning/magnitude.py": "pruning/global_magnitude.py",
        "tasks/classification.py": "tasks/labels.py",
        "initialization/random.py": "initialization/drawn_again.py",
    }
    renames = {r"(?<!\")\bProblem\b": "Exercise", r"\bClassification\b": "Labelling"}
    for old, new in moves.items():
        (package / old).rename(package / new)
        renames[re.escape(old[:-3].replace("/", ".")) + r"\b"] = new[:-3].replace("/", ".")
    for path in [*package.rglob("*.py"), *(tmp_path / "conf").rglob("*.yaml")]:
        text = path.read_text(encoding="utf-8")
        for old, new in renames.items():
            text = re.sub(old, new, text)
        path.write_text(text, encoding="utf-8")
    (package / "runs" / "hashed_as.py").write_bytes((ROOT / "lightning_tickets" / "runs" / "hashed_as.py").read_bytes())
    assert "class Exercise" in (package / "tickets" / "problem.py").read_text(encoding="utf-8")
    assert names(tmp_path) == names(ROOT)


OWN = """
import os
from functools import partial
from os import system as shell
from subprocess import getoutput

from lightning_tickets.components import component
from lightning_tickets.pruning.schedule import Linear
from lightning_tickets.tasks.classification import Classification


class Inherits(Classification):
    def loss(self, logits, batch):
        return super().loss(logits, batch)


class Lacks:
    def __init__(self, labels):
        pass

    def encode(self, rows):
        return rows


alias = os.system
bound = partial(getoutput, "true")


@component("magnitude", version=1)
def magnitude(weights, mask, count):
    return mask


@component("lightning_tickets.pruning.magnitude.magnitude", version=1)
def as_hashed(weights, mask, count):
    return mask


@component(os.name)
def not_literal(weights, mask, count):
    return mask


class Tagged(Linear):
    pass
"""


@pytest.fixture
def own(tmp_path, monkeypatch) -> str:
    """A module of a user's, under a name of its own."""
    name = f"own_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    return name


REFUSED = "expected the import path of a function or class"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("pruner._target_={own}.shell", rf"pruner._target_={{own}}.shell: {REFUSED} .*'posix'"),
        ("pruner._target_={own}.alias", rf"pruner._target_={{own}}.alias: {REFUSED} .*'posix'"),
        ("pruner._target_={own}.bound", rf"pruner._target_={{own}}.bound: {REFUSED} .*'subprocess'"),
        ("pruner._target_={own}.getoutput", rf"pruner._target_={{own}}.getoutput: {REFUSED} .*'subprocess'"),
        ("pruner._target_={own}.not_literal", rf"pruner._target_={{own}}.not_literal: {REFUSED} .malformed"),
        ("pruner._target_={own}.magnitude", "pruner: {own}.magnitude declares the name 'magnitude' of a component"),
        ("pruner._target_={own}.as_hashed", "pruner: {own}.as_hashed declares the name 'lightning_tickets.pruning"),
        ("schedule._target_={own}.Tagged", "schedule: {own}.Tagged has the tag 'Linear' of a schedule of the suite"),
        ("task.kind._target_={own}.Lacks", "task.kind: {own}.Lacks is not a class with a method 'collate'"),
    ],
)
def test_a_component_of_the_users_own_is_checked_when_composed(line, message, own, tiny_run):
    with pytest.raises(UserError, match=f"^{message.format(own=own)}"):
        tiny_run(line.format(own=own))


def test_a_kind_may_inherit_its_methods(own, tiny_run):
    assert tiny_run(f"task.kind._target_={own}.Inherits").problem.task.kind.name == f"{own}.Inherits"


def test_the_names_of_the_suites_components_are_reserved():
    assert {declaration(target).name for target in all_targets()} <= NAMES
