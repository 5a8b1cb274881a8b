"""The queue, the dispatch loop and the sweep, with a launcher whose jobs end as the test says."""

import json
import time
from collections import Counter
from types import SimpleNamespace

import pytest

from lightning_tickets.errors import UserError
from lightning_tickets.execution.dispatch import dispatch
from lightning_tickets.execution.job import FAILURES, JobResult, WorkItem
from lightning_tickets.execution.launcher import make_launcher
from lightning_tickets.execution.processes import InlineLauncher, ProcessLauncher
from lightning_tickets.execution.queue import ReadyQueue
from lightning_tickets.execution.sweep import SweepFailed, run_sweep
from lightning_tickets.runs.store import MANIFEST, Store
from lightning_tickets.studies.plan import Job, Plan

WORKERS = "lightning_tickets.execution.processes.workers"


def job(name, makes=None, needs=None, seconds=1.0):
    """Its target and its cell are read by none of these tests."""
    return Job(name, (), tuple(makes or [name]), needs, seconds, target=None, cell=None)


def test_chains_come_first_and_cells_as_soon_as_their_round_is_stored():
    stored = set()
    search = job("search", ["search/1", "search/2"])
    queue = ReadyQueue(
        [job("deep", needs="search/2"), job("near", needs="search/1"), job("full"), search], stored.__contains__
    )
    assert [queue.next().name, queue.next().name, queue.next()] == ["search", "full", None]
    stored.add("search/1")
    assert queue.next().name == "near" and queue.next() is None and not queue.will_retry
    assert [one.name for one in queue.left] == ["deep"]


def test_independent_chains_do_not_wait_for_each_other():
    stored = {"short/1"}
    queue = ReadyQueue([job("of_short", needs="short/1"), job("of_long", needs="long/1")], stored.__contains__)
    assert queue.next().name == "of_short" and queue.next() is None


def test_what_another_worker_has_is_looked_at_again(monkeypatch):
    monkeypatch.setattr("lightning_tickets.execution.queue.RETRY", 0.1)
    queue = ReadyQueue([job("a")], set().__contains__)
    queue.put_back(queue.next())
    assert queue.next() is None and queue.will_retry
    time.sleep(0.15)
    assert queue.next().name == "a"


class Scripted:
    """Two items at a time. Each try of a job ends as the script says; one that is done stores what the job makes."""

    tries, loss = 3, "its process died"

    def __init__(self, store, **script):
        self.store, self.script = store, script
        self.running, self.order, self.entered = [], [], 0

    def __enter__(self):
        self.entered += 1
        return self

    def __exit__(self, *_):
        assert self.running == [], "dispatch ends when nothing runs"

    def free(self):
        return 2 - len(self.running)

    def submit(self, items):
        assert len(items) <= self.free()
        self.running += items
        self.order += [item.name for item in items]

    def poll(self):
        if not self.running:
            return []
        item = self.running.pop(0)
        result = self.script.get(item.name, [DONE]).pop(0)
        for name in item.target if result is DONE else ():
            publish(self.store, name)
        return [(item.name, result)]


DONE, FULL_DISK, BUSY = JobResult("done"), JobResult("failed", "full disk"), JobResult("busy")


def publish(store, name):
    store.path(name).mkdir(parents=True)
    (store.path(name) / MANIFEST).touch()


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "root" / "runs")


@pytest.fixture
def work_of(store):
    return lambda one: WorkItem(one.name, f"run {one.name}", one.makes, SimpleNamespace(store=store))


@pytest.fixture
def run(store, work_of, monkeypatch):
    """Dispatches jobs; gives the results by name, and the names of the jobs that are left."""
    monkeypatch.setattr("lightning_tickets.execution.queue.RETRY", 0.0)

    def run(launcher, *jobs):
        results, queue = {}, ReadyQueue(jobs, store.has)
        dispatch(queue, launcher, work_of, lambda one, result: results.update({one.name: result}))
        return results, [one.name for one in queue.left]

    return run


def notes(store):
    return [json.loads(path.read_text()) for path in (store.root.parent / FAILURES).glob("*")]


def test_jobs_run_in_the_order_of_their_needs(run, store):
    launcher = Scripted(store)
    results, left = run(launcher, job("late", needs="search/2"), job("full"), job("search", ["search/1", "search/2"]))
    assert launcher.order == ["search", "full", "late"] and left == []
    assert results == dict.fromkeys(["search", "full", "late"], DONE)


def test_a_lost_job_is_submitted_again_until_its_tries_are_spent(run, store):
    launcher = Scripted(store, twice=[None, None, DONE], always=[None] * 3)
    results, left = run(launcher, job("twice"), job("always"))
    assert Counter(launcher.order) == {"twice": 3, "always": 3} and left == []
    assert results == {"twice": DONE, "always": JobResult("failed", "its process died (tries: 3)")}
    (note,) = notes(store)
    assert (note["name"], note["why"], note["command"]) == ("always", results["always"].message, "run always")


