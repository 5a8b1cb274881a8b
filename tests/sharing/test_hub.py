"""A ticket goes to a hub on loopback and comes back."""

import huggingface_hub.constants
import pytest
from huggingface_hub import ModelCard

import lightning_tickets as lt
from lightning_tickets.cli.main import main
from tests.commands import process
from tests.sharing.hub import Hub, served


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """The only hub that this process and those that it starts know."""
    with served() as hub:
        names = {
            "HF_ENDPOINT": hub.address,
            "HF_HOME": tmp_path / "hf",
            "HF_HUB_OFFLINE": 0,
            "HF_TOKEN": "hf_of_a_test",
        }
        for name, value in names.items():
            monkeypatch.setenv(name, str(value))
        constants = huggingface_hub.constants
        monkeypatch.setattr(constants, "ENDPOINT", hub.address)
        monkeypatch.setattr(
            constants, "HUGGINGFACE_CO_URL_TEMPLATE", f"{hub.address}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        )
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hf" / "hub"))
        yield hub


def test_what_is_pushed_is_what_was_exported_and_can_be_loaded(hub: Hub, found, tmp_path):
    out = tmp_path / "out"
    assert main(["ticket", "export", str(found), str(out), "form=transformers"]) == 0
    assert process(tmp_path / "root", "ticket", "push", str(out), "me/ticket").last == f"{hub.address}/me/ticket"
    assert hub.private == {"me/ticket": True} and hub.tokens == {"Bearer hf_of_a_test"}
    assert hub.repos["me/ticket"] == {path.name: path.read_bytes() for path in out.iterdir()}
    assert ModelCard(hub.repos["me/ticket"]["README.md"].decode()).data.license == "apache-2.0"
    assert lt.Ticket.load("me/ticket").provenance == lt.Ticket.load(found).provenance
    assert main(["ticket", "import", "me/ticket", str(tmp_path / "again.safetensors")]) == 0
    assert (tmp_path / "again.safetensors").read_bytes() == (found / "ticket.safetensors").read_bytes()


@pytest.mark.parametrize(
    ("repo", "token", "message"),
    [
        ("ticket", "hf_x", "ticket push: ticket: expected the name of a repository, OWNER/NAME"),
        ("me/a--b", "hf_x", "ticket push: me/a--b: expected the name of a repository, OWNER/NAME"),
        ("me/ticket", "", "ticket push: no token of the hub: run `hf auth login`, or set HF_TOKEN"),
        ("strangers/ticket", "hf_x", "ticket push: strangers/ticket: cannot be written ("),
    ],
)
def test_what_cannot_be_pushed_is_one_line(hub: Hub, tmp_path, monkeypatch, capsys, repo, token, message):
    for name in ("README.md", "ticket.safetensors"):
        (tmp_path / name).write_text("x")
    monkeypatch.setenv("HF_TOKEN", token)
    monkeypatch.setattr(huggingface_hub.constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
    assert main(["ticket", "push", str(tmp_path), repo]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"lightning-tickets: {message}") and err.count("\n") == 1 and hub.repos == {}


def test_a_public_repository_is_asked_for(hub: Hub, tmp_path, capsys):
    for name in ("README.md", "ticket.safetensors"):
        (tmp_path / name).write_text("x")
    assert main(["ticket", "push", str(tmp_path), "me/open", "private=false"]) == 0
    assert hub.private == {"me/open": False} and capsys.readouterr().out == f"{hub.address}/me/open\n"


def test_a_repository_that_is_not_there_is_one_line(hub: Hub, capsys):
    assert main(["ticket", "show", "nobody/nothing"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("lightning-tickets: nobody/nothing: no such file, and no ticket on the hub (404 ")
    assert err.count("\n") == 1
