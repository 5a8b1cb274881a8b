"""How everything below the root is read: regular files of a bounded size, JSON of a bounded depth and a declared type.

``put`` writes a file as a whole. Whatever else lies there is ``Damaged``: one line that names the file. No pipe, device
or link is opened.
"""

import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from lightning_tickets import fingerprints
from lightning_tickets.errors import Damaged, reason

LARGEST = 1 << 28  # bytes of a JSON file
SEAL = 32  # bytes of a SHA-256
KINDS = {
    stat.S_IFREG: "a file",
    stat.S_IFDIR: "a folder",
    stat.S_IFLNK: "a link",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
T = TypeVar("T")


def read(path: Path, of: TypeAdapter[T], remove: Path | None = None) -> T:
    """The value in a JSON file; pydantic bounds the depth. Damaged advises to ``remove`` that folder, or the file."""
    if file_size(path, remove) > LARGEST:
        raise Damaged(path, f"expected at most {LARGEST} bytes", remove)
    with _damage(path, remove):
        return of.validate_json(path.read_bytes(), strict=True)


def read_each(paths: Iterable[Path], of: TypeAdapter[T]) -> tuple[list[T], list[Damaged]]:
    """The values in those files that can be read, and what is wrong with the others."""
    values, damages = list[T](), list[Damaged]()
    for path in paths:
        try:
            values.append(read(path, of))
        except Damaged as damage:
            damages.append(damage)
    return values, damages


def checksum(path: Path, remove: Path | None = None) -> str:
    """SHA-256 of a file in hex digits."""
    file_size(path, remove)
    with _damage(path, remove):
        return fingerprints.checksum(path)


def file_size(path: Path, remove: Path | None = None) -> int:
    """Bytes; Damaged for what is no regular file."""
    return _expected(stat.S_IFREG, path, remove).st_size


def check_folder(path: Path) -> None:
    """Damaged for what is no folder; a link to one is none."""
    _expected(stat.S_IFDIR, path)


def make_folder(path: Path) -> None:
    """With those above it; Damaged where something else has its name."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        check_folder(next(one for one in (path, *path.parents) if os.path.lexists(one)))
        raise


def put(path: Path, data: bytes | str) -> Path:
    """Write under a temporary name in the same folder, then rename: a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=f".{path.name}-", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def put_sealed(path: Path, data: bytes, key: bytes = b"") -> Path:
    """As ``put``, behind the SHA-256 of the key and the data."""
    return put(path, sha256(key + data).digest() + data)


def read_sealed(path: Path, key: bytes = b"") -> bytes | None:
    """What ``put_sealed`` has written with this key; None where it is missing, damaged or of another key."""
    with suppress(OSError, Damaged):
        file_size(path)
        content = path.read_bytes()
        if content[:SEAL] == sha256(key + content[SEAL:]).digest():
            return content[SEAL:]
    return None


def entries(folder: str | Path) -> list[os.DirEntry[str]]:
    """What is in a folder, by name, without what a dot hides; nothing where it cannot be read."""
    with suppress(OSError), os.scandir(folder) as inside:
        return sorted((entry for entry in inside if entry.name[0] != "."), key=lambda entry: entry.name)
    return []


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder of its own, not a link to one."""
    return entry.is_dir(follow_symlinks=False)


def _expected(kind: int, path: Path, remove: Path | None = None) -> os.stat_result:
    with _damage(path, remove):
        state = path.lstat()
        if stat.S_IFMT(state.st_mode) != kind:
            raise ValueError(f"expected {KINDS[kind]}, got {KINDS.get(stat.S_IFMT(state.st_mode), 'something else')}")
        return state


@contextmanager
def _damage(path: Path, remove: Path | None) -> Iterator[None]:
    """Errors within the block as Damaged, in one line."""
    try:
        yield
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))[:100]
        raise Damaged(path, f"{place}: {first['msg']}" if place else first["msg"], remove) from error
    except OSError as error:
        raise Damaged(path, error.strerror or reason(error), remove) from error
    except ValueError as error:
        raise Damaged(path, reason(error), remove) from error
