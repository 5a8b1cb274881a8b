"""How far trainings move the weights, by task and network: the first rounds of the searches in some stores.

    python benchmarks/moved.py ROOT… [out=FILE.png]

Prints a table and draws a figure. The first round of a search is a training of the whole network from θ0.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib.pyplot as plt
from throughput import told

from lightning_tickets.tickets.listing import at


def main(arguments: list[str]) -> None:
    out = told(arguments, "out=")
    points = [point for root in arguments if "=" not in root for point in first_rounds(Path(root))]
    print("| network | task | moved (relative L2) | largest 30 % in common |\n| --- | --- | ---: | ---: |")
    for network, task, distance, overlap in sorted(points):
        print(f"| {network} | {task} | {100 * distance:.1f} % | {100 * overlap:.1f} % |")
    if out:
        draw(points, out)


def first_rounds(root: Path) -> list[tuple[str, str, float, float]]:
    found = []
    for file in sorted(root.glob("runs/find-*/round-01/result.json")):
        chain = json.loads(file.with_name("spec.json").read_text())["chain"]
        moved = json.loads(file.read_text())["moved"]
        problem = chain["problem"]
        found.append((at(problem, "model", "name"), at(problem, "task", "name"), moved["distance"], moved["overlap"]))
    return found


def draw(points: list[tuple[str, str, float, float]], out: str) -> None:
    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    for network in sorted({point[0] for point in points}):
        own = [point for point in points if point[0] == network]
        axes.scatter([100 * p[2] for p in own], [100 * p[3] for p in own], label=network)
        for _, task, distance, overlap in own:
            axes.annotate(task, (100 * distance, 100 * overlap), xytext=(4, 3), textcoords="offset points", fontsize=7)
    axes.set(xscale="log", xlabel="moved by one training, % (relative L2)", ylabel="largest 30 % in common, %")
    axes.legend()
    figure.savefig(out, dpi=130)


if __name__ == "__main__":
    main(sys.argv[1:])
