"""Small files of every task in their official form, the same rows as the hub lays them out, and what is read."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

FOLDER = Path(__file__).parent / "samples"
TYPES = {"answers": pa.struct({"text": pa.list_(pa.string()), "answer_start": pa.list_(pa.int32())})}


@dataclass(frozen=True)
class Sample:
    """``files`` by their path below the data's root; ``rows`` by split; ``hub`` names the columns that the hub has."""

    files: dict[str, bytes]
    rows: dict[str, list[dict[str, Any]]]
    repo: str
    config: str
    hub: dict[str, str]
    splits: dict[str, str]

    def write_files(self, root: Path) -> Path:
        for name, content in self.files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
        return root

    def write_parquet(self, root: Path) -> Path:
        """As a clone of the repository, with its card."""
        folder = root / self.repo / self.config
        folder.mkdir(parents=True)
        card = ["---", "configs:", f"- config_name: {self.config}", "  data_files:"]
        for ours, theirs in self.splits.items():
            pq.write_table(self._table(self.rows[ours]), folder / f"{theirs}-00000-of-00001.parquet")
            card += [f"  - split: {theirs}", f"    path: {self.config}/{theirs}-*"]
        (root / self.repo / "README.md").write_text("\n".join([*card, "---", ""]))
        return root

    def _table(self, rows: list[dict[str, Any]]) -> pa.Table:
        types = TYPES | {"label": pa.float32() if isinstance(rows[0].get("label"), float) else pa.int64()}
        columns = {
            theirs: pa.array([row[ours] for row in rows], types.get(ours, pa.string()))
            for ours, theirs in self.hub.items()
        }
        return pa.table({**columns, "idx": pa.array(range(len(rows)), pa.int32())})


def row(written: Any) -> dict[str, Any]:
    return dict(written if isinstance(written, dict) else zip(("first", "second", "label"), written, strict=True))


def _sample(files: list[str], rows: dict[str, list[Any]], **hub: Any) -> Sample:
    made = {split: [row(written) for written in listed] for split, listed in rows.items()}
    return Sample({name: (FOLDER / name).read_bytes() for name in files}, made, **hub)


SAMPLES = {
    task: _sample(**fields) for task, fields in yaml.safe_load((FOLDER / "samples.yaml").read_text("utf-8")).items()
}
