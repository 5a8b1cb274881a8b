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

Rule = Callable[[Exhibit], Finding | None]
"""Of the exhibit that the claim is tested on; None while two runs of one of its cells are missing."""


def tickets_exist(table2: Exhibit) -> Finding | None:
    """Where no ticket wins on some task, the claim cannot hold, whatever the mean over the others."""
    if table2.tasks and set(table2.tasks) <= set(table2.without_ticket):
        return Finding(1.0, 1.0, "no ticket wins on any task")
    found = differences(table2, ["imp"], "full", _with_ticket(table2))
    finding = mean_finding(found, above=-MARGIN) if found else None
    if finding is None or not table2.without_ticket:
        return finding
    text = f"{finding.estimate}; no ticket wins on {', '.join(table2.without_ticket)}"
    return replace(finding, p_holds=1.0, estimate=text, seeds=None)


def controls_are_worse(table2: Exhibit) -> Finding | None:
    return _each_row(table2, ("random_mask", "random_weights", "shuffled_weights"), "imp", 0.0)


def rewinding_does_not_help(table3: Exhibit) -> Finding | None:
    return _each_row(table3, [f"rewind_{part}" for part in ("0.05", "0.10", "0.20", "0.50")], "imp", MARGIN)


def standard_pruning_is_mixed(table3: Exhibit) -> Finding | None:
    """Tasks differ by more than their runs; one is better and another worse, each corrected for the choice of task."""
    found = differences(table3, ["standard_pruning"], "imp", table3.tasks)
    effects = random_effects(list(found.values())) if found else None
    if not found or effects is None:
        return None
    tests = {task: bounded([values], above=0.0) for task, values in found.items()}
    up, down = [one.p_holds for one in tests.values()], [one.p_fails for one in tests.values()]
    mixed = max(min(1.0, min(side) * len(side)) for side in (up, down))
    one_way = min(1.0, 2 * min(max(up), max(down)))
    best, worst = min(tests, key=lambda task: tests[task].p_holds), min(tests, key=lambda task: tests[task].p_fails)
    text = f"clearest gain: {best}, {tests[best].estimate}; clearest loss: {worst}, {tests[worst].estimate}"
    return Finding(max(mixed, effects.p), one_way, f"{heterogeneity(effects)}; {text}", about(found)[:1])


def tasks_rarely_transfer(figure2: Exhibit) -> Finding | None:
    """Less than half of the pairs of tasks transfer: the mean is at most the margin below the full network's."""
    pairs: dict[tuple[str, str], bool] = {}
    for source in (row for row in figure2.rows if row in figure2.tasks and row != "mlm"):
        found = differences(figure2, [source], "full", [task for task in figure2.tasks if task != source])
        if found is None:
            return None
        pairs |= {(source, task): statistics.fmean(values) >= -MARGIN for task, values in found.items()}
    if not pairs:
        return None
    interval = proportion_of_pairs(pairs)
    share = sum(pairs.values()) / len(pairs)
    count = f"{sum(pairs.values())} of {len(pairs)} pairs, {100 * share:.0f} %"
    text = f"{count} ({between(interval, lambda part: f'{100 * part:.0f} %')})"
    holds, fails, half = interval.high < 0.5, interval.low > 0.5, abs(0.5 - share)
    reach = interval.high - share if share < 0.5 else share - interval.low
    tasks = math.ceil(len(figure2.tasks) * (reach / half) ** 2) if half and not (holds or fails) else None
    return Finding(float(not holds), float(not fails), text, tuple(_targets(pairs)), tasks=tasks)


def mlm_is_universal(figure2: Exhibit) -> Finding | None:
    found = differences(figure2, ["mlm"], "full", [task for task in figure2.tasks if task != "mlm"])
    if not found:
        return None
    every = each_task_above(found, -MARGIN)
    average = mean_finding(found, above=-MARGIN)
    return replace(every, details=(f"on average: {average.estimate}", *every.details, *average.details[1:]))


def each_task_above(found: Differences, bound: float) -> Finding:
    """Every task's mean is above the bound; the task that decides is named."""
    return all_of([bounded([values], above=bound) for values in found.values()], list(found))


def more_data_transfer_better(table8: Exhibit) -> Finding | None:
    """All examples minus as many as the task itself has."""
    parts = [row for row in table8.rows if row.startswith("imp_mlm_")]
    found = differences(table8, parts, "imp_mlm", table8.tasks)
    return mean_finding({task: [-one for one in own] for task, own in found.items()}, above=0.0) if found else None


def mixes_add_little(figure9: Exhibit) -> Finding | None:
    return _each_row(figure9, [row for row in figure9.rows if row.startswith("mlm+")], "mlm", MARGIN)


def _each_row(exhibit: Exhibit, rows: Sequence[str], baseline: str, below: float) -> Finding | None:
    """Every row's mean difference from the baseline, over tasks, is below the bound."""
    parts = [differences(exhibit, [row], baseline, _with_ticket(exhibit)) for row in rows]
    found = [mean_finding(part, below=below) for part in parts if part]
    return all_of(found, rows) if found and len(found) == len(rows) else None


def _with_ticket(exhibit: Exhibit) -> list[str]:
    return [task for task in exhibit.tasks if task not in exhibit.without_ticket]


def _targets(pairs: Mapping[tuple[str, str], bool]) -> Iterator[str]:
    for source in dict.fromkeys(source for source, _ in pairs):
        targets = [target for (other, target), transfers in pairs.items() if other == source and transfers]
        yield f"found on {source}: transfers to {', '.join(targets) or 'none'}"
