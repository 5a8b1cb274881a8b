"""The command line itself: help, version, unknown words, closed pipes, and how often a command composes."""

import re
from importlib.metadata import version

import pytest

from lightning_tickets.cli.main import main
from lightning_tickets.cli.parser import COMMANDS
from tests.commands import SHORT, begin, inside


def printed(capsys, *arguments: str, status: int = 0) -> tuple[str, str]:
    assert main(list(arguments)) == status
    return capsys.readouterr()


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself_with_examples(capsys, command):
    out, err = printed(capsys, command, "--help")
    assert out.startswith(f"usage: lightning-tickets {command}") and not err
    assert f"examples:\n  lightning-tickets {command}" in out


def test_help_lists_the_commands_and_run_the_config_groups(capsys):
    out, _ = printed(capsys, "--help")
    assert all(re.search(rf"\n    {command}\s", out) for command in COMMANDS)
    assert out == printed(capsys)[0], "without a command too"
    out, _ = printed(capsys, "run", "--help")
    for line in (
        "sparsity: percent, published, strict, winning, winning_own",
        "rewind: fraction, none, pretrained, rate",
    ):
        assert f"\n  {line}\n" in out
    assert "\n  mix: mlm_mnli, " in out


def test_the_version(capsys):
    assert printed(capsys, "--version")[0] == f"lightning-tickets {version('lightning-tickets')}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["plan", "-m", "experiment=table2"], "plan: -m is an option of run; leave it out here"),
        (["plan", "--jsn"], "plan: unknown option '--jsn'; did you mean --json?"),
        (["report", "--json"], "report: unknown option '--json'; choose from -h, --help"),
        (["repor", "experiment=table2"], "unknown command 'repor'; did you mean report?"),
        (["fly"], "unknown command 'fly'; choose from run, plan, status, report, claims, wandb, store, "),
        (["-m", "task=cola"], "expected a command first, as in `lightning-tickets run -m task=cola`"),
        (["task=cola"], "expected a command first, as in `lightning-tickets run task=cola`"),
        (["store"], "store: the following arguments are required: action"),
        (["ticket", "shwo", "x"], "ticket: unknown action 'shwo'; did you mean show?"),
        (
            ["run", "-sc", "install=bash"],
            "run: -sc is Hydra's completion, which does not work here: `lightning-tickets",
        ),
        (["run", "--shell-completion"], "run: --shell-completion is Hydra's completion, which does not work here"),
        (["run", "--cfg", "jobs"], "run: unknown --cfg 'jobs'; did you mean job?"),
    ],
    ids=str,
)
def test_an_unknown_word_is_answered_with_usage_and_the_nearest(capsys, arguments, message):
    out, err = printed(capsys, *arguments, status=2)
    assert not out and err.startswith(f"lightning-tickets: {message}") and "usage: lightning-tickets" in err


@pytest.mark.parametrize(
    "arguments", [["plan", "experiment=paper"], ["run", "--help"], ["report", "experiment=table2"]], ids=str
)
def test_a_closed_pipe_ends_silently(arguments, tmp_path):
    """As in `… | head -1`."""
    with begin(tmp_path, *arguments) as command:
        command.stdout.close()  # before anything is written
        assert command.stderr.read() == ""
        assert command.wait() in (0, 141)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_flag_of_a_sweep_stands_anywhere(tmp_path, place):
    line = ["task=cola", "subnetwork=full", "seed=1,2"]
    line.insert(place, "-m")
    runs, table = inside(tmp_path / "root", "run", *line, *SHORT).stdout.split("\n\n")
    assert [text.split("-seed")[0] for text in runs.splitlines()] == ["cola-full"] * 2
    scores = [float(text.split()[-1]) for text in runs.splitlines()]
    mean, deviation = sum(scores) / 2, abs(scores[0] - scores[1]) / 2**0.5
    task, row, metric, value, _, spread, number = table.splitlines()[-1].split()
    assert (task, row, metric, number) == ("cola", "full", "matthews", "2")
    assert float(value) == pytest.approx(mean, abs=1e-4) and float(spread) == pytest.approx(deviation, abs=2e-4)


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("sparsity", "name: percent\npercent: 50\n"),
        ("rewind", "name: fraction\nfraction: 0.1\n"),
        ("mix", "tasks:\n- mlm\n- mnli\nloss: summed\n"),
    ],
)
def test_the_config_shows_the_axes(capsys, part, text):
    line = ["run", "sparsity=50", "rewind=0.1", "mix=mlm_mnli", "--cfg", "job", "--package", part]
    assert printed(capsys, *line)[0] == text


def test_the_config_of_a_sweep_is_that_of_its_first_cell(capsys):
    sweep = ["-m", "task=rte,cola", "sparsity=range(10,30,10)", "seed=4,5"]
    out, _ = printed(capsys, "run", *sweep, "--cfg", "job", "--resolve")
    assert "\n  name: rte\n" in out and "\nseed: 4\n" in out and "\n  percent: 10\n" in out and "hydra:" not in out
    out, _ = printed(capsys, "run", *sweep, "--cfg", "hydra", "--package", "hydra.launcher.n_jobs")
    assert out.strip() == "1"


def test_info_says_how_the_config_is_composed(capsys):
    out, _ = printed(capsys, "run", "task=rte", "sparsity=50", "--info", "defaults")
    assert "sparsity/percent" in out and "task/rte" in out


@pytest.mark.parametrize(
    ("arguments", "times"),
    [
        (["run", "task=cola", "subnetwork=full", "seed=1"], 1),
        (["run", "-m", "task=cola", "subnetwork=full", "seed=1,2"], 1),
        (["plan", "task=cola,rte", "sparsity=20,50"], 1),
        (["status", "experiment=table2"], 2),
    ],
    ids=str,
)
def test_a_command_composes_once_and_a_study_its_cells_too(compositions, tmp_path, arguments, times):
    inside(tmp_path / "root", *arguments, *SHORT)
    assert len(compositions) == times


def test_hydra_keeps_its_records(tmp_path):
    root = tmp_path / "root"
    inside(root, "run", "task=cola", "subnetwork=full", "seed=1", f"hydra.run.dir={tmp_path}/one", *SHORT)
    assert "seed: 1" in (tmp_path / "one" / ".hydra" / "config.yaml").read_text()
    assert "seed=1" in (tmp_path / "one" / ".hydra" / "overrides.yaml").read_text()
    inside(root, "run", "-m", "task=cola", "subnetwork=full", "seed=1,2", f"hydra.sweep.dir={tmp_path}/all", *SHORT)
    assert (tmp_path / "all" / "multirun.yaml").is_file()
