"""The socket process: WebSockets, and its own health; everything else is the web processes' business."""

import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mpayment.settings")
_pages = get_asgi_application()

# After the line above, which reads the settings.
from apps.live.bridge import bridge  # noqa: E402
from apps.wallet_api.sockets import WalletSocket  # noqa: E402
from mpayment.checks import refuse_forgetful_database  # noqa: E402

refuse_forgetful_database()

NOT_FOUND: Final = 4404
_SOCKETS: Final = {"/ws/wallet/": WalletSocket.as_asgi()}


# Any: ASGI passes values of many types around.
async def application(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[Mapping[str, Any]]],
    send: Callable[[Mapping[str, Any]], Awaitable[None]],
) -> None:
    """Answer one connection."""
    # Here, because the bridge lives in the event loop, and a server without lifespan does not say when that begins.
    bridge.start()
    if scope["type"] == "websocket" and scope["path"] in _SOCKETS:
        await _SOCKETS[scope["path"]](scope, receive, send)
    elif scope["type"] == "websocket":
        # Closed before it is accepted: the client's handshake fails.
        await receive()
        await send({"type": "websocket.close", "code": NOT_FOUND})
    elif scope["type"] == "http" and scope["path"].startswith("/health/"):
        await _pages(scope, receive, send)
    elif scope["type"] == "http":
        await send({"type": "http.response.start", "status": 404, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"Only WebSockets and /health/ are here.\n"})
