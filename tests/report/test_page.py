"""The page: complete, closed to the network, safe from what the data call themselves, with the runs of each cell."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from lightning_tickets.report.document import About
from lightning_tickets.report.write import write_exhibit, write_report
from lightning_tickets.studies.measurement import Exhibit, Matrix, PruningRounds, TextTable
from tests.report.reading import Reader, asked, chromium, findings, needs_chromium, page, page_source, read

CLAIMS = TextTable(
    "claims",
    "The paper's claims",
    "What these runs say.",
    head=("", "Claim", "Verdict", "Found", "To settle it", "tested on"),
    lines=(
        ("1", "Tickets exist", "holds", "mean +1.4 points", "", "table2"),
        ("2", "Tickets transfer", "does not hold", "worst −9.0 points", "", "nowhere"),
        ("3", "Mixes add little", "cannot be told", "mean +1.0 points", "9 seeds", "figure11"),
    ),
)
LINK = "document.querySelector('a.behind[href*=\"imp/stsb\"]')"


@pytest.fixture(scope="module")
def everything(
    table: Exhibit, curves: Exhibit, matrix: Matrix, search: PruningRounds, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A page with one of each."""
    narrow = TextTable("one", "One column", "Narrow.", head=("n",), lines=(("1",), ("2",)))
    asks = replace(table, question="Are there tickets?"), replace(curves, question="How sparse are they?")
    exhibits = [*asks, replace(table, name="map", drawn="heatmap"), matrix, search, narrow, CLAIMS]
    about = About(True, (("scale", "pocket"), ("pruner", "random")), ("training.steps=10",), ("Drawn by version 1.",))
    folder = tmp_path_factory.mktemp("report")
    return write_report(folder, "Report", exhibits, {"i-0": "../../runs/i-0"}, about=about)


def test_the_page_opens_with_claims_a_picture_and_the_questions(everything: Path) -> None:
    reader = read(everything)
    text = reader.text
    asked_for = ("All experiments", "scalepocket", "prunerrandom", "training.steps=10", "Drawn by version 1.")
    shown = ("holds Tickets exist", "Figure 11 Where it falls.", "Contents", "Are there tickets? Table 2", "TaskMNLI")
    places = [text.index(words) for words in (*asked_for, *shown)]
    assert places == sorted(places)
    assert (
        text.index("Figure 11 Where it falls.") < text.index("Contents") < text.index("How sparse are they? Figure 11")
    )
    assert "worst −9.0 points" in text and "To settle it: 9 seeds" in text
    assert [href for href in reader.all("href") if href in ("#table2", "#nowhere")] == ["#table2", "#table2"]


def test_a_note_may_be_empty(table: Exhibit) -> None:
    assert "<li></li>" in page_source(replace(table, notes=("",)))


def test_winning_cells_are_tinted_and_their_marks_explained(table: Exhibit) -> None:
    source = page_source(table)
    assert '<td class="win"><strong>82.5' in source and '<td class="win strict"><strong>90.5' in source
    assert '<li class="win strict">‡ the mean' in source and '<li class="win">† the mean' in source


def test_a_study_of_ones_own_is_not_the_papers(table: Exhibit) -> None:
    assert "Tables and figures of a study of its own" in page(table).text and "Chen" not in page(table).text


def test_the_page_reaches_nothing_outside(table: Exhibit, curves: Exhibit, nasty: Exhibit) -> None:
    links = {"i-0": "../runs/i-0/", "i-1": "https://example.org/"}
    source = page_source(table, curves, nasty, links=links, notes=["Note."])
    reader = Reader(source)
    addresses = [*reader.all("href"), *reader.all("src")]
    assert "../runs/i-0/" in addresses
    assert all(one.startswith(("data:", "#")) or not re.match(r"[a-z]+:|//", one) for one in addresses)
    assert not re.search(r"https?://|@import|url\(", re.sub(r"base64,[A-Za-z0-9+/=]+", "", source))
    assert reader.tags & {"iframe", "object", "embed"} == set() and source.count("<script") == 1


def test_names_from_data_are_text(nasty: Exhibit) -> None:
    reader = page(nasty, title="<b>", links={'r"&<1>': 'runs/"><b>'}, notes=["<i>note</i>"])
    assert "<script>alert(1)</script>" in reader.text
    assert "<i>note</i>" in reader.text
    assert 'runs/"><b>' in reader.all("href")
    assert not reader.tags & {"b", "i"} and [tag for tag, _ in reader.seen].count("script") == 1


