"""Whatever is damaged below the root: every command names it in one line, and goes on with the rest."""

import errno
import json
import os
import shutil
import signal
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import pytest

from lightning_tickets.fingerprints import checksum
from tests.cli.conftest import SWEEP
from tests.commands import SHORT, inside

ONE_RUN = ["task=cola", "subnetwork=full", "seed=1", *SHORT]
OF_RUNS = ["experiment=table2", "study.tasks=[cola]", "study.seeds=[1]", *SHORT]
OF_ROUNDS = ["experiment=figure1", "study.exhibits.figure1.task=cola", *SHORT]
DEEP = "[" * 100_000


@contextmanager
def within(seconds: int):
    """TimeoutError for what waits for a pipe."""

    def late(*_):
        raise TimeoutError("a command waits")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def ask(root: Path, *arguments: str, status: int = 0) -> list[str]:
    """The lines of a command, those of stderr first."""
    with within(60):
        done = inside(root, *arguments, status=status)
    lines = [*done.stderr.splitlines(), *done.stdout.splitlines()]
    assert all(line.isprintable() for line in lines)
    return lines


def one(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def write(content: str) -> Callable[[Path], object]:
    return lambda path: (path.parent.mkdir(parents=True, exist_ok=True), path.write_text(content))


def pipe(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def link(target: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.symlink_to(target)

    return make


def folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir(parents=True)


def elsewhere(path: Path) -> None:
    """The folder lies somewhere else, and a link where it was."""
    moved = next(one for one in path.parents if one.name == "runs").with_name("moved")
    path.rename(moved)
    path.symlink_to(moved)


def sealed(content: str) -> Callable[[Path], None]:
    """Written with its checksum in the manifest."""

    def make(path: Path) -> None:
        path.write_text(content)
        manifest = path.with_name("manifest.json")
        manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {path.name: checksum(path)}))

    return make


RUN, SEARCH, ROUND = "cola-full-*", "find-cola-*", "find-cola-*/round-02"
ARTEFACTS = {  # the artefact, its file, what is done to it, and what is said of it
    "result: a pipe": (RUN, "result.json", pipe, "expected a file, got a pipe"),
    "result: an endless link": (RUN, "result.json", link("/dev/zero"), "expected a file, got a link"),
    "result: a folder": (RUN, "result.json", folder, "expected a file, got a folder"),
    "result: nothing": (RUN, "result.json", Path.unlink, "No such file or directory"),
    "result: other bytes": (RUN, "result.json", write("{}"), "its checksum is not the manifest's"),
    "result: brackets": (RUN, "result.json", sealed(DEEP), "recursion limit exceeded"),
    "result: a list": (RUN, "result.json", sealed("[]"), "Input should be an object"),
    "result: no metrics": (RUN, "result.json", sealed('{"metric": "f1"}'), "metrics: Field required"),
    "spec: a pipe": (RUN, "spec.json", pipe, "expected a file, got a pipe"),
    "spec: null": (RUN, "spec.json", sealed("null"), "Input should be an object"),
    "manifest: brackets": (RUN, "manifest.json", write(DEEP), "recursion limit exceeded"),
    "manifest: empty": (RUN, "manifest.json", write("{}"), "it lists no spec.json"),
    "manifest: a way out": (RUN, "manifest.json", write('{"../spec.json": ""}'), "String should match pattern"),
    "a round's result: a pipe": (ROUND, "result.json", pipe, "expected a file, got a pipe"),
    "a round's ticket: a pipe": (ROUND, "ticket.safetensors", pipe, "expected a file, got a pipe"),
    "a run's folder: a link": (RUN, "", elsewhere, "expected a folder, got a link"),
    "a round's folder: a link": (ROUND, "", elsewhere, "expected a folder, got a link"),
    "a search's folder: a link": (SEARCH, "", elsewhere, "expected a folder, got a link"),
}


@pytest.mark.parametrize("damage", ARTEFACTS)
def test_a_damaged_artefact_is_named_and_the_rest_goes_on(root, damage):
    pattern, file, make, why = ARTEFACTS[damage]
    place, is_run, number = one(root / "runs", pattern), pattern == RUN, 2 if pattern == SEARCH else 1
    make(place / file)

    def named(lines: list[str]) -> bool:
        return any(f"{place / file}: damaged (" in line and why in line for line in lines)

    status, plan = ask(root, "status", *SWEEP), ask(root, "plan", *SWEEP)
    done = f"{4 - number} of 4 trainings done, 0 running, 0 waiting, 0 failed, {number} damaged"
    assert named(status) and f"sweep: {done}" in status
    assert named(plan) and f"sweep: 4 distinct trainings, 0 missing, {number} damaged" in plan
    verify = ask(root, "store", "verify", "--scores", status=1)
    assert named(verify) and verify[-1] == f"{5 - number} artefacts, 1 damaged"
    assert ask(root, "store", "list")[-1].split()[1] == "artefacts,"
    gc = ask(root, "store", "gc")
    assert (str(place) in gc) == bool(file) != any(f"left alone: {place}: damaged" in line for line in gc)
    assert named(ask(root, "report", *(OF_RUNS if is_run else OF_ROUNDS), status=1))
    assert named(ask(root, "run", "-m", *SWEEP, status=1))
    single = ask(root, "run", *ONE_RUN, status=2 if is_run else 0)
    assert named(single) == is_run and len(single) == 1


@pytest.mark.parametrize("command", ["status", "plan"])
def test_programs_get_what_is_damaged(root, command):
    place = one(root / "runs", RUN)
    (place / "result.json").write_text("{}")
    found = json.loads(inside(root, command, *SWEEP, "--json").stdout)["damaged"]
    assert list(found) == [place.name] and "its checksum is not the manifest's" in found[place.name]


def test_a_report_leaves_out_what_is_damaged(root):
    place = one(root / "runs", RUN)
    (place / "result.json").write_text("{}")
    lines = ask(root, "report", *OF_RUNS, status=1)
    assert f"Left out, since it is damaged: {place.name}" in lines


def test_a_damaged_run_of_a_curve(root):
    """No command takes it for a curve that has not been made."""
    place, winning = one(root / "runs", RUN), ["task=cola", "sparsity=winning", "sparsity.seeds=[1]", "seed=1", *SHORT]
    sweep = [word for word in winning if "seeds" not in word]
    assert "sparsity=winning: task=cola has no curve yet" in ask(root, "run", *winning, status=2)[0]
    (place / "examples.json").write_text("{}")
    line = (
        f"{place / 'examples.json'}: damaged (its checksum is not the manifest's): remove {place} and run its command"
    )
    assert ask(root, "run", *winning, status=2) == [f"lightning-tickets: {line} again"]
    for command in ("status", "plan"):
        lines = ask(root, command, *sweep)
        assert any(line in one for one in lines) and any(", 1 damaged" in one for one in lines)


RESULT = '{"metric": "matthews", "metrics": {"matthews": 0.5}, "undefined": [], "kept": 1, "prunable": 1}'


@pytest.mark.parametrize(
    ("file", "content", "line"),
    [
        ("examples.json", '{"label": ["a"]}', "examples.json: damaged (expected predictions that can be scored, got "),
        ("examples.json", "[]", "examples.json: damaged (Input should be an object)"),
        ("result.json", RESULT, ": accuracy is absent, its predictions give 0."),
    ],
)
def test_scores_of_files_that_were_sealed_again(root, file, content, line):
    """The checksums are right, so only what the files say can tell."""
    sealed(content)(one(root / "runs", RUN) / file)
    lines = ask(root, "store", "verify", "--scores", status=1)
    assert lines[0] == "4 artefacts, 0 damaged" and any(line in one for one in lines[1:])


def test_claims_are_tested_without_what_is_damaged(root):
    place = one(root / "runs", RUN)
    (place / "result.json").write_text("{}")
    lines = ask(root, "claims", *OF_RUNS)
    assert (
        lines[0].startswith(f"lightning-tickets: {place / 'result.json'}: damaged (") and "CANNOT BE TOLD" in lines[1]
    )


BESIDE = {  # a file below the root, what is put there, and who names it
    "runs/.leases/list/1": (write("[1]"), "status gc"),
    "runs/.leases/null/1": (write("null"), "status gc"),
    "runs/.leases/part/1": (write('{"machine": "x"}'), "status gc"),
    "runs/.leases/empty/1": (write(""), "status gc"),
    "runs/.leases/brackets/1": (write(DEEP), "status gc"),
    "runs/.leases/pipe/1": (pipe, "status gc"),
    "runs/.leases/folder/1": (folder, "status gc"),
    "runs/.leases/file": (write(""), "status gc"),
    "runs/.leases/link": (link("/"), "status gc"),
    "runs/.leases/number/²": (write(""), ""),
    "failures/empty.json": (write(""), "status"),
    "failures/list.json": (write("[]"), "status"),
    "failures/part.json": (write('{"name": "a", "command": "b"}'), "status"),
    "failures/brackets.json": (write(DEEP), "status"),
    "failures/pipe.json": (pipe, "status"),
    "failures/folder.json": (folder, "status"),
    "runs/cola-full-*/timing.json": (write(DEEP), ""),
    "runs/cola-imp-*/timing.json": (pipe, ""),
    "runs/find-cola-*/round-01/timing.json": (write('{"seconds": 1e308}'), ""),
    "runs/find-cola-*/round-02/timing.json": (write('{"seconds": "nan"}'), ""),
    "checkpoints/other/step-x-y.ckpt": (write(""), ""),
    "checkpoints/other/step-9-abc.ckpt": (folder, ""),
    "checkpoints/other/step-8-abc.ckpt": (pipe, ""),
    "runs/.draft-a-x1": (link("/"), "gc"),
    "runs/.draft-b-x1": (write(""), "gc"),
    "runs/.draft-c-x1": (pipe, "gc"),
    "runs/mine": (link("nowhere"), "gc verify list"),
    "runs/\x1b[31mred": (link("nowhere"), "gc verify list"),
    "runs/notes.txt": (write("mine"), ""),
    "reports/mine/report.json": (pipe, ""),
}


def test_what_is_odd_beside_artefacts_stops_nothing(root):
    """All of it at once."""
    named: dict[Path, set[str]] = {}
    for pattern, (make, who) in BESIDE.items():
        place = one(root / "runs", pattern.removeprefix("runs/")) if "*" in pattern else root / pattern
        named[place] = {*who.split()}
        make(place)
    lines = {
        "status": ask(root, "status", *SWEEP),
        "plan": ask(root, "plan", *SWEEP),
        "verify": ask(root, "store", "verify", status=1),
        "list": ask(root, "store", "list"),
        "gc": ask(root, "store", "gc"),
        "report": ask(root, "report", *OF_RUNS),
        "run": ask(root, "run", *ONE_RUN),
        "sweep": ask(root, "run", "-m", *SWEEP),
    }
    for place, commands in named.items():
        start = f"{place}: damaged (".replace("\x1b", "\\x1b")
        assert {name for name, said in lines.items() if any(start in line for line in said)} == commands, place
    assert "sweep: 4 of 4 trainings done, 0 running, 0 waiting, 0 failed" in lines["status"]
    assert lines["verify"][-1] == "6 artefacts, 2 damaged" and lines["list"][-1].startswith("4 artefacts")
    assert lines["gc"][-1].startswith("0 folders") and all(os.path.lexists(place) for place in named)
    assert [line.split()[0][:14] for line in lines["run"]] == ["cola-full-seed"]


def test_a_worker_whose_lease_cannot_be_read_may_be_living(root):
    drafts = [root / "runs" / f".draft-{name}-x1" for name in ("odd", "gone")]
    for draft in drafts:
        draft.mkdir()
    write("[1]")(root / "runs/.leases/odd/1")
    ask(root, "store", "gc", "--yes")
    assert [draft.exists() for draft in drafts] == [True, False]


def test_what_the_machine_fails_to_read_is_left_alone(root, monkeypatch):
    """It may be whole: gc does not remove it, and it is read again when the disk is back."""

    def fails(path: Path) -> str:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))

    before = sorted((root / "runs").rglob("*"))
    with monkeypatch.context() as patched:
        patched.setattr("lightning_tickets.fingerprints.checksum", fails)
        assert ask(root, "store", "verify", status=1)[-1] == "4 artefacts, 4 damaged"
        lines = ask(root, "store", "gc", "--yes")
    assert lines[-1].startswith("0 folders") and len(lines) == 5
    assert all("left alone: " in line and "damaged (Input/output error)" in line for line in lines[:4])
    assert sorted((root / "runs").rglob("*")) == before
    assert ask(root, "store", "verify")[-1] == "4 artefacts, 0 damaged"


@pytest.mark.parametrize("make", [link("nowhere"), write("mine"), folder], ids=["a link", "a file", "a folder"])
def test_what_has_a_runs_name_and_is_none_gives_way(root, make):
    place = one(root / "runs", RUN)
    before = (place / "result.json").read_bytes()
    shutil.rmtree(place)
    make(place)
    assert ask(root, "run", *ONE_RUN)[-1].startswith(place.name)
    assert (place / "result.json").read_bytes() == before
