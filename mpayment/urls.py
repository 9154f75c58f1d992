"""Every address. A door adds one line here and keeps its own in its `urls.py`."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path
from django.views import defaults
from django.views.generic import RedirectView

from apps.rest import handlers
from mpayment import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("api/", include("apps.rest.docs")),
    path("api/pos/v1/", include("apps.pos_api.urls")),
    path("api/wallet/v1/", include("apps.wallet_api.urls")),
    path("api/providers/v1/", include("apps.provider_hooks.urls")),
    path("wallet/", include("apps.wallet_pwa.urls")),
    path("staff", RedirectView.as_view(pattern_name="staff-home")),
    path("staff/", include("apps.staff_portal.urls")),
    path("", include("apps.lost_phone.urls")),
]
if settings.DEMO:
    urlpatterns.append(path("", include("apps.demo.urls")))


def _by_address(
    for_api: Callable[..., HttpResponseBase], for_pages: Callable[..., HttpResponseBase]
) -> Callable[[HttpRequest, Exception], HttpResponseBase]:
    def answer(request: HttpRequest, exception: Exception) -> HttpResponseBase:
        return for_api(request, exception) if handlers.is_api(request) else for_pages(request, exception)

    return answer


def handler500(request: HttpRequest) -> HttpResponseBase:
    """Answer a failure of ours as a problem to a machine and as a page to a person."""
    return handlers.server_error(request) if handlers.is_api(request) else defaults.server_error(request)


handler400 = _by_address(handlers.bad_request, defaults.bad_request)
handler403 = _by_address(handlers.permission_denied, defaults.permission_denied)
handler404 = _by_address(handlers.page_not_found, defaults.page_not_found)
