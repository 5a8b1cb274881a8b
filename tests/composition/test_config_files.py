"""YAMLs of strangers in --config-dir: each is read, or refused in one line that names the file."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import DictConfig

from lightning_tickets.cli.main import main
from lightning_tickets.composition.compose import compose_config, conf_dir
from lightning_tickets.composition.config_files import CheckedFiles
from lightning_tickets.composition.parse_sweep import parse_sweep
from lightning_tickets.errors import UserError
from tests.checks import one_line

COLA = (conf_dir() / "task" / "cola.yaml").read_text(encoding="utf-8")
BOMB = "a0: &a0 [1, 2]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 13))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("conf")
    (place / "task").mkdir()
    return place


def compose(folder: Path, content: str | bytes):
    """The config with a task's YAML of this content."""
    (folder / "task" / "mine.yaml").write_bytes(content.encode() if isinstance(content, str) else content)
    return compose_config([f"hydra.searchpath=[file://{folder}]", "task=mine"])


WRONG = [
    (b"", "expected a mapping of keys to values"),
    (b"# nothing\n", "expected a mapping of keys to values"),
    (b"- a\n", "expected a mapping of keys to values"),
    (b"5\n", "expected a mapping of keys to values"),
    (bytes(range(256)), "'utf-8' codec can't decode byte 0x80"),
    (COLA.encode("utf-16"), "'utf-8' codec can't decode byte 0xff"),
    (b"a: \x00\n", "unacceptable character #x0000: special characters are not allowed"),
    (b"a: &a [*a]\n", "line 1: an alias within what it stands for"),
    (b"a: &a\n  b: *a\n", "line 1: an alias within what it stands for"),
    (BOMB.encode(), "more than 10,000 values once its aliases are written out"),
    (b"x: " + b"y" * 1_000_001, "larger than 1,000,000 bytes"),
    (
        b"a: !!python/object/apply:os.system ['exit 1']\n",
        "line 1: the tag tag:yaml.org,2002:python/object",
    ),
    (b"a: !!binary aGFsbG8=\n", "line 1: the tag tag:yaml.org,2002:binary is not allowed"),
    (b"a: !mine 5\n", "line 1: the tag !mine is not allowed"),
    (b"a: [" * 20_000, "maximum recursion depth exceeded"),
    (b"null: 5\n", "line 1: a key is not a text"),
    (b"? [a]\n: b\n", "line 1: a key is not a text"),
    (b"a: 9" + b"9" * 5000, "Exceeds the limit (4300 digits) for integer string conversion"),
]


@pytest.mark.parametrize(("content", "named"), WRONG)
def test_what_is_no_config_is_refused(content, named, folder):
    line = one_line(compose, folder, content)
    assert line.startswith(f"{folder}/task/mine.yaml: cannot be read as a config ({named}")


@pytest.mark.parametrize(
    ("content", "line", "named"),
    [
        ("a:\tb\n\tc: d\n", 1, r"found character '\t' that cannot start any token"),
        ("a: 1\na: 2\n", 2, "found duplicate key a"),
        ("a: 1\n---\na: 1\n", 2, "but found another document"),
        ("a: [1\nb: 2\n", 2, "expected ',' or ']', but got ':'"),
        ("a: *b\n", 1, "found undefined alias 'b'"),
    ],
)
def test_what_is_no_yaml_is_refused_by_its_line(content, line, named, folder):
    expected = f"{folder}/task/mine.yaml, line {line}: cannot be read as a config ({named})"
    assert one_line(compose, folder, content) == expected


def test_defaults_that_lead_to_themselves_are_refused(folder):
    assert "maximum recursion depth" in one_line(compose, folder, "defaults: [mine]\n" + COLA)


def test_aliases_and_merged_keys_are_read(folder):
    config = compose(folder, COLA + "more: &more {a: 1}\nmerged:\n  <<: *more\n  when: 2020-01-01\n  b: [*more]\n")
    assert config.task.merged == {"a": 1, "when": "2020-01-01", "b": [{"a": 1}]}


@pytest.mark.parametrize("command", [["plan"], ["run"], ["run", "-m"], ["run", "--cfg", "job"], ["run", "--info"]])
def test_every_command_says_so_in_one_line(command, folder, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (folder / "task" / "mine.yaml").write_text("a: &a [*a]\n")
    assert main([*command, "--config-dir", str(folder), "task=mine"]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"lightning-tickets: {folder}/task/mine.yaml: ") and err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


TEXT = COLA.partition("\n")[2].encode()


@settings(max_examples=100, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), left_out=st.integers(0, 20), added=st.binary(max_size=4))
def test_a_changed_yaml_is_a_mapping_or_refused(folder, place, left_out, added):
    begin = int(place * len(TEXT))
    (folder / "task" / "mine.yaml").write_bytes(TEXT[:begin] + added + TEXT[begin + left_out :])
    try:
        assert isinstance(CheckedFiles("", f"file://{folder}").load_config("task/mine").config, DictConfig)
    except UserError as error:
        assert str(error).startswith(f"{folder}/task/mine.yaml") and str(error).isprintable()


def test_a_subnetwork_of_ones_own_without_a_mask_has_no_sparsity(tmp_path):
    (tmp_path / "subnetwork").mkdir()
    shutil.copyfile(conf_dir() / "subnetwork" / "full.yaml", tmp_path / "subnetwork" / "mine.yaml")
    place = f"hydra.searchpath=[file://{tmp_path}]"
    product = parse_sweep([place, "subnetwork=mine", "sparsity=50,70"])
    assert [cell.cell.sparsity for cell in product.requested] == [0]
    changes = {"rows": "[full,mine]", "over_tasks": "[]", "sparsities": "[50,70]"}
    own = [f"study.exhibits.table2.{key}={value}" for key, value in changes.items()]
    (study,) = parse_sweep([place, "experiment=table2", "study.tasks=[cola]", *own]).exhibits
    assert {cell.sparsity for cell in study.cells() if cell.subnetwork == "mine"} == {0}
