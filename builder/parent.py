"""A worker ends with the process that started it, however that one ended.

A process that is killed cannot tell its workers: they would wait for their next job for ever, and hold its stderr.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess


def end_with_parent() -> None:
    """In a worker: watch the process that started it from now on."""
    import multiprocessing  # here: a small build starts no workers

    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
