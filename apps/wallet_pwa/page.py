"""What the page tells its modules and its browser: addresses, whom to believe, and what is allowed."""

import base64
import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string

from apps.keys.contexts import realm_id
from apps.keys.errors import KeysUnavailable
from apps.keys.models import Purpose
from apps.keys.queries import current_signing_key
from apps.wallet_pwa.files import PACKAGES, Edition, current_edition

API: Final = "/api/wallet/v1"
# The name of the one maker of script addresses (the service worker's) that trusted types let through.
TRUSTED_TYPES_POLICY: Final = "mpayment-wallet"
WORKER: Final = Path(__file__).parent / "worker.js"


@dataclass(frozen=True, slots=True)
class Page:
    """One version of the page: files, addresses and root. A browser never mixes two of them."""

    version: str
    edition: Edition
    socket: str
    root_key: str

    @property
    def import_map(self) -> str:
        """Return the map from what modules import to addresses that change with the content, and what must be there."""
        imports = {file.plain_address: file.address for file in self.edition.files.values()}
        imports |= {package: self.edition.files[name].address for package, name in PACKAGES.items()}
        integrity = {file.address: file.integrity for file in self.edition.files.values() if file.is_script}
        # "<" as an escape: nothing in the map can end the element that it stands in.
        return _json({"imports": imports, "integrity": integrity}).replace("<", "\\u003c")

    @property
    def content_security_policy(self) -> str:
        """Return what the page may do: our own files, our own API and socket, and nothing inline but the import map."""
        map_hash = base64.b64encode(hashlib.sha256(self.import_map.encode()).digest()).decode("ascii")
        rules = {
            "default-src": "'none'",
            "script-src": f"'self' 'sha256-{map_hash}'",
            "style-src": "'self'",
            "img-src": "'self'",
            "font-src": "'self'",
            "media-src": "'self'",
            "manifest-src": "'self'",
            "worker-src": "'self'",
            "connect-src": f"'self' {_origin(self.socket)}",
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": "'none'",
            "require-trusted-types-for": "'script'",
            "trusted-types": TRUSTED_TYPES_POLICY,
        }
        return "; ".join(f"{name} {value}" for name, value in rules.items())

    @property
    def html(self) -> str:
        """Return the page."""
        return render_to_string("wallet/shell.html", {"page": self, "name": settings.WALLET_NAME})

    @property
    def meta(self) -> dict[str, str]:
        """Return what the modules read from the page."""
        return {
            "api": API,
            "socket": self.socket,
            "realm": str(realm_id()),
            "root-key": self.root_key,
            "version": self.version,
        }


def current_page(request: HttpRequest, now: datetime) -> Page:
    """Return the page as it is now. Raises FilesMissing, and KeysUnavailable without a valid root key."""
    root = current_signing_key(Purpose.REALM_ROOT, now)
    if root is None:
        raise KeysUnavailable("there is no valid root key: run create_keys")
    edition, socket = current_edition(), _socket_address(request)
    root_key = base64.urlsafe_b64encode(bytes(root.public_key)).rstrip(b"=").decode("ascii")
    draft = Page(version="", edition=edition, socket=socket, root_key=root_key)
    # The page is kept for the time without a network: whatever stands in it or is allowed to it makes its version.
    parts = (edition.version, draft.html, draft.content_security_policy, WORKER.read_text(encoding="utf-8"))
    return replace(draft, version=hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16])


def _socket_address(request: HttpRequest) -> str:
    configured: str = settings.WALLET_SOCKET_URL
    scheme = "wss" if request.is_secure() else "ws"
    return configured or f"{scheme}://{request.get_host()}/ws/wallet/"


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


# Any: JSON.
def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True)
