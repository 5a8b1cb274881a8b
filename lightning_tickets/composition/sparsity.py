"""The sparsity of a config: a percentage, or the name of a rule that gives one."""

from typing import Any

from omegaconf import DictConfig

from lightning_tickets.checks import word
from lightning_tickets.errors import UserError
from lightning_tickets.published.numbers import published_sparsity
from lightning_tickets.studies.sparsities import PUBLISHED, RULES, Sparsity

PERCENT = "percent"


def level_of(config: DictConfig) -> Sparsity:
    """The percentage, or the name of the rule."""
    name = word(PERCENT, PUBLISHED, *RULES)("sparsity.name", config.sparsity.name)
    return name if name != PERCENT else percentage(config.sparsity.percent)


def percentage(value: Any) -> int:
    """UserError unless it is a whole number from 1 to 100."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 100:
        rules = ", ".join((PUBLISHED, *RULES))
        raise UserError(f"sparsity={value}: expected an integer from 1 to 100, or one of {rules}")
    return value


def percent_of(config: DictConfig) -> int:
    """UserError for a rule that asks for results: ``with_known_sparsity`` has looked those up."""
    level = level_of(config)
    if isinstance(level, int):
        return level
    if level == PUBLISHED:
        return published_sparsity(config.task.name)
    raise UserError(f"sparsity={level}: expected a percentage here")
