"""The config groups and their options, as their YAMLs lie; without Hydra, so that a completion answers at once."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

DEFAULT_SCALE = "pocket"
NOT_CHOICES = ("base", "basic")  # what others inherit from, and a launcher of Hydra's own


def conf_dir() -> Path:
    """The config folder: next to the package in a checkout, inside it when installed from a wheel."""
    package = Path(__file__).resolve().parents[1]
    return package / "conf" if (package / "conf").is_dir() else package.parent / "conf"


def group_options(further: Iterable[Path] = ()) -> dict[str, list[str]]:
    """By group, the options in the suite's config folder and in ``further`` ones of the user's own."""
    groups: dict[str, dict[str, None]] = {}
    for folder in (conf_dir(), *further):
        for path in sorted(folder.glob("*/**/*.yaml")):
            if path.stem not in NOT_CHOICES:
                groups.setdefault(path.parent.relative_to(folder).as_posix(), {})[path.stem] = None
    return {group: [*options] for group, options in sorted(groups.items())}


@cache  # asked for each run that is listed
def scales() -> tuple[str, ...]:
    """The suite's scales, the default first."""
    return tuple(sorted(group_options()["scale"], key=lambda scale: (scale != DEFAULT_SCALE, scale)))
