"""What a run is called: which differences rename it and which do not."""

import hashlib
import json
from dataclasses import dataclass, make_dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from lightning_tickets.runs.identity import canonical, described, digest, run_name


@dataclass(frozen=True)
class Part:
    tag: ClassVar[str] = "Part"
    target: str
    version: int = 1


@dataclass(frozen=True)
class Spec:
    tag: ClassVar[str] = "Spec"
    name: str
    part: Part
    rate: float = 0.5
    steps: int | None = None
    options: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Holder:
    tag: ClassVar[str] = "Holder"
    value: Any


BASE = Spec("a", Part("module.function"))


def test_the_digest_stays_what_it_is() -> None:
    """Names lie on disks: the hash of this spec may never change."""
    assert canonical(BASE) == {"is": "Spec", "name": "a", "part": {"is": "Part", "target": "module.function"}}
    text = '{"is":"Spec","name":"a","part":{"is":"Part","target":"module.function"}}'
    assert digest(BASE) == hashlib.sha256(text.encode()).hexdigest()[:8] == "04c328fe"


def test_the_name_is_the_slug_and_the_digest() -> None:
    assert run_name("cola-full-seed1", BASE) == f"cola-full-seed1-{digest(BASE)}"


@pytest.mark.parametrize(
    "other",
    [
        Spec("b", Part("module.function")),
        Spec("a", Part("module.other")),
        Spec("a", Part("module.function", version=2)),
        Spec("a", Part("module.function"), rate=0.25),
        Spec("a", Part("module.function"), steps=0),
        Spec("a", Part("module.function"), options=(("k", 1),)),
    ],
    ids=["value", "nested value", "nested version", "number", "zero for None", "tuple"],
)
def test_every_difference_renames(other: Spec) -> None:
    assert digest(other) != digest(BASE)


def test_defaults_are_left_out_however_they_are_given() -> None:
    assert digest(Spec("a", Part("module.function"))) == digest(BASE)
    assert digest(Spec("a", Part("module.function", version=1), rate=0.5, steps=None, options=())) == digest(BASE)


def spec_type(tag: str, *columns: Any) -> Any:
    return make_dataclass(tag, columns, frozen=True, namespace={"tag": tag})


NAME, PART, NEWS = ("name", str), ("part", Part), ("news", int, 3)


@pytest.mark.parametrize(
    ("other", "renames"),
    [
        (spec_type("Spec", NAME, PART, ("rate", float, 0.5), NEWS)("a", BASE.part), False),
        (spec_type("Spec", NAME, PART, NEWS)("a", BASE.part, news=4), True),
        (Spec("a", spec_type("Part", ("target", str), ("version", int, 1), NEWS)("module.function")), False),
        (spec_type("Spec", PART, NAME)(BASE.part, "a"), False),
        (spec_type("Other", NAME, PART)("a", BASE.part), True),
    ],
    ids=["a new field", "a new field not at its default", "a new nested field", "another order", "another type"],
)
def test_fields_and_types_that_rename(other: Any, renames: bool) -> None:
    assert (digest(other) != digest(BASE)) == renames


def test_the_order_within_a_tuple_does() -> None:
    one, other = (Spec("a", BASE.part, options=o) for o in ((("k", 1), ("l", 2)), (("l", 2), ("k", 1))))
    assert digest(one) != digest(other)


def test_text_is_not_its_number() -> None:
    assert len({digest(Holder(value)) for value in (1, "1", None, "None", "", (), (1,), True)}) == 8


def test_the_description_holds_every_field() -> None:
    assert described(BASE) == {
        "is": "Spec",
        "name": "a",
        "part": {"is": "Part", "target": "module.function", "version": 1},
        "rate": 0.5,
        "steps": None,
        "options": [],
    }


def test_the_description_survives_json() -> None:
    spec = Spec("a", BASE.part, rate=0.1, options=(("k", 1), ("l", 2)))
    assert json.loads(json.dumps(described(spec))) == described(spec)


@dataclass(frozen=True, slots=True)
class Slots:
    tag: ClassVar[str] = "Slots"
    name: str


def test_a_part_may_have_slots() -> None:
    assert [described(Slots("a")) for _ in range(2)] == [{"is": "Slots", "name": "a"}] * 2


@pytest.mark.parametrize(
    "value", [{"a": 1}, {1, 2}, Path("a"), b"bytes", 1j, object(), Part], ids=lambda value: type(value).__name__
)
@pytest.mark.parametrize("wrap", [lambda v: v, lambda v: (v,), lambda v: Holder(v)], ids=["bare", "tuple", "nested"])
def test_other_types_are_refused(wrap, value: Any) -> None:
    with pytest.raises(TypeError, match=type(value).__name__):
        digest(Holder(wrap(value)))
