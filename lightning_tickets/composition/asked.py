"""What a sweep was asked for: the options of its config groups, and what was typed that is not its experiment's own."""

from collections.abc import Sequence

from hydra.core.override_parser.types import Override
from omegaconf import DictConfig

from lightning_tickets.checks import boolean
from lightning_tickets.composition.groups import conf_dir
from lightning_tickets.composition.overrides import line_of

NO_RESULT = ("experiment", "paths", "trainer", "logger", "hydra")  # keys that change no result
GROUPS = ("model", "data", "training", "optimizer", "protocol", "pruner", "schedule")


def changes(overrides: Sequence[Override]) -> tuple[str, ...]:
    """The overrides as they were typed, without those that change no result."""
    return tuple(line_of(one) for one in overrides if not one.key_or_group.startswith(NO_RESULT))


def options(whole: DictConfig) -> tuple[tuple[str, str], ...]:
    """The chosen option of each group that every run shares, with the scale; ``whole`` has Hydra's node."""
    choices = whole.hydra.runtime.choices
    return (("scale", str(whole.scale)), *((group, str(choices[group])) for group in GROUPS))


def is_of_paper(whole: DictConfig) -> bool:
    """Whether the study is one of the suite's that show the paper's tables and figures, and not one of the user's."""
    experiment = whole.hydra.runtime.choices.experiment
    return bool(boolean("study.paper", whole.study.paper)) and (conf_dir() / f"experiment/{experiment}.yaml").is_file()
