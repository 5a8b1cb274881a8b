"""What a launcher is: it takes work items and reports how they ended. ``conf/hydra/launcher/`` names the launchers."""

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Protocol, Self, runtime_checkable

from hydra.errors import InstantiationException
from hydra.utils import instantiate

from lightning_tickets.checks import integer, mapping
from lightning_tickets.declarations import declaration
from lightning_tickets.errors import UserError, reason
from lightning_tickets.execution.job import JobResult, WorkItem


@runtime_checkable
class Launcher(Protocol):
    """A context manager; leaving it ends the work that depends on this process. It can be entered again.

    An item that is lost is submitted up to ``tries`` times; ``loss`` says what happened to it, as "its process died".
    """

    tries: int
    loss: str

    def free(self) -> int:
        """How many more items it takes now."""

    def submit(self, items: Sequence[WorkItem]) -> None:
        """Starts at most ``free()`` items."""

    def poll(self) -> Sequence[tuple[str, JobResult | None]]:
        """The items that have ended, by name, after a short wait for one; None for a lost one, which has no result."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None: ...


def make_launcher(choice: str, node: Any) -> Launcher:
    """The launcher that ``config.hydra.launcher`` describes; ``choice`` is the option of hydra/launcher.

    UserError for a wrong value, and for a launcher of Hydra's own.
    """
    refused = UserError(f"hydra/launcher={choice}: expected workers or slurm")
    target = str(mapping("hydra.launcher", node).get("_target_"))
    if target.startswith(("hydra.", "hydra_plugins.")):
        raise refused
    try:
        declaration(target)
        launcher = instantiate(node, _convert_="all", _recursive_=False)
    except ImportError as error:
        raise UserError(f"hydra/launcher={choice}: {target} is no launcher ({error})") from error
    except InstantiationException as error:
        cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
        if isinstance(cause, UserError):
            raise cause from error
        raise UserError(f"hydra/launcher={choice}: {reason(cause)}") from error
    if not isinstance(launcher, Launcher):
        raise refused
    return launcher


def check_count(key: str, value: object) -> None:
    """UserError unless the value of ``hydra.launcher.KEY`` is an integer of at least 1."""
    integer(1)(f"hydra.launcher.{key}", value)
