"""pretrain: the pocket BERT from nothing, and whether its probes pass."""

import argparse
import json
from pathlib import Path
from typing import Any

from lightning_tickets.checks import integer
from lightning_tickets.errors import UserError, unknown

EXAMPLES = ("pretrain out=DIR", "pretrain out=DIR network=wide")
KEYS = ("out", "seed", "steps", "network")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "overrides", nargs="*", metavar="key=value", help="out=DIR, network=small|wide, seed=N, steps=N"
    )


def run(arguments: argparse.Namespace) -> int:
    from lightning_tickets.composition.overrides import parse_overrides

    if wrong := [word for word in arguments.overrides if "=" not in word]:
        raise UserError(f"pretrain: {wrong[0]}: expected key=value, as in out=DIR")
    overrides = parse_overrides(arguments.overrides)
    if several := [override for override in overrides if override.is_sweep_override()]:
        raise UserError(f"pretrain: {several[0].input_line}: expected one value")
    given: dict[str, Any] = {override.key_or_group: override.value() for override in overrides}
    if further := sorted(set(given) - set(KEYS)):
        raise UserError(f"pretrain: {unknown('key', further[0], KEYS)}")
    if "out" not in given:
        raise UserError("pretrain: out is missing: expected out=DIR, seed=, steps=, network=")
    from lightning_tickets.pocket.pretrain import pretrain

    options = {key: integer(0)(key, value) for key, value in given.items() if key in ("seed", "steps")}
    options |= {"network": str(given["network"])} if "network" in given else {}
    try:
        outcome = pretrain(Path(str(given["out"])), **options)
    except ValueError as error:
        raise UserError(f"pretrain: {error}") from error
    except OSError as error:
        raise UserError(f"pretrain: out={given['out']}: cannot be written ({error.strerror})") from error
    print(f"probes {'pass' if outcome.passed else 'DO NOT PASS'}: {json.dumps(outcome.probes)}")
    return 0 if outcome.passed else 1
