"""The generated miniature English; the generator's version is its fingerprint."""

from collections.abc import Iterator

from lightning_tickets.data.rows import Row
from lightning_tickets.errors import UserError, unknown
from lightning_tickets.pocket import tasks


class Pocket:
    name = "pocket"

    def fingerprint(self, task: str) -> str:
        return f"generated-{tasks.VERSION}"

    def counts(self, task: str) -> dict[str, int]:
        spec = tasks.TASKS[self._known(task)]
        return {split: spec.train if split == "train" else spec.dev for split in spec.splits}

    def fetch(self, task: str) -> None:
        self._known(task)

    def about(self, task: str) -> str:
        return "the generated miniature English"

    def rows(self, task: str, split: str) -> Iterator[Row]:
        return iter(tasks.rows(self._known(task), split))

    def _known(self, task: str) -> str:
        if task not in tasks.TASKS:
            raise UserError(f"task={task}: {unknown('generated task', task, tasks.TASKS)}")
        return task