def test_every_number_and_every_run_is_on_the_page(table: Exhibit, sweep: Exhibit, curves: Exhibit) -> None:
    text = page(table, sweep, curves).text
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
    opening = page(table, title="My report", notes=["Made from generated data."], of_paper=True).text.split(
        "Who wins."
    )[0]
    assert "“The Lottery Ticket Hypothesis for Pre-trained BERT Networks”" in opening
    assert "from the scores of 11 runs. 3 runs are missing" in opening
    assert "Made from generated data." in opening
    assert "runs are missing" not in page(sweep).text


def test_exhibits_link_to_the_files_next_to_the_page(
    table: Exhibit, curves: Exhibit, sheet: TextTable, matrix: Matrix, tmp_path: Path
) -> None:
    links = read(write_report(tmp_path, "Report", [table, curves, sheet, matrix])).files
    assert links == {path.name for path in tmp_path.iterdir()} - {"index.html", "report.json"} | {"../index.html"}
    of_table = {f"{name}.{suffix}" for name in ("table1", "table2") for suffix in ("csv", "md", "tex")}
    of_figure = {f"{name}.{suffix}" for name in ("figure4", "figure11") for suffix in ("csv", "png", "svg")}
    assert links == of_table | of_figure | {"figure4.md", "../index.html"}


