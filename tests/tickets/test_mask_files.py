"""Mask files of strangers: either the mask that they hold, or one line that names the file. Nothing else."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from lightning_tickets.cli.main import main
from lightning_tickets.errors import UserError
from lightning_tickets.tickets.mask_file import save_ticket
from lightning_tickets.tickets.place import read_ticket
from lightning_tickets.tickets.released import save_released
from tests.checks import one_line, same

MASK = {"a.weight": torch.tensor([[1, 0, 1, 1, 0], [0, 0, 1, 0, 1], [1, 1, 0, 0, 0]]) == 1, "b": torch.ones(2, 4) == 1}
BITS = {name: np.packbits(m.numpy().reshape(-1)) for name, m in MASK.items()}
RECORD = {
    "format": "lightning-tickets-mask-1",
    "shapes": {"a.weight": [3, 5], "b": [2, 4]},
    "kept": 15,
    "prunable": 23,
    "provenance": {},
}
ONES = torch.ones(3, 4)


def with_shape(*shape):
    return {**RECORD, "shapes": {"a.weight": shape, "b": [2, 4]}}


def without(key):
    return {name: value for name, value in RECORD.items() if name != key}


RECORDS = [
    ("null", "ticket: Input should be an object"),
    ("[]", "ticket: Input should be an object"),
    ("{", "ticket: Invalid JSON"),
    ("[" * 100_000, "ticket: Invalid JSON: recursion limit exceeded"),
    *((without(key), f"ticket.{key}: Field required") for key in RECORD),
    ({**RECORD, "format": "other\x1b[31m"}, "format 'other?[31m', expected 'lightning-tickets-mask-1'"),
    ({**RECORD, "shapes": []}, "ticket.shapes: Input should be an object"),
    ({**RECORD, "shapes": {}}, "ticket.shapes: Dictionary should have at least 1 item"),
    ({**RECORD, "shapes": {"a.weight": [3, 5]}}, "the tensors are not those that its record names"),
    (with_shape(3.5, 5), "ticket.shapes.a.weight.0: Input should be a valid integer"),
    (with_shape("3", 5), "ticket.shapes.a.weight.0: Input should be a valid integer"),
    (with_shape(True, 5), "ticket.shapes.a.weight.0: Input should be a valid integer"),
    (with_shape(0, 5), "ticket.shapes.a.weight.0: Input should be greater than or equal to 1"),
    (with_shape(15), "ticket.shapes.a.weight.1: Field required"),
    (with_shape(3, 5, 1), "ticket.shapes.a.weight: Tuple should have at most 2 items"),
    (with_shape(2**50, 2**50), "a.weight is ('U8', [2]), expected ('U8', [158456325028528675187087900672])"),
    (with_shape(10**30, 1), "ticket.shapes.a.weight.0: Input should be less than or equal to"),
    (with_shape(2, 4), "a.weight is ('U8', [2]), expected ('U8', [1]) for a matrix of (2, 4)"),
    (with_shape(4, 5), "a.weight is ('U8', [2]), expected ('U8', [3]) for a matrix of (4, 5)"),
    (with_shape(2, 7), "the matrices have 22 weights, its record says 23"),
    ({**RECORD, "kept": None}, "ticket.kept: Input should be a valid integer"),
    ({**RECORD, "kept": 14}, "keeps 15 weights, its record says 14"),
    ({**RECORD, "provenance": []}, "ticket.provenance: Input should be an object"),
]


@pytest.mark.parametrize(("record", "named"), RECORDS)
def test_a_ticket_with_a_wrong_record_is_refused(record, named, tmp_path):
    file = tmp_path / "mask.safetensors"
    save_file(BITS, file, metadata={"ticket": record if isinstance(record, str) else json.dumps(record)})
    line = one_line(read_ticket, file)
    assert line.startswith(f"{file}: ") and named in line and line.isprintable()


@pytest.mark.parametrize("dtype", ["int8", "float32", "bool", "int64"])
def test_bits_of_another_type_are_refused(dtype, tmp_path):
    tensors = {name: bits.astype(dtype) for name, bits in BITS.items()}
    save_file(tensors, tmp_path / "mask.safetensors", metadata={"ticket": json.dumps(RECORD)})
    assert "expected ('U8', [2])" in one_line(read_ticket, tmp_path / "mask.safetensors")


def quantised():
    return torch.quantize_per_tensor(ONES, 1.0, 0, torch.qint8)


NOT_DENSE = [
    lambda: ONES.to_sparse(),
    lambda: ONES.to_sparse_csr(),
    quantised,
    lambda: ONES.to("meta"),
    lambda: torch.empty(2**25, 2**25, device="meta"),
    lambda: torch.ones(1, 1).expand(2**25, 2**25),
    lambda: torch.ones(1, 1).expand(3, 4),
    lambda: torch.sparse_coo_tensor(torch.zeros(2, 1, dtype=torch.long), torch.ones(1), (2**30, 2**30)),
    lambda: ONES.to(torch.complex64),
    lambda: ONES.to(torch.float8_e5m2),
    lambda: torch.ones(12),
    lambda: torch.ones(0, 4),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("number", range(len(NOT_DENSE)))
def test_a_tensor_that_is_no_dense_matrix_is_refused(number, tmp_path, capsys):
    torch.save({"bert.x.weight_mask": NOT_DENSE[number]()}, tmp_path / "mask.pt")
    assert main(["ticket", "show", str(tmp_path / "mask.pt")]) == 2
    expected = "'bert.x.weight_mask' is not a mask: expected a dense matrix of numbers"
    assert capsys.readouterr().err == f"lightning-tickets: {tmp_path / 'mask.pt'}: {expected}\n"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["bert.x_mask", "x_mask"], "two masks of one matrix"),
        (["bert.x_mask", "bert.y_mask"], "or of one memory"),
        (["bert.\x1b[31mred\n_mask"], r"'\x1b[31mred\n' is not the name of a matrix"),
        (["bert._mask"], "'' is not the name of a matrix"),
    ],
)
def test_names_and_memory_of_released_masks(names, expected, tmp_path):
    torch.save(dict.fromkeys(names, torch.ones(100, 100)), tmp_path / "mask.pt")
    assert expected in one_line(read_ticket, tmp_path / "mask.pt")


def test_a_matrix_whose_name_a_terminal_would_obey_is_refused(tmp_path):
    save_ticket(tmp_path / "mask.safetensors", {"a\x1b[31m": ONES == 1}, {})
    assert r"'a\x1b[31m' is not the name" in one_line(read_ticket, tmp_path / "mask.safetensors")


def test_an_archive_that_unpacks_to_more_than_it_is_is_refused(tmp_path):
    torch.save({"bert.x_mask": torch.zeros(1000, 1000)}, tmp_path / "mask.pt")
    with zipfile.ZipFile(tmp_path / "mask.pt") as given, zipfile.ZipFile(tmp_path / "small.pt", "w", 8) as small:
        for member in given.infolist():
            small.writestr(member.filename, given.read(member))
    assert "a compressed archive" in one_line(read_ticket, tmp_path / "small.pt")


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[Path, bytes]:
    """The same mask in each format, with its bytes."""
    folder = tmp_path_factory.mktemp("masks")
    save_ticket(folder / "mask.safetensors", MASK, {"why": "a test"})
    save_released(folder / "mask.pt", MASK)
    old = {f"bert.{name}_mask": m.float() for name, m in MASK.items()}
    torch.save(old, folder / "old.pt", _use_new_zipfile_serialization=False)
    return {path: path.read_bytes() for path in (folder / name for name in ("mask.safetensors", "mask.pt", "old.pt"))}


def read(path: Path, content: bytes):
    """The mask, or None where it is refused in one line that names the file."""
    path.write_bytes(content)
    try:
        return read_ticket(path)[0]
    except UserError as error:
        assert str(error).startswith(f"{path}: ") and str(error).isprintable()
        return None


PLACE = st.floats(0, 1, exclude_max=True)


@settings(max_examples=150, deadline=None)
@given(place=PLACE, bit=st.integers(0, 7))
def test_a_ticket_with_a_flipped_bit_is_the_same_mask_or_refused(files, place, bit):
    path, content = next(iter(files.items()))
    flipped = bytearray(content)
    flipped[int(place * len(content))] ^= 1 << bit
    mask = read(path, bytes(flipped))
    assert mask is None or same(mask, MASK)


@settings(max_examples=150, deadline=None)
@given(number=st.integers(0, 2), place=PLACE, left_out=st.integers(1, 1000), added=st.binary(max_size=10))
def test_a_file_of_another_length_is_a_mask_or_refused(files, number, place, left_out, added):
    path, content = list(files.items())[number]
    begin = int(place * len(content))
    mask = read(path, content[:begin] + added + content[begin + left_out :])
    assert mask is None or all(m.dtype == torch.bool and m.dim() == 2 for m in mask.values())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a.weight", "b", "c"]), inner),
)


@settings(max_examples=150, deadline=None)
@given(key=st.sampled_from(sorted(RECORD)), value=JSON)
def test_a_record_with_another_value_is_the_same_mask_or_refused(files, key, value):
    path = next(iter(files))
    save_file(BITS, path, metadata={"ticket": json.dumps({**RECORD, key: value})})
    mask = read(path, path.read_bytes())
    assert mask is None or same(mask, MASK)
