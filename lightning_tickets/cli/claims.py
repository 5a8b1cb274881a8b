"""claims: the paper's claims, each tested on the runs that are in the store. No torch here."""

import argparse
import json
from dataclasses import asdict

from lightning_tickets.cli.parser import add_overrides_and_json, overrides_of, warn
from lightning_tickets.studies.claims import PAPER, RULE
from lightning_tickets.studies.claims import check_claims as test_claims

EXAMPLES = ("claims", "claims experiment=paper 'study.tasks=[cola,mnli]' --json")
add_arguments = add_overrides_and_json


def run(arguments: argparse.Namespace) -> int:
    """Each claim with what decides it."""
    from lightning_tickets.composition.parse_sweep import parse_sweep

    overrides = overrides_of(arguments)
    chosen = () if any(line.startswith("experiment=") for line in overrides) else PAPER
    sweep = parse_sweep([*chosen, *overrides])
    claims = test_claims(sweep.fill_exhibits(), sweep.uninformative_tasks, sweep.typed)
    warn(sweep.reader.unreadable.values())
    if arguments.json:
        print(json.dumps([asdict(claim) for claim in claims], indent=1, ensure_ascii=False))
        return 0
    for number, claim in enumerate(claims, start=1):
        print(f"{number}. {claim.text}: {claim.verdict.upper()}")
        for line in (
            claim.estimate,
            *claim.details,
            *([f"to settle it: {claim.to_settle}"] if claim.to_settle else []),
        ):
            print(f"     {line}")
    print(RULE)
    return 0
