"""``datasets`` at work without a network: sets in a folder as the hub lays them out, and what it has kept of others."""

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import datasets
import huggingface_hub.constants
import pytest

from lightning_tickets.data.dataset_spec import DatasetSpec, HubSet
from lightning_tickets.data.hub import Hub
from tests.data.official import SAMPLES
from tests.data.reading import TEXT, refusal

COMMIT = "0123456789abcdef0123456789abcdef01234567"
OWN = HubSet("own/set", "plain", COMMIT, (("train", "train"), ("dev", "validation")), TEXT)


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """No network, no bars, and where ``datasets`` keeps what it has loaded."""
    folder = tmp_path / "kept"
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", folder)
    monkeypatch.setattr(datasets.config, "DOWNLOADED_DATASETS_PATH", folder / "downloads")
    monkeypatch.setattr(datasets.config, "HF_MODULES_CACHE", str(folder / "modules"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(logging.getLogger("datasets.packaged_modules.cache.cache"), "disabled", True)
    monkeypatch.setattr(logging.getLogger("datasets.load"), "disabled", True)
    datasets.disable_progress_bars()
    yield folder
    datasets.enable_progress_bars()
    assert not (tmp_path / "home").exists()


def hub(hub_set: HubSet) -> Hub:
    return Hub({"own": DatasetSpec(None, hub_set)})


def in_folder(task: str, specs, root: Path) -> HubSet:
    """The task's set, its path the folder that the sample is written to."""
    SAMPLES[task].write_parquet(root)
    hub_set = specs[task].hub
    return replace(hub_set, path=str(root / hub_set.path))


def rows_of_train(source: Hub, task: str) -> object:
    return source.rows(task, "train")


# A set in a folder


@pytest.mark.parametrize("task", ["cola", "mlm", "mnli", "squad", "stsb"])
def test_rows_of_the_hubs_layout(task: str, specs, tmp_path: Path) -> None:
    source, expected = hub(in_folder(task, specs, tmp_path)), SAMPLES[task].rows
    source.fetch("own")
    assert {split: list(source.rows("own", split)) for split in expected} == expected


def test_rows_are_counted_where_the_yaml_does_not_say_how_many(specs, tmp_path: Path, kept: Path) -> None:
    hub_set = in_folder("mnli", specs, tmp_path)
    assert hub(hub_set).counts("own") == {"train": 392702, "dev": 9815, "dev_mismatched": 9832} and not kept.exists()
    assert hub(replace(hub_set, rows=(("train", 7),))).counts("own") == {"train": 7, "dev": 1, "dev_mismatched": 1}
    assert hub(replace(hub_set, rows=())).counts("own") == {"train": 3, "dev": 1, "dev_mismatched": 1}


def test_rows_that_are_left_out_are_not_counted(specs, tmp_path: Path) -> None:
    hub_set = in_folder("mnli", specs, tmp_path)
    some = hub(replace(hub_set, rows=(), columns=replace(hub_set.columns, drop=("0",))))
    assert 0 < some.counts("own")["train"] == len(list(some.rows("own", "train"))) < 3


def test_a_row_that_is_wrong_is_named_by_its_set(specs, tmp_path: Path) -> None:
    hub_set = in_folder("cola", specs, tmp_path)
    wrong = hub(replace(hub_set, columns=replace(hub_set.columns, classes=1)))
    message = f"{hub_set.path} cola, train row 0: label 1; expected an integer from 0 to 0"
    assert refusal(lambda: wrong.rows("own", "train")) == message
    missing = hub(replace(hub_set, columns=replace(hub_set.columns, names=(("first", "text"), ("label", "label")))))
    message = f"{hub_set.path} cola, validation row 0: no column 'text'; its columns are 'sentence', 'label', 'idx'"
    assert refusal(lambda: missing.rows("own", "dev")) == message


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"config": "koala"}, "koala"),
        ({"config": None}, "cannot be loaded"),
        ({"splits": (("train", "training"), ("dev", "validation"))}, "training"),
    ],
    ids=["another config", "none of several", "another split"],
)
def test_what_a_set_does_not_have(change, named: str, specs, tmp_path: Path) -> None:
    hub_set = in_folder("cola", specs, tmp_path)
    card = Path(hub_set.path) / "README.md"
    more = "configs:\n- config_name: other\n  data_files:\n  - split: train\n    path: cola/validation-*"
    card.write_text(card.read_text().replace("configs:", more))
    text = refusal(lambda: hub(replace(hub_set, **change)).fetch("own"))
    assert text.startswith(f"data=hub: {hub_set.path}") and named in text


def test_a_broken_file_is_refused_before_anything_is_written(specs, tmp_path: Path) -> None:
    hub_set = in_folder("cola", specs, tmp_path)
    (path,) = Path(hub_set.path, "cola").glob("validation-*")
    path.write_bytes(path.read_bytes()[:100])
    text = refusal(lambda: hub(hub_set).fetch("own"))
    assert text.startswith(f"data=hub: {hub_set.path} cola at bcdcba79 cannot be loaded (")


