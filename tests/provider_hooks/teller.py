"""A bank that tells: it signs notices with a key that we trust, or with another."""

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.http import HttpResponse
from django.test import Client

from apps.instruments.models import Instrument, InstrumentLink, Kind
from apps.instruments.operations.links import LINK_LIFETIME, _settle_link
from apps.kernel.actors import Actor
from apps.kernel.masking import Secret
from apps.providers.contract import LinkedAccount
from apps.providers.models import ProviderAccount
from apps.providers.operations import create_provider_account
from simulators.bankcore.signing import sign_notice
from tests.cast import Phone, make_phone
from tests.providers.certificates import Authority
from tests.shop import STAFF

_numbers = count(1)


@dataclass
class Teller:
    """The other side of one provider account."""

    account: ProviderAccount
    key: ec.EllipticCurvePrivateKey
    url: str

    def tell(self, kind: str = "capture.booked", **facts: object) -> HttpResponse:
        """Sign a notice and bring it to the door."""
        return self.bring(self.body(kind, **facts))

    def body(self, kind: str, **facts: object) -> bytes:
        """Return a notice with an id of its own, unless it is among the facts."""
        notice = {"notice_id": f"ntc_{next(_numbers)}", "type": kind, "created_at": "2026-11-25T10:00:00.000Z"}
        return json.dumps(notice | facts).encode()

    def bring(
        self, body: bytes, headers: dict[str, str] | None = None, *, to: str = "", **signing: Any
    ) -> HttpResponse:
        """Post these bytes, with these headers or with those of a signature made now."""
        headers = self.sign(body, **signing) if headers is None else headers
        own = {name: value for name, value in headers.items() if name != "content-type"}
        path = to or "/api/providers/v1/bank/notices"
        answer = Client(headers=own).post(path, body, content_type=headers.get("content-type", "application/json"))
        return cast(HttpResponse, answer)

    def sign(
        self,
        body: bytes,
        *,
        key: ec.EllipticCurvePrivateKey | None = None,
        url: str = "",
        nonce: str = "",
        seconds: float = 0,
        key_id: str = "bank-1",
    ) -> dict[str, str]:
        """Return the headers of a signature, as wrong as a test wants it."""
        at = datetime.now(UTC).timestamp() + seconds
        nonce = nonce or secrets.token_urlsafe(18)
        return sign_notice(url or self.url, body, nonce=nonce, key_id=key_id, key=key or self.key, now=at)


def make_teller(code: str, *, now: datetime) -> Teller:
    """Open an account at a bank that nobody can call, but that may tell."""
    key = ec.generate_private_key(ec.SECP256R1())
    url = f"https://pay.example/api/providers/v1/{code}/notices"
    account = create_provider_account(
        code=code,
        name=code,
        connector="corebank",
        settings={
            "base_url": "https://localhost:9",
            "notice_url": url,
            "line": {"ca": Authority.new().pem, "pins": ["0" * 64], "signing_keys": {"bank-1": public(key)}},
        },
        credential=Secret("nobody asks"),
        by=STAFF,
        now=now,
    )
    return Teller(account, key, url)


def payer_at(account: ProviderAccount, *, now: datetime, consent: str = "cns_1") -> tuple[Phone, Instrument]:
    """Return a phone whose holder has linked an account at a bank that nobody can call."""
    phone = make_phone(now=now)
    by = Actor("device", phone.identity.public_id)
    link = InstrumentLink.objects.create(
        customer=phone.customer,
        provider_account=account,
        kind=Kind.BANK_ACCOUNT,
        begun_by=str(by),
        state_digest=bytes(32),
        created_at=now,
        expires_at=now + LINK_LIFETIME,
    )
    linked = LinkedAccount(Secret(f"act_{consent}"), consent, "Bank ...7301", "CHF", is_usable=True)
    # What a bank that could be called would have led to.
    instrument = _settle_link(link_id=link.id, customer_id=phone.customer.id, account=linked, by=by, now=now)
    return phone, instrument


def public(key: ec.EllipticCurvePrivateKey) -> str:
    """Return the public half as settings hold it."""
    return base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
