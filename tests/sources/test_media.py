"""Media addresses: the grammar at ingest, the host list and the rewriting at grouping."""

import pytest

from builder.media import clean_url, host_is_listed, public_url, suffix_of
from builder.model import Media


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("http://a.example.com/x/y.mp4", "http://a.example.com/x/y.mp4"),
        ("HTTPS://A.Example.COM/X/Y.mp4", "https://a.example.com/X/Y.mp4"),
        (" \t\r\nhttp://a.example.com/x.mp4\n", "http://a.example.com/x.mp4"),
        ("http://a.example.com:8080/x.mp4", "http://a.example.com:8080/x.mp4"),
        ("http://a.example.com", "http://a.example.com/"),
        ("http://a.example.com/x.m3u8?t=5&sign=6", "http://a.example.com/x.m3u8"),
        ("http://a.example.com?x=/y", "http://a.example.com/"),
        ("http://a.example.com/x.mp4#t=5", "http://a.example.com/x.mp4"),
        ("http://a.example.com/%E7%9B%B4%E6%92%AD.mp4", "http://a.example.com/%E7%9B%B4%E6%92%AD.mp4"),
        ("http://a.example.com/a..b/c.mp4", "http://a.example.com/a..b/c.mp4"),
        ("http://1252463788.vod2.myqcloud.com/e/c/f.mp4", "http://1252463788.vod2.myqcloud.com/e/c/f.mp4"),
        ("http://xn--fiqs8s.example/x.mp4", "http://xn--fiqs8s.example/x.mp4"),
        ("http://localhost/x.mp4", "http://localhost/x.mp4"),
        ("http://a.example.com/f.mp4?t=61DFE000&us=1&sign=2&accessToken=3", "http://a.example.com/f.mp4"),
        ("http://a.example.com/a;v=1;codec=h264/f.mp4", "http://a.example.com/a;v=1;codec=h264/f.mp4"),
        ("http://a.example.com/day=13/key=C,t=5/f.mp4", "http://a.example.com/day=13/key=C,t=5/f.mp4"),
        (
            "http://a.example.com/usersig/token/voddrm.token.x.f.mp4",
            "http://a.example.com/usersig/token/voddrm.token.x.f.mp4",
        ),
    ],
)
def test_a_good_address_has_one_form(told, kept):
    """Scheme and host in lower case, no query, no fragment; the form is its own form."""
    assert clean_url(told) == kept
    assert clean_url(kept) == kept


@pytest.mark.parametrize(
    "told",
    [
        "", "   ", "a.example.com/x.mp4", "//a.example.com/x.mp4", "ftp://a.example.com/x.mp4", "rtmp://a.example.com/x",
        "http:///x.mp4", "http://", "http:a.example.com/x", "http://a b.example.com/x.mp4", "http://a.example.com/a b.mp4",
        'http://a.example.com/".mp4', "http://a.example.com/<x>.mp4", "http://a.example.com\\.b.example.com/x.mp4",
        "http://a.example.com/^.mp4", "http://a.example.com/`.mp4", "http://a.example.com/{x}.mp4", "http://a.example.com/|.mp4",
        "http://u@a.example.com/x.mp4", "http://u:p@a.example.com/x.mp4", "http://a.example.com:0/x.mp4",
        "http://a.example.com:65536/x.mp4", "http://a.example.com:/x.mp4", "http://a.example.com:80:80/x.mp4",
        "http://a.example.com:+80/x.mp4", "http://-a.example.com/x.mp4", "http://a-.example.com/x.mp4",
        "http://a..example.com/x.mp4", "http://.example.com/x.mp4", "http://a.example.com./x.mp4", "http://a_b.example.com/x.mp4",
        "http://127.0.0.1/x.mp4", "http://2130706433/x.mp4", "http://0x7f000001/x.mp4", "http://a.0x7f/x.mp4", "http://[::1]/x.mp4",
        "http://" + "a" * 64 + ".example.com/x.mp4", "http://" + "a." * 127 + "example.com/x.mp4",
        "http://a.example.com/../x.mp4", "http://a.example.com/x/./y.mp4", "http://a.example.com/x/..", "http://a.example.com/..;/x.mp4",
        "http://a.example.com/%2e%2e/x.mp4", "http://a.example.com/x%2Fy.mp4", "http://a.example.com/x%5cy.mp4",
        "http://a.example.com/x%00.mp4", "http://a.example.com/x%0d%0ay.mp4", "http://a.example.com/x%7f.mp4",
        "http://a.example.com/x%zz.mp4", "http://a.example.com/x%2", "http://a.example.com/直播.mp4", "http://直播.example/x.mp4",
        "http://a.example.com/x.html", "http://a.example.com/x.PHP", "http://a.example.com/x.zip", "http://a.example.com/x.svg",
        "http://a.example.com/x.html;a=b.mp4", "http://a.example.com/\x7f.mp4", "http://a.example.com/" + "x" * 2048,
        "http://a.example.com/x.mp4;txSecret=1", "http://a.example.com/x.mp4&tx%53ecret=1", "http://a.example.com/x.mp4;a=1&Sign=1",
        "http://a.example.com/x.mp4%3FtxSecret=1", "http://a.example.com/x%253Ftoken%253D1/x.mp4", "http://a.example.com/x;t=1/x.mp4",
        "http://a.example.com/a;accessToken=1;usersig=2/f.mp4", "http://a.example.com/a;secret=1/f.mp4", "http://a.example.com/f.mp4&jwt=1",
        "http://a.example.com/a;api_key=1/f.mp4", "http://a.example.com/a%3BapiKey%3D1/f.mp4", "http://a.example.com/a,usersig=1/f.mp4",
        "http://a.example.com/access_token=1/f.mp4", "http://a.example.com/a;phone=13800138000/f.mp4", "http://a.example.com/f.mp4;X-Amz-Date=1",
        "\u3000javascript:pwn(1)", "javascript://a.example.com/%0apwn(1)", "data:video/mp4;base64,AAAA",
    ],
)  # fmt: skip
def test_a_doubtful_address_is_refused(told):
    """One grammar, matched whole: what two parsers could read in two ways is none."""
    with pytest.raises(ValueError):
        clean_url(told)


