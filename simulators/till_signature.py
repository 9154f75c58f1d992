"""How a till signs its requests (RFC 9421), written from docs/pos-api.md."""

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


@dataclass(frozen=True)
class TillSigner:
    """The key with which a till signs; `sign` is what a Caller takes."""

    key: ec.EllipticCurvePrivateKey

    @property
    def key_id(self) -> str:
        """The fingerprint of the public key, as the operator has registered it."""
        public_key = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(public_key).hexdigest()

    def sign(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> dict[str, str]:
        """Return the fields that make it a signed request."""
        path, _, query = target.partition("?")
        signed = {'"@method"': method, '"@path"': path} | ({'"@query"': f"?{query}"} if query else {})
        fields: dict[str, str] = {}
        if body:
            fields["Content-Digest"] = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
        for name in ("Authorization", "Idempotency-Key", "Content-Digest"):
            if value := fields.get(name) or headers.get(name):
                signed[f'"{name.lower()}"'] = value
        parameters = f"({' '.join(signed)});created={int(time.time())}"
        parameters += f';nonce="{secrets.token_hex(16)}";keyid="{self.key_id}";tag="mpayment-till"'
        text = "".join(f"{name}: {value}\n" for name, value in signed.items()) + f'"@signature-params": {parameters}'
        halves = decode_dss_signature(self.key.sign(text.encode(), ec.ECDSA(SHA256())))
        raw = b"".join(half.to_bytes(32) for half in halves)
        return fields | {
            "Signature-Input": f"till={parameters}",
            "Signature": f"till=:{base64.b64encode(raw).decode()}:",
        }
