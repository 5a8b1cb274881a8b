"""The paper's claims, each tested on the suite's own runs: it holds, it does not hold, or it cannot be told."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lightning_tickets.studies import claim_rules as rules
from lightning_tickets.studies.claim_rules import RUNS_MISSING, Rule
from lightning_tickets.studies.comparison import ALPHA, CANNOT_BE_TOLD, MARGIN
from lightning_tickets.studies.finding import Finding
from lightning_tickets.studies.measurement import Exhibit, Reportable, TextTable

CLAIMED = {"table2", "table3", "figure2"}
HOLDS, FAILS = "holds", "does not hold"
TABLE_NAME = "claims"
MOST_SEEDS = 30  # of a command that is printed
PAPER = ("experiment=paper",)
RULE = (
    f"One-sided tests at {ALPHA:g}, over runs paired by task and seed, margin {100 * MARGIN:g} point. A claim about "
    "tasks as a whole is about their mean. One about every task, or about several rows, holds if it holds for each."
)


@dataclass(frozen=True)
class Claim:
    """``estimate`` and ``details`` say what was found, ``to_settle`` what would bring a verdict.

    ``exhibit`` is the name of the table or figure that it is tested on.
    """

    text: str
    verdict: str
    estimate: str
    details: tuple[str, ...]
    to_settle: str
    exhibit: str


def check_claims(
    exhibits: Iterable[Reportable], excluded_tasks: Sequence[str] = (), typed: Sequence[str] = PAPER
) -> tuple[Claim, ...]:
    """The eight claims; a claim whose exhibit is not among ``exhibits``, or is not complete, cannot be told.

    ``typed`` are the overrides that ask for these exhibits; the commands that would settle a claim repeat them.
    """
    by_name = {
        exhibit.name: replace(
            exhibit,
            tasks=tuple(task for task in exhibit.tasks if task not in excluded_tasks),
            without_ticket=tuple(task for task in exhibit.without_ticket if task not in excluded_tasks),
        )
        for exhibit in exhibits
        if isinstance(exhibit, Exhibit)
    }
    return tuple(_claim(*claim, by_name, typed) for claim in CLAIMS)


def with_claims(
    shown: Sequence[Reportable], excluded_tasks: Sequence[str] = (), typed: Sequence[str] = PAPER
) -> list[Reportable]:
    """With the table of claims where the exhibits that most of them are about are shown together."""
    complete = {one.name for one in shown} >= CLAIMED
    return [*shown, claims_table(shown, excluded_tasks, typed)] if complete else [*shown]


def claims_table(
    exhibits: Sequence[Reportable], excluded_tasks: Sequence[str] = (), typed: Sequence[str] = PAPER
) -> TextTable:
    """The claims with their verdicts and what they were decided by."""
    claims = check_claims(exhibits, excluded_tasks, typed)
    excluded = [f"Left out as uninformative: {', '.join(excluded_tasks)}."] if excluded_tasks else []
    return TextTable(
        TABLE_NAME,
        "The paper's claims",
        "What these runs say about each claim.",
        head=("", "Claim", "Verdict", "Found", "To settle it", "tested on"),
        lines=tuple(
            (str(number), claim.text, claim.verdict, claim.estimate, claim.to_settle, claim.exhibit)
            for number, claim in enumerate(claims, 1)
        ),
        notes=(RULE, *excluded),
        overrides=exhibits[0].overrides if exhibits else (),
    )


def _claim(
    text: str, name: str, rule: Rule, compared: str, exhibits: Mapping[str, Exhibit], typed: Sequence[str]
) -> Claim:
    """``compared`` says of what the estimate is."""
    if name not in exhibits:
        others = [line for line in typed if not line.startswith(("experiment=", "study.", "seeds."))]
        command = _command(f"experiment={name}", *others)
        return Claim(text, CANNOT_BE_TOLD, f"{name} is not part of this", (), command, name)
    found = rule(exhibits[name])
    if isinstance(found, str):
        more = f"at least two runs of each cell: {_command(*typed)}" if found == RUNS_MISSING else ""
        return Claim(text, CANNOT_BE_TOLD, found, (), more, name)
    settled = found.p_holds < ALPHA or found.p_fails < ALPHA
    verdict = HOLDS if found.p_holds < ALPHA else FAILS if settled else CANNOT_BE_TOLD
    more = "" if settled else _more(found, exhibits[name], typed)
    return Claim(text, verdict, f"{compared}: {found.estimate}", found.details, more, name)


def _more(found: Finding, exhibit: Exhibit, typed: Sequence[str]) -> str:
    """The seeds or tasks that would settle it if the estimates stayed the same, with the command where it is short."""
    if found.tasks:
        return f"about {found.tasks} tasks (there are {len(exhibit.tasks)})"
    if (number := found.seeds()) is None:
        return "more seeds would not"
    every = "study.seeds="  # these are the seeds of each exhibit, whatever its own are
    key = every if any(line.startswith(every) for line in typed) else f"study.exhibits.{exhibit.name}.seeds="
    others = [line for line in typed if not line.startswith(key)]
    command = _command(*others, f"{key}[{','.join(map(str, range(1, number + 1)))}]")
    return f"about {number} seeds" + (f": {command}" if number <= MOST_SEEDS else "")


def _command(*overrides: str) -> str:
    return shlex.join(["lightning-tickets", "run", "-m", *overrides])


CLAIMS: tuple[tuple[str, str, Rule, str], ...] = (
    (
        f"Winning tickets exist at the pre-trained weights (within {100 * MARGIN:g} point)",
        "table2",
        rules.tickets_exist,
        "ticket minus full network",
    ),
    (
        "Random masks, random weights and shuffled weights are worse",
        "table2",
        rules.controls_are_worse,
        "control minus ticket",
    ),
    (
        f"Rewinding to a later point does not help (by more than {100 * MARGIN:g} point)",
        "table3",
        rules.rewinding_does_not_help,
        "rewound to that point minus rewound to θ₀",
    ),
    (
        "Standard pruning is mixed: better on some tasks, worse on others",
        "table3",
        rules.standard_pruning_is_mixed,
        "standard pruning minus ticket",
    ),
    (
        "Tickets of downstream tasks rarely transfer (to less than half of the other tasks)",
        "figure2",
        rules.tasks_rarely_transfer,
        f"at most {100 * MARGIN:g} point below the full network",
    ),
    (
        f"The masked LM ticket transfers to every task (within {100 * MARGIN:g} point)",
        "figure2",
        rules.mlm_is_universal,
        "masked LM's ticket minus full network",
    ),
    (
        "A ticket found on more data transfers better",
        "table8",
        rules.more_data_transfer_better,
        "all examples minus a part",
    ),
    (
        f"Mixing tasks into the search for the masked LM ticket adds little (at most {100 * MARGIN:g} point)",
        "figure9",
        rules.mixes_add_little,
        "ticket of the mix minus masked LM's",
    ),
)
