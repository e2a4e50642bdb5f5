"""Push addresses: the provider's signature, times with zones, and what cannot be an address."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from builder.cli import cli
from builder.cli.push_url import expiry
from builder.errors import ConfigError
from builder.push_url import push_url, tx_secret


def test_the_address_is_signed_as_the_provider_wants() -> None:
    """txTime 592FBDD9 is 2017-06-01 07:10:17 UTC; txSecret is the MD5 of `examplekey` + `alice` + `592FBDD9`."""
    url = push_url(b"examplekey", "push.example.com", "alice", expires_s=1_496_301_017)

    assert url == "rtmp://push.example.com/live/alice?txSecret=fb3d0c75cc067171b5ec4c089c80164c&txTime=592FBDD9"


def test_recording_parameters_follow() -> None:
    """Formats are joined by a bar, as the provider's pages print them."""
    url = push_url(
        b"k",
        "push.example.com",
        "2121_x",
        expires_s=255,
        app="a/b",
        record=("mp4", "hls", "mp4"),
        record_interval=3600,
    )

    assert url.startswith("rtmp://push.example.com/a/b/2121_x?txSecret=")
    assert url.endswith("&txTime=FF&record=mp4|hls&record_interval=3600")


def test_an_srt_address_has_its_pairs_in_the_streamid() -> None:
    """The provider's form, in which a comma parts what `&` parts elsewhere."""
    url = push_url(b"k", "push.example.com", "alice", expires_s=255, scheme="srt", record=("mp4",), record_interval=60)
    secret = tx_secret(b"k", "alice", "FF")

    assert url == (
        "srt://push.example.com:9000?streamid=#!::h=push.example.com,r=live/alice,"
        f"txSecret={secret},txTime=FF,record=mp4,record_interval=60"
    )


@pytest.mark.parametrize("app", ["live/", "/live", "/live/"])
def test_slashes_around_the_path_are_no_part_of_it(app: str) -> None:
    """`/live//alice` would be another stream."""
    url = push_url(b"k", "push.example.com", "alice", expires_s=0xFFFF_FFFF, app=app)

    assert url.startswith("rtmp://push.example.com/live/alice?txSecret=")


def test_odd_stream_names_are_escaped_in_the_path_and_signed_as_they_are() -> None:
    """`3891_@v#1` is a name that the provider itself has used."""
    url = push_url(b"k", "push.example.com", "3891_@v#1 直", expires_s=255)

    assert "/live/3891_@v%231%20%E7%9B%B4?" in url
    assert f"txSecret={tx_secret(b'k', '3891_@v#1 直', 'FF')}&" in url


@pytest.mark.parametrize(
    ("domain", "stream", "more", "words"),
    [
        ("", "a", {}, "`--domain` expected a push domain"),
        ("push.example.com/x", "a", {}, "`--domain` expected a push domain"),
        ("push_example", "a", {}, "`--domain` expected a push domain"),
        ("push.example.com", "", {}, "the stream expected a name"),
        ("push.example.com", "a/b", {}, "the stream expected a name"),
        ("push.example.com", "a\nb", {}, "the stream expected a name"),
        ("push.example.com", "a", {"app": "/"}, "`--app` expected a path"),
        ("push.example.com", "a", {"record_interval": 59}, "`--record-interval` expected 60 to 7200 seconds"),
        ("push.example.com", "a", {"record_interval": 7_201}, "`--record-interval` expected 60 to 7200 seconds"),
        ("push.example.com", "a", {"app": "a//b"}, "`--app` expected a path"),
        ("push.example.com", ".", {}, "the stream expected a name"),
        ("push.example.com", "..", {}, "the stream expected a name"),
        ("push.example.com", "a", {"app": ".."}, "`--app` expected a path"),
        ("push.example.com", "a", {"app": "live/./b"}, "`--app` expected a path"),
        ("push.example.com", "a", {"app": "..", "scheme": "srt"}, "`--app` expected a path"),
        ("push.example.com", "a,b", {"scheme": "srt"}, "`--scheme srt` expected a stream and an `--app` without"),
        ("push.example.com", "a", {"expires_s": 0x1_0000_0000}, "`--until` or `--ttl` expected an end before 2106"),
    ],
)
def test_what_cannot_be_an_address_is_refused(domain: str, stream: str, more: dict, words: str) -> None:
    """Exit code 2, with the option in the message."""
    with pytest.raises(ConfigError, match=f"^{words}"):
        push_url(b"k", domain, stream, **{"expires_s": 255, **more})


