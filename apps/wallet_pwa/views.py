"""The page, its manifest, its service worker."""

import json
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.keys.errors import KeysUnavailable
from apps.wallet_pwa.files import FilesMissing
from apps.wallet_pwa.page import WORKER, Page, current_page

# Says which version an answer belongs to: a worker that is being installed takes no page of another one.
VERSION_HEADER: Final = "Wallet-Version"
# Whoever has a copy asks whether it is still the newest; the worker is asked for by the browser itself, once a day.
_ASK_AGAIN: Final = "no-cache"
_FEATURES_OFF: Final = (
    *("accelerometer", "browsing-topics", "display-capture", "geolocation", "gyroscope", "hid", "idle-detection"),
    *("local-fonts", "magnetometer", "microphone", "midi", "payment", "serial", "usb", "xr-spatial-tracking"),
)
# A camera reads the QR of a letter; the screen stays awake while a code is on it.
_FEATURES_ON: Final = ("camera", "screen-wake-lock")
PERMISSIONS_POLICY: Final = ", ".join(
    (*(f"{name}=()" for name in _FEATURES_OFF), *(f"{name}=(self)" for name in _FEATURES_ON))
)


@require_safe
def shell(request: HttpRequest) -> HttpResponse:
    """Answer the page. It is the same for everybody: who somebody is, only his browser knows."""
    page = _page_or_none(request)
    if isinstance(page, HttpResponse):
        return page
    return _secured(HttpResponse(page.html), page)


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Answer the service worker, which begins with the list of what it keeps: it changes whenever a file does."""
    page = _page_or_none(request)
    if isinstance(page, HttpResponse):
        return page
    edition = {
        "version": page.version,
        "shell": reverse("wallet"),
        "pages": [reverse("wallet"), reverse("wallet-linked")],
        "files": [[file.address, file.integrity] for file in page.edition.files.values()],
        "manifest": reverse("wallet-manifest"),
    }
    head = f"const EDITION = {json.dumps(edition, separators=(',', ':'))};\n"
    response = HttpResponse(head + WORKER.read_text(encoding="utf-8"), content_type="text/javascript; charset=utf-8")
    return _secured(response, page, policy="default-src 'none'; connect-src 'self'")


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Answer how the wallet looks when it is installed."""
    page = _page_or_none(request)
    if isinstance(page, HttpResponse):
        return page
    files = page.edition.files
    icons = [
        {"src": files[f"wallet/icons/{name}.svg"].address, "sizes": "any", "type": "image/svg+xml", "purpose": purpose}
        for name, purpose in (("icon", "any"), ("maskable", "maskable"))
    ]
    described = {
        "id": reverse("wallet"),
        "name": settings.WALLET_NAME,
        "short_name": settings.WALLET_NAME,
        "start_url": reverse("wallet"),
        "scope": reverse("wallet"),
        "display": "standalone",
        "orientation": "portrait",
        "background_color": "#ffffff",
        "theme_color": "#0a58a8",
        "icons": icons,
    }
    response = JsonResponse(described, content_type="application/manifest+json")
    return _secured(response, page, policy="default-src 'none'")


def _page_or_none(request: HttpRequest) -> Page | HttpResponse:
    """Return the page, or the answer that says why there is none."""
    try:
        return current_page(request, timezone.now())
    except (FilesMissing, KeysUnavailable) as missing:
        response = HttpResponse(f"The wallet is not ready: {missing}\n", status=503, content_type="text/plain")
        response.headers["Cache-Control"] = "no-store"
        return response


def _secured(response: HttpResponse, page: Page, *, policy: str | None = None) -> HttpResponse:
    headers = {
        "Cache-Control": _ASK_AGAIN,
        "Content-Security-Policy": policy or page.content_security_policy,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": PERMISSIONS_POLICY,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        VERSION_HEADER: page.version,
    }
    for name, value in headers.items():
        response.headers[name] = value
    return response
