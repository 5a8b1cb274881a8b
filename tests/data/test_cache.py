"""Examples on disk: what comes back, and that a file is there whole or not at all."""

import multiprocessing
import pickle
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lightning_tickets.data.cache import BATCH, Examples, load_or_build
from tests.data.reading import part_of


def example(number: int) -> dict[str, Any]:
    """As the kinds of task make them, the nested ones of SQuAD included."""
    tokens = number % 7 + 1
    return {
        "input_ids": list(range(number, number + tokens)),
        "offsets": [None, *([n, n + 2] for n in range(tokens - 1))],
        "label": number / 4,
        "data": {"context": f"é{number}\u2028", "answers": {"text": ["a"] * tokens, "answer_start": [0] * tokens}},
        "second": None if number % 3 else "text",
    }


def many(count: int) -> list[dict[str, Any]]:
    return [example(number) for number in range(count)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "cola-train-0123.arrow"


def alone(path: Path) -> bool:
    """No other file is written."""
    return list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("count", [0, 1, 2, BATCH - 1, BATCH, BATCH + 1, 2 * BATCH, 2 * BATCH + 7])
def test_everything_comes_back(count: int, path: Path) -> None:
    examples = many(count)
    cached = load_or_build(path, iter(examples))
    assert len(cached) == count and list(cached) == examples and cached[:] == examples
    assert cached.lengths == [len(each["input_ids"]) for each in examples]
    for index in {0, count - 1, count // 2, BATCH - 1, BATCH}.intersection(range(count)):
        assert cached[index] == examples[index] and cached[index - count] == examples[index - count]


SLICES = [slice(3), slice(-3, None), slice(BATCH - 2, BATCH + 2), slice(None, None, 333), slice(None, None, -1)]
SLICES += [slice(BATCH + 3, BATCH - 3, -2), slice(5, 5), slice(10**6, None), slice(-(10**6), 4)]


@pytest.mark.parametrize("part", SLICES, ids=str)
def test_slices_are_those_of_a_list(part: slice, path: Path) -> None:
    examples = many(BATCH + 5)
    assert load_or_build(path, examples)[part] == examples[part]


def test_a_batch_at_once(path: Path) -> None:
    examples, indices = many(BATCH + 5), [BATCH, 0, BATCH - 1, 0, -1, BATCH + 4]
    cached = load_or_build(path, examples)
    assert cached.__getitems__(indices) == [examples[index] for index in indices]
    assert cached.__getitems__([]) == []


@pytest.mark.parametrize("count", [0, 1, BATCH, BATCH + 5])
def test_an_index_out_of_range(count: int, path: Path) -> None:
    cached = load_or_build(path, many(count))
    for index in (count, -count - 1, 10**9):
        with pytest.raises(IndexError):
            cached[index]
        with pytest.raises(IndexError):
            cached.__getitems__([index])


def test_what_is_asked_for_is_the_callers_own(path: Path) -> None:
    cached = load_or_build(path, many(2))
    cached[0]["input_ids"].append(99)
    assert cached[0] == example(0)


def unwanted() -> Iterator[dict[str, Any]]:
    raise AssertionError("built again")
    yield {}


@pytest.mark.parametrize("count", [0, 3])
def test_what_is_there_is_not_built_again(count: int, path: Path) -> None:
    load_or_build(path, many(count))
    before = path.stat()
    assert list(load_or_build(path, unwanted())) == many(count)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_others_may_read_the_file(path: Path) -> None:
    load_or_build(path, many(3))
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


@pytest.mark.parametrize("after", [0, 1, BATCH, BATCH + 1])
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_on_the_way_leaves_no_file(after: int, error: type[BaseException], path: Path) -> None:
    def examples() -> Iterator[dict[str, Any]]:
        yield from many(after)
        raise error("on the way")

    with pytest.raises(error, match="on the way"):
        load_or_build(path, examples())
    assert list(path.parent.iterdir()) == []
    assert list(load_or_build(path, many(3))) == many(3) and alone(path)


GARBAGE = [b"\0" * 4096, b"ARROW1\0\0" + b"\xff" * 900 + b"\x10\0\0\0ARROW1", b"not Arrow", pickle.dumps(many(3))]


@pytest.mark.parametrize("kept", [0, 1, 6, 8, 100, 0.5, 0.9, -1, -6, -10, -11])
def test_a_truncated_file_is_built_again(kept: float, path: Path) -> None:
    load_or_build(path, many(BATCH + 5))
    whole = path.read_bytes()
    path.unlink()
    path.write_bytes(part_of(whole, kept))
    assert list(load_or_build(path, many(BATCH + 5))) == many(BATCH + 5)
    assert path.read_bytes() == whole and alone(path)


@pytest.mark.parametrize("place", [0, 0.1, 0.5, 0.9, -33, -1])
def test_a_file_with_another_byte_is_built_again(place: float, path: Path) -> None:
    load_or_build(path, many(BATCH + 5))
    whole = path.read_bytes()
    at = int(place * len(whole)) if isinstance(place, float) else place
    damaged = bytearray(whole)
    damaged[at] ^= 1
    path.write_bytes(damaged)
    assert list(load_or_build(path, many(BATCH + 5))) == many(BATCH + 5)
    assert path.read_bytes() == whole and alone(path)


@pytest.mark.parametrize("garbage", GARBAGE, ids=["zeros", "between marks", "text", "pickle"])
def test_garbage_is_built_again(garbage: bytes, path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(garbage)
    assert list(load_or_build(path, many(3))) == many(3) and alone(path)


def test_readers_keep_what_they_have_when_the_file_is_replaced(path: Path) -> None:
    before = load_or_build(path, many(BATCH + 5))
    path.unlink()
    assert list(load_or_build(path, many(2))) == many(2)
    assert list(before) == many(BATCH + 5)


def build_at_once(path: Path, barrier: Any, ends: Any) -> None:
    """What one of two processes does: both are within the building before either has ended it."""
    built = []

    def examples() -> Iterator[dict[str, Any]]:
        built.append(True)
        barrier.wait(60)
        yield from many(BATCH + 5)

    cached = load_or_build(path, examples())
    barrier.wait(60)
    ends.put((bool(built), list(cached) == many(BATCH + 5)))


def test_two_processes_build_at_once(path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    barrier, ends = spawn.Barrier(2), spawn.SimpleQueue()
    processes = [spawn.Process(target=build_at_once, args=(path, barrier, ends)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0, 0]
    assert [ends.get(), ends.get()] == [(True, True)] * 2
    assert alone(path) and list(Examples(path)) == many(BATCH + 5)
