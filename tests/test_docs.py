"""The documentation's site builds without a warning, its links lead somewhere, and its commands can be typed."""

import os
import re
import runpy
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import lightning_tickets
from lightning_tickets.cli.main import main
from lightning_tickets.cli.parser import COMMANDS, PROGRAM, command_parser
from lightning_tickets.cli.wandb import OPTIONS
from lightning_tickets.composition.compose import compose_config, with_globs
from lightning_tickets.composition.groups import NOT_CHOICES, conf_dir
from lightning_tickets.composition.overrides import parse_overrides
from lightning_tickets.composition.parse_sweep import lines_of

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?://)([^)#]+)(?:#[\w-]+)?\)")
OWN = {*OPTIONS, "against"}  # of a command, not of a config
ASKS = {"--help", "--version"}
WRITTEN = re.compile(
    r"^(?:    +)?((?:[\w./-]+/)?(?:lightning-tickets|torchrun|make|python|pytest) .+)$|`([^`\n]+)`", re.MULTILINE
)
PROGRAMS = re.compile(rf"(?:\.venv/bin/)?{PROGRAM} |torchrun .*-m lightning_tickets ")
SCRIPT = re.compile(r"(?:python (?:-m )?|pytest )((?:tests|benchmarks)[\w./]*)")


LONG_DESCRIPTION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["readme"]["text"]
READ = [LONG_DESCRIPTION, *(page.read_text(encoding="utf-8") for page in PAGES)]
TEXTS = sorted({line or code for text in READ for line, code in WRITTEN.findall(text)})  # lines of their own, and code
MATCHES = [(text, match) for text in TEXTS if "…" not in text and (match := PROGRAMS.match(text))]
TYPED = [list(words) for words in sorted({(*shlex.split(text[m.end() :], comments=True),) for text, m in MATCHES})]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("docs") / "site"
    line = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(place)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    return place


def test_the_reference_has_every_command_option_experiment_and_name(site):
    pages = {path.stem: path.read_text(encoding="utf-8") for path in (site / "reference").glob("*.html")}
    options = {path.stem for path in conf_dir().rglob("*/*.yaml")} - {*NOT_CHOICES}
    experiments = {path.stem for path in (conf_dir() / "experiment").glob("*.yaml")}
    assert [name for name in COMMANDS if f'id="{name}"' not in pages["commands"]] == []
    assert [name for name in options - experiments if f"<code>{name}</code>" not in pages["groups"]] == []
    assert [name for name in experiments if f'id="{name}"' not in pages["experiments"]] == []
    assert [name for name in lightning_tickets.__all__ if f'.{name}"' not in pages["python"]] == []
    assert "ticket.apply(model)" in re.sub("<[^>]*>", "", (site / "tutorial.html").read_text(encoding="utf-8"))


def test_every_page_is_in_the_navigation_and_needs_no_network(site):
    page = (site / "howto" / "own_task.html").read_text(encoding="utf-8")
    labels = re.findall(r'md-ellipsis">\s*(.*?)\s*</span>', page, re.DOTALL)
    assert {"Tutorial", "How-to guides", "Reference", "Explanation", "Results", "Adding a pruner"} <= set(labels)
    start = (site / "index.html").read_text(encoding="utf-8")
    sections = [path for part in ("howto", "reference", "explanation") for path in (site / part).glob("*.html")]
    assert len(sections) > 20
    assert [path.name for path in sections if f'href="{path.relative_to(site)}"' not in start] == []
    loads = re.compile(
        r"<(?:script|img|iframe)[^>]*src=\"?https?:|<link[^>]*(?:stylesheet|preload|icon)[^>]*href=\"?https?:"
    )
    assert [path.name for path in site.rglob("*.html") if loads.search(path.read_text(encoding="utf-8"))] == []
    assert "https://arxiv.org/abs/2007.12223" in (site / "external_links.txt").read_text().splitlines()


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ("b.html", []),
        ("b.html#here", []),
        ("folder/", []),
        ("https://example.org/gone", []),
        ("c.html", ["leads nowhere"]),
        ("b.html#gone", ["names no heading"]),
    ],
)
def test_a_broken_link_is_named(link, told, tmp_path):
    hooks = runpy.run_path(str(ROOT / "docs" / "hooks.py"))
    (tmp_path / "folder").mkdir()
    texts = {"a.html": f'<a href="{link}">', "b.html": '<h2 id="here">', "folder/index.html": ""}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    pages = {tmp_path / name: hooks["Links"](tmp_path / name) for name in texts}
    assert [line.split(f"{link} ")[1] for line in hooks["_broken"](pages)] == told


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_there_are_commands_of_every_kind():
    assert {words[0] for words in TYPED} >= set(COMMANDS)


@pytest.mark.parametrize("words", [words for words in TYPED if not ASKS & {*words}], ids=" ".join)
def test_a_command_is_one_that_can_be_typed(words):
    """Its options by argparse, its overrides by Hydra; those of the suite's own config compose."""
    arguments = command_parser(words[0])[1].parse_intermixed_args(words[1:])
    typed = getattr(arguments, "overrides", [])
    overrides = with_globs(parse_overrides([line for line in typed if line.partition("=")[0] not in OWN]))
    if words[0] != "pretrain" and not getattr(arguments, "config_dir", []):
        assert compose_config([lines_of(override)[0] for override in overrides]).task.name


@pytest.mark.parametrize("words", [words for words in TYPED if ASKS & {*words}], ids=" ".join)
def test_a_command_that_asks_for_help_prints_it(words, capsys):
    assert main(words) == 0 and capsys.readouterr().out


def test_scripts_and_targets_are_there():
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    words = [shlex.split(text, comments=True) for text in TEXTS if text.startswith("make ")]
    asked = [word for line in words for word in line[1:] if "=" not in word]
    assert [target for target in asked if target not in targets] == [] != asked
    scripts = [match[1] for text in TEXTS if (match := SCRIPT.match(text))]
    there = [(ROOT / name).exists() or (ROOT / f"{name.replace('.', '/')}.py").exists() for name in scripts]
    assert [name for name, known in zip(scripts, there, strict=True) if not known] == [] != scripts


def test_the_readme_is_short_and_says_where_the_command_lies():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert ".venv/bin/lightning-tickets" in text and "source .venv/bin/activate" in text
    assert text.count("\n") <= 110 and text.count("<!-- demo:") == 2


def test_the_names_of_the_python_interface_are_there():
    names = {name for text in READ for name in re.findall(r"\blt\.(\w+)", text)}
    assert {"find", "results", "Ticket"} <= names <= {*lightning_tickets.__all__}
