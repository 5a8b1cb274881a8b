"""Where a pre-trained network lies, and its fingerprint. No torch here: planning asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lightning_tickets.checks import Check, folder, integer, null
from lightning_tickets.models import files
from lightning_tickets.models.hub import Hub, checked_name, checked_revision
from lightning_tickets.models.operations import Sizes
from lightning_tickets.pocket import MODEL_DIR, WIDE_MODEL_DIR

SIZES = Check(
    "a list of 4 integers >= 1",
    lambda value: isinstance(value, (tuple, list)) and len(value) == 4 and all(type(n) is int and n > 0 for n in value),
)


@dataclass(frozen=True)
class Folder:
    """A folder in the layout of transformers' ``save_pretrained``, with the name that specs of runs call it."""

    name: str
    path: Path

    def fingerprint(self) -> str:
        """Sixteen hex digits over every file that is read; UserError where config, weights or tokenizer are absent."""
        return files.digest(self.path, files.model_files(self.path, str(self.path)))

    def tokenizer_fingerprint(self) -> str:
        """Sixteen hex digits over the tokenizer's files; UserError where there is none."""
        return files.digest(self.path, files.tokenizer_files(self.path, str(self.path)))

    def max_length(self) -> int:
        """How many tokens the encoder takes."""
        return files.positions(self.path / files.CONFIG, str(self.path))

    def model_type(self) -> str:
        """The name of its architecture in transformers."""
        return files.model_type(self.path / files.CONFIG, str(self.path))

    def parameters(self) -> int:
        """Roughly how many weights it has, by the size of its files."""
        return files.parameters(self.path, str(self.path))

    def sizes(self) -> Sizes | None:
        """The sizes that operations are counted from; None if its config has not all of them."""
        return files.sizes(self.path / files.CONFIG, str(self.path))

    def fetch(self) -> None:
        """UserError where config, weights or tokenizer are absent."""
        files.model_files(self.path, str(self.path))


Pretrained = Folder | Hub


def pocket() -> Folder:
    """The tiny BERT that comes with the package."""
    return Folder("pocket", MODEL_DIR)


def pocket_wide() -> Folder:
    """The wider one of two layers that comes with the package."""
    return Folder("pocket_wide", WIDE_MODEL_DIR)


def local(path: str) -> Folder:
    """Any encoder on disk."""
    return Folder("local", Path(folder("model.path", path)).expanduser())


def hub(path: str, revision: str, parameters: int | None = None, sizes: Sequence[int] | None = None) -> Hub:
    """Any encoder on the Hugging Face hub, pinned to a commit; nothing is fetched yet.

    ``parameters`` and ``sizes`` (layers, width, feed-forward width, vocabulary) are for plans, as long as its files are
    not there.
    """
    size = (integer(1) | null)("model.parameters", parameters)
    known = (SIZES | null)("model.sizes", sizes)
    return Hub(checked_name(path), checked_revision(revision), size, known and Sizes(*known))
