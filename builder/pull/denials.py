"""Where files are said not to exist, for a listing that knows them: in answers that are laid, and in what waits.

A deletion is final and an id is never used again: a file that is listed was not deleted when an earlier answer did not
know it. A "forbidden" is another matter: which of two such rows holds is for their times of update to say.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from builder.pull.answers import GONE, STATUS, drop, texts_in
from builder.pull.round import Rounds, popped
from builder.pull.shelf import answers_in

DENYING = re.compile(rb'"%s"\s*:\s*\[\s*[^]\s]' % GONE.encode())  # a list that is not empty


class Denials:
    """The answers of all accounts that deny files."""

    def __init__(self, everybody: Path) -> None:
        self._rounds = Rounds(everybody)
        self._laid: defaultdict[str, set[Path]] = defaultdict(set)
        for pattern in STATUS:
            for path, answer in answers_in(everybody, pattern, DENYING):
                for name in texts_in(answer["Response"].get(GONE)):
                    self._laid[name].add(path)

    def take_back(self, known: Iterable[str]) -> None:
        """Take away what denies files that a listing of this moment knows."""
        names = list(known)
        self._rounds.take_back(names)
        for path, found in popped(self._laid, names).items():
            drop(path, dict.fromkeys(found, 0))
