"""Exported folders load as what they say they are, and their cards say what was found."""

import contextlib
import io
import shutil
from pathlib import Path

import pytest
import torch
from huggingface_hub import ModelCard
from safetensors.torch import load_file
from transformers import AutoModel, AutoModelForMaskedLM, AutoTokenizer, dynamic_module_utils

import lightning_tickets as lt
from lightning_tickets.cli.main import main
from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.single import run_of
from lightning_tickets.models.encoder import load_encoder, prunable
from lightning_tickets.models.folders import hub, local
from lightning_tickets.pocket import MODEL_DIR
from lightning_tickets.pruning.mask import apply_
from lightning_tickets.runs.identity import described
from lightning_tickets.sharing.card import model_card
from lightning_tickets.sharing.fewer_heads import save_smaller, without_heads
from tests.checks import one_line, same
from tests.commands import SHORT, inside
from tests.models.conftest import ARCHITECTURES
from tests.sharing.conftest import pruned

IDS = torch.randint(5, 200, (2, 12), generator=torch.Generator().manual_seed(0))


def refused(*arguments: object) -> str:
    """The one line of a command that is refused."""
    err = io.StringIO()
    with contextlib.redirect_stderr(err):
        assert main(["ticket", *map(str, arguments)]) == 2
    assert err.getvalue().count("\n") == 1
    return err.getvalue()


