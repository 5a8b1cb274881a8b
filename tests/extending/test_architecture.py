"""The documentation agrees with the code: packages, arrows, files and functions."""

import re

import pytest

from tests.test_arrows import EVERYTHING, MAY, PACKAGE, ROOT, SHARED

ARCHITECTURE = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
PACKAGES = {package: set(re.findall(r"`(\w+)`", arrows)) for package, arrows in ROW.findall(ARCHITECTURE)}
PLACE = re.compile(r"`((?!mine/)\w+/[\w/]+\.py|conf/[\w/]+\.yaml)(?::(\w+))?`")
PAGES = [path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md")]
NAMED = sorted({place for text in PAGES for place in PLACE.findall(text)})


def arrows_of(package: str) -> set[str]:
    """The packages that a package, or any of its modules, may import."""
    allowed = (names for part, names in MAY.items() if part.split(".")[0] == package)
    return {name.split(".")[0] for names in allowed for name in names} - {package}


def test_the_table_lists_every_package_with_its_arrows():
    packages = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert set(PACKAGES) == packages - {"__init__", "__main__"}
    checked = set(PACKAGES) - EVERYTHING
    assert {package: PACKAGES[package] for package in checked} == {package: arrows_of(package) for package in checked}
    assert set(PACKAGES) >= SHARED


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_what_the_documents_name_is_there(path: str, name: str):
    file = next((root / path for root in (PACKAGE, ROOT) if (root / path).is_file()), None)
    assert file is not None, f"{path} is not there"
    assert not name or re.search(rf"^ *(?:def|class) {name}\b", file.read_text(encoding="utf-8"), re.MULTILINE)
