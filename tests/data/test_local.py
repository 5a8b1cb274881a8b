"""Local folders: official files and clones of the hub's sets, fingerprints, and the messages for anything else."""

import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lightning_tickets.data.dataset_spec import DatasetSpec, Files, HubSet
from lightning_tickets.data.local import Local
from lightning_tickets.data.pocket import Pocket
from lightning_tickets.data.rows import Columns
from lightning_tickets.errors import UserError
from lightning_tickets.pocket.tasks import SIZES, TASKS, rows
from tests.data.official import SAMPLES, Sample
from tests.data.reading import ANSWERS, NUMBERED, TEXT, refusal, rows_or_one_line

COLA = DatasetSpec(Files("CoLA", (("train", "train.tsv"), ("dev", "dev.tsv")), NUMBERED), None)
CLONE = HubSet("own/set", "plain", "0" * 40, (("train", "train"), ("dev", "validation")), TEXT)
HUB = DatasetSpec(None, CLONE)
TRAIN, DEV = b"gj04\t1\t\tThe dog sleeps.\n", b"gj04\t0\t*\tDog the sleeps.\n"


def write_texts(path: Path, *texts: str) -> None:
    pq.write_table(pa.table({"text": list(texts)}), path)


def clone(folder: Path) -> Path:
    """The Parquet files of two splits; the path of train's."""
    folder.mkdir(parents=True)
    for split in ("train", "validation"):
        write_texts(folder / f"{split}-00000-of-00001.parquet", "a", "b")
    return folder / "train-00000-of-00001.parquet"


def glue(folder: Path, train: bytes = TRAIN, dev: bytes = DEV) -> Path:
    folder.mkdir(parents=True)
    (folder / "train.tsv").write_bytes(train)
    (folder / "dev.tsv").write_bytes(dev)
    return folder


def own(root: Path, name: str, content: bytes) -> None:
    """A folder with files of the user's own."""
    (root / "own").mkdir(exist_ok=True)
    (root / "own" / name).write_bytes(content)
    (root / "own/dev.txt").write_text("b\nc\n")


def local(root: Path, spec: DatasetSpec = COLA) -> Local:
    return Local(str(root), {"cola": spec})


def files(train: str, columns: Columns = TEXT, folder: str = "own") -> DatasetSpec:
    return DatasetSpec(Files(folder, (("train", train), ("dev", "dev.txt")), columns), None)


def wrong(source: Local, task: str = "cola") -> str:
    return refusal(lambda: source.counts(task))


# Every task's official files, and the same rows in clones of the hub's sets


def test_every_task_has_a_sample(specs) -> None:
    assert set(SAMPLES) == set(specs)


@pytest.mark.parametrize("write", [Sample.write_files, Sample.write_parquet])
@pytest.mark.parametrize("task", SAMPLES)
def test_official_files_and_clones_have_the_same_rows(task: str, write, specs, tmp_path: Path) -> None:
    """All of them in one folder."""
    for each in SAMPLES.values():
        write(each, tmp_path)
    source, sample = Local(str(tmp_path), specs), SAMPLES[task]
    assert {split: list(source.rows(task, split)) for split in sample.rows} == sample.rows
    assert source.counts(task) == {split: len(expected) for split, expected in sample.rows.items()}


def test_a_label_of_a_test_set_is_refused_with_the_reason(specs, tmp_path: Path) -> None:
    SAMPLES["mnli"].write_parquet(tmp_path)
    path = tmp_path / "nyu-mll/glue/mnli/validation_matched-00000-of-00001.parquet"
    pq.write_table(pa.table({"premise": ["a"], "hypothesis": ["b"], "label": [-1]}), path)
    message = f"{path}, row 0: label -1 (a test set's; it cannot be scored on); expected an integer from 0 to 2"
    assert wrong(Local(str(tmp_path), specs), "mnli") == message


NO_LABEL = ", line 2: no column 'label'; its columns are 'index', 'sentence1', 'sentence2'"


@pytest.mark.parametrize(
    ("task", "file", "header", "message"),
    [
        ("rte", "RTE/dev.tsv", "index\tsentence1\tsentence2", NO_LABEL),
        ("qqp", "QQP/dev.tsv", "id\tquestion1\tquestion2", ": no rows of 6 columns"),
    ],
)
def test_a_test_set_of_glue_has_no_label(task, file, header, message, specs, tmp_path: Path) -> None:
    SAMPLES[task].write_files(tmp_path)
    (tmp_path / file).write_text(f"{header}\n0\ta\tb\n")
    assert wrong(Local(str(tmp_path), specs), task) == f"{tmp_path / file}{message}"


