"""What a code of the API 3.0 means: waiting may help, one question failed or is refused, or none would be answered.

The codes are those of the vendor's SDK (`errorcodes.py` of VOD and of live). One that is not here means what the part
before its point means: of the hundreds of `FailedOperation…` and `InternalError…` only those of the account, its
service and its rights are named, which stay as they are however often they are asked. A parameter or a resource that
is refused is what one question is about, a stream, a day or a file, unless it is named too: others may be answered.
"""

from __future__ import annotations

from builder.errors import RemoteError
from builder.pull.calls import FailingError, RefusedError, TransientError, plain

RIGHTS = "check the credentials and their rights"
CLOSED = "open VOD and live for this account in the provider's console; `--sub-app-id` names an application of it"
SUSPENDED = "see in the provider's console what the account lacks: it is suspended, in arrears or not verified"
QUOTA = "the account's quota is used up; ask later"

TRANSIENT = {
    "RequestLimitExceeded",
    "LimitExceeded.RateLimitExceeded",
    "InternalError",
    "ResourceUnavailable",
    "ServerNetworkError",
    "ClientNetworkError",
}
FAILED = {"FailedOperation"}
OF_ONE_QUESTION = {"InvalidParameter", "InvalidParameterValue", "ResourceNotFound", "UnsupportedOperation"}
REMEDIES = {
    "AuthFailure.SignatureExpire": "check this machine's clock: a signature holds for five minutes",
    "LimitExceeded": QUOTA,
    "InvalidParameterValue.SubAppId": "give an application of this account as `--sub-app-id`",
    **dict.fromkeys(
        (
            "AuthFailure",
            "UnauthorizedOperation",
            "FailedOperation.AuthError",
            "FailedOperation.NoPrivileges",
            "FailedOperation.NoProjectPermission",
            "InternalError.NotPermmitOperat",
        ),
        RIGHTS,
    ),
    **dict.fromkeys(
        (
            "FailedOperation.InvalidVodUser",
            "InvalidParameter.NotAllowUseLVB",
            "InvalidParameterValue.AppId",
            "ResourceNotFound.ServiceNotExist",
            "ResourceNotFound.UserNotExist",
            "ResourceNotFound.UserNotFount",
            "ResourceUnavailable.InvalidVodStatus",
        ),
        CLOSED,
    ),
    **dict.fromkeys(
        (
            "FailedOperation.InvalidAccount",
            "FailedOperation.JiFeiNoEnoughFund",
            "FailedOperation.NoRealNameAuth",
            "FailedOperation.OutOfService",
            "FailedOperation.SdkNoPackage",
            "FailedOperation.UserStatusInavlid",
            "InternalError.InvalidUser",
            "ResourceNotFound.ForbidService",
            "ResourceNotFound.FreezeService",
            "ResourceNotFound.InvalidUser",
            "ResourceNotFound.NotBindPackage",
            "ResourceNotFound.StopService",
            "ResourceNotFound.UserDisableService",
        ),
        SUSPENDED,
    ),
}


def failure(action: str, code: object) -> Exception:
    """Return the error for a code of the service; its message is not passed on, it may quote what was sent."""
    told = plain(code or "no code")
    refused, guide = f"`{action}` was refused: {told}", f"the provider's guide to `{action}` lists its codes"
    for name in (told, told.partition(".")[0]):
        if name in REMEDIES:
            return RemoteError(refused, hint=REMEDIES[name])
        if name in TRANSIENT:
            return TransientError(told)
        if name in FAILED:
            return FailingError(f"`{action}` failed: {told}", hint="run it again: it goes on where it stopped")
        if name in OF_ONE_QUESTION:
            return RefusedError(refused, hint=guide)
    return RemoteError(refused, hint=guide)
