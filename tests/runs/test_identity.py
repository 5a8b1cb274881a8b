"""What a run is called: which differences rename it and which do not."""

import hashlib
import json
from dataclasses import dataclass, field, make_dataclass
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


BASE = Spec("a", Part("module.function"))


def test_the_digest_is_eight_hex_digits() -> None:
    assert len(digest(BASE)) == 8 and int(digest(BASE), 16) >= 0


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


def test_equal_specs_have_equal_digests() -> None:
    assert digest(Spec("a", Part("module.function"))) == digest(BASE)


def test_defaults_are_left_out_however_they_are_given() -> None:
    assert digest(Spec("a", Part("module.function", version=1), rate=0.5, steps=None, options=())) == digest(BASE)


def test_a_new_field_with_a_default_renames_nothing() -> None:
    longer = make_dataclass(
        "Spec",
        [("name", str), ("part", Part), ("rate", float, 0.5), ("news", int, 3)],
        frozen=True,
        namespace={"tag": "Spec"},
    )
    assert digest(longer("a", Part("module.function"))) == digest(BASE)


def test_a_new_field_away_from_its_default_renames() -> None:
    longer = make_dataclass(
        "Spec", [("name", str), ("part", Part), ("news", int, 3)], frozen=True, namespace={"tag": "Spec"}
    )
    assert digest(longer("a", Part("module.function"), news=4)) != digest(BASE)


def test_a_new_field_in_a_nested_spec_renames_nothing() -> None:
    longer = make_dataclass(
        "Part", [("target", str), ("version", int, 1), ("news", str, "")], frozen=True, namespace={"tag": "Part"}
    )
    assert digest(Spec("a", longer("module.function"))) == digest(BASE)


def test_the_order_of_the_fields_plays_no_part() -> None:
    turned = make_dataclass("Spec", [("part", Part), ("name", str)], frozen=True, namespace={"tag": "Spec"})
    assert digest(turned(Part("module.function"), "a")) == digest(BASE)


def test_the_order_within_a_tuple_does() -> None:
    one, other = (Spec("a", BASE.part, options=o) for o in ((("k", 1), ("l", 2)), (("l", 2), ("k", 1))))
    assert digest(one) != digest(other)


def test_the_type_is_part_of_it() -> None:
    other = make_dataclass("Other", [("name", str), ("part", Part)], frozen=True, namespace={"tag": "Other"})
    assert digest(other("a", Part("module.function"))) != digest(BASE)


def test_text_is_not_its_number() -> None:
    holder = make_dataclass("Holder", [("value", Any)], frozen=True, namespace={"tag": "Holder"})
    assert len({digest(holder(value)) for value in (1, "1", None, "None", "", (), (1,), True)}) == 8


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


@dataclass(frozen=True)
class Holder:
    tag: ClassVar[str] = "Holder"
    value: Any = field()


@pytest.mark.parametrize(
    "value", [{"a": 1}, {1, 2}, Path("a"), b"bytes", 1j, object(), Part], ids=lambda value: type(value).__name__
)
@pytest.mark.parametrize("wrap", [lambda v: v, lambda v: (v,), lambda v: Holder(v)], ids=["bare", "tuple", "nested"])
def test_other_types_are_refused(wrap, value: Any) -> None:
    with pytest.raises(TypeError, match=type(value).__name__):
        digest(Holder(wrap(value)))
