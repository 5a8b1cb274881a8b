"""SQuAD's JSON as records, one per question, in the columns of the hub."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lightning_tickets.errors import UserError


def questions(path: Path) -> Iterator[tuple[str, dict[str | int, Any]]]:
    """``id``, ``question``, ``context`` and ``answers`` (``text`` and ``answer_start``, a list each)."""
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 at byte {error.start}") from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}: not JSON ({error})") from error
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    for a, article in enumerate(_listed(path, content, "data", "the file")):
        for p, paragraph in enumerate(_listed(path, article, "paragraphs", f"data[{a}]")):
            place = f"data[{a}].paragraphs[{p}]"
            for number, asked in enumerate(_listed(path, paragraph, "qas", place)):
                where = f"{place}.qas[{number}]"
                answers = _listed(path, asked, "answers", where)
                if not all(isinstance(answer, dict) for answer in answers):
                    raise UserError(f"{path}, {where}: an answer is not an object; this is not SQuAD's JSON")
                gold = {key: [answer.get(key) for answer in answers] for key in ("text", "answer_start")}
                record: dict[str | int, Any] = {
                    "id": asked.get("id"),
                    "question": asked.get("question"),
                    "context": paragraph.get("context"),
                    "answers": gold,
                }
                yield f"{path}, {where}", record


def _listed(path: Path, value: Any, name: str, where: str) -> list[Any]:
    items = value.get(name) if isinstance(value, dict) else None
    if not isinstance(items, list):
        raise UserError(f"{path}: {where} has no list {name!r}; this is not SQuAD's JSON")
    return items
