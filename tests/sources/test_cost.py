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


def test_a_long_line_full_of_lists_of_deleted_files_is_walked_once(folder):
    """Each of its arrays has the name of that of a deletion's ids; the event they would belong to never comes."""
    line = '{"FileDeleteEvent":{' + ",".join(['"FileIdSet":[]'] * 40_000) + "}}"
    began = time.process_time()
    for text in (line, f'{{"EventSet":[{line}]}}', f'["EventType":"FileDeleted",{line}', line.replace(",", ",\n")):
        folder.items(text)

    assert time.process_time() - began < 5