@pytest.fixture(scope="module")
def exported(found, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("exported") / "ticket"
    out.mkdir()
    assert main(["ticket", "export", str(found), str(out), "form=transformers"]) == 0
    return out


@pytest.mark.parametrize("kind", [AutoModel, AutoModelForMaskedLM])
def test_transformers_loads_the_masked_network(exported, found, kind):
    ours, (theirs, report) = (
        kind.from_pretrained(MODEL_DIR).eval(),
        kind.from_pretrained(exported, output_loading_info=True),
    )
    lt.Ticket.load(found).apply(ours)
    assert not report["missing_keys"] and same(ours.state_dict(), theirs.state_dict())
    assert torch.equal(ours(input_ids=IDS)[0], theirs.eval()(input_ids=IDS)[0])
    zero = torch.cat(
        [prunable(theirs.base_model)[n][~m] for n, m in lt.Ticket.load(exported).mask.items() if "pool" not in n]
    )
    assert len(zero) > 20_000 and not zero.any()


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_masked_lm_head_and_a_pooler_that_is_drawn_are_kept(name, tmp_path):
    dense = AutoModelForMaskedLM.from_config(ARCHITECTURES[name]).eval()
    dense.save_pretrained(tmp_path / "dense")
    shutil.copy(MODEL_DIR / "tokenizer.json", tmp_path / "dense")
    ours = load_encoder(tmp_path / "dense")
    mask = pruned(ours, "magnitude", 0.5)
    lt.Ticket(mask).save(tmp_path / "ticket.safetensors")
    arguments = [f"{tmp_path}/{file}" for file in ("ticket.safetensors", "out")]
    network = ["form=transformers", "model=local", f"model.path={tmp_path / 'dense'}"]
    assert main(["ticket", "export", *arguments, *network]) == 0
    theirs, report = AutoModelForMaskedLM.from_pretrained(tmp_path / "out", output_loading_info=True)
    apply_(prunable(dense.base_model), {n: m for n, m in mask.items() if not n.startswith("pooler.")})
    assert not report["missing_keys"] and torch.equal(dense(input_ids=IDS)[0], theirs.eval()(input_ids=IDS)[0])
    apply_(prunable(ours), mask)
    assert same(ours.state_dict(), AutoModel.from_pretrained(tmp_path / "out").state_dict())


def test_it_has_the_tokenizer_and_the_ticket_itself(exported, found):
    sentence = "the dog sees the old cat ."
    one, other = (AutoTokenizer.from_pretrained(folder)(sentence).input_ids for folder in (exported, MODEL_DIR))
    assert one == other
    assert (exported / "ticket.safetensors").read_bytes() == (found / "ticket.safetensors").read_bytes()
    assert (exported / "sparsity.png").read_bytes().startswith(b"\x89PNG")


def test_its_card_says_what_was_found_and_what_it_scores(exported, root, found):
    card = ModelCard.load(exported / "README.md")
    assert (card.data.license, card.data.library_name) == ("apache-2.0", "transformers")
    assert "![The share of zeros of each layer and matrix](sparsity.png)" in card.text
    name = f"{found.parent.name}/{found.name}"
    assert f"# {name}\n" in card.text and "121,242 of 151,552 prunable weights" in card.text
    rows = [line.split(" | ") for line in card.text.splitlines() if line.startswith("| cola |")]
    scores = lt.results(root, task="cola", row="imp").sort_values("seed").score
    assert [row[1] for row in rows] == ["full", "imp"]
    assert rows[1][4] == ", ".join(f"{100 * score:.1f} ({seed})" for seed, score in zip((1, 2), scores, strict=True))
    command = next(line.split() for line in card.text.splitlines() if line.startswith("    lightning-tickets run "))
    searched = inside(root, *command[1:])
    assert name in searched.stdout and "training.steps=6" in command


def test_a_rewound_ticket_starts_where_its_search_goes_back_to(tmp_path):
    cell = ["job=find", "task=cola", "sparsity=20", "rewind=0.5", *SHORT]
    inside(tmp_path / "root", "run", *cell)
    found = next((tmp_path / "root" / "runs").glob("find-*/round-02"))
    done = inside(tmp_path / "root", "ticket", "export", str(found), str(tmp_path / "out"), "form=transformers")
    assert f"model.safetensors  {(tmp_path / 'out' / 'model.safetensors').stat().st_size:,} bytes" in done.stdout
    start = load_file(found.with_name("round-01") / "point.safetensors")
    theirs, mask = prunable(AutoModel.from_pretrained(tmp_path / "out")), lt.Ticket.load(found).mask
    assert all(torch.equal(theirs[name], start[f"encoder.{name}"] * m) for name, m in mask.items())
    shutil.copy(found / "ticket.safetensors", tmp_path)
    line = refused("export", tmp_path / "ticket.safetensors", tmp_path / "again", "form=transformers")
    assert "does not start from θ0 (rewind=0.5): expected " in line and "point.safetensors" in line


def test_two_four_is_packed_and_unpacked_to_the_same_numbers(ticket, tmp_path):
    file, out = ticket("two_four", 0.5), tmp_path / "out"
    assert main(["ticket", "export", str(file), str(out), "form=two_four", "model=pocket", "license=mit"]) == 0
    ours, theirs = load_encoder(MODEL_DIR), lt.load_two_four(out)
    apply_(prunable(ours), lt.Ticket.load(file).mask)
    assert same({name: value.half() for name, value in ours.state_dict().items()}, theirs.state_dict())
    stored = load_file(out / "two_four.safetensors")
    assert stored["pooler.dense.weight_packed"].shape == (64, 32) and stored["pooler.dense.weight_meta"].shape == (
        64,
        4,
    )
    assert ModelCard.load(out / "README.md").data.license == "mit"
    with pytest.raises(OSError, match="model.safetensors"):
        AutoModel.from_pretrained(out)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch multiplies 2:4 matrices on GPUs only")
def test_two_four_runs_on_a_gpu(ticket, tmp_path):
    assert (
        main(["ticket", "export", str(ticket("two_four", 0.5)), str(tmp_path / "out"), "form=two_four", "model=pocket"])
        == 0
    )
    one, other = (lt.load_two_four(tmp_path / "out", device) for device in ("cpu", "cuda"))
    ids = IDS[:, :8]
    expected, got = one.float()(input_ids=ids)[0], other(input_ids=ids.cuda())[0].float().cpu()
    assert torch.allclose(expected, got, atol=0.05)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_network_without_heads_that_are_gone_is_smaller_and_equal(name, tmp_path, monkeypatch):
    monkeypatch.setattr(dynamic_module_utils, "HF_MODULES_CACHE", str(tmp_path / "modules"))
    torch.manual_seed(3)
    dense = AutoModel.from_config(ARCHITECTURES[name]).eval()
    for parameter in dense.parameters():
        parameter.data.add_(torch.randn_like(parameter), alpha=0.1)
    mask = pruned(dense, "heads", 0.2)
    for place in (n for n in mask if ".0." in n and ("attention.out" in n)):
        mask[place][:] = False  # of the first layer all heads are gone
    apply_(prunable(dense), mask)
    (tmp_path / "out").mkdir()
    one = without_heads(dense, mask)
    save_smaller(tmp_path / "out", smaller := one.network)
    assert one.heads["0"] == 1 and sum(p.numel() for p in smaller.parameters()) < sum(
        p.numel() for p in dense.parameters()
    )
    theirs, report = AutoModel.from_pretrained(tmp_path / "out", trust_remote_code=True, output_loading_info=True)
    assert (
        not report["missing_keys"] and not report["unexpected_keys"] and same(smaller.state_dict(), theirs.state_dict())
    )
    assert torch.allclose(dense(input_ids=IDS)[0], theirs.eval()(input_ids=IDS)[0], atol=1e-5)
    with pytest.raises(RuntimeError, match="size mismatch|mismatch"):
        AutoModel.from_pretrained(tmp_path / "out")


def test_a_smaller_network_has_its_latency_in_the_card_and_a_mask_that_fits(ticket, tmp_path, monkeypatch):
    monkeypatch.setattr(dynamic_module_utils, "HF_MODULES_CACHE", str(tmp_path / "modules"))
    file, out = ticket("heads", 0.2), tmp_path / "out"
    assert main(["ticket", "export", str(file), str(out), "form=heads", "model=pocket"]) == 0
    text = (out / "README.md").read_text()
    assert "parameters are left. A forward pass of 8 × 46 tokens takes" in text and "left are layer 0:" in text
    assert "trust_remote_code=True" in text and 'lt.Ticket.load("DIR/narrowed.safetensors")' in text
    assert lt.Ticket.load(out).overlap(lt.Ticket.load(file)) == 1
    model, narrow = AutoModel.from_pretrained(out, trust_remote_code=True), lt.Ticket.load(out / "narrowed.safetensors")
    before = {name: weight.detach().clone() for name, weight in prunable(model).items()}
    narrow.apply(model)
    assert same(before, {name: weight.detach() for name, weight in prunable(model).items()}), "it was on it already"


def test_a_mask_that_does_not_fit_is_refused_and_nothing_is_written(ticket, found, tiny_bert, tmp_path):
    out = tmp_path / "out"
    other = [f"model.path={tiny_bert}", "model=local"]
    for arguments, expected in [
        ((ticket("magnitude", 0.5), out, "form=two_four", "model=pocket"), "keeps more than two of four neighbours"),
        ((ticket("magnitude", 0.5), out, "form=heads", "model=pocket"), "removes none of the 12 attention heads whole"),
        (
            (ticket("magnitude", 0.5), out, "form=transformers"),
            "does not say which network it was found on: give model=",
        ),
        (
            (ticket("magnitude", 0.5), out, "form=transformers", *other),
            "output.dense.weight is (64, 64) in the mask, (16, 16) in the model",
        ),
        (
            (found, out, "form=transformers", *other),
            "the ticket was found on network pocket (0b434bda5eb434d4), got local",
        ),
        ((found, found, "form=transformers"), "expected a new or empty folder"),
        ((found, out, "form=transformers", "colour=red"), "colour=red: expected form, license or model"),
    ]:
        assert expected in refused("export", *arguments), arguments
    assert not out.exists() and not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("{0}", "a search of 2 rounds; expected one of them, such as {0}/round-02"),
        ("{0}/..", "no ticket.safetensors in the folder"),
        ("{1}/cola-full-seed1", "a run without a ticket; expected one whose mask a search has found"),
        ("nowhere.safetensors", "no such file"),
    ],
)
def test_what_holds_no_ticket_is_named_from_python(found, root, place, message):
    run = next((root / "runs").glob("cola-full-seed1-*"))
    given = place.format(found.parent, root / "runs").replace(str(root / "runs" / "cola-full-seed1"), str(run))
    assert one_line(lt.Ticket.load, given).endswith(message.format(found.parent))


