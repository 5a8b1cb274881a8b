"""YAMLs of the user's own, each checked before Hydra composes it: they may come from anywhere."""

import pickle
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar

import yaml
from hydra._internal.core_plugins.file_config_source import FileConfigSource
from hydra._internal.sources_registry import SourcesRegistry
from hydra.core.plugins import Plugins
from hydra.plugins.config_source import ConfigResult
from omegaconf.errors import OmegaConfBaseException

from lightning_tickets.errors import UserError, reason

PLAIN = ("str", "int", "float", "bool", "null", "map", "seq", "timestamp", "merge")
TAGS = {f"tag:yaml.org,2002:{name}" for name in PLAIN}
MOST_BYTES = 1_000_000
MOST_VALUES = 10_000  # with every alias written out


class CheckedFiles(FileConfigSource):
    """Hydra's reader of config folders, whose errors are one line that names the file; it parses a file once."""

    trusted = Path()
    parsed: ClassVar[dict[tuple[object, ...], bytes]] = {}

    def load_config(self, config_path: str) -> ConfigResult:
        path = Path(self.path, self._normalize_file_name(config_path))
        try:
            state = path.stat()
            key = (self.path, self.provider, path, state.st_mtime_ns, state.st_size)
            if key not in self.parsed:
                if not path.is_relative_to(self.trusted):
                    _check(path)
                self.parsed[key] = pickle.dumps(super().load_config(config_path))
            result: ConfigResult = pickle.loads(self.parsed[key])  # a copy, since Hydra changes it
            return result
        except yaml.MarkedYAMLError as error:
            line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
            raise UserError(f"{path}{line}: cannot be read as a config ({error.problem})") from error
        except (yaml.YAMLError, OmegaConfBaseException, OSError, ValueError, RecursionError) as error:
            raise UserError(f"{path}: cannot be read as a config ({reason(error)})") from error


def use_checked_files(trusted: Path) -> None:
    """Let Hydra read config folders by ``CheckedFiles``; the suite's own folder is trusted."""
    Plugins.instance()  # registers Hydra's own reader
    CheckedFiles.trusted = trusted
    SourcesRegistry.instance().types["file"] = CheckedFiles


def _check(path: Path) -> None:
    """ValueError unless the file is a mapping of plain values, small enough with every alias written out."""
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"larger than {MOST_BYTES:,} bytes")
    root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        raise ValueError("expected a mapping of keys to values")
    if _values(root, {}) > MOST_VALUES:
        raise ValueError(f"more than {MOST_VALUES:,} values once its aliases are written out")


def _values(node: yaml.Node, known: dict[int, int]) -> int:
    """How many values there are below a node; ValueError for one that is not plain, or that contains itself."""
    if id(node) in known:
        if not known[id(node)]:
            raise ValueError(f"line {_line(node)}: an alias within what it stands for")
        return known[id(node)]
    if node.tag not in TAGS:
        raise ValueError(f"line {_line(node)}: the tag {node.tag} is not allowed")
    known[id(node)] = 0
    known[id(node)] = 1 + sum(_values(part, known) for part in _parts(node))
    return known[id(node)]


def _parts(node: yaml.Node) -> list[Any]:
    """The keys and values of a mapping, the members of a list."""
    if isinstance(node, yaml.MappingNode):
        if any(not isinstance(key, yaml.ScalarNode) or key.tag.endswith(":null") for key, _ in node.value):
            raise ValueError(f"line {_line(node)}: a key is not a text")
        return [*chain.from_iterable(node.value)]
    return node.value if isinstance(node, yaml.SequenceNode) else []


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
