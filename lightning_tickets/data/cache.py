"""Tokenised examples in an Arrow file, mapped into memory; built once per set of rows and tokenizer.

The SHA-256 of the Arrow file follows it, so that a damaged file is noticed when it is opened, and built again.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, overload

import pyarrow as pa
import pyarrow.compute

BATCH = 1000  # examples in every record batch but the last
DIGEST = hashlib.sha256().digest_size
FEW = 30_000  # examples that are kept in memory as values


class Examples(Sequence[dict[str, Any]]):
    """The examples of one file, read lazily; what is read of a few is kept, for trainings read them again and again."""

    def __init__(self, path: Path) -> None:
        """ArrowException or OSError if the file is incomplete or damaged."""
        whole = pa.memory_map(str(path)).read_buffer()
        content = whole.slice(0, max(0, whole.size - DIGEST))
        if hashlib.sha256(content).digest() != whole.slice(content.size).to_pybytes():
            raise pa.ArrowInvalid("its checksum is another one")
        file = pa.ipc.open_file(content)
        self._batches = [file.get_batch(i) for i in range(file.num_record_batches)]
        self._size: int = sum(batch.num_rows for batch in self._batches)
        self._kept: dict[int, dict[str, Any]] = {}

    @property
    def lengths(self) -> list[int]:
        """Tokens of each example."""
        return [n for batch in self._batches for n in batch["input_ids"].value_lengths().to_pylist()]

    @property
    def words(self) -> list[int]:
        """The numbers of the words that occur, in order."""
        found = (pyarrow.compute.unique(batch["input_ids"].flatten()).to_pylist() for batch in self._batches)
        return sorted(set().union(*found))

    @property
    def types(self) -> int:
        """How many token types there are; 0 where the tokenizer gives none."""
        columns = [batch["token_type_ids"] for batch in self._batches if "token_type_ids" in batch.schema.names]
        return 1 + max((pyarrow.compute.max(column.flatten()).as_py() for column in columns), default=-1)

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return self.__getitems__(range(*index.indices(self._size)))
        if not -self._size <= index < self._size:
            raise IndexError(index)
        index %= self._size
        if (known := self._kept.get(index)) is None:
            batch, row = divmod(index, BATCH)
            known = self._batches[batch].slice(row, 1).to_pylist()[0]
            if self._size <= FEW:
                self._kept[index] = known
        return {name: value[:] if isinstance(value, list) else value for name, value in known.items()}

    def __getitems__(self, indices: Iterable[int]) -> list[dict[str, Any]]:
        """A whole batch, as PyTorch's loader asks for it."""
        return [self[index] for index in indices]


def load_or_build(path: Path, examples: Iterable[dict[str, Any]]) -> Examples:
    """The examples at ``path``, built from ``examples`` if the file is missing, incomplete or damaged.

    The file is written under a temporary name and renamed, so concurrent builds and errors leave no partial file.
    """
    try:
        return Examples(path)
    except (pa.ArrowException, OSError):
        _build(path, examples)
        return Examples(path)


def _build(path: Path, examples: Iterable[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            _write(file, iter(examples))
        with Path(draft).open("r+b") as file:
            digest = hashlib.file_digest(file, "sha256").digest()
            file.seek(0, os.SEEK_END)
            file.write(digest)
        Path(draft).chmod(0o644)
        Path(draft).replace(path)
    finally:
        Path(draft).unlink(missing_ok=True)


def _write(file: Any, examples: Iterator[dict[str, Any]]) -> None:
    """The first batch defines the columns' types."""
    schema, writer = None, None
    while portion := list(islice(examples, BATCH)):
        batch = pa.RecordBatch.from_pylist(portion, schema=schema)
        if writer is None:
            schema = batch.schema
            writer = pa.ipc.new_file(file, schema)
        writer.write_batch(batch)
    if writer is None:
        writer = pa.ipc.new_file(file, pa.schema([("input_ids", pa.list_(pa.int64()))]))
    writer.close()