# The commit


def test_every_task_pins_a_commit_and_knows_its_rows_without_a_network(specs) -> None:
    source = Hub(specs)
    assert {task: set(source.counts(task)) for task in specs} == {task: set(SAMPLES[task].rows) for task in specs}
    assert all(count > 0 for task in specs for count in source.counts(task).values())
    assert len({source.fingerprint(task) for task in specs}) == len(specs)


@pytest.mark.parametrize("revision", ["main", "", "None", "bcdcba79", "refs/pr/1", COMMIT.upper(), COMMIT + "0", "v1"])
@pytest.mark.parametrize("ask", [Hub.fingerprint, Hub.counts, Hub.fetch, rows_of_train])
def test_an_unpinned_revision_is_refused(ask, revision: str) -> None:
    source = hub(replace(OWN, revision=revision, rows=(("train", 1), ("dev", 1))))
    message = f"task.hub.revision={revision}: expected a commit of 40 hex digits"
    assert refusal(lambda: ask(source, "own")) == message


CHANGES = [{"revision": COMMIT[::-1]}, {"config": "other"}, {"path": "own/other"}, {"columns": replace(TEXT, width=2)}]
CHANGES += [{"splits": (("train", "train"), ("dev", "test"))}]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_the_fingerprint_follows_what_is_asked_for(change) -> None:
    before = hub(OWN).fingerprint("own")
    assert before == hub(replace(OWN)).fingerprint("own") and len(before) == 16 and int(before, 16) >= 0
    assert hub(replace(OWN, **change)).fingerprint("own") != before


def downloaded(commit: str, specs, root: Path, kept: Path) -> HubSet:
    """CoLA as own/glue at ``COMMIT``, of which ``datasets`` keeps what it would have downloaded at ``commit``."""
    hub_set = in_folder("cola", specs, root)
    hub(hub_set).fetch("own")
    (built,) = (path for path in kept.glob("glue/cola/0.0.0/*") if path.is_dir())
    place = kept / "own___glue" / "cola" / "0.0.0" / commit
    place.parent.mkdir(parents=True)
    built.rename(place)
    return replace(hub_set, path="own/glue", revision=COMMIT)


def test_what_has_been_downloaded_is_read_without_a_network(specs, tmp_path: Path, kept: Path) -> None:
    source = hub(downloaded(COMMIT, specs, tmp_path, kept))
    source.fetch("own")
    assert {split: list(source.rows("own", split)) for split in ("train", "dev")} == SAMPLES["cola"].rows


def test_another_commit_that_has_been_downloaded_is_refused(specs, tmp_path: Path, kept: Path) -> None:
    source = hub(downloaded(COMMIT[::-1], specs, tmp_path, kept))
    text = "data=hub: own/glue cola at 01234567 is not available: this machine has only another version of it"
    assert refusal(lambda: source.fetch("own")) == text
    assert refusal(lambda: source.rows("own", "train")) == text


def test_a_folder_of_the_sets_name_is_not_the_set(specs, tmp_path: Path, monkeypatch) -> None:
    in_folder("cola", specs, tmp_path)
    monkeypatch.chdir(tmp_path)
    text = refusal(lambda: Hub(specs).fetch("cola"))
    assert text.endswith("is not available: this machine has only another version of it")


# No network


@pytest.mark.parametrize("ask", [Hub.fetch, rows_of_train])
@pytest.mark.parametrize("hub_set", [OWN, replace(OWN, path="of_nobody", config=None)])
def test_an_unknown_set_is_refused_quickly(hub_set: HubSet, ask) -> None:
    start = time.perf_counter()
    text = refusal(lambda: ask(hub(hub_set), "own"))
    assert time.perf_counter() - start < 2
    named = f"{hub_set.path} {hub_set.config}" if hub_set.config else hub_set.path
    reason = f"Couldn't reach '{hub_set.path}' on the Hub"
    assert text.startswith(f"data=hub: {named} at 01234567 cannot be loaded ({reason}")


@pytest.mark.parametrize("path", ["", "a/b/c", "no such/set", "../own", "/nowhere/at/all"])
def test_a_path_that_no_set_has(path: str) -> None:
    assert "cannot be loaded (" in refusal(lambda: hub(replace(OWN, path=path)).fetch("own"))


@pytest.mark.parametrize("task", ["own", "other"])
@pytest.mark.parametrize("ask", [Hub.fingerprint, Hub.counts, Hub.fetch])
def test_a_task_whose_yaml_says_nothing_of_a_set(ask, task: str) -> None:
    source = Hub({"own": DatasetSpec(None, None)})
    message = f"task={task} defines no hub data set (task.hub), which data=hub needs"
    assert refusal(lambda: ask(source, task)) == message
