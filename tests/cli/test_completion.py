"""Completion as it is installed, in a real shell."""

import json
import os
import pty
import select
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lightning_tickets.cli.completion import completions
from lightning_tickets.cli.main import main
from lightning_tickets.cli.parser import COMMANDS
from tests.commands import TASKS

START = {"bash": ".bashrc", "zsh": ".zshrc"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", [*COMMANDS, "--help", "--version"]),
        ("re", ["report"]),
        ("run task=", [f"task={task}" for task in TASKS]),
        ("run -m task=cola,r", ["task=cola,rte"]),
        ("plan source=mlm+mn", ["source=mlm+mnli"]),
        ("plan study.tasks=[cola,rt", ["study.tasks=[cola,rte"]),
        ("plan experiment=table1", ["experiment=table1"]),
        ("status subnetwork=random_mask_n", ["subnetwork=random_mask_network_ratios"]),
        ("run hydra/launcher=", ["hydra/launcher=slurm", "hydra/launcher=workers"]),
        ("run sub", ["subnetwork="]),
        ("run training.st", ["training.steps=", "training.steps_of="]),
        ("run --c", ["--config-dir", "--cfg"]),
        ("store ", ["verify", "gc", "list"]),
        ("store list --j", ["--json"]),
        ("ticket show ", []),
        ("fly ", []),
    ],
)
def test_what_may_follow(line, expected):
    assert completions(f"lightning-tickets {line}") == expected


def test_a_folder_of_ones_own_is_completed_too(tmp_path):
    (tmp_path / "task").mkdir()
    (tmp_path / "task" / "reviews.yaml").touch()
    assert completions(f"lightning-tickets run --config-dir {tmp_path} task=re") == ["task=reviews"]


@pytest.mark.parametrize("command", COMMANDS)
def test_it_needs_neither_torch_nor_hydra(command):
    code = f"import sys; from lightning_tickets.cli.main import main; main(['completion', 'words', 'x {command} -'])"
    code += "; print({'torch', 'hydra', 'omegaconf', 'transformers'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[0] == "-h" and done.stdout.splitlines()[-1] == "set()"


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """A user's home, and the program on the path."""
    program = tmp_path / "bin" / "lightning-tickets"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m lightning_tickets "$@"\n')
    program.chmod(0o755)
    for variable, value in {"HOME": tmp_path, "ZDOTDIR": "", "XDG_DATA_HOME": "", "PS1": "> "}.items():
        monkeypatch.setenv(variable, str(value))
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    return tmp_path


@pytest.mark.parametrize("shell", START)
def test_one_command_installs_it_once(home, shell, monkeypatch, capsys):
    start = home / START[shell]
    start.write_text("alias l=ls")
    assert main(["completion", "install", shell]) == 0
    monkeypatch.setenv("SHELL", f"/bin/{shell}")
    assert main(["completion", "install"]) == 0
    assert capsys.readouterr().out == f"{start}: completes lightning-tickets in each new {shell}\n" * 2
    script = home / ".local" / "share" / "lightning-tickets" / f"completion.{shell}"
    assert start.read_text() == f"alias l=ls\nsource '{script}'\n" and script.is_file()


@pytest.mark.parametrize(
    ("shell", "message"), [("fish", "fish: expected bash or zsh"), ("", "no shell: expected bash or zsh")]
)
def test_another_shell_is_refused(home, shell, message, monkeypatch, capsys):
    monkeypatch.setenv("SHELL", f"/usr/bin/{shell}" if shell else "")
    assert main(["completion", "install"]) == 2
    assert capsys.readouterr().err == f"lightning-tickets: completion install: {message}\n"
    assert [path.name for path in home.iterdir()] == ["bin"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("ru", ["run"]),
        ("run task=s", ["squad", "sst2", "stsb"]),
        ("run --config-dir=x subnetwork=sn", ["snip"]),
        ("run -m task=cola,m", ["cola,mlm", "cola,mnli", "cola,mrpc"]),
        ("run sub", ["subnetwork="]),
    ],
)
def test_bash_is_given_what_replaces_the_last_word(home, typed, expected):
    """Bash splits words at =, so what stands before it is not repeated."""
    main(["completion", "install", "bash"])
    line = f"lightning-tickets {typed}"
    script = f"""source ~/.bashrc; complete -p lightning-tickets >&2; COMP_LINE={line!r} COMP_POINT={len(line)}
    _lightning_tickets lightning-tickets; printf '%s\\n' "${{COMPREPLY[@]}}" """
    done = subprocess.run(["bash", "--norc", "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines() == expected
    assert done.stderr == "complete -o default -F _lightning_tickets lightning-tickets\n"


@pytest.mark.parametrize(
    "shell",
    [pytest.param(one, marks=pytest.mark.skipif(shutil.which(one) is None, reason="not installed")) for one in START],
)
def test_the_tab_key(home, shell):
    """Typed on a terminal: the command, the group and its option are completed, and the line runs."""
    main(["completion", "install", shell])
    with (home / START[shell]).open("a") as start:
        start.write("PS1='ready> '\n")
    driver, terminal = pty.openpty()
    streams = {"stdin": terminal, "stdout": terminal, "stderr": terminal}
    with subprocess.Popen([shell, "-i"], start_new_session=True, cwd=home, **streams) as process:
        os.close(terminal)
        wait_for(driver, "ready> ")
        for typed, shown in (("lightning-tickets pl\t", "plan "), ("subn\t", "subnetwork="), ("fu\t", "full ")):
            os.write(driver, typed.encode())
            wait_for(driver, shown)
        os.write(driver, b"seed=5 --json > plan.json; exit\n")
        assert process.wait(60) == 0
    os.close(driver)
    assert json.loads((home / "plan.json").read_text())["jobs"][0]["name"].startswith("cola-full-seed5-")


def wait_for(driver: int, text: str) -> None:
    """Until the terminal shows the text."""
    seen = ""
    while text not in seen:
        assert select.select([driver], [], [], 30)[0], seen
        seen += os.read(driver, 4096).decode(errors="replace")
