"""Results as data frames are what the store holds, and what the commands print."""

import json
import shutil
import subprocess
import sys

import pytest

import lightning_tickets as lt
from lightning_tickets.errors import UserError
from tests.commands import SHORT, inside

CELL = {"task": "cola", "sparsity": 20, "seed": 1}
LIGHT = "import sys, lightning_tickets as lt; lt.results(sys.argv[1]); assert 'torch' not in sys.modules"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """The store of a small sweep, made by the command."""
    root = tmp_path_factory.mktemp("api") / "multirun"
    inside(root, "run", "-m", "task=cola,rte", "subnetwork=full,imp", "sparsity=20", "seed=1,2", *SHORT)
    return root


def test_a_frame_has_what_is_stored(root):
    frame = lt.results(root)
    listed = json.loads(inside(root, "store", "list", "--json").stdout)
    assert frame["name"].tolist() == [row["name"] for row in listed] and set(listed[0]) - {"settings"} <= set(frame)
    runs = frame[frame["row"] != "find"]
    found = frame[frame["row"].isin(["find", "imp"])]
    assert (
        set(found["search.training.steps"]) == {6} and runs[runs["row"] == "full"]["search.training.steps"].isna().all()
    )
    assert len(runs) == 8 and set(runs["training.steps"]) == {6} and set(runs["data.dev_limit"]) == {40}
    for _, run in frame.iterrows():
        stored = json.loads((root / "runs" / run["name"] / "result.json").read_text())
        assert run["score"] == stored["metrics"][stored["metric"]]
        assert all(run[metric] == value for metric, value in stored["metrics"].items())
    assert set(frame["version"]) == {lt.__version__} and frame["finished"].str.endswith("+00:00").all()
    assert frame.groupby(["task", "row"])["score"].mean().index.tolist()[0] == ("cola", "find")


def test_filters_keep_rows(root):
    frame = lt.results(root, task="cola", row=["full", "imp"], seed=2)
    assert sorted(frame["row"]) == ["full", "imp"] and set(frame["seed"]) == {2}


def test_a_damaged_run_is_left_out_with_a_warning(root, tmp_path):
    copy = shutil.copytree(root, tmp_path / "copy")
    (next(copy.glob("runs/cola-full-seed1-*")) / "result.json").write_text("{}")
    with pytest.warns(UserWarning, match="cola-full-seed1-.*damaged"):
        assert len(lt.results(copy)) == len(lt.results(root)) - 1


@pytest.mark.parametrize(
    ("place", "further", "message"),
    [
        (None, {"colour": "red"}, "results: colour: expected one of name, task, row"),
        (None, {"task": "cola", "row": "impp"}, "results: no runs of task=cola, row=impp in .*multirun"),
        ("table2", {}, "results: no runs of table2 in .*multirun"),  # these are shorter
        ("table2", {"root": "nowhere"}, "results: nowhere is neither a folder nor an experiment"),
        ("nowhere", {}, "results: nowhere is neither a folder nor an experiment"),
        ("nowhere", {"root": "."}, "results: nowhere is no experiment"),
        ("nowhere", {"overrides": ["scale=small"]}, "results: scale=small: with overrides expected the name of an exp"),
        ("table2", {"overrides": ["paths.root=x"]}, "results: paths.root=x: expected the folder as root="),
        ("table2", {"overrides": ["seeds.tables=[9]"]}, r"results: no runs of table2 seeds.tables=\[9\] in .*multirun"),
    ],
)
def test_what_is_not_there_is_said(root, monkeypatch, place, further, message):
    monkeypatch.setenv("LIGHTNING_TICKETS_ROOT", str(root))
    with pytest.raises(UserError, match=message):
        lt.results(place, *further.pop("overrides", ()), **further)


def test_an_experiment_has_its_own_runs_and_searches_only(tmp_path, monkeypatch):
    """Of any folder of results, though there be a folder of its own name."""
    root = tmp_path / "table2"
    inside(root, "run", "job=find", "task=cola", "sparsity=10")
    inside(root, "run", "task=cola", "subnetwork=full", *SHORT)
    monkeypatch.chdir(tmp_path)
    assert len(lt.results(root)) == 2
    assert lt.results("table2", root=root)["row"].tolist() == ["find"]
    assert lt.results("table2", *SHORT, root=root)["row"].tolist() == ["full"], "with what it was run with"


