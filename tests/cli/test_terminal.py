"""What people see: no byte of a record steers their terminal."""

import json
from pathlib import Path

import pytest

from builder.cli import run
from builder.cli.terminal import printable, say_all
from builder.errors import StorageError

HOSTILE = Path(__file__).parents[1] / "hostile"


def strings() -> list[str]:
    rows = (HOSTILE / "xss_strings.txt").read_text(encoding="utf-8").splitlines()
    return [json.loads(row.split("\t", 1)[1]) for row in rows if not row.startswith("#")]


def test_hostile_text_is_one_harmless_line():
    for text in strings():
        shown = printable(text)
        assert shown.isprintable() or all(letter.isprintable() or letter in " \t\u200b\u3000\xa0" or ord(letter) > 0xA0
                                          for letter in shown)  # fmt: skip
        assert len(shown.splitlines()) <= 1
        assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [("plain 直播", "plain 直播"), ("a\x1b[31mb", "a\\u001b[31mb"), ("a\nb", "a\\u000ab"), ("a\u202eb", "a\\u202eb"),
     ("a\x85b", "a\\u0085b"), ("tab\tstays", "tab\tstays"), ("\ud800", "\\ud800")],
)  # fmt: skip
def test_controls_become_escapes(text, shown):
    assert printable(text) == shown


def test_a_folder_with_an_escape_in_its_name_is_named_harmlessly(tmp_path, capsys):
    """An error names the place as it is typed, without sending its bytes to the terminal."""
    code = run(["build", "--source", str(tmp_path / "no\x1b[2Jsuch")])

    assert code == 2
    assert "\x1b" not in capsys.readouterr().err


def test_lines_that_were_made_before_an_error_are_printed(capsys):
    """Whoever asks for data and gets an error still sees what came before it."""

    def lines():
        yield "one"
        yield "two"
        raise StorageError("the disk is gone")

    with pytest.raises(StorageError):
        say_all(lines())
    assert capsys.readouterr().out == "one\ntwo\n"