@pytest.mark.parametrize(
    ("url", "hosts", "listed"),
    [
        ("http://1.vod2.myqcloud.com/x.mp4", ["*.myqcloud.com"], True),
        ("http://myqcloud.com/x.mp4", ["*.myqcloud.com"], True),
        ("http://evilmyqcloud.com/x.mp4", ["*.myqcloud.com"], False),
        ("http://evilvod2.myqcloud.com/x.mp4", ["*.vod2.myqcloud.com"], False),
        ("http://myqcloud.com.evil.example/x.mp4", ["*.myqcloud.com"], False),
        ("http://a.example.com/x.mp4", ["A.Example.com"], True),
        ("http://b.example.com/x.mp4", ["a.example.com"], False),
        ("http://a.example.com:8080/x.mp4", ["a.example.com"], True),
        ("http://a.example.com:8080/x.mp4", ["a.example.com:8080"], True),
        ("http://a.example.com/x.mp4", ["a.example.com:8080"], False),
        ("http://a.example.com/x.mp4", [], False),
    ],
)
def test_hosts_are_listed_by_whole_names(url, hosts, listed):
    """`*.x` is x and every name under it, never a mere ending."""
    assert host_is_listed(url, hosts) is listed


@pytest.mark.parametrize(
    ("url", "published"),
    [
        ("http://1.vod2.myqcloud.com/a/x.mp4", "https://1.vod2.myqcloud.com/a/x.mp4"),
        ("https://1.vod2.myqcloud.com/a/x.mp4", "https://1.vod2.myqcloud.com/a/x.mp4"),
        ("http://vod.example.com/a/x.mp4", "http://vod.example.com/a/x.mp4"),
        ("http://2.vod2.myqcloud.com/a/x.mp4", "https://cdn.example.com/x.mp4"),
        ("http://2.vod2.myqcloud.com/b/x.mp4", "/static/media/x.mp4"),
        ("http://evil.example/x.mp4", None),
        ("", None),
    ],
)
def test_a_published_address_is_listed_then_secured_then_rewritten(url, published):
    """https where it is known to work, then the longest prefix."""
    rules = (
        ("https://2.vod2.myqcloud.com/", "/static/media/"),
        ("https://2.vod2.myqcloud.com/a/", "https://cdn.example.com/"),
        ("https://2.vod2.myqcloud.com/b/", "/static/media/"),
    )
    assert public_url(url, Media(hosts=("*.myqcloud.com", "vod.example.com"), rewrite=rules)) == published


@pytest.mark.parametrize(
    ("url", "suffix"),
    [("http://a/x.MP4", "mp4"), ("http://a/x", ""), ("http://a.b/", ""), ("http://a/x.f0.flv", "flv"), ("http://a/x.mp4;y", "mp4")],
)  # fmt: skip
def test_the_suffix_is_that_of_the_last_segment(url, suffix):
    """Dots of the host are none of it."""
    assert suffix_of(url) == suffix