def test_a_pruner_goes_by_the_name_of_its_option(tmp_path):
    root = tmp_path / "multirun"
    inside(root, "run", "task=cola", "subnetwork=imp", "sparsity=10", "pruner=layerwise", *SHORT)
    inside(root, "run", "task=cola", "subnetwork=random_mask", "sparsity=10", *SHORT)
    (layerwise,) = json.loads(inside(root, "store", "list", "pruner=layerwise", "row=imp", "--json").stdout)
    found = lt.results(root, pruner="layerwise")
    assert sorted(found["row"]) == ["find", "imp"] and set(found["search.pruner"]) == {"layerwise"}
    assert layerwise["name"] in set(found["name"])
    assert lt.results(root, pruner="random")["row"].tolist() == ["random_mask"]


def test_torch_is_not_loaded(root):
    subprocess.run([sys.executable, "-c", LIGHT, str(root)], check=True)


def test_published_numbers_are_those_of_the_tables():
    frame = lt.published_numbers()
    mnli = frame[(frame["exhibit"] == "table2") & (frame["row"] == "full") & (frame["task"] == "MNLI")]
    assert mnli["value"].tolist() == [82.4] and mnli["std"].tolist() == [0.5]
    assert frame["value"].notna().sum() > 700 and not frame["outside"].any()


def test_numbers_of_later_papers_come_with_their_source_and_are_not_of_tickets():
    frame = lt.published_numbers(others=True)
    others = frame[frame["outside"]].set_index(["task", "sparsity"])
    assert set(others["source"]) == {"Kurtic et al. 2022 (arXiv 2203.07259), table 2"}
    assert others["value"].to_dict() == {
        ("SQuAD", 0.9): 88.49,
        ("SQuAD", 0.97): 84.92,
        ("MNLI", 0.9): 83.40,
        ("MNLI", 0.97): 80.91,
        ("QQP", 0.9): 90.99,
        ("QQP", 0.97): 90.33,
    }
    assert frame[~frame["outside"]].equals(lt.published_numbers())


def test_a_cell_from_python_is_that_of_the_command(root, monkeypatch):
    monkeypatch.setenv("LIGHTNING_TICKETS_ROOT", str(root))
    before = sorted(path.name for path in (root / "runs").iterdir())
    result = lt.score(*SHORT, subnetwork="imp", **CELL)
    assert (
        f"{result.score:.4f}"
        in inside(root, "run", "subnetwork=imp", "task=cola", "sparsity=20", "seed=1", *SHORT).last
    )
    ticket = lt.find(*SHORT, task="cola", sparsity=20)
    assert ticket.provenance["found_by"]["percent"] == 20
    assert round(ticket.total_sparsity, 3) == 0.2
    assert lt.Ticket.load(ticket.provenance["name"]).overlap(ticket) == 1, "by the name that store list prints"
    assert lt.Ticket.load(str(lt.results(root, task="cola", row="imp", seed=1)["name"][0])).overlap(ticket) == 1
    assert sorted(path.name for path in (root / "runs").iterdir()) == before, "both were there"
    own = lt.score(*SHORT, **CELL | {"seed": 3})
    assert set(lt.results(root, seed=3)["score"]) == {own.score}


def test_what_the_command_refuses_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("LIGHTNING_TICKETS_ROOT", str(tmp_path / "multirun"))
    for wrong, message in {"training.steps=0": "training.steps=0: expected", "experiment=table2": "is a sweep"}.items():
        with pytest.raises(UserError, match=message):
            lt.score(wrong, **CELL)
    with pytest.raises(UserError, match="find: subnetwork=full has no ticket"):
        lt.find(task="cola", subnetwork="full")
    assert not (tmp_path / "multirun").exists()
    assert set(lt.__all__) <= set(dir(lt))
    with pytest.raises(AttributeError, match="has no attribute 'scores'"):
        lt.scores  # noqa: B018
