"""The network that a ticket is put on: the one that overrides name, or the one that it was found on."""

from collections.abc import Mapping, Sequence
from typing import Any

from lightning_tickets.composition.compose import compose_config
from lightning_tickets.composition.data_and_model import model_folder
from lightning_tickets.composition.groups import conf_dir
from lightning_tickets.errors import UserError
from lightning_tickets.models.folders import Pretrained
from lightning_tickets.tickets.provenance import found_by

GIVE = "give model=OPTION, model=local model.path=DIR, or model=hub model.path=OWNER/NAME model.revision=COMMIT"


def ticket_network(provenance: Mapping[str, Any], overrides: Sequence[str]) -> Pretrained:
    """UserError for another network than the ticket's, and where neither the ticket nor an override names one."""
    round_spec = found_by(provenance)
    found_on = round_spec["chain"]["problem"]["model"] if round_spec else None
    config = compose_config(overrides)
    if any(line.partition("=")[0].partition(".")[0] in ("model", "scale") for line in overrides):
        return _checked(model_folder(config), found_on)
    if found_on is None:
        raise UserError(f"the ticket does not say which network it was found on: {GIVE}")
    for option in sorted(path.stem for path in (conf_dir() / "model").glob("*.yaml")):
        try:
            folder = model_folder(compose_config([*overrides, f"model={option}"]))
        except UserError:  # it needs a path
            continue
        if folder.fingerprint() == found_on["fingerprint"]:
            return folder
    raise UserError(f"the ticket was found on network {_name(found_on)}, which is none of the suite's: {GIVE}")


def _checked(folder: Pretrained, found_on: Mapping[str, str] | None) -> Pretrained:
    """A folder on disk and a commit of the hub have fingerprints of different kinds, which do not compare."""
    if found_on is not None and (folder.name == "hub") == (found_on["name"] == "hub"):
        ours = {"name": folder.name, "fingerprint": folder.fingerprint()}
        if ours["fingerprint"] != found_on["fingerprint"]:
            raise UserError(f"model: the ticket was found on network {_name(found_on)}, got {_name(ours)}")
    return folder


def _name(network: Mapping[str, str]) -> str:
    return f"{network['name']} ({network['fingerprint']})"
