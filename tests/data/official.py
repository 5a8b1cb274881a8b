"""Small files of every task in their official form, the same rows as the hub lays them out, and what is read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Sample:
    """``files`` by their path below the data's root; ``rows`` by split; ``hub`` names the columns that the hub has."""

    files: dict[str, str]
    rows: dict[str, Rows]
    repo: str
    config: str
    hub: dict[str, str]
    splits: dict[str, str]

    def write_files(self, root: Path) -> Path:
        for name, content in self.files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content.encode())
        return root

    def write_parquet(self, root: Path) -> Path:
        """As a clone of the repository, with its card."""
        folder = root / self.repo / self.config
        folder.mkdir(parents=True)
        told = ["---", "configs:", f"- config_name: {self.config}", "  data_files:"]
        for ours, theirs in self.splits.items():
            pq.write_table(_table(self.rows[ours], self.hub), folder / f"{theirs}-00000-of-00001.parquet")
            told += [f"  - split: {theirs}", f"    path: {self.config}/{theirs}-*"]
        (root / self.repo / "README.md").write_text("\n".join([*told, "---", ""]))
        return root


def _table(rows: Rows, columns: dict[str, str]) -> pa.Table:
    types = {
        "answers": pa.struct({"text": pa.list_(pa.string()), "answer_start": pa.list_(pa.int32())}),
        "label": pa.float32() if isinstance(rows[0].get("label"), float) else pa.int64(),
    }
    arrays = {
        theirs: pa.array([row[ours] for row in rows], types.get(ours, pa.string())) for ours, theirs in columns.items()
    }
    return pa.table({**arrays, "idx": pa.array(range(len(rows)), pa.int32())})


def _pairs(*rows: tuple[str, str | None, float]) -> Rows:
    return [{"first": first, "second": second, "label": label} for first, second, label in rows]


def _tabs(*lines: tuple[str, ...]) -> str:
    return "".join("\t".join(line) + "\n" for line in lines)


def _glue(config: str, files: dict[str, str], rows: dict[str, Rows], *columns: str, **further: str) -> Sample:
    """``columns`` of the hub: the first text, the second where there is one, the label."""
    names = ("first", "second", "label") if len(columns) == 3 else ("first", "label")
    splits = further or {"train": "train", "dev": "validation"}
    return Sample(files, rows, "nyu-mll/glue", config, dict(zip(names, columns, strict=True)), splits)


QUOTED = 'He said "no" and left.'
LONE = '"One more pseudo generalization.'
ACCENTS = "Café Zoë\u2028costs 5 €."

COLA = _glue(
    "cola",
    {
        "CoLA/train.tsv": _tabs(("gj04", "1", "", QUOTED), ("gj04", "0", "*", LONE)),
        "CoLA/dev.tsv": _tabs(("clc95", "1", "", ACCENTS)),
    },
    {"train": _pairs((QUOTED, None, 1), (LONE, None, 0)), "dev": _pairs((ACCENTS, None, 1))},
    "sentence",
    "label",
)

SST2 = _glue(
    "sst2",
    {
        "SST-2/train.tsv": _tabs(("sentence", "label"), ("hide new secretions ", "0"), ("`` funny '' ", "1")),
        "SST-2/dev.tsv": _tabs(("sentence", "label"), ('a "charming journey . ', "1")),
    },
    {
        "train": _pairs(("hide new secretions ", None, 0), ("`` funny '' ", None, 1)),
        "dev": _pairs(('a "charming journey . ', None, 1)),
    },
    "sentence",
    "label",
)

MRPC_HEADER = ("\ufeffQuality", "#1 ID", "#2 ID", "#1 String", "#2 String")
MRPC = _glue(
    "mrpc",
    {
        "MRPC/train.tsv": _tabs(MRPC_HEADER, ("1", "702876", "702977", LONE, QUOTED), ("0", "21", "30", "A.", "B.")),
        "MRPC/dev.tsv": _tabs(MRPC_HEADER, ("1", "1", "2", ACCENTS, "Zoë's.")),
    },
    {"train": _pairs((LONE, QUOTED, 1), ("A.", "B.", 0)), "dev": _pairs((ACCENTS, "Zoë's.", 1))},
    "sentence1",
    "sentence2",
    "label",
)

