"""Composing configs by Hydra: one config from overrides, or one that holds several options of some groups."""

import logging
import pickle
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.types import Glob, Override
from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import MissingMandatoryValue

from lightning_tickets.checks import mapping, word
from lightning_tickets.composition.config_files import use_checked_files
from lightning_tickets.composition.environment import check_environment
from lightning_tickets.composition.groups import NOT_CHOICES, conf_dir
from lightning_tickets.composition.overrides import expand, line_of, one_line_errors, parse_overrides
from lightning_tickets.composition.ticket_source import with_source_tasks
from lightning_tickets.errors import UserError, reason

Nodes = dict[tuple[str, str], DictConfig]  # by group and option
LOG = logging.getLogger(__name__)
GROUPS = """task subnetwork sparsity schedule rewind mix protocol pruner optimizer model data training trainer logger
paths ticket study sources""".split()


@contextmanager
def hydra() -> Iterator[Any]:
    """Hydra's own object over the config folder, for what its command line can show."""
    use_checked_files(conf_dir())
    with initialize_config_dir(str(conf_dir()), version_base="1.3"):
        yield GlobalHydra.instance().hydra


def compose_whole(overrides: Sequence[str]) -> DictConfig:
    """The config with Hydra's own node ``hydra``; UserError naming the key and what is allowed."""
    lines = with_source_tasks(expand(overrides))
    with one_line_errors(), hydra():
        try:
            LOG.debug("composes %s", " ".join(lines))
            return compose("config", overrides=lines, return_hydra_config=True)
        except (ValueError, RecursionError) as error:
            raise UserError(f"{' '.join(overrides)}: {reason(error)}") from error


def with_globs(overrides: Sequence[Override]) -> list[Override]:
    """``task=glob(*)`` as the list of the group's options that match; UserError if none does."""
    return [_matching(one, overrides) if isinstance(one.value(), Glob) else one for one in overrides]


def _matching(override: Override, overrides: Sequence[Override]) -> Override:
    group, glob = override.key_or_group, override.value()
    assert isinstance(glob, Glob), "that is what a glob sweep has"
    places = [line_of(one) for one in overrides if one.key_or_group == "hydra.searchpath"]
    with one_line_errors(), hydra() as main:
        options = main.config_loader.get_group_options(group, config_name="config", overrides=places)
    if not (chosen := glob.filter([option for option in options if option not in NOT_CHOICES])):
        raise UserError(f"{line_of(override)}: no option of {group} matches")
    return parse_overrides([f"{group}={','.join(chosen)}"])[0]


def compose_config(overrides: Sequence[str]) -> DictConfig:
    """The config of one cell, its interpolations live."""
    return without_hydra(compose_whole(overrides))


def without_hydra(whole: DictConfig) -> DictConfig:
    """A copy without Hydra's node, its interpolations live; UserError where ``resolve`` has one."""
    config = whole.copy()
    with open_dict(config):
        config.pop("hydra")
    check_environment(config)
    resolve(config.copy())
    return config


def resolve(config: DictConfig) -> None:
    """In place; UserError for a value that is not given or leads nowhere, or a group without keys."""
    with one_line_errors():
        for group in GROUPS:
            mapping(group, config.get(group))
        sources = {f"sources.{name}": source for name, source in config.sources.items()}
        for task in (config.task, *(mapping(key, source) for key, source in sources.items())):
            if "corpora" in task and "mlm" in config.data:
                word(*mapping("task.corpora", task.corpora))("data.mlm", config.data.mlm)
        OmegaConf.resolve(config)
        try:
            OmegaConf.to_container(config, throw_on_missing=True)
        except MissingMandatoryValue:  # it names the last part of the key only
            missing = min(OmegaConf.missing_keys(config))
            raise UserError(f"{missing} has no value: give {missing}=…") from None


class GroupComposer:
    """One composition, which costs 100 to 200 ms, that holds several options of some groups, so that each can be taken.

    The options are loaded under names of their own (``+task@task_cola=cola``), with whatever the user has set within
    the group set in each. ``known`` are ``nodes`` of another composer, with the same set in them.
    ``at`` gives what ``compose_config([*lines, f"{group}={option}", …])`` would.
    """

    def __init__(self, lines: Sequence[str], groups: Mapping[str, Sequence[str]], known: Nodes | None = None) -> None:
        places = {group: {option: f"{group}_{option}" for option in options} for group, options in groups.items()}
        loaded: list[str] = []
        for group, own in places.items():
            within = [match for match in (re.match(rf"([+~]*){group}\.(.*)", line) for line in lines) if match]
            loaded += [f"+{group}@{place}={option}" for option, place in own.items()]
            loaded += [f"{match[1]}{place}.{match[2]}" for match in within for place in own.values()]
        self.whole = compose_whole([*lines, *loaded])
        check_environment(self.whole, {place: group for group, own in places.items() for place in own.values()})
        with one_line_errors():
            task, row = self.whole.task, self.whole.subnetwork
            sources = mapping("sources", self.whole.sources)
            self.nodes: Nodes = {("task", str(name)): node for name, node in sources.items()}
            self.nodes |= {("task", task.name): task, ("subnetwork", row.name): row, **(known or {})}
            self.nodes |= {(group, name): self.whole[one] for group, own in places.items() for name, one in own.items()}
        extra = {"hydra", *(place for own in places.values() for place in own.values())}
        base = OmegaConf.masked_copy(self.whole, [str(key) for key in self.whole if key not in extra])
        OmegaConf.set_struct(base, True)
        self._base = pickle.dumps(base)  # loading it takes a quarter of the time of a copy

    def at(self, values: Sequence[str] = (), **chosen: str) -> DictConfig:
        """With these options of groups, and then these values (``training.clip=2``) set as Hydra would; resolved."""
        config: DictConfig = pickle.loads(self._base)
        with open_dict(config):
            for group, option in chosen.items():
                config[group] = self.nodes[group, option]
        with one_line_errors():
            for override in parse_overrides(values):
                OmegaConf.update(
                    config,
                    override.key_or_group,
                    override.value(),
                    force_add=override.is_add() or override.is_force_add(),
                )
        if any("$" in line for line in values):  # Hydra writes escapes within a list of values
            check_environment(config)
        resolve(config)
        return config

    def as_written(self, *apart_from: str) -> str:
        """What ``at()`` has below all other keys, its interpolations as they are written."""
        config = pickle.loads(self._base)
        return str({key: node for key, node in config.items_ex(resolve=False) if key not in apart_from})

    def refer_to(self, *keys: str) -> bool:
        """Whether a value outside the nodes of these keys may depend on one within."""
        options = str([node for (group, _), node in self.nodes.items() if group not in keys])
        pattern = rf"\$\{{[^'\"]*({'|'.join(keys)}|\$\{{)"
        return re.search(pattern, self.as_written(*keys) + options) is not None


def with_group(config: DictConfig, group: str, node: DictConfig) -> DictConfig:
    """A copy of the config with another option of a group; what refers to the group follows."""
    other = config.copy()
    with open_dict(other):
        other[group] = node
    return other


def is_group_override(override: str) -> bool:
    """Whether it chooses an option of a config group, or adds or removes one, rather than setting a value."""
    key = override.partition("=")[0]
    return key[:1] in "+~" or "@" in key or (conf_dir() / key).is_dir()
