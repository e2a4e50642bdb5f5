"""What the rebuild loop tells the preview: a build began, it ended, it failed."""

from __future__ import annotations

import threading


class News:
    """Shared between the rebuild thread and the server's event loop; every method is safe in both."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._builds = 0
        self._building = False
        self._error = ""

    def building(self) -> None:
        with self._change:
            self._building = True
            self._change.notify_all()

    def built(self, *, changed: bool) -> None:
        """A build ended well; pages reload when something changed or an error went away."""
        with self._change:
            self._building = False
            if changed or self._error:
                self._builds += 1
            self._error = ""
            self._change.notify_all()

    def failed(self, sentence: str) -> None:
        with self._change:
            self._building = False
            if sentence != self._error:
                self._builds += 1
            self._error = sentence
            self._change.notify_all()

    @property
    def is_building(self) -> bool:
        with self._change:
            return self._building

    @property
    def builds(self) -> int:
        """A counter that grows whenever open pages should look again."""
        with self._change:
            return self._builds

    @property
    def error(self) -> str:
        with self._change:
            return self._error
