"""completion: of commands, options, config groups and their options in bash and zsh. No torch and no Hydra here."""

import argparse
import os
import re
from pathlib import Path

from lightning_tickets.cli.parser import COMMANDS, PROGRAM, command_parser
from lightning_tickets.composition.groups import conf_dir, group_options
from lightning_tickets.errors import UserError

EXAMPLES = ("completion install", "completion install zsh", "completion words 'lightning-tickets run task='")
SHELLS = ("bash", "zsh")
SAME_OPTIONS = {"source": "task", "study.tasks": "task"}  # keys that take the options of a group
KEYS = ("seed=", "job=", "source=", "paths.root=", "study.tasks=", "study.seeds=", "hydra.launcher.n_jobs=")
BASH = """_lightning_tickets() {
    local line="${COMP_LINE:0:COMP_POINT}" IFS=$'\\n'
    local word="${line##*[[:space:]]}"
    COMPREPLY=($("$1" completion words "$line" 2>/dev/null))
    [[ $COMP_WORDBREAKS == *=* ]] && COMPREPLY=("${COMPREPLY[@]#"${word%"${word##*=}"}"}")
    [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
    return 0
}
complete -o default -F _lightning_tickets lightning-tickets
"""
ZSH = """(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
_lightning_tickets() {
    local -a found=("${(@f)$(${~words[1]} completion words "${words[1,CURRENT-1]} $PREFIX" 2>/dev/null)}")
    compadd -S '' -- ${(M)found:#*=}
    compadd -- ${found:#*=}
    (( $#found )) && [[ -n $found[1] ]] || _files
}
compdef _lightning_tickets lightning-tickets
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("install", "words"))
    parser.add_argument("what", nargs="?", metavar="SHELL|LINE", help="bash or zsh (default: $SHELL), or a line")


def run(arguments: argparse.Namespace) -> int:
    if arguments.action == "words":
        print("\n".join(completions(arguments.what or "")))
        return 0
    shell = arguments.what or Path(os.environ.get("SHELL", "")).name
    if shell not in SHELLS:
        raise UserError(f"completion install: {shell or 'no shell'}: expected {' or '.join(SHELLS)}")
    print(f"{_install(shell)}: completes {PROGRAM} in each new {shell}")
    return 0


def _install(shell: str) -> Path:
    """The script among the user's data, and a line in the shell's start file that reads it."""
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    script = data / PROGRAM / f"completion.{shell}"
    start = Path.home() / ".bashrc" if shell == "bash" else Path(os.environ.get("ZDOTDIR") or Path.home()) / ".zshrc"
    line = f"source '{script}'"
    try:
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(BASH if shell == "bash" else ZSH, encoding="utf-8")
        known = start.read_text(encoding="utf-8", errors="surrogateescape") if start.exists() else ""
        if line not in known.splitlines():
            with start.open("a", encoding="utf-8") as file:
                file.write(f"{'' if known.endswith(chr(10)) or not known else chr(10)}{line}\n")
    except OSError as error:
        raise UserError(f"completion install: {error.filename}: cannot be written ({error.strerror})") from error
    return start


def completions(line: str) -> list[str]:
    """What the last word of a line, that may be incomplete, can become."""
    *before, word = re.split(r"\s+", line)
    if len(before) < 2:
        found = [*COMMANDS, "--help", "--version"]
    elif before[1] not in COMMANDS:
        found = []
    elif word.startswith("-"):
        found = [*command_parser(before[1])[1]._option_string_actions]
    elif "=" in word:
        found = _values(word, _folders(before))
    else:
        found = _arguments(before, word)
    return [one for one in found if one.startswith(word)]


def _values(word: str, folders: list[Path]) -> list[str]:
    """The options of the word's group; of ``task=cola,r`` those after the comma."""
    key = word.partition("=")[0]
    begun = re.match(r".*[=,+\[]", word)
    assert begun is not None, "it has a ="
    return [f"{begun[0]}{option}" for option in group_options(folders).get(SAME_OPTIONS.get(key, key), ())]


def _arguments(before: list[str], word: str) -> list[str]:
    """The choices of the command's first argument, or groups and keys; a group's own keys once its dot is there."""
    actions = [action for action in command_parser(before[1])[1]._actions if not action.option_strings]
    if actions[0].choices:
        return [str(choice) for choice in actions[0].choices] if len(before) == 2 else []
    if actions[0].dest != "overrides" or before[1] == "pretrain":
        return []
    group, dot, _ = word.rpartition(".")
    return _keys(group) if dot else [*(f"{group}=" for group in group_options(_folders(before))), *KEYS]


def _keys(group: str) -> list[str]:
    """The keys at the top of the group's YAMLs."""
    texts = (path.read_text(encoding="utf-8") for path in sorted((conf_dir() / group).glob("*.yaml")))
    return sorted({f"{group}.{key}=" for text in texts for key in re.findall(r"^(\w+):", text, re.MULTILINE)} | {*KEYS})


def _folders(words: list[str]) -> list[Path]:
    """The config folders that the line names."""
    pairs = zip(words, words[1:], strict=False)
    return [Path(value).expanduser() for option, value in pairs if option in ("--config-dir", "-cd")]
