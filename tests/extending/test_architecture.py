"""The documentation agrees with the code: rooms, arrows, files and functions."""

import re

import pytest

from tests.test_arrows import EVERYTHING, MAY, PACKAGE, ROOT, SHARED

ARCHITECTURE = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
ROOMS = {room: set(re.findall(r"`(\w+)`", arrows)) for room, arrows in ROW.findall(ARCHITECTURE)}
PLACE = re.compile(r"`((?!mine/)\w+/[\w/]+\.py|conf/[\w/]+\.yaml)(?::(\w+))?`")
PAGES = [path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md")]
NAMED = sorted({place for text in PAGES for place in PLACE.findall(text)})


def arrows_of(room: str) -> set[str]:
    """The rooms that a room, or any of its modules, may import."""
    allowed = (names for part, names in MAY.items() if part.split(".")[0] == room)
    return {name.split(".")[0] for names in allowed for name in names} - {room}


def test_the_table_lists_every_room_with_its_arrows():
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert set(ROOMS) == rooms - {"__init__", "__main__"}
    checked = set(ROOMS) - EVERYTHING
    assert {room: ROOMS[room] for room in checked} == {room: arrows_of(room) for room in checked}
    assert set(ROOMS) >= SHARED


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_what_the_documents_name_is_there(path: str, name: str):
    file = next((root / path for root in (PACKAGE, ROOT) if (root / path).is_file()), None)
    assert file is not None, f"{path} is not there"
    assert not name or re.search(rf"^ *(?:def|class) {name}\b", file.read_text(encoding="utf-8"), re.MULTILINE)
