"""Reading a hostile line costs no more than its length."""

import time

import pytest

from builder.sources import limits
from builder.sources.fields import RefusedError
from builder.sources.requestlog import body_of


def test_a_log_line_full_of_beginnings_is_searched_once():
    """Each escaped quote before a brace looks like the beginning of a posted body; none of them ends."""
    line = b"POST / " + b'"{' + b'\\"{' * (limits.LOG_LINE_BYTES // 3 - 10)
    began = time.process_time()
    with pytest.raises(RefusedError):
        body_of(line)

    assert time.process_time() - began < 5
