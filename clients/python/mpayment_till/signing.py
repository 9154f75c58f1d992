"""Signs a till's requests (RFC 9421), for merchants that want it. Needs `cryptography`: mpayment-till[signing].

    signer = Signer(Path("till.key").read_bytes())          # the key whose request the operator has registered
    till = Client("https://pay.example.ch/api/pos/v1", "till_live_...", signer=signer)

A key that never leaves a chip: hand Signer anything with the two methods of SigningKey.
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

TAG = "mpayment-till"
COORDINATE_BYTES = 32


class SigningKey(Protocol):
    """A private key on P-256."""

    def public_key(self) -> ec.EllipticCurvePublicKey: ...

    def sign(self, data: bytes, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes: ...


class Signer:
    """Signs with one key; safe to use from several threads. `clock` gives seconds since 1970."""

    def __init__(
        self,
        key: bytes | SigningKey,
        *,
        password: bytes | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        loaded = load_pem_private_key(key, password) if isinstance(key, bytes) else key
        public_key = loaded.public_key()
        if not isinstance(public_key, ec.EllipticCurvePublicKey) or public_key.curve.name != "secp256r1":
            raise ValueError("the key is not on P-256 (prime256v1)")
        self._key: SigningKey = loaded  # type: ignore[assignment]  # its public key has just been looked at
        self._clock = clock
        self.key_id = hashlib.sha256(
            public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        ).hexdigest()

    def sign(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> dict[str, str]:
        """Return the fields to add; `target` is the path as it is sent, with its query. Sign every try anew."""
        path, mark, query = target.partition("?")
        sent = {name.lower(): value.strip() for name, value in headers.items()}
        added, lines = {}, [("@method", method), ("@path", path)]
        if query:
            lines.append(("@query", mark + query))
        lines.append(("authorization", sent["authorization"]))
        if method == "POST":
            lines.append(("idempotency-key", sent["idempotency-key"]))
        if body:
            added["Content-Digest"] = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
            lines.append(("content-digest", added["Content-Digest"]))
        covered = " ".join(f'"{name}"' for name, _ in lines)
        created, nonce = int(self._clock()), secrets.token_urlsafe(18)
        parameters = f'({covered});created={created};nonce="{nonce}";keyid="{self.key_id}";tag="{TAG}"'
        base = "\n".join(f'"{name}": {value}' for name, value in [*lines, ("@signature-params", parameters)])
        r, s = decode_dss_signature(self._key.sign(base.encode("ascii"), ec.ECDSA(SHA256())))
        signature = r.to_bytes(COORDINATE_BYTES, "big") + s.to_bytes(COORDINATE_BYTES, "big")
        return added | {
            "Signature-Input": f"sig={parameters}",
            "Signature": f"sig=:{base64.b64encode(signature).decode()}:",
        }
