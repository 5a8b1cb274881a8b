"""Sparsity, rewind point and mix as config groups: short forms, named members, and what they mean in a sweep."""

import json

import pytest

from lightning_tickets.composition.compose import compose_config, conf_dir
from lightning_tickets.composition.overrides import expand
from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.composition.task_data import dataset_spec
from lightning_tickets.published.numbers import published_sparsity
from tests.commands import SHORT, inside
from tests.composition.typed import checked_sweep, typed

MIXES = sorted(path.stem for path in (conf_dir() / "mix").glob("*.yaml") if path.stem != "none")


def test_short_forms_in_full():
    full = "sparsity=percent sparsity.percent=70 rewind=fraction rewind.fraction=0.1 mix.loss=sampled seed=1"
    assert expand(["sparsity=70", "rewind=0.1", "mix=sampled", "seed=1"]) == full.split()
    named = ["sparsity=winning", "rewind=none", "mix=mlm_mnli"]
    assert expand(named) == named


@pytest.mark.parametrize(
    ("short", "full"),
    [
        (["sparsity=30"], ["sparsity=percent", "sparsity.percent=30"]),
        (["sparsity=30"], ["sparsity.percent=30"]),
        (["rewind=0.2"], ["rewind=fraction", "rewind.fraction=0.2"]),
        (["rewind=.2"], ["rewind=fraction", "rewind.fraction=0.2"]),
        (["rewind=none"], ["rewind=rate"]),
        (["mix=sampled", "source=mlm+rte"], ["mix.loss=sampled", "source=mlm+rte"]),
        (["source=mlm+mnli"], ["mix=mlm_mnli"]),
        (["source=mlm+mnli+sst2+squad"], ["mix=mlm_mnli_sst2_squad"]),
        (["source=mlm+squad", "mix=sampled"], ["mix=mlm_squad", "mix.loss=sampled"]),
    ],
    ids=str,
)
def test_a_short_form_is_the_same_run(short, full):
    assert typed("task=cola", *short) == typed("task=cola", *full)
    of_short, of_full = (parse_sweep(["task=cola", *line]).plan.jobs for line in (short, full))
    assert [job.target for job in of_short] == [job.target for job in of_full]


@pytest.mark.parametrize("name", MIXES)
def test_a_mix_is_named_by_its_tasks(name):
    search = typed("task=cola", f"mix={name}").ticket.search
    assert search.tasks == "+".join(name.split("_")) and search.mix.loss == "summed"


def test_rewind_points():
    searches = {name: typed(f"rewind={name}").ticket.search for name in ("pretrained", "none", "0.1")}
    assert {name: search.rewind for name, search in searches.items()} == {"pretrained": 0.0, "none": None, "0.1": 0.1}
    rate = typed("rewind=rate", "rewind.fraction=0.1").ticket.search
    assert (rate.rewind, rate.rewinds) == (0.1, "rate")


def test_a_sweep_over_the_axes_is_the_product_of_cells_typed_alone():
    axes = ["task=rte,cola", "sparsity=range(10,40,10)", "rewind=pretrained,none,0.1", "mix=none,mlm_mnli", "seed=1"]
    assert len(checked_sweep(*axes).requested) == 2 * 3 * 3 * 2


def test_published_is_the_papers_sparsity():
    assert typed("task=cola", "sparsity=published").percent == published_sparsity("cola")
    runs = [r.run for r in parse_sweep(["task=cola,mnli", "sparsity=published,20", "subnetwork=imp,full"]).requested]
    expected = {(task, percent) for task in ("cola", "mnli") for percent in (0, 20, published_sparsity(task))}
    assert {(run.problem.task.name, run.percent) for run in runs} == expected


@pytest.mark.parametrize(
    ("glob", "tasks"),
    [
        ("glob(c*)", {"cola"}),
        ("glob([c*,r*])", {"cola", "rte"}),
        ("glob(*,exclude=[m*,q*,s*])", {"cola", "rte", "wnli"}),
    ],
)
def test_a_glob_is_the_options_that_match(glob, tasks):
    runs = [request.run for request in parse_sweep([f"task={glob}", "subnetwork=full", "seed=1"]).requested]
    assert {run.problem.task.name for run in runs} == tasks


@pytest.mark.parametrize(
    ("corpus", "path"), [([], "Salesforce/wikitext"), (["data.mlm=wikipedia"], "wikimedia/wikipedia")]
)
def test_masked_lm_has_two_corpora_on_the_hub(corpus, path):
    config = compose_config(["task=cola", "source=mlm", "data=hub", *corpus])
    assert dataset_spec(config.sources.mlm).hub.path == path


def test_a_single_run_without_its_curve_names_the_command_that_makes_it(tmp_path):
    root = tmp_path / "root"
    done = inside(root, "run", "task=cola", "sparsity=winning", "seed=2", *SHORT, status=2)
    command = "lightning-tickets run -m task=cola subnetwork=full,imp 'sparsity=range(10,100,10)' seed=1,2,3"
    assert f"sparsity=winning: task=cola has no curve yet: {command}" in done.stderr and done.stderr.count("\n") == 1
    assert not root.exists()


def test_a_typed_sweep_finds_where_tickets_win_and_goes_on_from_there(tmp_path):
    """As a study does: the curve first, then the cells at the sparsity that it shows; single runs use it too."""
    root = tmp_path / "root"
    sweep = ["task=cola", "subnetwork=imp,random_mask", "sparsity=strict", "seed=1,2", *SHORT]
    before = json.loads(inside(root, "plan", *sweep, "--json").stdout)
    assert not before["settled"]
    lines = inside(root, "run", "-m", *sweep).stdout.splitlines()
    after = json.loads(inside(root, "plan", *sweep, "--json").stdout)
    assert after["settled"] and after["missing"] == 0
    curve = [line for line in lines if line.startswith(("cola-imp-s", "cola-full"))]
    assert len(curve) == 2 * 10
    single = inside(root, "run", "task=cola", "sparsity=strict", "sparsity.seeds=[1,2]", "seed=1", *SHORT, status=None)
    masks = [line for line in lines if line.startswith("cola-random-mask")]
    if masks:  # at which sparsity a ticket of six steps wins is no matter; where none does there is no such cell
        percent = masks[0].split("-s")[1].split("-")[0]
        assert len(masks) == 2 and single.last.startswith(f"cola-imp-s{percent}-seed1-")
    else:
        assert "no ticket of task=cola wins" in single.stderr
