"""``ticket push``: an exported folder as a repository of the Hugging Face hub."""

from pathlib import Path

from lightning_tickets.errors import UserError, reason
from lightning_tickets.tickets.result import TICKET

CARD = "README.md"


def push(folder: Path, repo: str, private: bool) -> str:
    """The address of the repository, which is made if it does not exist; UserError in one line for whatever fails.

    ``HF_ENDPOINT`` names another hub, ``HF_TOKEN`` or ``hf auth login`` gives the token.
    """
    from huggingface_hub import HfApi, get_token
    from huggingface_hub.utils import HFValidationError, validate_repo_id  # type: ignore[attr-defined]

    for name in (CARD, TICKET):
        if not (folder / name).is_file():
            raise UserError(f"ticket push: {folder}: no {name}; expected a folder that `ticket export` has written")
    try:
        validate_repo_id(repo if repo.count("/") == 1 else "")
    except HFValidationError as error:
        raise UserError(f"ticket push: {repo}: expected the name of a repository, OWNER/NAME") from error
    if get_token() is None:
        raise UserError("ticket push: no token of the hub: run `hf auth login`, or set HF_TOKEN")
    try:
        api = HfApi()
        url = api.create_repo(repo, private=private, exist_ok=True)
        api.upload_folder(repo_id=repo, folder_path=folder, commit_message="A lottery ticket")
    except Exception as error:
        raise UserError(f"ticket push: {repo}: cannot be written ({reason(error)})") from error
    return str(url)