QQP_HEADER = ("id", "qid1", "qid2", "question1", "question2", "is_duplicate")
QQP = _glue(
    "qqp",
    {
        "QQP/train.tsv": _tabs(
            QQP_HEADER,
            ("133273", "213221", "213222", 'How is "life?', "How is life?", "1"),
            ("17", "3", "4", "a question that ends its line"),
            (" and goes on here", "What?", "0"),
            ("402555", "536040", "536041", "Why?", "Who?", "0"),
        ),
        "QQP/dev.tsv": _tabs(QQP_HEADER, ("1", "2", "3", "Why?", ACCENTS, "0"), ("4", "5", "6", "a", "b", "c", "1")),
    },
    {
        "train": _pairs(('How is "life?', "How is life?", 1), ("Why?", "Who?", 0)),
        "dev": _pairs(("Why?", ACCENTS, 0)),
    },
    "question1",
    "question2",
    "label",
)

STSB_HEADER = tuple("index genre filename year old_index source1 source2 sentence1 sentence2 score".split())
STSB_PLACE = ("main-captions", "MSRvid", "2012test", "0001", "none", "none")
STSB = _glue(
    "stsb",
    {
        "STS-B/train.tsv": _tabs(
            STSB_HEADER,
            ("0", *STSB_PLACE, "A plane is taking off.", "An air plane is taking off.", "5.000"),
            ("1", *STSB_PLACE, LONE, QUOTED, "3.250"),
        ),
        "STS-B/dev.tsv": _tabs(STSB_HEADER, ("0", *STSB_PLACE, "A.", "B.", "0")),
    },
    {
        "train": _pairs(("A plane is taking off.", "An air plane is taking off.", 5.0), (LONE, QUOTED, 3.25)),
        "dev": _pairs(("A.", "B.", 0.0)),
    },
    "sentence1",
    "sentence2",
    "label",
)

PARSES = ("( A )", "( B )", "(ROOT A)", "(ROOT B)")
MNLI_START = (*"index promptID pairID genre sentence1_binary_parse sentence2_binary_parse".split(),)
MNLI_TEXTS = ("sentence1_parse", "sentence2_parse", "sentence1", "sentence2")
MNLI_TRAIN = (*MNLI_START, *MNLI_TEXTS, "label1", "gold_label")
MNLI_DEV = (*MNLI_START, *MNLI_TEXTS, "label1", "label2", "label3", "label4", "label5", "gold_label")
MNLI = _glue(
    "mnli",
    {
        "MNLI/train.tsv": _tabs(
            MNLI_TRAIN,
            ("0", "31193", "31193n", "government", *PARSES, LONE, QUOTED, "neutral", "neutral"),
            ("1", "1", "1e", "telephone", *PARSES, "A.", "B.", "neutral", "entailment"),
            ("2", "2", "2c", "telephone", *PARSES, "C.", "D.", "neutral", "contradiction"),
        ),
        "MNLI/dev_matched.tsv": _tabs(
            MNLI_DEV,
            ("0", "6", "6n", "slate", *PARSES, "E.", "F.", *["neutral"] * 4, "contradiction", "neutral"),
            ("1", "7", "7n", "slate", *PARSES, "G.", "H.", "neutral", "neutral", *["contradiction"] * 2, "a", "-"),
        ),
        "MNLI/dev_mismatched.tsv": _tabs(
            MNLI_DEV,
            ("0", "6", "6n", "letters", *PARSES, "I.", ACCENTS, *["neutral"] * 4, "contradiction", "entailment"),
        ),
    },
    {
        "train": _pairs((LONE, QUOTED, 1), ("A.", "B.", 0), ("C.", "D.", 2)),
        "dev": _pairs(("E.", "F.", 1)),
        "dev_mismatched": _pairs(("I.", ACCENTS, 0)),
    },
    "premise",
    "hypothesis",
    "label",
    train="train",
    dev="validation_matched",
    dev_mismatched="validation_mismatched",
)


