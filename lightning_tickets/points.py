"""Scores and differences as text, in points (0 to 100)."""

MISSING = "—"  # where there is no number yet


def points(fraction: float, decimals: int = 1) -> str:
    """A fraction in points, without the sign of a negative zero."""
    text = f"{100 * fraction:.{decimals}f}"
    return text if float(text) else text.lstrip("-")


def signed(fraction: float, decimals: int = 1) -> str:
    """A difference in points with a plus or a true minus; zero has neither."""
    text = points(fraction, decimals)
    return f"+{text}" if float(text) > 0 else text.replace("-", "−")
