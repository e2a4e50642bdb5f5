"""Which names of parameters and members mean a secret: the one list for what is published, shown and redacted.

Names are compared plain: `tx_secret`, `X-Api-Key` and `access%54oken` are all here. Each room decides where a name
stands and what becomes of its value: media addresses are refused, excerpts starred, notifications redacted.
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import unquote

SECRET = frozenset(
    {"txsecret", "txtime", "wssecret", "wstime", "sign", "signature", "sig", "qsignature", "usersig"}
    | {"key", "auth", "authorization", "cert", "certtime", "expires", "pass", "passcode", "pwd", "jwt"}
    | {"apikey", "appkey", "authkey", "accesskey", "accesskeyid", "secretkey", "secretid", "privatekey", "pushkey"}
    | {"playkey", "signkey", "streamkey", "callbackkey", "sessionkey", "ossaccesskeyid"}
    | {"tokens", "secrets", "passwords", "credential", "credentials"}
)
BEGINNING = "xamz"  # the parameters of a presigned address
ENDINGS = ("token", "secret", "password", "passwd", "passphrase", "secretkey", "accesskey", "apikey", "privatekey")
IN_TEXT = frozenset({"us"})  # too short to mean anything but in `us=…`, …
IN_ADDRESS = frozenset({"t"})  # … and this one anywhere but in an address
COOKIE = "cookie"  # in `Set-Cookie`, `cookie_jar` and what servers call them in their logs, `upstream_http_set_cookie`
WORDS = frozenset({"key", "sign", "sig", "auth", "cert", "expires", "pass"})
PERSONAL = frozenset({"phone", "userid", "openid"})  # no secrets, and still nobody's business


@lru_cache(maxsize=4096)
def plain_name(name: str) -> str:
    """Return a name as it is compared: percent codes undone (twice), lower case, letters and digits only."""
    name = unquote(unquote(name)) if "%" in name else name
    return "".join(filter(str.isalnum, name)).casefold()


@lru_cache(maxsize=4096)
def is_secret(name: str) -> bool:
    """Say whether a plain name means a secret, wherever it stands."""
    return name in SECRET or name.endswith(ENDINGS) or name.startswith(BEGINNING) or COOKIE in name


def is_word(name: str) -> bool:
    """Say whether a plain name that means a secret is an ordinary word as well: `key: C major` is no secret."""
    return name in WORDS or COOKIE in name


def is_private(name: str) -> bool:
    """Say whether what stands under a plain name as a parameter of an address is for nobody to see."""
    return is_secret(name) or name in IN_TEXT or name in IN_ADDRESS or name in PERSONAL
