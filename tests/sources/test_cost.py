"""Reading a hostile line costs no more than its length."""

import time

import pytest

from builder.sources import limits
from builder.sources.fields import RefusedError
from builder.sources.requestlog import body_of
from builder.sources.strict_json import StrictJsonError


@pytest.mark.parametrize("begin", [b' {"a', b' {"a":1}', b' {"a":[', b' {"":{"":[{"":'])
def test_a_log_line_full_of_objects_is_not_read_again_and_again(begin):
    """Each of them may be the one that reaches to the end; most are given up at once."""
    line = b"x" + begin * (limits.LOG_LINE_BYTES // len(begin) - 10)
    began = time.process_time()
    with pytest.raises((RefusedError, StrictJsonError)):
        body_of(line)

    assert time.process_time() - began < 5


def test_a_log_line_full_of_beginnings_is_searched_once():
    """Each escaped quote before a brace looks like the beginning of a posted body; none of them ends."""
    line = b"POST / " + b'"{' + b'\\"{' * (limits.LOG_LINE_BYTES // 3 - 10)
    began = time.process_time()
    with pytest.raises(RefusedError):
        body_of(line)

    assert time.process_time() - began < 5
