"""How far trainings move the weights, by task and network: the first rounds of the searches in some stores.

    python benchmarks/moved.py NETWORK=ROOT… [out=FILE.png]

Prints a table and draws a figure. The first round of a search is a training of the whole network from θ0. The network
is named as the figure shall name it.
"""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib.pyplot as plt
from command_line import run, told

from lightning_tickets.tickets.listing import at


def main(arguments: list[str]) -> None:
    out = told(arguments, "out=")
    stores = [argument.split("=", 1) for argument in arguments if not argument.startswith("out=")]
    points = [point for network, root in stores for point in first_rounds(network, Path(root))]
    print("| network | task | moved (relative L2) | largest 30 % in common |\n| --- | --- | ---: | ---: |")
    for network, task, distance, overlap in sorted(points):
        print(f"| {network} | {task} | {100 * distance:.1f} % | {100 * overlap:.1f} % |")
    if out:
        draw(points, out)


def first_rounds(network: str, root: Path) -> list[tuple[str, str, float, float]]:
    found = []
    for file in sorted(root.glob("runs/find-*/round-01/result.json")):
        task = at(json.loads(file.with_name("spec.json").read_text()), "chain", "problem", "task", "name")
        moved = json.loads(file.read_text())["moved"]
        found.append((network, task, moved["distance"], moved["overlap"]))
    return found


def draw(points: list[tuple[str, str, float, float]], out: str) -> None:
    figure, axes = plt.subplots(figsize=(8.5, 5.5), layout="constrained")
    for network in sorted({point[0] for point in points}):
        own = [point for point in points if point[0] == network]
        axes.scatter([100 * p[2] for p in own], [100 * p[3] for p in own], label=network)
        for number, (_, task, distance, overlap) in enumerate(sorted(own, key=lambda point: point[2])):
            side = {"xytext": (6, 3)} if number % 2 else {"xytext": (-6, -9), "ha": "right"}
            axes.annotate(task, (100 * distance, 100 * overlap), textcoords="offset points", fontsize=8, **side)
    axes.set(xscale="log", xlabel="moved by one training, % (relative L2)", ylabel="largest 30 % in common, %")
    axes.set_xticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"], minor=False)
    axes.xaxis.set_minor_formatter("")
    axes.legend()
    figure.savefig(out, dpi=130)


if __name__ == "__main__":
    run(main)
