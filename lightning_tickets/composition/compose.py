"""Composing a config from overrides, with every mistake told in one line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from omegaconf import DictConfig, OmegaConf, open_dict

import lightning_tickets
from lightning_tickets.composition.overrides import one_line, parsed
from lightning_tickets.composition.sources import with_sources
from lightning_tickets.errors import UserError


def conf_dir() -> Path:
    """The config folder: beside the package in a checkout, inside it when installed from a wheel."""
    package = Path(lightning_tickets.__file__).resolve().parent
    return package / "conf" if (package / "conf").is_dir() else package.parent / "conf"


def composed(overrides: Sequence[str]) -> DictConfig:
    """The config of one cell, its interpolations live; UserError naming the key and what is allowed."""
    with one_line(), _own_hydra():
        try:
            config = compose("config", overrides=with_sources(overrides))
            _resolved(config)
            return config
        except ValueError as error:
            raise UserError(f"{' '.join(overrides)}: {error}") from error


class SideBySide:
    """One composition, which costs 100 to 200 ms, that holds all options of some groups, so that each can be taken.

    The options are loaded beside each other (``+task@task_cola=cola``), with whatever the user has set within the group
    set in each. ``at`` gives what ``composed([*common, f"{group}={option}", …])`` would.
    """

    def __init__(self, common: Sequence[str], axes: Mapping[str, Sequence[str]]) -> None:
        aside = {group: {option: f"{group}_{option}" for option in options} for group, options in axes.items()}
        loaded: list[str] = []
        for group, places in aside.items():
            within = [match for match in (re.match(rf"([+~]*){group}\.(.*)", line) for line in common) if match]
            loaded += [f"{group}={next(iter(places))}"]
            loaded += [f"+{group}@{place}={option}" for option, place in places.items()]
            loaded += [f"{match[1]}{place}.{match[2]}" for match in within for place in places.values()]
        with one_line(), _own_hydra():
            self._base = compose("config", overrides=[*with_sources(common), *loaded])
            with open_dict(self._base):
                self._nodes = {g: {o: self._base.pop(place) for o, place in p.items()} for g, p in aside.items()}

    def at(self, values: Sequence[str] = (), **chosen: str) -> DictConfig:
        """With these options of groups, and then these values (``rewind=0.1``) set as Hydra would; resolved."""
        config = self._base.copy()
        with one_line():
            with open_dict(config):
                for group, option in chosen.items():
                    config[group] = self._nodes[group][option]
            for override in parsed(values):
                OmegaConf.update(config, override.key_or_group, override.value())
            return _resolved(config)


def composed_each(common: Sequence[str], group: str, options: Sequence[str]) -> dict[str, DictConfig]:
    """For each option of a group as ``composed([*common, f"{group}={option}"])``, all in one composition."""
    together = SideBySide(common, {group: options})
    return {option: together.at(**{group: option}) for option in options}


def in_place(config: DictConfig, group: str, node: DictConfig) -> DictConfig:
    """The config with another option of a group; what refers to the group follows."""
    other = config.copy()
    with open_dict(other):
        other[group] = node
    return other


def is_choice(override: str) -> bool:
    """Whether it chooses an option of a config group, or adds or removes one, rather than setting a value."""
    key = override.partition("=")[0]
    return key[:1] in "+~" or "@" in key or (conf_dir() / key).is_dir()


def _resolved(config: DictConfig) -> DictConfig:
    """A copy; UserError for an interpolation that leads nowhere, and for a value that is still to be given."""
    resolved = config.copy()
    OmegaConf.resolve(resolved)
    without = sorted(OmegaConf.missing_keys(resolved))
    if without:
        raise UserError(f"{without[0]} has no value: give {without[0]}=…")
    return resolved


@contextmanager
def _own_hydra() -> Iterator[None]:
    """Hydra's global state for one composition, also within a running sweep."""
    state = GlobalHydra.instance()
    outer = state.hydra
    state.clear()
    try:
        with initialize_config_dir(str(conf_dir()), version_base="1.3"):
            yield
    finally:
        state.hydra = outer
