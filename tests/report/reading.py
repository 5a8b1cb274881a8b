"""Reading pages in tests: as a parser does, and as a browser shows them."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

VOID = {"meta", "link", "img", "br", "hr", "input"}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium to render the page with")


class Reader(HTMLParser):
    """Checks that elements nest, and keeps the text and the attributes."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def all(self, attribute: str) -> list[str]:
        return [value for _, attrs in self.seen if (value := attrs.get(attribute))]


def chromium(profile: Path, *arguments: str) -> str:
    quiet = ["no-first-run", "disable-background-networking", "disable-component-update", "disable-sync"]
    flags = [f"--{flag}" for flag in ("headless", "no-sandbox", "disable-gpu", "hide-scrollbars", *quiet)]
    command: Sequence[str] = [str(CHROMIUM), *flags, f"--user-data-dir={profile}", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def asked(page: Path, profile: Path, acts: str, *flags: str) -> Any:
    """What the page answers to a script: ``acts`` happen first, then its last expression is told as JSON."""
    *first, last = acts.strip().split("\n")
    told = f"document.body.dataset.told = JSON.stringify({last})"
    script = f"<script>{chr(10).join(first)}\nsetTimeout(() => {{ {told} }}, 200)</script></body>"
    copy = page.with_name("asked.html")
    copy.write_text(page.read_text(encoding="utf-8").replace("</body>", script), encoding="utf-8")
    found = re.search(
        r'data-told="([^"]*)"', chromium(profile, "--virtual-time-budget=3000", *flags, "--dump-dom", copy.as_uri())
    )
    assert found
    return json.loads(html.unescape(found[1]))
