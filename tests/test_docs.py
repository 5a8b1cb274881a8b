"""Links in the documentation lead somewhere, and its commands are ones that the command line takes."""

import re
import shlex
from pathlib import Path

import pytest

from lightning_tickets.cli.main import main
from lightning_tickets.cli.parser import COMMANDS, PROGRAM, command_parser
from lightning_tickets.composition.compose import compose_config, with_globs
from lightning_tickets.composition.overrides import parse_overrides
from lightning_tickets.composition.parse_sweep import lines_of

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?://)([^)#]+)(?:#[\w-]+)?\)")
ASKS = {"--help", "--version", "--print-completion"}
TYPED = re.compile(rf"^ *({PROGRAM} .+)$|`({PROGRAM} [^`]+)`", re.MULTILINE)


def commands(page: Path) -> list[list[str]]:
    """The words after the program's name, without comments."""
    typed = (line or inline for line, inline in TYPED.findall(page.read_text(encoding="utf-8")))
    return [shlex.split(text, comments=True)[1:] for text in typed]


PAIRS = [(page, words) for page in PAGES for words in commands(page)]


def test_there_are_commands_of_every_kind():
    assert {words[0] for _, words in PAIRS} >= set(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("words", [words for _, words in PAIRS if not ASKS & {*words}], ids=" ".join)
def test_a_command_is_one_that_can_be_typed(words):
    """Its options by argparse, its overrides by Hydra; those of the suite's own config compose."""
    arguments = command_parser(words[0])[1].parse_intermixed_args(words[1:])
    typed = [line for line in getattr(arguments, "overrides", []) if not line.startswith("against=")]  # report's own
    overrides = with_globs(parse_overrides(typed))
    if words[0] != "pretrain" and not getattr(arguments, "config_dir", []):
        assert compose_config([lines_of(override)[0] for override in overrides]).task.name


@pytest.mark.parametrize("words", [words for _, words in PAIRS if ASKS & {*words}], ids=" ".join)
def test_a_command_that_asks_for_help_prints_it(words, capsys):
    assert main(words) == 0 and capsys.readouterr().out
