"""The log of each process in the journal, and on standard error with -v."""

import logging
import os
import re
from pathlib import Path

import pytest

from lightning_tickets.bars import VERBOSE
from lightning_tickets.cli.main import main
from lightning_tickets.logs import LOGGER, log_to_file
from tests.cli.conftest import SWEEP
from tests.commands import SHORT, inside, process

LINE = re.compile(r"\d{4}-\d\d-\d\d [\d:,]+ (\d+) lightning_tickets\.([\w.]+): (.*)")


def lines(text: str) -> list[tuple[str, str, str]]:
    """Process, module and message of each line of ours."""
    return [match.groups() for match in map(LINE.fullmatch, text.splitlines()) if match]


def logs(root: Path) -> dict[str, str]:
    """By process."""
    return {path.stem.rpartition("-")[2]: path.read_text() for path in (root / "journal").glob("*.log")}


def test_each_worker_keeps_a_log_and_v_shows_all(tmp_path):
    root = tmp_path / "root"
    sweep = ["-m", "task=cola", "subnetwork=full", "seed=1,2", *SHORT, "training.steps=300", "hydra.launcher.n_jobs=2"]
    done = process(root, "run", "-v", *sweep)
    shown, kept = lines(done.stderr), logs(root)
    assert len(kept) == 2 and {number for number, *_ in shown} > kept.keys()
    for number, text in kept.items():
        assert lines(text) == [line for line in shown if line[0] == number]
        (begin, *_, end) = [message for *_, message in lines(text)]
        assert begin.endswith(": begins") and re.search(r": done in [\d.]+ s: cola-full-", end)
    assert sum(message.endswith(": submitted") for *_, message in shown) == 2


def test_without_v_only_the_file_says_why_a_job_failed(root):
    next((root / "runs").glob("find-*/round-02/ticket.safetensors")).write_bytes(b"")
    run = next((root / "runs").glob("cola-imp-*"))
    run.rename(root / "elsewhere")
    done = inside(root, "run", "-m", *SWEEP, status=1)
    assert not lines(done.stderr) and "Traceback" not in done.stderr
    text = logs(root)[str(os.getpid())]
    assert f"{run.name}: begins" in text and "Traceback (most recent call last)" in text and "damaged (" in text


def test_v_shows_where_input_was_refused(capsys):
    assert main(["plan", "task=colla", "-v"]) == 2
    err = capsys.readouterr().err
    assert "Traceback" in err and err.endswith("lightning-tickets: unknown task 'colla'; did you mean cola?\n")
    assert VERBOSE not in os.environ and not LOGGER.handlers


@pytest.mark.parametrize("folder", ["/proc/nowhere", "/dev/null"])
def test_a_log_that_cannot_be_written_stops_nothing(folder, capfd):
    with log_to_file(Path(folder)):
        logging.getLogger("lightning_tickets.tests").debug("said")
    assert capfd.readouterr() == ("", "")
