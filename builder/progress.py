"""Progress: how far long work has come, as the work tells it to whoever shows it."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int], None]  # what is counted, as it is shown ("records read"), and how many so far


def unseen(_what: str, _count: int) -> None:
    """Show nothing."""
