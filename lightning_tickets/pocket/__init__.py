"""The pocket scales: a miniature English, eleven tasks in it, and two tiny BERTs pre-trained on it."""

from pathlib import Path
from typing import Final

MODEL_DIR: Final = Path(__file__).parent / "model"
WIDE_MODEL_DIR: Final = Path(__file__).parent / "wide_model"
