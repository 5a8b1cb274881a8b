"""The pocket scale: a miniature English, eleven tasks in it, and a tiny BERT pre-trained on it."""

from pathlib import Path
from typing import Final

MODEL_DIR: Final = Path(__file__).parent / "model"
