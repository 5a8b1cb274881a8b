"""An artefact is there wholly or not at all, and a damaged one is named and never used."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from lightning_tickets.errors import UserError
from lightning_tickets.runs.store import MANIFEST, SPEC, TIMING, Store, write_json
from tests.checks import one_line


@dataclass(frozen=True)
class Spec:
    tag: ClassVar[str] = "Spec"
    name: str
    rate: float = 0.5


BASE = Spec("a")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "runs")


def publish(store: Store, name: str = "run", spec: Spec = BASE, text: str = "result") -> Path:
    with store.publish(name, spec) as folder:
        (folder / "result.json").write_text(text)
        write_json(folder / TIMING, {"seconds": 1.5})
    return store.path(name)


def everything(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", ["run", "find-a/round-03"])
def test_what_is_published_is_opened(name: str, store: Store) -> None:
    publish(store, name)
    assert store.has(name) and (store.open(name, BASE) / "result.json").read_text() == "result"


def test_an_artefact_has_its_spec_and_its_checksums_beside_it(store: Store) -> None:
    place = publish(store)
    assert everything(place) == [MANIFEST, "result.json", SPEC, TIMING]
    assert json.loads((place / SPEC).read_text()) == {"is": "Spec", "name": "a", "rate": 0.5}
    assert set(json.loads((place / MANIFEST).read_text())) == {"result.json", SPEC}


def test_nothing_is_there_before_the_block_ends(store: Store) -> None:
    with store.publish("run", BASE) as folder:
        (folder / "result.json").write_text("half")
        assert not store.has("run") and not store.path("run").exists()
    assert store.has("run")


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_nothing_is_left_after_an_error_and_the_run_can_be_published(error: type[BaseException], store: Store) -> None:
    with pytest.raises(error), store.publish("run", BASE) as folder:
        (folder / "result.json").write_text("half")
        raise error
    assert not store.has("run") and not store.path("run").exists() and list(store.root.iterdir()) == []
    publish(store)
    assert store.open("run", BASE)
    assert [path.name for path in store.root.iterdir()] == ["run"]


def test_a_second_publisher_loses_quietly(store: Store) -> None:
    with store.publish("run", BASE) as folder:
        (folder / "result.json").write_text("second")
        publish(store, text="first")
    assert (store.open("run", BASE) / "result.json").read_text() == "first"
    assert [path.name for path in store.root.iterdir()] == ["run"]


def test_a_publisher_beaten_at_the_last_moment_loses_quietly(tmp_path: Path) -> None:
    """The other's rename falls between the look and our own rename."""

    class Late(Store):
        def has(self, name: str) -> bool:
            found = super().has(name)
            if not found:
                publish(Store(self.root), name, text="first")
            return found

    publish(Late(tmp_path), text="second")
    assert (Store(tmp_path).open("run", BASE) / "result.json").read_text() == "first"


@pytest.mark.parametrize("file", ["result.json", SPEC, MANIFEST])
@pytest.mark.parametrize("place", [0, 7, -2])
def test_a_flipped_byte_is_noticed(file: str, place: int, store: Store) -> None:
    path = publish(store, text="some result") / file
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    assert str(store.path("run")) in one_line(store.open, "run", BASE)


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:-1])])
@pytest.mark.parametrize("file", ["result.json", SPEC])
def test_a_missing_or_damaged_file_is_named(file: str, damage, store: Store) -> None:
    damage(publish(store) / file)
    assert file in one_line(store.open, "run", BASE)


@pytest.mark.parametrize("content", ["", "[]", "{", "null", '"text"', "{}"])
def test_a_manifest_that_lists_nothing_opens_nothing(content: str, store: Store) -> None:
    place = publish(store)
    (place / MANIFEST).write_text(content)
    (place / SPEC).unlink()
    assert str(place) in one_line(store.open, "run", BASE)


def test_a_run_without_a_folder_or_a_manifest_is_named(store: Store) -> None:
    assert str(store.path("run")) in one_line(store.open, "run", BASE)
    (publish(store) / MANIFEST).unlink()
    assert MANIFEST in one_line(store.open, "run", BASE)


def test_the_timing_may_differ(store: Store) -> None:
    write_json(publish(store) / TIMING, {"seconds": 99.0})
    assert store.open("run", BASE)


def test_a_changed_default_under_the_same_name_is_an_error(store: Store) -> None:
    publish(store, spec=BASE)
    assert "default" in one_line(store.open, "run", Spec("a", rate=0.25))


def test_an_artefact_without_its_manifest_can_be_made_again(store: Store) -> None:
    """``has`` says it is missing, so it is made again, and hours of training must not be lost on a rename."""
    (publish(store, text="old") / MANIFEST).unlink()
    assert not store.has("run")
    publish(store, text="new")
    assert (store.open("run", BASE) / "result.json").read_text() == "new"


def test_others_can_read_what_is_published(store: Store) -> None:
    assert publish(store).stat().st_mode & 0o755 == 0o755


def test_two_publishings_give_equal_bytes(tmp_path: Path) -> None:
    one, other = publish(Store(tmp_path / "one")), publish(Store(tmp_path / "other"))
    assert [(one / f).read_bytes() for f in everything(one)] == [(other / f).read_bytes() for f in everything(other)]


def test_json_is_written_the_same_in_any_order(tmp_path: Path) -> None:
    write_json(tmp_path / "one", {"a": 1, "b": 2})
    write_json(tmp_path / "other", {"b": 2, "a": 1})
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
    assert json.loads((tmp_path / "one").read_text()) == {"a": 1, "b": 2}


@pytest.mark.parametrize("name", ["../evil", "/evil", "a/../../evil", "", ".", "a//b"])
def test_no_name_leads_out_of_the_store(tmp_path, name):
    store = Store(tmp_path / "runs")
    with pytest.raises(UserError, match="expected the name of a run"):
        store.has(name)
    with pytest.raises(UserError, match="expected the name of a run"), store.publish(name, None):
        raise AssertionError("nothing is written")
    assert list(tmp_path.iterdir()) == []
