"""How a till's program signs its requests, written for these tests so that everything about it can be wrong."""

import base64
import hashlib
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from django.http import HttpResponse

from apps.merchants.models import Till, TillCredential
from apps.merchants.operations import register_signing_key
from tests.merchants.credentials import Key, key_id, new_key, request_for
from tests.pos_api.till import BASE, TillProgram
from tests.shop import STAFF

# A parameter that is left out.
ABSENT = object()


def digest_of(body: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def register(till: Till, key: Key, *, now: datetime, overlap: timedelta = timedelta(hours=1)) -> TillCredential:
    """Register the key for the till."""
    request = request_for(till.public_id, key)
    return register_signing_key(till_id=till.id, request=request, overlap=overlap, by=STAFF, now=now)


@dataclass
class SigningProgram:
    """A till's program that signs. What a call is told beside path and body is what it gets wrong."""

    till: TillProgram
    clock: datetime
    key: Key = field(default_factory=new_key)

    def headers(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        idempotency_key: str = "key-1",
        without: Collection[str] = (),
        instead: Mapping[str, str] | None = None,
        more: Mapping[str, str] | None = None,
        label: str = "sig",
        **parameters: object,
    ) -> dict[str, str]:
        """Return what signs this call; `without` and `instead` name components, `more` is covered besides."""
        place, _, query = f"{BASE}{path}".partition("?")
        components = {"@method": method, "@path": place} | ({"@query": f"?{query}"} if query else {})
        components["authorization"] = f"Bearer {self.till.key}"
        if method == "POST":
            components["idempotency-key"] = idempotency_key
        if body:
            components["content-digest"] = digest_of(body)
        components |= dict(instead or {}) | dict(more or {})
        covered = {name: value for name, value in components.items() if name not in without}
        wanted: dict[str, object] = {
            "created": int(self.clock.timestamp()),
            "nonce": secrets.token_urlsafe(18),
            "keyid": key_id(self.key),
            "tag": "mpayment-till",
        } | parameters
        ending = "".join(
            f";{name}={value}" if isinstance(value, int) else f';{name}="{value}"'
            for name, value in wanted.items()
            if value is not ABSENT
        )
        given = f"({' '.join(quoted(name) for name in covered)}){ending}"
        base = "\n".join(f"{quoted(name)}: {value}" for name, value in [*covered.items(), ("@signature-params", given)])
        headers = {
            "HTTP_SIGNATURE_INPUT": f"{label}={given}",
            "HTTP_SIGNATURE": f"{label}=:{base64.b64encode(self.arithmetic(base.encode())).decode()}:",
        }
        if "content-digest" in components:
            headers["HTTP_CONTENT_DIGEST"] = components["content-digest"]
        return headers

    def arithmetic(self, base: bytes) -> bytes:
        r, s = decode_dss_signature(self.key.sign(base, ec.ECDSA(SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)

    def get(self, path: str, **wrong: object) -> HttpResponse:
        return self.till.get(path, **self.headers("GET", path, **wrong))  # type: ignore[arg-type]

    def post(self, path: str, body: bytes = b"", *, key: str = "key-1", **wrong: object) -> HttpResponse:
        signed = self.headers("POST", path, body, idempotency_key=key, **wrong)  # type: ignore[arg-type]
        return self.till.post(path, raw=body, key=key, **signed)


def quoted(name: str) -> str:
    """Return a component's name as a structured field; one with parameters is written as it is."""
    return name if name.startswith('"') else f'"{name}"'