def test_a_run_names_the_ticket_that_it_trained_from(found, root):
    run = next((root / "runs").glob("cola-imp-s20-seed1-*"))
    assert lt.Ticket.load(run).provenance == lt.Ticket.load(found).provenance


def test_a_damaged_search_hides_no_other_ticket(found, root, tmp_path):
    shutil.copytree(root / "runs", tmp_path / "runs")
    run = next((tmp_path / "runs").glob("cola-imp-s20-seed1-*"))
    damaged = tmp_path / "runs/find-a/round-01/spec.json"
    damaged.parent.mkdir(parents=True)
    damaged.write_text("{")
    assert lt.Ticket.load(run).provenance == lt.Ticket.load(found).provenance
    shutil.rmtree(tmp_path / "runs" / found.parent.name)
    message = one_line(lt.Ticket.load, run)
    assert "the search that has found its ticket is not in" in message and f"{damaged}: damaged" in message


def test_the_card_names_base_model_and_data_sets_of_the_hub():
    found_by = described(run_of(compose_config(["job=find", "task=mnli", "source=squad+mnli", "scale=paper"])).ticket)
    network = hub("google-bert/bert-base-uncased", "86b5e0934494bd15c9632b12f734a8a67f723594")
    mask = {"encoder.layer.0.x.weight": torch.ones(2, 2, dtype=torch.bool)}
    form = {"files": [], "ticket": "x", "usage": "", "speed": ""}
    card = model_card(mask, {"name": "x"}, found_by, network, [], None, **form)
    assert card.data.datasets == ["nyu-mll/glue", "rajpurkar/squad"]
    assert (card.data.base_model, card.data.license) == ("google-bert/bert-base-uncased", "unknown")
    assert "| a round trains | 2 epochs |" in card.text and "scale=paper task=squad" in card.text


