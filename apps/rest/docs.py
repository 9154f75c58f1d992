"""Shows what the doors describe: the OpenAPI document, and a page on which to read and try it.

Everything the page loads is ours: the files of Swagger UI come with `drf_spectacular_sidecar` as static files, which
in production the reverse proxy serves.
"""

from functools import lru_cache
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from apps.rest.renderers import JSON_MEDIA_TYPE, encode

SWAGGER_UI: Final = "drf_spectacular_sidecar/swagger-ui-dist/"

# No inline script or style, no other host: a key that somebody types into the page stays between him and us.
CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)

_PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API</title>
<link rel="icon" href="{icon}">
<link rel="stylesheet" href="{style}">
</head>
<body>
<div id="swagger-ui" data-document="{document}"></div>
<script src="{bundle}"></script>
<script src="{start}"></script>
</body>
</html>
"""

# The validator's badge would show our document to a stranger's server.
_START: Final = """"use strict";
SwaggerUIBundle({
  url: document.getElementById("swagger-ui").dataset.document,
  dom_id: "#swagger-ui",
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  validatorUrl: null,
});
"""


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Answer the page."""
    body = format_html(
        _PAGE,
        icon=static(SWAGGER_UI + "favicon-32x32.png"),
        style=static(SWAGGER_UI + "swagger-ui.css"),
        bundle=static(SWAGGER_UI + "swagger-ui-bundle.js"),
        document=reverse("openapi"),
        start=reverse("docs-start"),
    )
    return HttpResponse(body, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Answer the page's own script."""
    return HttpResponse(_START, content_type="text/javascript; charset=utf-8")


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """Answer the OpenAPI document; it is public, as everything in it is the same for everybody."""
    return HttpResponse(_document(), content_type=JSON_MEDIA_TYPE)


@lru_cache(maxsize=1)
def _document() -> bytes:
    # The addresses do not change while the process lives.
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    return encode(generator.get_schema(request=None, public=True))  # type: ignore[no-untyped-call]


urlpatterns = [
    path("docs", page, name="docs"),
    path("docs/start.js", start, name="docs-start"),
    path("docs/openapi.json", openapi, name="openapi"),
]
