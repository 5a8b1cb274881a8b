"""The one kind of error that is the user's to mend: shown as a single line, exit status 2, nothing written."""

from __future__ import annotations


class UserError(Exception):
    """What was asked for cannot be had; the message names the key or file and what is allowed."""