def test_a_busy_job_is_submitted_again_as_often_as_it_takes(run, store):
    launcher = Scripted(store, a=[*[BUSY] * 5, DONE])
    assert run(launcher, job("a")) == ({"a": DONE}, [])
    assert len(launcher.order) == 6 and notes(store) == []


def test_a_failure_blocks_only_what_needs_it(run, store):
    launcher = Scripted(store, search=[FULL_DISK])
    results, left = run(launcher, job("search", ["search/1"]), job("late", needs="search/1"), job("full"))
    assert results == {"search": FULL_DISK, "full": DONE} and left == ["late"]


def test_the_artefact_counts_not_what_is_reported(run, store):
    publish(store, "published")
    launcher = Scripted(store, published=[None], empty=[JobResult("done", "…") for _ in range(3)])
    results, _ = run(launcher, job("published"), job("empty"))
    assert results == {"published": DONE, "empty": JobResult("failed", "ended without its artefact (tries: 3)")}


@pytest.fixture
def planned(store, work_of):
    """A sweep of these jobs."""
    return lambda *jobs, sparsities_known=True, damaged=(): SimpleNamespace(
        plan=Plan(jobs, len(jobs)),
        store=store,
        sparsities_known=sparsities_known,
        damaged=dict.fromkeys(damaged, "damaged (cut off)"),
        work=work_of,
    )


def test_a_sweep_is_planned_again_until_its_runs_have_settled_it(planned, store):
    launcher, later = Scripted(store), [planned(job("curve"), job("cell"))]
    final = run_sweep(planned(job("curve"), sparsities_known=False), later.pop, launcher)
    assert final.sparsities_known and later == []
    assert launcher.order == ["curve", "cell"] and launcher.entered == 2


def test_a_failed_sweep_lists_reasons_and_commands(planned, store):
    sweep = planned(job("search", ["search/1"]), job("late", needs="search/1"), job("full"))
    with pytest.raises(SweepFailed) as failed:
        run_sweep(sweep, list, Scripted(store, search=[FULL_DISK]))
    assert str(failed.value).splitlines() == [
        "2 of 3 jobs failed; the others finished:",
        "  search: full disk; retry with: run search",
        "  late: waits for search/1",
    ]


def test_a_sweep_with_a_damaged_run_makes_the_rest_and_ends(planned, store):
    """Also where the damaged run would tell which cells there are."""
    publish(store, "curve")
    publish(store, "search/1")
    search = job("search", ["search/1", "search/2"])  # fails when it reads its first round
    sweep = planned(job("curve"), job("full"), search, sparsities_known=False, damaged=["curve", "search/1"])
    with pytest.raises(SweepFailed) as failed:
        run_sweep(sweep, list, Scripted(store, search=[JobResult("failed", "damaged (cut off)")]))
    assert str(failed.value).splitlines() == [
        "2 of 3 jobs failed; the others finished:",
        "  curve: damaged (cut off)",
        "  search: damaged (cut off); retry with: run search",
    ]
    assert store.has("full")


def test_what_lies_beyond_a_stopped_chain_is_left_out(planned, store, capsys):
    sweep = planned(job("search/3", ["search/1", "search/3"]), job("late", needs="search/3"))
    launcher = Scripted(store, **{"search/3": [JobResult("stopped", "search: not searched")]})
    assert run_sweep(sweep, list, launcher) is sweep
    assert "search: not searched\nlightning-tickets: left out beyond that: 1 cell\n" in capsys.readouterr().err


def test_workers_are_this_process_or_several():
    assert isinstance(make_launcher("workers", {"_target_": WORKERS, "n_jobs": 1, "gpus": []}), InlineLauncher)
    assert isinstance(make_launcher("workers", {"_target_": WORKERS, "n_jobs": 1, "gpus": [1]}), ProcessLauncher)
    assert make_launcher("workers", {"_target_": WORKERS, "n_jobs": 3, "gpus": [0, 2]}).free() == 3


@pytest.mark.parametrize(
    ("choice", "node", "message"),
    [
        ("dict", {"_target_": "builtins.dict"}, "hydra/launcher=dict: builtins.dict is no launcher (no component may"),
        ("workers", {"_target_": WORKERS, "n_jobs": True}, "hydra.launcher.n_jobs=true: expected an integer >= 1"),
        (
            "other",
            {"_target_": "no.such.launcher"},
            "hydra/launcher=other: no.such.launcher is no launcher (No",
        ),
    ],
)
def test_a_wrong_launcher_is_refused(choice, node, message):
    with pytest.raises(UserError) as refused:
        make_launcher(choice, node)
    assert str(refused.value).startswith(message)
