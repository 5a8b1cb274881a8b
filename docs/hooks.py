"""mkdocs: the navigation from index.md, the generated parts of pages, and a check of every link of the built site."""

import json
import logging
import os
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import takewhile
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from lightning_tickets import PLACES
from lightning_tickets.cli.parser import COMMANDS, command_parser
from lightning_tickets.composition.groups import NOT_CHOICES, conf_dir

DOCS = Path(__file__).parent
SECTION = re.compile(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
PAGE = re.compile(r"\]\(([\w/]+\.md)\)")
MARKER = re.compile(r"<!-- generated: (\w+) -->")
log = logging.getLogger("mkdocs.hooks")


def on_config(config: Any) -> Any:
    """Each section of index.md with the pages that it links, then those of the same folders that it does not."""
    linked = {title: PAGE.findall(text) for title, text in SECTION.findall((DOCS / "index.md").read_text("utf-8"))}
    nav: list[dict[str, Any]] = [{"Start": "index.md"}]
    for title, pages in linked.items():
        folders = {parts[0] for parts in (Path(page).parts for page in pages) if len(parts) > 1}
        there = sorted(str(path.relative_to(DOCS)) for folder in folders for path in (DOCS / folder).glob("*.md"))
        further = [page for page in there if not any(page in others for others in linked.values())]
        nav.append({title: [*pages, *further]})
    config.nav = nav
    return config


def on_page_markdown(markdown: str, **_: Any) -> str:
    return MARKER.sub(lambda marker: GENERATED[marker[1]](), markdown)


def commands() -> str:
    """What ``--help`` prints of each command."""
    os.environ["COLUMNS"] = "110"
    return "\n\n".join(f"### {name}\n\n{_fenced('text', command_parser(name)[1].format_help())}" for name in COMMANDS)


def groups() -> str:
    """Each group of conf/ as a table of its options, and their YAMLs folded below it."""
    folders = sorted({path.parent for path in conf_dir().rglob("*.yaml")} - {conf_dir(), conf_dir() / "experiment"})
    return "\n\n".join(map(_group, folders))


def experiments() -> str:
    return "\n\n".join(map(_experiment, _options(conf_dir() / "experiment")))


def tutorial() -> str:
    """The notebook's cells; its first line is the page's title already."""
    cells = json.loads((DOCS / "tutorial.ipynb").read_text("utf-8"))["cells"]
    sources = [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    texts = [_fenced("python", source) if kind == "code" else source for kind, source in sources]
    return "\n\n".join(texts).split("\n", 1)[1]


def python() -> str:
    """What ``import lightning_tickets as lt`` offers, from the docstrings."""
    return "\n\n".join(f"::: lightning_tickets.{module}.{name}" for name, module in PLACES.items())


PARTS = (commands, groups, experiments, tutorial, python)
GENERATED: dict[str, Callable[[], str]] = {part.__name__: part for part in PARTS}


def _options(folder: Path) -> list[Path]:
    """The YAMLs of a group: figure2 before figure10."""
    options = [path for path in folder.glob("*.yaml") if path.stem not in NOT_CHOICES]
    return sorted(options, key=lambda path: re.sub(r"\d+", lambda number: number[0].zfill(3), path.stem))


def _header(path: Path) -> list[str]:
    """The lines of the comment that a YAML begins with."""
    lines = takewhile(lambda line: line.startswith("#"), path.read_text("utf-8").splitlines())
    return [line.removeprefix("#").strip() for line in lines if "@package" not in line]


def _group(folder: Path) -> str:
    options = _options(folder)
    said = [" ".join(_header(path)).replace("|", r"\|") for path in options]
    rows = [f"| `{path.stem}` | {text} |" for path, text in zip(options, said, strict=True)]
    sources = [f'??? note "{path.stem}"\n\n{_indented(_fenced("yaml", path.read_text("utf-8")))}' for path in options]
    title = f"### {folder.relative_to(conf_dir())}"
    return "\n\n".join([title, "\n".join(["| option | |", "| --- | --- |", *rows]), *sources])


def _experiment(path: Path) -> str:
    """What it shows as a paragraph; its command, its cost and what to expect as a list."""
    lines = [re.sub(r"(lightning-tickets .+|make \w+)", r"`\1`", line) for line in _header(path)]
    lines = [re.sub(r"^(?=(Command|Cost|Expect): )", "- ", line) for line in lines]
    return f"### {path.stem}\n\n" + "\n".join(lines).replace("\n- ", "\n\n- ", 1)


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```"


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


class Links(HTMLParser):
    """What a page links to, and what can be linked to in it."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.links.append(value)
            elif name in ("id", "name") and value:
                self.anchors.add(value)


def on_post_build(config: Any) -> None:
    """A warning for each link within the site that leads nowhere; those out of it are listed in a file."""
    site = Path(config.site_dir)
    pages = {path: Links(path) for path in site.rglob("*.html") if path.name != "404.html"}
    for line in _broken(pages):
        log.warning(line)
    away = {link for page in pages.values() for link in page.links if urlsplit(link).scheme in ("http", "https")}
    (site / "external_links.txt").write_text("".join(f"{link}\n" for link in sorted(away)), "utf-8")


def _broken(pages: dict[Path, Links]) -> Iterator[str]:
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            if parts.scheme or link.startswith("//"):
                continue
            if not target.is_file():
                yield f"{path}: {link} leads nowhere"
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
                yield f"{path}: {link} names no heading"
