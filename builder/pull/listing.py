"""Rows that a listing told of once stay laid where the next answer to the same question lacks them.

A row may be all that tells of a recording, and a listing that lacks it says neither why nor for how long: the file was
deleted, or the service answered with a row less. What became of the file is for `--status` to find out. The rows of a
question are those of a day, so that this has an end.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from builder.model import Value
from builder.pull.calls import object_in, rows_in


class Listing(Value, frozen=True):
    """Where an answer has its rows, and under which keys a row has the name of its file; none: it is its own name."""

    whole: str
    rows: str
    names: Sequence[str] = ()

    def with_former(self, answer: dict[str, Any], former: dict[str, Any]) -> dict[str, Any]:
        """Return an answer with those rows of the former one behind it whose files it does not tell of."""
        told = {self._name(row) for row in self._rows(answer)}
        kept = [row for row in self._rows(former) if self._name(row) not in {"", *told}]
        if not kept:
            return answer
        whole = answer[self.whole]
        return {**answer, self.whole: {**whole, self.rows: [*whole[self.rows], *kept]}}

    def _rows(self, answer: dict[str, Any]) -> list[dict[str, Any]]:
        return rows_in(object_in(answer.get(self.whole)).get(self.rows))

    def _name(self, row: dict[str, Any]) -> str:
        if not self.names:
            return json.dumps(row, sort_keys=True)
        values = (row.get(name) for name in self.names)
        return next((str(value) for value in values if value and isinstance(value, str | int)), "")


MEDIA = Listing("Response", "MediaInfoSet", ("FileId",))
FILES = Listing("output", "file_list", ("file_id", "record_file_id", "vid"))
LOG = Listing("Response", "DataInfoList")