@pytest.mark.parametrize("task", SAMPLES)
def test_an_official_file_that_is_empty_or_garbage(task: str, specs, tmp_path: Path) -> None:
    source = Local(str(SAMPLES[task].write_files(tmp_path)), specs)
    for name, whole in SAMPLES[task].files.items():
        for garbage in (b"", b"\xff\xfe\x00" * 40):
            (tmp_path / name).write_bytes(garbage)
            assert wrong(source, task).startswith(f"{tmp_path / name}")
        (tmp_path / name).write_bytes(whole)


@pytest.mark.parametrize("task", SAMPLES)
def test_an_official_file_cut_anywhere_gives_its_first_rows_or_is_refused(task: str, specs, tmp_path: Path) -> None:
    sample, columns = SAMPLES[task], specs[task].files.columns
    for (name, whole), rows_of in zip(sample.files.items(), sample.rows.values(), strict=True):
        for kept in range(0, len(whole), 5):
            part = rows_or_one_line(tmp_path / Path(name).name, columns, whole[:kept]) or []
            assert part[:-1] == rows_of[: len(part[:-1])]
            for last, row in zip(part[-1:], rows_of[len(part) - 1 :], strict=False):
                assert all(str(row[text]).startswith(str(last[text])) for text in row if text != "label")


# Folders


@pytest.mark.parametrize("inside", ["CoLA", "glue/CoLA"])
def test_a_tasks_folder_may_be_within_glue(inside: str, tmp_path: Path) -> None:
    glue(tmp_path / inside)
    labels = [[row["label"] for row in local(tmp_path).rows("cola", split)] for split in ("train", "dev")]
    assert labels == [[1], [0]]


@pytest.mark.parametrize(
    ("folder", "config"), [("own/set/plain", "plain"), ("set/plain", "plain"), ("plain", "plain"), ("own/set", None)]
)
def test_the_folders_of_a_clone(folder: str, config: str | None, tmp_path: Path) -> None:
    clone(tmp_path / folder)
    source = local(tmp_path, replace(HUB, hub=replace(CLONE, config=config)))
    assert [row["text"] for row in source.rows("cola", "train")] == ["a", "b"]
    assert source.counts("cola") == {"train": 2, "dev": 2}


def test_a_clone_is_preferred_to_files(tmp_path: Path) -> None:
    clone(tmp_path / "plain")
    glue(tmp_path / "CoLA")
    assert local(tmp_path, replace(HUB, files=COLA.files)).counts("cola") == {"train": 2, "dev": 2}


def test_a_data_folder_of_another_set_is_not_read_for_a_task_with_files(tmp_path: Path) -> None:
    clone(tmp_path / "data")
    glue(tmp_path / "CoLA")
    assert local(tmp_path, replace(HUB, files=COLA.files)).counts("cola") == {"train": 1, "dev": 1}
    for spec in (HUB, replace(HUB, files=COLA.files, hub=replace(CLONE, config=None))):
        assert local(tmp_path, spec).counts("cola") == {"train": 2, "dev": 2}


def test_shards_are_read_in_their_order(tmp_path: Path) -> None:
    clone(tmp_path / "plain").unlink()
    for number, text in ((2, "c"), (0, "a"), (1, "b")):
        write_texts(tmp_path / f"plain/train-0000{number}-of-00003.parquet", text, text)
    assert [row["text"] for row in local(tmp_path, HUB).rows("cola", "train")] == list("aabbcc")
    (tmp_path / "plain/train-00001-of-00003.parquet").unlink()
    message = f"data.root: {tmp_path}/plain/train-*.parquet are 2 files, but their names say 3"
    assert wrong(local(tmp_path, HUB)) == message


def test_two_versions_of_a_split_are_refused(tmp_path: Path) -> None:
    write_texts(clone(tmp_path / "plain").with_name("train.parquet"), "a")
    message = f"data.root: {tmp_path}/plain/train-*.parquet are 2 files, but their names say 1"
    assert wrong(local(tmp_path, HUB)) == message


def test_a_clone_that_lacks_a_split(tmp_path: Path) -> None:
    clone(tmp_path / "plain").with_name("validation-00000-of-00001.parquet").unlink()
    assert wrong(local(tmp_path, HUB)) == f"data.root: no file {tmp_path}/plain/validation-*.parquet"


