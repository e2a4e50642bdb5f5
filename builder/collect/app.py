"""The ASGI application: health and numbers, for the person who runs the receiver, and what to say at other paths.

Notifications do not come here; `wire` hands them to the door. At the door's paths this says which method is right.
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from builder.collect.answers import body_for
from builder.collect.door import Intake


def make_app(intake: Intake) -> Starlette:
    """Return the application: GET at `/-/health` and `/-/metrics`, 405 at `intake.paths`, 404 elsewhere."""
    desk = Desk(intake)
    routes = [Route("/-/health", desk.health, methods=["GET"]), Route("/-/metrics", desk.metrics, methods=["GET"])]
    routes += [Route(path, _is_elsewhere, methods=["POST"]) for path in intake.paths]  # so others are 405
    app = Starlette(routes=routes, exception_handlers={404: _refused, 405: _refused})
    app.router.redirect_slashes = False
    return app


class Desk:
    """Health and numbers."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    async def health(self, _request: Request) -> Response:
        if self._intake.committer.is_ready:
            return Response(b'{"status":"ok"}', media_type="application/json")
        return Response(b'{"status":"unready","reason":"storage"}', 503, media_type="application/json")

    async def metrics(self, _request: Request) -> Response:
        intake = self._intake
        gauges = {
            "connections": len(intake.crowd),
            "evictions_total": intake.crowd.evicted,
            "last_stored_seconds": intake.committer.last_stored_ms // 1000,
            "ready": int(intake.committer.is_ready),
        }
        return Response(intake.counters.text(gauges), media_type="text/plain; version=0.0.4")


async def _is_elsewhere(_request: Request) -> Response:
    """Answer 404: `wire` hands a POST at the path itself to the door, but a route also matches one line feed more."""
    return Response(body_for(404), 404, media_type="application/json")


async def _refused(_request: Request, error: Exception) -> Response:
    """Answer 404 and 405 as every other refusal; the routes raise Starlette's `HTTPException`."""
    status = getattr(error, "status_code", 404)
    return Response(body_for(status), status, headers=getattr(error, "headers", None), media_type="application/json")
