"""Where rows come from: fingerprints that change with the content, GLUE's folders, and what is said of missing ones."""

from pathlib import Path

import pytest

from lightning_tickets.errors import UserError
from lightning_tickets.pocket.tasks import TASKS, rows
from lightning_tickets.tasks.sources import Local, Pocket
from lightning_tickets.tasks.tsv import Layout

COLA = Layout("CoLA", 3, None, 1, ("0", "1"))
TRAIN, DEV = b"gj04\t1\t\tThe dog sleeps.\n", b"gj04\t0\t*\tDog the sleeps.\n"


def glue(folder: Path, train: bytes = TRAIN, dev: bytes = DEV) -> Path:
    folder.mkdir(parents=True)
    (folder / "train.tsv").write_bytes(train)
    (folder / "dev.tsv").write_bytes(dev)
    return folder


def local(root: Path, layout: Layout = COLA) -> Local:
    return Local(str(root), {"cola": layout})


@pytest.mark.parametrize("inside", ["CoLA", "glue/CoLA"])
def test_both_layouts_are_read(inside: str, tmp_path: Path) -> None:
    glue(tmp_path / inside)
    source = local(tmp_path)
    assert [source.rows("cola", split)[0]["label"] for split in ("train", "dev")] == [1, 0]


def test_the_fingerprint_is_sixteen_hex_digits(tmp_path: Path) -> None:
    glue(tmp_path / "CoLA")
    found = local(tmp_path).fingerprint("cola")
    assert len(found) == 16 and int(found, 16) >= 0


def test_the_fingerprint_is_of_the_content_not_of_the_place(tmp_path: Path) -> None:
    glue(tmp_path / "here" / "CoLA")
    glue(tmp_path / "there" / "glue" / "CoLA")
    assert local(tmp_path / "here").fingerprint("cola") == local(tmp_path / "there").fingerprint("cola")


@pytest.mark.parametrize("changed", ["train", "dev"])
def test_one_byte_changes_the_fingerprint(changed: str, tmp_path: Path) -> None:
    glue(tmp_path / "before" / "CoLA")
    glue(tmp_path / "after" / "CoLA", **{changed: (TRAIN if changed == "train" else DEV).replace(b"dog", b"hog")})
    if changed == "dev":
        (tmp_path / "after" / "CoLA" / "dev.tsv").write_bytes(DEV.replace(b"Dog", b"Hog"))
    assert local(tmp_path / "before").fingerprint("cola") != local(tmp_path / "after").fingerprint("cola")


def test_one_byte_changes_the_fingerprint_within_a_process(tmp_path: Path) -> None:
    folder, source = glue(tmp_path / "CoLA"), local(tmp_path)
    before = source.fingerprint("cola")
    (folder / "train.tsv").write_bytes(TRAIN + TRAIN)
    assert source.fingerprint("cola") != before


def test_another_layout_changes_the_fingerprint(tmp_path: Path) -> None:
    glue(tmp_path / "CoLA")
    other = Layout("CoLA", 3, None, 1, ("1", "0"))
    assert local(tmp_path).fingerprint("cola") != local(tmp_path, other).fingerprint("cola")


def test_the_two_splits_do_not_change_places_unnoticed(tmp_path: Path) -> None:
    glue(tmp_path / "before" / "CoLA")
    glue(tmp_path / "after" / "CoLA", train=DEV, dev=TRAIN)
    assert local(tmp_path / "before").fingerprint("cola") != local(tmp_path / "after").fingerprint("cola")


def message(source: Local, task: str = "cola") -> str:
    with pytest.raises(UserError) as raised:
        source.fingerprint(task)
    assert len(str(raised.value).splitlines()) == 1
    return str(raised.value)


def test_a_missing_root_is_named(tmp_path: Path) -> None:
    assert f"data.root={tmp_path / 'nowhere'}" in message(local(tmp_path / "nowhere"))


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert str(tmp_path / "CoLA") in message(local(tmp_path))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    (glue(tmp_path / "CoLA") / "dev.tsv").unlink()
    assert "dev.tsv" in message(local(tmp_path))


def test_a_task_without_a_layout_is_told_those_there_are(tmp_path: Path) -> None:
    assert "task=rte" in message(local(tmp_path), "rte") and "cola" in message(local(tmp_path), "rte")


def test_the_home_folder_is_understood(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    glue(tmp_path / "data" / "CoLA")
    assert local(Path("~/data")).rows("cola", "train")[0]["first"] == "The dog sleeps."


@pytest.mark.parametrize("split", ["train", "dev"])
def test_pocket_gives_the_generated_rows(split: str) -> None:
    assert Pocket().rows("sst2", split) == rows("sst2", split)


def test_pocket_fingerprints_are_stable_and_follow_the_version(monkeypatch) -> None:
    before = {task: Pocket().fingerprint(task) for task in TASKS}
    assert before == {task: Pocket().fingerprint(task) for task in TASKS}
    monkeypatch.setattr("lightning_tickets.pocket.tasks.VERSION", 10**6)
    assert all(Pocket().fingerprint(task) != before[task] for task in TASKS)


def test_pocket_names_its_tasks() -> None:
    with pytest.raises(UserError, match="task=boolq.*cola"):
        Pocket().check("boolq")


def test_pocket_checks_out_for_every_task() -> None:
    for task in TASKS:
        Pocket().check(task)


def test_a_folder_of_good_files_checks_out(tmp_path: Path) -> None:
    glue(tmp_path / "CoLA")
    local(tmp_path).check("cola")


@pytest.mark.parametrize("split", ["train", "dev"])
def test_a_bad_line_of_either_split_is_found_by_the_check(split: str, tmp_path: Path) -> None:
    (glue(tmp_path / "CoLA") / f"{split}.tsv").write_bytes(TRAIN + b"gj04\t2\t\tA.\n")
    with pytest.raises(UserError, match=f"{split}.tsv, line 2"):
        local(tmp_path).check("cola")
