"""What the rebuild loop tells the preview: a build began, it ended, it failed."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Collection

BUILDS_KEPT = 100  # what older ones changed is not known any more
PATHS_KEPT = 2_000  # of one build; one that changed more may have changed everything


class News:
    """Shared between the rebuild thread and the server's event loop; every method is safe in both."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._builds = 0
        self._building = False
        self._error = ""
        self._changes: deque[frozenset[str] | None] = deque(maxlen=BUILDS_KEPT)  # of the last builds counted

    def building(self) -> None:
        with self._lock:
            self._building = True

    def built(self, changed: Collection[str] | None) -> None:
        """A build ended well and changed these files of the output; None: more than could be named."""
        with self._lock:
            self._building = False
            if changed is None or changed or self._error:
                self._count(changed)
            self._error = ""

    def failed(self, sentence: str) -> None:
        with self._lock:
            self._building = False
            if sentence != self._error:
                self._count(())
            self._error = sentence

    def _count(self, changed: Collection[str] | None) -> None:
        self._builds += 1
        self._changes.append(None if changed is None or len(changed) > PATHS_KEPT else frozenset(changed))

    def changed_since(self, builds: int) -> frozenset[str] | None:
        """Return the files that changed since the counter stood there; None when nobody knows."""
        with self._lock:
            missed = self._builds - builds
            if not 0 <= missed <= len(self._changes):
                return None
            found: set[str] = set()
            for changed in list(self._changes)[len(self._changes) - missed :]:
                if changed is None:
                    return None
                found |= changed
            return frozenset(found)

    @property
    def is_building(self) -> bool:
        with self._lock:
            return self._building

    @property
    def builds(self) -> int:
        """A counter that grows whenever open pages should look again."""
        with self._lock:
            return self._builds

    @property
    def error(self) -> str:
        with self._lock:
            return self._error
