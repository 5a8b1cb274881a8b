"""The generated miniature English; the generator's version is its fingerprint."""

from collections.abc import Iterator

from lightning_tickets.checks import word
from lightning_tickets.data.rows import Row
from lightning_tickets.errors import UserError, unknown
from lightning_tickets.pocket import tasks


class Pocket:
    """``size`` says how many examples each task has: small or large."""

    name = "pocket"

    def __init__(self, size: str = "small") -> None:
        self.size = word(*tasks.SIZES)("data.size", size)

    def fingerprint(self, task: str) -> str:
        further = "" if self.size == "small" else f"-{self.size}"
        return f"generated-{tasks.VERSION}{further}"

    def counts(self, task: str) -> dict[str, int]:
        spec = tasks.SIZES[self.size][self._known(task)]
        return {split: spec.size(split) for split in spec.splits}

    def fetch(self, task: str) -> None:
        self._known(task)

    def about(self, task: str) -> str:
        return "the generated miniature English"

    def rows(self, task: str, split: str) -> Iterator[Row]:
        return iter(tasks.rows(self._known(task), split, size=self.size))

    def _known(self, task: str) -> str:
        if task not in tasks.TASKS:
            raise UserError(f"task={task}: {unknown('generated task', task, tasks.TASKS)}")
        return task
