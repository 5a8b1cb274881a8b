"""The shipped network, its tokenizer, and the command that makes it again."""

import hashlib
import json
from pathlib import Path

import pytest
import torch
from transformers import AutoModel, AutoTokenizer, BertForMaskedLM, BertForPreTraining

from lightning_tickets.pocket import MODEL_DIR, WIDE_MODEL_DIR
from lightning_tickets.pocket.lexicon import SPECIAL, VOCABULARY
from lightning_tickets.pocket.model import POSITIONS, SIZES, fresh
from lightning_tickets.pocket.pretrain import Pretraining, Schedule, pretrain
from lightning_tickets.pocket.probes import Probes, passed
from lightning_tickets.pocket.tasks import TASKS, rows

SHIPPED = (MODEL_DIR, WIDE_MODEL_DIR)


@pytest.fixture(scope="module")
def tokenizer():  # type: ignore[no-untyped-def]
    return AutoTokenizer.from_pretrained(MODEL_DIR)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Pretraining, list[str]]:
    lines: list[str] = []
    folder = tmp_path_factory.mktemp("made") / "model"
    return folder, pretrain(folder, steps=20, report=lines.append), lines


def sha256(folder: Path) -> str:
    return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()


def test_every_word_has_its_own_token(tokenizer) -> None:  # type: ignore[no-untyped-def]
    for word in VOCABULARY:
        assert tokenizer.convert_ids_to_tokens(tokenizer(word, add_special_tokens=False)["input_ids"]) == [word]
    assert tokenizer.convert_tokens_to_ids(SPECIAL) == [0, 1, 2, 3, 4]
    assert tokenizer.mask_token == "[MASK]" and tokenizer.pad_token_id == 0


@pytest.mark.parametrize("task", TASKS)
def test_no_word_is_unknown_and_no_row_too_long(task: str, tokenizer) -> None:  # type: ignore[no-untyped-def]
    for row in rows(task, "dev"):
        first, second = row.get("question") or row["first"], row.get("context") or row.get("second")
        ids = tokenizer(first, second)["input_ids"]
        assert tokenizer.unk_token_id not in ids
        assert len(ids) <= POSITIONS


def test_two_segments_are_joined_as_in_bert(tokenizer) -> None:  # type: ignore[no-untyped-def]
    row = tokenizer("who helps mary ?", "anna helps mary .", return_offsets_mapping=True)
    assert (
        tokenizer.convert_ids_to_tokens(row["input_ids"])
        == "[CLS] who helps mary ? [SEP] anna helps mary . [SEP]".split()
    )
    assert row["token_type_ids"] == [0] * 6 + [1] * 5
    assert row["attention_mask"] == [1] * 11
    assert row["offset_mapping"][6] == (0, 4)


@pytest.mark.parametrize("shipped", SHIPPED)
def test_the_shipped_weights_are_those_of_their_provenance(shipped: Path) -> None:
    provenance = json.loads((shipped / "provenance.json").read_text())
    assert provenance["sha256"] == sha256(shipped)
    assert provenance["passed"]
    assert sorted(p.name for p in shipped.iterdir()) == [
        "config.json", "model.safetensors", "provenance.json", "tokenizer.json", "tokenizer_config.json",
    ]  # fmt: skip


@pytest.mark.parametrize("shipped", SHIPPED)
def test_the_shipped_network_loads_under_each_head(shipped: Path) -> None:
    plain = AutoModel.from_pretrained(shipped).state_dict()
    words = BertForMaskedLM.from_pretrained(shipped)
    whole = BertForPreTraining.from_pretrained(shipped)
    for name, weight in plain.items():
        assert torch.equal(weight, whole.bert.state_dict()[name])
        if "pooler" not in name:
            assert torch.equal(weight, words.bert.state_dict()[name])
    decoder = words.cls.predictions.decoder
    assert torch.equal(decoder.weight, words.bert.embeddings.word_embeddings.weight)
    assert torch.equal(decoder.bias, whole.cls.predictions.bias) and decoder.bias.abs().sum() > 0


@pytest.mark.parametrize("shipped", SHIPPED)
def test_the_shipped_network_passes_its_probes(shipped: Path) -> None:
    assert passed(Probes(300).score(BertForPreTraining.from_pretrained(shipped)))


def test_the_two_networks_read_the_same_words() -> None:
    assert (MODEL_DIR / "tokenizer.json").read_bytes() == (WIDE_MODEL_DIR / "tokenizer.json").read_bytes()


def test_a_network_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unknown network 'wider'; did you mean wide"):
        pretrain(tmp_path / "model", network="wider")


def test_pretraining_can_be_repeated_to_the_byte(made, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    folder, outcome, _ = made
    assert pretrain(tmp_path / "again", steps=20, report=lambda line: None) == outcome
    for file in folder.iterdir():
        assert file.read_bytes() == (tmp_path / "again" / file.name).read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["again"]


def test_another_seed_makes_another_network(made, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    pretrain(tmp_path / "other", seed=1234, steps=2, report=lambda line: None)
    assert sha256(tmp_path / "other") != sha256(made[0])


def test_pretraining_says_when_its_probes_do_not_pass(made) -> None:  # type: ignore[no-untyped-def]
    _, outcome, lines = made
    assert not outcome.passed and outcome.steps == 20
    assert set(outcome.probes) == {"words", "pairs", "copying"}
    assert "DID NOT PASS" in lines[-1]


def test_an_existing_folder_is_refused_and_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "kept").write_text("mine")
    with pytest.raises(ValueError, match="exists"):
        pretrain(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["kept"]


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    def interrupt(line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pretrain(tmp_path / "model", steps=1, report=interrupt)
    assert not list(tmp_path.iterdir())


def test_the_rate_warms_up_holds_and_decays_to_zero() -> None:
    schedule = Schedule(1000)
    shares = [schedule.share(step) for step in range(schedule.end)]
    assert shares[0] < 0.05 and max(shares) == 1
    assert all(share == 1 for share in shares[100:700]) and 0 < shares[-1] < 0.01
    schedule.decay_from = 400
    assert schedule.end == 700 and schedule.share(399) == 1 and schedule.share(550) == pytest.approx(0.5)


def test_keys_start_equal_to_queries_and_the_random_state_is_left_alone() -> None:
    before = torch.get_rng_state()
    state = fresh(3, SIZES["small"]).state_dict()
    assert torch.equal(before, torch.get_rng_state())
    for layer in range(3):
        name = f"bert.encoder.layer.{layer}.attention.self"
        assert torch.equal(state[f"{name}.key.weight"], state[f"{name}.query.weight"])
