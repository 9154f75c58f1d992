"""The socket process: WebSockets, and its own health; everything else is the web processes' business."""

import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mpayment.settings")
_pages = get_asgi_application()

# After the line above, which reads the settings.
from mpayment.checks import refuse_forgetful_database  # noqa: E402

refuse_forgetful_database()

NOT_FOUND = 4404


# Any: ASGI passes values of many types around.
async def application(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[Mapping[str, Any]]],
    send: Callable[[Mapping[str, Any]], Awaitable[None]],
) -> None:
    """Answer one connection."""
    if scope["type"] == "http" and scope["path"].startswith("/health/"):
        await _pages(scope, receive, send)
    elif scope["type"] == "http":
        await send({"type": "http.response.start", "status": 404, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"Only WebSockets and /health/ are here.\n"})
    elif scope["type"] == "websocket":
        # Closed before it is accepted: the client's handshake fails.
        await receive()
        await send({"type": "websocket.close", "code": NOT_FOUND})
