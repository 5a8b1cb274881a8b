"""Every benchmark still finds what it measures."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from lightning_tickets.pocket import MODEL_DIR

BENCHMARKS = sorted(Path(__file__).parents[1].glob("benchmarks/*.py"))


@pytest.mark.parametrize("path", BENCHMARKS, ids=lambda path: path.stem)
def test_a_benchmark_imports_what_there_is(path, monkeypatch):
    monkeypatch.syspath_prepend(path.parent)
    spec = importlib.util.spec_from_file_location(f"benchmark_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    assert any(callable(value) for value in vars(module).values())


@pytest.mark.parametrize("name", ["makespan", "pocket_leaks", "store"])
def test_help_is_the_text_of_the_script(name):
    path = BENCHMARKS[0].parent / f"{name}.py"
    shown = subprocess.run([sys.executable, path, "--help"], check=True, capture_output=True, text=True).stdout
    assert f'"""{shown.rstrip()}' in path.read_text() and f"python benchmarks/{name}.py" in shown


def test_a_benchmark_refuses_a_wrong_value_in_one_line():
    line = [sys.executable, BENCHMARKS[0].parent / "makespan.py", "task=nope"]
    done = subprocess.run(line, capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.startswith("makespan.py: unknown task 'nope'; ")


def test_the_script_for_a_gpu_runs_in_small_without_one(tmp_path):
    script, out = BENCHMARKS[0].parent / "gpu.py", tmp_path / "gpu.json"
    subprocess.run([sys.executable, script, "task=cola", f"out={out}"], check=True, stdout=subprocess.DEVNULL)
    notes = json.loads(out.read_text())
    assert all(one["same_bytes"] for one in notes["same_bytes"]) and len(notes["same_bytes"]) == 2
    assert [one["batches"] for one in notes["steps"]] == ["padded", "packed", "released"]
    assert [one["scored"] for one in notes["scoring"]] == [500]
    assert all("failed" not in one for part in ("full_batches", "launched", "compiled") for one in notes[part])
    measured = [one["trainer.device_tflops"] for one in notes["device"]]
    assert len(measured) == 2 and all(rate > 0 for rate in measured)
    assert all(one["steps_a_second"] > 0 for part in ("threads", "processes") for one in notes[part])


def test_blocks_of_a_text_hold_all_of_it_but_the_rest(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS[0].parent)
    from mlm_head import WIDTH, blocks

    tokenizer = AutoTokenizer.from_pretrained(MODEL_DIR)
    text = "anna helps mary . " * 200
    found = [block["input_ids"] for block in blocks(tokenizer, text)]
    whole = tokenizer(text, add_special_tokens=False)["input_ids"]
    assert {len(ids) for ids in found} == {WIDTH} and len(found) == len(whole) // (WIDTH - 2)
    assert [n for ids in found for n in ids[1:-1]] == whole[: len(found) * (WIDTH - 2)]
    assert {(ids[0], ids[-1]) for ids in found} == {(tokenizer.cls_token_id, tokenizer.sep_token_id)}
