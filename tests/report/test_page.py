"""The page: complete, closed to the network, and safe from what the data call themselves."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from lightning_tickets.report.write import write_exhibit, write_report
from lightning_tickets.studies.measurement import Exhibit
from tests.report.reading import Reader, chromium, needs_chromium, page


def test_the_page_reaches_nothing_outside(table: Exhibit, curves: Exhibit, nasty: Exhibit) -> None:
    source = page("Report", [table, curves, nasty], {"i-0": "../runs/i-0/", "i-1": "https://example.org/"}, ["Note."])
    reader = Reader(source)
    links = [*reader.all("href"), *reader.all("src")]
    assert "../runs/i-0/" in links
    assert all(link.startswith(("data:", "#")) or not re.match(r"[a-z]+:|//", link) for link in links)
    outside = re.sub(r"base64,[A-Za-z0-9+/=]+", "", source)
    assert not re.search(r"https?://|@import|url\(|<script", outside)
    assert {tag for tag, _ in reader.seen} & {"script", "iframe", "object", "embed"} == set()


def test_names_from_data_are_text(nasty: Exhibit) -> None:
    reader = Reader(page("<b>", [nasty], {'r"&<1>': 'runs/"><b>'}, ["<i>note</i>"]))
    assert "<script>alert(1)</script>" in reader.text
    assert "<i>note</i>" in reader.text
    assert 'runs/"><b>' in reader.all("href")
    assert not {tag for tag, _ in reader.seen} & {"b", "i", "script"}


def test_every_number_and_every_run_is_on_the_page(table: Exhibit, sweep: Exhibit, curves: Exhibit) -> None:
    text = Reader(page("Report", [table, sweep, curves], {}, [])).text
    for exhibit in (table, sweep, curves):
        assert exhibit.title in text and exhibit.caption in text
        for measurement in exhibit.measurements:
            assert all(run in text for run in measurement.runs)
            assert all(command in text for command in measurement.missing)
            assert all(f"{100 * score:.2f}" in text for score in measurement.scores)
            if measurement.summary:
                assert f"{100 * measurement.summary.mean:.1f}" in text
                assert f"{100 * measurement.summary.median:.2f}" in text


def test_the_page_begins_with_what_it_is(table: Exhibit, sweep: Exhibit) -> None:
    text = Reader(page("My report", [table], {}, ["Made from generated data."])).text
    opening = text.split("Who wins.")[0]
    assert "“The Lottery Ticket Hypothesis for Pre-trained BERT Networks”" in opening
    assert "from the scores of 11 runs. 3 runs are missing" in opening
    assert "Made from generated data." in opening
    assert "runs are missing" not in Reader(page("My report", [sweep], {}, [])).text


def test_exhibits_link_to_the_files_next_to_the_page(table: Exhibit, curves: Exhibit, tmp_path: Path) -> None:
    index = write_report(tmp_path, "Report", [table, curves])
    hrefs = Reader(index.read_text(encoding="utf-8")).all("href")
    links = {href for href in hrefs if not href.startswith(("data:", "#"))}
    assert links == {path.name for path in tmp_path.iterdir()} - {"index.html", "report.json"}
    assert links == {"table2.csv", "table2.md", "table2.tex", "figure11.csv", "figure11.png", "figure11.svg"}


def test_the_same_input_leaves_the_same_files(table: Exhibit, curves: Exhibit, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert write_report(tmp_path / name, "Report", [table, curves], {"i-0": "x"}, ["n"]).name == "index.html"
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two


@pytest.mark.parametrize("change", [{"name": "../up"}, {"name": ""}, {"drawn": "pie"}])
def test_what_cannot_be_written_is_refused(table: Exhibit, change: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="exhibit"):
        write_exhibit(Exhibit(**{**vars(table), **change}), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_two_exhibits_of_one_name_are_refused(table: Exhibit, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="table2"):
        write_report(tmp_path, "Report", [table, table])


def test_an_empty_report_is_a_page(tmp_path: Path) -> None:
    assert "the scores of 0 runs" in Reader(write_report(tmp_path, "Nothing", []).read_text(encoding="utf-8")).text


@needs_chromium
def test_a_browser_shows_the_page(table: Exhibit, curves: Exhibit, nasty: Exhibit, tmp_path: Path) -> None:
    index = write_report(tmp_path / "report", "Report", [table, curves, nasty]).as_uri()
    reader = Reader(chromium(tmp_path / "profile", "--dump-dom", index))
    assert "m_IMP ⊙ θ₀ (IMP)82.5 ± 2.1†§90.5 ± 0.7‡" in "".join(reader.words)
    assert "<script>alert(1)</script>" in reader.text
    shot = tmp_path / "shot.png"
    chromium(tmp_path / "profile", f"--screenshot={shot}", "--window-size=800,1000", index)
    pixels = np.asarray(imread(shot))
    assert pixels.shape[:2] == (1000, 800)
    shades = np.unique((pixels[..., :3] * 255).astype(int).reshape(-1, 3), axis=0)
    assert len(shades) > 50
    assert 0.01 < float((pixels[..., :3].min(axis=2) < 0.6).mean()) < 0.5