def test_the_same_input_leaves_the_same_files(table: Exhibit, curves: Exhibit, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert write_report(tmp_path / name, "Report", [table, curves], {"i-0": "x"}, ["n"]).name == "index.html"
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two


@pytest.mark.parametrize("change", [{"name": "../up"}, {"name": ""}, {"drawn": "pie"}])
def test_what_cannot_be_written_is_refused(table: Exhibit, change: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="exhibit"):
        write_exhibit(replace(table, **change), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_report_is_a_page(tmp_path: Path) -> None:
    assert "the scores of 0 runs" in read(write_report(tmp_path, "Nothing", [])).text


def test_a_cell_with_runs_leads_to_the_line_of_its_runs(table: Exhibit, sweep: Exhibit, nasty: Exhibit) -> None:
    reader = page(table, sweep, nasty)
    ids = reader.all("id")
    links = [attrs["href"] for tag, attrs in reader.seen if attrs.get("class") == "behind"]
    measurements = [f for exhibit in (table, sweep, nasty) for f in exhibit.measurements]
    assert len(ids) == len(set(ids)) == 4 + len(measurements)  # with that of what the pointer shows
    assert len(links) == sum(bool(f.runs) for f in measurements) and len(set(links)) == len(links)
    assert all(link and link[1:] in ids for link in links)
    assert "#table2/imp/mnli/matched_accuracy/0.7" in links and "#table4/imp/rte/accuracy/0.9" in links
    assert "nasty/my_row%231%20%5Bx%5D/a%7Cb_c%20%24x%24/my_metric/0.5" in ids
    assert not set("".join(page(nasty).all("id"))) & set("<>\"'& #")


def test_a_run_leads_to_what_was_asked_and_what_came_of_it(table: Exhibit) -> None:
    links = {"i-0": "../../runs/i-0", "i-1": "https://example.org", "f-0": "../../runs/f-0/"}
    hrefs = page(table, links=links).all("href")
    of_run = [f"../../runs/i-0{file}" for file in ("", "/spec.json", "/result.json")]
    assert [href for href in hrefs if "i-0" in href] == of_run
    assert "../../runs/f-0/spec.json" in hrefs and not any("example" in href for href in hrefs)


@needs_chromium
def test_a_browser_shows_the_page(table: Exhibit, curves: Exhibit, nasty: Exhibit, tmp_path: Path) -> None:
    index = write_report(tmp_path / "report", "Report", [table, curves, nasty]).as_uri()
    reader = Reader(chromium(tmp_path / "profile", "--dump-dom", index))
    assert "m_IMP ⊙ θ₀ (IMP)82.5 ± 2.1†§90.5 ± 0.7‡" in "".join(reader.words)
    assert "<script>alert(1)</script>" in reader.text
    shot = tmp_path / "shot.png"
    chromium(tmp_path / "profile", f"--screenshot={shot}", "--window-size=800,1000", index)
    pixels = np.asarray(imread(shot))[..., :3]
    assert pixels.shape[:2] == (1000, 800)
    assert len(np.unique((pixels * 255).astype(int).reshape(-1, 3), axis=0)) > 50
    assert 0.01 < float((pixels.min(axis=2) < 0.6).mean()) < 0.5


@needs_chromium
def test_a_click_opens_the_list_at_the_line(table: Exhibit, curves: Exhibit, tmp_path: Path) -> None:
    acts = f"""
    const before = [...document.querySelectorAll('details')].filter((one) => one.open).length;
    {LINK}.click();
    const line = () => document.querySelector('tr:target');
    [before, line().closest('details').open, line().id, line().getBoundingClientRect().height > 0]
    """
    index = write_report(tmp_path / "report", "Report", [table, curves])
    assert asked(index, tmp_path / "profile", acts) == [0, True, "table2/imp/stsb/pearson/0.5", True]


@needs_chromium
def test_the_link_covers_its_cell(table: Exhibit, tmp_path: Path) -> None:
    acts = f"""
    const box = {LINK}.parentElement.getBoundingClientRect();
    [4, box.height - 4].map((y) => document.elementFromPoint(box.x + 4, box.y + y).className)
    """
    index = write_report(tmp_path / "report", "Report", [table])
    assert asked(index, tmp_path / "profile", acts, "--window-size=1200,900") == ["behind", "behind"]


@needs_chromium
@pytest.mark.parametrize(
    "flags", [[], ["--force-dark-mode"], ["--window-size=420,900"]], ids=["light", "dark", "phone"]
)
def test_axe_has_no_serious_finding(everything: Path, tmp_path: Path, flags: list[str]) -> None:
    assert findings(everything, tmp_path / "profile", *flags) == []


@needs_chromium
def test_axe_finds_what_is_wrong(everything: Path, tmp_path: Path) -> None:
    source = everything.read_text(encoding="utf-8")
    everything.write_text(
        source.replace("</h1>", "</h1><p style='color: #bbb; background: #fff'>pale</p>"), encoding="utf-8"
    )
    (finding,) = findings(everything, tmp_path / "profile")
    assert finding.startswith("color-contrast") and "pale" in finding


@needs_chromium
@pytest.mark.parametrize(
    ("spot", "lines"),
    [
        (
            "#table2 td a[href$='imp/stsb/pearson/0.5']",
            ["m_IMP ⊙ θ₀ (IMP) on STS-B at 50 %", "Pearson 90.50 ± 0.71, n = 2"],
        ),
        (
            "#map td a[href$='imp/stsb/pearson/0.5']",
            ["m_IMP ⊙ θ₀ (IMP) on STS-B at 50 %", "Pearson 90.50 ± 0.71, n = 2"],
        ),
        (
            "#figure11 svg a[href$='imp/rte/accuracy/0.7']",
            ["m_IMP ⊙ θ₀ (IMP) on RTE at 70 %", "accuracy 64.00 ± 1.41, n = 2"],
        ),
    ],
)
def test_a_number_answers_to_the_pointer_and_to_the_focus(
    everything: Path, tmp_path: Path, spot: str, lines: list[str]
) -> None:
    """With its score, n, difference from the baseline and runs."""
    acts = f"""
    const link = document.querySelector("{spot}"), tip = document.getElementById('tip');
    const said = () => tip.hidden ? [] : [...tip.children].map((one) => one.textContent);
    const told = [said()];
    link.parentElement.dispatchEvent(new PointerEvent('pointerover', {{ bubbles: true }}));
    link.dispatchEvent(new PointerEvent('pointerover', {{ bubbles: true }}));
    told.push(said());
    document.body.dispatchEvent(new PointerEvent('pointerover', {{ bubbles: true }}));
    told.push(said());
    link.focus();
    told.push(said());
    told
    """
    before, over, away, focused = asked(everything, tmp_path / "profile", acts)
    assert before == away == [] and over == focused
    assert over[:2] == lines and over[2].startswith("minus the full network: ") and len(over) == 5


@needs_chromium
def test_a_phone_scrolls_what_is_wide_and_nothing_else(everything: Path, tmp_path: Path) -> None:
    acts = """
    document.querySelectorAll('details').forEach((one) => { one.open = true; });
    const wide = [...document.querySelectorAll('.scroll')].filter((one) => one.scrollWidth > one.clientWidth);
    const picture = document.querySelector('figure .scroll:has(img)');
    const one = document.querySelector('#one table').getBoundingClientRect().width;
    [document.documentElement.scrollWidth <= 500, wide.length > 2, wide.includes(picture), one < 300]
    """
    assert asked(everything, tmp_path / "profile", acts, "--window-size=500,900") == [True] * 4


@needs_chromium
def test_it_prints_as_a_pdf(everything: Path, tmp_path: Path) -> None:
    """On a few landscape pages, without the lists that are folded."""
    file = tmp_path / "page.pdf"
    chromium(tmp_path / "profile", f"--print-to-pdf={file}", "--no-pdf-header-footer", everything.as_uri())
    pages = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", file.read_bytes())
    assert 1 <= len(pages) <= 8 and all(float(wide) > float(high) for wide, high in pages)