@pytest.mark.parametrize(
    ("replace_by", "ask", "reason"),
    [
        (lambda path: path.symlink_to("../../blobs/0123"), Local.counts, "No such file or directory"),
        (lambda path: path.symlink_to("../../blobs/0123"), Local.fingerprint, "No such file or directory"),
        (Path.mkdir, Local.counts, "Is a directory"),
        (lambda path: path.write_bytes(b"PAR1" + b"\x00\x1b[0m\xff" * 30 + b"PAR1"), Local.counts, "cannot be read as"),
    ],
    ids=["a broken link", "a broken link's fingerprint", "a folder", "garbage"],
)
def test_a_clone_with_an_unreadable_file(replace_by, ask, reason: str, tmp_path: Path) -> None:
    path = clone(tmp_path / "plain")
    path.unlink()
    replace_by(path)
    assert refusal(lambda: ask(local(tmp_path, HUB), "cola")).startswith(f"{path}: {reason}")


# Files by a pattern


@pytest.mark.parametrize(
    ("name", "pattern"),
    [("wiki.train.raw", "*train.raw"), *((name, name) for name in ("tr[ain].txt", "a*b.txt", "wei?rd.txt"))],
)
def test_a_file_by_its_pattern_or_name(name: str, pattern: str, tmp_path: Path) -> None:
    own(tmp_path, name, b"a\n")
    assert local(tmp_path, files(pattern)).counts("cola") == {"train": 1, "dev": 2}


def test_two_files_that_match_a_pattern(specs, tmp_path: Path) -> None:
    SAMPLES["squad"].write_files(tmp_path)
    shutil.copy(tmp_path / "squad/dev-v1.1.json", tmp_path / "squad/dev-v1.1-part.json")
    message = f"{tmp_path}/squad/dev-v1.1*.json matches 2 files (dev-v1.1-part.json, dev-v1.1.json …)"
    assert wrong(Local(str(tmp_path), specs), "squad") == f"data.root: {message}"


@pytest.mark.parametrize("pattern", ["*train*", "train.txt"])
def test_a_folder_that_matches_a_pattern_is_not_a_file(pattern: str, tmp_path: Path) -> None:
    for name in ("train", "dev"):
        (tmp_path / f"own/{name}.txt").mkdir(parents=True)
    assert wrong(local(tmp_path, files(pattern))) == f"data.root: no file {tmp_path}/own/{pattern}"


def test_a_file_at_an_absolute_path(tmp_path: Path) -> None:
    own(tmp_path, "../elsewhere.txt", b"a\n")
    source = local(tmp_path / "own", files(str(tmp_path / "elsewhere.txt"), folder="."))
    assert source.counts("cola") == {"train": 1, "dev": 2}


@pytest.mark.parametrize("pattern", ["", "a**b", "/nowhere/*.txt", "[", "../*", "\0"])
def test_a_pattern_that_matches_nothing(pattern: str, tmp_path: Path) -> None:
    own(tmp_path, "a", b"")
    with pytest.raises(UserError, match="data.root: no file"):
        local(tmp_path / "own", files(pattern, folder=".")).counts("cola")


# Fingerprints


def test_the_fingerprint_is_of_the_content_not_of_the_place(tmp_path: Path) -> None:
    glue(tmp_path / "here" / "CoLA")
    glue(tmp_path / "there" / "glue" / "CoLA")
    fingerprint = local(tmp_path / "here").fingerprint("cola")
    assert len(fingerprint) == 16 and int(fingerprint, 16) >= 0
    assert local(tmp_path / "there").fingerprint("cola") == fingerprint


@pytest.mark.parametrize(
    "after",
    [{"train": TRAIN.replace(b"dog", b"hog")}, {"dev": DEV.replace(b"Dog", b"Hog")}, {"train": DEV, "dev": TRAIN}],
    ids=["a byte of train", "a byte of dev", "exchanged splits"],
)
def test_other_content_changes_the_fingerprint(after: dict[str, bytes], tmp_path: Path) -> None:
    glue(tmp_path / "before" / "CoLA")
    glue(tmp_path / "after" / "CoLA", **after)
    assert local(tmp_path / "before").fingerprint("cola") != local(tmp_path / "after").fingerprint("cola")


def test_a_file_changed_within_a_process_is_read_again(tmp_path: Path) -> None:
    folder, source = glue(tmp_path / "CoLA"), local(tmp_path)
    before = source.fingerprint("cola"), source.counts("cola")
    (folder / "train.tsv").write_bytes(TRAIN + TRAIN)
    assert source.fingerprint("cola") != before[0]
    assert (before[1]["train"], source.counts("cola")["train"]) == (1, 2)


def test_other_columns_change_the_fingerprint(tmp_path: Path) -> None:
    glue(tmp_path / "CoLA")
    other = replace(COLA, files=replace(COLA.files, columns=replace(NUMBERED, classes=3)))
    assert local(tmp_path).fingerprint("cola") != local(tmp_path, other).fingerprint("cola")


