"""Loggers: each is a YAML, a user's own too, and none of them is part of a run's name."""

from importlib.util import find_spec

import pytest

from lightning_tickets.composition.compose import compose_config, conf_dir
from lightning_tickets.composition.single import run_of
from tests.commands import SHORT, inside

CELL = ["run", "task=cola", "subnetwork=full", "seed=1", *SHORT, "trainer.progress=false"]
OWN = """
from pytorch_lightning.loggers import Logger


class Lines(Logger):
    name = version = "lines"

    def __init__(self, place, header):
        super().__init__()
        self.place = place
        self.note(header)

    def note(self, line):
        self.place.parent.mkdir(parents=True, exist_ok=True)
        with self.place.open("a") as file:
            file.write(f"{line}\\n")

    def log_hyperparams(self, *_):
        pass

    def log_metrics(self, metrics, step):
        self.note(f"{step} {sorted(metrics)}")


def lines(name, config, folder, suffix=".txt"):
    return Lines(folder / f"{name}{suffix}", config["task"])
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A folder of YAMLs with a logger that a package of the user's own defines."""
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "own_loggers.py").write_text(OWN)
    monkeypatch.syspath_prepend(str(tmp_path / "package"))
    (tmp_path / "conf" / "logger").mkdir(parents=True)
    (tmp_path / "conf" / "logger" / "lines.yaml").write_text("_target_: own_loggers.lines\nsuffix: .log\n")
    return tmp_path / "conf"


@pytest.mark.parametrize("logger", sorted(path.stem for path in (conf_dir() / "logger").glob("*.yaml")))
def test_no_logger_is_part_of_a_runs_name(logger):
    assert run_of(compose_config([f"logger={logger}"])).name == run_of(compose_config([])).name


def test_a_logger_of_ones_own_is_a_yaml(own, tmp_path):
    name = inside(tmp_path / "root", *CELL, "--config-dir", str(own), "logger=lines").last.split()[0]
    lines = (tmp_path / "root" / "curves" / f"{name}.log").read_text().splitlines()
    assert lines[0] == "cola" and lines[-1].startswith("6 ['dev/accuracy'") and "train/loss" in lines[1]
    assert name == run_of(compose_config([*CELL[1:-1]])).name


def test_an_option_or_a_word_that_a_logger_does_not_have_is_refused(own, tmp_path):
    cell = [tmp_path / "root", *CELL, "--config-dir", str(own)]
    done = inside(*cell, "logger=lines", "+logger.colour=red", status=2)
    assert "logger.colour: own_loggers.lines has no such option; it has name, config, folder, suffix" in done.stderr
    done = inside(*cell, "logger=wandb", "logger.mode=sometimes", status=2)
    assert "logger.mode=sometimes: expected one of offline, online" in done.stderr


def test_tensorboard_writes_event_files(tmp_path):
    name = inside(tmp_path / "root", *CELL, "logger=tensorboard").last.split()[0]
    events = b"".join(p.read_bytes() for p in (tmp_path / "root" / "curves" / name).glob("events.out.tfevents.*"))
    names = ("train/loss", "train/rate", "train/gradient_norm", "train/examples_per_second", "dev/matthews", "score")
    assert all(name.encode() in events for name in names)


def test_a_package_that_is_not_installed_is_named(tmp_path):
    if find_spec("mlflow") or find_spec("mlflow_skinny"):
        pytest.skip("mlflow is installed")
    done = inside(tmp_path / "root", *CELL, "logger=mlflow", status=2)
    assert "logger=mlflow: expected the package mlflow or mlflow_skinny to be installed" in done.stderr
    assert not (tmp_path / "root").exists()
