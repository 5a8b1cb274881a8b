"""Environment variables in a config: where they may stand, since a spec is stored with results, logged and shown."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from omegaconf import Container, DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from omegaconf.resolvers import oc

from lightning_tickets.errors import UserError

ALLOWED = ("paths", "logger", "trainer", "hydra", "data.root", "model.path", "ticket.file")  # no part of a spec


def check_environment(config: DictConfig, groups: Mapping[str, str] | None = None) -> None:
    """UserError for any other value that is read from an environment variable, directly or through another key.

    ``groups`` are the groups that some nodes stand for, by the nodes' names.
    """
    read: list[str] = []

    def note(name: str, *_: Any) -> str:
        read.append(name)
        return os.environ.get(name, "")

    OmegaConf.register_new_resolver("oc.env", note, replace=True)
    try:
        for node, name, key in _interpolations(config, "", groups or {}):
            with suppress(OmegaConfBaseException):  # what leads nowhere is reported where the config is resolved
                node[name]
            if read:
                places = ", ".join(ALLOWED)
                raise UserError(f"{key}: reads the environment variable {read[0]}, which only {places} may")
    finally:
        OmegaConf.register_new_resolver("oc.env", oc.env, replace=True)


def _interpolations(node: Any, above: str, groups: Mapping[str, str]) -> Iterator[tuple[Any, Any, str]]:
    """Each value that is an interpolation and no part of ``ALLOWED``, with the node that holds it and its whole key."""
    for name in node if isinstance(node, DictConfig) else range(len(node)):
        key = f"{above}.{name!s}" if above else groups.get(str(name), str(name))
        if key in ALLOWED or OmegaConf.is_missing(node, name):
            continue
        if OmegaConf.is_interpolation(node, name):  # type: ignore[arg-type]  # takes any key
            yield node, name, key
        elif isinstance(part := node[name], Container):
            yield from _interpolations(part, key, groups)
