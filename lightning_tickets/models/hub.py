"""A pre-trained network on the Hugging Face hub at one commit, fetched when its files are first asked for. No torch."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lightning_tickets.errors import UserError, reason
from lightning_tickets.fingerprints import is_commit, text_digest
from lightning_tickets.models.files import (
    CONFIG,
    PICKLED,
    SAFETENSORS,
    TOKENIZER,
    model_files,
    model_type,
    positions,
    sizes,
)
from lightning_tickets.models.operations import Sizes

FIRST = [CONFIG, *TOKENIZER, *SAFETENSORS, "model-*.safetensors"]
INSTEAD = [*PICKLED, "pytorch_model-*.bin"]


@dataclass(frozen=True)
class Hub:
    """A repository and a commit; the commit stands for the files, so a fingerprint needs none of them."""

    repo: str
    revision: str
    size: int | None = None  # in weights, as long as its files are not there
    shape: Sizes | None = None  # as long as its config is not there

    @property
    def name(self) -> str:
        return "hub"

    @cached_property
    def path(self) -> Path:
        """The folder in the hub's cache, complete; UserError where it cannot be fetched."""
        try:
            folder = self._snapshot(FIRST)
            if not any((folder / file).is_file() for file in SAFETENSORS):
                folder = self._snapshot(INSTEAD)
        except Exception as error:
            problem, instead = f"cannot be fetched at {self.revision[:8]}", "model=local model.path=DIR reads a folder"
            raise UserError(f"model.path={self.repo}: {problem} ({reason(error)}); {instead}") from error
        model_files(folder, f"{self.repo}@{self.revision[:8]}")
        return folder

    def fingerprint(self) -> str:
        return text_digest(f"{self.repo}@{self.revision}")

    def tokenizer_fingerprint(self) -> str:
        return self.fingerprint()

    def max_length(self) -> int | None:
        """How many tokens the encoder takes; None while its config is not in the cache."""
        config = self._cached(CONFIG)
        return None if config is None else positions(config, self.repo)

    def model_type(self) -> str | None:
        """The name of its architecture; None while its config is not in the cache."""
        config = self._cached(CONFIG)
        return None if config is None else model_type(config, self.repo)

    def parameters(self) -> int | None:
        """Roughly how many weights it has; what was given, None if nothing, while they are not in the cache."""
        weights = self._cached(SAFETENSORS[0]) or self._cached(PICKLED[0])
        return self.size if weights is None else weights.stat().st_size // 4

    def sizes(self) -> Sizes | None:
        """The sizes that operations are counted from; what was given while its config is not in the cache."""
        config = self._cached(CONFIG)
        return self.shape if config is None else sizes(config, self.repo)

    def _cached(self, file: str) -> Path | None:
        from huggingface_hub import try_to_load_from_cache

        path = try_to_load_from_cache(self.repo, file, revision=self.revision)
        return Path(path) if isinstance(path, str) else None

    def fetch(self) -> None:
        """Fetch what is not in the cache yet."""
        self.path  # noqa: B018

    def _snapshot(self, files: list[str]) -> Path:
        """The hub's own cache decides what is missing, and with HF_HUB_OFFLINE only what it has is used."""
        from huggingface_hub import snapshot_download
        from huggingface_hub.utils import logging

        logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # how often it tries again
        return Path(snapshot_download(self.repo, revision=self.revision, allow_patterns=files))


def checked_name(path: str) -> str:
    """UserError unless it can be the name of a repository."""
    from huggingface_hub.utils import HFValidationError, validate_repo_id  # type: ignore[attr-defined]

    try:
        validate_repo_id(path or "")
    except HFValidationError as error:
        expected = "expected a repository on the hub, as google-bert/bert-base-uncased"
        raise UserError(f"model.path={path}: {expected}") from error
    return path


def checked_revision(revision: str) -> str:
    """UserError unless it is a whole commit: a branch or a tag would move."""
    if not isinstance(revision, str) or not is_commit(revision):
        raise UserError(f"model.revision={revision}: expected a commit of 40 hex digits")
    return revision
