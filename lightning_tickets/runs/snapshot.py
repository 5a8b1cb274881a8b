"""The store for those who only read: what has been found sound once is not verified again."""

from pathlib import Path

from lightning_tickets.runs.store import Store


class Snapshot(Store):
    """A store that verifies each artefact once. What is missing or damaged is looked at again."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._sound: dict[tuple[str, int | None], dict[str, str]] = {}
        self._folders: dict[str, Path] = {}

    def verify(self, name: str, most: int | None = None) -> dict[str, str]:
        """As that of ``Store``."""
        if (name, most) not in self._sound:
            self._sound[name, most] = super().verify(name, most)
        return self._sound[name, most]

    def _folder(self, name: str) -> Path:
        if name not in self._folders:
            self._folders[name] = super()._folder(name)
        return self._folders[name]