def _entailment(config: str, folder: str, header: tuple[str, str], written: tuple[str, str]) -> Sample:
    """QNLI, RTE and WNLI differ in what their columns and labels are called."""
    names = ("index", *header, "label")
    files = {
        f"{folder}/train.tsv": _tabs(names, ("0", LONE, QUOTED, written[1]), ("1", "A.", "B.", written[0])),
        f"{folder}/dev.tsv": _tabs(names, ("0", "C.", ACCENTS, written[0])),
    }
    rows = {"train": _pairs((LONE, QUOTED, 1), ("A.", "B.", 0)), "dev": _pairs(("C.", ACCENTS, 0))}
    return _glue(config, files, rows, *header, "label")


SQUAD_ROWS = {
    "train": [
        {
            "question": 'Who wrote "Faust"?',
            "context": "In 1808 Goethe  published Faust.\nGoethe was 58.",
            "answers": {"text": ["Goethe"], "answer_start": [8]},
        },
        {
            "question": "When?",
            "context": "In 1808 Goethe  published Faust.\nGoethe was 58.",
            "answers": {"text": ["1808"], "answer_start": [3]},
        },
    ],
    "dev": [
        {
            "question": "What does it cost?",
            "context": ACCENTS,
            "answers": {"text": ["5 €", "€", "5 €"], "answer_start": [15, 17, 15]},
        }
    ],
}


def squad_json(rows: Rows) -> str:
    """An article with a paragraph for each context."""
    contexts = dict.fromkeys(row["context"] for row in rows)
    paragraphs = [
        {
            "context": context,
            "qas": [
                {
                    "id": f"56be4db0{number:016}",
                    "question": row["question"],
                    "answers": [
                        {"answer_start": start, "text": text}
                        for text, start in zip(row["answers"]["text"], row["answers"]["answer_start"], strict=True)
                    ],
                }
                for number, row in enumerate(rows)
                if row["context"] == context
            ],
        }
        for context in contexts
    ]
    return json.dumps({"data": [{"title": "A_title", "paragraphs": paragraphs}], "version": "1.1"})


SQUAD = Sample(
    {f"squad/{split}-v1.1.json": squad_json(rows) for split, rows in SQUAD_ROWS.items()},
    SQUAD_ROWS,
    "rajpurkar/squad",
    "plain_text",
    {"question": "question", "context": "context", "answers": "answers"},
    {"train": "train", "dev": "validation"},
)

LINES = {"train": [" ", " = Robert <unk> = ", " ", f" {QUOTED} "], "dev": [f" {ACCENTS} "]}
MLM = Sample(
    {
        f"mlm/wiki.{name}.raw": "".join(f"{line}\n" for line in LINES[split])
        for split, name in (("train", "train"), ("dev", "valid"))
    },
    {split: [{"text": line} for line in lines] for split, lines in LINES.items()},
    "Salesforce/wikitext",
    "wikitext-103-raw-v1",
    {"text": "text"},
    {"train": "train", "dev": "validation"},
)

SAMPLES = {
    "cola": COLA,
    "mlm": MLM,
    "mnli": MNLI,
    "mrpc": MRPC,
    "qnli": _entailment("qnli", "QNLI", ("question", "sentence"), ("entailment", "not_entailment")),
    "qqp": QQP,
    "rte": _entailment("rte", "RTE", ("sentence1", "sentence2"), ("entailment", "not_entailment")),
    "squad": SQUAD,
    "sst2": SST2,
    "stsb": STSB,
    "wnli": _entailment("wnli", "WNLI", ("sentence1", "sentence2"), ("0", "1")),
}