def test_the_card_says_when_only_the_rate_is_rewound():
    cell = ["job=find", "task=cola", "rewind=rate", "rewind.fraction=0.5"]
    found_by = described(run_of(compose_config(cell)).ticket)
    mask = {"encoder.layer.0.x.weight": torch.ones(2, 2, dtype=torch.bool)}
    form = {"files": [], "ticket": "x", "usage": "", "speed": ""}
    card = model_card(mask, {"name": "x"}, found_by, local(str(MODEL_DIR)), [], None, **form)
    assert "| rewinds | the learning rate only, to 0.5 of a training; weights go on |" in card.text


def test_an_export_may_go_into_the_folder_that_one_is_in(found, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["ticket", "export", str(found), ".", "form=transformers"]) == 0
    assert (tmp_path / "README.md").is_file() and not [*tmp_path.glob(".draft*")]


@pytest.mark.parametrize(
    ("found_by", "named"),
    [
        (5, "found_by: Input should be"),
        ({"chain": {}, "percent": 70}, "found_by.chain.problem: Field required"),
        ({"percent": "70"}, "found_by.chain: Field required"),
    ],
)
def test_the_provenance_of_a_stranger_is_checked(ticket, tmp_path, found_by, named):
    path = ticket("magnitude", 0.5)
    lt.Ticket(lt.Ticket.load(path).mask, {"name": "../x/round-02", "found_by": found_by}).save(path)
    assert f"the ticket's provenance cannot be read: {named}" in refused(
        "export", path, tmp_path / "out", "form=transformers"
    )
    assert main(["ticket", "show", str(path)]) == 0


def test_a_name_of_the_store_is_a_ticket(found, root, tmp_path):
    shown = [
        inside(root, "ticket", "show", place).stdout for place in (f"{found.parent.name}/{found.name}", str(found))
    ]
    assert shown[0] == shown[1]
