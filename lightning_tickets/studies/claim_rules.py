"""The rule of each of the paper's claims: what is compared on which exhibit, and which bound decides."""

import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from lightning_tickets.studies.comparison import MARGIN
from lightning_tickets.studies.finding import (
    Differences,
    Finding,
    about,
    all_of,
    between,
    bounded,
    differences,
    heterogeneity,
    mean_finding,
)
from lightning_tickets.studies.measurement import Exhibit
from lightning_tickets.studies.statistics.aggregate import proportion_of_pairs, random_effects
from lightning_tickets.studies.statistics.summary import ROUNDING

RUNS_MISSING, NO_TICKET = "runs are missing", "no ticket wins on any task"
Rule = Callable[[Exhibit], Finding | str]
"""Of the exhibit that the claim is tested on; a text says why it cannot be tested."""


def tickets_exist(table2: Exhibit) -> Finding | str:
    """Where no ticket wins on some task, the claim cannot hold, whatever the mean over the others."""
    if _wins_nowhere(table2):
        return NO_TICKET
    found = differences(table2, ["imp"], "full", _with_ticket(table2))
    finding = mean_finding(found, above=-MARGIN) if found else RUNS_MISSING
    if isinstance(finding, str) or not table2.without_ticket:
        return finding
    text = f"{finding.estimate}; no ticket wins on {', '.join(table2.without_ticket)}"
    return replace(finding, p_holds=1.0, estimate=text, p_with=None)


def controls_are_worse(table2: Exhibit) -> Finding | str:
    return _each_row(table2, ("random_mask", "random_weights", "shuffled_weights"), "imp", 0.0)


def rewinding_does_not_help(table3: Exhibit) -> Finding | str:
    return _each_row(table3, [f"rewind_{part}" for part in ("0.05", "0.10", "0.20", "0.50")], "imp", MARGIN)


def standard_pruning_is_mixed(table3: Exhibit) -> Finding | str:
    """Tasks differ by more than their runs; one is better and another worse, each corrected for the choice of task."""
    if len(table3.tasks) < 3:
        return "expected at least three tasks"
    found = differences(table3, ["standard_pruning"], "imp", table3.tasks)
    effects = random_effects(list(found.values())) if found else None
    if not found or effects is None:
        return RUNS_MISSING
    tests = {task: bounded([values], above=0.0) for task, values in found.items()}
    up, down = [one.p_holds for one in tests.values()], [one.p_fails for one in tests.values()]
    mixed = max(min(1.0, min(side) * len(side)) for side in (up, down))
    one_way = min(1.0, 2 * min(max(up), max(down)))
    best, worst = min(tests, key=lambda task: tests[task].p_holds), min(tests, key=lambda task: tests[task].p_fails)
    text = f"clearest gain: {best}, {tests[best].estimate}; clearest loss: {worst}, {tests[worst].estimate}"
    return Finding(max(mixed, effects.p), one_way, f"{heterogeneity(effects)}; {text}", about(found)[:1])


def tasks_rarely_transfer(figure2: Exhibit) -> Finding | str:
    """Less than half of the pairs of tasks transfer: the mean is at most the margin below the full network's."""
    pairs: dict[tuple[str, str], bool] = {}
    for source in (row for row in figure2.rows if row in figure2.tasks and row != "mlm"):
        found = differences(figure2, [source], "full", [task for task in figure2.tasks if task != source])
        if found is None:
            return RUNS_MISSING
        pairs |= {(source, task): statistics.fmean(values) >= -MARGIN - ROUNDING for task, values in found.items()}
    if not pairs:
        return "expected two tasks that are a row and a column"
    interval = proportion_of_pairs(pairs)
    share = sum(pairs.values()) / len(pairs)
    count = f"{sum(pairs.values())} of {len(pairs)} pairs, {100 * share:.0f} %"
    text = f"{count} ({between(interval, lambda part: f'{100 * part:.0f} %')})"
    holds, fails, half = interval.high < 0.5, interval.low > 0.5, abs(0.5 - share)
    reach = interval.high - share if share < 0.5 else share - interval.low
    needed = math.ceil(len(figure2.tasks) * (reach / half) ** 2) if half and not (holds or fails) else None
    tasks = needed and max(needed, len(figure2.tasks) + 1)
    return Finding(float(not holds), float(not fails), text, tuple(_targets(pairs)), tasks=tasks)


def mlm_is_universal(figure2: Exhibit) -> Finding | str:
    if "mlm" not in figure2.rows:
        return "masked LM is not among the tasks"
    found = differences(figure2, ["mlm"], "full", [task for task in figure2.tasks if task != "mlm"])
    if not found:
        return RUNS_MISSING
    every = each_task_above(found, -MARGIN)
    average = mean_finding(found, above=-MARGIN)
    return replace(every, details=(f"on average: {average.estimate}", *every.details, *average.details[1:]))


def each_task_above(found: Differences, bound: float) -> Finding:
    """Every task's mean is above the bound; the task that decides is named."""
    return all_of([bounded([values], above=bound) for values in found.values()], list(found))


def more_data_transfer_better(table8: Exhibit) -> Finding | str:
    """All examples minus as many as the task itself has."""
    parts = [row for row in table8.rows if row.startswith("imp_mlm_")]
    found = differences(table8, parts, "imp_mlm", table8.tasks)
    if not found:
        return RUNS_MISSING
    return mean_finding({task: [-one for one in own] for task, own in found.items()}, above=0.0)


def mixes_add_little(figure9: Exhibit) -> Finding | str:
    return _each_row(figure9, [row for row in figure9.rows if row.startswith("mlm+")], "mlm", MARGIN)


def _each_row(exhibit: Exhibit, rows: Sequence[str], baseline: str, below: float) -> Finding | str:
    """Every row's mean difference from the baseline, over tasks, is below the bound."""
    if _wins_nowhere(exhibit):
        return NO_TICKET
    parts = [differences(exhibit, [row], baseline, _with_ticket(exhibit)) for row in rows]
    found = [mean_finding(part, below=below) for part in parts if part]
    return all_of(found, rows) if found and len(found) == len(rows) else RUNS_MISSING


def _wins_nowhere(exhibit: Exhibit) -> bool:
    return bool(exhibit.tasks) and not _with_ticket(exhibit)


def _with_ticket(exhibit: Exhibit) -> list[str]:
    return [task for task in exhibit.tasks if task not in exhibit.without_ticket]


def _targets(pairs: Mapping[tuple[str, str], bool]) -> Iterator[str]:
    for source in dict.fromkeys(source for source, _ in pairs):
        targets = [target for (other, target), transfers in pairs.items() if other == source and transfers]
        yield f"found on {source}: transfers to {', '.join(targets) or 'none'}"
