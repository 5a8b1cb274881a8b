"""Where the rows of a task come from. No torch here: planning asks for the fingerprints."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from lightning_tickets.errors import UserError
from lightning_tickets.fingerprints import file_checksum
from lightning_tickets.tasks.tsv import Layout, read_table

Rows = list[dict[str, Any]]
SPLITS = ("train", "dev")


class Source(Protocol):
    """``name`` enters a run's identity together with the task's fingerprint."""

    name: str

    def fingerprint(self, task: str) -> str:
        """Sixteen hex digits that change whenever the rows may."""

    def check(self, task: str) -> None:
        """UserError unless every row of both splits can be read."""

    def rows(self, task: str, split: str) -> Rows:
        """The rows of ``train`` or ``dev``, in the columns that the task's kind reads."""


class Pocket:
    """The generated miniature English: made from its code, so its version is its fingerprint."""

    name = "pocket"

    def fingerprint(self, task: str) -> str:
        from lightning_tickets.pocket import tasks

        return f"generated-{tasks.VERSION}"

    def check(self, task: str) -> None:
        from lightning_tickets.pocket import tasks

        if task not in tasks.TASKS:
            raise UserError(f"task={task} is not among the generated ones: {', '.join(tasks.TASKS)}")

    def rows(self, task: str, split: str) -> Rows:
        from lightning_tickets.pocket import tasks

        return tasks.rows(task, split)


class Local:
    """GLUE's official files below ``root``: the folder that holds CoLA/, RTE/ …, or the one that holds glue/."""

    name = "local"

    def __init__(self, root: str, layouts: Mapping[str, Layout]) -> None:
        self.root, self.layouts = Path(root).expanduser(), layouts

    def fingerprint(self, task: str) -> str:
        layout = self._layout(task)
        content = hashlib.sha256(repr(layout).encode())
        for split in SPLITS:
            content.update(file_checksum(self._file(task, split)).encode())
        return content.hexdigest()[:16]

    def check(self, task: str) -> None:
        for split in SPLITS:
            self.rows(task, split)

    def rows(self, task: str, split: str) -> Rows:
        return read_table(self._file(task, split), self._layout(task))

    def _layout(self, task: str) -> Layout:
        if task not in self.layouts:
            raise UserError(f"data=local cannot read task={task} yet: allowed are {', '.join(sorted(self.layouts))}")
        return self.layouts[task]

    def _file(self, task: str, split: str) -> Path:
        folder = self._layout(task).folder
        if not self.root.is_dir():
            raise UserError(f"data.root={self.root} is not a folder")
        places = [self.root / folder / f"{split}.tsv", self.root / "glue" / folder / f"{split}.tsv"]
        for place in places:
            if place.is_file():
                return place
        raise UserError(f"data.root: no file {places[0]} (GLUE's official layout)")