@pytest.mark.parametrize(
    ("ttl", "until", "expected"),
    [
        (None, None, 1000 + 43_200),
        ("90s", None, 1090),
        ("5m", None, 1300),
        ("2h", None, 8200),
        ("7d", None, 605_800),
        (None, "1970-01-01T01:00:00Z", 3600),
        (None, "1970-01-01T09:00:00+08:00", 3600),
    ],
)
def test_validity_is_a_length_or_a_time_with_a_zone(ttl: str | None, until: str | None, expected: int) -> None:
    """From second 1000 on; twelve hours unless told otherwise."""
    assert expiry(ttl, until, 1000) == expected


@pytest.mark.parametrize(
    ("ttl", "until", "words"),
    [
        ("", None, "`--ttl` expected a length"),
        ("0h", None, "`--ttl` expected a length"),
        ("12", None, "`--ttl` expected a length such as `12h`, found `12`$"),  # 12 seconds, or hours?
        ("-1h", None, "`--ttl` expected a length"),
        ("1w", None, "`--ttl` expected a length"),
        ("1\u0663h", None, "`--ttl` expected a length"),  # Arabic three
        ("1\uff12h", None, "`--ttl` expected a length"),  # a full-width two
        ("1h", "1970-01-01T01:00:00Z", "push-url: `--ttl` and `--until` say the same"),
        (None, "", "`--until` expected a moment such as"),
        (None, "tomorrow", "`--until` expected a moment such as"),
        (None, "1970-01-01T01:00:00", "`--until` expected a moment with its zone"),
        (None, "1970-01-01T00:00:01Z", "`--until` expected a moment to come"),
    ],
)
def test_other_validities_are_refused(ttl: str | None, until: str | None, words: str) -> None:
    """Nothing, the past, a time without a zone, both."""
    with pytest.raises(ConfigError, match=f"^{words}"):
        expiry(ttl, until, 1000)


def test_the_command_prints_the_address_and_nothing_else() -> None:
    """The key comes from the environment; stdout is the address."""
    outcome = CliRunner().invoke(
        cli,
        ["push-url", "alice", "--domain", "push.example.com", "--until", "2099-01-01T00:00:00Z"],
        env={"AFTERCAST_PUSH_KEY": "k"},
    )

    assert (
        outcome.stdout
        == f"rtmp://push.example.com/live/alice?txSecret={tx_secret(b'k', 'alice', 'F2A52380')}&txTime=F2A52380\n"
    )
    assert outcome.stderr == ""


def test_advice_needs_no_key() -> None:
    """Alone on stdout; beside an address on stderr, so that the address can be piped."""
    alone = CliRunner().invoke(cli, ["push-url", "--advice"])
    beside = CliRunner().invoke(
        cli, ["push-url", "a", "--domain", "p.example.com", "--advice"], env={"AFTERCAST_PUSH_KEY": "k"}
    )

    assert [line.split("  ")[0] for line in alone.stdout.splitlines() if not line.startswith(" ")] == [
        "format", "slices", "resumption", "one way", "storage", "resolution",
    ]  # fmt: skip
    assert beside.stderr == alone.stdout
    assert len(beside.stdout.splitlines()) == 1


@pytest.mark.parametrize(("key", "found"), [(" ", "none"), ("\n", "none"), ("CANARY\n", "blanks around it")])
def test_a_key_that_was_copied_with_blanks_is_refused(key: str, found: str) -> None:
    """It would be signed with them, and the address refused by the provider."""
    outcome = CliRunner().invoke(cli, ["push-url", "a", "--domain", "p.example.com"], env={"AFTERCAST_PUSH_KEY": key})

    assert isinstance(outcome.exception, ConfigError)
    words = f"the environment: `AFTERCAST_PUSH_KEY` expected the push key of the domain, found {found}"
    assert (str(outcome.exception), outcome.stdout) == (words, "")


@pytest.mark.parametrize("arguments", [["push-url"], ["push-url", "a"], ["push-url", "a", "--domain", "p.example.com"]])
def test_what_is_missing_is_said(arguments: list[str]) -> None:
    """A stream, a domain, a key."""
    outcome = CliRunner().invoke(cli, arguments, env={"AFTERCAST_PUSH_KEY": None})

    assert isinstance(outcome.exception, ConfigError)