# What is missing or wrong


@pytest.mark.parametrize("ask", [Local.counts, Local.fingerprint])
@pytest.mark.parametrize("write", [lambda root: None, lambda root: root.write_bytes(TRAIN)], ids=["missing", "a file"])
def test_a_root_that_is_not_a_folder(write, ask, tmp_path: Path) -> None:
    write(tmp_path / "root")
    message = refusal(lambda: ask(local(tmp_path / "root"), "cola"))
    assert message == f"data.root={tmp_path}/root is not a folder"


@pytest.mark.parametrize(("root", "typed"), [(None, "null"), (5, "5"), (name := "~nobody_of_that_name/data", name)])
def test_a_root_that_is_not_a_path(root, typed) -> None:
    with pytest.raises(UserError, match=f"data.root={typed}: expected the path of a folder"):
        Local(root, {})


def test_the_home_folder_is_understood(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    glue(tmp_path / "data" / "CoLA")
    assert local(Path("~/data")).counts("cola") == {"train": 1, "dev": 1}


@pytest.mark.parametrize(
    ("write", "missing"),
    [
        (lambda folder: None, "train.tsv"),
        (lambda folder: folder.write_bytes(TRAIN), "train.tsv"),
        (lambda folder: (glue(folder) / "dev.tsv").unlink(), "dev.tsv"),
    ],
    ids=["no folder", "a file in its place", "no file"],
)
def test_a_missing_file_is_named(write, missing: str, tmp_path: Path) -> None:
    write(tmp_path / "CoLA")
    assert wrong(local(tmp_path)) == f"data.root: no file {tmp_path}/CoLA/{missing}"


def test_a_task_whose_yaml_defines_no_files(tmp_path: Path) -> None:
    message = "defines no files (task.files), which data=local needs"
    assert wrong(local(tmp_path), "rte") == f"task=rte {message}"
    assert wrong(local(tmp_path, HUB)) == f"task=cola {message}"


@pytest.mark.parametrize("split", ["train", "dev"])
def test_counts_find_a_bad_line_of_either_split(split: str, tmp_path: Path) -> None:
    (glue(tmp_path / "CoLA") / f"{split}.tsv").write_bytes(TRAIN * 2000 + b"gj04\t2\t\tA.\n")
    message = f"{tmp_path}/CoLA/{split}.tsv, line 2001: label '2'; expected an integer from 0 to 1"
    assert wrong(local(tmp_path)) == message
    assert wrong(local(tmp_path)) == message


EMPTY = [b"", b"\n\n", b" \r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"]


@pytest.mark.parametrize(
    ("name", "content", "columns"),
    [
        *[("train.tsv", content, NUMBERED) for content in EMPTY],
        ("train.tsv", b"text\tlabel\n", TEXT),
        ("train.csv", b"text,label\n", TEXT),
        ("train.jsonl", b"\n", TEXT),
        ("train.txt", b"", TEXT),
        ("train.json", b'{"data": []}', ANSWERS),
    ],
)
def test_a_file_without_rows(name: str, content: bytes, columns: Columns, tmp_path: Path) -> None:
    own(tmp_path, name, content)
    assert wrong(local(tmp_path, files(name, columns))) == f"{tmp_path}/own/{name}: no rows"


# The generated rows


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("split", ["train", "dev"])
def test_pocket_gives_the_generated_rows(split: str, size: str) -> None:
    generated = list(Pocket(size).rows("sst2", split))
    assert generated == list(rows("sst2", split, size=size)) and len(generated) == Pocket(size).counts("sst2")[split]


@pytest.mark.parametrize("task", TASKS)
def test_sizes_have_names_of_their_own(task: str) -> None:
    assert len({Pocket(size).fingerprint(task) for size in SIZES}) == len(SIZES)


def test_pocket_fingerprints_are_stable_and_follow_the_version(monkeypatch) -> None:
    before = {task: Pocket().fingerprint(task) for task in TASKS}
    assert before == {task: Pocket().fingerprint(task) for task in TASKS}
    monkeypatch.setattr("lightning_tickets.pocket.tasks.VERSION", 10**6)
    assert all(Pocket().fingerprint(task) != before[task] for task in TASKS)


@pytest.mark.parametrize("ask", [Pocket.counts, Pocket.fetch, lambda pocket, task: pocket.rows(task, "train")])
def test_pocket_names_its_tasks(ask) -> None:
    with pytest.raises(UserError, match="task=boolq.*cola"):
        ask(Pocket(), "boolq")


def test_pocket_has_every_task(specs) -> None:
    assert set(TASKS) == set(specs)
    for task in TASKS:
        Pocket().fetch(task)
